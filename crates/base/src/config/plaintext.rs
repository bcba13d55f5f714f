//! Transport security of the servers that we rest on: plain text stays on this machine. Over a network a server has to prove who it is, or a setting has to
//! say aloud that plain text is wanted: a password would go to whoever answers.

use std::net::IpAddr;

use super::SecretUrl;

/// Servers that may be spoken to in plain text over a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Plaintext {
    mysql: bool,
    redis: bool,
    kafka: bool,
}

impl Plaintext {
    /// Names of servers with commas between them; none: none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut allowed = Self::default();
        for name in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            match name {
                "mysql" => allowed.mysql = true,
                "redis" => allowed.redis = true,
                "kafka" => allowed.kafka = true,
                _ => return Err("names none of mysql, redis, kafka".to_owned()),
            }
        }
        Ok(allowed)
    }

    /// A database elsewhere proves by its certificate that it is the one of the URL.
    pub(super) fn check_mysql(self, url: SecretUrl) -> Result<SecretUrl, String> {
        let is_mode = |name: &str| name == "ssl-mode" || name == "sslmode";
        let modes: Vec<String> = url.fields().filter(|(name, _)| is_mode(name)).map(|(_, mode)| mode).collect();
        let is_proved = !modes.is_empty() && modes.iter().all(|it| it.eq_ignore_ascii_case("verify_identity"));
        if self.mysql || is_proved || url.is_loopback() {
            return Ok(url);
        }
        Err("is on another machine, and whoever answers there would be sent the password: add ?ssl-mode=VERIFY_IDENTITY (and \
             &ssl-ca=FILE for certificates of your own), or have TALLYHOUSE_PLAINTEXT name mysql"
            .to_owned())
    }

    /// A Redis elsewhere is spoken to by TLS, its certificate is looked at.
    pub(super) fn check_redis(self, url: SecretUrl) -> Result<SecretUrl, String> {
        let is_proved = url.is_of("rediss") && !url.is_insecure();
        if self.redis || is_proved || url.is_loopback() {
            return Ok(url);
        }
        Err("is on another machine, and whoever answers there would be sent the password: use rediss:// without #insecure, or have \
             TALLYHOUSE_PLAINTEXT name redis"
            .to_owned())
    }

    /// Brokers elsewhere are spoken to by TLS.
    pub(super) fn check_kafka(self, brokers: String, is_tls: bool) -> Result<String, String> {
        if is_tls || self.kafka || brokers.split(',').all(|it| is_loopback(it.trim())) {
            return Ok(brokers);
        }
        Err("names another machine, and whoever answers there would be believed: set kafka_security_protocol to SSL or SASL_SSL, or have \
             TALLYHOUSE_PLAINTEXT name kafka"
            .to_owned())
    }
}

/// Does `host:port` lead to this machine?
fn is_loopback(broker: &str) -> bool {
    is_this_machine(broker.rsplit_once(':').map_or(broker, |(host, _)| host))
}

/// Is it `localhost`, or an address of the loopback network? One of IPv6 may stand in brackets.
pub(super) fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_on_this_machine() {
        let none = Plaintext::default();
        let mysql = |url: &str| none.check_mysql(SecretUrl::parse(url, &["mysql"]).unwrap()).is_ok();
        for (url, is_let) in [
            ("mysql://u:p@127.0.0.1:3306/x", true),
            ("mysql://u:p@[::1]/x", true),
            ("mysql://u:p@localhost/x?socket=/run/mysqld.sock", true),
            ("mysql://u:p@db/x", false),
            ("mysql://u:p@127.0.0.1.example.org/x", false),
            ("mysql://u:p@10.0.0.5/x?ssl-mode=REQUIRED", false),
            ("mysql://u:p@db/x?ssl-mode=VERIFY_CA", false),
            ("mysql://u:p@db/x?ssl-mode=VERIFY_IDENTITY", true),
            ("mysql://u:p@db/x?ssl-mode=verify_identity&ssl-ca=/etc/ca.pem", true),
            ("mysql://u:p@db/x?ssl-mode=VERIFY_IDENTITY&sslmode=DISABLED", false),
        ] {
            assert_eq!(mysql(url), is_let, "{url}");
        }
        let redis = |url: &str| none.check_redis(SecretUrl::parse(url, &["redis", "rediss"]).unwrap()).is_ok();
        for (url, is_let) in [
            ("redis://:p@127.0.0.1/0", true),
            ("rediss://:p@127.0.0.1/0#insecure", true),
            ("redis://:p@r/0", false),
            ("rediss://:p@r/0", true),
            ("rediss://:p@r/0#insecure", false),
        ] {
            assert_eq!(redis(url), is_let, "{url}");
        }
        for (brokers, is_let) in [
            ("127.0.0.1:9092, localhost:9093,[::1]:9094", true),
            ("127.0.0.1:9092,k1:9092", false),
            ("127.evil:1", false),
        ] {
            assert_eq!(none.check_kafka(brokers.to_owned(), false).is_ok(), is_let, "{brokers}");
        }
    }

    #[test]
    fn what_is_said_aloud_is_let() {
        assert!(Plaintext::default().check_kafka("k1:9092".to_owned(), true).is_ok());
        let all = Plaintext::parse("mysql, redis,kafka").unwrap();
        assert!(all.check_mysql(SecretUrl::parse("mysql://u:p@db/x", &["mysql"]).unwrap()).is_ok());
        assert!(all.check_redis(SecretUrl::parse("redis://r/0", &["redis"]).unwrap()).is_ok());
        assert!(all.check_kafka("k1:9092".to_owned(), false).is_ok());
        assert!(Plaintext::parse("all").is_err());
    }
}
