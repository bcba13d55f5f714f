//! How statements are made, sent and answered: pipelines, texts of many statements, values, rows, errors by what to do about them.

#[macro_use]
mod from_row;
pub mod error;
pub mod multi_statement;
pub mod pipeline;
pub mod rows;
pub mod session;
pub mod snapshot;
pub mod stored;
pub mod turn_pool;
pub mod value;
