# SPDX-License-Identifier: MIT
"""What nobody waits for gives way to what the trader waits for, and not for long."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from arbitrex_desktop.desk import background
from arbitrex_desktop.desk.background import AwaitedAnswers
from tests.desk.conftest import PATIENCE


def passed(awaited: AwaitedAnswers) -> Event:
    """Let a thread give way; return what says that it went on."""
    on = Event()

    def work() -> None:
        awaited.give_way()
        on.set()

    Thread(target=work, daemon=True).start()
    return on


def test_work_waits_until_the_last_answer_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two answers are awaited: what gives way goes on after the second, and at once when there is none."""
    monkeypatch.setattr(background, "_MOMENT_SECONDS", PATIENCE)
    awaited = AwaitedAnswers()
    awaited.begin()
    awaited.begin()
    on = passed(awaited)
    awaited.end()
    assert not on.wait(0.02)
    awaited.end()
    assert on.wait(PATIENCE)
    assert passed(awaited).wait(PATIENCE)


def test_an_answer_that_does_not_come_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a moment the work goes on, whatever became of the answer, and waits for that one no more."""
    awaited = AwaitedAnswers()
    awaited.begin()
    assert passed(awaited).wait(PATIENCE)
    monkeypatch.setattr(background, "_MOMENT_SECONDS", 100.0 * PATIENCE)
    assert passed(awaited).wait(PATIENCE)
    awaited.end()
    awaited.begin()
    assert not passed(awaited).wait(0.02)
    awaited.end()
