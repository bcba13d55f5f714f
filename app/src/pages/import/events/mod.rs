//! `/import/events`: what change events of another system come to by a mapping file, looked at before any is translated. Made on the server only.

pub mod page;
pub mod texts;
pub mod view;
