//! Ids are opaque and case-sensitive: `85132B` and `85132b` are two products.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most characters (not bytes) an id may have.
pub const MAX_ID_CHARS: usize = 64;

/// Why a text is not an id (docs/domain.md#the-entry).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The empty text.
    #[error("is empty")]
    Empty,
    /// More than [`MAX_ID_CHARS`] characters.
    #[error("is longer than {MAX_ID_CHARS} characters")]
    TooLong,
    /// Contains a control character, NUL included.
    #[error("contains a control character")]
    Control,
    /// Starts or ends with white space, in Unicode's sense (U+00A0 and U+3000 too).
    #[error("starts or ends with white space")]
    OuterSpace,
}

/// Is it a character without a shape of its own: zero-width, a direction of writing, a soft hyphen, a variant? Unicode calls them ignorable
/// (`Default_Ignorable_Code_Point`, without those reserved).
pub fn is_invisible(it: char) -> bool {
    matches!(it, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The one rule for every kind of id.
fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.chars().nth(MAX_ID_CHARS).is_some() {
        return Err(IdError::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(IdError::Control);
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Err(IdError::OuterSpace);
    }
    Ok(())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String, min_length = 1, max_length = 64)]
        pub struct $name(Box<str>);

        impl $name {
            /// The id as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                check(&text)?;
                Ok(Self(text.into_boxed_str()))
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;
            fn try_from(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(text.into()))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
    };
}

id!(
    /// What is stocked.
    ProductId
);
id!(
    /// Where it is stocked.
    WarehouseId
);
id!(
    /// Whose books the bill belongs to.
    CompanyId
);
id!(
    /// The in or out bill a line stands on.
    BillId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_traders_use() {
        for id in ["apple", "85132B", "BANK CHARGES", "大米", "a/b;'DROP TABLE", "..", "é".repeat(64).as_str()] {
            assert_eq!(ProductId::try_from(id).map(|it| it.to_string()), Ok(id.to_owned()));
        }
    }

    #[test]
    fn refuses_the_rest() {
        for (id, why) in [
            ("", IdError::Empty),
            ("é".repeat(65).as_str(), IdError::TooLong),
            ("a\0b", IdError::Control),
            ("a\u{85}b", IdError::Control),
            (" a", IdError::OuterSpace),
            ("a\u{3000}", IdError::OuterSpace),
            ("\u{a0}a", IdError::OuterSpace),
        ] {
            assert_eq!(ProductId::try_from(id), Err(why), "{id:?}");
        }
    }

    #[test]
    fn tells_upper_from_lower_case() {
        assert_ne!(ProductId::try_from("85132B"), ProductId::try_from("85132b"));
    }
}
