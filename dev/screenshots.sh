#!/usr/bin/env bash
# Pictures of every page in both languages, themes and widths, into end2end/out.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

bash dev/setup.sh
cargo build -q --release -p server
bash dev/frontend.sh release
TALLYHOUSE_BIN=$CARGO_TARGET_DIR/release/tallyhouse bash dev/end2end.sh screenshots
