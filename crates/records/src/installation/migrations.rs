//! Schema migrations, compiled into the program: every file of `migrations/`, in the order of its number. Without sqlx's macro, which has
//! the whole client compiled a second time for the compiler itself.

use std::borrow::Cow;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../migrations");

/// All of them.
pub static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    Migrator::with_migrations(
        FILES.files().filter_map(|file| migration(file.path().to_str()?, file.contents_utf8()?)).collect(),
    )
});

/// `0007_bill_lines.sql` is the migration 7. Pure.
fn migration(name: &str, text: &'static str) -> Option<Migration> {
    let (number, title) = name.strip_suffix(".sql")?.split_once('_')?;
    let title = Cow::Owned(title.replace('_', " "));
    Some(Migration::new(number.parse().ok()?, title, MigrationType::Simple, text.into_sql_str(), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_migration_and_they_are_numbered_without_a_gap() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations")).unwrap();
        let scripts = files.filter(|it| it.as_ref().unwrap().path().extension().is_some_and(|it| it == "sql")).count();
        let numbers: Vec<i64> = MIGRATIONS.iter().map(|it| it.version).collect();
        let wanted: Vec<i64> = (1..).take(scripts).collect();
        assert_eq!(
            numbers, wanted,
            "a new file is compiled in when this one is: touch crates/records/src/installation/migrations.rs"
        );
    }
}
