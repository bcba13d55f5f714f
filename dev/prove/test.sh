#!/usr/bin/env bash
# Everything that proves it: unit and integration tests on real servers, then the browser. Ends with the totals.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

# phase NAME: what begins now, and how long the one before took.
phase() {
  [ -z "${phase:-}" ] || say "$phase took $((SECONDS - began)) s"
  phase=$1 began=$SECONDS
  say "$phase"
}

phase "set-up"
bash dev/setup.sh
eval "$(bash dev/servers.sh env)"
# Together, so that each crate is built once; never --workspace, which would put the browser's half of Leptos into the server.
phase "unit and integration tests"
cargo test -p model -p base -p files -p translate -p records -p realtime -p queue -p app -p server
phase "drills, short, side by side: real processes killed, frozen and cut off under load; both stores edited and audited"
SHORT=1 bash dev/prove/drill.sh build
SHORT=1 setsid bash dev/prove/drill.sh audit >"$CACHE/drill/audit.txt" 2>&1 &
audit=$!
trap 'kill -- "-$audit" 2>/dev/null || true' EXIT
ingest=0
SHORT=1 bash dev/prove/drill.sh ingest || ingest=$?
wait "$audit" || { cat "$CACHE/drill/audit.txt"; die "the drill of audits failed"; }
trap - EXIT
cat "$CACHE/drill/audit.txt"
[ "$ingest" = 0 ] || die "the drill of the ingest failed"
phase "browser part"
bash dev/frontend.sh
phase "browser tests"
bash dev/prove/end2end.sh test
phase "the end"
