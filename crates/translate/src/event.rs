//! A change event: a row as it was and as it is, out of the envelope of Debezium, of Kafka Connect, or of none.

use model::registry::without_prefix;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A row by its columns.
pub type ForeignRow = Map<String, Value>;

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// It was there before the events began.
    Snapshot,
    /// It is new.
    Create,
    /// It was changed.
    Update,
    /// It is gone.
    Delete,
}

/// A change event.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeEvent {
    /// What happened; a row without an envelope was created.
    pub operation: Operation,
    /// The row before; empty where nobody says.
    pub before: ForeignRow,
    /// The row now; empty where it is gone.
    pub after: ForeignRow,
}

/// Why a message is no change event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Bytes that are no JSON object.
    #[error("the message is no JSON object")]
    NotJson,
    /// An operation that is none of Debezium's.
    #[error("the operation {0:?} is none of c, r, u, d")]
    Operation(String),
}

impl ChangeEvent {
    /// Reads a message. `None`: a tombstone, which says that a key is gone and nothing else, or one of the connector's own.
    pub fn read(message: &[u8]) -> Result<Option<Self>, EventError> {
        if message.is_empty() {
            return Ok(None);
        }
        match serde_json::from_slice(without_prefix(message)) {
            Ok(Value::Null) => Ok(None),
            Ok(Value::Object(object)) => Self::of(object),
            _ => Err(EventError::NotJson),
        }
    }

    fn of(mut object: ForeignRow) -> Result<Option<Self>, EventError> {
        if object.contains_key("schema") && object.contains_key("payload") {
            return match object.remove("payload") {
                Some(Value::Object(payload)) => Self::of(payload),
                Some(Value::Null) | None => Ok(None),
                Some(_) => Err(EventError::NotJson),
            };
        }
        let Some(Value::String(op)) = object.get("op").cloned().filter(|_| object.contains_key("after")) else {
            return Ok(Some(Self { operation: Operation::Create, before: ForeignRow::new(), after: object }));
        };
        let operation = match op.as_str() {
            "r" => Operation::Snapshot,
            "c" => Operation::Create,
            "u" => Operation::Update,
            "d" => Operation::Delete,
            // Truncations and messages of the connector.
            "t" | "m" => return Ok(None),
            _ => return Err(EventError::Operation(op)),
        };
        let mut row = |name: &str| match object.remove(name) {
            Some(Value::Object(row)) => row,
            _ => ForeignRow::new(),
        };
        Ok(Some(Self { operation, before: row("before"), after: row("after") }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_taken_out_of_their_envelopes() {
        let debezium = r#"{"before":{"a":1},"after":{"a":2},"source":{},"op":"u","ts_ms":5}"#;
        let connect = format!(r#"{{"schema":{{}},"payload":{debezium}}}"#);
        let registry = [b"\0\0\0\0\x01", debezium.as_bytes()].concat();
        let wanted = ChangeEvent::read(debezium.as_bytes()).unwrap().unwrap();
        assert_eq!(
            (wanted.operation, wanted.before["a"].as_i64(), wanted.after["a"].as_i64()),
            (Operation::Update, Some(1), Some(2))
        );
        for message in [connect.as_bytes(), &registry] {
            assert_eq!(ChangeEvent::read(message), Ok(Some(wanted.clone())));
        }
        let flat = ChangeEvent::read(br#"{"a":2,"op":"c"}"#).unwrap().unwrap();
        assert_eq!((flat.operation, flat.after.len()), (Operation::Create, 2), "a row without an envelope");
        for nothing in [&b""[..], b"null", br#"{"schema":null,"payload":null}"#, br#"{"op":"t","after":null}"#] {
            assert_eq!(ChangeEvent::read(nothing), Ok(None));
        }
        assert_eq!(ChangeEvent::read(b"[1]"), Err(EventError::NotJson));
        assert_eq!(ChangeEvent::read(br#"{"op":"x","after":{}}"#), Err(EventError::Operation("x".into())));
    }
}
