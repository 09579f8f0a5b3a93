# SPDX-License-Identifier: MIT
"""Whether a Linux desktop is light or dark, asked of its portal.

WORKAROUND: Qt's GTK theme asks the portal, too, and with Qt 6.11 mostly misses the answer to its first question: a dark
desktop counted as light until it changed twice.
"""

from __future__ import annotations

import sys
from typing import Any, Final

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

_PLATFORMS: Final = ("xcb", "wayland")
_SERVICE: Final = ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop")
_SETTINGS: Final = "org.freedesktop.portal.Settings"
_SCHEME: Final = ["org.freedesktop.appearance", "color-scheme"]
_LIGHT: Final = {1: False, 2: True}
"""What the portal means; 0, no preference, is left to Qt."""
_PATIENCE_MS: Final = 2_000


class DesktopScheme(QObject):
    """Asks the portal and listens to its changes, without waiting; silent where there is none.

    Signals: `found(bool)`, on the GUI thread, whether the desktop is light.
    """

    found = Signal(bool)

    def listen(self) -> None:
        """Ask now, and after each change of the desktop's settings."""
        if not sys.platform.startswith("linux") or QGuiApplication.platformName() not in _PLATFORMS:
            return
        try:
            from PySide6 import QtDBus  # noqa: PLC0415 - the first picture needs none, Windows never
        except ImportError:  # left out of the frozen program
            return
        bus = QtDBus.QDBusConnection.sessionBus()
        bus.connect(*_SERVICE, _SETTINGS, "SettingChanged", self, SLOT("ask()"))  # type: ignore[call-overload] # stubs want bytes
        self.ask()

    @Slot()
    def ask(self) -> None:
        """Ask the portal; `found` has its answer."""
        from PySide6 import QtDBus  # noqa: PLC0415 - see above

        question = QtDBus.QDBusMessage.createMethodCall(*_SERVICE, _SETTINGS, "Read")
        question.setArguments(_SCHEME)
        pending = QtDBus.QDBusConnection.sessionBus().asyncCall(question, _PATIENCE_MS)
        call = QtDBus.QDBusPendingCallWatcher(pending, self)
        call.finished.connect(lambda: self._read(call))

    def _read(self, call: Any) -> None:
        value: Any = None if call.isError() else call.reply().arguments()[0]
        while hasattr(value, "variant"):
            value = value.variant()
        if value in _LIGHT:
            self.found.emit(_LIGHT[value])
        call.deleteLater()
