#!/usr/bin/env bash
# Proves the Debian package: makes it, installs it, configures it with accounts of least rights, runs what the unit runs as the unit's user,
# upgrades it, removes and purges it. Root, on a machine that has no Tallyhouse installed. TALLYHOUSE_BIN: this program instead of a build.
# Where systemd is not the first process, the unit is not started by it: its environment, limits and user are taken from the installed file.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

step() { say "--- $*"; }
[ "$(id -u)" = 0 ] || die "root is needed: packages are installed"
if dpkg -s tallyhouse >/dev/null 2>&1 || [ -e /etc/tallyhouse ]; then die "Tallyhouse is installed here: this would delete it"; fi

port=${PACKAGE_PORT:-33900} ops=$((${PACKAGE_PORT:-33900} + 1))
work=$(mktemp -d) database=tallyhouse_package topic=PACKAGE-$$ server=
had_user=$(getent passwd tallyhouse || true)
# shellcheck disable=SC2317 # a trap calls it
clean() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  dpkg --purge tallyhouse >/dev/null 2>&1 || true
  [ -n "$had_user" ] || userdel tallyhouse 2>/dev/null || true
  as_root_of_mariadb <<<"DROP DATABASE IF EXISTS $database; DROP USER IF EXISTS '$database'@'%';" 2>/dev/null || true
  redis <<<"ACL DELUSER $database" >/dev/null 2>&1 || true
  redis <<<"EVAL \"for _, key in ipairs(redis.call('KEYS', '$database:*')) do redis.call('DEL', key) end\" 0" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean EXIT
as_root_of_mariadb() {
  local socket=$RUN/mariadb.sock
  [ -S "$socket" ] || socket=/tmp/tallyhouse-mariadb-$MYSQL_PORT.sock
  timeout 30 mariadb --no-defaults --socket="$socket" -uroot
}
redis() { REDISCLI_AUTH=$(cat "$RUN/password") timeout 30 redis-cli -p "$REDIS_PORT"; }
# The installed unit's own words.
unit=/usr/lib/systemd/system/tallyhouse.service
of_unit() { sed -n "s/^$1=//p" "$unit"; }
# The words before a command that run it as the unit does: its environment, limits and user; the root file system is read-only, /tmp is its own.
as_the_unit() {
  local environment files
  # No more than this machine lets anybody have.
  files=$(of_unit LimitNOFILE)
  prlimit --nofile="$files" true 2>/dev/null || files=$(ulimit -Hn)
  mapfile -t environment < <(of_unit Environment)
  # shellcheck disable=SC2016 # expanded by the inner shell
  as_unit=(env -i PATH=/usr/bin:/bin "${environment[@]}" prlimit "--nofile=$files"
    unshare --mount --propagation private sh -c 'mount -t tmpfs -o mode=1777 private /tmp && mount -o remount,bind,ro / && exec "$@"' sh
    setpriv --reuid "$(of_unit User)" --regid "$(of_unit Group)" --init-groups --no-new-privs --bounding-set=-all --inh-caps=-all --)
  read -r -a exec_start < <(of_unit ExecStart)
}
unit_runs() { timeout 120 "${as_unit[@]}" "$@"; }
answers() { curl -fsS --max-time 5 -o "$work/answer" "http://127.0.0.1:$1"; }
says() { grep -q -- "$1" "$2" || die "$2 does not say $1: $(head -c 2000 "$2")"; }
start() {
  local log=$work/serve-$1.log
  # One process from here to the program: each of these becomes the next.
  "${as_unit[@]}" "${exec_start[@]}" >"$log" 2>&1 &
  server=$!
  wait_for "the server; $(tail -n 3 "$log" 2>/dev/null)" 60 answers "$ops/readyz" || die "it is not ready: $(tail -n 5 "$log")"
}
stop() {
  kill -TERM "$server"
  wait_for "the end of the server" 20 gone || die "the server does not end"
  wait "$server" || die "it ended with $?"
  server=
}
# shellcheck disable=SC2317 # by wait_for
gone() { ! kill -0 "$server" 2>/dev/null; }
mode() { stat -c '%a %U:%G' "$1"; }
is() { [ "$1" = "$2" ] || die "$3: $1, not $2"; }

bash dev/install/packages.sh package
step "servers"
bash dev/servers.sh start
step "the package"
made=$(bash dev/package.sh "${PACKAGE_OPTIONS:---fast}")
first=$work/first.deb second=$work/second.deb
cp "$made" "$first"
say "$(stat -c %s "$first") bytes, $(dpkg-deb -f "$first" Installed-Size) KB installed, needs $(dpkg-deb -f "$first" Depends)"
node dev/prove/names.mjs "${TALLYHOUSE_BIN:-$CARGO_TARGET_DIR/release/tallyhouse}"
lintian --allow-root --fail-on error,warning "$first" || die "lintian found something"
if have systemd-analyze; then
  systemd-analyze security --offline=true --threshold=20 packaging/deb/tallyhouse.service >"$work/exposure" || die "the unit is exposed: $(tail -n 1 "$work/exposure")"
  say "$(tail -n 1 "$work/exposure" | tr -cd '[:print:]')"
fi
# A later version, with another line in its settings file.
dpkg-deb -R "$first" "$work/second"
version=$(dpkg-deb -f "$first" Version)
later=$version+1
sed -i "s/^Version: .*/Version: $later/" "$work/second/DEBIAN/control"
echo "# A line of the later version." >>"$work/second/etc/tallyhouse/tallyhouse.toml"
dpkg-deb --root-owner-group -Zgzip -z1 -b "$work/second" "$second" >/dev/null

step "install $version"
DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install "$first" >"$work/apt.log" 2>&1 </dev/null || die "$(tail -n 20 "$work/apt.log")"
as_the_unit
is "$(mode /etc/tallyhouse)" "750 root:tallyhouse" "the folder of settings"
is "$(mode /etc/tallyhouse/secrets)" "750 root:tallyhouse" "the folder of secrets"
is "$(mode /etc/tallyhouse/tallyhouse.toml)" "640 root:tallyhouse" "the settings"
is "$(getent passwd tallyhouse | cut -d: -f7)" /usr/sbin/nologin "the shell of the user"
[ ! -e /etc/systemd/system/multi-user.target.wants/tallyhouse.service ] || die "the service is enabled before it has settings"
! have systemd-analyze || systemd-analyze verify "$unit"
man -w tallyhouse >/dev/null
setpriv --reuid nobody --regid nogroup --clear-groups cat /etc/tallyhouse/tallyhouse.toml 2>/dev/null && die "everybody reads the settings"
! unit_runs tallyhouse config check 2>"$work/refused" || die "it takes settings without secrets"
says "mysql_url_file: /etc/tallyhouse/secrets/mysql-url cannot be read" "$work/refused"

step "settings, and accounts of least rights"
password=$(head -c 18 /dev/urandom | base64 | tr '+/' '_-')
# By the shell itself: command lines are seen by all.
rights=$(sed "s/tallyhouse/$database/g" /usr/share/doc/tallyhouse/examples/mysql.sql)
as_root_of_mariadb <<<"${rights//PASSWORD/"$password"}"
rights=$(sed -n "s/^user tallyhouse /ACL SETUSER $database /; s/tallyhouse:/$database:/g; /^ACL/p" /usr/share/doc/tallyhouse/examples/redis.acl)
redis <<<"${rights//PASSWORD/"$password"}" >"$work/acl"
is "$(cat "$work/acl")" OK "the account in Redis"
put() { (umask 027 && cat >"/etc/tallyhouse/secrets/$1" && chgrp tallyhouse "/etc/tallyhouse/secrets/$1"); }
put mysql-url <<<"mysql://$database:$password@127.0.0.1:$MYSQL_PORT/$database"
put redis-url <<<"redis://$database:$password@127.0.0.1:$REDIS_PORT/0"
sed -i "s/^topic = .*/topic = \"$topic\"/; s/^kafka_brokers = .*/kafka_brokers = \"127.0.0.1:$KAFKA_PORT\"/; s/^redis_prefix = .*/redis_prefix = \"$database\"/
  s/^listen = .*/listen = \"127.0.0.1:$port\"/; s/^ops_listen = .*/ops_listen = \"127.0.0.1:$ops\"/" /etc/tallyhouse/tallyhouse.toml
settings=$(sha256sum </etc/tallyhouse/tallyhouse.toml)
unit_runs tallyhouse config check >"$work/check"
says "secret file" "$work/check"
[[ $(<"$work/check") != *"$password"* ]] || die "config check shows a password"

step "migrate"
unit_runs tallyhouse topic create --partitions 2
! unit_runs "${exec_start[@]}" 2>"$work/refused" >&2 || die "it serves without a schema"
says "run \`tallyhouse migrate\`" "$work/refused"
unit_runs tallyhouse migrate

step "serve, as the unit says"
start 1
answers "$port/" && says '<html' "$work/answer"
page=$(grep -o 'pkg/[0-9a-f]*/tallyhouse_bg.wasm' "$work/answer" | head -n 1)
answers "$port/$page" || die "the browser's part is not there"
answers "$ops/healthz" && says ok "$work/answer"
is "$(ps -o user:20= -p "$server" | tr -d ' ')" tallyhouse "who it runs as"
echo '{"product_id":"apple","quantity":10,"drcr":1,"company_id":"c","warehouse_id":"w","bill_id":"B1","create_time":"'"$(date '+%F %T')"'"}' | unit_runs tallyhouse produce -
stock() { answers "$port/api/v1/stock" && grep -q '"stock":10' "$work/answer"; }
wait_for "the entry in the live stock" 30 stock || die "no stock: $(cat "$work/answer")"
unit_runs tallyhouse audit --wait
stop

step "upgrade to $later, with settings that were edited"
systemctl enable tallyhouse >"$work/enabled" 2>&1 || die "$(cat "$work/enabled")"
wanted=/etc/systemd/system/multi-user.target.wants/tallyhouse.service
[ -L "$wanted" ] || die "the service is not enabled"
DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i "$second" >"$work/dpkg.log" 2>&1 </dev/null || die "$(cat "$work/dpkg.log")"
[ -L "$wanted" ] || die "the upgrade has switched the service off"
is "$(dpkg-query -W -f '${Version}' tallyhouse)" "$later" "the version"
is "$(sha256sum </etc/tallyhouse/tallyhouse.toml)" "$settings" "the settings"
[ -f /etc/tallyhouse/tallyhouse.toml.dpkg-dist ] || die "the new settings are not beside the old ones"
is "$(mode /etc/tallyhouse/tallyhouse.toml)" "640 root:tallyhouse" "the settings"
unit_runs tallyhouse migrate
start 2
wait_for "the stock as it was" 30 stock || die "the stock is gone"
stop

step "go back to $version"
DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i "$first" >"$work/dpkg.log" 2>&1 </dev/null || die "$(cat "$work/dpkg.log")"
start 3
stop

step "remove"
dpkg --remove tallyhouse >"$work/dpkg.log" 2>&1 || die "$(cat "$work/dpkg.log")"
is "$(sha256sum </etc/tallyhouse/tallyhouse.toml)" "$settings" "the settings"
[ -s /etc/tallyhouse/secrets/mysql-url ] || die "the secrets are gone"
if [ -e /usr/bin/tallyhouse ] || [ -e /usr/share/tallyhouse ]; then die "the program is still there"; fi

step "purge"
dpkg --purge tallyhouse >"$work/dpkg.log" 2>&1 || die "$(cat "$work/dpkg.log")"
left=$(find /etc /usr /var/lib /lib/systemd -xdev -ipath '*tallyhouse*' -not -path "$ROOT/*" 2>/dev/null || true)
[ -z "$left" ] || die "purging left $left"
getent passwd tallyhouse >/dev/null || die "the account is gone, whose number another one could get"
as_root_of_mariadb <<<"SELECT COUNT(*) FROM $database.names" >/dev/null || die "the records are gone"
say "the package installs, runs, upgrades, goes back and goes ($SECONDS s)"
