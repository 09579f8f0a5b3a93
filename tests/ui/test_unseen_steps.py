# SPDX-License-Identifier: MIT
"""While nobody can see the window the core steps once a second, and soon after whatever a step may act on."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk import core as desk_core
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.ui.worker import CoreWorker
from arbitrex_desktop.ui.worker_threads import SELDOM_MS, STEP_MS, Reporter, Runner
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot, pool_stats, quote
from tests.ui.conftest import OPEN_MS


@pytest.fixture
def core() -> FakeCore:
    """Return a core without a terminal."""
    return FakeCore()


@pytest.fixture
def runner(core: FakeCore, qtbot: QtBot) -> Iterator[Runner]:
    """Return a runner on this thread whose regular steps are left out; it has taken the first one."""
    del qtbot
    runner = Runner(lambda: core, Reporter(), threading.Event(), lambda _task: None)
    runner.begin()
    runner._timer.stop()
    yield runner
    runner.end()
    assert core.board.listeners == []


def test_a_window_out_of_sight_is_stepped_once_a_second(runner: Runner) -> None:
    """A sync is due in each of these steps: a limit is judged as often as before. Back in sight all is as it was."""
    runner.set_seen(False)
    assert runner._timer.interval() == SELDOM_MS
    assert desk_core._SYNC_SECONDS * 1000 < SELDOM_MS < desk_core._SYNC_SECONDS * 1000 + STEP_MS
    runner.set_seen(True)
    assert runner._timer.interval() == STEP_MS


def test_in_a_closed_market_the_core_steps_once_a_second(runner: Runner, core: FakeCore) -> None:
    """Nothing moves that could be acted on; it steps as often as usual when it opens, and without a connection."""
    for stats, interval in (
        (pool_stats(market_open=False), SELDOM_MS),
        (pool_stats(market_open=True), STEP_MS),
        (pool_stats(market_open=False, state=ConnectionState.LOST), STEP_MS),
    ):
        core.shown = desk_snapshot(pool=stats)
        runner._reporter.report(core)
        runner._step()
        assert runner._timer.interval() == interval


def test_prices_that_nobody_sees_are_acted_on_as_soon_as_others(runner: Runner, core: FakeCore, qtbot: QtBot) -> None:
    """A trailing stop follows them: one step for all that came together, after as long as between two usual ones."""
    runner.set_seen(False)
    steps = core.steps
    for symbol in ("EURUSD", "GBPUSD"):
        core.board.put(quote(symbol))
    qtbot.waitUntil(runner._soon.isActive, timeout=OPEN_MS)
    assert runner._soon.interval() == STEP_MS
    qtbot.waitUntil(lambda: not runner._soon.isActive(), timeout=OPEN_MS)
    assert core.steps == steps + 1


def test_a_strategy_s_intent_that_nobody_sees_is_approved_as_soon_as_others(
    runner: Runner, core: FakeCore, qtbot: QtBot
) -> None:
    """What a policy lets pass does not wait for the next second; its event comes on a thread of the gateway."""
    runner.set_seen(False)
    steps = core.steps
    (heard,) = core.hearers
    thread = threading.Thread(target=heard, args=(None, None))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: core.steps == steps + 1, timeout=OPEN_MS)


def test_what_is_seen_needs_no_steps_besides(runner: Runner, core: FakeCore, qtbot: QtBot) -> None:
    """Prices come sixty times a second, and four steps do."""
    core.board.put(quote("EURUSD"))
    qtbot.wait(0)
    assert not runner._soon.isActive()


@pytest.mark.slow
def test_the_window_says_when_it_cannot_be_seen(core: FakeCore, qtbot: QtBot) -> None:
    """The worker hands it on to the thread that steps."""
    worker = CoreWorker(lambda: core)
    with qtbot.waitSignal(worker.form_ready, timeout=OPEN_MS):
        worker.start()
    worker.set_seen(seen=False)
    assert worker._residents is not None
    timer = worker._residents[0]._timer
    qtbot.waitUntil(lambda: timer.interval() == SELDOM_MS, timeout=OPEN_MS)
    assert worker.stop()
