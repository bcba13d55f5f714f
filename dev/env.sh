# shellcheck shell=bash
# Paths, ports and small helpers. Sourced by the other scripts of dev/, never run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# What can be made again lives outside the checkout, so that a fresh clone is ready in seconds.
CACHE=${TALLYHOUSE_CACHE:-${HOME:?set HOME or TALLYHOUSE_CACHE}/.cache/tallyhouse}
# Data, logs and pid files of the servers.
RUN=${SERVERS_RUN:-$ROOT/.run}

# Not the standard ports: a server of the machine's own must never be mistaken for ours.
MYSQL_PORT=${TALLYHOUSE_DEV_MYSQL_PORT:-23306}
REDIS_PORT=${TALLYHOUSE_DEV_REDIS_PORT:-26379}
KAFKA_PORT=${TALLYHOUSE_DEV_KAFKA_PORT:-29092}
KAFKA_CONTROLLER_PORT=${TALLYHOUSE_DEV_KAFKA_CONTROLLER_PORT:-$((KAFKA_PORT + 1))}

# Daemons live in sbin, which a plain user of Debian has not on PATH; rustup's folder is missing in a non-login shell.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:${HOME:-/root}/.cargo/bin
export PATH

export CARGO_TARGET_DIR=$CACHE/target
# librdkafka while one works and tests: its compiler is done in half the time. As it is shipped: `CFLAGS=-g0` (.cargo/config.toml).
export CFLAGS=${CFLAGS:--g0 -O1}
export ROOT CACHE RUN MYSQL_PORT REDIS_PORT KAFKA_PORT KAFKA_CONTROLLER_PORT

# Checkouts share what is built. Of our own crates Cargo takes another checkout's for this one's wherever that was built later
# than a file here was written: it goes by time, and by paths from the workspace on.
if [ "$(cat "$CACHE/checkout" 2>/dev/null || true)" != "$ROOT" ]; then
  rm -rf "$CACHE"/target{,-wasm}/{,*/}*/.fingerprint/{model,base,records,realtime,queue,app,server,frontend,bind-wasm}-*
  mkdir -p "$CACHE"
  printf '%s\n' "$ROOT" >"$CACHE/checkout"
fi

# Also from within wait_for, which silences what it tries.
exec {TOLD}>&2
say() { printf 'dev: %s\n' "$*" >&"$TOLD"; }
die() { say "ERROR: $*"; exit 1; }
have() { type -P "$1" >/dev/null; } # a program, not a function of ours

# need_root COMMAND...: as it is when we are root, else through sudo without a password prompt (there may be no terminal).
need_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo && sudo -n true 2>/dev/null; then sudo -n "$@"
  elif have sudo && [ -t 0 ]; then sudo "$@"
  else die "this needs root: run as root, or as a user who may sudo without a password: $*"
  fi
}

# wait_for MESSAGE LIMIT_SECONDS COMMAND...: until the command succeeds. 0 = it did, 1 = the limit passed.
wait_for() {
  local message=$1 limit=$2 end=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      say "$message: not within $limit s"
      return 1
    fi
    sleep 0.1
  done
}

# one_at_a_time NAME FOLDER: holds a lock until this script ends, so that two `make` do not build the same thing.
# Descriptor 9: close it (9>&-) for whatever outlives the script, or the lock outlives it too.
one_at_a_time() {
  mkdir -p "$2"
  exec 9>"$2/$1.lock"
  flock -n 9 || { say "waiting for another $1"; flock -w 1800 9 || die "another $1 still runs after 30 minutes"; }
}

# Nothing is built from other versions than those of Cargo.lock. Whoever adds a dependency runs plain cargo first.
cargo() { command cargo --locked "$@"; }

# maven_jars POM NAME [MAVEN_ARGUMENT...]: fetches the jars that a pom names, once, and prints their folder. They are those of jars.sha256 beside the pom,
# or it is an error: sha256sum *.jar >jars.sha256 in that folder, after a look at what changed.
maven_jars() {
  local pom=$1 name=$2 lib new pinned=${1%/*}/jars.sha256
  lib=$CACHE/$name-$(cat "$pom" "$pinned" | sha256sum | cut -c1-12)
  echo "$lib"
  [ ! -d "$lib" ] || return 0
  shift 2
  say "$name: fetching jars from Maven Central"
  mkdir -p "$CACHE"
  new=$(mktemp -d "$lib.XXXXXX") # a folder of our own, then one rename: another run may do the same
  # A copy of the pom in there, as Maven wants to write beside it.
  cp "$pom" "$new/pom.xml"
  mvn -q -B "$@" -f "$new/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$new" \
    </dev/null >&2 || { rm -rf "$new"; die "$name: Maven could not fetch the jars, see above"; }
  (cd "$new" && sha256sum --quiet --strict -c "$pinned" && [ "$(find . -name '*.jar' | wc -l)" = "$(wc -l <"$pinned")" ]) >&2 ||
    die "$name: the jars in $new are not those of $pinned"
  chmod 755 "$new"
  mv -T "$new" "$lib" 2>/dev/null || rm -rf "$new"
}

# Where the npm tools are: binaries in bin/ (wasm-opt, lightningcss, esbuild), packages in node_modules/.
npm_dev() { echo "$CACHE/npm-dev-$(cat "$ROOT/dev/install/package.json" "$ROOT/dev/install/package-lock.json" | sha256sum | cut -c1-12)"; }
