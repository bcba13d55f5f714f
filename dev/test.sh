#!/usr/bin/env bash
# Everything that proves it: unit and integration tests on real servers, then the browser. Ends with the totals.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

bash dev/setup.sh
eval "$(bash dev/servers.sh env)"
say "unit tests: app"
cargo test -q -p app
say "unit and integration tests: server"
cargo test -p server
say "drill, short: real processes killed, frozen and cut off (10 minutes)"
SHORT=1 bash dev/drill.sh ingest
say "drill, short: both stores edited under load, and audited (5 minutes)"
SHORT=1 bash dev/drill.sh audit
say "browser part"
bash dev/frontend.sh dev
say "browser tests"
bash dev/end2end.sh test
