//! The parts of `/statistics`. Made on the server only: a form and links that work without script.

mod charts;
mod equation;
mod filters;
mod table;

pub use charts::{Movement, Movers};
pub use equation::Equation;
pub use filters::{Filters, faults, periods};
pub use table::lines;

use crate::i18n::locale;
use crate::model::live::Named;

/// A name as it is shown.
fn name_of(it: &Named) -> String {
    locale().name(&it.name, &it.id)
}

/// Names after each other.
fn names_of(all: &[Named]) -> String {
    all.iter().map(name_of).collect::<Vec<_>>().join(" \u{b7} ")
}
