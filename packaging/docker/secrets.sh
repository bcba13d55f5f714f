#!/usr/bin/env bash
# Makes the secrets of compose.yaml, once: passwords that nobody has to know, each in a file below secrets/.
# The folder is its owner's alone; the files in it are readable, as they are mounted one by one, for users of several images.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if [ -e secrets ]; then
  echo "secrets/ is there already; the servers hold its passwords, so it stays as it is" >&2
  exit 1
fi
made=secrets.$$
trap 'rm -rf "$made"' EXIT
mkdir -m 700 "$made"
umask 022
# What follows is done by the shell itself, as command lines are seen by all. Without characters that a URL would want encoded.
password() { head -c 24 /dev/urandom | base64 | tr '+/' '_-'; }
mysql=$(password) redis=$(password)
printf '%s' "$(password)" >"$made/mysql-root-password"
printf '%s' "$mysql" >"$made/mysql-password"
printf 'mysql://tallyhouse:%s@mysql:3306/tallyhouse\n' "$mysql" >"$made/mysql-url"
printf 'redis://tallyhouse:%s@redis:6379/0\n' "$redis" >"$made/redis-url"
# And one who may ask whether Redis answers, and nothing else.
acl=$(<../rights/redis.acl)
{ printf '%s\n' "${acl//PASSWORD/"$redis"}" && echo 'user health on nopass resetkeys resetchannels -@all +ping'; } >"$made/redis-acl"
# Who may come by the proxy: nobody yet, see compose.yaml.
: >"$made/people"
mv "$made" secrets
trap - EXIT
