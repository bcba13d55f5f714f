//! What is stored, read back as what it is: words and documents of columns become types here, and nowhere outside this crate. What cannot be
//! read is an error, not an empty answer.

use serde::de::DeserializeOwned;

use super::error::Error;

/// A word of a closed set, such as a state. `of`: whose it is, for the error.
pub fn word<T>(of: &str, text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Error> {
    parse(text).ok_or_else(|| Error::Inconsistent(format!("{of} is stored as {text:?}, which is none of its words")))
}

/// A JSON document. `of`: whose it is, for the error.
pub fn document<T: DeserializeOwned>(of: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|cause| Error::Inconsistent(format!("{of} cannot be read: {cause}")))
}
