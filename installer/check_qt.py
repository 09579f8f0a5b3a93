# SPDX-License-Identifier: MIT
"""Return whether all that Qt needs of the system is there; if not, say what is missing and exit 1.

Loading is tried without opening a display, so it works on a machine without a screen.
"""

from __future__ import annotations

import ctypes
import sys
from importlib import import_module
from pathlib import Path


def first_trouble() -> str:
    """Return why Qt or one of its platform plugins does not load, or nothing."""
    try:
        qt_core = import_module("PySide6.QtCore")
        import_module("PySide6.QtWidgets")
        plugins = Path(qt_core.QLibraryInfo.path(qt_core.QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
        if sys.platform.startswith("linux"):
            for name in ("libqoffscreen.so", "libqxcb.so"):
                ctypes.CDLL(str(plugins / name))
    except (ImportError, OSError) as error:
        return str(error)
    return ""


if __name__ == "__main__":
    sys.exit(first_trouble() or 0)
