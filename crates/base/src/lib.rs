//! What every part of the server stands on: settings, the clock, the day of business, what is wrong just now, logs and signals.
//! No store, no HTTP, nothing of any feature.

pub mod business_time;
pub mod clock;
pub mod config;
pub mod hex;
pub mod shutdown;
pub mod status;
pub mod telemetry;

/// Point at which the drill kills a process, where it asks for this one by name. Nothing in a program as it is shipped.
pub fn kill_point(name: &'static str) {
    // Where failpoints are not compiled in, the macro is nothing.
    let _ = name;
    fail::fail_point!(name, |_| std::process::abort());
}
