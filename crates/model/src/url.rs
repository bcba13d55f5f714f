//! URLs of pages, put together field by field.

use std::fmt::Write as _;

/// A path and its fields.
#[derive(Debug, Clone)]
pub struct Url {
    text: String,
    has_fields: bool,
}

impl Url {
    /// A path without fields.
    pub fn new(path: &str) -> Self {
        Self { text: path.to_owned(), has_fields: false }
    }

    /// With one field more; one that is empty is left out.
    #[must_use]
    pub fn with(mut self, field: &str, value: &str) -> Self {
        if value.is_empty() {
            return self;
        }
        self.text.push(if self.has_fields { '&' } else { '?' });
        self.has_fields = true;
        self.escape(field);
        self.text.push('=');
        self.escape(value);
        self
    }

    /// Appends a text, percent-encoded.
    fn escape(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b',' | b':' => {
                    self.text.push(char::from(byte));
                }
                byte => {
                    // Writing to a string cannot fail.
                    let _written = write!(self.text, "%{byte:02X}");
                }
            }
        }
    }

    /// With a field for each value.
    #[must_use]
    pub fn with_all(self, field: &str, values: Vec<&str>) -> Self {
        values.into_iter().fold(self, |url, value| url.with(field, value))
    }

    /// Text of the URL: path, `?` and fields, with their values percent-encoded.
    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_empty_ones_left_out() {
        let url = Url::new("/x").with("a", "").with("b", "同 &?#'").with_all("c", vec!["1", "2025-03-10T14:30"]);
        assert_eq!(url.into_text(), "/x?b=%E5%90%8C%20%26%3F%23%27&c=1&c=2025-03-10T14:30");
    }
}
