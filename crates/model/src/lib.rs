//! The vocabulary that browser and server share: serde types and pure methods.
//! No I/O here, and nothing that only one side could compile.

pub mod audit;
pub mod batch;
pub mod entry;
pub mod faults;
pub mod files;
pub mod flaw;
pub mod ids;
pub mod live;
pub mod names;
pub mod pipeline;
pub mod quantity;
mod questions;
pub mod registry;
pub mod stock;
pub mod system;
pub mod time;
pub mod url;

pub use questions::{entries, period, statistics};
