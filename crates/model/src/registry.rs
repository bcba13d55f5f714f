//! Wire format of schema registries (Confluent): what they put before the JSON of a message.

/// Length of the prefix: a zero, and the four bytes of the id of the schema.
const PREFIX: usize = 5;

/// What follows the prefix; all of a message that has none.
pub fn without_prefix(message: &[u8]) -> &[u8] {
    match message.first() {
        Some(0) => message.get(PREFIX..).unwrap_or(message),
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_whole_or_none() {
        assert_eq!(without_prefix(b"\0\0\0\0\x07{}"), b"{}");
        assert_eq!((without_prefix(b"{}"), without_prefix(b"\0\0")), (&b"{}"[..], &b"\0\0"[..]));
        assert_eq!(without_prefix(b""), b"");
    }
}
