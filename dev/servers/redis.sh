# shellcheck shell=bash disable=SC2034,SC2154 # sourced by servers.sh, which declares and reads the arrays
# Redis 7+. What is not said here is the default; the password is in a file, since everybody sees a command line.
PORT[redis]=$REDIS_PORT
PORT_VARIABLE[redis]=TALLYHOUSE_DEV_REDIS_PORT
PROCESS[redis]=redis-server
VARIABLE[redis]=TALLYHOUSE_REDIS_URL
URL[redis]=redis://default:$PASSWORD@127.0.0.1:$REDIS_PORT/0
OWN[redis]="redis://*127.0.0.1:$REDIS_PORT*"
START_LIMIT[redis]=60
STOP_LIMIT[redis]=20

redis_prepare() { printf 'requirepass %s\n' "$PASSWORD" >"$RUN/redis.conf"; }

# It goes first: one thread, which every batch, page and audit waits for. Linux shares the cores out by session (autogroup), and
# with MariaDB, Kafka and ours beside it on two cores Redis waited up to 17 ms for its turn. Refused without root: then not.
FIRST='{ echo -15 >/proc/self/autogroup; } 2>/dev/null; exec "$@"'

redis_launch() {
  launch redis bash -c "$FIRST" first redis-server "$RUN/redis.conf" --bind 127.0.0.1 --port "$REDIS_PORT" --dir "$RUN/redis" \
    --daemonize no --appendonly yes --appendfsync everysec --save '' --maxmemory-policy noeviction
}

# PONG comes only when the data is loaded.
redis_answers() {
  [ "$(REDISCLI_AUTH=$PASSWORD timeout 5 redis-cli -h 127.0.0.1 -p "$REDIS_PORT" ping 2>/dev/null </dev/null || true)" = PONG ]
}
