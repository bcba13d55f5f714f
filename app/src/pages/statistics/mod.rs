//! The parts of `/statistics`. Made on the server only: a form and links that work without script.

pub mod charts;
pub mod equation;
pub mod filters;
pub mod page;
pub mod table;
pub mod texts;
pub mod view;

pub use charts::{Movement, Movers};
pub use equation::Equation;
pub use filters::filters;
pub use table::lines;

use crate::components::filters::name_of;
use model::live::Named;

/// Names after each other.
fn names_of(all: &[Named]) -> String {
    all.iter().map(name_of).collect::<Vec<_>>().join(" \u{b7} ")
}
