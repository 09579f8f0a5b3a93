# SPDX-License-Identifier: MIT
"""Hears whether a widget can be seen: what is shown of it elsewhere is old as soon as nobody asks anew."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject


class SightWatch(QObject):
    """Calls back when a widget, whose event filter it is, has come into sight or has gone out of it.  GUI thread."""

    def __init__(self, parent: QObject, changed: Callable[[], None]) -> None:
        super().__init__(parent)
        self._changed = changed

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Hear of it, and leave the event to the widget."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._changed()
        return super().eventFilter(watched, event)
