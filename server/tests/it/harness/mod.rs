//! What tests stand on: a running system in a world of its own, and producers that are not ours.

pub mod foreign;
mod system;

pub use system::*;
