# SPDX-License-Identifier: MIT
"""The core on its own thread: commands in by queued signals, frozen results out by signals.

A second thread only takes snapshots, so that a worker that waits for a hung terminal does not blind the window; on a
third the form's intents are previewed and taken in, however many orders are on their way on the first.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6 import QtCore
from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, Slot

from arbitrex_desktop.clock import Clock, SystemClock

if TYPE_CHECKING:
    # Loaded at `start`: the window is made with its worker, and its first picture must not wait for them.
    from arbitrex_desktop.ui.commands import Task, TraderCommand
    from arbitrex_desktop.ui.seam import Core, CoreFactory
    from arbitrex_desktop.ui.worker_threads import DeskLane, Reporter, Runner, Watcher

STOP_WAIT_MS: Final = 5_000
"""Longest that closing the window waits for a core that does not answer."""

_log = logging.getLogger(__name__)


class CoreWorker(QObject):
    """Owns the worker thread; the window's only way to the core.  Lives on, and is called from, the GUI thread.

    Signals, all emitted on the GUI thread: `core_ready(Core)`, once the core is built and before it connects, so
    that HALT works during a slow connection; `snapshot_changed(DeskSnapshot)`; `command_done(CommandResult)`, when a
    command has been run, well or not; `form_ready()`, once the core has started, from when on what sends nothing has a
    thread of its own;
    `phase_failed(Phase, str)`, what failed besides commands, with a message for the trader; `stopped()`, when the
    worker thread has ended.

    Commands queue behind what the core is doing.  `halt` and `disarm` do not, and what would undo them and queues still
    is not carried out; what never reaches the broker queues behind its own kind only, once the core has started.

    Attributes:
        at_work: what the worker thread is at, None for nothing, and since when, monotonic and in UTC; to be read when
            that is drawn, since the thread begins something all the while and need not wake the window for it
    """

    core_ready = Signal(object)
    snapshot_changed = Signal(object)
    command_done = Signal(object)
    form_ready = Signal()
    phase_failed = Signal(object, str)
    stopped = Signal()

    _run = Signal(object, int)
    _run_in_lane = Signal(object)
    _seen = Signal(bool)
    _end = Signal()

    def __init__(self, core_factory: CoreFactory, parent: QObject | None = None, *, clock: Clock | None = None) -> None:
        super().__init__(parent)
        self._clock = clock or SystemClock()
        self._begin(None)
        self._core: Core | None = None
        self._factory = core_factory
        self._closing = threading.Event()
        self._gate = threading.Lock()
        self._halt_reason: str | None = None
        self._stops = 0
        self._thread, self._watch_thread, self._lane_thread = QThread(), QThread(), QThread()
        self._thread.setObjectName("core")
        self._watch_thread.setObjectName("core-watch")
        self._lane_thread.setObjectName("core-desk")
        self._residents: tuple[Runner, Reporter, DeskLane, Watcher] | None = None
        self._sends_nothing: tuple[type, ...] = ()

    @property
    def core(self) -> Core | None:
        """The core once it is built; only `halt`, `disarm` and `board` may be used outside the worker thread."""
        return self._core

    @property
    def is_running(self) -> bool:
        """Whether a thread of the worker's runs."""
        return any(thread.isRunning() for thread in (self._thread, self._watch_thread, self._lane_thread))

    def start(self) -> None:
        """Start the threads, once; the core is built and connected on the first."""
        threads = importlib.import_module("arbitrex_desktop.ui.worker_threads")
        reporter: Reporter = threads.Reporter()
        watcher: Watcher = threads.Watcher(reporter)
        watcher.moveToThread(self._watch_thread)
        runner: Runner = threads.Runner(
            self._build_halted_if_asked, reporter, self._closing, self._begin, lambda: self._stops
        )
        runner.moveToThread(self._thread)
        lane: DeskLane = threads.DeskLane(self._closing)
        lane.moveToThread(self._lane_thread)
        self._residents = runner, reporter, lane, watcher
        self._connect(runner, reporter, watcher)
        self._connect_lane(runner, lane, watcher)
        self._watch_thread.start()
        self._lane_thread.start()
        self._thread.start()

    def halt(self, reason: str) -> None:
        """Stop all sending now, without waiting for the worker; before the core exists, it is built halted.

        Raises what the core raises, so that a halt that failed is never taken for one that worked.
        """
        self._stops += 1
        with self._gate:
            core = self._core
            if core is None:
                self._halt_reason = reason
        if core is not None:
            core.halt(reason)

    @Slot(object)
    def send(self, command: TraderCommand) -> None:
        """Have the core carry a command out; `command_done` answers."""
        core = self._core
        if core is not None and isinstance(command, self._sends_nothing):
            core.awaited.begin()
            self._run_in_lane.emit(command)
        else:
            self._run.emit(command, self._stops)

    def set_seen(self, *, seen: bool) -> None:
        """Have the core read the market, and report, as often as somebody can see it."""
        core = self._core
        if core is not None:
            core.set_seen(seen=seen)
        self._seen.emit(seen)

    def disarm(self) -> None:
        """Take the arming back now, without waiting for the worker; before the core exists nothing is armed.

        Raises what the core raises, so that a disarming that failed is never taken for one that worked.
        """
        self._stops += 1
        core = self._core
        if core is not None:
            core.disarm()

    def stop(self, wait_ms: int = STOP_WAIT_MS) -> bool:
        """Stop the core and its thread, dropping commands that have not begun; idempotent.

        Waits at most `wait_ms`.  Returns False when the core still hangs then: the thread is left to itself, and
        the process should end without waiting for it.
        """
        self._closing.set()
        if self.is_running:
            self._end.emit()
        deadline = QDeadlineTimer(wait_ms)
        threads = (self._watch_thread, self._lane_thread, self._thread)
        hung = [thread for thread in threads if not thread.wait(deadline)]
        if hung:
            names = ", ".join(thread.objectName() for thread in hung)
            _log.error("the trading core did not stop within %d ms; leaving it (%s)", wait_ms, names)
            self._abandon(hung)
        return not hung

    def _begin(self, task: Task | None) -> None:
        """Note what the worker thread is at from now on (on that thread)."""
        self.at_work: tuple[Task | None, float, datetime] = (task, self._clock.monotonic(), self._clock.now())

    def _connect(self, runner: Runner, reporter: Reporter, watcher: Watcher) -> None:
        self._thread.started.connect(runner.begin)
        runner.built.connect(self.core_ready)
        runner.built.connect(watcher.watch)
        reporter.snapshot.connect(self.snapshot_changed)
        reporter.failed.connect(self.phase_failed)
        runner.done.connect(self.command_done)
        runner.failed.connect(self.phase_failed)
        # The thread itself quits the thread: the GUI thread may be waiting in `stop` and turns no events then.
        runner.finished.connect(self._thread.quit, QtCore.Qt.ConnectionType.DirectConnection)
        self._thread.finished.connect(self.stopped)
        self._run.connect(runner.run)
        self._seen.connect(watcher.set_seen)
        self._seen.connect(runner.set_seen)
        self._end.connect(watcher.end)
        self._end.connect(runner.end)

    def _connect_lane(self, runner: Runner, lane: DeskLane, watcher: Watcher) -> None:
        runner.started.connect(lane.take)
        runner.started.connect(self._open_lane)
        lane.done.connect(self.command_done)
        lane.changed.connect(watcher.look)
        self._run_in_lane.connect(lane.run)
        self._end.connect(lane.end)

    @Slot()
    def _open_lane(self) -> None:
        """From here on the form has its own lane; `lane.take` was queued before."""
        self._sends_nothing = importlib.import_module("arbitrex_desktop.ui.commands").SENDS_NOTHING
        self.form_ready.emit()

    def _build_halted_if_asked(self) -> Core:
        """Build the core (worker thread), and halt it before anyone can use it when that was asked meanwhile."""
        core = self._factory()
        with self._gate:
            self._core = core
            reason = self._halt_reason
        if reason is not None:
            core.halt(reason)
        return core

    def _abandon(self, hung: Iterable[QThread]) -> None:
        """Leave hung threads behind without Qt aborting the process when it destroys a running QThread.

        WORKAROUND: a parent that Qt never deletes keeps the object alive; the abort is documented at
        https://doc.qt.io/qt-6/qthread.html#dtor.QThread
        """
        for emitter in (self._residents or ())[:3]:
            with contextlib.suppress(RuntimeError):
                emitter.disconnect(self)
        for thread in hung:
            thread.setParent(QThread.currentThread())
