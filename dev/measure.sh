#!/usr/bin/env bash
# What the pages cost a browser: bytes, largest contentful paint, time until live; WALL_MINUTES=30: what a wall grows by.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

bash dev/setup.sh
cargo build -q --release -p server
bash dev/frontend.sh release
TALLYHOUSE_BIN=$CARGO_TARGET_DIR/release/tallyhouse bash dev/end2end.sh measure
