#!/usr/bin/env bash
# Installs the Debian (or Ubuntu) packages that the project needs and this machine lacks. What is here already under
# another name (a Java, Maven, Node or Chromium of your own on the PATH) is used.
#   packages.sh [build|run|package]    build: only what a build begins with; run: without what only tests need; package: what dev/prove/package.sh,
#                                      image.sh and proxy.sh need beside that
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

missing=()

# want PACKAGE [COMMAND...]: missing unless all the commands are there. Without commands: unless dpkg knows it.
want() {
  local package=$1 command
  shift
  if [ $# = 0 ]; then
    # dpkg's own list of files, because one dpkg call for each package would make the usual run slow.
    compgen -G "/var/lib/dpkg/info/${package}[.:]*" >/dev/null || missing+=("$package")
    return 0
  fi
  for command in "$@"; do
    if ! have "$command"; then
      missing+=("$package")
      return 0
    fi
  done
}

node_is_new_enough() {
  local version
  have node && have npm || return 1
  version=$(node --version) # v20.1.0
  version=${version#v}
  [ "${version%%.*}" -ge 18 ]
}

want pkg-config pkg-config
want libzstd-dev
want libssl-dev
want gcc gcc
want g++ g++
want make make
if [ "${1:-}" != build ]; then
  want mariadb-server mariadbd mariadb-install-db mariadb
  # Not needed where somebody else's server is used, but then nothing is lost by having it.
  want redis-server redis-server redis-cli
  want default-jre-headless java
  want maven mvn
  want curl curl
  want brotli brotli
  node_is_new_enough || missing+=(nodejs npm)
fi
if [ $# = 0 ]; then
  want chromium chromium
  want fonts-noto-cjk
  want fonts-inter
  want shellcheck shellcheck
  want python3-venv
fi

if [ "${1:-}" = package ]; then
  want lintian lintian
  want buildah buildah
  want debootstrap debootstrap
  want nginx nginx
  want caddy caddy
  want man-db man
fi

[ ${#missing[@]} -gt 0 ] || exit 0
have apt-get || die "packages: missing here, and there is no apt-get to install them: ${missing[*]}"
(need_root true 2>/dev/null) || die "packages: please install, as root: apt-get install ${missing[*]}"

# Debian starts a server when it is installed; ours run from dev/servers.sh only. A policy that is there already (in
# images, mostly) is somebody's decision and stays.
policy=/usr/sbin/policy-rc.d
restore() {
  [ -z "${policy_is_ours:-}" ] || need_root rm -f "$policy"
}
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [ ! -e "$policy" ] && [ ! -L "$policy" ]; then
  policy_is_ours=1
  # shellcheck disable=SC2016 # expanded by the inner shell
  need_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh "$policy"
fi

say "packages: installing ${missing[*]}"
# A lock timeout, since a fresh machine often runs its own updates first.
apt() { need_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2; }
(apt update) || say "packages: apt-get update failed, trying with the package lists as they are"
apt install --no-install-recommends "${missing[@]}" ||
  die "packages: apt-get could not install ${missing[*]}, see above"

[ "${1:-}" = build ] || node_is_new_enough ||
  die "packages: Node 18 or newer is needed, this release has $(node --version 2>&1 || true): install one, e.g. from nodejs.org"
say "packages: done"
