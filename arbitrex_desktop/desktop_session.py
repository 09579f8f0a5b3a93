# SPDX-License-Identifier: MIT
"""What a start of the program has besides its window: a private folder, a log, and an ear for later starts.

Loaded once the window's frame has been seen.
"""

from __future__ import annotations

import faulthandler
import logging
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSystemTrayIcon

from arbitrex_desktop import logs
from arbitrex_desktop.causes import in_words
from arbitrex_desktop.one_window import OneWindow, bring_forward
from arbitrex_desktop.paths import keep_private
from arbitrex_desktop.raw_layer.connection.environment import read_environment, secrets_in
from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.settings.start import Settings
from arbitrex_desktop.ui.calling.callouts import CallOuts
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.program.tray import Tray
from arbitrex_desktop.ui.program.unhandled import UnhandledErrors
from arbitrex_desktop.ui.worker import CoreWorker

if TYPE_CHECKING:
    # Loaded by the window, once its frame has been seen.
    from arbitrex_desktop.ui.window_content import WindowContent

_log = logging.getLogger(__name__)


class DesktopSession:
    """Begins when it is made and ends with `close`; `alone`, later starts are not listened for.  GUI thread.

    Attributes:
        unhandled: tells of errors that nobody caught
    """

    def __init__(self, settings: Settings, window: MainWindow, *, alone: bool) -> None:
        others = _keep_private(settings)
        logs.configure(settings.data_dir / "logs", _secrets(settings))
        if others:
            _log.warning("the data folder cannot be kept from other users: %s", others)
        self.unhandled = UnhandledErrors()
        self.unhandled.install()
        self.unhandled.noticed.connect(window.tell_error, Qt.ConnectionType.QueuedConnection)
        self._crash_file = _log_crashes(settings.data_dir / "logs" / "crash.log")
        self._window = window
        self._tray: Tray | None = None
        self._later_starts = OneWindow(settings.data_dir)
        self._later_starts.asked.connect(partial(bring_forward, window), Qt.ConnectionType.QueuedConnection)
        if not alone:
            self._later_starts.listen()

    def call_out(self, content: WindowContent, worker: CoreWorker) -> None:
        """Show the icon in the tray, where the desktop has one, and have alerts call from now on."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._tray = Tray(content.halt, partial(bring_forward, self._window), content.closing.quit)
            self._tray.icon.show()
        balloon = self._tray.balloon if self._tray is not None else lambda _title, _text: None
        call_outs = CallOuts(self._window, balloon, content.tell_call)
        worker.snapshot_changed.connect(call_outs.take)

    def close(self) -> None:
        """Listen no longer."""
        if self._tray is not None:
            self._tray.icon.hide()
        self._later_starts.close()
        self.unhandled.remove()
        if self._crash_file is not None:
            faulthandler.disable()
            self._crash_file.close()


def _keep_private(settings: Settings) -> str:
    """Have the data folder for its owner only; return in words why that cannot be, empty when it is."""
    try:
        keep_private(settings.data_dir)
    except OSError as error:
        return in_words(error)
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
