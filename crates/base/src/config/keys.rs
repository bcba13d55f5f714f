//! Settings, one by one: every key, its default, and what the documentation says of it. `docs/settings.md` is made from this table.

/// A setting. A key that is not among them is a typo, and said to be one.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in the file; as a variable `TALLYHOUSE_<NAME>`.
    pub name: &'static str,
    /// Its value where nobody sets it.
    pub default: &'static str,
    /// What it is for, as Markdown.
    #[cfg_attr(not(test), expect(dead_code, reason = "the documentation is made from it, by a test"))]
    doc: &'static str,
}

const fn key(name: &'static str, default: &'static str, doc: &'static str) -> Key {
    Key { name, default, doc }
}

/// All of them, in the order in which they are shown.
pub const KEYS: &[Key] = &[
    key("kafka_brokers", "127.0.0.1:9092", "`host:port`, comma separated"),
    key(
        "kafka_security_protocol",
        "PLAINTEXT",
        "or `SSL`, `SASL_PLAINTEXT`, `SASL_SSL`: with `SSL` in it the broker's certificate must be of the host that `kafka_brokers` names",
    ),
    key(
        "kafka_ssl_ca",
        "",
        "file of the authorities that brokers' certificates are trusted by, PEM; empty: the system's",
    ),
    key("kafka_ssl_certificate", "", "file of our own certificate, PEM, for brokers that ask for one"),
    key("kafka_ssl_key", "", "file of its key, PEM"),
    key("kafka_ssl_key_password", "", "what that file is encrypted by"),
    key("kafka_sasl_mechanism", "SCRAM-SHA-512", "or `SCRAM-SHA-256`, or `PLAIN`, which sends the password as it is"),
    key("kafka_sasl_username", "", "name of our account"),
    key("kafka_sasl_password", "", "its password"),
    key("topic", "PREFIX-TOPIC-INVENTORY", "fixed at the first migrate"),
    key("group", "inv-daemon", "consumer group"),
    key(
        "instance",
        "",
        "this daemon's name in the group (`group.instance.id`): a daemon that was killed and starts again \
         under it goes on at once, not after 10 s. No two live daemons may have the same. After a broker \
         was killed it may take 10 s more.",
    ),
    key("mysql_url", "mysql://127.0.0.1:3306/tallyhouse", "`mysql://USER:PASSWORD@HOST:PORT/DATABASE`"),
    key("redis_url", "redis://127.0.0.1:6379/0", "or `rediss://`"),
    key(
        "redis_ca",
        "",
        "file of the authorities that the certificate of `rediss://` is trusted by, PEM; empty: the system's",
    ),
    key(
        "plaintext",
        "",
        "of `mysql`, `redis`, `kafka` those that may be on another machine and are spoken to in plain text all the same: otherwise \
         `mysql_url` needs `?ssl-mode=VERIFY_IDENTITY` there (and `&ssl-ca=FILE` for an authority of your own), `redis_url` begins with \
         `rediss://`, and `kafka_security_protocol` is `SSL` or `SASL_SSL`",
    ),
    key("redis_prefix", "tallyhouse", "one per installation"),
    key(
        "listen",
        "127.0.0.1:3000",
        "another address than this machine's own needs `public_url` and `trusted_proxies`; only those proxies are answered there",
    ),
    key(
        "public_url",
        "",
        "our address as people have it behind a proxy: `https://HOST` or `https://HOST:PORT`. Nothing of it is taken from a request",
    ),
    key(
        "trusted_proxies",
        "",
        "networks of the proxies in front, such as `10.1.0.0/16`, comma separated: of these, what `X-Forwarded-For` or `Forwarded` says \
         of who asks is believed",
    ),
    key("ops_listen", "", "own address for `/healthz`, `/readyz`, `/metrics`; may be any address"),
    key(
        "max_connections",
        "4096",
        "the most that are served at once; a part of the open files of the process is kept for the stores",
    ),
    key("max_connections_per_address", "512", "the most of one address; of this machine, where a proxy may be, all"),
    key("public_wall", "false", "*no effect yet*"),
    key("time_zone", "Asia/Shanghai", "business time; fixed at the first migrate"),
    key("records_layout", "product-day", "a table per product and day, or `bucket-day`; fixed at the first migrate"),
    key("records_buckets", "16", "tables per day with `bucket-day`; fixed at the first migrate"),
    key("records_max_tables", "20000", "at so many day tables, what needs another one is set aside"),
    key("entry_max_future", "1d", "how far ahead of its message an entry may be dated"),
    key("entry_min_time", "2000-01-01", "the first date that is no typo"),
    key("audit_expiration", "1h", "an audit is due when the last good one is this old"),
    key("audit_retry_after", "5m", "a failed one, or one that could not run, is tried again after this"),
    key("audit_correct_surplus", "false", "whether RRS < NRS is put right without a person"),
    key(
        "audit_unverified_part",
        "5%",
        "figures count as verified while at most this part of all entries came after the last audit that \
         passed",
    ),
    key(
        "journal_keep",
        "7d",
        "the longest that is kept of what batches did to the live stock; a Redis that comes back older \
         than that is rebuilt",
    ),
    key("journal_max_bytes", "2GB", "the most that is kept of it"),
    key(
        "webhook_url",
        "",
        "where alerts are sent, `https://` unless it is this machine; see [Be told](audit.md#be-told)",
    ),
    key(
        "webhook_secret",
        "",
        "what they are signed with: `whsec_` and the base64 of 24 to 64 bytes, such as `whsec_$(openssl rand -base64 32)`",
    ),
];

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// The table of `docs/settings.md`.
    fn table() -> String {
        let mut text = String::from("| variable | default | |\n|---|---|---|\n");
        for key in KEYS {
            let default = if key.default.is_empty() { String::new() } else { format!("`{}` ", key.default) };
            writeln!(text, "| `TALLYHOUSE_{}` | {default}| {} |", key.name.to_uppercase(), key.doc).unwrap();
        }
        text
    }

    #[test]
    fn the_page_of_settings_is_made_from_this_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
        let page = std::fs::read_to_string(path).unwrap();
        let (head, rest) = page.split_once("| variable |").expect("a table");
        let tail = rest.split_once("\n\n").map_or("", |(_, tail)| tail);
        let made = format!("{head}{}\n{tail}", table());
        if page != made {
            std::fs::write(path, &made).unwrap();
            panic!("docs/settings.md was not as config/keys.rs has it; it is now: look at it, and commit it");
        }
    }
}
