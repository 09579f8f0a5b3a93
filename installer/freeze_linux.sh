#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Freezes the program on Linux with the recipe of the Windows program, and runs the frozen program's self-test, so that
# a change which breaks freezing is seen without Windows.  Needs .venv (installer/setup.sh run); asks nothing.
#   installer/freeze_linux.sh [FOLDER]      the result is FOLDER/Arbitrex, by default dist/linux/Arbitrex
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(realpath -m "${1:-dist/linux}")
tools=$PWD/build/freeze-tools
inside=$tools/bin/python

# PyInstaller lives in an environment of its own, which looks through .venv for all that the program needs.
make_tools() {
    rm -rf "$tools"
    .venv/bin/python -m venv "$tools"
    "$inside" -m pip --disable-pip-version-check install -qq --require-hashes -r installer/pins/freeze.txt
    .venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
        >"$("$inside" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/program.pth"
    sha256sum installer/pins/freeze.txt >"$tools/made-from"
}

sha256sum --status --check "$tools/made-from" 2>/dev/null || make_tools

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 315532800)
export SOURCE_DATE_EPOCH PYTHONHASHSEED=0
"$inside" -m PyInstaller --noconfirm --log-level WARN --distpath "$folder" --workpath build/freeze-linux \
    installer/arbitrex.spec

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
code=0
# Started from an empty folder with a bare environment: whatever it needs must be inside.
(cd "$scratch" && env -i HOME="$scratch" PATH=/usr/bin:/bin LANG=C.UTF-8 QT_QPA_PLATFORM=offscreen \
    ARBITREX_DATA_DIR="$scratch/data" timeout 180 "$folder/Arbitrex/Arbitrex" --self-test --report "$scratch/report.json") \
    || code=$?
[[ ! -f $scratch/report.json ]] || cat "$scratch/report.json"
du -sh "$folder/Arbitrex"
exit "$code"
