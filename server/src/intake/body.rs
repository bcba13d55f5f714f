//! A body of entries: a JSON array of them, or one on each line (NDJSON). Pure.

use model::files::trouble::FileTrouble;
use model::files::{MAX_FILE_BYTES, MAX_FILE_LINES};
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
            Err(_) => lines(bytes),
        },
    };
    match lines.len() {
        0 => Err(FileTrouble::Empty),
        n if n > MAX_FILE_LINES => Err(FileTrouble::TooMany(MAX_FILE_LINES)),
        _ => Ok(lines),
    }
}

fn array(bytes: &[u8]) -> Result<Vec<Numbered>, FileTrouble> {
    let trouble = |it: serde_json::Error| FileTrouble::NotJson { line: it.line(), column: it.column() };
    let all: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(trouble)?;
    let number = |(place, it): (usize, &RawValue)| Numbered { line: place + 1, text: it.get().as_bytes().to_vec() };
    Ok(all.into_iter().enumerate().map(number).collect())
}

fn lines(bytes: &[u8]) -> Vec<Numbered> {
    bytes
        .split(|it| *it == b'\n')
        .enumerate()
        .map(|(place, it)| Numbered { line: place + 1, text: it.trim_ascii().to_vec() })
        .filter(|it| !it.text.is_empty())
        .collect()
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
    }
}
