//! What was typed into the page, as changes of the catalogue. Only what the person changed is changed, and only if it still is
//! what they saw. Pure.

use app::pages::names::view::{Column, Fault, RowValues, TypedRow};
use model::names::NameOf;

use super::check;
use super::csv_file::subject_of_name;
use super::diff::Diff;
use records::{Catalogue, LevelRow, NameRow};

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

/// What all edits together change; or, where anything is wrong, the rows as they are to be shown again: what was typed over what
/// is stored now.
pub fn decide(of: NameOf, edits: &[Edit], now: &Catalogue) -> Result<Diff, Vec<Edit>> {
    let (mut names, mut levels, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for edit in edits.iter().filter(|it| it.is_one()) {
        let mut merge = Merge::of(of, edit, now);
        names.extend(merge.name(of));
        levels.append(&mut merge.levels());
        shown.push(merge.0);
    }
    if shown.iter().any(|it| !it.row.faults.is_empty()) { Err(shown) } else { Ok(Diff::of(now, names, levels)) }
}

/// One row, merged from what the person saw, what they typed, and what is stored now: a field they left alone stays as it is
/// stored; one that somebody else changed to something else is a fault, and theirs only when they save it again.
struct Merge(Edit);

impl Merge {
    fn of(of: NameOf, edit: &Edit, now: &Catalogue) -> Self {
        let was = edit.was.as_ref().map(trimmed).unwrap_or_default();
        let mut typed = trimmed(&edit.row.values);
        let (id, mut add) = match edit.was {
            Some(_) => (edit.row.id.clone(), (edit.row.add.0.trim().to_owned(), edit.row.add.1.trim().to_owned())),
            None => (edit.row.id.trim().to_owned(), <_>::default()),
        };
        let stored = stored(of, &id, now);
        if of != NameOf::Product {
            // Their page has no such field.
            typed.unit.clone_from(&was.unit);
        }
        let mut faults = Vec::new();
        let mut pick = |column, was: &str, typed: &str, stored: &str| {
            if typed == was {
                return stored.to_owned();
            }
            if stored != was && stored != typed {
                faults.push(Fault::ChangedSince(column, stored.to_owned()));
            }
            typed.to_owned()
        };
        let mut values = RowValues {
            zh: pick(Column::Zh, &was.zh, &typed.zh, &stored.zh),
            en: pick(Column::En, &was.en, &typed.en, &stored.en),
            unit: pick(Column::Unit, &was.unit, &typed.unit, &stored.unit),
            levels: stored.levels.clone(),
        };
        if stored.levels.contains_key(&add.0) {
            // Somebody set it meanwhile: from now on it is a field like the others.
            typed.levels.insert(std::mem::take(&mut add.0), std::mem::take(&mut add.1));
        }
        for (warehouse, level) in &typed.levels {
            let of_this = |them: &RowValues| them.levels.get(warehouse).cloned().unwrap_or_default();
            let (was, stored) = (of_this(&was), of_this(&stored));
            if *level != was && stored != was && stored != *level {
                faults.push(Fault::ChangedSince(Column::Level, format!("{warehouse}: {stored}")));
            }
            if *level != was {
                values.levels.insert(warehouse.clone(), level.clone());
            }
        }
        let was = edit.was.as_ref().map(|_| stored.clone());
        Self(Edit { row: TypedRow { id, stored, values, add, faults }, was })
    }

    /// The name to be stored, if it is another one.
    fn name(&mut self, of: NameOf) -> Option<NameRow> {
        let TypedRow { id, stored, values, faults, .. } = &mut self.0.row;
        let (is_new, is_stored) = (self.0.was.is_none(), !stored.is_nothing());
        if !is_new && names_of(values) == names_of(stored) {
            return None;
        }
        let unit = if of == NameOf::Product { values.unit.clone() } else { String::new() };
        match check::name(of, id, &RowValues { unit, ..values.clone() }) {
            // Sent once more, it is stored already.
            Ok(row) if is_new && is_stored && names_of(&values_of(&row)) != names_of(stored) => {
                faults.retain(|it| !matches!(it, Fault::ChangedSince(..)));
                faults.push(Fault::Twice(subject_of_name(of, id)));
                None
            }
            Ok(row) => Some(row),
            Err(all) => {
                faults.extend(all);
                None
            }
        }
    }

    /// The levels to be stored, those that are others.
    fn levels(&mut self) -> Vec<LevelRow> {
        let TypedRow { id, stored, values, add, faults } = &mut self.0.row;
        let changed = values.levels.iter().filter(|(warehouse, level)| {
            stored.levels.get(*warehouse).map(String::as_str).unwrap_or_default() != level.as_str()
        });
        let added = Some((&add.0, &add.1)).filter(|(warehouse, level)| !warehouse.is_empty() || !level.is_empty());
        let mut rows = Vec::new();
        for (warehouse, level) in changed.chain(added) {
            match check::level(id, warehouse, level) {
                Ok(row) => rows.push(row),
                Err(all) => faults.extend(all),
            }
        }
        rows
    }
}

fn names_of(it: &RowValues) -> (&str, &str, &str) {
    (&it.zh, &it.en, &it.unit)
}

/// All that is stored of an id, as a person edits it.
fn stored(of: NameOf, id: &str, now: &Catalogue) -> RowValues {
    let mut values = now.names.get(&(of, id.to_owned())).map(values_of).unwrap_or_default();
    if of == NameOf::Product {
        let levels = now.levels.iter().filter(|(key, _)| key.product_id.as_str() == id);
        values.levels = levels.map(|(key, level)| (key.warehouse_id.as_str().to_owned(), level.to_string())).collect();
    }
    values
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
    use model::names::Name;

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
        assert_eq!(refused[0].row.faults, [Fault::ChangedSince(Column::Zh, "青苹果".to_owned())]);
        // What comes back may be saved again: then it is meant.
        assert_eq!(decide(&refused, &now).unwrap_or_default().changes[0].after, "zh: 红苹果, en: Apple");
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

    #[test]
    fn what_was_left_alone_stays_as_somebody_else_made_it() {
        let mut now = stored(&[("a", "苹果", "Green apple")]);
        let Ok(key) = check::level("a", "north", "1").map(|it| it.key) else { panic!("a key") };
        now.levels.insert(key, 500);
        let (mut was, mut to) = (values("苹果", "Apple"), values(&"长".repeat(129), "Apple"));
        for it in [&mut was, &mut to] {
            it.levels.insert("north".to_owned(), "300".to_owned());
        }
        let mut refused = decide(&[edit("a", Some(was), to)], &now).err().unwrap_or_default();
        assert_eq!(refused[0].row.faults.len(), 1, "{refused:?}");
        refused[0].row.values.zh = "红苹果".to_owned();
        let diff = decide(&refused, &now).unwrap_or_default();
        assert!(diff.levels.is_empty(), "{diff:?}");
        assert_eq!(diff.changes[0].after, "zh: 红苹果, en: Green apple");
    }

    #[test]
    fn the_same_sent_twice_is_no_fault() {
        let now = stored(&[("a", "红苹果", "Apple")]);
        let again = edit("a", Some(values("苹果", "Apple")), values("红苹果", "Apple"));
        let added = edit("a", None, values("红苹果", "Apple"));
        for sent in [again, added] {
            let diff = decide(&[sent], &now).unwrap_or_default();
            assert!(diff.names.is_empty() && diff.changes.is_empty(), "{diff:?}");
        }
    }

    #[test]
    fn a_level_that_somebody_added_first_becomes_a_field() {
        let mut now = stored(&[("a", "苹果", "Apple")]);
        let Ok(key) = check::level("a", "north", "1").map(|it| it.key) else { panic!("a key") };
        now.levels.insert(key, 300);
        let mut mine = edit("a", Some(values("苹果", "Apple")), values("苹果", "Apple"));
        mine.row.add = ("north".to_owned(), "40".to_owned());
        let refused = decide(&[mine], &now).err().unwrap_or_default();
        assert_eq!(refused[0].row.values.levels.get("north").map(String::as_str), Some("40"));
        let levels = decide(&refused, &now).unwrap_or_default().levels;
        assert_eq!(levels.iter().map(|it| it.level).collect::<Vec<_>>(), [Some(40)]);
    }

    #[test]
    fn a_unit_that_the_page_does_not_show_is_left_alone() {
        let was = RowValues { unit: "kg".to_owned(), ..values("北仓", "North") };
        assert!(
            super::decide(NameOf::Warehouse, &[edit("w", Some(was), values("北仓", "North"))], &stored(&[]))
                .is_ok_and(|it| it.changes.is_empty())
        );
    }
}
