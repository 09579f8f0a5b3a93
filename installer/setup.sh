#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes .venv ready:  setup.sh run | test | dev
#   run   the program;   test  the program and what its tests need;   dev  all tools of a developer
#
# Installs what the system lacks (Debian and its kin, with apt-get), makes the virtual environment, installs the
# project into it.  Asks nothing.  A second run with nothing changed touches neither the network nor the system.
set -eu

level=${1:-run}
case $level in
    run) groups='' covers='run' ;;
    test) groups='--group test' covers='run test' ;;
    dev) groups='--group dev' covers='run test dev' ;;
    *) echo "usage: setup.sh run | test | dev" >&2; exit 2 ;;
esac
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"
venv=$root/.venv
inside=$venv/bin/python
wants='sys.version_info[:2] in ((3, 11), (3, 12), (3, 13))'

# What Qt's windows need besides what every Debian has; "a|b" is one library whose package was renamed.
qt_packages='libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0t64|libglib2.0-0 libx11-xcb1 libxcb-cursor0
    libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-shm0
    libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0 libxkbcommon0 fonts-dejavu-core'

say() { printf 'setup: %s\n' "$*" >&2; }

die() {
    printf 'setup: error: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '              %s\n' "$line" >&2; done
    exit 1
}

is_debian() { command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1; }

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Prints those of the given packages that are not installed, each under the first of its names that apt knows.
missing_packages() {
    for wanted in "$@"; do
        found=''
        for name in $(echo "$wanted" | tr '|' ' '); do
            if is_installed "$name"; then found=yes; fi
        done
        [ -n "$found" ] || echo "$wanted"
    done
}

first_known_name() {
    for name in $(echo "$1" | tr '|' ' '); do
        if apt-cache show "$name" >/dev/null 2>&1; then echo "$name"; return; fi
    done
    echo "${1##*|}"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# Runs a command and shows what it printed only when it failed.
quietly() {
    if printed=$("$@" 2>&1); then return; fi
    printf '%s\n' "$printed" >&2
    return 1
}

can_be_root() { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1; }

# Installs the given packages if any is missing.  Fails when it cannot; the caller knows whether that matters.
ensure_packages() {
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if ! can_be_root; then
        say "these Debian packages are missing, and there is neither root nor sudo: $missing"
        return 1
    fi
    say "installing Debian packages: $missing"
    quietly as_root apt-get update || say "apt-get update failed; going on with the package lists that are there"
    names=$(for wanted in $missing; do first_known_name "$wanted"; done)
    # shellcheck disable=SC2086 # one word per package
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 $names
}

fits() { "$1" -c "import sys; sys.exit(not ($wants))" >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        fits "$PYTHON" || die "PYTHON=$PYTHON is no Python 3.11, 3.12 or 3.13"
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11; do
        if fits "$candidate"; then command -v "$candidate"; return; fi
    done
    return 1
}

require_python() {
    python=$(find_python) && return
    [ -z "${PYTHON:-}" ] || exit 1
    if is_debian && ensure_packages python3 && python=$(find_python); then return; fi
    die "Python 3.11, 3.12 or 3.13 is needed and none was found" \
        "Install one, or name one:  PYTHON=/path/to/python3.12 $0 $level"
}

can_make_venv() { "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# Brings what the system lacks of the given packages, in one go with Python's venv if that has to be made.
# Debian's Python comes without venv and pip; they are a package.
prepare_system() {
    venv_package=''
    if ! venv_is_good && ! can_make_venv; then
        venv_package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        set -- "$venv_package" "$@"
    fi
    if is_debian && ! ensure_packages "$@"; then say "going on without them"; fi
    [ -z "$venv_package" ] || can_make_venv \
        || die "$python has no venv module" "On Debian:  apt-get install $venv_package"
}

venv_works() { fits "$inside" && "$inside" -c 'import pip' >/dev/null 2>&1; }

# A venv has its own place written into it: one that was moved or copied is made anew.
venv_is_at_home() { grep -qF "$venv" "$venv/bin/activate" 2>/dev/null; }

venv_has_asked_python() {
    [ -z "${PYTHON:-}" ] || [ "$("$inside" -V 2>&1)" = "$("$PYTHON" -V 2>&1)" ]
}

venv_is_good() { venv_works && venv_is_at_home && venv_has_asked_python; }

make_venv() {
    [ ! -e "$venv" ] || say "the virtual environment is not complete; making it anew"
    say "making .venv with $("$python" -V 2>&1)"
    "$python" -m venv --clear "$venv" || die "$python could not make a virtual environment in $venv"
}

fingerprint() {
    "$inside" -c 'import hashlib, pathlib, sys
print(hashlib.sha256(pathlib.Path("pyproject.toml").read_bytes() + sys.version.encode()).hexdigest())'
}

is_done() { [ "$(cat "$venv/arbitrex-$level" 2>/dev/null)" = "$(fingerprint)" ]; }

pip() { "$inside" -m pip --disable-pip-version-check "$@"; }

install_project() {
    say "installing the Python packages (some 150 MB the first time; a minute or two)"
    # Dependency groups are known to pip from 25.1 on.
    # shellcheck disable=SC2086 # nothing, or two words
    if pip install --quiet --upgrade 'pip>=25.1' && pip install --quiet $groups --editable .; then return; fi
    die "pip could not install the packages (see above)" "If it was the network: run the same command again."
}

check_qt() {
    trouble=$("$inside" installer/check_qt.py 2>&1) && return
    die "Qt does not load: $trouble" "On Debian:  apt-get install $(echo "$qt_packages" | sed 's/[^ ]*|//g')"
}

if venv_is_good && is_done; then exit 0; fi
if venv_is_good; then python=$inside; else require_python; fi
# shellcheck disable=SC2086 # one word per package
prepare_system $qt_packages
venv_is_good || make_venv
install_project
check_qt
for name in $covers; do fingerprint >"$venv/arbitrex-$name"; done
say "ready"
