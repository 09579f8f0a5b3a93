# SPDX-License-Identifier: MIT
"""Errors that nobody caught, of any thread: each becomes an entry in the log and words for the trader."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from arbitrex_desktop.texts import _

_LOGGED_EACH: Final = 20
"""An error in what is painted comes sixty times a second; the log keeps so many of each, and no more."""

_QT_LEVELS: Final = {
    QtMsgType.QtInfoMsg: logging.DEBUG,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

_log = logging.getLogger(__name__)


class UnhandledErrors(QObject):
    """Takes what no part of the program caught, from `install` to `remove`; the program goes on.

    Signal: `noticed(str)`, emitted on the thread of the error, with words for the trader; once for each place in the
    program.
    """

    noticed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: Counter[str] = Counter()
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self._qt_before: Callable[[QtMsgType, QMessageLogContext, str], Any] | None = None

    def install(self) -> None:
        """Listen to every thread of Python's and Qt's, and to what Qt itself says (GUI thread)."""
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._in_a_slot
        threading.excepthook = self._in_a_thread
        sys.unraisablehook = self._unraisable
        self._qt_before = qInstallMessageHandler(self._said_by_qt)

    def remove(self) -> None:
        """Put back what was there before (GUI thread)."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        qInstallMessageHandler(self._qt_before)

    def _in_a_slot(self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        """Qt calls this on the thread whose slot or event raised."""
        self._take(error, threading.current_thread().name)

    def _in_a_thread(self, raised: threading.ExceptHookArgs) -> None:
        """Python calls this on a thread that ends by it."""
        if raised.exc_value is not None:
            self._take(raised.exc_value, raised.thread.name if raised.thread is not None else _("a thread"))

    def _unraisable(self, raised: sys.UnraisableHookArgs) -> None:
        """Python calls this where an error has nobody to go to, such as in a destructor."""
        if raised.exc_value is not None:
            self._take(raised.exc_value, "clean-up")

    def _take(self, error: BaseException, thread: str) -> None:
        """Log an error, and tell of it where it is new."""
        if not isinstance(error, Exception):
            return
        place = _place(error)
        self._seen[place] += 1
        times = self._seen[place]
        if times <= _LOGGED_EACH:
            _log.critical("uncaught on %s, time %d", thread, times, exc_info=error)
        if times == 1:
            self._post(
                _(
                    "Something in the program failed ({name} in {place}). It goes on, but check what you did last. "
                    "Help, Report a problem, has the log."
                ).format(name=type(error).__name__, place=place)
            )

    def _said_by_qt(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        """Qt calls this on any thread; only what it calls critical is the trader's business."""
        self._seen[text] += 1
        if kind in _QT_LEVELS and self._seen[text] <= _LOGGED_EACH:
            _log.log(_QT_LEVELS[kind], "Qt: %s", text)

    def _post(self, message: str) -> None:
        """Emit, unless the window has gone meanwhile."""
        try:
            self.noticed.emit(message)
        except RuntimeError:
            return


def _place(error: BaseException) -> str:
    """Return where an error was raised: file and line of the last step of ours."""
    steps = traceback.extract_tb(error.__traceback__)
    ours = [step for step in steps if "arbitrex_desktop" in step.filename] or steps
    if not ours:
        return _("an unknown place")
    name = ours[-1].filename.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{name}:{ours[-1].lineno}"
