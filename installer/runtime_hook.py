# SPDX-License-Identifier: MIT
"""Runs in the frozen program before anything else of ours, and before PyInstaller's own hooks."""

import importlib
import os
import sys
import types
from collections.abc import Mapping
from typing import Any

_HOST_ARGUMENT = "--mt5-host"
_OF_THE_FROZEN_PROGRAM = ("_PYI_", "_MEIPASS", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH")
"""Beginnings of the names of variables that PyInstaller's own parts set."""


def users_own(environment: Mapping[str, str], inside: str) -> dict[str, str]:
    """Return an environment without what the frozen program put there, in this process or in the one that started it.

    `inside` is the folder of its libraries: neither it nor a folder in it stays in the search path.
    """
    kept = {name: value for name, value in environment.items() if not name.upper().startswith(_OF_THE_FROZEN_PROGRAM)}
    folders = kept.get("PATH", "").split(os.pathsep)
    kept["PATH"] = os.pathsep.join(folder for folder in folders if not _lies_in(folder, inside))
    return kept


def _lies_in(folder: str, inside: str) -> bool:
    """Return whether a folder is the other one or lies in it."""
    path = os.path.normcase(os.path.normpath(folder)) + os.sep
    return path.startswith(os.path.normcase(os.path.normpath(inside)) + os.sep)


def be_the_host() -> int:
    """Run the MetaTrader5 host instead of the program, and return its exit code.

    It is run from here since PyInstaller's hook for Qt, which comes later, would load Qt into it.  The terminal that
    the module may start inherits what this process has: so it gets back the search path and the environment of the
    user, and does not find our libraries before its own.
    """
    own = users_own(os.environ, str(getattr(sys, "_MEIPASS", "")))
    for name in set(os.environ) - set(own):
        del os.environ[name]
    os.environ.update(own)
    if sys.platform == "win32":
        library = importlib.import_module("ctypes").WinDLL("kernel32")
        library.SetDllDirectoryW(None)
    code: int = importlib.import_module("arbitrex_desktop.mt5.host.server").main()
    return code


class QOpenGLWidget:
    """The base class that pyqtgraph derives from, and never makes an object of."""

    def __init__(self, *_: Any) -> None:
        raise NotImplementedError("this program is built without OpenGL")


def leave_opengl_out() -> None:
    """Put empty modules in the place of Qt's for OpenGL.

    pyqtgraph imports them whether it draws with them or not.  Here it never does, and the real ones cost 11 MB and a
    tenth of a second.  Turning OpenGL on fails by name, and draws nothing wrongly.
    """
    for name in ("QtOpenGL", "QtOpenGLWidgets"):
        module = types.ModuleType(f"PySide6.{name}")
        module.__dict__["QOpenGLWidget"] = QOpenGLWidget
        sys.modules[module.__name__] = module


if getattr(sys, "frozen", False):
    if sys.argv[1:2] == [_HOST_ARGUMENT]:
        sys.exit(be_the_host())
    leave_opengl_out()
