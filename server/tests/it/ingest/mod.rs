//! From the topic to both stores: bad input, foreign producers, cursors, restarts, a wrong set-up.

mod bad_input;
mod clamping;
mod cursor;
mod day_tables;
mod foreign_producers;
mod restarts;
mod start;
mod table_cap;
