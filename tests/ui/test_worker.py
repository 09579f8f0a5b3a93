# SPDX-License-Identifier: MIT
"""The worker keeps the core on its own thread, and the GUI thread free of it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread, QTimer
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk import background
from arbitrex_desktop.desk.execution.positions import Which
from arbitrex_desktop.desk.intents.exit_rules import Distance, DistanceUnit, ExitRulesRequest
from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.desk.presentation.alert_rows import AlertKind, AlertRule, AlertWays
from arbitrex_desktop.desk.presentation.snapshot import Preview
from arbitrex_desktop.desk.settings_desk import SettingsCheck
from arbitrex_desktop.raw_layer.errors import NoAccountError
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.ui.commands import (
    HANDLERS,
    ApproveIntent,
    ArmAccount,
    CancelOrder,
    ChangeSettings,
    CheckSettings,
    ClosePosition,
    ClosePositions,
    CommandResult,
    DirectReplay,
    LiftSwitch,
    ModifyOrder,
    MoveStops,
    MoveToBreakEven,
    Phase,
    PreviewIntent,
    PutAlert,
    ReadSettings,
    RejectIntent,
    RemoveAlert,
    ResolveIntent,
    ResumeTrading,
    SetAlertWays,
    SetExitRules,
    SnoozeAlert,
    SubmitIntent,
    TakeInUnknown,
    TraderCommand,
    TryAlertWays,
    WatchSymbol,
)
from arbitrex_desktop.ui.seam import Core
from arbitrex_desktop.ui.worker import CoreWorker
from arbitrex_desktop.ui.worker_threads import CONNECTING_MS, QUIET_MS, STEP_MS, UNSEEN_MS, Reporter, Runner, Watcher
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import SWITCH, desk_snapshot, pool_stats

REQUEST = IntentRequest("EURUSD", 1, 0.7, "TRENDING", 0.5)
WAIT_MS = 15_000


@pytest.fixture
def core() -> FakeCore:
    """Return the fake core."""
    return FakeCore()


@pytest.fixture
def worker(core: FakeCore, qtbot: QtBot) -> Iterator[CoreWorker]:
    """Return a worker on the fake core, not started; it is stopped afterwards, whatever hangs."""
    del qtbot
    worker = CoreWorker(lambda: core)
    yield worker
    core.release()
    assert worker.stop()


def collect(signal: object) -> list[tuple[object, ...]]:
    """Return a list that fills with what a signal brings, and fails off the GUI thread."""
    seen: list[tuple[object, ...]] = []
    gui = QThread.currentThread()

    def keep(*values: object) -> None:
        assert QThread.currentThread() is gui
        seen.append(values)

    signal.connect(keep)  # type: ignore[attr-defined]
    return seen


def until(qtbot: QtBot, done: Callable[[], object]) -> None:
    """Wait for a condition."""
    qtbot.waitUntil(lambda: bool(done()), timeout=WAIT_MS)


def test_the_core_is_built_started_and_stepped_on_its_own_thread(
    qtbot: QtBot, worker: CoreWorker, core: FakeCore
) -> None:
    """Everything but HALT and the board runs there, and results come back to the GUI thread."""
    ready, snapshots = collect(worker.core_ready), collect(worker.snapshot_changed)
    worker.start()
    until(qtbot, lambda: core.steps >= 2)
    until(qtbot, lambda: len(snapshots) >= 2)
    assert ready == [(core,)]
    assert worker.core is core
    assert snapshots[0] == (core.shown,)
    threads = {ident for method in ("start", "step") for ident in core.threads[method]}
    assert len(threads) == 1
    assert threading.get_ident() not in threads | core.threads["snapshot"]


EXIT_RULES = ExitRulesRequest(trailing=Distance(20.0, DistanceUnit.PIPS))
ALERT = AlertRule("p", AlertKind.PRICE, "EURUSD", level=1.2)
COMMANDS: dict[TraderCommand, tuple[object, ...]] = {
    PreviewIntent(REQUEST, 3): ("preview", REQUEST, 3),
    SubmitIntent(REQUEST): ("submit", REQUEST),
    ApproveIntent("a1"): ("approve", "a1"),
    RejectIntent("b2", "too late"): ("reject", "b2", "too late"),
    ClosePosition(2**40): ("close_position", 2**40, None),
    ClosePosition(7, 0.2): ("close_position", 7, 0.2),
    ClosePositions(Which.LOSERS): ("close_many", Which.LOSERS, ""),
    MoveStops(7, 1.09, None): ("move_stops", 7, 1.09, None),
    MoveToBreakEven(7): ("break_even", 7),
    CancelOrder(8): ("cancel_order", 8),
    ModifyOrder(8, 1.1, 1.09, None): ("modify_order", 8, 1.1, 1.09, None),
    SetExitRules(7, EXIT_RULES): ("set_exit_rules", 7, EXIT_RULES),
    ResolveIntent("c3", executed=False, reason="gone", ticket=2**40): ("resolve", "c3", False, "gone", 2**40),
    ArmAccount("5001234"): ("arm", "5001234"),
    ResumeTrading("calm"): ("resume", "calm"),
    LiftSwitch(SWITCH, "well again"): ("lift_switch", SWITCH, "well again"),
    DirectReplay(speed=2.0): ("steer_replay", 2.0, None, ""),
    WatchSymbol("EURUSD", watched=True): ("watch", "EURUSD", True),
    TakeInUnknown(): ("take_in_unknown",),
    WatchSymbol("GBPUSD", watched=False): ("watch", "GBPUSD", False),
    PutAlert(ALERT): ("put_alert", ALERT),
    RemoveAlert("p"): ("remove_alert", "p"),
    SnoozeAlert("p", 15.0): ("snooze_alert", "p", 15.0),
    SetAlertWays(AlertWays(), "token", None): ("alert_ways", AlertWays(), "token", None),
    TryAlertWays(): ("test_alert_ways",),
    ReadSettings(): ("settings",),
    CheckSettings((("desk.max_pending", "5"),), 1): ("check_settings", {"desk.max_pending": "5"}),
    ChangeSettings((("desk.max_pending", None),), "why"): ("change_settings", {"desk.max_pending": None}, "why"),
}  # fmt: skip


def test_commands_run_in_order_and_report(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """Each kind of command reaches the core with its arguments, and its result refers to it."""
    done = collect(worker.command_done)
    worker.start()
    for command in COMMANDS:
        worker.send(command)
    until(qtbot, lambda: len(done) == len(COMMANDS))
    assert {type(command) for command in COMMANDS} == set(HANDLERS)
    assert [each for each in core.asked if each[0] != "start"] == list(COMMANDS.values())
    results = [result for (result,) in done if isinstance(result, CommandResult)]
    assert [result.command for result in results] == list(COMMANDS)
    answered = {type(result.command): type(result.answer) for result in results if result.answer is not None}
    assert answered == {
        PreviewIntent: Preview,
        SubmitIntent: str,
        TakeInUnknown: int,
        ReadSettings: tuple,
        CheckSettings: SettingsCheck,
        ChangeSettings: tuple,
    }
    assert not any(result.error for result in results)


def test_a_login_is_not_in_what_a_log_would_say() -> None:
    """The command that arms does not show what was typed."""
    assert "5001234" not in f"{ArmAccount('5001234')!r} {ArmAccount.activity} {ArmAccount('5001234').subject}"


def test_disarming_does_not_wait_for_the_worker(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """It is done when the call returns, on the caller's thread, while a command hangs; a failure is the caller's."""
    worker.disarm()
    worker.start()
    until(qtbot, lambda: worker.core is core)
    core.hold("approve")
    worker.send(ApproveIntent("a1"))
    until(qtbot, core.reached.is_set)
    worker.disarm()
    assert ("disarm",) in core.asked
    assert core.threads["disarm"] == {threading.get_ident()}
    core.failures["disarm"] = RuntimeError("no")
    with pytest.raises(RuntimeError, match="no"):
        worker.disarm()
    core.release()


def test_a_failure_is_told_and_survived(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """What a command raises is shown as its text; the worker lives on and the command counts as done."""
    about, done = collect(worker.phase_failed), collect(worker.command_done)
    core.failures = {"approve": RuntimeError("nothing is sent on LIVE accounts yet"), "step": ValueError()}
    worker.start()
    worker.send(ApproveIntent("a1"))
    until(qtbot, lambda: done)
    assert done == [(CommandResult(ApproveIntent("a1"), error="nothing is sent on LIVE accounts yet"),)]
    until(qtbot, lambda: (Phase.STEP, "the program itself failed (ValueError)") in about)
    core.failures = {}
    until(qtbot, lambda: core.steps)


def test_a_core_without_an_account_is_told_as_what_it_is(qtbot: QtBot) -> None:
    """Nothing is wrong, nothing was chosen yet: told by a value, whatever the words are."""

    def refuse() -> Core:
        raise NoAccountError("choose one")

    worker = CoreWorker(refuse)
    about = collect(worker.phase_failed)
    worker.start()
    until(qtbot, lambda: about)
    assert about == [(Phase.ACCOUNT, "choose one")]
    assert worker.stop()


def test_a_core_that_cannot_be_built_is_told(qtbot: QtBot) -> None:
    """The window stays usable without a core; commands say that there is none."""

    def refuse() -> Core:
        raise ValueError("MT5_LOGIN must be the account's number")

    worker = CoreWorker(refuse)
    about, done = collect(worker.phase_failed), collect(worker.command_done)
    worker.start()
    worker.send(ApproveIntent("a1"))
    until(qtbot, lambda: done)
    assert about == [(Phase.START, "MT5_LOGIN must be the account's number")]
    assert done == [(CommandResult(ApproveIntent("a1"), error="the trading core is not running"),)]
    assert worker.core is None
    assert worker.stop()


def test_halt_does_not_wait_for_a_hung_core(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """HALT reaches the core on the caller's thread while a step hangs."""
    core.hold("step")
    worker.start()
    until(qtbot, core.reached.is_set)
    worker.halt("enough")
    assert core.halts == ["enough"]
    assert core.threads["halt"] == {threading.get_ident()}


def test_halt_before_the_core_exists_is_not_lost(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """The core is built halted, before it connects."""
    worker.halt("not today")
    assert core.halts == []
    ready = collect(worker.core_ready)
    worker.start()
    until(qtbot, lambda: ready)
    assert core.halts == ["not today"]


def test_halt_during_a_slow_connection(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """The core can be halted, and shows itself, before its start has come back."""
    core.hold("start")
    snapshots = collect(worker.snapshot_changed)
    worker.start()
    until(qtbot, core.reached.is_set)
    until(qtbot, lambda: len(snapshots) > 2)
    assert worker.at_work[0] is Phase.CONNECT
    worker.halt("slow")
    assert core.halts == ["slow"]


def test_a_hung_worker_does_not_blind_the_window(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """Snapshots go on while a command hangs, so that the window can say what is going on."""
    snapshots = collect(worker.snapshot_changed)
    worker.start()
    until(qtbot, lambda: core.steps)
    core.hold("approve")
    worker.send(ApproveIntent("a1"))
    until(qtbot, core.reached.is_set)
    core.shown = desk_snapshot(positions=())
    until(qtbot, lambda: snapshots[-1:] == [(core.shown,)])


def test_the_form_does_not_wait_for_an_order_on_its_way(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """While an order hangs at the broker, intents are previewed, taken in and rejected; other orders wait."""
    done, ready = collect(worker.command_done), collect(worker.form_ready)
    worker.start()
    until(qtbot, lambda: ready)
    core.hold("approve")
    worker.send(ApproveIntent("a1"))
    until(qtbot, core.reached.is_set)
    form = (PreviewIntent(REQUEST, 1), SubmitIntent(REQUEST), RejectIntent("b2"))
    for command in (ApproveIntent("a2"), *form):
        worker.send(command)
    until(qtbot, lambda: len(done) == len(form))
    assert [result.command for (result,) in done if isinstance(result, CommandResult)] == list(form)
    core.release()
    until(qtbot, lambda: len(done) == len(form) + 2)


def test_what_the_form_waits_for_goes_first(
    qtbot: QtBot, worker: CoreWorker, core: FakeCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the moment the form asks until it has its answer, work that nobody waits for gives way."""
    monkeypatch.setattr(background, "_MOMENT_SECONDS", 100.0)
    done, ready, gone = collect(worker.command_done), collect(worker.form_ready), threading.Event()
    worker.start()
    until(qtbot, lambda: ready)
    core.hold("preview")
    worker.send(PreviewIntent(REQUEST, 1))

    def work() -> None:
        core.awaited.give_way()
        gone.set()

    other = threading.Thread(target=work)
    other.start()
    until(qtbot, core.reached.is_set)
    assert not gone.is_set()
    core.release()
    until(qtbot, lambda: done and gone.is_set())
    other.join()


def test_commands_come_in_between_when_much_is_due(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """A core with more to do is stepped again soon, and an approval does not wait for the end of it."""
    worker.start()
    until(qtbot, lambda: core.steps)
    core.more_due = 1_000_000
    until(qtbot, lambda: core.steps > 20)
    worker.send(ApproveIntent("a1"))
    until(qtbot, lambda: ("approve", "a1") in core.asked)


def test_a_hung_snapshot_does_not_keep_commands(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """Nobody waits for a snapshot: commands run on, and report again once it comes back."""
    worker.start()
    until(qtbot, lambda: core.steps)
    core.hold("snapshot")
    until(qtbot, core.reached.is_set)
    worker.send(ApproveIntent("a1"))
    until(qtbot, lambda: ("approve", "a1") in core.asked)
    core.release()
    core.failures["snapshot"] = RuntimeError("no figures")
    failed = collect(worker.phase_failed)
    until(qtbot, lambda: (Phase.REPORT, "no figures") in failed)


def test_stopping_ends_the_thread_once(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """The core is stopped on its thread, the thread ends, and stopping again is harmless."""
    worker.start()
    until(qtbot, lambda: core.steps)
    with qtbot.waitSignal(worker.stopped, timeout=WAIT_MS):
        assert worker.stop()
    assert not worker.is_running
    assert worker.stop()
    assert [each[0] for each in core.asked].count("stop") == 1


@pytest.mark.expects_log_errors("did not stop within")
def test_commands_that_have_not_begun_are_dropped_at_the_end(qtbot: QtBot, worker: CoreWorker, core: FakeCore) -> None:
    """An approval that waits behind a hung core when the window closes never reaches the broker."""
    core.hold("step")
    worker.start()
    until(qtbot, core.reached.is_set)
    worker.send(ApproveIntent("a1"))
    worker.send(ClosePosition(7))
    assert not worker.stop(wait_ms=1)
    core.release()
    until(qtbot, lambda: ("stop",) in core.asked)
    until(qtbot, lambda: not worker.is_running)
    assert [each[0] for each in core.asked] == ["start", "stop"]


HUNG = """
import sys, threading
from PySide6.QtCore import QCoreApplication, QTimer
from arbitrex_desktop.ui.worker import CoreWorker
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot
import tests.fakes.core as fake
fake.HANG_LIMIT_S = 600.0
app = QCoreApplication(sys.argv)
core = FakeCore()
core.hold("step")
worker = CoreWorker(lambda: core)
def look():
    if core.reached.is_set():
        timer.stop()
        print("clean" if worker.stop(50) else "left behind", flush=True)
        app.quit()
timer = QTimer()
timer.timeout.connect(look)
timer.start(5)
worker.start()
app.exec()
print("end", flush=True)
"""


@pytest.mark.slow
def test_a_process_with_a_hung_core_still_ends(project_root: Path) -> None:
    """A core that never answers is left behind, and neither Qt nor Python keeps the process from ending well."""
    result = subprocess.run(
        [sys.executable, "-c", HUNG], cwd=project_root, capture_output=True, text=True, timeout=50, check=False
    )
    assert result.stdout.split("\n")[:2] == ["left behind", "end"]
    assert result.returncode == 0, result.stderr


def test_a_closed_market_is_reported_seldom(qtbot: QtBot) -> None:
    """Four snapshots a second in an open market, one in a closed one, less out of sight, more while it connects."""
    core = FakeCore()
    reporter = Reporter()
    watcher = Watcher(reporter)
    watcher.watch(core)
    timer = watcher._timer
    assert timer.interval() == CONNECTING_MS, "the first one that is connected brings the charts' bars"
    watcher.set_seen(False)
    assert timer.interval() == UNSEEN_MS
    watcher.set_seen(True)
    core.shown = desk_snapshot(pool=pool_stats(state=ConnectionState.CONNECTED))
    watcher.look(core)
    assert timer.interval() == STEP_MS
    core.shown = desk_snapshot(pool=pool_stats(market_open=False))
    watcher.look(core)
    assert timer.interval() == QUIET_MS
    core.shown = desk_snapshot(pool=pool_stats(state=ConnectionState.LOST, market_open=False))
    watcher.look(core)
    assert timer.interval() == STEP_MS, "what the market's time is, is not known"
    core.shown = desk_snapshot(pool=pool_stats(state=ConnectionState.CONNECTING, market_open=False))
    watcher.look(core)
    assert timer.interval() == CONNECTING_MS
    timer.stop()


def test_timers_are_connected_before_their_threads_begin() -> None:
    """A `connect` on another thread and an object of the window that ends can wait for each other for ever."""
    reporter = Reporter()
    core = FakeCore()
    for resident, begin in (
        (runner := Runner(lambda: core, reporter, threading.Event(), lambda _task: None), runner.begin),
        (watcher := Watcher(reporter), lambda: watcher.watch(core)),
    ):
        timers = resident.findChildren(QTimer)
        assert timers
        begin()
        assert resident.findChildren(QTimer) == timers
        for timer in timers:
            timer.stop()
