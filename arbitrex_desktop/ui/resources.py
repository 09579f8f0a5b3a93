# SPDX-License-Identifier: MIT
"""Where icons and help are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtGui import QIcon

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_PLACES: Final = (_PACKAGE / "resources", _PACKAGE.parent / "resources")


def resource(name: str) -> Path | None:
    """Return the path of a resource such as `help/index.md`, None when it is not there."""
    return next((place / name for place in _PLACES if (place / name).is_file()), None)


def app_icon() -> QIcon:
    """Return the program's icon in all its sizes; an empty icon when the files are missing."""
    icon = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        path = resource(f"icons/arbitrex-{side}.png")
        if path is not None:
            icon.addFile(str(path))
    return icon
