//! The gate: which hosts we answer to, and which pages may ask us something (DNS rebinding, CSRF, Fetch Metadata).

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::Request;
use axum::http::header::AsHeaderName;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use base::config::{PublicUrl, TrustedProxies, WebConfig};

use super::fair_share::FairShare;

use crate::web::http::problem::Problem;

/// What the guard knows of where it stands.
#[derive(Debug, Clone)]
pub struct Gate {
    public_url: Option<PublicUrl>,
    /// Proxies whose word about who asks is taken.
    pub proxies: TrustedProxies,
    /// Requests of one client that are answered at a time: behind a proxy its connections cannot be told from those of others.
    pub share: FairShare,
}

impl Gate {
    /// As the settings have it.
    pub fn of(config: &WebConfig) -> Self {
        let most = usize::try_from(config.max_connections_per_address).unwrap_or(usize::MAX);
        let share = FairShare::new(most, Duration::ZERO);
        Self { public_url: config.public_url.clone(), proxies: config.trusted_proxies.clone(), share }
    }

    /// A name that points to us without being ours is how a web page elsewhere would reach us (DNS rebinding).
    fn is_our_host(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).or(uri.authority().map(Authority::as_str));
        let Some(host) = host else { return false };
        self.public_url.as_ref().is_some_and(|it| it.authority().eq_ignore_ascii_case(host)) || is_local(host)
    }

    /// Is the origin of a page the one that it asks? Only our own address is reached by TLS.
    fn is_our_origin(&self, origin: &str, host: &str) -> bool {
        match &self.public_url {
            Some(ours) if ours.authority().eq_ignore_ascii_case(host) => origin == ours.origin(),
            _ => origin.strip_prefix("http://") == Some(host),
        }
    }

    /// May it change something? Browsers say where a request comes from (Fetch Metadata), older ones by its origin; other clients say neither. What is unclear
    /// is refused, in the order of Go's `CrossOriginProtection`.
    fn is_same_origin(&self, headers: &HeaderMap) -> bool {
        match once(headers, FETCH_SITE) {
            Once::Said("same-origin" | "none") => return true,
            Once::Said(_) | Once::Unclear => return false,
            Once::Absent => {}
        }
        match (once(headers, header::ORIGIN), once(headers, header::HOST)) {
            (Once::Absent, _) => true,
            (Once::Said(origin), Once::Said(host)) => self.is_our_origin(origin, host),
            _ => false,
        }
    }

    /// Does a page elsewhere fetch it, or show it inside of itself? It may lead to us, as any link does, and nothing else: answers cost something.
    fn is_embedded_elsewhere(&self, headers: &HeaderMap) -> bool {
        let is_elsewhere = match once(headers, FETCH_SITE) {
            Once::Said(it) => it != "same-origin" && it != "none",
            Once::Unclear => true,
            Once::Absent => !self.is_same_origin(headers),
        };
        let is_link = matches!(once(headers, "sec-fetch-mode"), Once::Said("navigate"))
            && matches!(once(headers, "sec-fetch-dest"), Once::Said("document"));
        is_elsewhere && !is_link
    }

    /// Why a request is turned away, if it is.
    pub fn refusal(&self, peer: Option<IpAddr>, request: &Request) -> Option<Problem> {
        let headers = request.headers();
        if peer.is_some_and(|it| !self.proxies.is_here_or_one(it)) {
            let detail = "This address is for the proxies of TALLYHOUSE_TRUSTED_PROXIES.";
            return Some(Problem::new(StatusCode::FORBIDDEN, "no_proxy", detail));
        }
        if is_ambiguous(headers, request.uri()) {
            let detail = "A request names its host once (RFC 9112, 3.2).";
            return Some(Problem::new(StatusCode::BAD_REQUEST, "bad_host", detail));
        }
        if !self.is_our_host(headers, request.uri()) {
            let detail = "This server answers only to localhost, and to the host of TALLYHOUSE_PUBLIC_URL.";
            return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, "foreign_host", detail));
        }
        let is_foreign = if changes_something(request.method()) {
            !self.is_same_origin(headers)
        } else {
            self.is_embedded_elsewhere(headers)
        };
        is_foreign.then(|| {
            Problem::new(StatusCode::FORBIDDEN, "foreign_origin", "A page of another origin may not ask this.")
        })
    }
}

fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// What a header says that must stand once.
enum Once<'a> {
    Absent,
    Said(&'a str),
    /// It stands twice, or cannot be read.
    Unclear,
}

fn once(headers: &HeaderMap, name: impl AsHeaderName) -> Once<'_> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (None, _) => Once::Absent,
        (Some(value), None) => value.to_str().map_or(Once::Unclear, Once::Said),
        (Some(_), Some(_)) => Once::Unclear,
    }
}

/// Does it name two hosts?
fn is_ambiguous(headers: &HeaderMap, uri: &Uri) -> bool {
    match (once(headers, header::HOST), uri.authority()) {
        (Once::Unclear, _) => true,
        (Once::Said(host), Some(authority)) => host != authority.as_str(),
        _ => false,
    }
}

const FETCH_SITE: &str = "sec-fetch-site";

/// Does a page elsewhere lead to it? Pages may be led to; what costs more than a page may not.
pub fn is_led_to_from_elsewhere(headers: &HeaderMap) -> bool {
    !matches!(once(headers, FETCH_SITE), Once::Absent | Once::Said("same-origin" | "none"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn here() -> Gate {
        Gate { public_url: None, proxies: TrustedProxies::default(), share: FairShare::new(1, Duration::ZERO) }
    }

    fn behind_a_proxy() -> Gate {
        Gate { public_url: Some(PublicUrl::parse("https://stock.example").unwrap()), ..here() }
    }

    #[test]
    fn our_own_address_is_the_one_of_the_settings() {
        let uri = Uri::from_static("/");
        let said =
            |host: &'static str, origin: &'static str| headers(&[(header::HOST, host), (header::ORIGIN, origin)]);
        for (host, origin, is_host, is_origin) in [
            ("stock.example", "https://stock.example", true, true),
            ("Stock.Example", "https://stock.example", true, true),
            ("stock.example", "http://stock.example", true, false),
            ("stock.example", "https://evil.example", true, false),
            ("stock.example:8443", "https://stock.example:8443", false, false),
            ("evil.example", "https://evil.example", false, false),
            ("localhost:3000", "http://localhost:3000", true, true),
            ("localhost:3000", "https://stock.example", true, false),
        ] {
            let said = said(host, origin);
            let seen = (behind_a_proxy().is_our_host(&said, &uri), behind_a_proxy().is_same_origin(&said));
            assert_eq!(seen, (is_host, is_origin), "{host} {origin}");
        }
    }

    #[test]
    fn only_local_names_are_answered() {
        let uri = Uri::from_static("/");
        for (host, ok) in [
            ("localhost:3000", true),
            ("127.0.0.1:3000", true),
            ("[::1]:3000", true),
            ("127.0.0.1", true),
            ("evil.example:3000", false),
            ("localhost.evil.example", false),
            ("192.168.1.4:3000", false),
        ] {
            assert_eq!(here().is_our_host(&headers(&[(header::HOST, host)]), &uri), ok, "{host}");
        }
    }

    #[test]
    fn pages_of_other_origins_may_not_change_anything() {
        let host = (header::HOST, "127.0.0.1:3000");
        assert!(here().is_same_origin(&headers(std::slice::from_ref(&host))));
        assert!(here().is_same_origin(&headers(&[host.clone(), (header::ORIGIN, "http://127.0.0.1:3000")])));
        for origin in ["http://evil.example", "https://127.0.0.1:3000", "null", "127.0.0.1:3000"] {
            assert!(!here().is_same_origin(&headers(&[host.clone(), (header::ORIGIN, origin)])), "{origin}");
        }
        let mut unreadable = headers(std::slice::from_ref(&host));
        unreadable.insert(header::ORIGIN, HeaderValue::from_bytes(b"http://evil.example\xff").unwrap());
        assert!(!here().is_same_origin(&unreadable));
        let mut two = headers(&[host.clone(), (header::ORIGIN, "http://127.0.0.1:3000")]);
        two.append(header::ORIGIN, HeaderValue::from_static("http://evil.example"));
        assert!(!here().is_same_origin(&two));
        for (site, ok) in [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false)] {
            let site = (header::HeaderName::from_static(FETCH_SITE), site);
            assert_eq!(here().is_same_origin(&headers(&[host.clone(), site.clone()])), ok, "{site:?}");
        }
    }

    #[test]
    fn pages_of_other_origins_may_lead_to_us_and_no_more() {
        let from = |site, mode, dest| {
            let name = header::HeaderName::from_static;
            headers(&[(name(FETCH_SITE), site), (name("sec-fetch-mode"), mode), (name("sec-fetch-dest"), dest)])
        };
        assert!(!here().is_embedded_elsewhere(&HeaderMap::new()));
        let old = [(header::HOST, "127.0.0.1:3000"), (header::ORIGIN, "http://evil.example")];
        assert!(here().is_embedded_elsewhere(&headers(&old)), "an older browser");
        assert!(!here().is_embedded_elsewhere(&from("same-origin", "cors", "empty")));
        assert!(!here().is_embedded_elsewhere(&from("cross-site", "navigate", "document")));
        for (mode, dest) in [("no-cors", "empty"), ("cors", "empty"), ("navigate", "iframe"), ("no-cors", "image")] {
            assert!(here().is_embedded_elsewhere(&from("cross-site", mode, dest)), "{mode} {dest}");
        }
        assert!(is_led_to_from_elsewhere(&from("cross-site", "navigate", "document")));
        assert!(!is_led_to_from_elsewhere(&from("none", "navigate", "document")));
    }

    #[test]
    fn a_request_names_one_host() {
        let host = (header::HOST, "127.0.0.1:3000");
        let mut two = headers(std::slice::from_ref(&host));
        two.append(header::HOST, HeaderValue::from_static("evil.example"));
        assert!(is_ambiguous(&two, &Uri::from_static("/")));
        let one = headers(&[host]);
        assert!(is_ambiguous(&one, &Uri::from_static("http://evil.example/")));
        assert!(!is_ambiguous(&one, &Uri::from_static("http://127.0.0.1:3000/")));
        assert!(!is_ambiguous(&one, &Uri::from_static("/")));
    }
}
