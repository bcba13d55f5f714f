# shellcheck shell=bash disable=SC2034,SC2154 # sourced by servers.sh, which declares and reads the arrays
# MariaDB 10.11+: Debian's daemon with our own data folder, nothing of /etc/mysql.
PORT[mariadb]=$MYSQL_PORT
PORT_VARIABLE[mariadb]=TALLYHOUSE_DEV_MYSQL_PORT
PROCESS[mariadb]=mariadbd
VARIABLE[mariadb]=TALLYHOUSE_MYSQL_URL
URL[mariadb]=mysql://tallyhouse:$PASSWORD@127.0.0.1:$MYSQL_PORT/tallyhouse
OWN[mariadb]="mysql://*@127.0.0.1:$MYSQL_PORT/*"
START_LIMIT[mariadb]=120 # it may have to recover
STOP_LIMIT[mariadb]=60

as_user=()
[ "$(id -u)" != 0 ] || as_user=(--user=root)

mariadb_prepare() {
  # The user may make databases: each test has its own. Nobody writes files, and nobody is root over TCP, where any account of the machine could knock.
  cat >"$RUN/mariadb.sql" <<SQL
CREATE DATABASE IF NOT EXISTS tallyhouse CHARACTER SET utf8mb4;
CREATE OR REPLACE USER 'tallyhouse'@'127.0.0.1' IDENTIFIED BY '$PASSWORD';
GRANT ALL ON *.* TO 'tallyhouse'@'127.0.0.1';
REVOKE FILE, SUPER, SHUTDOWN ON *.* FROM 'tallyhouse'@'127.0.0.1';
DELETE FROM mysql.global_priv WHERE user = 'root' AND host <> 'localhost';
ALTER USER 'root'@'localhost' IDENTIFIED VIA unix_socket;
FLUSH PRIVILEGES;
SQL
  mkdir -p "$RUN/mariadb.none"
  [ ! -d "$RUN/mariadb/mysql" ] || return 0
  say "mariadb: making the data folder"
  # Under another name first: a half-made folder must not pass for a whole one.
  rm -rf "$RUN/mariadb.new"
  mkdir "$RUN/mariadb.new"
  mariadb-install-db --no-defaults --datadir="$RUN/mariadb.new" --auth-root-authentication-method=socket \
    --skip-test-db --skip-name-resolve "${as_user[@]}" >"$RUN/mariadb.log" 2>&1 </dev/null ||
    { fail_with_log mariadb; exit 1; }
  rmdir "$RUN/mariadb" 2>/dev/null || die "mariadb: $RUN/mariadb holds something that is no data folder; move it away"
  mv "$RUN/mariadb.new" "$RUN/mariadb"
}

mariadb_launch() {
  # A path of a Unix socket holds 107 bytes.
  local socket=$RUN/mariadb.sock files pool
  [ ${#socket} -le 100 ] || socket=/tmp/tallyhouse-mariadb-$MYSQL_PORT.sock
  # Thousands of tables. MariaDB keeps an array as long as the limit, hence the cap.
  files=$(ulimit -Hn)
  { [ "$files" != unlimited ] && [ "$files" -le 1048576 ]; } || files=1048576
  # An eighth of the memory, as a small server would have it: a million keys fit into a gigabyte.
  pool=$(awk '/^MemTotal/ { it = int($2 / 8192); print (it < 512 ? 512 : (it > 4096 ? 4096 : it)) }' /proc/meminfo)
  launch mariadb mariadbd --no-defaults "${as_user[@]}" \
    --datadir="$RUN/mariadb" --socket="$socket" --pid-file="$RUN/mariadb/mariadbd.pid" --init-file="$RUN/mariadb.sql" \
    --secure-file-priv="$RUN/mariadb.none" --local-infile=0 \
    --bind-address=127.0.0.1 --port="$MYSQL_PORT" --skip-name-resolve --skip-log-bin --skip-performance-schema \
    --innodb-flush-log-at-trx-commit=1 --innodb-autoinc-lock-mode=2 \
    --innodb-buffer-pool-size="${pool}M" --innodb-log-file-size=512M \
    --character-set-server=utf8mb4 --default-time-zone=+00:00 \
    --max-connections=300 --open-files-limit="$files" --table-open-cache=8000 --table-definition-cache=8000
}

# As the project's user: the init file has run then.
mariadb_answers() {
  MYSQL_PWD=$PASSWORD timeout 5 mariadb --no-defaults --host=127.0.0.1 --port="$MYSQL_PORT" --user=tallyhouse \
    --connect-timeout=3 --execute='SELECT 1' >/dev/null 2>&1 </dev/null
}
