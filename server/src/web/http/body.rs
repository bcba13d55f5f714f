//! Bodies of requests: JSON objects of calls, fields of forms.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

use super::problem::{FieldError, Problem};

/// A JSON object; serde alone would take a list of its fields too. What it cannot be is a fault of the field `body`.
pub fn object<T: for<'a> Deserialize<'a>>(body: &[u8]) -> Result<T, Problem> {
    let object: Result<Map<String, Value>, serde_json::Error> = serde_json::from_slice(body);
    object.and_then(|it| serde_json::from_value(Value::Object(it))).map_err(|cause| {
        let error = FieldError { line: None, field: "body".to_owned(), code: "malformed", message: cause.to_string() };
        Problem::invalid(vec![error])
    })
}

/// A whole number, also one written as `10.0`: to JSON Schema that is one. Null: none.
pub fn whole_number<'de, D: Deserializer<'de>>(number: D) -> Result<Option<u64>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(number)? else { return Ok(None) };
    let text = number.to_string();
    let whole = text.strip_suffix(".0").unwrap_or(&text);
    whole.parse().map(Some).map_err(|_| D::Error::custom(format!("{text} is no whole number")))
}

/// Fields of a form; of one that stands twice, the last.
pub fn fields(body: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
}
