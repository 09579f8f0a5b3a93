#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Proves the setup program that build_on_linux.sh has made, under Wine:  installer/smoke_test.sh [PICTURES]
# Upgrades, uninstalls, installs, runs the self-test, looks at the window, kills and hangs what can be killed and hung,
# trades on the genuine MetaTrader5 package with our simulated broker behind its pipe, and measures the cold start
# against a bare window.  Screenshots and real-path.json go to PICTURES, by default dist/pictures.
set -euo pipefail
# shellcheck source=installer/wine_root.sh
source "$(dirname "$0")/wine_root.sh"

pictures=$(realpath -m "${1:-$checkout/dist/pictures}")
setup=$(echo "$checkout"/dist/Arbitrex-*-setup.exe)
starts=5
[[ -f $setup ]] || die "there is no setup program in dist; run installer/build_on_linux.sh first"

prepare_wine_root
work=$cache/work
source=$checkout
prefix=/build/smoke/wine
rm -rf "$work/smoke"
mkdir -p "$work/smoke/pictures"
cp "$setup" "$work/smoke/setup.exe"

make_older() {
    (cd "$checkout" && python3 -m installer.smoke.older "$work/stage" "$work/smoke/older")
    enter makensis -V2 -WX -DSTAGE=/build/smoke/older -DOUTPUT=/build/smoke/older.exe /src/installer/arbitrex.nsi
}

# Pairs of cold starts, one after the other, so that whatever else the machine does falls on both alike.
measure() {
    local at name file
    for ((at = 0; at < starts; at++)); do
        for name in stage/tree/Arbitrex.exe dist/bare-window/bare-window.exe; do
            file=$work/smoke/$(basename "$name").txt
            (cd "$checkout" && python3 -m installer.smoke.figures forget "$work/${name%/*}")
            with_wine 'cd /src; windows_python -m installer.smoke.cold_start "$1"' "Z:/build/$name" \
                | sed -n 's/^painted after \([0-9.]*\) s.*/\1/p' >>"$file"
        done
    done
    (cd "$checkout" && python3 -m installer.smoke.figures compare "$work/smoke/Arbitrex.exe.txt" \
        "$work/smoke/bare-window.exe.txt")
}

say "making an older setup program to upgrade from"
make_older
say "making a Windows in which nothing is installed"
with_wine 'wineboot -i >/dev/null 2>&1; wineserver -w'
code=0
with_wine 'cd /src; windows_python -m installer.smoke.run Z:/build/smoke/setup.exe Z:/build/smoke/older.exe \
    Z:/build/smoke/pictures' || code=$?
mkdir -p "$pictures"
cp "$work"/smoke/pictures/*.* "$pictures/" 2>/dev/null || say "no pictures were taken"
((code == 0)) || exit "$code"
say "measuring cold starts"
measure
