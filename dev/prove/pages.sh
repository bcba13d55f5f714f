#!/usr/bin/env bash
# Looks at the pages as they are released, in a real browser:
#   pages.sh screenshots   pictures of every page in both languages, themes and widths, into end2end/out
#   pages.sh measure       what they cost: bytes, largest contentful paint, time until live; WALL_MINUTES=30: what a wall grows by
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

case ${1:-} in screenshots | measure) ;; *) die "usage: pages.sh screenshots|measure" ;; esac
bash dev/setup.sh
CFLAGS=-g0 cargo build -q --release -p server
bash dev/frontend.sh release
TALLYHOUSE_BIN=$CARGO_TARGET_DIR/release/tallyhouse bash dev/prove/end2end.sh "$1"
