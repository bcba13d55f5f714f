//! The parts of `/records`. Made on the server only: a form and links that work without script.

pub mod form;
pub mod list;
pub mod page;
pub mod texts;
pub mod view;

pub use form::form;
pub use list::list;
