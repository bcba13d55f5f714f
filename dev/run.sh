#!/usr/bin/env bash
# From a bare machine to the dashboard. Ctrl-C stops the program; the servers go on until `make stop`.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

bash dev/setup.sh
eval "$(bash dev/servers.sh env)"
say "build"
cargo build --release -p server
bash dev/frontend.sh release
tallyhouse=$CARGO_TARGET_DIR/release/tallyhouse
listen=${TALLYHOUSE_LISTEN:-127.0.0.1:3000}

# Entries on a working day of the simulated grocer.
A_DAY=20000
mkdir -p "$RUN"
"$tallyhouse" topic create >&2
"$tallyhouse" migrate >&2
if [ "${DEMO:-1}" != 0 ]; then
  "$tallyhouse" simulate --write-names "$RUN/names.csv" >"$RUN/nothing.json"
  "$tallyhouse" names import "$RUN/names.csv" >&2
fi

children=()
trap 'kill "${children[@]}" 2>/dev/null || true; wait' EXIT
"$tallyhouse" serve --pkg "$ROOT/pkg" >"$RUN/tallyhouse.log" 2>&1 &
children+=($!)
served=$!
ready() { kill -0 "$served" 2>/dev/null || die "tallyhouse ended; see $RUN/tallyhouse.log: $(tail -n 3 "$RUN/tallyhouse.log")"; curl -fsS -o "$RUN/ready" "http://$listen/readyz" 2>/dev/null; }
wait_for "tallyhouse does not become ready; see $RUN/tallyhouse.log" 60 ready

pipeline() { curl -fsS "http://$listen/api/v1/pipeline" | sed -E "s/.*\"totals\":\{[^}]*\"$1\":([0-9]+).*/\1/"; }
if [ "${DEMO:-1}" != 0 ]; then
  if [ "$(pipeline consumed)" = 0 ]; then
    say "load a simulated month, through Kafka"
    # One rhythm over month and live stream: whoever wants more (RATE) gets a last hour of it too.
    "$tallyhouse" simulate --days 31 --entries-per-day "$A_DAY" ${RATE:+--last-hour-rate "$RATE"} >"$RUN/truth.json"
    entries=$(sed -E 's/.*"entries":([0-9]+).*/\1/' "$RUN/truth.json")
    loaded() { [ "$(pipeline consumed)" -ge "$entries" ]; }
    wait_for "the month is not loaded after 5 minutes; see $RUN/tallyhouse.log" 300 loaded
    say "$entries entries recorded"
    bash dev/demo.sh "$tallyhouse" "http://$listen"
  fi
  live=(--live --entries-per-day "$A_DAY")
  [ -z "${RATE:-}" ] || live=(--rate "$RATE")
  "$tallyhouse" simulate "${live[@]}" >"$RUN/trickle.json" 2>"$RUN/trickle.log" &
  children+=($!)
fi

cat <<SCREEN

  Tallyhouse is running.

    dashboard   http://$listen/
    who may     whoever sits at this machine: only loopback is served until there is signing in
    HTTP        http://$listen/api/v1/stock    /api/v1/pipeline    /api/v1/live
    records     $(bash dev/servers.sh status | sed -n 's/^mariadb *//p')
    live stock  $(bash dev/servers.sh status | sed -n 's/^redis *//p')
    queue       $(bash dev/servers.sh status | sed -n 's/^kafka *//p')
    entries     $([ "${DEMO:-1}" = 0 ] && echo "none simulated (DEMO=0); publish yours with: tallyhouse produce FILE" || echo "a simulated month, then entries in the same rhythm, $A_DAY a day${RATE:+, but $RATE a second}")
    log         $RUN/tallyhouse.log
    program     $tallyhouse

    stop        Ctrl-C here; then \`make stop\` stops the servers too (their data stays)

SCREEN
wait "$served"
