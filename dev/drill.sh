#!/usr/bin/env bash
# Real processes on servers of their own, killed, frozen and cut off in every way under load; one oracle.
#   dev/drill.sh ingest           about an hour; SHORT=1: five minutes; ONLY=name SEED=n: one of them, again
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

[ "${1:-}" = ingest ] || die "usage: drill.sh ingest"
bash dev/packages.sh
folder=$CACHE/drill
mkdir -p "$folder"
one_at_a_time drill "$folder"
# What an earlier drill left behind is of no use: each begins with empty servers.
SERVERS_RUN=$folder/run TALLYHOUSE_DEV_MYSQL_PORT=24306 TALLYHOUSE_DEV_REDIS_PORT=24379 TALLYHOUSE_DEV_KAFKA_PORT=24092 \
  env -u TALLYHOUSE_MYSQL_URL -u TALLYHOUSE_REDIS_URL -u TALLYHOUSE_KAFKA_BROKERS bash dev/servers.sh stop 9>&-
rm -rf "${folder:?}/run"
arguments=(--folder "$folder" --rate "${RATE:-500}")
[ "${SHORT:-0}" = 0 ] || arguments+=(--short)
[ -z "${ONLY:-}" ] || arguments+=(--only "$ONLY")
[ -z "${SEED:-}" ] || arguments+=(--seed "$SEED")
# The same build as the tests: the points at which a daemon dies are compiled in.
env -u TALLYHOUSE_MYSQL_URL -u TALLYHOUSE_REDIS_URL -u TALLYHOUSE_KAFKA_BROKERS \
  cargo test -q -p server --test drill -- "${arguments[@]}" 9>&-
