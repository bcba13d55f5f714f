//! Looks at keys before an audit settles them. Most keys of most audits are quiet: nothing came to them since they were settled last, and
//! they agree. Nothing has to be written to those, so that they need no script, which takes Redis several times as long.

use app::model::quantity::MAX_SUM;
use redis::{RedisError, Value};

use super::{Compared, Error, May, Realtime, keys};

impl Realtime {
    /// Which of these keys are quiet, and agree with the records: [`Realtime::settle`] would change nothing, and say so. Read one by one
    /// at any time after the cut: a key to which nothing came is as it was at the cut. A few hundred in one call.
    pub async fn quiet(&self, run: &str, compared: &[Compared]) -> Result<Vec<bool>, Error> {
        let doing = "looking at keys";
        if compared.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipe = redis::pipe();
        for it in compared {
            pipe.cmd("HGETALL").arg(self.keys.stock(&keys::member(&it.key)));
        }
        // Something of another type under a key is for the script to set apart.
        pipe.ignore_errors();
        let mut redis = self.connection(doing).await?;
        let hashes: Vec<Result<Value, RedisError>> = pipe.query_async(&mut redis).await.map_err(Error::away(doing))?;
        let agrees = |it: &Compared, hash: Result<Value, RedisError>| {
            it.may != May::Look && hash.is_ok_and(|hash| is_quiet(&hash, run, it.rrs))
        };
        Ok(compared.iter().zip(hashes).map(|(it, hash)| agrees(it, hash)).collect())
    }
}

/// Is this hash whole, settled by an earlier run, without any change since, and with these sums? As text: sums that are right are the same
/// texts. Where in doubt, no.
fn is_quiet(hash: &Value, run: &str, rrs: [i64; 3]) -> bool {
    let Value::Array(parts) = hash else { return false };
    let field = |name: &str| {
        parts.chunks_exact(2).find_map(|pair| match pair {
            [Value::BulkString(field), Value::BulkString(value)] if field == name.as_bytes() => Some(value.as_slice()),
            _ => None,
        })
    };
    let [active, other] = match field("active_version") {
        Some(b"1") => ["v1", "v2"],
        Some(b"2") => ["v2", "v1"],
        _ => return false,
    };
    let sums_are = |what: &str, version: &str, wanted: [&str; 3]| {
        let names = ["", "_in", "_entries"].map(|sum| format!("{what}{sum}_{version}"));
        names.iter().zip(wanted).all(|(name, wanted)| field(name) == Some(wanted.as_bytes()))
    };
    let rrs = rrs.map(|it| it.to_string());
    let is_settled = |it: &[u8]| it != run.as_bytes() && !it.starts_with(b"!");
    field("settled").is_some_and(is_settled)
        && field("rev").is_some_and(is_rev)
        && sums_are("base", active, rrs.each_ref().map(String::as_str))
        && sums_are("base", other, ["0"; 3])
        && [active, other].iter().all(|it| sums_are("change", it, ["0"; 3]))
}

fn is_rev(text: &[u8]) -> bool {
    let is_number = text.iter().all(u8::is_ascii_digit);
    is_number && str::from_utf8(text).ok().and_then(|it| it.parse::<i64>().ok()).is_some_and(|it| it <= MAX_SUM)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: [(&str, &str); 16] = [
        ("active_version", "2"),
        ("rev", "12"),
        ("settled", "an earlier run"),
        ("pending", "an earlier run"),
        ("base_v1", "0"),
        ("change_v1", "0"),
        ("base_in_v1", "0"),
        ("change_in_v1", "0"),
        ("base_entries_v1", "0"),
        ("change_entries_v1", "0"),
        ("base_v2", "-3"),
        ("change_v2", "0"),
        ("base_in_v2", "5"),
        ("change_in_v2", "0"),
        ("base_entries_v2", "4"),
        ("change_entries_v2", "0"),
    ];

    fn said(hash: &[(&str, &str)]) -> bool {
        let text = |it: &str| Value::BulkString(it.as_bytes().to_vec());
        let parts = hash.iter().flat_map(|(field, value)| [text(field), text(value)]).collect();
        is_quiet(&Value::Array(parts), "this run", [-3, 5, 4])
    }

    #[test]
    fn a_key_that_is_as_it_was_settled_is_quiet() {
        assert!(said(&QUIET));
        assert!(said(&[&QUIET[..], &[("note", "nobody's")]].concat()));
        let without_run = QUIET.map(|it| if it.0 == "settled" { (it.0, "") } else { it });
        assert!(said(&without_run));
    }

    #[test]
    fn anything_else_is_looked_at_closely() {
        let odd = |field: &str| match field {
            "active_version" => ["1", "3", ""].to_vec(),
            "rev" => ["-1", "+1", "many", "", "9007199254740992"].to_vec(),
            "settled" => ["this run", "!another run"].to_vec(),
            "pending" => Vec::new(),
            _ => ["1", "-1", "00", "+0", " 0", "many", ""].to_vec(),
        };
        for (place, (field, _)) in QUIET.iter().enumerate() {
            for value in odd(field) {
                let mut hash = QUIET;
                hash[place].1 = value;
                assert!(!said(&hash), "{field} {value:?}");
            }
            let mut hash = QUIET.to_vec();
            hash.remove(place);
            assert_eq!(said(&hash), *field == "pending", "without {field}");
        }
        assert!(!is_quiet(&Value::Nil, "this run", [-3, 5, 4]));
    }
}
