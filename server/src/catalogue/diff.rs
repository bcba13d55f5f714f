//! What becomes another, in words: for who confirms it and for the trail. Pure.

use app::pages::names::view::Change;
use sha2::{Digest as _, Sha256};

use super::csv_file::{subject_of_level, subject_of_name};
use base::hex::hex;
use records::{Catalogue, CatalogueWrites, LevelRow, NameRow, TrailEvent};

/// What a change would do to the catalogue.
#[derive(Debug, Default)]
pub struct Diff {
    /// To be written: only what is different.
    pub names: Vec<NameRow>,
    /// To be written: only what is different.
    pub levels: Vec<LevelRow>,
    /// The same in words.
    pub changes: Vec<Change>,
    /// How many are so already.
    pub same: usize,
}

impl Diff {
    /// What these would change.
    pub fn of(now: &Catalogue, names: Vec<NameRow>, levels: Vec<LevelRow>) -> Self {
        let mut diff = Self::default();
        for row in names {
            let before = now.names.get(&(row.of, row.id.clone()));
            if before == Some(&row) || before.is_none() && row.is_blank() {
                diff.same += 1;
                continue;
            }
            let (subject, before) = (subject_of_name(row.of, &row.id), before.map(words_of_name));
            diff.changes.push(Change { subject, before, after: words_of_name(&row) });
            diff.names.push(row);
        }
        for row in levels {
            let before = now.levels.get(&row.key).copied();
            if before == row.level {
                diff.same += 1;
                continue;
            }
            let before = before.map(|it| it.to_string());
            diff.changes.push(Change { subject: subject_of_level(&row), before, after: words_of_level(row.level) });
            diff.levels.push(row);
        }
        diff
    }

    /// Stands for all of the changes.
    pub fn seal(&self) -> String {
        let mut hash = Sha256::new();
        for it in &self.changes {
            for text in [Some(&it.subject), it.before.as_ref(), Some(&it.after)] {
                // What is none, and where a text ends, counts too.
                hash.update(text.map_or_else(|| "-".to_owned(), |it| format!("{}:{it}", it.len())));
            }
        }
        hex(&hash.finalize()[..16])
    }

    /// How many are new.
    pub fn added(&self) -> usize {
        self.changes.iter().filter(|it| it.before.is_none()).count()
    }

    /// As writes, with what the trail says of them.
    pub fn by(self, who: &str) -> CatalogueWrites {
        let deed = |it: Change| TrailEvent {
            who: who.to_owned(),
            action: "catalogue.change".to_owned(),
            subject: it.subject,
            before: it.before,
            after: Some(it.after),
        };
        CatalogueWrites { names: self.names, levels: self.levels, deeds: self.changes.into_iter().map(deed).collect() }
    }
}

/// `zh: 苹果, en: Apple, unit: kg`.
pub fn words_of_name(it: &NameRow) -> String {
    let parts = [("zh", &it.name.zh), ("en", &it.name.en), ("unit", &it.unit)];
    let said: Vec<String> =
        parts.into_iter().filter_map(|(what, text)| Some(format!("{what}: {}", text.as_ref()?))).collect();
    if said.is_empty() { NOTHING.to_owned() } else { said.join(", ") }
}

/// A level, or that there is none.
pub fn words_of_level(level: Option<i64>) -> String {
    level.map_or_else(|| NOTHING.to_owned(), |it| it.to_string())
}

/// Where there is nothing.
const NOTHING: &str = "\u{2014}";
