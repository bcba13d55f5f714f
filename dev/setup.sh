#!/usr/bin/env bash
# Installs what is missing and starts the servers that are not given by the environment.
set -euo pipefail
# shellcheck source=dev/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

have cargo || die "cargo is not there: install Rust from https://rustup.rs, then try again"
bash dev/install/packages.sh
bash dev/install/toolchain.sh
bash dev/servers.sh start
