#!/usr/bin/env bash
# The protocol of docs/consistency.md in larger worlds than `make test` has time for.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

CFLAGS=-g0 cargo test --release -p server --test model -- --include-ignored --nocapture --test-threads=1
