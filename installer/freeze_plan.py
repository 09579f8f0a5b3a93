# SPDX-License-Identifier: MIT
"""What goes into the frozen program and what stays out, each with its reason.  Read by the spec and by the tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

LEFT_OUT_MODULES: Final = {
    "tkinter": "the window is Qt",
    "_tkinter": "same",
    "test": "the standard library's own tests",
    "lib2to3": "a source translator",
    "ensurepip": "nothing is installed into a frozen program",
    "pip": "same",
    "setuptools": "same",
    "distutils": "same",
    "venv": "same",
    "idlelib": "an editor",
    "turtledemo": "a toy",
    "curses": "a text screen",
    "pdb": "there is no console to debug in",
    "IPython": "only looked for by pyqtgraph's console",
    "matplotlib": "only looked for by pyqtgraph's exporter and colour maps",
    "scipy": "only looked for by pyqtgraph's image filters",
    "numba": "only looked for by pyqtgraph",
    "cupy": "same",
    "h5py": "only looked for by pyqtgraph's HDF5 exporter",
    "OpenGL": "only looked for by pyqtgraph's 3D views",
    "pyqtgraph.examples": "examples",
    "pyqtgraph.opengl": "3D views; charts here are painted by the raster engine",
    "pyqtgraph.jupyter": "notebooks",
    "pyqtgraph.flowchart": "a visual programming editor",
    "pyqtgraph.console": "a Python prompt",
    "numpy.f2py": "a Fortran compiler's front end",
    "numpy.distutils": "a build system",
    "numpy.testing": "tests of other people's programs",
    "numpy.tests": "numpy's own tests",
    "PySide6.QtTest": "tests; pyqtgraph does without",
    "PySide6.QtOpenGL": "charts are painted without it; runtime_hook.py gives pyqtgraph an empty one to import",
    "PySide6.QtOpenGLWidgets": "same",
    "PySide6.QtPrintSupport": "nothing is printed",
    "PySide6.QtQml": "no QML",
    "PySide6.QtQuick": "no QML",
    "PySide6.QtDesigner": "forms are written in Python",
    "PySide6.QtUiTools": "same",
    "PySide6.QtSql": "the journal uses Python's own sqlite3",
    "PySide6.QtDBus": "only a Linux desktop is asked by D-Bus, and goes without where it is left out",
    "PySide6.QtXml": "nothing reads XML through Qt",
    "PySide6.QtNetwork": "nothing talks to the network through Qt",
    "redis": "a sink for developers, installed by hand where it is wanted",
    "cryptography": "only looked for by redis, and by the credential store of a Linux desktop",
    "PyQt5": "one Qt is enough",
    "PyQt6": "same",
    "PySide2": "same",
}
"""Python modules that are not collected, with the reason."""

_QT: Final = r"PySide6/(Qt/)?"
_PLUGINS: Final = rf"{_QT}plugins/"

LEFT_OUT_FILES: Final = {
    "a 20 MB software OpenGL; widgets are painted by the raster engine": (r"PySide6/opengl32sw\.dll",),
    "libraries of the modules left out, pulled in by plugins": (
        r"PySide6/Qt6(Quick|Qml|Pdf|VirtualKeyboard|OpenGL|Network|Designer|Sql|PrintSupport)\w*\.dll",
        rf"{_QT}lib/libQt6(Quick|Qml|Pdf|VirtualKeyboard|OpenGL|Network|Wayland|Egl)\w*\.so.*",
    ),
    "Qt's own words in languages that the program does not speak": (rf"{_QT}translations/(?!qtbase_de\.qm).*",),
    "touch drivers": (rf"{_PLUGINS}generic/.*",),
    "the state of the network": (rf"{_PLUGINS}networkinformation/.*",),
    "Qt's own encrypted connections; Python's are used": (rf"{_PLUGINS}tls/.*",),
    "a keyboard on the screen": (rf"{_PLUGINS}platforminputcontexts/(lib)?qtvirtualkeyboard\w*\..*",),
    "debugging of QML": (rf"{_PLUGINS}qmltooling/.*",),
    "databases; the journal uses Python's own sqlite3": (rf"{_PLUGINS}sqldrivers/.*",),
    "widgets for a form editor": (rf"{_PLUGINS}designer/.*",),
    "the looks of other desktops, and their libraries with them": (rf"{_PLUGINS}platformthemes/.*",),
    "screens without a window system": (rf"{_PLUGINS}(egldeviceintegrations|wayland-[\w-]+)/.*",),
    "the program's pictures are PNG and ICO": (
        rf"{_PLUGINS}imageformats/(lib)?q(gif|icns|jpeg|pdf|tga|tiff|wbmp|webp)\..*",
    ),
    "the platforms are windows, xcb and, for the self-test, offscreen": (
        rf"{_PLUGINS}platforms/(lib)?q(direct2d|minimal|minimalegl|eglfs|linuxfb|vnc|vkkhrdisplay|wayland[\w-]*)\..*",
    ),
    "parts of pyqtgraph that are left out": (r"pyqtgraph/(examples|opengl|jupyter|flowchart|console)/.*",),
    "Tk": (r"(tcl|tk)\w*/.*", r"_(tcl|tk)_data/.*"),
    "tests of other people's packages": (r"numpy/.*/tests/.*",),
    "sources for compilers and editors": (r".*\.(pyi|pxd|h|lib|a|ui|rst)",),
}
"""Why files are not collected, and patterns of their names within the program's folder."""

_LEFT_OUT: Final = re.compile(
    "|".join(pattern for patterns in LEFT_OUT_FILES.values() for pattern in patterns), re.IGNORECASE
)


def is_left_out(name: str) -> bool:
    """Return whether a file, named relative to the program's folder with either slash, is not collected."""
    return _LEFT_OUT.fullmatch(name.replace("\\", "/")) is not None


def hidden_modules(package: Path, platform: str) -> list[str]:
    """Return the modules that are imported by name at run time, which no analysis of the source can see.

    That is all of ours, since the parts of the program and the commands that cross to the host are found by name;
    what the program loads only when it is wanted; and on Windows the MetaTrader5 package.
    """
    files = (path.relative_to(package.parent).with_suffix("") for path in package.rglob("*.py"))
    ours = sorted({".".join(file.parts).removesuffix(".__init__") for file in files})
    by_name = [*ours, "pyqtgraph", "urllib.request"]
    # numpy is imported by MetaTrader5's extension module, whose imports cannot be seen either.
    # keyring finds its stores by name; on Windows it is one.
    stores = ["keyring.backends.Windows", "win32ctypes.core", "win32ctypes.core.ctypes"]
    return [*by_name, "MetaTrader5", "numpy", *stores] if platform == "win32" else by_name
