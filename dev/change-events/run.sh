#!/usr/bin/env bash
# The worked example of docs/change-events.md: ERPNext's stock ledger and Odoo's stock moves in a MariaDB of their own, read by Debezium, translated to
# entries, and compared: the live stock must equal what each source says itself, while both of them change.
#   run.sh    from nothing to the comparison; exit code 0: equal
# It starts what it needs beside the development servers, and stops it again.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

here=dev/change-events port=${CHANGE_EVENTS_PORT:-23316} folder=$RUN/change-events
tallyhouse=${TALLYHOUSE_BIN:-$CARGO_TARGET_DIR/debug/tallyhouse}
[ -x "$tallyhouse" ] || die "change-events: $tallyhouse is not there: cargo build -p server"
bash dev/servers.sh start
eval "$(bash dev/servers.sh env)"
lib=$(maven_jars "$ROOT/$here/pom.xml" change-events -s "$ROOT/dev/connector/maven-settings.xml")

jobs_started=()
stop_all() {
  for job in "${jobs_started[@]}"; do kill "$job" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap stop_all EXIT
rm -rf "$folder"
mkdir -p "$folder/db"

say "change-events: a MariaDB with a binary log of rows"
user=()
[ "$(id -u)" != 0 ] || user=(--user=root)
mariadb-install-db --no-defaults --datadir="$folder/db" --auth-root-authentication-method=socket --skip-test-db --skip-name-resolve \
  "${user[@]}" >"$folder/install.log" 2>&1 </dev/null || die "change-events: see $folder/install.log"
cat >"$folder/init.sql" <<'SQL'
CREATE USER IF NOT EXISTS 'debezium'@'127.0.0.1' IDENTIFIED BY 'debezium';
GRANT ALL ON *.* TO 'debezium'@'127.0.0.1';
SQL
mariadbd --no-defaults "${user[@]}" --datadir="$folder/db" --socket="/tmp/tallyhouse-change-events-$port.sock" --init-file="$folder/init.sql" \
  --bind-address=127.0.0.1 --port="$port" --skip-name-resolve --default-time-zone=+00:00 --log-bin=binlog --binlog-format=ROW --server-id=7 \
  --binlog-row-image=FULL >"$folder/mariadb.log" 2>&1 </dev/null &
jobs_started+=($!)
source_sql() { MYSQL_PWD=debezium mariadb --no-defaults --host=127.0.0.1 --port="$port" --user=debezium --batch --skip-column-names "$@"; }
wait_for "the source does not answer, see $folder/mariadb.log" 60 source_sql --execute='SELECT 1'
for one in erpnext odoo; do source_sql <"$here/$one.sql"; done

say "change-events: an installation of its own"
id=$(date +%s)
export TALLYHOUSE_MYSQL_URL=${TALLYHOUSE_MYSQL_URL%/*}/tallyhouse_test_change_events_$id TALLYHOUSE_TOPIC=change-events-$id
export TALLYHOUSE_GROUP=change-events-$id TALLYHOUSE_REDIS_PREFIX=change-events-$id TALLYHOUSE_LISTEN=127.0.0.1:${CHANGE_EVENTS_LISTEN:-3412}
export TALLYHOUSE_TIME_ZONE=Asia/Shanghai TALLYHOUSE_RECORDS_LAYOUT=bucket-day
[[ $TALLYHOUSE_MYSQL_URL =~ ^mysql://([^:]+):([^@]+)@([^:/]+):([0-9]+)/(.+)$ ]] || die "change-events: cannot read TALLYHOUSE_MYSQL_URL"
MYSQL_PWD=${BASH_REMATCH[2]} mariadb --no-defaults --host="${BASH_REMATCH[3]}" --port="${BASH_REMATCH[4]}" --user="${BASH_REMATCH[1]}" \
  --execute="CREATE DATABASE ${BASH_REMATCH[5]}"
"$tallyhouse" topic create >&2
"$tallyhouse" migrate >&2
"$tallyhouse" serve --pkg pkg >"$folder/tallyhouse.log" 2>&1 </dev/null &
jobs_started+=($!)
url=http://$TALLYHOUSE_LISTEN
wait_for "tallyhouse does not answer, see $folder/tallyhouse.log" 60 curl -fsS "$url/healthz"

say "change-events: Debezium"
prefix=erp$id
cat >"$folder/worker.properties" <<PROPERTIES
bootstrap.servers=$TALLYHOUSE_KAFKA_BROKERS
plugin.discovery=only_scan
listeners=http://127.0.0.1:0
offset.storage.file.filename=$folder/offsets
offset.flush.interval.ms=1000
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
key.converter.schemas.enable=false
value.converter.schemas.enable=false
PROPERTIES
cat >"$folder/source.properties" <<PROPERTIES
name=change-events-$id
connector.class=io.debezium.connector.mariadb.MariaDbConnector
tasks.max=1
database.hostname=127.0.0.1
database.port=$port
database.user=debezium
database.password=debezium
database.server.id=77
database.ssl.mode=disable
topic.prefix=$prefix
database.include.list=erp,odoo
table.include.list=erp.tabStock Ledger Entry,odoo.stock_move
decimal.handling.mode=string
snapshot.mode=initial
snapshot.locking.mode=none
schema.history.internal=io.debezium.storage.file.history.FileSchemaHistory
schema.history.internal.file.filename=$folder/history
tombstones.on.delete=true
topic.creation.default.replication.factor=1
topic.creation.default.partitions=1
PROPERTIES
java -Xms128m -Xmx384m -Djava.awt.headless=true -Dlog4j2.configurationFile="$ROOT/dev/kafka/log4j2.properties" -cp "$lib/*" \
  org.apache.kafka.connect.cli.ConnectStandalone "$folder/worker.properties" "$folder/source.properties" >"$folder/debezium.log" 2>&1 </dev/null &
jobs_started+=($!)

say "change-events: the sources go on while they are read"
for one in erpnext odoo; do sed "s/^topic = \"erp\./topic = \"$prefix./" "$here/$one.toml" >"$folder/$one.toml"; done
(
  sleep 8
  source_sql erp --execute='CALL ledger(601, 900); CALL cancel_every(70);'
  source_sql odoo --execute="UPDATE stock_move SET state = 'done' WHERE state = 'assigned'; CALL moves(301, 350, 'done');
    UPDATE stock_move SET reference = CONCAT(reference, '') WHERE id < 50"
) &
going_on=$!
has_snapshot() { [[ $("$tallyhouse" translate --preview "$folder/odoo.toml" 2>/dev/null | tail -n 1) =~ ^[1-9] ]]; }
wait_for "Debezium took no snapshot, see $folder/debezium.log" 90 has_snapshot
wait "$going_on"
for one in erpnext odoo; do
  say "change-events: $one: $("$tallyhouse" translate --preview "$folder/$one.toml" | tail -n 1)"
  say "change-events: $one: $("$tallyhouse" translate --until-quiet 10 "$folder/$one.toml")"
done

# Both as "warehouse product pieces", sorted.
source_stock() {
  source_sql --execute="
    SELECT ELT(FIELD(warehouse, 'Stores - A', 'Finished Goods - A', 'Shop - A'), 'erp-stores', 'erp-finished', 'erp-shop'), item_code,
      CAST(SUM(actual_qty) AS SIGNED) FROM erp.\`tabStock Ledger Entry\` WHERE is_cancelled = 0 GROUP BY 1, 2
    UNION ALL
    SELECT IF(l = 8, 'odoo-main', 'odoo-shop'), product_id, CAST(SUM(q) AS SIGNED) FROM (
      SELECT location_dest_id AS l, product_id, quantity AS q FROM odoo.stock_move WHERE state = 'done' AND location_dest_id IN (8, 18)
      UNION ALL SELECT location_id, product_id, -quantity FROM odoo.stock_move WHERE state = 'done' AND location_id IN (8, 18)) AS m
    GROUP BY 1, 2" | LC_ALL=C sort
}
live_stock() {
  curl -fsS "$url/api/v1/stock?limit=1000" |
    grep -o '{"warehouse_id":"[^"]*","product_id":"[^"]*","stock":-\?[0-9]*' |
    sed -E 's/.*"warehouse_id":"([^"]*)","product_id":"([^"]*)","stock":(-?[0-9]+)/\1\t\2\t\3/' | LC_ALL=C sort
}
equal() { [ -n "$(source_stock)" ] && diff <(source_stock) <(live_stock) >"$folder/difference"; }
wait_for "the live stock is not what the sources say, see $folder/difference" 60 equal || exit 1
say "change-events: equal: $(source_stock | wc -l) stocks, $(source_stock | awk '{ sum += $3 } END { print sum }') pieces together"
