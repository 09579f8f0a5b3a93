# SPDX-License-Identifier: MIT
"""Work done in steps between which the window lives on."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.background.steps import StepWork, load_modules


def counting(done: list[int], steps: int) -> Iterator[None]:
    """Note the number of each step."""
    for number in range(steps):
        done.append(number)
        yield


def test_between_two_steps_events_are_handled(qtbot: QtBot) -> None:
    """What is asked for after the first step is done before the last."""
    done: list[str] = []

    def work() -> Iterator[None]:
        done.append("first")
        QTimer.singleShot(0, lambda: done.append("event"))
        for _ in range(50):
            yield
        done.append("last")

    parent = QObject()
    steps = StepWork(work(), parent)
    steps.start()
    assert done == []
    qtbot.waitUntil(lambda: "last" in done)
    assert done == ["first", "event", "last"]


def test_no_step_is_taken_once_none_is_wanted(qtbot: QtBot) -> None:
    """A window that was closed meanwhile is not filled any further."""
    done: list[int] = []
    parent = QObject()
    steps = StepWork(counting(done, 100), parent, lambda: len(done) < 3)
    steps.start()
    qtbot.waitUntil(lambda: not steps.is_busy)
    assert done == [0, 1, 2]


def test_work_that_is_over_is_not_begun_again(qtbot: QtBot) -> None:
    """A second start after the last step does nothing."""
    done: list[int] = []
    parent = QObject()
    steps = StepWork(counting(done, 2), parent)
    for _ in range(2):
        steps.start()
        qtbot.waitUntil(lambda: not steps.is_busy)
    assert done == [0, 1]


def test_each_step_loads_one_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is loaded before its turn."""
    names = ("arbitrex_desktop.ui.formats", "arbitrex_desktop.ui.freshness")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    loading = load_modules(names)
    next(loading)
    assert names[0] in sys.modules
    assert names[1] not in sys.modules
