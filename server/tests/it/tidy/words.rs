//! Words: one per subject in every layer, texts where texts are, colours by name, and docs that say something.

use std::collections::BTreeSet;

use super::{CODE, code, files, root};

/// The folders below a folder.
fn folders(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap().map(Result::unwrap);
    entries.filter(|it| it.path().is_dir()).map(|it| it.file_name().into_string().unwrap()).collect()
}

/// A page of the app whose subject the server answers is called the same there, in its styles and its browser tests.
#[test]
fn a_subject_has_one_word_in_every_layer() {
    let pages = folders("app/src/pages");
    let rooms = folders("server/src/web");
    // `/wall` and `/components` show what other pages ask for; `http` is for all of them.
    let asked: BTreeSet<String> =
        pages.iter().filter(|it| !["wall", "components"].contains(&it.as_str())).cloned().collect();
    let answering: BTreeSet<String> = rooms.into_iter().filter(|it| it != "http").collect();
    assert_eq!(asked, answering, "app/src/pages and server/src/web: a subject is called the same in both");
    for page in pages {
        let spec = root().join(format!("end2end/{page}.spec.mjs"));
        assert!(spec.exists(), "{} is missing: a page is tested in a browser, under its own name", spec.display());
    }
    for (name, _) in files("style/pages", "css") {
        let page = name.trim_start_matches("style/pages/").trim_end_matches(".css");
        assert!(
            folders("app/src/pages").contains(page),
            "{name}: there is no page of this name: name the file as the page, or put it into components/"
        );
    }
}

/// A doc comment of one or two words says what its item's name says already.
#[test]
fn docs_say_something() {
    for (name, text) in CODE.iter().flat_map(|folder| files(folder, "rs")) {
        let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(doc) = line.strip_prefix("/// ") else { continue };
            let is_alone = !lines.get(at + 1).is_some_and(|it| it.starts_with("///"))
                && !at.checked_sub(1).is_some_and(|it| lines[it].starts_with("///"));
            let words = doc.split_whitespace().count();
            assert!(
                !is_alone || words > 2 || !doc.is_ascii(),
                "{name}:{}: {line:?}: a noun, units, errors, the source of a rule; or no doc",
                at + 1
            );
        }
    }
}

#[test]
fn every_text_of_a_page_is_in_the_catalogue() {
    for (name, text) in files("app/src", "rs") {
        if name.contains("/i18n/") || name.contains("/texts") {
            continue;
        }
        let chinese = code(&text).chars().find(|c| ('\u{4e00}'..='\u{9fff}').contains(c) && !"万亿".contains(*c));
        assert_eq!(chinese, None, "{name}: put the text into the texts of its page or into i18n/, in both languages");
    }
}

#[test]
fn colours_are_tokens() {
    for (name, text) in files("style", "css") {
        if name.ends_with("tokens.css") {
            continue;
        }
        let hex = text.split(|c: char| c.is_whitespace() || ";,()".contains(c)).find(|word| {
            word.strip_prefix('#')
                .is_some_and(|it| matches!(it.len(), 3 | 6 | 8) && it.chars().all(|c| c.is_ascii_hexdigit()))
        });
        assert_eq!(hex, None, "{name}: name the colour in tokens.css");
    }
}
