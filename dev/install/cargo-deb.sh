#!/usr/bin/env bash
# cargo-deb, which makes the Debian package, into the cache outside the checkout. Prints its path.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

version=3.8.0
into=$CACHE/tools/cargo-deb-$version
if [ ! -x "$into/bin/cargo-deb" ]; then
  one_at_a_time cargo-deb "$CACHE"
  say "cargo-deb $version: compiling"
  # A target folder of its own: other flags than the checkout's would have everything built anew.
  (cd / && CARGO_TARGET_DIR=$CACHE/target-tools cargo install -q cargo-deb --version "$version" --root "$into" >&2)
fi
echo "$into/bin/cargo-deb"
