//! Transport security of MySQL, Redis and Kafka (TLS, SASL): servers of the tests' own, with certificates that are right, expired, self-signed or of
//! another name, and without any (a downgrade).

mod all_the_way;
mod certificates;
mod kafka;
mod mysql;
mod redis;
mod servers;

/// The password of every account here. No server may hear it that does not prove who it is, and no error may show it.
const PASSWORD: &str = "S3cretPassw0rd";

/// A server that cannot prove who it is is refused with a reason, which shows no password.
fn assert_refused(what: &str, error: &str, reasons: &[&str]) {
    let error_lower = error.to_lowercase();
    assert!(reasons.iter().any(|it| error_lower.contains(it)), "{what}: {error}");
    assert!(!error.contains(PASSWORD), "{what}: {error}");
}
