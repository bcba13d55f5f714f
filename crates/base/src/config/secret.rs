//! Texts that must not be shown: their `Debug` and `Display` leave the secret out.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::plaintext::is_this_machine;

/// A text that must not be shown: its `Debug` is `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Give it only to the client that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A key that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(Vec<u8>);

impl SecretKey {
    /// A key as Standard Webhooks writes it: `whsec_` and the base64 of 24 to 64 bytes that nobody can guess.
    pub fn parse(text: &str) -> Result<Self, String> {
        let key = text.strip_prefix("whsec_").and_then(|it| STANDARD.decode(it).ok());
        let wrong =
            || "is not whsec_ and the base64 of 24 to 64 bytes: echo whsec_$(openssl rand -base64 32)".to_owned();
        key.filter(|it| (24..=64).contains(&it.len())).map(Self).ok_or_else(wrong)
    }

    /// The key itself. Give it only to whoever signs.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A URL that may hold a password. Shown without it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Url);

impl SecretUrl {
    /// Parses a URL of the given scheme.
    pub fn parse(text: &str, schemes: &[&str]) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|cause| format!("is no URL: {cause}"))?;
        if schemes.contains(&url.scheme()) {
            Ok(Self(url))
        } else {
            Err(format!("must start with {}://", schemes.join(":// or ")))
        }
    }

    /// Any URL, to show it without its password.
    pub(super) fn parse_any(text: &str) -> Option<Self> {
        Url::parse(text).ok().map(Self)
    }

    /// The URL with its password, for the client.
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }

    /// The same server and account, another database.
    #[must_use]
    pub fn with_path(&self, path: &str) -> Self {
        let mut url = self.0.clone();
        url.set_path(path);
        Self(url)
    }

    /// Is it of this scheme?
    pub(super) fn is_of(&self, scheme: &str) -> bool {
        self.0.scheme() == scheme
    }

    /// The fields behind `?`.
    pub(super) fn fields(&self) -> impl Iterator<Item = (String, String)> {
        self.0.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()))
    }

    /// Does it say that certificates are not looked at, as the client of Redis reads it?
    pub(super) fn is_insecure(&self) -> bool {
        self.0.fragment().is_some()
    }

    /// Does it lead to this machine? `localhost` and addresses of the loopback network.
    pub fn is_loopback(&self) -> bool {
        self.0.host_str().is_some_and(is_this_machine)
    }

    /// The first part of the path: a database's name.
    pub fn path(&self) -> &str {
        self.0.path().trim_start_matches('/')
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())?;
        if let Some(port) = self.0.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(self.0.path())
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
