//! A body of entries: a JSON array of them, or one on each line (NDJSON). Pure.

use std::fmt;

use model::files::trouble::FileTrouble;
use model::files::{MAX_FILE_BYTES, MAX_FILE_LINES};
use serde::de::{Deserializer as _, Error as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::check::Numbered;

/// The entries of a body as they are written, each with its line; of an array, its place from 1.
pub fn numbered(bytes: &[u8]) -> Result<Vec<Numbered>, FileTrouble> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(FileTrouble::TooLarge(MAX_FILE_BYTES));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.iter().find(|it| !it.is_ascii_whitespace());
    let lines = match first {
        None => Vec::new(),
        Some(b'[') => array(bytes)?,
        // One object over several lines is one entry.
        Some(_) => match serde_json::from_slice::<&RawValue>(bytes) {
            Ok(one) => vec![Numbered { line: 1, text: one.get().as_bytes().to_vec() }],
            Err(_) => lines(bytes)?,
        },
    };
    if lines.is_empty() { Err(FileTrouble::Empty) } else { Ok(lines) }
}

/// Elements of an array, no more of them than a file may have: a body of 32 MB holds sixteen million that are nothing.
struct Elements<'a> {
    /// Whether there were more.
    is_too_long: &'a mut bool,
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = Vec<Numbered>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an array of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        let mut lines = Vec::new();
        while let Some(it) = all.next_element::<&RawValue>()? {
            if lines.len() == MAX_FILE_LINES {
                *self.is_too_long = true;
                return Err(A::Error::custom("too many"));
            }
            lines.push(Numbered { line: lines.len() + 1, text: it.get().as_bytes().to_vec() });
        }
        Ok(lines)
    }
}

fn array(bytes: &[u8]) -> Result<Vec<Numbered>, FileTrouble> {
    let (mut is_too_long, mut json) = (false, serde_json::Deserializer::from_slice(bytes));
    let read = json.deserialize_seq(Elements { is_too_long: &mut is_too_long });
    match read.and_then(|lines| json.end().map(|()| lines)) {
        Ok(lines) => Ok(lines),
        Err(_) if is_too_long => Err(FileTrouble::TooMany(MAX_FILE_LINES)),
        Err(it) => Err(FileTrouble::NotJson { line: it.line(), column: it.column() }),
    }
}

fn lines(bytes: &[u8]) -> Result<Vec<Numbered>, FileTrouble> {
    let mut lines = Vec::new();
    for (place, text) in bytes.split(|it| *it == b'\n').map(<[u8]>::trim_ascii).enumerate() {
        if text.is_empty() {
            continue;
        }
        if lines.len() == MAX_FILE_LINES {
            return Err(FileTrouble::TooMany(MAX_FILE_LINES));
        }
        lines.push(Numbered { line: place + 1, text: text.to_vec() });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Vec<(usize, String)> {
        let all = numbered(body.as_bytes()).unwrap();
        all.into_iter().map(|it| (it.line, String::from_utf8(it.text).unwrap())).collect()
    }

    #[test]
    fn arrays_lines_and_single_objects() {
        let (one, two) = ((1, "{\"a\":1}".to_owned()), (2, "{\"a\":2,\"a\":3}".to_owned()));
        assert_eq!(read(" [{\"a\":1}, {\"a\":2,\"a\":3}] "), [one.clone(), two.clone()]);
        assert_eq!(read("{\"a\":1}\r\n{\"a\":2,\"a\":3}"), [one.clone(), two]);
        assert_eq!(read("\u{feff}{\"a\":1}\n\n  not json \n"), [one, (3, "not json".to_owned())]);
        assert_eq!(read("{\n \"a\": 1\n}\n").len(), 1);
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        assert!(matches!(numbered(b" \n "), Err(FileTrouble::Empty)));
        assert!(matches!(numbered(b"[]"), Err(FileTrouble::Empty)));
        assert!(matches!(numbered(b"[{}"), Err(FileTrouble::NotJson { .. })));
        assert!(matches!(numbered("{\n".repeat(MAX_FILE_LINES + 1).as_bytes()), Err(FileTrouble::TooMany(_))));
        let array = |elements: usize, end: &str| format!("[{}1{end}", "1,".repeat(elements - 1));
        assert_eq!(numbered(array(MAX_FILE_LINES, "]").as_bytes()).map(|it| it.len()), Ok(MAX_FILE_LINES));
        // What stands behind the last one that is taken is not read.
        let more = array(MAX_FILE_LINES + 1, "nonsense");
        assert_eq!(numbered(more.as_bytes()), Err(FileTrouble::TooMany(MAX_FILE_LINES)));
        assert!(matches!(numbered(b"[1] 2"), Err(FileTrouble::NotJson { .. })));
    }
}
