# SPDX-License-Identifier: MIT
"""What lives on the worker's two threads: the runner that may block, and the watcher that never waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.ui.seam import Core, CoreFactory

STEP_MS: Final = 250
"""Milliseconds between two steps of the core, and between two snapshots."""

_log = logging.getLogger(__name__)

Command = Callable[[Core], None]


def words_of(error: Exception) -> str:
    """Return what an exception says, or what it is when it says nothing."""
    return str(error) or type(error).__name__


class Reporter(QObject):
    """Takes snapshots for whichever thread asks, one at a time, so that they reach the window in their order.

    Signals (emitted on the asking thread): `snapshot(DeskSnapshot)`; `failed(str, str)` topic and words.
    """

    snapshot = Signal(object)
    failed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._one_at_a_time = threading.Lock()

    def report(self, core: Core) -> None:
        """Take a snapshot, unless another thread is taking one: nobody waits for a snapshot that hangs."""
        if not self._one_at_a_time.acquire(blocking=False):
            return
        try:
            self.snapshot.emit(core.snapshot())
        except Exception as error:  # noqa: BLE001 - whatever it was, the thread must live on
            _log.warning("snapshot failed", exc_info=True)
            self.failed.emit("snapshot", words_of(error))
        finally:
            self._one_at_a_time.release()


class Watcher(QObject):
    """Reports about four times a second on a thread of its own, also while the worker is blocked."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self._reporter = reporter
        self._timer: QTimer | None = None

    @Slot(object)
    def watch(self, core: Core) -> None:
        """Report on this core from now on."""
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(lambda: self._reporter.report(core))
        self._timer.start()

    @Slot()
    def end(self) -> None:
        """Report no longer, and end the thread."""
        if self._timer is not None:
            self._timer.stop()
        self.thread().quit()


class Runner(QObject):
    """Lives on the worker thread and runs there whatever may block.

    Signals (all emitted on the worker thread): `built(core)`, `answered(Preview)`, `accepted(str)` the id of a
    submitted intent, `doing(str)` the label of what begins now and "" when it is over, `done(str)` a command's
    label when it has run, well or not, `failed(str, str)` topic and words, `finished()` after the core was stopped.
    """

    built = Signal(object)
    answered = Signal(object)
    accepted = Signal(str)
    doing = Signal(str)
    done = Signal(str)
    failed = Signal(str, str)
    finished = Signal()

    def __init__(self, factory: CoreFactory, reporter: Reporter, closing: threading.Event) -> None:
        super().__init__()
        self._factory = factory
        self._reporter = reporter
        self._closing = closing
        self._core: Core | None = None
        self._timer: QTimer | None = None

    @Slot()
    def begin(self) -> None:
        """Build and start the core, then step it on a timer."""
        if not self._attempt("start", self._build) or self._core is None:
            return
        self._reporter.report(self._core)
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
            self._reporter.report(core)
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

    def _attempt(self, topic: str, act: Callable[[], object]) -> bool:
        """Run `act`; whatever it raises becomes a notice, since one failure must not end the worker."""
        self.doing.emit(topic)
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it was, the worker must live on
            _log.warning("%s failed", topic, exc_info=True)
            self.failed.emit(topic, words_of(error))
            return False
        finally:
            self.doing.emit("")
        return True
