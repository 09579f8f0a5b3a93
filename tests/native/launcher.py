# SPDX-License-Identifier: MIT
"""Makes the `terminal64.exe` that the MetaTrader5 package starts: a small launcher of our Python terminal."""

from __future__ import annotations

import importlib
import io
import zipfile
from pathlib import Path

MORE_FILE = "more_symbols.txt"
"""Says how many symbols the broker lists besides the usual ones."""
_SCRIPT = """\
import sys
sys.path.insert(0, {checkout!r})
from tests.native.terminal import main
main()
"""


def make_terminal(folder: Path, python: Path, checkout: Path) -> Path:
    """Write `terminal64.exe` into a folder and return its path.

    It is the launcher of scripts that comes with pip, with our script behind it.  `python` is the `pythonw.exe` that
    is to run it, which looks at no variable of its environment.
    """
    stub = Path(str(importlib.import_module("pip").__file__)).parent / "_vendor" / "distlib" / "w64.exe"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as script:
        script.writestr("__main__.py", _SCRIPT.format(checkout=str(checkout)))
    program = folder / "terminal64.exe"
    folder.mkdir(parents=True, exist_ok=True)
    program.write_bytes(stub.read_bytes() + f"#!{python} -E\n".encode() + archive.getvalue())
    return program
