//! The live stock: its scripts against their specification, and rebuilds.

mod apply;
mod clean_keys;
mod operations;
mod rebuild;
mod transitions;
