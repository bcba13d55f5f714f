//! Sizes: of a folder, a file, a function.

use std::collections::BTreeMap;

use super::{CODE, files};

/// The most lines of a file.
const MAX_LINES: usize = 400;
/// The most files of a folder. Files that are numbered are a list by themselves: `migrations/`, `docs/decisions/`.
const MAX_FILES: usize = 15;

#[test]
fn files_stay_small() {
    for (name, text) in CODE.iter().flat_map(|folder| files(folder, "rs")) {
        let lines = text.lines().count();
        assert!(
            lines <= MAX_LINES,
            "{name} has {lines} lines, more than {MAX_LINES}: it has grown a second idea; split it"
        );
    }
}

#[test]
fn folders_stay_small() {
    let mut folders = BTreeMap::<String, usize>::new();
    let code = CODE.iter().flat_map(|folder| files(folder, "rs"));
    for (name, _) in code.chain(files("style", "css")).chain(files("docs", "md")) {
        let (folder, _) = name.rsplit_once('/').unwrap_or_default();
        *folders.entry(folder.to_owned()).or_default() += 1;
    }
    folders.remove("docs/decisions");
    for (folder, count) in folders {
        assert!(
            count <= MAX_FILES,
            "{folder} has {count} files, more than {MAX_FILES}: find the subjects in it, a folder each"
        );
    }
}

#[test]
fn functions_fit_on_a_screen() {
    for folder in ["app/src", "crates", "server/src"] {
        for (name, text) in files(folder, "rs") {
            let mut start = None;
            for (number, line) in text.lines().enumerate() {
                let indent = line.len() - line.trim_start().len();
                let trimmed = line.trim_start();
                let opens = [
                    "fn ",
                    "pub fn ",
                    "async fn ",
                    "pub async fn ",
                    "pub(super) fn ",
                    "pub(super) async fn ",
                    "pub(crate) fn ",
                    "pub(crate) async fn ",
                ];
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
