#!/usr/bin/env bash
# Schemathesis, which calls everything that openapi.json describes (fuzzing): into a virtual environment in the cache, from pinned hashes. Prints the program.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
pinned=$ROOT/dev/fuzzing/requirements.txt
into=$CACHE/schemathesis-$(cat "$pinned" <(python3 --version) | sha256sum | cut -c1-12)
if [ ! -d "$into" ]; then
  say "schemathesis: installing from PyPI"
  mkdir -p "$CACHE"
  rm -rf "$into.new"
  # A virtual environment holds its own path: made where it stays, and the mark that it is whole comes last.
  python3 -m venv "$into.new"
  "$into.new/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r "$pinned" >&2 ||
    die "schemathesis: pip could not install it, see above"
  mv -T "$into.new" "$into"
fi
# Not its own script, whose first line names the folder that it was made in.
printf '%s\n' "$into/bin/python"
