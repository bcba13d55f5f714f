//! The parts of `/import`. Made on the server only: forms that work without script.

mod columns;
mod file;
mod verdict;

pub use columns::columns;
pub use file::choose;
pub use verdict::{flaws, understood, verdict, why_not};
