#!/usr/bin/env bash
# Real processes on servers of their own, killed, frozen and cut off in every way under load; one oracle.
#   dev/prove/drill.sh ingest           about an hour; SHORT=1: ten minutes; ONLY=name SEED=n: one of them, again
#   dev/prove/drill.sh audit            both stores edited in every way, under load, and what audits make of it
#   dev/prove/drill.sh web              a web server abused in every way; entries, a screen, an export and a monitor must not notice; SHORT=1: minutes
#   dev/prove/drill.sh build            only what the first two need
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

case ${1:-} in ingest | audit | web | build) ;; *) die "usage: drill.sh ingest|audit|web|build" ;; esac
bash dev/install/packages.sh
# The same build as the tests: the points at which a daemon dies are compiled in.
mkdir -p "$CACHE/drill"
if [ "$1" = build ]; then
  cargo test -q -p server --test drill --no-run
  exit
fi
if [ "$1" = web ]; then
  one_at_a_time drill-web "$CACHE/drill"
  # As it is shipped: what is measured are milliseconds and megabytes. The servers are those of development, or given.
  TALLYHOUSE_BIN=${TALLYHOUSE_BIN:-$CARGO_TARGET_DIR/release/tallyhouse}
  export TALLYHOUSE_BIN
  [ "$TALLYHOUSE_BIN" != "$CARGO_TARGET_DIR/release/tallyhouse" ] || CFLAGS=-g0 cargo build -q --release -p server
  bash dev/servers.sh start
  eval "$(bash dev/servers.sh env)"
  arguments=(--folder "$CACHE/drill/web" --schemathesis "$(bash dev/install/schemathesis.sh)")
  [ "${SHORT:-0}" = 0 ] || arguments+=(--short)
  [ -z "${ONLY:-}" ] || arguments+=(--only "$ONLY")
  [ -z "${SEED:-}" ] || arguments+=(--seed "$SEED")
  [ -z "${RATE:-}" ] || arguments+=(--rate "$RATE")
  cargo test -q -p server --test drill_web -- "${arguments[@]}" 9>&-
  exit
fi
folder=$CACHE/drill/$1 # each has ports of its own, too
mkdir -p "$folder"
one_at_a_time "drill-$1" "$folder"
rate=500
# A replay reads the whole topic, again and again, in a build that is not optimised.
[ "$1" = ingest ] || rate=100
arguments=("$1" --folder "$folder" --rate "${RATE:-$rate}")
[ "${SHORT:-0}" = 0 ] || arguments+=(--short)
[ -z "${ONLY:-}" ] || arguments+=(--only "$ONLY")
[ -z "${SEED:-}" ] || arguments+=(--seed "$SEED")
env -u TALLYHOUSE_MYSQL_URL -u TALLYHOUSE_REDIS_URL -u TALLYHOUSE_KAFKA_BROKERS \
  cargo --locked test -q -p server --test drill -- "${arguments[@]}" 9>&-
