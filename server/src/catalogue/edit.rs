//! What was typed into the page, as changes of the catalogue. Only what the person changed is changed, and only if it still is
//! what they saw. Pure.

use app::model::catalogue::{Fault, RowValues, TypedRow};
use app::model::names::NameOf;
use app::model::stock::StockKey;

use super::check;
use super::csv_file::subject_of_name;
use super::diff::{Diff, words_of_level, words_of_name};
use crate::records::{Catalogue, LevelRow, NameRow};

/// A row as it was typed, and as it was before that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What was typed.
    pub row: TypedRow,
    /// What the person saw; none: a row that they add.
    pub was: Option<RowValues>,
}

impl Edit {
    /// Did the person change anything?
    pub fn is_one(&self) -> bool {
        let typed = trimmed(&self.row.values);
        let adds = !self.row.add.0.trim().is_empty() || !self.row.add.1.trim().is_empty();
        match &self.was {
            Some(was) => adds || typed != trimmed(was),
            None => adds || !self.row.id.trim().is_empty() || typed != RowValues::default(),
        }
    }
}

/// What all edits together change, or the rows as they were typed, with their faults.
pub fn decide(of: NameOf, edits: &[Edit], now: &Catalogue) -> Result<Diff, Vec<Edit>> {
    let (mut names, mut levels, mut refused) = (Vec::new(), Vec::new(), false);
    let mut edits: Vec<Edit> = edits.iter().filter(|it| it.is_one()).cloned().collect();
    for edit in &mut edits {
        match changes(of, edit, now) {
            Ok((name, mut some)) => {
                names.extend(name);
                levels.append(&mut some);
            }
            Err(faults) => (edit.row.faults, refused) = (faults, true),
        }
    }
    if refused { Err(edits) } else { Ok(Diff::of(now, names, levels)) }
}

type Changes = (Option<NameRow>, Vec<LevelRow>);

fn changes(of: NameOf, edit: &Edit, now: &Catalogue) -> Result<Changes, Vec<Fault>> {
    let (typed, was) = (trimmed(&edit.row.values), edit.was.as_ref().map(trimmed).unwrap_or_default());
    let id = if edit.was.is_some() { edit.row.id.as_str() } else { edit.row.id.trim() };
    let (mut faults, mut name, mut levels) = (Vec::new(), None, Vec::new());
    let stored = now.names.get(&(of, id.to_owned()));
    if names_of(&typed) != names_of(&was) || edit.was.is_none() {
        match check::name(of, id, &typed) {
            Err(all) => faults.extend(all),
            Ok(_) if edit.was.is_none() && stored.is_some() => faults.push(Fault::Twice(subject_of_name(of, id))),
            Ok(_) if names_of(&stored.map(values_of).unwrap_or_default()) != names_of(&was) => {
                faults.push(Fault::ChangedSince(stored.map(words_of_name).unwrap_or_default()));
            }
            Ok(row) => name = Some(row),
        }
    }
    let added = Some((edit.row.add.0.trim(), edit.row.add.1.trim())).filter(|it| *it != ("", ""));
    let changed = typed.levels.iter().filter(|(warehouse, level)| was.levels.get(*warehouse) != Some(*level));
    for (warehouse, text) in changed.map(|(a, b)| (a.as_str(), b.as_str())).chain(added) {
        match check::level(id, warehouse, text) {
            Err(all) => faults.extend(all),
            Ok(row) => match other_level(&row.key, was.levels.get(warehouse), now) {
                Some(it) => faults.push(Fault::ChangedSince(format!("{warehouse}: {it}"))),
                None => levels.push(row),
            },
        }
    }
    if faults.is_empty() { Ok((name, levels)) } else { Err(faults) }
}

/// The stored level, if it is not what the person saw.
fn other_level(key: &StockKey, seen: Option<&String>, now: &Catalogue) -> Option<String> {
    let stored = now.levels.get(key).copied();
    (stored.map(|it| it.to_string()).as_ref() != seen).then(|| words_of_level(stored))
}

fn names_of(it: &RowValues) -> (&str, &str, &str) {
    (&it.zh, &it.en, &it.unit)
}

/// A stored name, as a person edits it; without levels.
pub fn values_of(it: &NameRow) -> RowValues {
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    RowValues { zh: text(&it.name.zh), en: text(&it.name.en), unit: text(&it.unit), ..RowValues::default() }
}

fn trimmed(it: &RowValues) -> RowValues {
    let trim = |text: &String| text.trim().to_owned();
    let levels = it.levels.iter().map(|(warehouse, level)| (warehouse.clone(), trim(level))).collect();
    RowValues { zh: trim(&it.zh), en: trim(&it.en), unit: trim(&it.unit), levels }
}

#[cfg(test)]
mod tests {
    use app::model::names::Name;

    use super::*;

    fn values(zh: &str, en: &str) -> RowValues {
        RowValues { zh: zh.to_owned(), en: en.to_owned(), ..RowValues::default() }
    }

    fn edit(id: &str, was: Option<RowValues>, to: RowValues) -> Edit {
        Edit { row: TypedRow { id: id.to_owned(), values: to, ..TypedRow::default() }, was }
    }

    fn stored(rows: &[(&str, &str, &str)]) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for (id, zh, en) in rows {
            let name = Name { zh: Some((*zh).to_owned()), en: Some((*en).to_owned()) };
            let row = NameRow { of: NameOf::Product, id: (*id).to_owned(), name, unit: None };
            catalogue.names.insert((NameOf::Product, (*id).to_owned()), row);
        }
        catalogue
    }

    fn decide(edits: &[Edit], now: &Catalogue) -> Result<Diff, Vec<Edit>> {
        super::decide(NameOf::Product, edits, now)
    }

    #[test]
    fn only_what_was_changed_is_written() {
        let now = stored(&[("a", "苹果", "Apple"), ("b", "梨", "Pear")]);
        let untouched = edit("b", Some(values("梨", "Pear")), values(" 梨 ", "Pear"));
        let touched = edit("a", Some(values("苹果", "Apple")), values("红苹果", "Apple"));
        let diff = decide(&[untouched, touched], &now).unwrap_or_default();
        assert_eq!(diff.names.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(diff.changes[0].after, "zh: 红苹果, en: Apple");
    }

    #[test]
    fn nothing_is_saved_while_anything_is_wrong_and_all_that_was_typed_comes_back() {
        let now = stored(&[("a", "苹果", "Apple")]);
        let good = edit("a", Some(values("苹果", "Apple")), values("红苹果", "Apple"));
        let bad = edit("b", Some(RowValues::default()), values(&"长".repeat(129), ""));
        let refused = decide(&[good, bad], &now).err().unwrap_or_default();
        assert_eq!(refused.len(), 2);
        assert!(refused[0].row.faults.is_empty() && refused[1].row.faults.len() == 1, "{refused:?}");
    }

    #[test]
    fn what_somebody_else_changed_is_not_overwritten() {
        let now = stored(&[("a", "青苹果", "Apple")]);
        let late = edit("a", Some(values("苹果", "Apple")), values("红苹果", "Apple"));
        let refused = decide(&[late], &now).err().unwrap_or_default();
        assert!(
            matches!(&refused[0].row.faults[..], [Fault::ChangedSince(it)] if it.contains("青苹果")),
            "{refused:?}"
        );
        let other = edit("a", None, values("红苹果", ""));
        assert!(decide(&[other], &now).is_err(), "an id that is there is not added");
    }

    #[test]
    fn levels_are_set_changed_and_taken_away() {
        let mut now = stored(&[("a", "苹果", "Apple")]);
        let key = |warehouse: &str| check::level("a", warehouse, "1").map(|it| it.key);
        let Ok(north) = key("north") else { panic!("a key") };
        now.levels.insert(north, 300);
        let mut was = values("苹果", "Apple");
        was.levels.insert("north".to_owned(), "300".to_owned());
        let mut to = was.clone();
        to.levels.insert("north".to_owned(), String::new());
        let mut one = edit("a", Some(was.clone()), to);
        one.row.add = ("south".to_owned(), "40".to_owned());
        let diff = decide(&[one.clone()], &now).unwrap_or_default();
        assert_eq!(diff.levels.iter().map(|it| it.level).collect::<Vec<_>>(), [None, Some(40)]);
        one.row.add.1 = "many".to_owned();
        assert!(decide(&[one], &now).is_err());
    }
}
