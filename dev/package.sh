#!/usr/bin/env bash
# Makes the Debian package from the program and its pages as they are shipped, and prints its path.
#   package.sh [OPTION...]    of cargo-deb, such as --deb-version 0.1.1-1, or --fast for a larger package in seconds
# TALLYHOUSE_BIN: this program instead of a build of this checkout. The package needs the libraries of the machine that built it, or newer ones.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

have dpkg-deb || die "package: Debian or Ubuntu is needed"
if [ -z "${TALLYHOUSE_BIN:-}" ]; then
  bash dev/install/packages.sh >&2
  bash dev/install/toolchain.sh
  CFLAGS=-g0 cargo build --release -p server --bin tallyhouse >&2
  bash dev/frontend.sh release >&2
  TALLYHOUSE_BIN=$CARGO_TARGET_DIR/release/tallyhouse
fi
[ -f pkg/tallyhouse_bg.wasm ] || die "package: pkg/ is not there: run \`make frontend\`"
tool=$(bash dev/install/cargo-deb.sh)

# A target folder with nothing in it but what is packed, so that nothing old is.
target=$CACHE/target-package
one_at_a_time package "$CACHE"
rm -rf "$target"
mkdir -p "$target/release"
cp "$TALLYHOUSE_BIN" "$target/release/tallyhouse"
node dev/licences.mjs "$(npm_dev)" | gzip -n9 >"$target/release/third-party.txt.gz"
# The same input, the same package.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH
CARGO_TARGET_DIR=$target "$tool" -q -p server --no-build --strip --no-dbgsym -o "$target/debian/" "$@"
