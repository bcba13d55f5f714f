#!/usr/bin/env bash
# Runs a script of end2end/package.json against a system of its own. The servers must be up, pkg/ built.
#   end2end.sh test [SPEC...]    all browser tests, or these
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

eval "$(bash dev/servers.sh env)"
cargo build -q -p server
export TALLYHOUSE_BIN=${TALLYHOUSE_BIN:-$CARGO_TARGET_DIR/debug/tallyhouse}
cd end2end
if [ ! -f node_modules/.stamp ] || [ package-lock.json -nt node_modules/.stamp ]; then
  say "browser test tools"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  touch node_modules/.stamp
fi
if [ "$1" = test ] && [ $# -gt 1 ]; then
  shift
  exec node --test "$@"
fi
npm run --silent "$1"
