# SPDX-License-Identifier: MIT
"""What lives on the worker's threads: the runner that may block, and two that never wait for it.

These are the watcher, which takes snapshots, and the desk lane, on which intents are previewed, taken in and rejected.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.raw_layer.errors import NoAccountError
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.commands import HANDLERS, LETS_SEND, QUIET, CommandResult, Phase, Task, TraderCommand
from arbitrex_desktop.ui.seam import Core, CoreFactory

_S = ConnectionState

STEP_MS: Final = 250
"""Milliseconds between two steps of the core, and between two snapshots."""

SELDOM_MS: Final = 1_100
"""Milliseconds between two steps while nobody can see the window, or the market is closed, and no news, as of the
prices that come once a second, has a step before: a sync is due in each."""

QUIET_MS: Final = 1_000
"""Milliseconds between two snapshots while the market is closed."""
UNSEEN_MS: Final = 3_000
"""Milliseconds between two snapshots while nobody can see the window: alerts of the account are judged by them."""
CONNECTING_MS: Final = 50
"""Milliseconds between two snapshots while it connects: charts ask for their bars at the first one that says it has."""
_CONNECTING: Final = frozenset({_S.DISCONNECTED, _S.CONNECTING, _S.RECONNECTING, _S.RECONCILING})
_SOON_MS: Final = 10
"""Milliseconds to the next step when the core has more to do: commands that wait come in between."""

NOT_RUNNING: Final = N_("the trading core is not running")
STOPPED_SINCE: Final = N_("trading was stopped after this was asked for, so it was not done")
CLOSING: Final = N_("the window is closing, so it was not done")

_log = logging.getLogger(__name__)


def message_of(error: Exception) -> str:
    """Return what an exception means, in words for the trader."""
    return error_text(error)


def _is_quiet(snapshot: DeskSnapshot | None) -> bool:
    """Whether the market is known to be closed: before there is a connection its own time is not known."""
    return snapshot is not None and snapshot.pool.state is _S.CONNECTED and not snapshot.pool.market_open


class Reporter(QObject):
    """Takes snapshots for whichever thread asks, one at a time, so that they reach the window in their order.

    Attributes:
        newest: the last one taken

    Signals (emitted on the asking thread): `snapshot(DeskSnapshot)`; `failed(Phase, str)`, with the message.
    """

    snapshot = Signal(object)
    failed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._one_at_a_time = threading.Lock()
        self.newest: DeskSnapshot | None = None

    def report(self, core: Core) -> None:
        """Take a snapshot, unless another thread is taking one: nobody waits for a snapshot that hangs."""
        if not self._one_at_a_time.acquire(blocking=False):
            return
        try:
            self.newest = core.snapshot()
            self.snapshot.emit(self.newest)
        except Exception as error:  # noqa: BLE001 - whatever it was, the thread must live on
            _log.warning("snapshot failed", exc_info=True)
            self.failed.emit(Phase.REPORT, message_of(error))
        finally:
            self._one_at_a_time.release()


class Watcher(QObject):
    """Reports about four times a second, seldom if unseen or closed, and when asked, on a thread of its own.

    While it connects it reports more often.

    It reports while the worker is blocked, too.
    """

    # WORKAROUND: the timers are connected by the window's thread, before they move to theirs.  PySide6 6.11 holds
    # Python's lock while it waits for Qt's in `connect`, and Qt's while it waits for Python's when an object of
    # the window ends: two threads then wait for each other for ever.

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self._reporter = reporter
        self._core: Core | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._report_again)
        self._seen = True

    @Slot(bool)
    def set_seen(self, seen: bool) -> None:  # noqa: FBT001 - a slot
        """Report often, or seldom while nobody can see it."""
        self._seen = seen
        self._pace()

    @Slot(object)
    def watch(self, core: Core) -> None:
        """Report on this core from now on."""
        self._core = core
        self._pace()
        self._timer.start()

    @Slot(object)
    def look(self, core: Core) -> None:
        """Report now."""
        self._reporter.report(core)
        self._pace()

    @Slot()
    def _report_again(self) -> None:
        if self._core is not None:
            self.look(self._core)

    def _pace(self) -> None:
        """Have the next report come as soon as there may be something to see."""
        newest = self._reporter.newest
        pool = None if newest is None else newest.pool
        wanted = QUIET_MS if _is_quiet(newest) else STEP_MS
        if pool is None or pool.state in _CONNECTING:
            wanted = CONNECTING_MS
        if not self._seen:
            wanted = UNSEEN_MS
        if self._timer.interval() != wanted:
            self._timer.setInterval(wanted)

    @Slot()
    def end(self) -> None:
        """Report no longer, and end the thread."""
        self._timer.stop()
        self.thread().quit()


def carry_out(core: Core, command: TraderCommand) -> CommandResult:
    """Have the core carry a command out; whatever it raises becomes a message."""
    try:
        return CommandResult(command, HANDLERS[type(command)](core, command))
    except Exception as error:  # noqa: BLE001 - whatever it was, the worker must live on
        _log.warning("%s failed", command.activity, exc_info=True)
        return CommandResult(command, error=message_of(error))


class DeskLane(QObject):
    """Carries out, on a thread of its own, what sends nothing: the form does not wait for orders on their way.

    Each command was counted among the core's awaited answers when it was sent.

    Signals (emitted on that thread): `done(CommandResult)`; `changed(Core)`, when there is something new to be seen.
    """

    done = Signal(object)
    changed = Signal(object)

    def __init__(self, closing: threading.Event) -> None:
        super().__init__()
        self._closing = closing
        self._core: Core | None = None

    @Slot(object)
    def take(self, core: Core) -> None:
        """Work on this core from now on."""
        self._core = core

    @Slot(object)
    def run(self, command: TraderCommand) -> None:
        """Run one command, unless the window is closing."""
        core = self._core
        if core is None or self._closing.is_set():
            self.done.emit(CommandResult(command, error=CLOSING))
            return
        self.done.emit(carry_out(core, command))
        core.awaited.end()
        if not isinstance(command, QUIET):
            self.changed.emit(core)

    @Slot()
    def end(self) -> None:
        """End the thread."""
        self.thread().quit()


class Runner(QObject):
    """Lives on the worker thread and runs there whatever may block.

    `note` is told what begins now, None when it is over; `stops` counts how often the trader has stopped trading.

    Signals (all emitted on the worker thread): `built(Core)`; `started(Core)`, once it has begun;
    `done(CommandResult)`, when a command has run, well or not; `failed(Phase, str)`, with the message; `finished()`,
    after the core was stopped.
    """

    _news = Signal()

    built = Signal(object)
    started = Signal(object)
    done = Signal(object)
    failed = Signal(object, str)
    finished = Signal()

    def __init__(
        self,
        factory: CoreFactory,
        reporter: Reporter,
        closing: threading.Event,
        note: Callable[[Task | None], None],
        stops: Callable[[], int] = int,
    ) -> None:
        super().__init__()
        self._stops = stops
        self._factory = factory
        self._note = note
        self._reporter = reporter
        self._closing = closing
        self._core: Core | None = None
        # Connected here, see `Watcher`.
        self._timer, self._soon = QTimer(self), QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(STEP_MS)
        self._soon.setSingleShot(True)
        for timer in (self._timer, self._soon):
            timer.timeout.connect(self._step)
        self._seen, self._is_seldom = True, False
        self._unsubscribe: Callable[[], None] = lambda: None
        self._news.connect(self._on_news, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def begin(self) -> None:
        """Build and start the core, then step it on a timer."""
        self._attempt(Phase.START, self._build)
        if self._core is None:
            return
        self._reporter.report(self._core)
        if self._closing.is_set():
            return
        self._attempt(Phase.CONNECT, self._core.start)
        self.started.emit(self._core)
        self._timer.start()
        self._step()

    @Slot(bool)
    def set_seen(self, seen: bool) -> None:  # noqa: FBT001 - a slot
        """Step four times a second; or, while nobody can see what came of it, when there is cause."""
        self._seen = seen
        self._pace()

    def _pace(self) -> None:
        """Have the next step come as soon as there may be something to do."""
        self._is_seldom = not self._seen or _is_quiet(self._reporter.newest)
        wanted = SELDOM_MS if self._is_seldom else STEP_MS
        if self._timer.interval() != wanted:
            self._timer.setInterval(wanted)

    @Slot(object, int)
    def run(self, command: TraderCommand, stops: int) -> None:
        """Run one command, unless the window is closing: then nothing new may reach the broker.

        Nor is trading let go on by what was asked for, and waited here, when it was stopped after so many `stops`.
        """
        core = self._core
        if isinstance(command, LETS_SEND) and stops != self._stops():
            self.done.emit(CommandResult(command, error=_(STOPPED_SINCE)))
            return
        if core is None or self._closing.is_set():
            self.done.emit(CommandResult(command, error=_(NOT_RUNNING if core is None else CLOSING)))
            return
        self._note(command)
        result = carry_out(core, command)
        self._note(None)
        if not isinstance(command, QUIET):
            self._reporter.report(core)
        self.done.emit(result)

    @Slot()
    def end(self) -> None:
        """Stop the timer and the core, then say so."""
        for timer in (self._timer, self._soon):
            timer.stop()
        self._unsubscribe()
        if self._core is not None:
            self._attempt(Phase.STOP, self._core.stop)
        self._core = None
        self.finished.emit()

    def _build(self) -> None:
        self._core = core = self._factory()
        core.listen(self._post_news)
        self._unsubscribe = core.board.subscribe(self._post_news)
        self.built.emit(core)

    def _post_news(self, *_what: object) -> None:
        """Note that prices changed or an intent did (any thread), where steps are seldom."""
        if self._is_seldom:
            self._news.emit()

    @Slot()
    def _on_news(self) -> None:
        """Have a step as soon as it would come while the window can be seen."""
        if not self._soon.isActive():
            self._soon.start(STEP_MS)

    def _step(self) -> None:
        if self._core is None or self._closing.is_set():
            return
        if self._attempt(Phase.STEP, self._core.step):
            self._soon.start(_SOON_MS)
        self._pace()
        if self._is_seldom:
            self._timer.start()  # from this step on, whatever was its cause

    def _attempt(self, phase: Phase, act: Callable[[], object]) -> object:
        """Run `act` and return what it does; what it raises becomes a message: one failure must not end the worker."""
        self._note(phase)
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - whatever it was, the worker must live on
            _log.warning("%s failed", phase, exc_info=True)
            self.failed.emit(Phase.ACCOUNT if isinstance(error, NoAccountError) else phase, message_of(error))
            return None
        finally:
            self._note(None)
