//! Which file, and where its fields come from, as the page's URL and its form say. Pure.

use std::collections::BTreeMap;

use app::pages::import::view::{FIELDS, ImportQuery, Mapping, Source};

/// The most characters of a value that is the same in every line: descriptions have at most 512 bytes.
const MAX_VALUE: usize = 512;

/// Reads a query or a form. What is not understood is let be: the page shows what was.
pub fn read(query: &str) -> ImportQuery {
    let given: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let get = |name: String| given.get(&name).map(String::as_str).filter(|it| !it.is_empty());
    let upload = get("upload".to_owned()).filter(|it| it.len() <= 32 && it.bytes().all(|b| b.is_ascii_alphanumeric()));
    let source = |field: &'static str| {
        let fixed = get(format!("value.{field}")).map(|it| it.chars().take(MAX_VALUE).collect::<String>());
        match (get(format!("column.{field}")), fixed) {
            (Some("sign"), _) if field == "drcr" => Source::Sign,
            (Some(number), fixed) => match number.parse::<usize>().ok().and_then(|it| it.checked_sub(1)) {
                Some(place) => Source::Column(place),
                None => fixed.map_or(Source::None, Source::Fixed),
            },
            (None, Some(fixed)) => Source::Fixed(fixed),
            (None, None) => Source::None,
        }
    };
    let is_mapped = given.keys().any(|it| it.starts_with("column.") || it.starts_with("value."));
    let mapping = is_mapped.then(|| Mapping(FIELDS.iter().map(|field| (*field, source(field))).collect()));
    ImportQuery { upload: upload.unwrap_or_default().to_owned(), mapping }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_brings_back_its_state() {
        let query = read(
            "upload=0a&column.bill_id=3&column.drcr=sign&column.company_id=none&value.company_id=c%201&column.kind=x",
        );
        let mapping = query.mapping.clone().unwrap();
        assert_eq!(mapping.source("bill_id"), &Source::Column(2));
        assert_eq!(mapping.source("company_id"), &Source::Fixed("c 1".to_owned()));
        assert_eq!((mapping.source("drcr"), mapping.source("kind")), (&Source::Sign, &Source::None));
        assert_eq!(read(query.url().split_once('?').unwrap().1), query);
        assert_eq!(read("upload=../x"), ImportQuery::default());
    }
}
