//! Envelopes of messages: what Kafka Connect (`{"schema", "payload"}`) and Debezium (`{"before", "after", "op"}`, alone or in Connect's) put around an
//! entry. An entry names its fields at the top, an envelope none of them, so that a
//! message says what it is by itself: no setting decides it, and none can change it later. Pure.

use model::flaw::Flaw;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::rejection::Rejection;

/// The parts of the envelopes that are known; whatever else is in one is let be.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
    #[serde(borrow, default)]
    after: Option<&'a RawValue>,
    #[serde(default)]
    op: Option<String>,
}

/// The JSON of the entry in an envelope. `None`: it is in none. Refused: a change event that changes or deletes what was there, for an entry never changes.
pub fn inner(text: &str) -> Result<Option<&str>, Rejection> {
    let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(text) else { return Ok(None) };
    if let Some(op) = envelope.op {
        return match (op.as_str(), envelope.after) {
            ("c" | "r", Some(after)) if after.get() != "null" => Ok(Some(after.get())),
            _ => Err(Rejection::whole(Flaw::ChangeEvent)),
        };
    }
    let Some(payload) = envelope.payload else { return Ok(None) };
    // Debezium's own within that of Connect.
    Ok(inner(payload.get())?.or(Some(payload.get())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_taken_out_of_their_envelopes() {
        let entry = r#"{"product_id":"a"}"#;
        let connect = |it: &str| format!(r#"{{"schema":{{"type":"struct"}},"payload":{it}}}"#);
        let debezium = |op: &str, after: &str| {
            format!(r#"{{"before":null,"after":{after},"source":{{"table":"t"}},"op":"{op}","ts_ms":1}}"#)
        };
        for message in [connect(entry), debezium("c", entry), debezium("r", entry), connect(&debezium("c", entry))] {
            assert_eq!(inner(&message), Ok(Some(entry)), "{message}");
        }
        for message in
            [debezium("u", entry), debezium("d", "null"), debezium("c", "null"), connect(&debezium("t", "null"))]
        {
            assert_eq!(inner(&message), Err(Rejection::whole(Flaw::ChangeEvent)), "{message}");
        }
        for message in [entry, "[]", "5", "", r#"{"before":null}"#] {
            assert_eq!(inner(message), Ok(None), "{message}");
        }
    }
}
