//! `tallyhouse`: one binary, see `tallyhouse help`.

use std::process::ExitCode;

/// The memory that a large file took is given back when it is done; the system's own allocator keeps it in each thread's arena.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Does nothing unless the points are compiled in: see Cargo.toml, `fail`.
    let _points = fail::FailScenario::setup();
    tallyhouse::cli::run()
}
