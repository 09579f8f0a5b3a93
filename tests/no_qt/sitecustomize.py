# SPDX-License-Identifier: MIT
"""Makes Python behave as if Qt were not installed, in this process and in all Python processes that it starts.

Python imports a module of this name by itself when it starts; it does so with this one when this folder is on
PYTHONPATH, as `make core-without-qt` puts it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

ABSENT = frozenset({"PySide6", "shiboken6", "pyqtgraph", "pytestqt"})


class FinderWithoutQt(PathFinder):
    """Finds what Python's own finder finds, except Qt."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return nothing for Qt's packages, so that an import raises ModuleNotFoundError."""
        if fullname.partition(".")[0] in ABSENT:
            return None
        return super().find_spec(fullname, path, target)


sys.meta_path[:] = [FinderWithoutQt if finder is PathFinder else finder for finder in sys.meta_path]
