# SPDX-License-Identifier: MIT
"""The icon in the system's tray: HALT from anywhere, and balloons for what calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.resources import app_icon

_BALLOON_MS: Final = 10_000


class Tray(QObject):
    """Owns the icon and its menu; a click on it shows the window.  GUI thread.

    Attributes:
        icon: Qt's icon, hidden until its owner shows it
        menu: HALT, show, quit
    """

    def __init__(self, halt: Callable[[], None], show: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__()
        self._show, self._leave = show, leave
        self.menu = QMenu()
        self.menu.addAction(_("&HALT: stop all sending"), halt)
        self.menu.addSeparator()
        self.menu.addAction(_("&Show the window"), show)
        self.menu.addAction(_("&Quit\N{HORIZONTAL ELLIPSIS}"), self._quit)
        self.icon = QSystemTrayIcon(app_icon(), self)
        self.icon.setToolTip("Arbitrex Desktop")
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._on_click)
        self.icon.messageClicked.connect(show)

    def balloon(self, title: str, text: str) -> None:
        """Show a balloon, where the desktop shows any."""
        if self.icon.isVisible():
            self.icon.showMessage(title, text, QSystemTrayIcon.MessageIcon.Warning, _BALLOON_MS)

    def _quit(self) -> None:
        """Ask in the window, which has to be seen for that."""
        self._show()
        self._leave()

    def _on_click(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick}:
            self._show()
