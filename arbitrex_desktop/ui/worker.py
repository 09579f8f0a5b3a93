# SPDX-License-Identifier: MIT
"""The core on its own thread: commands in by queued signals, frozen results out by signals."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from arbitrex_desktop.desk.intents import IntentRequest
from arbitrex_desktop.ui.seam import Core, CoreFactory

STEP_MS: Final = 250
"""Milliseconds between two steps of the core."""

STOP_WAIT_MS: Final = 5_000
"""Longest that closing the window waits for a core that does not answer."""

_log = logging.getLogger(__name__)

Command = Callable[[Core], None]


class _CoreRunner(QObject):
    """Lives on the worker thread and is the only one there to touch the core.

    Signals (all emitted on the worker thread): `built(core)`, `snapshot(DeskSnapshot)`, `answered(Preview)`,
    `accepted(str)` the id of a submitted intent, `doing(str)` the label of what begins now, `done(str)` a command's
    label when it has run, well or not,
    `failed(str, str)` topic and words, `finished()` after the core was stopped.
    """

    built = Signal(object)
    snapshot = Signal(object)
    answered = Signal(object)
    accepted = Signal(str)
    doing = Signal(str)
    done = Signal(str)
    failed = Signal(str, str)
    finished = Signal()

    def __init__(self, factory: CoreFactory, closing: threading.Event) -> None:
        super().__init__()
        self._factory = factory
        self._closing = closing
        self._core: Core | None = None
        self._timer: QTimer | None = None

    @Slot()
    def begin(self) -> None:
        """Build and start the core, then step it on a timer."""
        if not self._attempt("start", self._build) or self._core is None:
            return
        self._publish()
        if self._closing.is_set():
            return
        self._attempt("connect", self._core.start)
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._step)
        self._timer.start()
        self._step()

    @Slot(str, object)
    def run(self, label: str, command: Command) -> None:
        """Run one command, unless the window is closing: then nothing new may reach the broker."""
        core = self._core
        if core is None:
            self.failed.emit(label, "the trading core is not running")
        elif not self._closing.is_set():
            self._attempt(label, lambda: command(core))
            self._publish()
        self.done.emit(label)

    @Slot(object, int)
    def preview(self, request: IntentRequest, number: int) -> None:
        """Ask for a preview and emit it."""
        core = self._core
        if core is not None and not self._closing.is_set():
            self._attempt("preview", lambda: self.answered.emit(core.preview(request, number)))

    @Slot(object)
    def submit(self, request: IntentRequest) -> None:
        """Submit an intent and emit its id."""
        self.run("submit", lambda core: self.accepted.emit(core.submit(request)))

    @Slot()
    def end(self) -> None:
        """Stop the timer and the core, then say so."""
        if self._timer is not None:
            self._timer.stop()
        if self._core is not None:
            self._attempt("stop", self._core.stop)
        self._core = None
        self.finished.emit()

    def _build(self) -> None:
        self._core = self._factory()
        self.built.emit(self._core)

    def _step(self) -> None:
        if self._core is not None and not self._closing.is_set():
            self._attempt("step", self._core.step)
            self._publish()

    def _publish(self) -> None:
        core = self._core
        if core is not None:
            self._attempt("snapshot", lambda: self.snapshot.emit(core.snapshot()))

    def _attempt(self, topic: str, act: Callable[[], object]) -> bool:
        """Run `act`; whatever it raises becomes a notice, since one failure must not end the worker."""
        self.doing.emit(topic)
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it was, the worker must live on
            _log.warning("%s failed", topic, exc_info=True)
            self.failed.emit(topic, str(error) or type(error).__name__)
            return False
        return True


class CoreWorker(QObject):
    """Owns the worker thread; the window's only way to the core.  Lives on, and is called from, the GUI thread.

    Signals, all emitted on the GUI thread: `core_ready(Core)`, once the core is built and before it connects, so
    that HALT works during a slow connection; `snapshot_changed(DeskSnapshot)`; `preview_ready(Preview)`;
    `submitted(str)`, an intent's id; `command_done(str)`, a command's label when it has been run, well or not;
    `failed(str)`, words for the trader; `failed_about(str, str)`, the same with a topic that groups repeats;
    `stopped()`, when the thread has ended.

    Commands queue behind what the core is doing.  `halt` does not.
    """

    core_ready = Signal(object)
    snapshot_changed = Signal(object)
    preview_ready = Signal(object)
    submitted = Signal(str)
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
        self._doing = ""
        self._factory = core_factory
        self._closing = threading.Event()
        self._gate = threading.Lock()
        self._halt_reason: str | None = None
        self._thread = QThread()
        self._thread.setObjectName("core")
        self._runner = _CoreRunner(self._build_halted_if_asked, self._closing)
        self._runner.moveToThread(self._thread)
        self._connect()

    @property
    def core(self) -> Core | None:
        """The core once it is built; only `halt` and `board` may be used outside the worker thread."""
        return self._core

    @property
    def doing(self) -> str:
        """The label of what the worker does or did last: a command's, or start, connect, step, snapshot."""
        return self._doing

    @property
    def is_running(self) -> bool:
        """Tell whether the worker thread runs."""
        return self._thread.isRunning()

    def start(self) -> None:
        """Start the thread; the core is built and connected there."""
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

    def close_position(self, ticket: int) -> None:
        """Close a position at the market."""
        self._run.emit(f"close {ticket}", lambda core: core.close_position(ticket))

    def stop(self, wait_ms: int = STOP_WAIT_MS) -> bool:
        """Stop the core and its thread, dropping commands that have not begun; idempotent.

        Waits at most `wait_ms`.  Returns False when the core still hangs then: the thread is left to itself, and
        the process should end without waiting for it.
        """
        self._closing.set()
        if not self._thread.isRunning():
            return True
        self._end.emit()
        if self._thread.wait(wait_ms):
            return True
        _log.error("the trading core did not stop within %d ms; leaving it", wait_ms)
        self._let_go()
        return False

    def _connect(self) -> None:
        runner = self._runner
        self._thread.started.connect(runner.begin)
        runner.built.connect(self.core_ready)
        runner.snapshot.connect(self.snapshot_changed)
        runner.answered.connect(self.preview_ready)
        runner.accepted.connect(self.submitted)
        runner.doing.connect(self._on_doing)
        runner.done.connect(self.command_done)
        runner.failed.connect(self.failed_about)
        runner.failed.connect(self._on_failed)
        # The thread itself quits the thread: the GUI thread may be waiting in `stop` and turns no events then.
        runner.finished.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)
        self._thread.finished.connect(self.stopped)
        self._run.connect(runner.run)
        self._preview.connect(runner.preview)
        self._submit.connect(runner.submit)
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

    @Slot(str)
    def _on_doing(self, label: str) -> None:
        self._doing = label

    @Slot(str, str)
    def _on_failed(self, topic: str, words: str) -> None:
        del topic
        self.failed.emit(words)

    def _let_go(self) -> None:
        """Leave a hung thread behind without Qt aborting the process when it destroys a running QThread.

        WORKAROUND: a parent that Qt never deletes keeps the object alive (QTBUG documents the abort as intended:
        https://doc.qt.io/qt-6/qthread.html#dtor.QThread).
        """
        with contextlib.suppress(RuntimeError):
            self._runner.disconnect(self)
        self._thread.setParent(QThread.currentThread())
