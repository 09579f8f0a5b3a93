# SPDX-License-Identifier: MIT
"""Runs in the frozen program before anything else of ours, and before PyInstaller's own hooks."""

import importlib
import os
import sys
import types
from typing import Any

_HOST_ARGUMENT = "--mt5-host"
_OF_THE_FROZEN_PROGRAM = ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH")


def be_the_host() -> int:
    """Run the MetaTrader5 host instead of the program, and return its exit code.

    It is run from here since PyInstaller's hook for Qt, which comes later, would load Qt into it.  The terminal that
    the module may start inherits what this process has: so it gets back the search path and the environment of the
    user, and does not find our libraries before its own.
    """
    inside = str(getattr(sys, "_MEIPASS", ""))
    path = os.environ.get("PATH", "").split(os.pathsep)
    os.environ["PATH"] = os.pathsep.join(folder for folder in path if folder != inside)
    for name in _OF_THE_FROZEN_PROGRAM:
        os.environ.pop(name, None)
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
