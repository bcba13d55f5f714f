//! The parts of `/records`. Made on the server only: a form and links that work without script.

mod form;
mod list;

pub use form::form;
pub use list::list;
