#!/usr/bin/env bash
# Builds the browser part into pkg/: tallyhouse.js, tallyhouse_bg.wasm, tallyhouse.css, each with .br and .gz beside it.
#   frontend.sh [release]    optimised for size
#   frontend.sh dev          quick to build; what is there optimised is better, and stays
# Needs dev/install/toolchain.sh to have run. Does nothing when no input changed.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

mode=${1:-release}
case $mode in
  release) profile=wasm-release ;;
  dev) profile=wasm-dev ;;
  *) die "usage: frontend.sh [release|dev]" ;;
esac

[ -s "$CACHE/wasm-rustc" ] || die "frontend: run dev/install/toolchain.sh first"
rustc=$(cat "$CACHE/wasm-rustc")
tools=$(npm_dev)/bin
for tool in "$rustc" "$tools/wasm-opt" "$tools/lightningcss" "$tools/esbuild"; do
  [ -x "$tool" ] || die "frontend: $tool is not there: run dev/install/toolchain.sh"
done
[ -f style/main.css ] || die "frontend: style/main.css is not there"

# Everything that the result depends on. Taken before the build: an edit during it leads to another build.
inputs() { # inputs PROFILE
  echo "$1" "$rustc" "$tools"
  "$rustc" -V
  find app crates/model frontend style dev/bind-wasm -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  sha256sum Cargo.lock Cargo.toml .cargo/config.toml dev/frontend.sh
}
stamp_of() { inputs "$1" | sha256sum | cut -d' ' -f1; }
stamp=$(stamp_of "$profile")
files=(tallyhouse.js tallyhouse_bg.wasm tallyhouse.css hydrate.js refresh.js retry.js chart.js echarts.js export.js filters.js stream.js stream-worker.js)

up_to_date() {
  local file
  case $(cat pkg/.stamp 2>/dev/null) in
    "$stamp" | "$(stamp_of wasm-release)") ;;
    *) return 1 ;;
  esac
  for file in "${files[@]}"; do
    [ -f "pkg/$file" ] && [ -f "pkg/$file.br" ] && [ -f "pkg/$file.gz" ] || return 1
  done
}
! up_to_date || exit 0

# In the checkout, so that the last step is a rename within one file system.
mkdir -p "$ROOT/.run"
new=$(mktemp -d "$ROOT/.run/pkg.XXXXXX")
trap 'rm -rf "$new"' EXIT
chmod 755 "$new"

# First, since a mistake in it shows at once.
"$tools/lightningcss" --bundle --minify style/main.css -o "$new/tallyhouse.css" >&2

# echarts.js stays a file of its own: a page fetches it once it is painted.
NODE_PATH=$(npm_dev)/node_modules "$tools/esbuild" frontend/js/*.js --bundle --external:./echarts.js --format=esm --minify \
  --target=es2022 --outdir="$new" --log-level=warning >&2

say "frontend: compiling ($mode)"
# A target folder of its own: these artefacts may come from another rustc than those of the server. Flags that are meant
# for the server's target would not suit wasm.
env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET RUSTC="$rustc" \
  cargo --locked build -p frontend --target wasm32-unknown-unknown --profile "$profile" --target-dir "$CACHE/target-wasm" >&2
cargo run -q -p bind-wasm -- \
  "$CACHE/target-wasm/wasm32-unknown-unknown/$profile/frontend.wasm" "$new" tallyhouse >&2

if [ "$mode" = release ]; then
  say "frontend: wasm-opt"
  "$tools/wasm-opt" -Oz --enable-bulk-memory --enable-nontrapping-float-to-int --enable-reference-types \
    --enable-multivalue --enable-mutable-globals --enable-sign-ext \
    "$new/tallyhouse_bg.wasm" -o "$new/optimised.wasm" >&2
  mv "$new/optimised.wasm" "$new/tallyhouse_bg.wasm"
fi

# Quality 11 takes seconds for the wasm, which is too long while one develops.
quality=11 level=9 pressing=()
[ "$mode" = release ] || quality=1 level=1
for file in "${files[@]}"; do
  [ -s "$new/$file" ] || die "frontend: the build made no $file"
  { brotli -q "$quality" -o "$new/$file.br" "$new/$file" && gzip -n "-$level" -c "$new/$file" >"$new/$file.gz"; } &
  pressing+=($!)
done
for one in "${pressing[@]}"; do wait "$one"; done
echo "$stamp" >"$new/.stamp"

# Nobody sees half a build: a page that is served meanwhile gets the old files or the new ones.
old=$ROOT/.run/pkg.old.$$
[ ! -e pkg ] || mv -T pkg "$old"
mv -T "$new" pkg
rm -rf "$old"
say "frontend: built ($(wc -c <pkg/tallyhouse_bg.wasm) bytes of wasm, $(wc -c <pkg/tallyhouse_bg.wasm.br) as brotli)"
