# SPDX-License-Identifier: MIT
"""Errors that nobody caught, on each kind of thread: a log entry, words for the trader, and the program goes on."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot, qWarning
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.diagnostics.unhandled import UnhandledErrors
from tests.ui.conftest import OPEN_MS, WindowMaker

pytestmark = pytest.mark.expects_log_errors("uncaught on")


class Failing(QObject):
    """Has a slot that raises."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self.fail)

    @Slot()
    def fail(self) -> None:
        """Raise what nobody catches."""
        raise ZeroDivisionError("one by none")


@pytest.fixture
def unhandled() -> Iterator[UnhandledErrors]:
    """Return a listener that is installed."""
    errors = UnhandledErrors()
    errors.install()
    yield errors
    errors.remove()


def test_a_slot_on_the_gui_thread(unhandled: UnhandledErrors, qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    """It is told by kind and place, and logged with its traceback."""
    failing = Failing()
    with qtbot.waitSignal(unhandled.noticed, timeout=OPEN_MS) as told:
        QTimer.singleShot(0, failing.fail)
    assert "ZeroDivisionError in test_unhandled.py:" in told.args[0]
    assert "one by none" in caplog.text


def test_a_slot_on_a_thread_of_qt(unhandled: UnhandledErrors, qtbot: QtBot) -> None:
    """A worker's thread lives on, and the next signal arrives, too."""
    thread, failing = QThread(), Failing()
    failing.moveToThread(thread)
    thread.start()
    try:
        with qtbot.waitSignal(unhandled.noticed, timeout=OPEN_MS):
            failing.asked.emit()
        assert thread.isRunning()
    finally:
        thread.quit()
        thread.wait()


def test_a_thread_of_python(unhandled: UnhandledErrors, qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    """It is told, with the thread's name in the log."""
    with qtbot.waitSignal(unhandled.noticed, timeout=OPEN_MS):
        thread = threading.Thread(target=Failing().fail, name="a-reader")
        thread.start()
        thread.join()
    assert "uncaught on a-reader" in caplog.text


def test_what_comes_again_and_again_is_told_once_and_logged_a_few_times(
    unhandled: UnhandledErrors, caplog: pytest.LogCaptureFixture
) -> None:
    """Painting that fails sixty times a second fills neither the strip nor the disk."""
    told: list[str] = []
    unhandled.noticed.connect(told.append)
    error = ValueError("again")
    for _ in range(100):
        sys.excepthook(ValueError, error, None)
    assert len(told) == 1
    assert len([record for record in caplog.records if "uncaught" in record.message]) == 20


@pytest.mark.usefixtures("unhandled")
def test_what_qt_says_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A warning of Qt's is a warning of the log."""
    qWarning("a layout of its own")
    assert ("Qt: a layout of its own", logging.WARNING) in [(each.message, each.levelno) for each in caplog.records]


def test_hooks_are_put_back(caplog: pytest.LogCaptureFixture) -> None:
    """After `remove` everything is as it was."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    errors = UnhandledErrors()
    errors.install()
    assert sys.excepthook != before[0]
    errors.remove()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    assert not caplog.records


@pytest.mark.slow
def test_the_window_tells(open_window: WindowMaker) -> None:
    """The words stand in the strip of notices as an error, which stays."""
    window = open_window()
    window.post_error("Something in the program failed")
    assert window.content.notice_bar.text == "ERROR: Something in the program failed"
