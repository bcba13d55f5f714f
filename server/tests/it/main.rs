//! Integration tests, on real servers. Each test has a database, a topic and a prefix of its own.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod alerts;
mod audit;
mod cli;
mod harness;
mod ingest;
mod realtime;
mod records;
mod tidy;
mod transport;
mod web;
