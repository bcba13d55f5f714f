//! The parts of `/import`. Made on the server only: forms that work without script.

pub mod columns;
pub mod file;
pub mod page;
pub mod texts;
pub mod verdict;
pub mod view;

pub use columns::columns;
pub use file::choose;
pub use verdict::{flaws, understood, verdict, why_not};
