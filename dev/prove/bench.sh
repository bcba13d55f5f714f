#!/usr/bin/env bash
# Ratios measured in one run, all servers on this machine, durable commits.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

bash dev/setup.sh
eval "$(bash dev/servers.sh env)"
CFLAGS=-g0 cargo build --release -p server
tallyhouse=$CARGO_TARGET_DIR/release/tallyhouse
json=()
if [ "${JSON:-0}" != 0 ]; then json=(--json); fi
say "on $(nproc) cores, $(free -g | sed -n 's/^Mem: *\([0-9]*\).*/\1/p') GB, $(uname -sr)"
"$ROOT/dev/connector/run.sh" jars
"$tallyhouse" bench ingest --entries "${ENTRIES:-200000}" --connector "$ROOT/dev/connector/run.sh" "${json[@]}"
say "wide: bucket-day, 4000 products, 40 warehouses"
TALLYHOUSE_RECORDS_LAYOUT=bucket-day "$tallyhouse" bench ingest --entries "${ENTRIES:-200000}" --products 4000 --warehouses 40 \
  --one-at-a-time 0 "${json[@]}"
say "a backfill in time order: 60 of 305 days of a retailer's year (BACKFILL=540000 DAYS=305 BUCKETS=4,16,64: all of it, an hour)"
"$tallyhouse" bench backfill --entries "${BACKFILL:-106000}" --days "${DAYS:-60}" --buckets "${BUCKETS:-16}" "${json[@]}"
say "three bills of a year corrected beside a stream (YEAR=5000000: the long form, half an hour)"
"$tallyhouse" bench correct --entries "${YEAR:-542000}" "${json[@]}"
"$tallyhouse" bench statistics "${json[@]}"
"$tallyhouse" bench export "${json[@]}"
"$tallyhouse" bench rebuild --keys "${KEYS:-100000}" "${json[@]}"
bash dev/frontend.sh release
"$tallyhouse" bench fanout --streams "${STREAMS:-500}" "${json[@]}"
"$tallyhouse" bench audit --keys "${AUDIT_KEYS:-1000000}" "${json[@]}"
say "a long past: 1,000 and 100,000 tables in the register"
for tables in 1000 100000; do
  "$tallyhouse" bench audit --keys 100000 --past-tables "$tables" "${json[@]}"
done
say "200 audits in a row, as fast as entries are recorded"
"$tallyhouse" bench audit --keys 10000 --audits "${AUDITS:-200}" --full-rate "${json[@]}"
say "files looked at beside a stream"
"$tallyhouse" bench preview "${json[@]}"
"$tallyhouse" bench latency --rate "${RATE:-1000}" --seconds "${SECONDS_OF_LOAD:-20}" "${json[@]}"
