#!/usr/bin/env bash
# Five days of a real wholesaler (samples/online-retail), from a database, topic and prefix of their own, on a port of
# their own. Layout bucket-day: 2 230 products would make 6 000 small tables otherwise.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

bash dev/prepare.sh
eval "$(bash dev/servers.sh env)"
export TALLYHOUSE_MYSQL_URL="${TALLYHOUSE_MYSQL_URL%/*}/tallyhouse_sample"
export TALLYHOUSE_TOPIC=tallyhouse-sample TALLYHOUSE_GROUP=tallyhouse-sample TALLYHOUSE_REDIS_PREFIX=tallyhouse-sample
export TALLYHOUSE_RECORDS_LAYOUT=bucket-day TALLYHOUSE_TIME_ZONE=Europe/London
export TALLYHOUSE_LISTEN="${SAMPLE_LISTEN:-127.0.0.1:3010}"
tallyhouse=$CACHE/bin/tallyhouse

"$tallyhouse" topic create >&2
"$tallyhouse" migrate >&2
mkdir -p "$RUN"
"$tallyhouse" serve --pkg "$ROOT/pkg" >"$RUN/sample.log" 2>&1 &
served=$!
trap 'kill "$served" 2>/dev/null || true; wait' EXIT
ready() { kill -0 "$served" 2>/dev/null || die "tallyhouse ended; see $RUN/sample.log"; curl -fsS -o "$RUN/ready" "http://$TALLYHOUSE_LISTEN/readyz" 2>/dev/null; }
wait_for "the sample does not become ready; see $RUN/sample.log" 60 ready

consumed=$(curl -fsS "http://$TALLYHOUSE_LISTEN/api/v1/pipeline" | sed -E 's/.*"totals":\{[^}]*"consumed":([0-9]+).*/\1/')
if [ "$consumed" = 0 ]; then
  say "publish samples/online-retail"
  gzip -dc samples/online-retail/*.ndjson.gz | "$tallyhouse" produce - >&2
fi
cat <<SCREEN

  The sample is running: http://$TALLYHOUSE_LISTEN/
  samples/online-retail/README.md says which numbers a correct system reaches. Ctrl-C stops it.

SCREEN
wait "$served"
