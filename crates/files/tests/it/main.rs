//! Files as people have them, and what becomes of each: the cases that went wrong, and others of their kinds, made up after public threads of the
//! trade.

#![expect(clippy::unwrap_used, reason = "tests")]

mod cells;
mod counts;
mod forms;
mod harness;
mod shape;
mod shared;
mod strangers;
mod workbooks;
