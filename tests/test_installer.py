# SPDX-License-Identifier: MIT
"""What can be known of the Windows program without Windows: what is inside, what is pinned, what is removed."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arbitrex_desktop
from arbitrex_desktop import paths
from arbitrex_desktop.mt5.host import child, server
from installer import runtime_hook
from installer.freeze_plan import LEFT_OUT_FILES, LEFT_OUT_MODULES, hidden_modules, is_left_out
from installer.pinned import read_pins
from installer.release import make_sbom, write_sums, write_zip
from installer.stage import install_list, tree_files, uninstall_list
from installer.version_info import PRODUCT, about, resource_script

ROOT = Path(__file__).resolve().parent.parent
INSTALLER = ROOT / "installer"
PACKAGE = ROOT / "arbitrex_desktop"
SETUP_SCRIPT = (INSTALLER / "arbitrex.nsi").read_text(encoding="utf-8")
NOT_ON_WINDOWS = {
    "arbitrex_desktop/raw_layer/recording/redis_sink.py",  # only where somebody installed more by hand
    "arbitrex_desktop/ui/theme/desktop_scheme.py",  # asks a Linux desktop
}
"""Modules that the Windows program never needs all of."""

file_names = st.from_regex(r"([a-z]{1,3}/){0,3}[a-z$]{1,4}\.[a-z]{1,3}", fullmatch=True).map(PurePosixPath)


def imported_names(path: Path) -> set[str]:
    """Return the names of all modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def test_nothing_that_the_program_imports_is_left_out() -> None:
    """A module that the product imports is not among those that the frozen program lacks."""
    missed = {
        f"{path.relative_to(ROOT).as_posix()}: {name}"
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(ROOT).as_posix() not in NOT_ON_WINDOWS
        for name in imported_names(path)
        for left_out in LEFT_OUT_MODULES
        if name == left_out or name.startswith(left_out + ".")
    }
    assert missed == set()


def test_everything_left_out_has_a_reason() -> None:
    """Each module and each group of files says why it is not needed."""
    assert all(reason.strip() for reason in [*LEFT_OUT_MODULES.values(), *LEFT_OUT_FILES])


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt6Core.dll",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/plugins/styles/qmodernwindowsstyle.dll",
        "PySide6/plugins/imageformats/qico.dll",
        "MetaTrader5/_core.cp311-win_amd64.pyd",
        "numpy.libs/libscipy_openblas64_-caad45.dll",
        "tzdata/zoneinfo/Europe/Athens",
        "arbitrex_desktop/resources/help/index.md",
    ],
)
def test_what_the_program_needs_is_kept(name: str) -> None:
    """No pattern of the files left out is so wide that it takes something needed along."""
    assert not is_left_out(name)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/opengl32sw.dll",
        "PySide6\\translations\\qt_de.qm",
        "PySide6/plugins/tls/qopensslbackend.dll",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "_tcl_data/init.tcl",
        "numpy/_core/tests/data.csv",
    ],
)
def test_what_nobody_uses_is_left_out(name: str) -> None:
    """Large and useless files are recognised with either kind of slash."""
    assert is_left_out(name)


def test_parts_that_are_found_by_name_are_frozen() -> None:
    """Window, host and commands, which __main__ imports by name, are in the frozen program; the real module too."""
    text = (PACKAGE / "__main__.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"(arbitrex_desktop(?:\.\w+)+):\w+"', text))
    assert {"arbitrex_desktop.app", "arbitrex_desktop.mt5.host.server"} <= named
    assert named <= set(hidden_modules(PACKAGE, "win32"))
    assert {"MetaTrader5", "keyring.backends.Windows"} <= set(hidden_modules(PACKAGE, "win32"))
    assert "MetaTrader5" not in hidden_modules(PACKAGE, "linux")


@pytest.mark.parametrize("name", ["windows", "freeze", "freeze-windows", "winpython"])
def test_every_pin_names_a_hash(name: str) -> None:
    """All that is downloaded for the build is pinned to a version and to the bytes of its files."""
    pins = read_pins(INSTALLER / "pins" / f"{name}.txt")
    assert pins
    assert all(pin.hashes for pin in pins)


def test_a_pin_without_a_hash_is_refused(tmp_path: Path) -> None:
    """A line that pins no bytes cannot slip in."""
    pins = tmp_path / "pins.txt"
    pins.write_text("numpy==2.0.2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no pins with hashes"):
        read_pins(pins)


def test_every_dependency_of_the_program_is_pinned() -> None:
    """What pyproject.toml asks for on Windows is among the pins of the Windows program."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[\s<>=;\[]", line)[0].lower() for line in project["dependencies"]}
    pinned = {pin.name.lower() for pin in read_pins(INSTALLER / "pins" / "windows.txt")}
    assert asked - pinned == set()


def _windows_file(*version: int) -> bytes:
    """Return the part of a Windows file that tells its version."""
    major, minor, third, last = version
    return b"MZ" + struct.pack("<II4H", 0xFEEF04BD, 0x10000, minor, major, last, third)


def _program_folder(folder: Path) -> Path:
    """Make a folder with the libraries that are no Python packages."""
    files = {
        "libcrypto-3.dll": _windows_file(3, 0, 13, 0),
        "sqlite3.dll": _windows_file(3, 45, 1, 0),
        "libffi-8.dll": b"MZ",
        "numpy.libs/libscipy_openblas64_-0.dll": b"MZ",
        "PySide6/Qt6Core.dll": _windows_file(6, 8, 3, 0),
        "VCRUNTIME140.dll": _windows_file(14, 38, 33126, 1),
        "python3.dll": b"MZ",
        "python311.dll": b"MZ python\x001.3.1\x00",
        "pyexpat.pyd": b"MZ expat_2.6.0",
        "_bz2.pyd": b"MZ 1.0.8, 13-Jul-2019",
        "_lzma.pyd": b"MZ",
    }
    for name, content in files.items():
        path = folder / "_internal" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_the_sbom_lists_all_that_is_inside(tmp_path: Path) -> None:
    """Each part has version, hash, purl and licence: pinned packages, Python, and the libraries by their files."""
    tree = _program_folder(tmp_path)
    sbom = make_sbom(tree, "3.11.9", 0)
    known = {part["name"]: part for part in sbom["components"]}
    for pin in read_pins(INSTALLER / "pins" / "windows.txt"):
        assert known[pin.name]["version"] == pin.version
        assert known[pin.name]["hashes"][0]["content"] == pin.hashes[0]
    versions = {
        "CPython": "3.11.9", "OpenSSL": "3.0.13", "SQLite": "3.45.1", "Qt": "6.8.3",
        "zlib": "1.3.1", "expat": "2.6.0", "bzip2": "1.0.8", "liblzma": "5.2.5",
    }  # fmt: skip
    assert {name: known[name]["version"] for name in versions} == versions
    assert known["Microsoft Visual C++ runtime"]["version"] == "14.38.33126.1"
    assert known["CPython"]["hashes"][0]["content"] == hashlib.sha256(b"MZ python\x001.3.1\x00").hexdigest()
    assert {"libffi", "OpenBLAS", "pyinstaller"} <= set(known)
    assert all(part["licenses"] and part["hashes"] and part["purl"] for part in sbom["components"])
    assert sbom["metadata"]["component"]["version"] == arbitrex_desktop.__version__
    assert json.dumps(sbom) == json.dumps(make_sbom(tree, "3.11.9", 0))


def test_an_sbom_without_a_library_is_not_made(tmp_path: Path) -> None:
    """A library that is not where it was, or tells no version, stops the release."""
    tree = _program_folder(tmp_path)
    (tree / "_internal" / "sqlite3.dll").write_bytes(b"MZ")
    with pytest.raises(ValueError, match="has no version"):
        make_sbom(tree, "3.11.9", 0)
    (tree / "_internal" / "sqlite3.dll").unlink()
    with pytest.raises(FileNotFoundError, match="SQLite"):
        make_sbom(tree, "3.11.9", 0)


@settings(max_examples=50)
@given(files=st.sets(file_names, min_size=1, max_size=12))
def test_the_uninstaller_removes_what_was_installed_and_no_more(files: set[PurePosixPath]) -> None:
    """Each installed file is deleted by name, then each folder if it is empty, inner ones first."""
    ordered = sorted(files)
    installed, removed = install_list(ordered), uninstall_list(ordered)
    deleted = re.findall(r'^Delete "\$INSTDIR\\(.+)"$', removed, re.MULTILINE)
    assert sorted(deleted) == sorted(re.findall(r'^File "\$\{TREE\}\\(.+)"$', installed, re.MULTILINE))
    folders = re.findall(r'^RMDir "\$INSTDIR\\(.+)"$', removed, re.MULTILINE)
    for at, folder in enumerate(folders):
        assert not any(later.startswith(folder + "\\") for later in folders[at + 1 :])


def test_the_setup_program_deletes_recursively_only_user_data_that_it_asked_about() -> None:
    """One instruction removes a whole folder: the program's data folder, which is not where programs are installed."""
    assert re.findall(r"RMDir\s+/r.*", SETUP_SCRIPT) == ['RMDir /r "$LOCALAPPDATA\\${PRODUCT}"']
    assert '"$LOCALAPPDATA\\Programs\\${PRODUCT}"' in SETUP_SCRIPT


def test_the_setup_program_and_the_program_mean_the_same_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that the uninstaller asks about bears the name of the one that the program writes to."""
    monkeypatch.delenv(paths.DATA_DIR_VARIABLE, raising=False)
    assert paths.data_dir().name == PRODUCT


@pytest.mark.parametrize("program", ["Arbitrex.exe", "Arbitrex-console.exe"])
def test_setup_and_uninstaller_refuse_to_touch_a_running_program(program: str) -> None:
    """Both look at both programs before they write or delete anything."""
    assert f'!insertmacro RefuseWhileRunning "{program}"' in SETUP_SCRIPT
    for section, first_write in (('Section "-Program"', "install.nsh"), ('Section "Uninstall"', "uninstall.nsh")):
        body = SETUP_SCRIPT[SETUP_SCRIPT.index(section) :]
        assert body.index("RefuseWhileAnyRuns") < body.index(first_write)


def test_the_frozen_host_gives_the_terminal_the_users_own_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the frozen program added for itself does not reach what the host starts; what is the user's own does."""
    inside = tmp_path / "Arbitrex Desktop" / "_internal"
    users = {"PATH": os.pathsep.join(["user", f"{inside}2", str(tmp_path)]), "PYTHONPATH": "mine", "MY_PYI_": "1"}
    added = {"_PYI_ARCHIVE_FILE": "x", "_PYI_PARENT_PROCESS_LEVEL": "1", "QT_PLUGIN_PATH": "x", "QML2_IMPORT_PATH": "x"}
    monkeypatch.setattr(sys, "_MEIPASS", str(inside), raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "environ", users | added)
    os.environ["PATH"] = os.pathsep.join([str(inside / "PySide6"), str(inside), os.environ["PATH"]])
    monkeypatch.setattr(server, "main", lambda: 7)
    assert runtime_hook.be_the_host() == 7
    assert os.environ == users


def test_the_frozen_program_knows_the_hosts_argument() -> None:
    """The hidden argument with which the client starts a host is the one that the frozen program obeys."""
    assert runtime_hook._HOST_ARGUMENT == child.HOST_ARGUMENT


def test_opengl_fails_by_name() -> None:
    """The empty class that stands for Qt's refuses to draw."""
    with pytest.raises(NotImplementedError, match="without OpenGL"):
        runtime_hook.QOpenGLWidget()


def test_windows_shows_the_projects_own_version() -> None:
    """The version resource bears the version of the package, as text and as four numbers."""
    info = about()
    assert info.version == arbitrex_desktop.__version__
    assert len(info.numbers) == 4
    script = resource_script(info, "Arbitrex.exe")
    assert f"StringStruct('ProductVersion', '{info.version}')" in script
    assert f"filevers={info.numbers}" in script
    compile(script, "version", "eval")


def test_the_icon_has_all_sizes() -> None:
    """The .ico holds each size that the window's pictures have."""
    data = (ROOT / "resources" / "icons" / "arbitrex.ico").read_bytes()
    kind, count = struct.unpack_from("<HH", data, 2)
    sides = {data[6 + 16 * at] or 256 for at in range(count)}
    assert kind == 1
    assert sides == {int(path.stem.rpartition("-")[2]) for path in (ROOT / "resources/icons").glob("arbitrex-*.png")}


def test_the_same_program_gives_the_same_zip(tmp_path: Path) -> None:
    """Neither the order in which files were written nor their times change a byte of the portable zip."""
    archives = []
    for at, names in enumerate((["b.txt", "a/c.txt"], ["a/c.txt", "b.txt"])):
        tree = tmp_path / f"tree{at}"
        for name in names:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(name, encoding="utf-8")
            os.utime(tree / name, (at, at))
        archives.append(tmp_path / f"{at}.zip")
        write_zip(tree, archives[at], epoch=1_700_000_000)
        assert [str(file) for file in tree_files(tree)] == ["a/c.txt", "b.txt"]
    assert archives[0].read_bytes() == archives[1].read_bytes()
    with zipfile.ZipFile(archives[0]) as archive:
        assert "Arbitrex/Arbitrex-portable.cmd" in archive.namelist()


def test_checksums_are_those_of_the_files(tmp_path: Path) -> None:
    """SHA256SUMS names every other file with its SHA-256."""
    (tmp_path / "a").write_bytes(b"")
    write_sums(tmp_path)
    write_sums(tmp_path)
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (tmp_path / "SHA256SUMS").read_text(encoding="ascii") == f"{empty}  a\n"


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted(path.name for path in INSTALLER.glob("*.sh")))
def test_shell_scripts_can_be_read_by_their_shell(script: str) -> None:
    """No script has a syntax error that would show only after minutes of building."""
    # The one that is only sourced has no first line for the kernel.
    is_for_sh = (INSTALLER / script).read_text(encoding="utf-8").startswith("#!/bin/sh")
    shell = "sh" if is_for_sh else "bash"
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    subprocess.run([shell, "-n", os.fspath(INSTALLER / script)], check=True)


def test_the_firms_profiles_are_packed_where_the_risk_manager_looks() -> None:
    """Data files are no modules: the plan names their folder, which is not empty."""
    spec = (INSTALLER / "arbitrex.spec").read_text(encoding="utf-8")
    assert 'PROFILES = "risk_portfolio_manager/profiles"' in spec
    assert '(str(PACKAGE / PROFILES), f"arbitrex_desktop/{PROFILES}")' in spec
    assert len(list((PACKAGE / "risk_portfolio_manager" / "profiles").glob("*.toml"))) >= 4
