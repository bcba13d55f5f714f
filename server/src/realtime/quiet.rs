//! Looks at keys before an audit settles them. Most keys of most audits are quiet: nothing came to them since they were settled last, and
//! they agree. Nothing has to be written to those, so that they need no script, which takes Redis several times as long.

use app::model::quantity::MAX_SUM;
use redis::Value;

use super::{Compared, Error, May, Realtime, keys};

/// What is read, in this order: sums by version.
const FIELDS: [&str; 15] = [
    "active_version",
    "rev",
    "settled",
    "base_v1",
    "base_in_v1",
    "base_entries_v1",
    "base_v2",
    "base_in_v2",
    "base_entries_v2",
    "change_v1",
    "change_in_v1",
    "change_entries_v1",
    "change_v2",
    "change_in_v2",
    "change_entries_v2",
];

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
            pipe.cmd("HMGET").arg(self.keys.stock(&keys::member(&it.key))).arg(&FIELDS[..]);
        }
        // Something of another type under a key is for the script to set apart.
        pipe.ignore_errors();
        let mut redis = self.connection(doing).await?;
        // As they come: turning them into texts first takes as long as all the rest.
        let Value::Array(hashes) = pipe.query_async(&mut redis).await.map_err(Error::away(doing))? else {
            return Err(Error::Damaged("looking at keys was answered by something else".to_owned()));
        };
        let agrees = |(it, hash): (&Compared, &Value)| it.may != May::Look && is_quiet(hash, run, it.rrs);
        Ok(compared.iter().zip(&hashes).map(agrees).collect())
    }
}

/// Is this hash whole, settled by an earlier run, without any change since, and with these sums? As text: sums that are right are the same
/// texts. Where in doubt, no.
fn is_quiet(hash: &Value, run: &str, rrs: [i64; 3]) -> bool {
    let Value::Array(fields) = hash else { return false };
    let Ok(fields): Result<&[Value; FIELDS.len()], _> = fields.as_slice().try_into() else { return false };
    let [active, rev, settled, sums @ ..] = fields.each_ref().map(text);
    let (Some(active), Some(rev), Some(settled)) = (active, rev, settled) else { return false };
    let rrs = rrs.map(|it| it.to_string());
    let mut wanted = [Some(b"0".as_slice()); 12];
    let base = match active {
        b"1" => &mut wanted[..3],
        b"2" => &mut wanted[3..6],
        _ => return false,
    };
    for (to, sum) in base.iter_mut().zip(&rrs) {
        *to = Some(sum.as_bytes());
    }
    settled != run.as_bytes() && !settled.starts_with(b"!") && is_rev(rev) && sums == wanted
}

fn text(it: &Value) -> Option<&[u8]> {
    if let Value::BulkString(text) = it { Some(text) } else { None }
}

fn is_rev(text: &[u8]) -> bool {
    let is_number = text.iter().all(u8::is_ascii_digit);
    is_number && str::from_utf8(text).ok().and_then(|it| it.parse::<i64>().ok()).is_some_and(|it| it <= MAX_SUM)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: [&str; 15] =
        ["2", "12", "an earlier run", "0", "0", "0", "-3", "5", "4", "0", "0", "0", "0", "0", "0"];

    fn hash() -> Vec<Value> {
        QUIET.map(value).into()
    }

    fn value(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    fn said(hash: Vec<Value>) -> bool {
        is_quiet(&Value::Array(hash), "this run", [-3, 5, 4])
    }

    #[test]
    fn a_key_that_is_as_it_was_settled_is_quiet() {
        assert!(said(hash()));
        let mut without_run = hash();
        without_run[2] = value("");
        assert!(said(without_run));
    }

    #[test]
    fn anything_else_is_looked_at_closely() {
        for (place, field) in FIELDS.iter().enumerate() {
            let odd: &[&str] = match *field {
                "active_version" => &["1", "3", ""],
                "rev" => &["-1", "+1", "many", "", "9007199254740992"],
                "settled" => &["this run", "!another run"],
                _ => &["1", "-1", "00", "+0", " 0", "many", ""],
            };
            for text in odd {
                let mut hash = hash();
                hash[place] = value(text);
                assert!(!said(hash), "{field} {text:?}");
            }
            let mut hash = hash();
            hash[place] = Value::Nil;
            assert!(!said(hash), "without {field}");
        }
        assert!(!is_quiet(&Value::Nil, "this run", [-3, 5, 4]));
        assert!(!said(Vec::new()));
    }
}
