# SPDX-License-Identifier: MIT
"""The core on its own thread: commands in by queued signals, frozen results out by signals.

A second thread only takes snapshots, so that a worker that waits for a hung terminal does not blind the window.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QDeadlineTimer, QObject, Qt, QThread, Signal, Slot

from arbitrex_desktop.desk.intents.intent import IntentRequest, Which
from arbitrex_desktop.ui.seam import Core, CoreFactory
from arbitrex_desktop.ui.worker_threads import Reporter, Runner, Watcher

STOP_WAIT_MS: Final = 5_000
"""Longest that closing the window waits for a core that does not answer."""

_log = logging.getLogger(__name__)


class CoreWorker(QObject):
    """Owns the worker thread; the window's only way to the core.  Lives on, and is called from, the GUI thread.

    Signals, all emitted on the GUI thread: `core_ready(Core)`, once the core is built and before it connects, so
    that HALT works during a slow connection; `snapshot_changed(DeskSnapshot)`; `preview_ready(Preview)`;
    `submitted(str)`, an intent's id; `doing_changed(str)`, the label of what the worker begins (a command's, or
    start, connect, step, preview, stop), "" when it is over; `command_done(str)`, a command's label when it has
    been run, well or not; `failed(str)`, words for the trader; `failed_about(str, str)`, the same with a topic that
    groups repeats; `stopped()`, when the worker thread has ended.

    Commands queue behind what the core is doing.  `halt` and `disarm` do not.
    """

    core_ready = Signal(object)
    snapshot_changed = Signal(object)
    preview_ready = Signal(object)
    submitted = Signal(str)
    doing_changed = Signal(str)
    command_done = Signal(str)
    failed = Signal(str)
    failed_about = Signal(str, str)
    stopped = Signal()

    _run = Signal(str, object)
    _preview = Signal(object, int)
    _submit = Signal(object)
    _end = Signal()

    def __init__(self, core_factory: CoreFactory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core: Core | None = None
        self._factory = core_factory
        self._closing = threading.Event()
        self._gate = threading.Lock()
        self._halt_reason: str | None = None
        self._thread, self._watch_thread = QThread(), QThread()
        self._thread.setObjectName("core")
        self._watch_thread.setObjectName("core-watch")
        self._reporter = Reporter()
        self._watcher = Watcher(self._reporter)
        self._watcher.moveToThread(self._watch_thread)
        self._runner = Runner(self._build_halted_if_asked, self._reporter, self._closing)
        self._runner.moveToThread(self._thread)
        self._connect()

    @property
    def core(self) -> Core | None:
        """The core once it is built; only `halt`, `disarm` and `board` may be used outside the worker thread."""
        return self._core

    @property
    def is_running(self) -> bool:
        """Tell whether a thread of the worker's runs."""
        return self._thread.isRunning() or self._watch_thread.isRunning()

    def start(self) -> None:
        """Start the threads; the core is built and connected on the first."""
        self._watch_thread.start()
        self._thread.start()

    def halt(self, reason: str) -> None:
        """Stop all sending now, without waiting for the worker; before the core exists, it is built halted.

        Raises what the core raises, so that a halt that failed is never taken for one that worked.
        """
        with self._gate:
            core = self._core
            if core is None:
                self._halt_reason = reason
        if core is not None:
            core.halt(reason)

    def preview(self, request: IntentRequest, number: int) -> None:
        """Ask for a preview; `preview_ready` answers."""
        self._preview.emit(request, number)

    def submit(self, request: IntentRequest) -> None:
        """Hand in an intent; `submitted` or `failed` answers."""
        self._submit.emit(request)

    def approve(self, intent_id: str) -> None:
        """Approve an intent."""
        self._run.emit(f"approve {intent_id}", lambda core: core.approve(intent_id))

    def reject(self, intent_id: str, reason: str = "") -> None:
        """Reject an intent."""
        self._run.emit(f"reject {intent_id}", lambda core: core.reject(intent_id, reason))

    def resume(self, reason: str) -> None:
        """Lift the halt."""
        self._run.emit("resume", lambda core: core.resume(reason))

    def resolve(self, intent_id: str, executed: bool, reason: str, ticket: int = 0) -> None:  # noqa: FBT001 - a slot
        """Say what became of an UNKNOWN intent."""
        self._run.emit(
            f"resolve {intent_id}",
            lambda core: core.resolve(intent_id, executed=executed, reason=reason, ticket=ticket),
        )

    def arm(self, typed_login: str) -> None:
        """Arm the LIVE account by its login, which no label or log repeats."""
        self._run.emit("arm", lambda core: core.arm(typed_login))

    def disarm(self) -> None:
        """Take the arming back now, without waiting for the worker; before the core exists nothing is armed.

        Raises what the core raises, so that a disarming that failed is never taken for one that worked.
        """
        core = self._core
        if core is not None:
            core.disarm()

    def close_position(self, ticket: int, lots: float | None = None) -> None:
        """Close a position, or `lots` of it, at the market."""
        self._run.emit(f"close {ticket}", lambda core: core.close_position(ticket, lots))

    def close_many(self, which: Which, symbol: str = "") -> None:
        """Close several positions at the market."""
        self._run.emit("close-many", lambda core: core.close_many(which, symbol))

    def move_stops(self, ticket: int, stop_loss: float | None, take_profit: float | None) -> None:
        """Set a position's stop and target."""
        self._run.emit(f"stops {ticket}", lambda core: core.move_stops(ticket, stop_loss, take_profit))

    def break_even(self, ticket: int) -> None:
        """Move a position's stop to its opening price."""
        self._run.emit(f"break-even {ticket}", lambda core: core.break_even(ticket))

    def cancel_order(self, ticket: int) -> None:
        """Cancel a pending order at the broker."""
        self._run.emit(f"cancel {ticket}", lambda core: core.cancel_order(ticket))

    def stop(self, wait_ms: int = STOP_WAIT_MS) -> bool:
        """Stop the core and its thread, dropping commands that have not begun; idempotent.

        Waits at most `wait_ms`.  Returns False when the core still hangs then: the thread is left to itself, and
        the process should end without waiting for it.
        """
        self._closing.set()
        if self.is_running:
            self._end.emit()
        deadline = QDeadlineTimer(wait_ms)
        hung = [thread for thread in (self._watch_thread, self._thread) if not thread.wait(deadline)]
        if hung:
            names = ", ".join(thread.objectName() for thread in hung)
            _log.error("the trading core did not stop within %d ms; leaving it (%s)", wait_ms, names)
            self._let_go(hung)
        return not hung

    def _connect(self) -> None:
        runner = self._runner
        self._thread.started.connect(runner.begin)
        runner.built.connect(self.core_ready)
        runner.built.connect(self._watcher.watch)
        self._reporter.snapshot.connect(self.snapshot_changed)
        self._reporter.failed.connect(self.failed_about)
        self._reporter.failed.connect(self._on_failed)
        runner.answered.connect(self.preview_ready)
        runner.accepted.connect(self.submitted)
        runner.doing.connect(self.doing_changed)
        runner.done.connect(self.command_done)
        runner.failed.connect(self.failed_about)
        runner.failed.connect(self._on_failed)
        # The thread itself quits the thread: the GUI thread may be waiting in `stop` and turns no events then.
        runner.finished.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)
        self._thread.finished.connect(self.stopped)
        self._run.connect(runner.run)
        self._preview.connect(runner.preview)
        self._submit.connect(runner.submit)
        self._end.connect(self._watcher.end)
        self._end.connect(runner.end)

    def _build_halted_if_asked(self) -> Core:
        """Build the core (worker thread), and halt it before anyone can use it when that was asked meanwhile."""
        core = self._factory()
        with self._gate:
            self._core = core
            reason = self._halt_reason
        if reason is not None:
            core.halt(reason)
        return core

    @Slot(str, str)
    def _on_failed(self, topic: str, words: str) -> None:
        del topic
        self.failed.emit(words)

    def _let_go(self, hung: Iterable[QThread]) -> None:
        """Leave hung threads behind without Qt aborting the process when it destroys a running QThread.

        WORKAROUND: a parent that Qt never deletes keeps the object alive; the abort is documented at
        https://doc.qt.io/qt-6/qthread.html#dtor.QThread
        """
        for emitter in (self._runner, self._reporter):
            with contextlib.suppress(RuntimeError):
                emitter.disconnect(self)
        for thread in hung:
            thread.setParent(QThread.currentThread())
