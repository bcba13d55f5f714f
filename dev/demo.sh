#!/usr/bin/env bash
# What does not go well in a month, so that every page of the demo has something to show: rejected messages, of which one is sent again, and a
# live stock that was edited by hand, which an audit puts right.
#   demo.sh PROGRAM URL
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

tallyhouse=$1 url=$2
day=$(date -d yesterday +%F)
entry() { # entry BILL FIELDS: a line of a bill; FIELDS may set any of it otherwise
  printf '{"product_id":"apple","quantity":24,"drcr":-1,"company_id":"xinyuan","warehouse_id":"shanghai-pudong","bill_id":"%s","create_time":"%s 10:12:00"}\n' \
    "$1" "$day" | sed -E "$2"
}
say "a few messages that are rejected"
{
  entry DEMO-1 's/"quantity":24/"quantity":0/'
  entry DEMO-2 's/"quantity":24/"quantity":"24"/'
  entry DEMO-3 's/"warehouse_id":"[^"]*",//'
  entry DEMO-4 's/"create_time":"[^ ]*/"create_time":"2062-03-01/'
  entry DEMO-5 's/"drcr":-1/"drcr":-1,"drcr":1/'
  entry DEMO-6 's/\}$//'
  entry DEMO-7 ''
  entry DEMO-7 's/"quantity":24/"quantity":42/'
} | "$tallyhouse" produce - >&2

seven_rejected() { [ "$(curl -fsS "$url/api/v1/rejections?limit=50" | grep -o '"kafka_offset"\|"offset"' | wc -l)" -ge 7 ]; }
wait_for "the demo's messages are not rejected" 30 seven_rejected
id=$(curl -fsS "$url/api/v1/rejections?code=missing&limit=1" | sed -E 's/.*"id":([0-9]+).*/\1/')
entry DEMO-3 '' | curl -fsS -o "$RUN/resubmitted.json" --data-binary @- "$url/api/v1/rejections/$id/resubmit"

passed() { curl -fsS "$url/api/v1/audits?limit=1" | grep -q '"state":"passed"'; }
wait_for "the first audit has not passed" 120 passed
if [[ ${TALLYHOUSE_REDIS_URL:-} = redis://*127.0.0.1:$REDIS_PORT/* ]]; then
  say "a key of the live stock loses 36 apples, and an audit puts that right"
  key=$(redis-cli --no-auth-warning -u "$TALLYHOUSE_REDIS_URL" --scan --pattern "${TALLYHOUSE_REDIS_PREFIX:-tallyhouse}:*shanghai-pudong:apple" | head -n 1)
  version=$(redis-cli --no-auth-warning -u "$TALLYHOUSE_REDIS_URL" HGET "$key" active_version)
  redis-cli --no-auth-warning -u "$TALLYHOUSE_REDIS_URL" HINCRBY "$key" "change_v$version" -36 >"$RUN/edited"
  "$tallyhouse" audit --wait >&2 || true # it names what it repaired
fi
