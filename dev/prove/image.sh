#!/usr/bin/env bash
# Proves the container image without Docker: buildah makes it in a chroot, from a base that debootstrap makes of Debian's packages, and runs it against the
# development servers. Root. IMAGE_DEB: this package instead of one that is made. DEBIAN_IMAGE: a base image of a registry instead of debootstrap.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

step() { say "--- $*"; }
[ "$(id -u)" = 0 ] || die "root is needed: a chroot is made"
port=${IMAGE_PORT:-33910} ops=$((${IMAGE_PORT:-33910} + 1))
work=$(mktemp -d) store=$CACHE/images server='' database=tallyhouse_image
run() { timeout "${LIMIT:-600}" buildah --storage-driver vfs --root "$store" --runroot "$store.run" "$@"; }
sql() { MYSQL_PWD=$(cat "$RUN/password") timeout 30 mariadb --no-defaults -h 127.0.0.1 -P "$MYSQL_PORT" -u tallyhouse; }
# The program is below several processes of buildah, which end after it.
end_below() {
  local child
  for child in $(pgrep -P "$1"); do end_below "$child"; done
  kill -TERM "$1" 2>/dev/null || true
}
# shellcheck disable=SC2317 # a trap calls it
clean() {
  [ -z "$server" ] || end_below "$server"
  [ -z "${container:-}" ] || run rm "$container" >/dev/null 2>&1 || true
  sql <<<"DROP DATABASE IF EXISTS $database" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
answers() { curl -fsS --max-time 5 -o "$work/answer" "http://127.0.0.1:$1"; }

bash dev/install/packages.sh package
step "servers, package"
bash dev/servers.sh start
cp "${IMAGE_DEB:-$(bash dev/package.sh --fast)}" packaging/docker/tallyhouse.deb

base=${DEBIAN_IMAGE:-localhost/debian:bookworm-slim}
if [ -z "${DEBIAN_IMAGE:-}" ] && ! run inspect --type image "$base" >/dev/null 2>&1; then
  step "a base of Debian's packages"
  timeout 600 debootstrap --variant=minbase bookworm "$work/root" http://deb.debian.org/debian >"$work/log" 2>&1 || die "$(tail -n 5 "$work/log")"
  rm -rf "$work"/root/var/cache/apt/* "$work"/root/var/lib/apt/lists/* "$work"/root/usr/share/{doc,man,locale,info}/*
  container=$(run from scratch)
  run add -q "$container" "$work/root" / >/dev/null
  run commit -q --rm "$container" "$base" >/dev/null
  container=
fi

step "the image"
run bud -q --isolation chroot --format docker --build-arg BASE="$base" -t tallyhouse packaging/docker >"$work/log" 2>&1 || die "$(tail -n 20 "$work/log")"
run images --format '{{.Name}} {{.Size}}' | sed 's/^/dev: /' >&2
run inspect --type image tallyhouse >"$work/inspect"
node -e '
  const { Docker: { config }, History: _ } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  const wanted = [config.User === "10001:10001", config.Healthcheck?.Test?.[1] === "/usr/lib/tallyhouse/healthy", config.Entrypoint?.[0] === "/usr/bin/tallyhouse"];
  if (wanted.includes(false)) throw new Error(JSON.stringify(config));
' "$work/inspect" || die "the image has another user, check or entrypoint"

step "run it"
container=$(run from --pull-never tallyhouse)
inside() { LIMIT=${LIMIT:-60} run run --isolation chroot "${mounts[@]}" "$container" -- "$@"; }
mounts=()
inside /usr/bin/tallyhouse --version
[ "$(inside id -u)" = 10001 ] || die "it runs as $(inside id -u)"
inside find / -xdev -user 10001 -not -path '/proc/*' 2>/dev/null >"$work/owned" || true
[ ! -s "$work/owned" ] || die "the user owns files of the image"
mkdir "$work/secrets"
sql <<<"CREATE OR REPLACE DATABASE $database CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
(umask 022 && echo "mysql://tallyhouse:$(cat "$RUN/password")@127.0.0.1:$MYSQL_PORT/$database" >"$work/secrets/mysql-url"
  echo "redis://default:$(cat "$RUN/password")@127.0.0.1:$REDIS_PORT/0" >"$work/secrets/redis-url")
mounts=(-v "$work/secrets:/run/secrets:ro" --env TALLYHOUSE_MYSQL_URL_FILE=/run/secrets/mysql-url --env TALLYHOUSE_REDIS_URL_FILE=/run/secrets/redis-url
  --env "TALLYHOUSE_KAFKA_BROKERS=127.0.0.1:$KAFKA_PORT" --env "TALLYHOUSE_TOPIC=IMAGE-$$" --env "TALLYHOUSE_REDIS_PREFIX=image-$$"
  --env "TALLYHOUSE_LISTEN=127.0.0.1:$port" --env "TALLYHOUSE_OPS_LISTEN=127.0.0.1:$ops")
inside /usr/bin/tallyhouse config check >"$work/check"
grep -q 'secret file' "$work/check" || die "it reads no secrets from files"
inside /usr/bin/tallyhouse topic create --partitions 2
inside /usr/bin/tallyhouse migrate
! inside /usr/lib/tallyhouse/healthy 2>/dev/null || die "it is healthy before it runs"
LIMIT=300 inside /usr/bin/tallyhouse serve >"$work/serve" 2>&1 &
server=$!
wait_for "the server" 60 answers "$ops/readyz" || die "$(tail -n 5 "$work/serve")"
inside /usr/lib/tallyhouse/healthy || die "it is not healthy"
{ answers "$port/" && grep -q '<html' "$work/answer"; } || die "no page"
say "the image is made and runs ($SECONDS s)"
