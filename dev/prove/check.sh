#!/usr/bin/env bash
# Format, lints, shell scripts. Warnings are errors here.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$ROOT"

have cargo || die "cargo is not there: install Rust from https://rustup.rs, then try again"
bash dev/install/packages.sh
bash dev/install/toolchain.sh
say "format"
cargo fmt --all --check
# Per package: together they would share features, and `hydrate` would reach the server. The browser's crate is linted on
# the host: lints do not need its target.
for package in model base files translate records realtime queue app server frontend bind-wasm; do
  say "clippy $package"
  cargo clippy -q -p "$package" --all-targets -- -D warnings
done
# No part of a plain `cargo test`, and so not of all targets either.
cargo clippy -q -p server --test drill --test drill_web -- -D warnings
say "shellcheck"
shellcheck -x dev/*.sh dev/install/*.sh dev/prove/*.sh dev/servers/*.sh dev/connector/*.sh dev/change-events/*.sh .ci/run \
  packaging/docker/*.sh packaging/docker/healthy packaging/deb/scripts/* packaging/deb/tallyhouse.bash
say "everything checks"
