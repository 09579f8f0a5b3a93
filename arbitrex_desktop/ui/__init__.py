# SPDX-License-Identifier: MIT
"""The window: the only layer that knows Qt."""

from __future__ import annotations

import sys
from typing import Any


def _leave_sources_unread(feature: Any) -> None:
    """Spare PySide6 the sources of the program, which imports it first; parts of this package do without it.

    WORKAROUND: PySide6 (6.8 to 6.11 at least) reads the source of every module that is loaded after it, and keeps it,
    to see whether that may ask for `from __feature__ import snake_case`, which nobody here does.  This cost 340
    modules 5 MB of text, in lines, 12 MB of memory with it, and up to a quarter of the time in which they load.
    """
    if hasattr(feature, "_mod_uses_pyside"):
        feature._mod_uses_pyside = lambda _module: True  # noqa: SLF001 - there is no other way to say so


_leave_sources_unread(sys.modules.get("shibokensupport.feature"))
