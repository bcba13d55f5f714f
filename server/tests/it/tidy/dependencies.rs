//! Dependencies: licences, sources and bans as `deny.toml` lists them. What cargo-deny would say, without building it.

use std::process::Command;

use serde_json::Value;

use super::root;

/// Everything that is compiled for the program, as cargo resolves it from the lock file.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().filter(|it| !it["source"].is_null()).cloned().collect()
}

/// The quoted words of a list in `deny.toml`.
fn listed(section: &str, list: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let section = text.split(&format!("\n[{section}]")).nth(1).and_then(|it| it.split("\n[").next()).unwrap();
    let list = section.split(&format!("\n{list} = [")).nth(1).and_then(|it| it.split("\n]").next()).unwrap();
    let lines = list.lines().map(|it| it.split('#').next().unwrap_or_default());
    lines.filter_map(|it| it.split('"').nth(1)).map(str::to_owned).collect()
}

/// An SPDX expression; `/` is its old way to say OR.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace(['(', ')'], "").replace('/', " OR ");
    let one = |it: &str| allowed.iter().any(|allowed| allowed == it.trim());
    // AND binds closer; where parentheses say otherwise, every part must be allowed, which is stricter.
    expression.split(" OR ").any(|it| it.split(" AND ").all(one))
}

#[test]
fn licences_sources_and_bans_are_as_deny_toml_lists_them() {
    let (allowed, banned) = (listed("licenses", "allow"), listed("bans", "deny"));
    assert!(allowed.len() > 5 && banned.contains(&"native-tls".to_owned()), "{allowed:?} {banned:?}");
    let packages = packages();
    assert!(packages.len() > 200, "cargo metadata names {} packages", packages.len());
    for it in packages {
        let (name, licence) = (it["name"].as_str().unwrap(), it["license"].as_str().unwrap_or_default());
        assert!(
            is_allowed(licence, &allowed),
            "{name} has the licence {licence:?}: choose another crate, or list it in deny.toml"
        );
        let source = it["source"].as_str().unwrap();
        assert!(
            source == "registry+https://github.com/rust-lang/crates.io-index",
            "{name} comes from {source}: take a release from crates.io"
        );
        assert!(!banned.iter().any(|it| it == name), "{name} is banned, see deny.toml for the reason");
    }
}
