#!/usr/bin/env bash
# The tools that build the browser part: a rustc that knows wasm, and three npm tools. All of it goes into the cache outside
# the checkout, each under a name that holds its version, so nothing here is ever stale.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
exec 1>&2 # stdout stays empty
cd "$ROOT" # a toolchain override of the checkout counts

{ have cargo && have rustc; } || die "toolchain: no Rust here; install it with rustup (https://rustup.rs)"

# 1. Writes the path of the rustc for wasm into $CACHE/wasm-rustc.
wasm_rustc() {
  local sysroot version made path
  sysroot=$(rustc --print sysroot)
  path=$sysroot/bin/rustc
  if ! has_wasm "$sysroot"; then
    # By version and place: after an upgrade of the rustup toolchain this is made again.
    version=$(rustc -V | cut -d' ' -f2)
    made=$CACHE/wasm-std-$version-$(printf %s "$sysroot" | sha256sum | cut -c1-6)
    if [ ! -f "$made/ok" ] && target_added && has_wasm "$sysroot"; then
      say "toolchain: rustup added the wasm target"
    elif [ -f "$made/ok" ]; then
      path=$made/rustc
    else
      say "toolchain: rustup cannot add the wasm target here, so it is made from Debian's packages"
      path=$("$ROOT/dev/install/wasm-std.sh" "$made")
      rm -rf "$CACHE/target-wasm" # artefacts of another std do not link
    fi
  fi
  if [ "$(cat "$CACHE/wasm-rustc" 2>/dev/null)" != "$path" ]; then
    echo "$path" >"$CACHE/wasm-rustc.$$"
    mv "$CACHE/wasm-rustc.$$" "$CACHE/wasm-rustc"
  fi
}

has_wasm() { compgen -G "$1/lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib" >/dev/null; }

target_added() {
  have rustup || return 1
  say "toolchain: rustup target add wasm32-unknown-unknown"
  timeout 60 rustup target add wasm32-unknown-unknown </dev/null
}

# 2. Without install scripts, which would download.
npm_tools() {
  local into tmp native
  into=$(npm_dev)
  [ ! -d "$into" ] || return 0
  have npm || die "toolchain: no npm here: run dev/install/packages.sh"
  say "toolchain: installing the npm tools"
  tmp=$into.$$
  rm -rf "$tmp"
  mkdir -p "$tmp/bin"
  cp "$ROOT/dev/install/package.json" "$ROOT/dev/install/package-lock.json" "$tmp/"
  (cd "$tmp" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  # The scripts would have put the native binaries in place; here it is a link to the platform's own package.
  for native in "$tmp"/node_modules/lightningcss-cli-*-gnu*/lightningcss; do
    ln -sfn "../${native#"$tmp"/}" "$tmp/bin/lightningcss"
  done
  ln -sfn ../node_modules/.bin/esbuild "$tmp/bin/esbuild"
  ln -sfn ../node_modules/.bin/wasm-opt "$tmp/bin/wasm-opt"
  for native in lightningcss esbuild wasm-opt; do
    "$tmp/bin/$native" --version >/dev/null || die "toolchain: $native of the npm packages does not run here"
  done
  mv -T "$tmp" "$into" 2>/dev/null || rm -rf "$tmp" # another checkout was first
}

one_at_a_time toolchain "$CACHE" # two checkouts share the cache
wasm_rustc
npm_tools
