#!/usr/bin/env bash
# Topic, schema, names, and on the first start a simulated month through Kafka, in the rhythm in which entries go on.
#   month.sh A_DAY    entries on a working day
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

eval "$(bash dev/servers.sh env)"
tallyhouse=$CACHE/bin/tallyhouse
mkdir -p "$RUN"
"$tallyhouse" topic create >&2
"$tallyhouse" migrate >&2
[ "${DEMO:-1}" != 0 ] || exit 0
"$tallyhouse" simulate --write-names "$RUN/names.csv" >"$RUN/nothing.json"
"$tallyhouse" names import "$RUN/names.csv" >&2

# sum FIELD: over the partitions; fails where none of them has it.
sum() { awk -v field="\"$1\":" '$1 == field { sum += $2; seen = 1 } END { if (!seen) exit 1; print sum }' "$RUN/cursors.json"; }
cursors() { "$tallyhouse" cursor show --json >"$RUN/cursors.json"; }
# It fails where a cursor does not fit the topic, which `serve` explains.
cursors || true
published=$(sum end) || die "cursor show does not say how far the topic reaches: $(cat "$RUN/cursors.json")"
if [ "$published" != 0 ]; then
  [ ! -f "$RUN/month.began" ] || say "the simulated month was broken off in the middle; make clean begins anew"
  exit 0
fi
touch "$RUN/month.began"
say "load a simulated month, through Kafka"
# Pages are not needed yet.
"$tallyhouse" inv-daemon >"$RUN/month.log" 2>&1 &
daemon=$!
trap 'kill "$daemon" 2>/dev/null || true; wait' EXIT
# One rhythm over month and live stream: whoever wants more (RATE) gets a last hour of it too.
"$tallyhouse" simulate --days 31 --entries-per-day "$1" ${RATE:+--last-hour-rate "$RATE"} >"$RUN/truth.json"
loaded() {
  kill -0 "$daemon" 2>/dev/null || die "the daemon ended; see $RUN/month.log: $(tail -n 3 "$RUN/month.log")"
  cursors && published=$(sum end) && [ "$published" != 0 ] && [ "$(sum cursor)" = "$published" ]
}
wait_for "the month is not loaded; see $RUN/month.log" $((300 + ${RATE:-0})) loaded
mv "$RUN/month.began" "$RUN/month.new"
say "$published entries recorded ($SECONDS s)"
