//! Which file, and how it is to be read, as the page's URL and its form say. Pure.

use std::collections::BTreeMap;

use app::pages::import::view::ImportQuery;
use model::files::choices::{BadChoice, Choices};

use crate::web::http::body::fields;
use crate::web::http::problem::Problem;

/// Fields that are no choices.
const OWN: [&str; 3] = ["upload", "profile", "keep"];
/// The most characters of a profile's name.
pub const MAX_NAME: usize = 64;

/// Reads a query or a form. What is not understood is let be: the page shows what was.
pub fn read(query: &str) -> ImportQuery {
    let given = fields(query.as_bytes());
    let get = |name: &str| given.get(name).map(|it| it.trim()).filter(|it| !it.is_empty());
    let upload = get("upload").filter(|it| it.len() <= 32 && it.bytes().all(|b| b.is_ascii_alphanumeric()));
    let profile = get("profile").filter(|it| it.chars().count() <= MAX_NAME);
    ImportQuery {
        is_count: false,
        upload: upload.unwrap_or_default().to_owned(),
        profile: profile.unwrap_or_default().to_owned(),
        choices: choices(query).0,
    }
}

/// What a form says of a file, and all of its fields by name. Refused as no form of the page: bytes that are no text.
pub fn of_form(body: &[u8], page: &str) -> Result<(ImportQuery, BTreeMap<String, String>), Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::bad_form(page))?;
    Ok((read(text), fields(body)))
}

/// The choices of a query or a form, and what in it is none.
pub fn choices(query: &str) -> (Choices, Vec<BadChoice>) {
    let pairs = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !OWN.contains(&name.as_ref()));
    Choices::read(pairs)
}

#[cfg(test)]
mod tests {
    use model::files::field::Field;

    use super::*;

    #[test]
    fn a_url_brings_back_its_state() {
        let query =
            read("upload=0a&profile=a%20b&column.3=bill_id&column.4=none&value.company_id=c%201&column.x=kind&head=3");
        assert_eq!((query.profile.as_str(), query.choices.head), ("a b", Some(3)));
        assert_eq!(query.choices.columns.get(&2), Some(&Field::BillId));
        assert_eq!(query.choices.values.get(&Field::CompanyId).map(String::as_str), Some("c 1"));
        assert_eq!(read(query.url().split_once('?').unwrap().1), query);
        assert_eq!(read("upload=../x"), ImportQuery::default());
        assert_eq!(choices("upload=1&colum.1=bill_id").1.len(), 1);
    }
}
