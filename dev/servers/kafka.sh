# shellcheck shell=bash disable=SC2034,SC2154 # sourced by servers.sh, which declares and reads the arrays
# Kafka 4 (KRaft), one node, from its jars: see dev/kafka/.
PORT[kafka]=$KAFKA_PORT
PORT_VARIABLE[kafka]=TALLYHOUSE_DEV_KAFKA_PORT
PROCESS[kafka]=java
VARIABLE[kafka]=TALLYHOUSE_KAFKA_BROKERS
URL[kafka]=127.0.0.1:$KAFKA_PORT
OWN[kafka]=127.0.0.1:$KAFKA_PORT
START_LIMIT[kafka]=90
STOP_LIMIT[kafka]=40

kafka_lib() { maven_jars "$ROOT/dev/kafka/pom.xml" kafka; }

kafka_prepare() {
  local lib properties id
  lib=$(kafka_lib)
  properties=$(cat "$ROOT/dev/kafka/server.properties.in")
  properties=${properties//@PORT@/"$KAFKA_PORT"}
  # Another one where a proxy stands before the broker: the drill's.
  properties=${properties//@ADVERTISED_PORT@/"${TALLYHOUSE_DEV_KAFKA_ADVERTISED_PORT:-$KAFKA_PORT}"}
  properties=${properties//@CONTROLLER_PORT@/"$KAFKA_CONTROLLER_PORT"}
  printf '%s\n' "${properties//@DATA@/"$RUN/kafka/data"}" >"$RUN/kafka.properties"
  # Of tests: a file of listeners by TLS, and accounts. Of a property that is there twice, Java takes the last.
  [ -z "${TALLYHOUSE_DEV_KAFKA_PROPERTIES:-}" ] || cat "$TALLYHOUSE_DEV_KAFKA_PROPERTIES" >>"$RUN/kafka.properties"
  local accounts=() account
  while IFS= read -r account; do
    [ -z "$account" ] || accounts+=(--add-scram "$account")
  done <<<"${TALLYHOUSE_DEV_KAFKA_ACCOUNTS:-}"
  [ ! -f "$RUN/kafka/data/meta.properties" ] || return 0
  say "kafka: formatting the data folder"
  # 16 bytes in URL-safe base64, as `StorageTool random-uuid` prints after a second of JVM. No leading dash.
  id=$(head -c 16 /dev/urandom | base64 | tr '+/' '_-' | tr -d '=' | sed 's/^-/_/')
  java -Dlog4j2.configurationFile="$ROOT/dev/kafka/log4j2.properties" -cp "$lib/*" kafka.tools.StorageTool \
    format -t "$id" -c "$RUN/kafka.properties" "${accounts[@]}" >"$RUN/kafka.log" 2>&1 </dev/null || { fail_with_log kafka; exit 1; }
}

kafka_launch() {
  launch kafka java -Xms256m -Xmx512m -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true \
    -Dlog4j2.configurationFile="$ROOT/dev/kafka/log4j2.properties" -cp "$(kafka_lib)/*" kafka.Kafka "$RUN/kafka.properties"
}

# A metadata request (key 3, version 1, no client id, no topics) whose answer names one broker: what a client does first,
# without a JVM. Bytes 9 to 12 of the answer are the number of brokers.
kafka_answers() {
  local answer
  answer=$(
    exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$KAFKA_PORT" || exit 1
    printf '\0\0\0\016\0\003\0\001\0\0\0\001\377\377\0\0\0\0' >&3
    timeout 5 head -c 12 <&3 | od -An -tx1 | tr -d ' \n'
  ) 2>/dev/null || return 1
  [ "${answer:16:8}" = 00000001 ]
}
