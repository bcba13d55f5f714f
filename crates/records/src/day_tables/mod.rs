//! Day tables: their names and statements, their cap, making and register, and the entries in them.

pub mod cap;
pub mod create;
pub mod entries;
pub mod names;
pub mod register;
pub mod statements;
