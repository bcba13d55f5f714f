#!/usr/bin/env bash
# MariaDB, Redis and Kafka for development, tests and CI: loopback, own ports, data below .run/.
#   servers.sh start|stop|status [mariadb|redis|kafka ...]
#   servers.sh env            `export` lines, for eval
# A server given by TALLYHOUSE_MYSQL_URL, TALLYHOUSE_REDIS_URL or TALLYHOUSE_KAFKA_BROKERS is used, and never started,
# wiped or stopped here. Others of these scripts' servers: set SERVERS_RUN and TALLYHOUSE_DEV_{MYSQL,REDIS,KAFKA}_PORT.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

umask 077
mkdir -p "$RUN"
RUN=$(cd "$RUN" && pwd -P) # as /proc shows it, see running()

# One password for the servers of this folder, made with it.
if [ ! -s "$RUN/password" ]; then
  head -c 18 /dev/urandom | base64 | tr '+/' '_-' >"$RUN/password.$$"
  ln "$RUN/password.$$" "$RUN/password" 2>/dev/null || true # another was first
  rm -f "$RUN/password.$$"
fi
# shellcheck disable=SC2034 # by the servers' own parts
PASSWORD=${TALLYHOUSE_DEV_PASSWORD:-$(cat "$RUN/password")}

# Each defines NAME_prepare, NAME_launch, NAME_answers and its row of these:
declare -A PORT PORT_VARIABLE OWN VARIABLE URL PROCESS START_LIMIT STOP_LIMIT
for part in mariadb redis kafka; do
  # shellcheck disable=SC1090 # each is checked by itself
  . "$ROOT/dev/servers/$part.sh"
done

# --- processes ---

pid_of() { cat "$RUN/$1.pid" 2>/dev/null || true; }

# A pid file may be stale and its number in use by a stranger: ours has the right name and works in its data folder.
running() {
  local pid
  pid=$(pid_of "$1")
  [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null || true)" = "${PROCESS[$1]}" ] &&
    [ "$(readlink "/proc/$pid/cwd" 2>/dev/null || true)" = "$RUN/$1" ]
}

port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# launch NAME COMMAND...: in the data folder, in a session of its own, holding nothing of the caller's.
launch() {
  local name=$1
  shift
  [ ! -s "$RUN/$name.log" ] || mv "$RUN/$name.log" "$RUN/$name.log.1"
  (
    cd "$RUN/$name"
    exec </dev/null >"$RUN/$name.log" 2>&1
    # Our lock, make's job server, whatever else: an open descriptor makes somebody wait for the daemon's end.
    for fd in /proc/self/fd/*; do
      fd=${fd##*/}
      [ "$fd" -le 2 ] || eval "exec $fd>&-" 2>/dev/null || true
    done
    exec setsid nohup env LC_ALL=C.UTF-8 "$@"
  ) &
  echo $! >"$RUN/$name.pid"
}

# A command line names the process only after its last exec.
up_or_dead() { "$1_answers" || ! kill -0 "$(pid_of "$1")" 2>/dev/null; }

fail_with_log() {
  say "$1 did not start. The end of $RUN/$1.log:"
  tail -n 15 "$RUN/$1.log" | sed 's/^/    /' >&2
}

# --- commands ---

# What the environment holds after `eval "$(servers.sh env)"` is ours, not given.
given() {
  local value=${!VARIABLE[$1]:-}
  # shellcheck disable=SC2053 # a pattern on purpose: any database of our own server
  [ -n "$value" ] && [[ $value != ${OWN[$1]} ]]
}

start_all() {
  local name began=$SECONDS failed=no launched=()
  one_at_a_time servers "$RUN"
  for name in "$@"; do
    if given "$name"; then
      say "$name: given by ${VARIABLE[$name]}, left alone"
    elif ! running "$name"; then
      # A server that was killed has its port until its last thread has ended.
      wait_for "$name: its port" 10 port_free "${PORT[$name]}" ||
        die "$name: port ${PORT[$name]} is taken by another process. Stop it, or set ${PORT_VARIABLE[$name]}."
      mkdir -p "$RUN/$name"
      "${name}_prepare"
      "${name}_launch"
      launched+=("$name")
    fi
  done
  [ ${#launched[@]} = 0 ] || say "starting ${launched[*]}"
  for name in "$@"; do
    given "$name" && continue
    wait_for "$name" "${START_LIMIT[$name]}" up_or_dead "$name" || true
    if running "$name" && ! "${name}_answers"; then
      say "$name runs and does not answer to the password of $RUN/password; if it was started before there was one: make stop, then again"
    fi
    if ! running "$name" || ! "${name}_answers"; then
      fail_with_log "$name"
      failed=yes
    fi
  done
  [ $failed = no ] || exit 1
  [ ${#launched[@]} = 0 ] || say "servers are ready ($((SECONDS - began)) s), logs in $RUN"
}

stop_all() {
  local name stopping=()
  one_at_a_time servers "$RUN"
  for name in "$@"; do
    if running "$name"; then
      kill -TERM "$(pid_of "$name")" && stopping+=("$name")
    else
      rm -f "$RUN/$name.pid"
    fi
  done
  for name in "${stopping[@]}"; do
    if ! wait_for "$name: stopping" "${STOP_LIMIT[$name]}" not_running "$name"; then
      say "$name: killed"
      kill -KILL "$(pid_of "$name")" || true
      wait_for "$name: gone" 10 not_running "$name"
    fi
    rm -f "$RUN/$name.pid"
  done
  [ ${#stopping[@]} = 0 ] || say "stopped ${stopping[*]}"
}
not_running() { ! running "$1"; }

# Exit code 3 when one of ours does not serve, as `systemctl status`.
status_all() {
  local name code=0
  for name in "$@"; do
    if given "$name"; then
      printf '%-8s given by %s\n' "$name" "${VARIABLE[$name]}"
    elif running "$name" && "${name}_answers" >/dev/null 2>&1; then
      printf '%-8s running on 127.0.0.1:%s, pid %s\n' "$name" "${PORT[$name]}" "$(pid_of "$name")"
    else
      running "$name" && printf '%-8s does not answer, see %s\n' "$name" "$RUN/$name.log" || printf '%-8s stopped\n' "$name"
      code=3
    fi
  done
  return $code
}

print_env() {
  local name
  for name in mariadb redis kafka; do
    if given "$name"; then
      printf 'export %s=%q\n' "${VARIABLE[$name]}" "${!VARIABLE[$name]}"
    else
      printf 'export %s=%q\n' "${VARIABLE[$name]}" "${URL[$name]}"
    fi
  done
}

command=${1:-}
[ $# = 0 ] || shift
[ $# -gt 0 ] || set -- mariadb redis kafka
for name in "$@"; do [ -n "${PORT[$name]:-}" ] || die "no such server: $name"; done
case $command in
  start) start_all "$@" ;;
  stop) stop_all "$@" ;;
  status) status_all "$@" ;;
  env) print_env ;;
  *) die "usage: servers.sh start|stop|status|env [mariadb|redis|kafka ...]" ;;
esac
