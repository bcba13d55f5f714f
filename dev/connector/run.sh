#!/usr/bin/env bash
# The tuned connector of docs/architecture/proof.md: Kafka Connect with a JDBC sink, 2 tasks, batches of 5000. It puts the entries of
# TALLYHOUSE_TOPIC as rows into the table `connector_rows` of TALLYHOUSE_MYSQL_URL, and nothing else. Runs until killed.
#   run.sh jars     only fetch what it needs
#   run.sh run      run; properties, offsets and a log go into the cache
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

lib=$(maven_jars "$ROOT/dev/connector/pom.xml" connector -s "$ROOT/dev/connector/maven-settings.xml")
case ${1:-} in
  jars) exit 0 ;;
  run) ;;
  *) die "usage: run.sh jars|run" ;;
esac
folder=$CACHE/connector-run
[[ $TALLYHOUSE_MYSQL_URL =~ ^mysql://([^:@/]+):([^@/]+)@([^/]+)/([A-Za-z0-9_]+)$ ]] ||
  die "connector: cannot read TALLYHOUSE_MYSQL_URL as mysql://user:password@host:port/database"
user=${BASH_REMATCH[1]} password=${BASH_REMATCH[2]} host=${BASH_REMATCH[3]} database=${BASH_REMATCH[4]}

umask 077
rm -rf "$folder"
mkdir -p "$folder"
say "connector: its log is $folder/log"
cat >"$folder/worker.properties" <<PROPERTIES
bootstrap.servers=$TALLYHOUSE_KAFKA_BROKERS
plugin.discovery=only_scan
listeners=http://127.0.0.1:0
offset.storage.file.filename=$folder/offsets
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
connector.client.config.override.policy=All
PROPERTIES
field() { printf '{"field":"%s","type":"%s","optional":false}' "$1" "$2"; }
fields=$(field product_id string),$(field quantity int32),$(field drcr int32),$(field company_id string)
fields+=,$(field warehouse_id string),$(field bill_id string),$(field create_time string),$(field description string)
cat >"$folder/sink.properties" <<PROPERTIES
name=$database
connector.class=io.debezium.connector.jdbc.JdbcSinkConnector
tasks.max=2
topics=$TALLYHOUSE_TOPIC
value.converter=org.apache.kafka.connect.json.JsonConverter
value.converter.schemas.enable=true
value.converter.schema.content={"type":"struct","optional":false,"fields":[$fields]}
consumer.override.auto.offset.reset=earliest
consumer.override.max.poll.records=5000
consumer.override.fetch.min.bytes=524288
consumer.override.fetch.max.wait.ms=100
connection.url=jdbc:mariadb://$host/$database?useBulkStmts=true
connection.username=$user
connection.password=$password
insert.mode=insert
primary.key.mode=none
schema.evolution=none
collection.name.format=connector_rows
batch.size=5000
PROPERTIES
exec java -Xms256m -Xmx512m -Djava.awt.headless=true -Dlog4j2.configurationFile="$ROOT/dev/kafka/log4j2.properties" \
  -cp "$lib/*" org.apache.kafka.connect.cli.ConnectStandalone "$folder/worker.properties" "$folder/sink.properties" >"$folder/log" 2>&1
