//! Integration tests, on real servers. Each test has a database, a topic and a prefix of its own.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod alerts;
mod audits;
mod audits_http;
mod bad_input;
mod clamping;
mod cli;
mod cursor;
mod decided;
mod export;
mod foreign;
mod foreign_producers;
mod harness;
mod http;
mod intake;
mod judged_once;
mod live_stock;
mod lookup;
mod names;
mod openapi;
mod quiet;
mod rebuild;
mod records_http;
mod replays;
mod restarts;
mod retail;
mod scripts;
mod set_up;
mod simulated;
mod statistics;
mod statistics_http;
mod strays;
mod tidy;
mod when_due;
