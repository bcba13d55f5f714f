//! Values as SQL text. What could end a literal or means something inside one goes in as digits: there is nothing to escape.

use std::borrow::Cow;

use chrono::NaiveDate;

use base::hex::hex;

/// What stands for a `?`, or in a row.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// Text of any content, see [`literal`].
    Text(Cow<'a, str>),
    /// Whole number, as its digits.
    Number(i64),
    /// Absence of a value: `NULL`.
    Null,
    /// When the statement began, by the server's clock.
    Now,
}

impl Value<'_> {
    /// Writes it to the end of a statement.
    pub fn write(&self, sql: &mut String) {
        match self {
            Self::Text(text) => sql.push_str(&literal(text)),
            Self::Number(number) => sql.push_str(&number.to_string()),
            Self::Null => sql.push_str("NULL"),
            Self::Now => sql.push_str("UTC_TIMESTAMP(3)"),
        }
    }
}

/// A text as SQL. Connections speak UTF-8, in which no part of a longer character looks like a quote or a backslash.
pub fn literal(text: &str) -> String {
    let is_plain = !text.bytes().any(|it| it.is_ascii_control() || matches!(it, b'\'' | b'\\'));
    if is_plain { format!("'{text}'") } else { format!("_utf8mb4 x'{}'", hex(text.as_bytes())) }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<NaiveDate> for Value<'_> {
    fn from(day: NaiveDate) -> Self {
        Self::Text(day.to_string().into())
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Value<'_> {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_a_literal_goes_in_as_digits() {
        assert_eq!(literal("BANK CHARGES #1 \"?\" 同"), "'BANK CHARGES #1 \"?\" 同'");
        assert_eq!(literal(""), "''");
        for text in ["'", "\\", "\u{0}", "\n", "a'; DROP TABLE x; --", "\u{1a}", "\u{7f}"] {
            assert_eq!(literal(text), format!("_utf8mb4 x'{}'", hex(text.as_bytes())));
        }
    }
}
