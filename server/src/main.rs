//! `tallyhouse`: one binary, see `tallyhouse help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Does nothing unless the points are compiled in: see Cargo.toml, `fail`.
    let _points = fail::FailScenario::setup();
    tallyhouse::cli::run()
}
