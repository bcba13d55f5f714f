//! Citations and links: nothing in the repository cites what is not in it.

use std::path::Path;

use super::{files, root};

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
    let places =
        [("server", "rs"), ("crates", "rs"), ("app", "rs"), ("frontend", "rs"), ("crates", "lua"), ("dev", "sh")];
    let old = ["1-domain", "2-consistency", "3-structure", "4-screens", "5-parts", "6-proof", "7-contract"];
    for (name, text) in places.into_iter().flat_map(|(folder, extension)| files(folder, extension)) {
        if name.contains("/tidy/") {
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
