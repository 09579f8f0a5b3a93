# SPDX-License-Identifier: MIT
"""Frames come soon after a change, and no more often than the display shows."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.frame_pacer import FramePacer
from tests.fakes.clock import ManualClock

pytestmark = pytest.mark.usefixtures("qapp")


class Frames:
    """A pacer on a clock that stands still, and the number of its frames."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.pacer = FramePacer(self.clock)
        self.drawn = 0
        self.pacer.frame.connect(self._count)

    def _count(self) -> None:
        self.drawn += 1


def test_many_requests_make_one_frame(qtbot: QtBot) -> None:
    """What changes before the frame is drawn is drawn by it, whichever threads it comes from."""
    frames = Frames()
    threads = [threading.Thread(target=frames.pacer.request) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert frames.drawn == 0
    qtbot.waitUntil(lambda: frames.drawn > 0)
    QApplication.processEvents()
    assert frames.drawn == 1


def test_the_next_frame_keeps_its_distance(qtbot: QtBot) -> None:
    """A request right after a frame waits; one after a pause does not."""
    frames = Frames()
    frames.pacer.least_seconds = 60.0
    frames.pacer.request()
    qtbot.waitUntil(lambda: frames.drawn == 1)
    frames.pacer.request()
    qtbot.waitUntil(frames.pacer._timer.isActive)
    assert frames.pacer._timer.interval() == 60_000
    assert frames.drawn == 1
    frames.pacer._timer.stop()
    frames.pacer._pending = False
    frames.clock.advance(60.0)
    frames.pacer.request()
    qtbot.waitUntil(lambda: frames.drawn == 2)


def test_a_delayed_frame_is_drawn_when_its_time_has_come(qtbot: QtBot) -> None:
    """A request that had to wait is not forgotten."""
    frames = Frames()
    frames.pacer.request()
    qtbot.waitUntil(lambda: frames.drawn == 1)
    frames.pacer.request()
    qtbot.waitUntil(lambda: frames.drawn == 2)
