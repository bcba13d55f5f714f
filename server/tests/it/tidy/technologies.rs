//! One technology, one home: a crate where that can be, else a folder.

use super::{files, only_in, root};

/// The libraries of technologies, and the only crates that may name each among their dependencies.
const HOMES: [(&str, &[&str]); 8] = [
    ("sqlx", &["crates/records"]),
    ("redis", &["crates/realtime"]),
    ("rdkafka", &["crates/queue"]),
    ("calamine", &["crates/files"]),
    ("encoding_rs", &["crates/files"]),
    ("axum", &["server"]),
    ("reqwest", &["server"]),
    ("leptos", &["app", "frontend", "server"]),
];

/// What a manifest depends on, tests aside: they look into stores and damage them.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.split("\n[").find(|it| it.starts_with("dependencies]")).unwrap_or_default();
    assert!(!manifest.contains("[dependencies.") && !manifest.contains("[target."), "name dependencies on a line each");
    section.lines().skip(1).filter_map(|it| it.split(['.', ' ', '=']).next()).map(str::to_owned).collect()
}

#[test]
fn each_technology_is_named_by_one_manifest() {
    for (name, text) in ["app", "crates", "frontend", "server", "dev/bind-wasm"].iter().flat_map(|it| files(it, "toml"))
    {
        let Some(folder) = name.strip_suffix("/Cargo.toml") else { continue };
        for dependency in dependencies(&text) {
            let home = HOMES.iter().find(|(library, _)| *library == dependency);
            assert!(
                home.is_none_or(|(_, homes)| homes.contains(&folder)),
                "{name} names {dependency}: ask the crate that is its home, {home:?}"
            );
        }
    }
}

#[test]
fn stores_know_the_vocabulary_and_the_ground_floor_only() {
    for store in ["records", "realtime", "queue"] {
        let manifest = std::fs::read_to_string(root().join(format!("crates/{store}/Cargo.toml"))).unwrap();
        let ours = ["app", "base", "files", "model", "queue", "realtime", "records", "server"];
        let known: Vec<String> = dependencies(&manifest).into_iter().filter(|it| ours.contains(&it.as_str())).collect();
        assert_eq!(known, ["base", "model"], "{store} knows another part: hand over what it needs");
    }
}

#[test]
fn each_technology_of_the_server_has_one_room() {
    only_in("server/src", &["/web/"], &["axum", "leptos"], "HTTP belongs in web/");
    only_in("server/src", &["/alerts/webhook.rs"], &["reqwest"], "who calls others is alerts/webhook.rs");
    for folder in ["server/src", "crates/queue", "crates/realtime", "crates/base", "crates/model"] {
        only_in(folder, &[], &["SELECT ", "INSERT INTO"], "SQL belongs in crates/records");
    }
}

#[test]
fn table_names_are_made_in_one_place() {
    only_in(
        "crates",
        &["/day_tables/names.rs", "/day_tables/statements.rs", "/sql/multi_statement.rs"],
        &["AssertSqlSafe", "format!(\"t_"],
        "ask records/day_tables/statements.rs or records/sql/multi_statement.rs for the statement",
    );
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
    for folder in ["server/src", "crates"] {
        only_in(
            folder,
            &["crates/base/src/config/", "crates/records/src/installation/migrations.rs"],
            &["std::env::", " env!("],
            "add a key to crates/base/src/config/keys.rs",
        );
    }
}

#[test]
fn only_the_clock_tells_the_time() {
    for folder in ["server/src", "crates"] {
        only_in(folder, &["crates/base/src/clock.rs"], &["Utc::now", "SystemTime::now", "Local::now"], "take a Clock");
    }
}
