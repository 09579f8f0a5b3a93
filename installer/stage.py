# SPDX-License-Identifier: MIT
"""Make the frozen program ready to be packed: licences, one time for all files, and lists for the setup program.

    python -m installer.stage FROZEN STAGE [--epoch SECONDS]

FROZEN is PyInstaller's folder.  STAGE gets `tree`, the program as it will be installed, and the lists that
arbitrex.nsi includes.  Runs with the Python whose packages were frozen, since their licences are beside them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Final

from installer.pinned import read_pins
from installer.version_info import CHECKOUT, PRODUCT, about

HERE: Final = Path(__file__).resolve().parent
_LICENCE_WORDS: Final = ("licen", "copying", "notice")
_MSVC: Final = (
    "The files vcruntime140.dll, vcruntime140_1.dll, msvcp140.dll and their likes are Microsoft's Visual C++ runtime,\n"
    "redistributed unchanged under the terms of the Visual Studio licence, as they come with Python and Qt.\n"
)
_SIMULATED: Final = "# The simulated terminal, for the shortcut in the Start menu.\nMT5_TERMINAL=simulated\n"
_QT: Final = (
    "Qt and Qt for Python (PySide6, shiboken6) are used under the GNU Lesser General Public License, version 3.\n"
    "They are in this folder as separate, unchanged library files, which you may replace by your own builds.\n"
    "Their source code is offered by The Qt Company at download.qt.io, under the versions named in the SBOM.\n"
)


def licence_files(distribution: str) -> list[Path]:
    """Return the licence files that an installed package brought with it."""
    files = metadata.distribution(distribution).files or []
    inside = [file for file in files if ".dist-info" in file.parts[0]]
    return [
        Path(str(file.locate()))
        for file in inside
        if any(word in file.name.lower() for word in _LICENCE_WORDS) and "Commercial" not in file.name
    ]


def add_licences(tree: Path) -> None:
    """Put the licences of all that is inside into `licences`, and our own at the top."""
    shutil.copyfile(CHECKOUT / "LICENSE", tree / "LICENSE.txt")
    folder = tree / "licences"
    folder.mkdir()
    for pin in [*read_pins(HERE / "pins" / "windows.txt"), *read_pins(HERE / "pins" / "freeze.txt")[:1]]:
        for file in licence_files(pin.name):
            shutil.copyfile(file, folder / f"{pin.name}-{file.stem}.txt")
    shutil.copyfile(Path(sys.base_prefix) / "LICENSE.txt", folder / "Python.txt")
    for name in ("LGPL-3.0.txt", "GPL-3.0.txt"):
        shutil.copyfile(HERE / "licences" / name, folder / name)
    (folder / "Qt.txt").write_text(_QT, encoding="utf-8", newline="\r\n")
    (folder / "Microsoft-runtime.txt").write_text(_MSVC, encoding="utf-8", newline="\r\n")


def tree_files(tree: Path) -> list[PurePosixPath]:
    """Return all files of the tree by name, in one order on every machine."""
    return sorted(PurePosixPath(path.relative_to(tree).as_posix()) for path in tree.rglob("*") if path.is_file())


def windows_name(path: PurePosixPath) -> str:
    """Return the name as the setup program spells it; a dollar sign would be a variable there."""
    return str(path).replace("/", "\\").replace("$", "$$")


def install_list(files: list[PurePosixPath]) -> str:
    """Return the instructions that write each file."""
    lines, folder = [], None
    for file in files:
        if file.parent != folder:
            folder = file.parent
            lines.append(f'SetOutPath "$INSTDIR\\{windows_name(folder)}"' if folder.name else 'SetOutPath "$INSTDIR"')
        lines.append(f'File "${{TREE}}\\{windows_name(file)}"')
    return "\n".join(lines) + "\n"


def uninstall_list(files: list[PurePosixPath]) -> str:
    """Return the instructions that remove these files, and then each of their folders that is empty."""
    folders = sorted({folder for file in files for folder in file.parents if folder.name}, reverse=True)
    lines = [f'Delete "$INSTDIR\\{windows_name(file)}"' for file in files]
    # A folder in which somebody else keeps something stays, which is no error.
    kept = [f'RMDir "$INSTDIR\\{windows_name(folder)}"' for folder in folders]
    return "\n".join([*lines, "!define FILES_DELETED", *kept]) + "\n"


def definitions(files: list[PurePosixPath], tree: Path) -> str:
    """Return what the setup program and Windows say of the program; the size in KiB, as Windows wants it."""
    info = about()
    size = sum((tree / file).stat().st_size for file in files)
    values = {
        "PRODUCT": PRODUCT,
        "VERSION": info.version,
        "NUMBERS": ".".join(map(str, info.numbers)),
        "PUBLISHER": info.publisher,
        "KILOBYTES": str(size // 1024),
    }
    return "".join(f'!define {name} "{value}"\n' for name, value in values.items())


def main() -> None:
    """Stage a frozen program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("frozen", type=Path)
    parser.add_argument("stage", type=Path)
    parser.add_argument("--epoch", type=int, default=int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")))
    given = parser.parse_args()
    shutil.rmtree(given.stage, ignore_errors=True)
    tree = given.stage / "tree"
    shutil.copytree(given.frozen, tree)
    add_licences(tree)
    (tree / "simulated.env").write_text(_SIMULATED, encoding="ascii", newline="\r\n")
    files = tree_files(tree)
    for file in files:
        os.utime(tree / file, (given.epoch, given.epoch))
    for name, text in (
        ("install.nsh", install_list(files)),
        ("uninstall.nsh", uninstall_list(files)),
        ("defines.nsh", definitions(files, tree)),
    ):
        (given.stage / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
