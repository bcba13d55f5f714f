#!/usr/bin/env bash
# Proves /api/v1/openapi.json: OpenAPI Generator takes it, its clients in TypeScript and Java compile, and programs that use nothing else (dev/client)
# page through stock, statistics and records, send entries, and meet problems; every number is compared, up to 2^53 - 1.
#   client.sh [typescript] [java]
# TALLYHOUSE_BIN: this program instead of a build. CLIENT_DESCRIPTION: a file instead of the server's description, to see whether a change of it helps.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

bash dev/install/packages.sh run
[ $# -gt 0 ] || set -- typescript java
if [ -z "${TALLYHOUSE_BIN:-}" ]; then
  cargo build -q -p server
  TALLYHOUSE_BIN=$CARGO_TARGET_DIR/debug/tallyhouse
fi
port=${CLIENT_PORT:-33940} work=$(mktemp -d) database=tallyhouse_client server="" topic_is_there=""
url=http://127.0.0.1:$port
export TALLYHOUSE_TOPIC=CLIENT-$$ TALLYHOUSE_REDIS_PREFIX=client-$$ TALLYHOUSE_LISTEN=127.0.0.1:$port
# shellcheck disable=SC2317 # a trap calls it
clean() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  wait
  sql <<<"DROP DATABASE IF EXISTS $database" 2>/dev/null || true
  [ -z "$topic_is_there" ] || delete_topic || say "the topic $TALLYHOUSE_TOPIC is still there"
  redis EVAL "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end" 0 "$TALLYHOUSE_REDIS_PREFIX:*" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
sql() { MYSQL_PWD=$(cat "$RUN/password") timeout 30 mariadb --no-defaults -h 127.0.0.1 -P "$MYSQL_PORT" -u tallyhouse; }
redis() { REDISCLI_AUTH=$(cat "$RUN/password") timeout 30 redis-cli -p "$REDIS_PORT" "$@"; }
delete_topic() {
  timeout 60 java -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile="$ROOT/dev/kafka/log4j2.properties" -cp "$(maven_jars "$ROOT/dev/kafka/pom.xml" kafka)/*" \
    dev/client/DeleteTopic.java "$TALLYHOUSE_KAFKA_BROKERS" "$TALLYHOUSE_TOPIC" >"$work/delete" 2>&1
}
ask() { curl -fsS --max-time 10 "$url$1"; }

# --- tools ---

# The compiler of TypeScript, without install scripts.
typescript_tools() {
  local into tmp
  into=$CACHE/npm-client-$(cat dev/client/package.json dev/client/package-lock.json | sha256sum | cut -c1-12)
  echo "$into"
  [ ! -d "$into" ] || return 0
  say "client: installing the compiler of TypeScript"
  tmp=$into.$$
  rm -rf "$tmp"
  mkdir -p "$tmp"
  cp dev/client/package.json dev/client/package-lock.json "$tmp/"
  (cd "$tmp" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 || { rm -rf "$tmp"; die "client: npm could not fetch it, see above"; }
  mv -T "$tmp" "$into" 2>/dev/null || rm -rf "$tmp" # another checkout was first
}

jars=$(maven_jars "$ROOT/dev/client/pom.xml" client)
generator() { java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar "$jars"/openapi-generator-cli-*.jar "$@"; }

# --- a server, and what it has to tell ---

say "--- servers, and Tallyhouse at $port"
bash dev/servers.sh start
sql <<<"CREATE OR REPLACE DATABASE $database CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
eval "$(bash dev/servers.sh env)"
export TALLYHOUSE_MYSQL_URL=${TALLYHOUSE_MYSQL_URL%/*}/$database
"$TALLYHOUSE_BIN" topic create --partitions 2 >&2
topic_is_there=yes
"$TALLYHOUSE_BIN" migrate >"$work/migrate"
# No audit: it would put right what is edited below.
"$TALLYHOUSE_BIN" serve --without audit --pkg "${TALLYHOUSE_PKG:-$ROOT/pkg}" >"$work/serve" 2>&1 &
server=$!
wait_for "the server" 60 ask /readyz || die "$(tail -n 5 "$work/serve")"

# entry WAREHOUSE PRODUCT QUANTITY DRCR BILL LINE KIND
entry() {
  printf '{"warehouse_id":"%s","product_id":"%s","quantity":%s,"drcr":%s,"company_id":"company","bill_id":"%s","line_no":%s,"kind":"%s","create_time":"2025-03-10 08:00:00"}\n' "$@"
}
# publish NUMBER <ENTRIES
publish() {
  curl -fsS --max-time 30 -H 'Content-Type: application/x-ndjson' --data-binary @- "$url/api/v1/entries" >"$work/sent"
  [ "$(cat "$work/sent")" = "{\"accepted\":$1,\"recorded\":0}" ] || die "the entries: $(cat "$work/sent")"
}
stock() { ask /api/v1/stock | grep -o '"stock":[-0-9a-z]*' | cut -d: -f2 | paste -sd ' '; }
stock_is() { [ "$(stock)" = "$1" ]; }
recorded() { ask /api/v1/pipeline | grep -q "\"totals\":{\"consumed\":$1,\"recorded\":$1,"; }
{
  entry north apple 100 1 B-1 1 bill
  entry north apple 30 -1 B-2 1 bill
  entry north pear 5 1 O-1 1 opening
  entry north pear 2 -1 A-1 1 adjust
  entry south apple 7 1 B-3 1 bill
  entry south apple 10 -1 B-4 1 bill
  # Three of the largest quantity: their sum needs 33 bits.
  for line in 1 2 3; do entry south steel 2147483647 1 B-5 "$line" bill; done
  entry vault grain 1 1 B-6 1 bill
  entry vault debt 1 -1 B-7 1 bill
  entry 华东仓 '苹果 +&%' 8 1 B-8 1 bill
} | publish 12
wait_for "the live stock" 30 stock_is '70 3 -3 6442450941 -1 1 8' || die "the stock is $(stock); $(tail -n 5 "$work/serve")"
# The largest sum that there may be, both ways. Four million entries would make it; here the live stock is edited until one entry is missing.
# edit PRODUCT BY
edit() {
  local key version
  key="$TALLYHOUSE_REDIS_PREFIX:{0}:stock:vault:$1"
  version=$(redis HGET "$key" active_version)
  redis HINCRBY "$key" "change_v$version" "$2" >"$work/edited"
}
edit grain 9007199254740989
edit debt -9007199254740989
{
  entry vault grain 1 1 B-6 2 bill
  entry vault debt 1 -1 B-7 2 bill
} | publish 2
wait_for "the largest sums" 30 stock_is '70 3 -3 6442450941 -9007199254740991 9007199254740991 8' || die "the stock is $(stock)"
wait_for "the records" 30 recorded 14 || die "$(ask /api/v1/pipeline)"

# --- the description ---

description=$work/openapi.json
ask /api/v1/openapi.json >"$description"
if [ -n "${CLIENT_DESCRIPTION:-}" ]; then
  say "NOT the server's description: $CLIENT_DESCRIPTION"
  cp "$CLIENT_DESCRIPTION" "$description"
fi
say "--- the description, by $(basename "$jars"/openapi-generator-cli-*.jar .jar)"
generator validate --recommend -i "$description" >"$work/validate" 2>&1 || die "it is not valid: $(cat "$work/validate")"
# What is known: it turns `oneOf: [..., {"type": "null"}]` into `nullable` itself, says so, and makes what may be null nevertheless.
recommended=$(grep -cE '^	- ' "$work/validate" || true)
if [ "$recommended" -gt 1 ] || { [ "$recommended" = 1 ] && ! grep -q "The 'nullable' attribute was removed" "$work/validate"; }; then
  die "it could be better: $(cat "$work/validate")"
fi
say "valid, $recommended recommendation"

# generate LANGUAGE OPTION...: into $work/LANGUAGE/client. It is silent but for what is known. `schema name: null` it says of a list in a parameter whose
# items have a name, and of an alternative that has none; what it makes of them is right.
known='OpenAPI 3.1 support is still in beta|Failed to get the schema name: null'
generate() {
  local language=$1 log=$work/$1.log
  shift
  generator generate -i "$description" -o "$work/$language/client" "$@" >"$log" 2>&1 || die "no client in $language: $(grep -v INFO "$log")"
  ! grep -E ' (WARN|ERROR) ' "$log" | grep -vE "$known" >&2 || die "$language: the generator complains, see above"
}

prove_typescript() {
  local tools
  tools=$(typescript_tools)
  mkdir "$work/typescript"
  # Node wants to see the end of a file's name.
  generate typescript -g typescript-fetch --additional-properties=importFileExtension=.js
  cp dev/client/read.ts dev/client/tsconfig.json "$work/typescript/"
  echo '{"type":"module"}' >"$work/typescript/package.json"
  ln -s "$tools/node_modules" "$work/typescript/node_modules"
  "$tools/node_modules/.bin/tsc" -p "$work/typescript" || die "typescript: the client does not compile, see above"
  node "$work/typescript/js/read.js" "$url" >&2 || die "typescript: what the client reads is wrong, see above"
}

# The compiler is in Debian's JRE, without the command.
prove_java() {
  local classes sources
  mkdir "$work/java"
  generate java -g java --library native --additional-properties=openApiNullable=false,hideGenerationTimestamp=true,invokerPackage=tallyhouse,apiPackage=tallyhouse.api,modelPackage=tallyhouse.model
  classes=$(find "$jars" -name '*.jar' ! -name 'openapi-generator-*' -printf '%p:')
  mapfile -t sources < <(find "$work/java/client/src/main" -name '*.java')
  java -XX:TieredStopAtLevel=1 -m jdk.compiler/com.sun.tools.javac.Main -encoding UTF-8 -Xlint:all,-serial,-deprecation -XDsuppressNotes -Werror -cp "$classes" -d "$work/java/classes" "${sources[@]}" dev/client/Read.java ||
    die "java: the client does not compile, see above"
  java -Dfile.encoding=UTF-8 -cp "$classes$work/java/classes" Read "$url" >&2 || die "java: what the client reads is wrong, see above"
}

for language in "$@"; do
  say "--- $language"
  began=$SECONDS
  "prove_$language"
  say "$language: generated, compiled, and it reads what is there ($((SECONDS - began)) s)"
done
say "the clients are proved ($SECONDS s)"
