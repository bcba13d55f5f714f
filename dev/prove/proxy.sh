#!/usr/bin/env bash
# Proves packaging/proxy: nginx and Caddy with these files, on ports of loopback and with a certificate of openssl, before a running server. Root.
#   proxy.sh [nginx] [caddy]
# TALLYHOUSE_BIN: this program instead of a build.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

bash dev/install/packages.sh package
[ $# -gt 0 ] || set -- nginx caddy
if [ -z "${TALLYHOUSE_BIN:-}" ]; then
  CFLAGS=-g0 cargo build -q --release -p server
  TALLYHOUSE_BIN=$CARGO_TARGET_DIR/release/tallyhouse
fi
base=${PROXY_PORT:-33920}
upstream=$base http=$((base + 1)) https=$((base + 2)) echo=$((base + 3)) echo_https=$((base + 4)) echo_http=$((base + 5))
work=$(mktemp -d) database=tallyhouse_proxy children=() proxies=()
chmod 755 "$work"
# shellcheck disable=SC2317 # a trap calls it
clean() {
  kill "${children[@]}" "${proxies[@]}" 2>/dev/null || true
  wait
  sql <<<"DROP DATABASE IF EXISTS $database" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
sql() { MYSQL_PWD=$(cat "$RUN/password") timeout 30 mariadb --no-defaults -h 127.0.0.1 -P "$MYSQL_PORT" -u tallyhouse; }

say "--- servers, and Tallyhouse at $upstream"
bash dev/servers.sh start
sql <<<"CREATE OR REPLACE DATABASE $database CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
eval "$(bash dev/servers.sh env)"
export TALLYHOUSE_MYSQL_URL=${TALLYHOUSE_MYSQL_URL%/*}/$database TALLYHOUSE_TOPIC=PROXY-$$ TALLYHOUSE_REDIS_PREFIX=proxy-$$ TALLYHOUSE_LISTEN=127.0.0.1:$upstream \
  TALLYHOUSE_PUBLIC_URL=https://localhost:$https TALLYHOUSE_TRUSTED_PROXIES=127.0.0.0/8
"$TALLYHOUSE_BIN" topic create --partitions 2 >&2
"$TALLYHOUSE_BIN" migrate >"$work/migrate"
"$TALLYHOUSE_BIN" serve --pkg "${TALLYHOUSE_PKG:-$ROOT/pkg}" >"$work/serve" 2>&1 &
children+=($!)
wait_for "the server" 60 curl -fsS -o "$work/answer" "http://127.0.0.1:$upstream/readyz" || die "$(tail -n 5 "$work/serve")"
"$TALLYHOUSE_BIN" simulate --days 2 --entries-per-day 2000 >"$work/simulate" 2>&1
# What is published is recorded, so that a later entry waits for none of it.
at_rest() { "$TALLYHOUSE_BIN" audit >"$work/audit" 2>&1 && curl -fsS --max-time 5 "http://127.0.0.1:$upstream/api/v1/pipeline" | grep -q '"state":"ok"'; }
wait_for "the records of the simulated days" 60 at_rest || die "$(cat "$work/audit")"
node dev/prove/echo.mjs "$echo" &
children+=($!)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>"$work/openssl"

password=$(openssl rand -hex 16)
hash=$(openssl passwd -6 -stdin <<<"$password")
echo "anna:$hash" >"$work/nginx.people"
if [[ " $* " == *" caddy "* ]]; then
  hash=$(caddy hash-password <<<"$password")
  echo "anna $hash" >"$work/caddy.people"
fi
echo "machine localhost login anna password $password" >"$work/netrc"
anna=(--cacert "$work/cert.pem" --netrc-file "$work/netrc")

# run_nginx NAME UPSTREAM HTTP HTTPS, the file with these in it.
run_nginx() {
  local folder=$work/nginx-$1
  mkdir "$folder"
  sed "s/127.0.0.1:3000/127.0.0.1:$2/; s/listen 80;/listen 127.0.0.1:$3;/; s/listen 443 /listen 127.0.0.1:$4 /; /listen \[::\]/d; s/stock\.example\.com/localhost/; s/Host \$host;/Host \$host:$4;/
    s#/etc/nginx/tallyhouse.people#$work/nginx.people#
    s#/etc/ssl/tallyhouse.pem#$work/cert.pem#; s#/etc/ssl/private/tallyhouse.key#$work/key.pem#" packaging/proxy/nginx.conf >"$folder/site.conf"
  cat >"$folder/nginx.conf" <<CONF
daemon off;
user root;
pid $folder/pid;
error_log $folder/error.log;
events {}
http {
  access_log off;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  include $folder/site.conf;
}
CONF
  nginx -q -e "$folder/error.log" -c "$folder/nginx.conf" &
  proxies+=($!)
}

run_caddy() {
  local folder=$work/caddy-$1
  mkdir "$folder"
  # No address for administration, and another port for what leads to TLS.
  sed "0,/^{/s//{\n\tadmin off\n\thttp_port $3\n\tauto_https ignore_loaded_certs/" packaging/proxy/Caddyfile >"$folder/Caddyfile"
  env SITE="https://localhost:$4" UPSTREAM="127.0.0.1:$2" TLS="tls $work/cert.pem $work/key.pem" PEOPLE="$work/caddy.people" XDG_DATA_HOME="$folder" XDG_CONFIG_HOME="$folder" HOME="$folder" \
    caddy run --adapter caddyfile --config "$folder/Caddyfile" >"$folder/log" 2>&1 &
  proxies+=($!)
}

# ask URL_PATH [OPTION...]: headers into $work/head, the answer into $work/answer, and "STATUS VERSION" printed.
ask() {
  local path=$1
  shift
  curl -sS --max-time 60 "${anna[@]}" -D "$work/head" -o "$work/answer" -w '%{http_code} %{http_version}' "$@" "https://localhost:$https$path"
}
is() { [ "$1" = "$2" ] || die "$name: $3: $1, not $2; $(head -c 400 "$work/answer")"; }
has() { grep -qiE "^$1" "$work/head" || die "$name: $2: no $1 in $(tr -d '\r' <"$work/head" | tr '\n' '|')"; }
lacks() { ! grep -qiE "^$1" "$work/head" || die "$name: $2: $1 in $(tr -d '\r' <"$work/head" | tr '\n' '|')"; }

pages() {
  local path
  for path in / /api/v1/live /records.csv /pkg/x/tallyhouse.js; do
    is "$(curl -sS --max-time 10 --cacert "$work/cert.pem" -o "$work/answer" -w '%{http_code}' "https://localhost:$https$path")" 401 "$path for who is not known"
  done
  is "$(ask /)" "200 2" "the page"
  grep -q '<html' "$work/answer" || die "$name: no page"
  has "content-security-policy: default-src 'none'" "the page"
  has "cache-control: no-store" "the page"
  has "strict-transport-security: max-age" "the page"
  lacks "content-encoding" "the page, for who takes no compression"
  local file
  file=/$(grep -o 'pkg/[0-9a-f]*/tallyhouse_bg.wasm' "$work/answer" | head -n 1)
  is "$(ask / -H 'Accept-Encoding: br, gzip')" "200 2" "the page, compressed"
  has "content-encoding: br" "the page, compressed"
  is "$(ask "$file" -H 'Accept-Encoding: br')" "200 2" "the browser's part"
  has "content-encoding: br" "the browser's part"
  has "cache-control: public, max-age=31536000, immutable" "the browser's part"
  cmp -s "$work/answer" "${TALLYHOUSE_PKG:-pkg}/tallyhouse_bg.wasm.br" || die "$name: the browser's part is another"
  is "$(ask /metrics)" "404 2" "what is not for people"
  # Caddy says nothing at all, with 200.
  ask / -H 'Host: evil.example' >/dev/null || true
  ! grep -qi 'tallyhouse' "$work/answer" || die "$name: it answers for another name"
  is "$(curl -sS --max-time 5 -o "$work/answer" -w '%{http_code} %{redirect_url}' "http://localhost:$http/system?a=b" | sed "s/:$https//")" \
    "308 https://localhost/system?a=b" "what leads to TLS"
}

live() {
  local log=$work/live
  : >"$log"
  curl -sSN --max-time 40 "${anna[@]}" -H 'Accept-Encoding: br' "https://localhost:$https/api/v1/live" >"$log" 2>"$work/live.err" &
  local stream=$!
  children+=("$stream")
  wait_for "$name: the first event" 1 grep -q '^event: snapshot' "$log" || die "$name: no event within a second"
  echo '{"product_id":"apple","quantity":7,"drcr":1,"company_id":"c","warehouse_id":"w-'"$name"'","bill_id":"L-'"$name"'","create_time":"'"$(date '+%F %T')"'"}' |
    "$TALLYHOUSE_BIN" produce - >"$work/produced"
  # Most of this is the entry's way through Kafka and both stores. In a buffer it would wait for thousands of others.
  wait_for "$name: a change" 15 grep -q "w-$name" "$log" || die "$name: no change within 15 s"
  wait_for "$name: a heartbeat" 12 heartbeats "$log" || die "$name: the stream fell silent"
  kill "$stream"
  wait "$stream" 2>/dev/null || true
}
# The first one comes at once.
heartbeats() { [ "$(grep -c '^event: heartbeat' "$1")" -ge 2 ]; }

files() {
  local day query line
  day=$(date +%F)
  query="/records.csv?from=$(date -d '3 days ago' +%F)&to=$day&warehouse_id=shanghai-pudong"
  curl -fsS --max-time 60 -o "$work/direct.csv" "http://127.0.0.1:$upstream$query"
  [ "$(wc -l <"$work/direct.csv")" -gt 20 ] || die "there is nothing to export: $(head -c 300 "$work/direct.csv")"
  is "$(ask "$query")" "200 2" "an export"
  cmp -s "$work/answer" "$work/direct.csv" || die "$name: the export is another"
  has "content-disposition: attachment" "an export"
  is "$(ask "${query/csv/xlsx}")" "200 2" "an export as XLSX"
  { echo product_id,quantity,drcr,company_id,warehouse_id,bill_id,create_time
    echo "pear,3,1,c,w,U-$name,$day 08:00:00"; } >"$work/upload.csv"
  is "$(ask /api/v1/entries -H 'Content-Type: text/csv' --data-binary "@$work/upload.csv")" "202 2" "an upload"
  is "$(ask /import -F "file=@$work/upload.csv;type=text/csv" -H 'Sec-Fetch-Site: same-origin')" "303 2" "a file of the import page"
  is "$(ask /import -F "file=@$work/upload.csv;type=text/csv" -H "Origin: https://localhost:$https")" "303 2" "a file of an older browser"
  is "$(ask /import -F "file=@$work/upload.csv;type=text/csv" -H 'Sec-Fetch-Site: cross-site')" "403 2" "a file of another site's page"
  # 31 MB, and wrong: the server reads all of it and says so. 33 MB is too much for it, 45 MB for the proxy.
  line=$(printf '{"product_id":"%0300d"}' 0)
  yes "$line" | head -c 31000000 >"$work/large" || true
  is "$(ask /api/v1/entries -H 'Content-Type: application/x-ndjson' --data-binary "@$work/large")" "422 2" "an upload of 31 MB"
  has "content-type: application/problem\+json" "an upload of 31 MB"
  yes "$line" | head -c 34000000 >"$work/large" || true
  is "$(ask /api/v1/entries -H 'Content-Type: application/x-ndjson' --data-binary "@$work/large")" "413 2" "an upload of 34 MB"
  has "content-type: application/problem\+json" "an upload of 34 MB"
  yes "$line" | head -c 45000000 >"$work/large" || true
  # Caddy may end the stream instead of saying 413.
  local said
  said=$(ask /api/v1/entries -H 'Content-Type: application/x-ndjson' --data-binary "@$work/large" 2>"$work/curl" || true)
  if [[ $said != 413* ]] && ! grep -q 'HTTP/2' "$work/curl"; then die "$name: it takes 45 MB: $said"; fi
  rm "$work/large"
}

# What reaches the server.
words() {
  # Caddy takes a second for a password that it has not seen yet.
  curl -sS --max-time 20 "${anna[@]}" -o "$work/answer" "https://localhost:$echo_https/"
  { printf 'first'; sleep 1.5; printf 'last'; } | curl -sS --max-time 20 "${anna[@]}" -o "$work/answer" -T - -X POST \
    -H 'X-Forwarded-For: 6.6.6.6' -H 'X_Forwarded_For: 6.6.6.6' -H 'X-Forwarded-Proto: http' -H 'Forwarded: for=6.6.6.6' -H 'X-Real-IP: 6.6.6.6' \
    -H 'X-Forwarded-Host: evil.example' "https://localhost:$echo_https/a?b=c"
  node dev/prove/echo.mjs check "$work/answer" || die "$name: what reaches the server is wrong"
}

for name in "$@"; do
  say "--- $name"
  "run_$name" server "$upstream" "$http" "$https"
  "run_$name" echo "$echo" "$echo_http" "$echo_https"
  # shellcheck disable=SC2317 # by wait_for
  up() { curl -sS --max-time 2 --cacert "$work/cert.pem" -o /dev/null "https://localhost:$1/"; }
  wait_for "$name" 20 up "$https" || die "$name does not start: $(tail -n 5 "$work/$name-server"/*log)"
  wait_for "$name, before the echo" 20 up "$echo_https" || die "$name does not start: $(tail -n 5 "$work/$name-echo"/*log)"
  pages
  live
  files
  words
  say "$name: pages, the live stream, files and headers are as they should be"
  kill "${proxies[@]}"
  wait "${proxies[@]}" 2>/dev/null || true
  proxies=()
done
say "the proxies are proved ($SECONDS s)"
