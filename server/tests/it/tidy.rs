//! The invariants of the house, as tests. Each message says the remedy.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Files below a folder with an extension: path from the root and text.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), extension, &mut found);
    found.sort();
    assert!(!found.is_empty(), "{folder} has no .{extension}: was it moved?");
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The code without its tests and comments.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
    before_tests.lines().filter(|it| !it.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// No file outside `homes` may contain any of `words`.
fn only_in(folder: &str, homes: &[&str], words: &[&str], remedy: &str) {
    for (name, text) in files(folder, "rs") {
        if homes.iter().any(|home| name.contains(home)) {
            continue;
        }
        let code = code(&text);
        for word in words {
            assert!(!code.contains(word), "{name} says {word:?}: {remedy}");
        }
    }
}

#[test]
fn each_technology_has_one_home() {
    only_in(
        "server/src",
        &["/records/"],
        &["sqlx::", "SELECT ", "INSERT INTO"],
        "SQL belongs in records/, a file per table",
    );
    only_in("server/src", &["/realtime/"], &["redis::", "HMGET"], "Redis commands belong in realtime/");
    only_in("server/src", &["/ingest/"], &["rdkafka"], "Kafka belongs in ingest/, which lends a producer and a reader");
    only_in("server/src", &["/web/"], &["axum", "leptos"], "HTTP belongs in web/");
    only_in("server/src", &["/alerts/webhook.rs"], &["reqwest"], "who calls others is alerts/webhook.rs");
}

#[test]
fn table_names_are_made_in_one_place() {
    only_in(
        "server/src",
        &["/records/tables.rs", "/records/multi_statement.rs"],
        &["AssertSqlSafe", "format!(\"t_"],
        "ask records/tables.rs or records/multi_statement.rs for the statement",
    );
}

#[test]
fn stores_use_nobody_but_the_vocabulary() {
    for store in ["records", "realtime"] {
        for (name, text) in files(&format!("server/src/{store}"), "rs") {
            for line in code(&text).lines().filter(|it| it.contains("crate::")) {
                let allowed = ["base::business_time", "base::clock", "base::config", "base::hex"]
                    .iter()
                    .any(|it| line.contains(it));
                assert!(
                    allowed,
                    "{name}: {line}: a store knows settings and the clock, and no other part of the server"
                );
            }
        }
    }
}

#[test]
fn the_shared_crate_has_no_sides() {
    only_in(
        "app/src",
        &[],
        &["cfg(feature", "tokio::", "std::env"],
        "app/ compiles the same for browser and server; ask the Backend",
    );
}

#[test]
fn only_the_settings_read_the_environment() {
    only_in("server/src", &["/config/"], &["std::env::", "env!("], "add a key to config.rs");
}

#[test]
fn only_the_clock_tells_the_time() {
    only_in("server/src", &["clock.rs"], &["Utc::now", "SystemTime::now", "Local::now"], "take a Clock");
}

#[test]
fn every_text_of_a_page_is_in_the_catalogue() {
    for (name, text) in files("app/src", "rs") {
        if name.contains("/i18n/") {
            continue;
        }
        let chinese = code(&text).chars().find(|c| ('\u{4e00}'..='\u{9fff}').contains(c) && !"万亿".contains(*c));
        assert_eq!(chinese, None, "{name}: put the text into i18n/, in both languages");
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

#[test]
fn files_stay_small() {
    for folder in ["app/src", "server/src", "frontend/src", "server/tests"] {
        for (name, text) in files(folder, "rs") {
            let lines = text.lines().count();
            assert!(lines <= 450, "{name} has {lines} lines: it has grown a second idea; split it");
        }
    }
}

#[test]
fn functions_fit_on_a_screen() {
    for folder in ["app/src", "server/src"] {
        for (name, text) in files(folder, "rs") {
            let mut start = None;
            for (number, line) in text.lines().enumerate() {
                let indent = line.len() - line.trim_start().len();
                let trimmed = line.trim_start();
                let opens = ["fn ", "pub fn ", "async fn ", "pub async fn ", "pub(super) fn ", "pub(super) async fn "];
                if start.is_none() && opens.iter().any(|it| trimmed.starts_with(it)) && !trimmed.ends_with(';') {
                    start = Some((number, indent));
                } else if let Some((first, depth)) = start
                    && indent == depth
                    && trimmed.starts_with('}')
                {
                    assert!(
                        number - first <= 75,
                        "{name}:{}: a function of {} lines: split it",
                        first + 1,
                        number - first + 1
                    );
                    start = None;
                }
            }
        }
    }
}

/// The anchor of a heading, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars()
        .filter(|it| it.is_alphanumeric() || " -_".contains(*it))
        .map(|it| if it == ' ' { '-' } else { it })
        .collect()
}

/// The anchors of a page.
fn anchors(page: &str) -> Vec<String> {
    let mut is_code = false;
    let mut found = Vec::new();
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        if let Some(heading) = line.strip_prefix('#').filter(|_| !is_code) {
            found.push(anchor(heading.trim_start_matches('#')));
        }
    }
    found
}

/// What code cites as `docs/PAGE.md` or `docs/PAGE.md#heading`.
fn citations(text: &str) -> impl Iterator<Item = &str> {
    let is_end = |it: char| !(it.is_alphanumeric() || "/.-_#".contains(it));
    let cited = text.match_indices("docs/").map(move |(at, _)| text[at..].split(is_end).next().unwrap_or_default());
    cited.map(|it| it.trim_end_matches('.')).filter(|it| it.contains(".md"))
}

/// Where the links of a page lead, from the page's own folder.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|it| it.split(')').next());
    targets.filter(|it| !it.contains("://") && !it.contains(' '))
}

fn resolves(name: &str, cited: &str, from: &Path) {
    let (page, at) = cited.split_once('#').unwrap_or((cited, ""));
    let path = if page.is_empty() { root().join(name) } else { from.join(page) };
    assert!(path.exists(), "{name} cites {cited}: there is no such page; cite one that exists");
    if !at.is_empty() {
        let page = std::fs::read_to_string(&path).unwrap();
        assert!(anchors(&page).iter().any(|it| it == at), "{name} cites {cited}: that page has no such heading");
    }
}

#[test]
fn citations_resolve() {
    let places = [("server", "rs"), ("app", "rs"), ("frontend", "rs"), ("server", "lua"), ("dev", "sh")];
    let old = ["1-domain", "2-consistency", "3-structure", "4-screens", "5-parts", "6-proof", "7-contract"];
    for (name, text) in places.into_iter().flat_map(|(folder, extension)| files(folder, extension)) {
        if name.ends_with("tidy.rs") {
            continue;
        }
        let old = old.iter().find(|it| text.contains(**it));
        assert!(old.is_none(), "{name} cites {old:?}, which is not in the repository: cite docs/PAGE.md#heading");
        citations(&text).for_each(|it| resolves(&name, it, &root()));
    }
    let in_root = std::fs::read_dir(root())
        .unwrap()
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|it| it == "md"));
    let in_root =
        in_root.map(|it| (it.file_name().unwrap().display().to_string(), std::fs::read_to_string(&it).unwrap()));
    for (name, text) in files("docs", "md").into_iter().chain(files("migrations", "md")).chain(in_root) {
        let folder = root().join(&name).parent().unwrap().to_owned();
        links(&text).for_each(|it| resolves(&name, it, &folder));
    }
}
