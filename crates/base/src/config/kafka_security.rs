//! Transport security and authentication to Kafka: `security.protocol` (TLS, SASL), certificates, and who we are, in the words of Kafka's own clients.

use std::path::PathBuf;

use super::Secret;
use super::parse::{not_empty, readable_file};
use super::read::Reader;

/// How brokers are spoken to. Plain text by default.
#[derive(Debug, Clone, Default)]
pub struct KafkaSecurity {
    /// TLS; none: plain text.
    pub tls: Option<KafkaTls>,
    /// How we prove who we are, beside a certificate; none: not.
    pub sasl: Option<KafkaSasl>,
}

/// Certificates of a connection by TLS. The broker's must be of the host that it is asked by.
#[derive(Debug, Clone)]
pub struct KafkaTls {
    /// File of the authorities that brokers' certificates are trusted by, PEM; none: the system's.
    pub ca: Option<PathBuf>,
    /// Our own certificate, for brokers that ask for one.
    pub identity: Option<ClientCertificate>,
}

/// A certificate by which we prove who we are.
#[derive(Debug, Clone)]
pub struct ClientCertificate {
    /// File of the certificate, and of those that lead to its authority, PEM.
    pub certificate: PathBuf,
    /// File of its key, PEM.
    pub key: PathBuf,
    /// What that file is encrypted by.
    pub key_password: Option<Secret>,
}

/// Name and password by which we prove who we are.
#[derive(Debug, Clone)]
pub struct KafkaSasl {
    /// How the password is shown to be known.
    pub mechanism: SaslMechanism,
    /// Name of the account.
    pub username: String,
    /// What the account proves itself by.
    pub password: Secret,
}

/// How a password is shown to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaslMechanism {
    /// The password as it is, RFC 4616.
    Plain,
    /// A proof that tells nobody the password, RFC 7677.
    ScramSha256,
    /// The same with SHA-512.
    ScramSha512,
}

impl SaslMechanism {
    /// The name in the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let all = [Self::Plain, Self::ScramSha256, Self::ScramSha512];
        let found = all.into_iter().find(|it| it.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| "is none of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512".to_owned())
    }
}

impl KafkaSecurity {
    /// The name in Kafka's clients.
    pub fn protocol(&self) -> &'static str {
        match (&self.tls, &self.sasl) {
            (None, None) => "PLAINTEXT",
            (Some(_), None) => "SSL",
            (None, Some(_)) => "SASL_PLAINTEXT",
            (Some(_), Some(_)) => "SASL_SSL",
        }
    }
}

/// Does a protocol use TLS, and does it use SASL?
fn protocol(text: &str) -> Result<(bool, bool), String> {
    match text.to_ascii_uppercase().as_str() {
        "PLAINTEXT" => Ok((false, false)),
        "SSL" => Ok((true, false)),
        "SASL_PLAINTEXT" => Ok((false, true)),
        "SASL_SSL" => Ok((true, true)),
        _ => Err("is none of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL".to_owned()),
    }
}

/// What only TLS uses.
const OF_TLS: &[&str] = &["kafka_ssl_ca", "kafka_ssl_certificate", "kafka_ssl_key", "kafka_ssl_key_password"];
/// What only SASL uses.
const OF_SASL: &[&str] = &["kafka_sasl_username", "kafka_sasl_password"];

/// The section; a value that would have no effect is a fault, as it was meant to have one.
pub(super) fn read(from: &mut Reader<'_>) -> Option<KafkaSecurity> {
    let protocol = from.read("kafka_security_protocol", protocol);
    let (tls, sasl) = (tls(from), sasl(from, protocol.is_some_and(|(_, sasl)| sasl)));
    let (has_tls, has_sasl) = protocol?;
    let unused = [(has_tls, OF_TLS, "TLS"), (has_sasl, OF_SASL, "SASL")].into_iter().filter(|(is_used, ..)| !is_used);
    for (key, what) in unused.flat_map(|(_, keys, what)| keys.iter().map(move |key| (key, what))) {
        if from.is_given(key) {
            from.faults.push(format!("{key}: is set, but kafka_security_protocol uses no {what}"));
        }
    }
    Some(KafkaSecurity { tls: if has_tls { Some(tls?) } else { None }, sasl: sasl? })
}

fn tls(from: &mut Reader<'_>) -> Option<KafkaTls> {
    let ca = from.optional("kafka_ssl_ca", readable_file);
    let certificate = from.optional("kafka_ssl_certificate", readable_file);
    let key = from.optional("kafka_ssl_key", readable_file);
    let key_password = from.optional("kafka_ssl_key_password", |it| Ok(Secret::new(it)))?;
    let identity = match (certificate?, key?) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key, key_password }),
        (Some(_), None) => {
            from.faults.push("kafka_ssl_key: is missing, and a certificate without its key proves nothing".to_owned());
            return None;
        }
        (None, Some(_)) => {
            from.faults
                .push("kafka_ssl_certificate: is missing, and a key without its certificate proves nothing".to_owned());
            return None;
        }
    };
    Some(KafkaTls { ca: ca?, identity })
}

#[expect(clippy::option_option, reason = "the outer one is a fault, the inner one: it is not used")]
fn sasl(from: &mut Reader<'_>, is_used: bool) -> Option<Option<KafkaSasl>> {
    let mechanism = from.read("kafka_sasl_mechanism", SaslMechanism::parse);
    if !is_used {
        return Some(None);
    }
    let username = from.read("kafka_sasl_username", not_empty);
    let password = from.read("kafka_sasl_password", not_empty).map(Secret::new);
    Some(Some(KafkaSasl { mechanism: mechanism?, username: username?, password: password? }))
}
