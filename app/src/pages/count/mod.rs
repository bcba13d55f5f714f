//! The parts of `/count` and of `/count/sheet`. Made on the server only: forms that work without script.

pub mod board;
pub mod page;
pub mod sheet;
pub mod texts;
pub mod view;
