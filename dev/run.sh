#!/usr/bin/env bash
# From a bare machine to the dashboard. Ctrl-C stops the program; the servers go on until `make stop`.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

# Entries on a working day of the simulated grocer.
A_DAY=12000
bash dev/prepare.sh bash dev/month.sh "$A_DAY"
eval "$(bash dev/servers.sh env)"
tallyhouse=$CACHE/bin/tallyhouse
listen=${TALLYHOUSE_LISTEN:-127.0.0.1:3000}

children=()
trap 'kill "${children[@]}" 2>/dev/null || true; wait' EXIT
"$tallyhouse" serve --pkg "$ROOT/pkg" >"$RUN/tallyhouse.log" 2>&1 &
children+=($!)
served=$!
ready() { kill -0 "$served" 2>/dev/null || die "tallyhouse ended; see $RUN/tallyhouse.log: $(tail -n 3 "$RUN/tallyhouse.log")"; curl -fsS -o "$RUN/ready" "http://$listen/readyz" 2>/dev/null; }
wait_for "tallyhouse does not become ready; see $RUN/tallyhouse.log" 60 ready

if [ "${DEMO:-1}" != 0 ]; then
  if [ -f "$RUN/month.new" ]; then
    bash dev/demo.sh "$tallyhouse" "http://$listen"
    rm "$RUN/month.new"
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
