# SPDX-License-Identifier: MIT
"""What a start of the program has besides its window: a private folder, a log, and an ear for later starts.

Loaded once the window's frame has been seen.
"""

from __future__ import annotations

import faulthandler
import importlib
import logging
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from arbitrex_desktop import logs
from arbitrex_desktop.causes import os_error_text
from arbitrex_desktop.desk.presentation.alert_rows import AlertCall
from arbitrex_desktop.mt5.host.memory import compute_on_one_thread, return_freed_memory
from arbitrex_desktop.paths import keep_private
from arbitrex_desktop.raw_layer.connection.environment import read_environment, secrets_in
from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.settings.start import Settings
from arbitrex_desktop.ui.alerts.desktop_notifications import DesktopNotifications
from arbitrex_desktop.ui.alerts.tray import Tray
from arbitrex_desktop.ui.bars.notice_bar import NoticeBar
from arbitrex_desktop.ui.diagnostics.unhandled import UnhandledErrors
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.worker import CoreWorker

if TYPE_CHECKING:
    # Loaded once the window is filled.
    from arbitrex_desktop.one_window import OneWindow

_log = logging.getLogger(__name__)


class DesktopSession:
    """Begins when it is made and ends with `close`; `alone`, later starts are not listened for.  GUI thread.

    Attributes:
        unhandled: tells of errors that nobody caught
    """

    def __init__(self, settings: Settings, window: MainWindow, *, alone: bool) -> None:
        return_freed_memory()
        compute_on_one_thread()
        others = _keep_private(settings)
        logs.configure(settings.data_dir / "logs", _secrets(settings))
        if others:
            _log.warning("the data folder cannot be kept from other users: %s", others)
        self.unhandled = UnhandledErrors()
        self.unhandled.install()
        self._crash_file = _log_crashes(settings.data_dir / "logs" / "crash.log")
        self._data_dir, self._window, self._is_alone = settings.data_dir, window, alone
        self._tray: Tray | None = None
        self._notifications: DesktopNotifications | None = None
        self._later_starts: OneWindow | None = None

    def look_after(self, window: MainWindow, worker: CoreWorker) -> None:
        """Have errors, alerts, the tray and later starts come to a window from now on, in place of the one before."""
        content, self._window = window.content, window
        self.unhandled.noticed.connect(window.post_error, Qt.ConnectionType.QueuedConnection)
        if self._tray is not None:
            self._tray.icon.hide()
            self._tray = None
        if QSystemTrayIcon.isSystemTrayAvailable() and not self._is_alone:
            self._tray = Tray(content.halt, self._bring_forward, content.closing.quit)
            self._tray.icon.show()
        balloon = self._tray.balloon if self._tray is not None else lambda _title, _text: None
        last = self._notifications.last if self._notifications is not None else 0
        self._notifications = DesktopNotifications(window, balloon, partial(_post_call, content.notice_bar), last=last)
        worker.snapshot_changed.connect(self._notifications.take)
        if self._later_starts is None and not self._is_alone:
            self._later_starts = importlib.import_module("arbitrex_desktop.one_window").OneWindow(self._data_dir)
            self._later_starts.asked.connect(self._bring_forward, Qt.ConnectionType.QueuedConnection)
            self._later_starts.listen()

    def _bring_forward(self) -> None:
        bring_forward(self._window)

    def close(self) -> None:
        """Listen no longer."""
        if self._tray is not None:
            self._tray.icon.hide()
        if self._later_starts is not None:
            self._later_starts.close()
        self.unhandled.remove()
        if self._crash_file is not None:
            faulthandler.disable()
            self._crash_file.close()


def bring_forward(window: QWidget) -> None:
    """Show a window in front of the others, also one that was minimised."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


def _post_call(bar: NoticeBar, call: AlertCall) -> None:
    """Tell a call in the strip of notices; what is grave stands there already."""
    if not call.is_urgent:
        bar.post("info" if call.is_quiet else "warning", call.text, f"alert {call.number}")


def _keep_private(settings: Settings) -> str:
    """Have the data folder for its owner only; return in words why that cannot be, empty when it is."""
    try:
        keep_private(settings.data_dir)
    except OSError as error:
        return os_error_text(error)
    return ""


def _secrets(settings: Settings) -> list[str]:
    """Return the texts that may never be logged; a settings file that cannot be read has none that we know."""
    try:
        return secrets_in(read_environment(settings.env_file))
    except SessionConfigError:
        return []


def _log_crashes(path: Path) -> IO[str] | None:
    """Have a crash of the process itself written to a file, where the disk takes one; return it, to be kept open."""
    try:
        file = path.open("a", encoding="utf-8")
    except OSError:
        return None
    faulthandler.enable(file)
    return file
