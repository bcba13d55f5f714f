//! The invariants of the house, as tests. Each message says the remedy.

mod citations;
mod dependencies;
mod sizes;
mod technologies;
mod words;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
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

/// Where Rust code is.
const CODE: [&str; 5] = ["app/src", "crates", "frontend/src", "server/src", "server/tests"];
