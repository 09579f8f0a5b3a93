#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds the Windows program on Debian, as root:  installer/build_on_linux.sh [--worktree]
# Gives dist/Arbitrex-<version>-setup.exe, the portable zip, SHA256SUMS and the SBOM.  Builds the commit that is checked
# out; with --worktree the files as they lie there.  What it needs it keeps in a cache folder (ARBITREX_BUILD_CACHE),
# so that a second run is quick and a broken one goes on.  For signing see sign.sh.
set -euo pipefail
# shellcheck source=installer/wine_root.sh
source "$(dirname "$0")/wine_root.sh"

dist=${ARBITREX_DIST:-$checkout/dist}
work=$cache/work

export_source() {
    if [[ ${1:-} == --worktree ]]; then
        source=$checkout
    else
        source=$cache/source
        rm -rf "$source"
        mkdir -p "$source"
        git -C "$checkout" archive --format=tar HEAD | tar -x -C "$source"
        [[ -z $(git -C "$checkout" status --porcelain) ]] || say "building the commit; changes beside it are left out"
    fi
    SOURCE_DATE_EPOCH=$(git -C "$checkout" log -1 --format=%ct)
    version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$source/arbitrex_desktop/__init__.py")
    [[ -n $version ]] || die "arbitrex_desktop/__init__.py names no version"
}

# Freezes and stages under Wine; the paths are the same on every machine.
freeze() {
    rm -rf "$work/dist" "$work/stage" "$work/parts"
    with_wine '
        export SOURCE_DATE_EPOCH=$1 PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
        cd /src
        for spec in arbitrex.spec baseline/bare_window.spec; do
            windows_python -m PyInstaller --noconfirm --log-level ERROR \
                --distpath Z:/build/dist --workpath Z:/build/parts "Z:/src/installer/$spec"
        done
        windows_python -m installer.stage Z:/build/dist/Arbitrex Z:/build/stage' "$SOURCE_DATE_EPOCH"
}

sign() {
    enter env ARBITREX_SIGN_PKCS12="${ARBITREX_SIGN_PKCS12:+/run/signing/$(basename "$ARBITREX_SIGN_PKCS12")}" \
        ARBITREX_SIGN_PASSWORD_FILE="/run/signing/$(basename "${ARBITREX_SIGN_PASSWORD_FILE:-none}")" \
        ARBITREX_SIGN_TIMESTAMP="${ARBITREX_SIGN_TIMESTAMP:-}" "$@"
}

pack() {
    local setup=Arbitrex-$version-setup.exe
    sign sh /src/installer/sign.sh /build/stage/tree/Arbitrex.exe /build/stage/tree/Arbitrex-console.exe
    sign SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" makensis -V2 -WX -DSTAGE=/build/stage -DOUTPUT="/build/$setup" \
        -DSIGN="sh /src/installer/sign.sh" /src/installer/arbitrex.nsi
    sign sh /src/installer/sign.sh "/build/$setup"
    rm -rf "$dist"/Arbitrex-* "$dist/SHA256SUMS"
    mkdir -p "$dist"
    mv "$work/$setup" "$dist/"
    (cd "$source" && python3 -m installer.release "$work/stage" "$dist" \
        --python "$python_version" --epoch "$SOURCE_DATE_EPOCH")
}

prepare_wine_root
export_source "$@"
say "freezing version $version under Wine"
freeze
say "packing"
pack
du -sm "$work/stage/tree" | sed 's/\t.*/ MB installed/' >&2
(cd "$dist" && ls -l Arbitrex-* SHA256SUMS) >&2
