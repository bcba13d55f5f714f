//! `/count` and `/count/sheet`: counts of shelves.

pub mod forms;
pub mod page;
pub mod sheet;
