#!/usr/bin/env bash
# Gives a Debian machine a rustc for wasm32-unknown-unknown where `rustup target add` cannot reach its host: Debian's
# rustc, with a standard library for wasm built from Debian's Rust sources. 40 seconds, once per machine.
# usage: wasm-std.sh DIR    prints the path of a rustc to use as RUSTC=... for wasm builds, and only for those
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

mkdir -p "$1"
dir=$(cd "$1" && pwd)
root=$dir/root wrapper=$dir/rustc
if [ -f "$dir/ok" ]; then
  echo "$wrapper"
  exit 0
fi
exec 3>&1 >&2 # stdout is for the path alone

have apt-get || die "wasm-std: no apt-get here; run: rustup target add wasm32-unknown-unknown"
host=$(rustc -vV | sed -n 's/^host: //p')
rm -rf "$root" "$dir/debs" "$dir/seed" # what an attempt that was broken off left
mkdir -p "$dir/debs" "$root"

# The first word of the package's dependencies that looks like $2. Names carry versions, which differ by release.
dependency() { apt-cache depends "$1" | sed -n "s/.*Depends: \\($2\\)\$/\\1/p" | head -n 1; }

(need_root apt-get update -qq) || say "wasm-std: apt-get update failed, using the package lists as they are"
std=$(dependency libstd-rust-web-dev 'libstd-rust-web-[0-9.]*')
[ -n "$std" ] || die "wasm-std: this release has no rustc-web package; run: rustup target add wasm32-unknown-unknown"
llvm=$(dependency "$std" 'libllvm[0-9]*')
[ -n "$llvm" ] || llvm=$(dependency rustc-web 'libllvm[0-9]*')

say "wasm-std: fetching Debian's Rust"
# Unpacked, not installed: the machine's own Rust stays as it is. Download as root warns about the _apt user.
(cd "$dir/debs" && apt-get download -q -o APT::Sandbox::User=root rustc-web "$std" libstd-rust-web-dev rust-web-src \
  ${llvm:+"$llvm"})
for deb in "$dir"/debs/*.deb; do dpkg -x "$deb" "$root"; done
lib=$(find "$root/usr/lib" -maxdepth 1 -type d -name '*-linux-gnu*' | head -n 1)
cat >"$wrapper" <<W
#!/bin/sh
LD_LIBRARY_PATH='$lib' exec '$root/usr/bin/rustc' "\$@"
W
chmod +x "$wrapper"
# rust-lld, which Debian packages apart, is taken from the rustup toolchain.
ln -sfn "$(rustc --print sysroot)/lib/rustlib/$host/bin" "$root/usr/lib/rustlib/$host/bin"

say "wasm-std: building the standard library for wasm"
mkdir -p "$dir/seed/src"
printf '[package]\nname="seed"\nversion="0.0.0"\nedition="2021"\n[profile.release]\npanic="abort"\n[workspace]\n' \
  >"$dir/seed/Cargo.toml"
printf '#![no_main]\n' >"$dir/seed/src/main.rs"
# embed-bitcode: without it `lto = true` fails with "Can't find section .llvmbc"
(
  cd "$dir/seed"
  unset CARGO_BUILD_TARGET CARGO_ENCODED_RUSTFLAGS
  CARGO_TARGET_DIR=$dir/seed/target RUSTC=$wrapper RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
    command cargo build -q -Zbuild-std=std,panic_abort --target wasm32-unknown-unknown --release
)
out=$root/usr/lib/rustlib/wasm32-unknown-unknown/lib
mkdir -p "$out"
cp "$dir"/seed/target/wasm32-unknown-unknown/release/deps/lib*.rlib "$out"/
touch "$dir/ok"
rm -rf "$dir/seed" "$dir/debs"
echo "$wrapper" >&3
