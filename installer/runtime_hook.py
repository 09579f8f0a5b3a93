# SPDX-License-Identifier: MIT
"""Runs in the frozen program before anything of ours.

pyqtgraph imports PySide6.QtOpenGL whether it draws with it or not.  Here it never does, and the real one costs 11 MB
and a tenth of a second.  An empty module takes its place: turning OpenGL on would fail by name, not draw wrongly.
"""

import sys
import types

sys.modules["PySide6.QtOpenGL"] = types.ModuleType("PySide6.QtOpenGL")
