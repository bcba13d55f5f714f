//! What only benches and tests do: the plain loop to compare with, a year of totals, the end of a database.

pub mod plain_loop;
pub mod year;
