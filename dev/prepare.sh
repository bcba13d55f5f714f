#!/usr/bin/env bash
# From a bare machine to running servers, the program ($CACHE/bin/tallyhouse) and the browser part, side by side: what
# computes beside what fetches and waits.
#   prepare.sh [COMMAND...]    a command that needs servers and program, but no browser part
# PROFILE=release: program and browser part as they are shipped; the usual ones are quick to build: the tests' program, and a browser part that no
# optimiser has seen (5 MB instead of 0.6), unless the other one is there.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

have cargo || die "cargo is not there: install Rust from https://rustup.rs, then try again"
profile=${PROFILE:-dev}
# Each job is a group of its own, and ends as a whole where a step fails or somebody interrupts.
set -m
end_jobs() {
  local job
  for job in $(jobs -p); do kill -- "-$job" 2>/dev/null || true; done
}
trap end_jobs EXIT

bash dev/install/packages.sh build
say "build ($profile)"
if [ "$profile" = release ]; then CFLAGS=-g0; fi
cargo build -p server --bin tallyhouse --profile "$profile" &
program=$!
bash dev/install/packages.sh run
bash dev/servers.sh start &
servers=$!
bash dev/install/toolchain.sh
wait "$servers" || die "the servers did not start, see above"
# The program is needed first.
nice bash dev/frontend.sh "$profile" &
browser=$!
wait "$program" || die "the program does not build"
mkdir -p "$CACHE/bin"
# Not a link by name: tests build another variant there.
ln -f "$CARGO_TARGET_DIR/${profile/#dev/debug}/tallyhouse" "$CACHE/bin/tallyhouse"
say "the program is built ($SECONDS s)"
# Now, while the other core is free.
cargo build -q -p bind-wasm &
glue=$!
"$@"
wait "$glue" || die "dev/bind-wasm does not build"
wait "$browser" || die "the browser part does not build"
say "all is built ($SECONDS s)"
