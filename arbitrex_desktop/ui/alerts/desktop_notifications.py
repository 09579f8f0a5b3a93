# SPDX-License-Identifier: MIT
"""Calls on this computer: a sound, a balloon at the tray, the taskbar flashing, and words in the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget

from arbitrex_desktop.desk.presentation.alert_rows import AlertCall
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.texts import _

Say = Callable[[AlertCall], None]


class DesktopNotifications(QObject):
    """Takes each new call of the snapshots once.  GUI thread; nothing of it waits.

    `balloon(title, text)` shows one where there is a tray; `say` tells a call in the window; `sound` makes one.

    Attributes:
        last: the number of the newest call that was taken
    """

    def __init__(
        self,
        window: QWidget,
        balloon: Callable[[str, str], None],
        say: Say,
        sound: Callable[[], None] | None = None,
        *,
        last: int = 0,
    ) -> None:
        super().__init__(window)
        self._window, self._balloon, self._say = window, balloon, say
        self._sound = sound or QApplication.beep
        self.last = last

    @Slot(object)
    def take(self, snapshot: DeskSnapshot) -> None:
        """Call for what has come since the last snapshot, oldest first."""
        new = [call for call in reversed(snapshot.alerts.calls) if call.number > self.last]
        if not new:
            return
        self.last = new[-1].number
        ways, loud = snapshot.alerts.ways, [call for call in new if not call.is_quiet]
        for call in new:
            self._say(call)
        if loud and ways.sound:
            self._sound()
        if loud and ways.flash:
            QApplication.alert(self._window)
        if loud and ways.balloon:
            title = _(loud[-1].kind.value)
            self._balloon(title[:1].upper() + title[1:], "\n".join(call.text for call in loud[-3:]))
