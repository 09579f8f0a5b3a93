#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds the Windows program of one commit twice and tells whether the bytes are the same:  installer/build_twice.sh
# Where they are not, it names the files inside that differ.
set -euo pipefail
cd "$(dirname "$0")"
cache=${ARBITREX_BUILD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/arbitrex-build}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for at in first second; do
    ARBITREX_DIST=$scratch/$at ./build_on_linux.sh
    (cd "$cache/work/stage" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$scratch/$at.files"
done
if diff "$scratch/first/SHA256SUMS" "$scratch/second/SHA256SUMS"; then
    echo "both builds gave the same bytes:"
    cat "$scratch/first/SHA256SUMS"
else
    echo "these files differ:"
    diff "$scratch/first.files" "$scratch/second.files" || true
    exit 1
fi
