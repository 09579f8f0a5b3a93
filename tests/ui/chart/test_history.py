# SPDX-License-Identifier: MIT
"""History comes in portions, on a thread of its own, and only to who still wants it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.history import FIRST_PORTION, PORTION, HistoryAnswer, HistoryLoader, HistoryRequest
from tests.fakes.bars import bar_rows
from tests.fakes.core import FakeCore

pytestmark = pytest.mark.usefixtures("qapp")

WAIT_MS = 10_000


@pytest.fixture
def core() -> FakeCore:
    """Return a core with 5,000 bars of history."""
    result = FakeCore()
    result.history["EURUSD", Timeframe.M15] = bar_rows(5000)
    return result


@pytest.fixture
def loader(core: FakeCore) -> Iterator[HistoryLoader]:
    """Return a loader on that core; it must end."""
    result = HistoryLoader()
    result.start(core.bars)
    yield result
    core.release()
    assert result.stop(WAIT_MS)


def answers_of(loader: HistoryLoader) -> list[HistoryAnswer]:
    """Return a list that fills with the answers."""
    answers: list[HistoryAnswer] = []
    loader.answered.connect(answers.append)
    return answers


def test_all_bars_come_once_and_in_order(qtbot: QtBot, core: FakeCore, loader: HistoryLoader) -> None:
    """Portions, newest first, make the whole; the last says so, and nothing is read on the GUI thread."""
    answers = answers_of(loader)
    assert loader.ask(HistoryRequest(1, "EURUSD", Timeframe.M15, 4500))
    qtbot.waitUntil(lambda: bool(answers) and answers[-1].is_last, timeout=WAIT_MS)
    assert [answer.done for answer in answers] == [FIRST_PORTION, 500, 2100, 2100 + PORTION, 4500]
    series = BarSeries(Timeframe.M15)
    for answer in answers:
        assert answer.bars is not None
        series.load(answer.bars.rows)
    assert (series.rows == core.history["EURUSD", Timeframe.M15][-len(series) :]).all()
    assert len(series) >= 4500
    assert threading.get_ident() not in core.threads["bars"]


def test_the_end_of_history_is_the_last_portion(qtbot: QtBot, loader: HistoryLoader) -> None:
    """Asked for more than there is, the loader stops where the terminal has no more."""
    answers = answers_of(loader)
    loader.ask(HistoryRequest(1, "EURUSD", Timeframe.M15, 50_000))
    qtbot.waitUntil(lambda: bool(answers) and answers[-1].is_last, timeout=WAIT_MS)
    times = np.concatenate([answer.bars.rows["time"] for answer in answers if answer.bars is not None])
    assert len(np.unique(times)) == 5000
    assert len(answers) == 5


def test_a_failure_is_told_in_words(qtbot: QtBot, core: FakeCore, loader: HistoryLoader) -> None:
    """What the core raises reaches the chart as text, and the next request is answered."""
    answers = answers_of(loader)
    core.failures["bars"] = RuntimeError("no connection")
    loader.ask(HistoryRequest(1, "EURUSD", Timeframe.M15, 10))
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT_MS)
    assert (answers[0].bars, answers[0].error, answers[0].is_last) == (None, "no connection", True)
    core.failures.clear()
    loader.ask(HistoryRequest(1, "EURUSD", Timeframe.M15, 10))
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=WAIT_MS)
    assert answers[1].bars is not None


def test_a_newer_request_replaces_one_that_hangs(qtbot: QtBot, core: FakeCore, loader: HistoryLoader) -> None:
    """Only the newest request of a chart is answered, however long the older one takes."""
    answers = answers_of(loader)
    core.hold("bars")
    loader.ask(HistoryRequest(1, "EURUSD", Timeframe.M15, 3000))
    assert core.reached.wait(WAIT_MS / 1000)
    newer = HistoryRequest(1, "EURUSD", Timeframe.M15, 10)
    loader.ask(newer)
    core.release()
    qtbot.waitUntil(lambda: bool(answers), timeout=WAIT_MS)
    assert [answer.request for answer in answers] == [newer]


def test_what_was_cancelled_is_not_answered(qtbot: QtBot, core: FakeCore, loader: HistoryLoader) -> None:
    """A cancel takes effect at once, and other charts are not touched by it."""
    answers = answers_of(loader)
    core.hold("bars")
    loader.ask(HistoryRequest(1, "EURUSD", Timeframe.M15, 3000))
    assert core.reached.wait(WAIT_MS / 1000)
    other = HistoryRequest(2, "EURUSD", Timeframe.M15, 10)
    loader.ask(other)
    loader.cancel(1)
    core.release()
    qtbot.waitUntil(lambda: bool(answers), timeout=WAIT_MS)
    assert [answer.request for answer in answers] == [other]


def test_nothing_is_read_before_the_start_and_after_the_end(core: FakeCore) -> None:
    """Such a request is refused, so that no chart waits for ever."""
    loader = HistoryLoader()
    request = HistoryRequest(1, "EURUSD", Timeframe.M15, 10)
    assert not loader.ask(request)
    loader.start(core.bars)
    assert loader.stop(WAIT_MS)
    assert not loader.ask(request)


def test_a_loader_that_was_stopped_does_not_start_again(core: FakeCore) -> None:
    """A core that is ready while its window closes starts no thread, which nobody would end."""
    loader = HistoryLoader()
    assert loader.stop(WAIT_MS)
    loader.start(core.bars)
    assert not loader.ask(HistoryRequest(1, "EURUSD", Timeframe.M15, 1))
    assert not loader._thread.isRunning()


def test_what_was_given_up_fails_without_a_word(
    qtbot: QtBot, core: FakeCore, loader: HistoryLoader, caplog: pytest.LogCaptureFixture
) -> None:
    """A window that closes has given its bars up before the terminal goes: that is no warning."""
    answers = answers_of(loader)
    core.failures["bars"] = RuntimeError("stopped")
    core.hold("bars")
    loader.ask(HistoryRequest(1, "EURUSD", Timeframe.M15, 4500))
    assert core.reached.wait(10.0)
    loader.cancel(1)
    core.release()
    assert loader.stop(WAIT_MS)
    assert answers == []
    assert not caplog.records
