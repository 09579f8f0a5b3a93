# SPDX-License-Identifier: MIT
"""One window for a data folder: a later start of the program shows the window that is there, and ends."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import sys
from multiprocessing.connection import Client, Listener
from pathlib import Path
from threading import Event, Thread
from typing import Final

from PySide6.QtCore import QObject, Signal

from arbitrex_desktop.desk.gateway.endpoint import endpoint_address, private_folder

_ANY_PROCESS: Final = -1
_JOIN_SECONDS: Final = 2.0
_log = logging.getLogger(__name__)


class OneWindow(QObject):
    """Listens for later starts on the same data folder.  Lives on the GUI thread.

    Whoever connects asks for the window to be shown, and is not listened to: nothing else can be asked here.

    Signals: `asked()`, on a thread of its own, so connect it queued.
    """

    asked = Signal()

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._address = _address(data_dir)
        self._closing = Event()
        self._listener: Listener | None = None
        self._thread: Thread | None = None

    def listen(self) -> None:
        """Listen from now on; where that cannot be done the program runs all the same, and the log says why."""
        address, family = self._address
        try:
            if family == "AF_UNIX":
                private_folder(Path(address).parent)
                # What a killed program left behind; nobody listens there.
                Path(address).unlink(missing_ok=True)
            self._listener = Listener(address, family)
        except OSError as error:
            _log.warning("a second start of the program will open a second window: %s", error)
            return
        self._thread = Thread(target=self._accept, args=(self._listener,), name="one-window", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no longer."""
        if self._listener is None or self._thread is None:
            return
        self._closing.set()
        # accept() has no deadline: one more client wakes it.
        _connect(self._address)
        self._thread.join(_JOIN_SECONDS)
        with contextlib.suppress(FileNotFoundError):
            # The address in the data folder was cleared away meanwhile, which is no reason not to end well.
            self._listener.close()
        self._listener = None

    def _accept(self, listener: Listener) -> None:
        """Emit `asked` for each who comes, until closed."""
        while not self._closing.is_set():
            try:
                listener.accept().close()
            except (OSError, EOFError) as error:
                _log.warning("a later start of the program could not be heard: %s", error)
                self._closing.wait(_JOIN_SECONDS)
                continue
            if not self._closing.is_set():
                self.asked.emit()


def show_first(data_dir: Path) -> bool:
    """Ask the window that uses a data folder to show itself; return False when there is none."""
    if sys.platform == "win32":
        # Windows lets a window come to the front only if the program in front, which is this one, allows it.
        ctypes.WinDLL("user32").AllowSetForegroundWindow(_ANY_PROCESS)
    return _connect(_address(data_dir))


def _address(data_dir: Path) -> tuple[str, str]:
    return endpoint_address(data_dir / "window")


def _connect(address: tuple[str, str]) -> bool:
    """Connect and leave again; return whether somebody listened."""
    with contextlib.suppress(OSError, EOFError):
        Client(*address).close()
        return True
    return False
