# SPDX-License-Identifier: MIT
"""Runs in the frozen program before anything of ours.

pyqtgraph imports Qt's OpenGL modules whether it draws with them or not.  Here it never does, and the real ones cost
11 MB and a tenth of a second.  Empty ones take their place: turning OpenGL on would fail by name, not draw wrongly.
"""

import sys
import types


class QOpenGLWidget:
    """The base class that pyqtgraph derives from, and never makes an object of."""

    def __init__(self, *_: object) -> None:
        raise NotImplementedError("this program is built without OpenGL")


for name in ("QtOpenGL", "QtOpenGLWidgets"):
    module = types.ModuleType(f"PySide6.{name}")
    module.__dict__["QOpenGLWidget"] = QOpenGLWidget
    sys.modules[module.__name__] = module
