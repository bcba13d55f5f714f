//! Many rows as one parameter: a JSON array of arrays, which `JSON_TABLE` turns into a table again.

use serde::Serialize;

/// Writes rows (tuples) as JSON.
pub fn json_rows<R: Serialize>(rows: impl Iterator<Item = R>) -> Result<String, sqlx::Error> {
    let unwritable = |cause: serde_json::Error| sqlx::Error::Encode(Box::new(cause));
    let mut text = String::from("[");
    for row in rows {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&serde_json::to_string(&row).map_err(unwritable)?);
    }
    text.push(']');
    Ok(text)
}
