//! The scripts, each with the parts it builds on put before it. `transitions/` says in Rust what they do.

use redis::Script;

/// All of them.
pub struct Scripts {
    pub apply: Script,
    pub initialise: Script,
    pub cut: Script,
    pub clean: Script,
    pub settle: Script,
    pub rebuild_begin: Script,
    pub rebuild_write: Script,
    pub rebuild_sweep: Script,
    pub rebuild_finish: Script,
}

const HASH: &str = include_str!("scripts/hash.lua");
const QUARANTINE: &str = include_str!("scripts/quarantine.lua");
const STEP: &str = include_str!("scripts/rebuild_step.lua");

impl Scripts {
    pub fn new() -> Self {
        let of_parts = |parts: &[&str]| Script::new(&parts.concat());
        Self {
            apply: of_parts(&[HASH, QUARANTINE, include_str!("scripts/apply.lua")]),
            initialise: of_parts(&[include_str!("scripts/initialise.lua")]),
            cut: of_parts(&[include_str!("scripts/cut.lua")]),
            clean: of_parts(&[include_str!("scripts/clean.lua")]),
            settle: of_parts(&[HASH, QUARANTINE, include_str!("scripts/settle.lua")]),
            rebuild_begin: of_parts(&[HASH, include_str!("scripts/rebuild_begin.lua")]),
            rebuild_write: of_parts(&[HASH, STEP, include_str!("scripts/rebuild_write.lua")]),
            rebuild_sweep: of_parts(&[STEP, include_str!("scripts/rebuild_sweep.lua")]),
            rebuild_finish: of_parts(&[STEP, include_str!("scripts/rebuild_finish.lua")]),
        }
    }
}
