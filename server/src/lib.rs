//! Tallyhouse: the daemon, both stores and the web server. See ARCHITECTURE.md for the map.

pub mod business_time;
pub mod clock;
pub mod config;
pub mod ingest;
pub mod realtime;
pub mod records;
pub mod telemetry;
