//! Ids that are known: those of the catalogue and of entries, with their names, to tell a name from an id and a look-alike from the real one.

use std::collections::{HashMap, HashSet};

use model::files::field::Field;

use crate::cells::skeleton::skeleton;

/// Known ids of products, warehouses and companies.
#[derive(Debug, Default)]
pub struct KnownIds {
    ids: HashSet<(Field, String)>,
    by_name: HashMap<(Field, String), String>,
    by_skeleton: HashMap<(Field, String), String>,
}

impl KnownIds {
    /// Adds an id with its names.
    pub fn add<'a>(&mut self, field: Field, id: &str, names: impl IntoIterator<Item = &'a str>) {
        for name in names.into_iter().filter(|it| *it != id) {
            self.by_name.entry((field, name.trim().to_owned())).or_insert_with(|| id.to_owned());
        }
        self.by_skeleton.entry((field, skeleton(id))).or_insert_with(|| id.to_owned());
        self.ids.insert((field, id.to_owned()));
    }

    /// Is it one of them, to the letter?
    pub fn has(&self, field: Field, id: &str) -> bool {
        self.ids.contains(&(field, id.to_owned()))
    }

    /// Id of what has this name.
    pub fn named(&self, field: Field, name: &str) -> Option<&str> {
        self.by_name.get(&(field, name.to_owned())).map(String::as_str)
    }

    /// Id with this skeleton.
    pub fn like(&self, field: Field, skeleton: &str) -> Option<&str> {
        self.by_skeleton.get(&(field, skeleton.to_owned())).map(String::as_str)
    }
}
