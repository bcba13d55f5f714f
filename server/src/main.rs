//! `tallyhouse`: one binary, see `tallyhouse help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tallyhouse::cli::run()
}
