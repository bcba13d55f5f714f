//! Bodies of requests: JSON objects of calls, fields of forms.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::problem::{FieldError, Problem};

/// A JSON object; serde alone would take a list of its fields too. What it cannot be is a fault of the field `body`.
pub fn object<T: for<'a> Deserialize<'a>>(body: &[u8]) -> Result<T, Problem> {
    let object: Result<Map<String, Value>, serde_json::Error> = serde_json::from_slice(body);
    object.and_then(|it| serde_json::from_value(Value::Object(it))).map_err(|cause| {
        let error = FieldError { line: None, field: "body".to_owned(), code: "malformed", message: cause.to_string() };
        Problem::invalid(vec![error])
    })
}

/// Fields of a form; of one that stands twice, the last.
pub fn fields(body: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
}
