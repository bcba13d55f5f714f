//! The parts of `/import`. Made on the server only: forms that work without script.

pub mod events;
pub mod file;
pub mod flaws;
pub mod hidden;
pub mod page;
pub mod questions;
pub mod reading;
pub mod sheet;
pub mod texts;
pub mod totals;
pub mod understood;
pub mod verdict;
pub mod view;

pub use file::choose;
pub use verdict::{verdict, why_not};
