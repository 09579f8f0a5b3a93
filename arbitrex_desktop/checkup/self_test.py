# SPDX-License-Identifier: MIT
"""The self-test: the real application, driven through its own worker, on the simulated terminal.

It waits for ticks, a sync, one intent approved and filled and one refused; moves the new position's stop, closes a
part of it and then the rest, cancels orders whose comment is its own name, halts and resumes trading; and writes down
what it saw.  It trades on a simulated account, or on the DEMO account whose login the command line names, and on
nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

import arbitrex_desktop
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot, IntentRow, PositionRow
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.ui.commands import (
    ApproveIntent,
    CancelOrder,
    ClosePosition,
    CommandResult,
    MoveStops,
    ResumeTrading,
    SubmitIntent,
)
from arbitrex_desktop.ui.worker import CoreWorker

ENOUGH_SYMBOLS: Final = 10
PATIENCE_SECONDS: Final = 90.0
_SOURCE: Final = "self-test"
_ENDED_BADLY: Final = (IntentState.REJECTED, IntentState.FAILED, IntentState.EXPIRED)
_STOP_AWAY: Final = 0.02
"""Where the moved stop goes: this share of the price away from it."""
_LEAST_LOTS: Final = 0.01
_CONFIDENCES: Final = (0.9, 0.05)
"""Of the two intents: of the one that is to be filled, and of the one that is to be refused."""


@dataclass(slots=True)
class Observations:
    """What the self-test saw; money in account currency, `seconds` from start to end."""

    passed: bool = False
    failure: str = ""
    version: str = arbitrex_desktop.__version__
    mode: str = ""
    ticks: int = 0
    symbols_with_ticks: int = 0
    capital: float | None = None
    equity: float | None = None
    positions: int = 0
    using_mt5_pool: bool | None = None
    initialized_by_sync: bool | None = None
    initialize_calls: int = 0
    intents: int = 0
    fills: int = 0
    refused: str = ""
    stops_moved: int = 0
    parts_closed: int = 0
    orders_cancelled: int = 0
    halted: bool = False
    host_restarts: int = 0
    host_ended: bool = False
    seconds: float = 0.0
    messages: list[str] = field(default_factory=list)

    def take(self, snapshot: DeskSnapshot) -> None:
        """Copy the newest figures."""
        self.mode = snapshot.pool.mode or ""
        self.ticks = snapshot.pool.ticks_total
        self.symbols_with_ticks = snapshot.pool.symbols_with_ticks
        self.initialize_calls = snapshot.pool.initialize_calls
        self.host_restarts = snapshot.pool.host_restarts
        self.using_mt5_pool = snapshot.sync.get("using_mt5_pool")
        self.initialized_by_sync = snapshot.sync.get("initialized_by_sync")
        self.positions = len(snapshot.positions)
        ours = [row for row in snapshot.intents if row.source == _SOURCE]
        self.intents = len(ours)
        self.fills = sum(row.state is IntentState.FILLED for row in ours)
        if snapshot.account is not None:
            self.capital, self.equity = snapshot.account.capital, snapshot.account.equity

    def write(self, path: Path | None) -> None:
        """Write them as JSON; raises OSError."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


class SelfTest(QObject):
    """Goes from stage to stage as snapshots come.  Lives on the GUI thread.

    `demo_login` is the one DEMO account that it may trade on besides a simulated one.

    Signals: `finished()`, once, on the GUI thread, when all stages are through or one cannot be.
    """

    finished = Signal()

    def __init__(self, worker: CoreWorker, clock: Clock, demo_login: int | None = None) -> None:
        super().__init__()
        self._worker = worker
        self._clock = clock
        self._demo_login = demo_login
        self._started = clock.monotonic()
        self._ids: list[str] = []
        self._submitting = False
        self._approved = False
        self._stop: float | None = None
        self._left: float | None = None
        self._rest = 0.0
        self._cancelled: set[int] = set()
        self._resumed = False
        self._over = False
        self._stages: list[tuple[str, Callable[[DeskSnapshot], bool]]] = [
            (f"ticks of at least {ENOUGH_SYMBOLS} symbols", self._has_ticks),
            ("new tick that tells the broker's time", self._has_time),
            ("a successful sync through the pool", self._has_synced),
            ("one intent pending and one refused", self._has_judged),
            ("one intent approved and filled", self._has_filled),
            ("the new position among the synced ones", self._has_position),
            ("its stop moved", self._has_moved_stop),
            ("a part of it closed", self._has_closed_part),
            ("the rest of it closed", self._has_closed_the_rest),
            ("the self-test's orders cancelled", self._has_cancelled),
            ("trading halted", self._has_halted),
            ("trading resumed", self._has_resumed),
        ]
        self.seen = Observations()
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self._give_up)
        worker.snapshot_changed.connect(self._on_snapshot)
        worker.command_done.connect(self._on_done)
        worker.phase_failed.connect(lambda _phase, message: self._on_failed(message))

    def start(self) -> None:
        """Start the clock."""
        self._limit.start(int(PATIENCE_SECONDS * 1000))

    def _on_snapshot(self, snapshot: DeskSnapshot) -> None:
        """Look at what is new and go on as far as it allows."""
        if self._over:
            return
        self.seen.take(snapshot)
        if not self._may_trade(snapshot):
            self._end(f"this is a {snapshot.pool.mode} account; the self-test trades on a simulated one only")
            return
        self._advance(snapshot)
        if snapshot.pool.last_error and snapshot.pool.last_error not in self.seen.messages:
            self._on_failed(snapshot.pool.last_error)

    def _may_trade(self, snapshot: DeskSnapshot) -> bool:
        """Return whether the connected account, if there is one, is of those that the self-test may trade on."""
        if snapshot.pool.mode is AccountMode.DEMO:
            return self._demo_login is not None and snapshot.pool.login == self._demo_login
        return snapshot.pool.mode in (None, AccountMode.SIMULATED)

    def _advance(self, snapshot: DeskSnapshot) -> None:
        """Pass every stage whose condition holds now."""
        while self._stages and self._stages[0][1](snapshot):
            del self._stages[0]
        if not self._stages:
            self._end("")

    def _on_done(self, result: CommandResult) -> None:
        """Keep the id of a submitted intent, or what went wrong."""
        if isinstance(result.command, SubmitIntent):
            self._submitting = False
        if result.error:
            self._on_failed(result.error)
        elif isinstance(result.command, SubmitIntent):
            self._ids.append(str(result.answer))

    def _on_failed(self, message: str) -> None:
        """Note a message; before anything is connected it is what will not get better."""
        self.seen.messages.append(message)
        if self.seen.capital is None and not self._over:
            self._end(message)

    def _has_ticks(self, snapshot: DeskSnapshot) -> bool:
        return snapshot.pool.symbols_with_ticks >= min(ENOUGH_SYMBOLS, len(snapshot.pool.symbols) or ENOUGH_SYMBOLS)

    def _has_time(self, snapshot: DeskSnapshot) -> bool:
        """Return whether the age of prices can be told, without which every intent is refused."""
        return snapshot.pool.server_offset_seconds is not None

    def _has_synced(self, snapshot: DeskSnapshot) -> bool:
        return snapshot.account is not None and bool(snapshot.sync.get("last_sync_time"))

    def _submit(self, symbols: Sequence[str]) -> None:
        """Send the next intent, or the last one again that was refused since the desk was not open yet."""
        if self._submitting:
            return
        self._submitting = True
        symbol = "EURUSD" if "EURUSD" in symbols else symbols[0]
        confidence = _CONFIDENCES[len(self._ids)]
        request = IntentRequest(symbol, 1, confidence, "TRENDING", 0.4, source=_SOURCE, time_to_live=PATIENCE_SECONDS)
        self._worker.send(SubmitIntent(request))

    def _has_judged(self, snapshot: DeskSnapshot) -> bool:
        if len(self._ids) < len(_CONFIDENCES):
            self._submit(snapshot.pool.symbols)
            return False
        good, bad = (self._row(snapshot, index) for index in range(2))
        if good is None or bad is None or bad.state is not IntentState.REJECTED:
            return False
        self._expect_alive(good)
        self.seen.refused = bad.reason
        if good.can_approve and not self._approved:
            self._approved = True
            self._worker.send(ApproveIntent(good.intent_id))
        return self._approved

    def _has_filled(self, snapshot: DeskSnapshot) -> bool:
        good = self._row(snapshot, 0)
        if good is not None:
            self._expect_alive(good)
        return good is not None and good.state is IntentState.FILLED

    def _has_position(self, snapshot: DeskSnapshot) -> bool:
        return self._position(snapshot) is not None

    def _has_moved_stop(self, snapshot: DeskSnapshot) -> bool:
        position = self._position(snapshot)
        if position is not None and self._stop is None:
            self._stop = round(position.price_open * (1.0 - _STOP_AWAY), position.digits)
            self._worker.send(MoveStops(position.ticket, self._stop, position.take_profit))
            return False
        self.seen.stops_moved = int(position is not None and position.stop_loss == self._stop)
        return bool(self.seen.stops_moved)

    def _has_closed_part(self, snapshot: DeskSnapshot) -> bool:
        position, good = self._position(snapshot), self._row(snapshot, 0)
        if position is not None and good is not None and self._left is None:
            part = max(_LEAST_LOTS, round(good.filled_lots / 2, 2))
            self._rest = round(good.filled_lots - part, 2)
            self._close(position, part)
            return False
        # Half of the least volume is all of it.
        self.seen.parts_closed = int(self._volume(snapshot) == self._left)
        return bool(self.seen.parts_closed)

    def _has_closed_the_rest(self, snapshot: DeskSnapshot) -> bool:
        """Leave the account as it was: what is open would take room from the limits, also from the next self-test's."""
        position, rest = self._position(snapshot), self._rest
        if position is not None and rest > 0.0:
            self._rest = 0.0
            self._close(position, rest)
            return False
        return self._volume(snapshot) == self._left

    def _close(self, position: PositionRow, lots: float) -> None:
        """Close some of a position; on a netting account it may hold what is not of this test."""
        self._left = round(position.volume - lots, 2)
        self._worker.send(ClosePosition(position.ticket, lots))

    def _volume(self, snapshot: DeskSnapshot) -> float:
        position = self._position(snapshot)
        return 0.0 if position is None else round(position.volume, 2)

    def _has_cancelled(self, snapshot: DeskSnapshot) -> bool:
        resting = {order.ticket for order in snapshot.orders if order.comment == _SOURCE}
        for ticket in resting - self._cancelled:
            self._worker.send(CancelOrder(ticket))
        self._cancelled |= resting
        self.seen.orders_cancelled = len(self._cancelled - resting)
        return not resting

    def _has_halted(self, snapshot: DeskSnapshot) -> bool:
        if not self.seen.halted and (snapshot.risk is None or not snapshot.risk.halt_reason):
            self._worker.halt(_SOURCE)
        self.seen.halted = snapshot.risk is not None and snapshot.risk.halt_reason == _SOURCE
        return self.seen.halted

    def _has_resumed(self, snapshot: DeskSnapshot) -> bool:
        if not self._resumed:
            self._resumed = True
            self._worker.send(ResumeTrading("the self-test is over"))
        return snapshot.risk is not None and not snapshot.risk.halt_reason

    def _position(self, snapshot: DeskSnapshot) -> PositionRow | None:
        """Return the position that our first intent opened."""
        return next((row for row in snapshot.positions if row.intent_id == self._ids[0]), None)

    def _row(self, snapshot: DeskSnapshot, index: int) -> IntentRow | None:
        """Return the row of our first or second intent."""
        if len(self._ids) <= index:
            return None
        return next((row for row in snapshot.intents if row.intent_id == self._ids[index]), None)

    def _expect_alive(self, row: IntentRow) -> None:
        """End the test when the intent that should be filled cannot be any more."""
        if row.state in _ENDED_BADLY:
            self._end(f"the intent that should be filled is {row.state}: {row.reason} {row.details}".rstrip())

    def _give_up(self) -> None:
        """End at the time limit, naming what did not happen."""
        waiting_for = self._stages[0][0] if self._stages else "the end"
        self._end(f"no {waiting_for} within {PATIENCE_SECONDS:.0f} s")

    def _end(self, failure: str) -> None:
        """End once."""
        if self._over:
            return
        self._over = True
        self._limit.stop()
        self.seen.failure = failure
        self.seen.passed = not failure
        self.seen.seconds = round(self._clock.monotonic() - self._started, 3)
        self.finished.emit()


def summary(seen: Observations) -> str:
    """Return one line for the terminal."""
    if not seen.passed:
        return f"self-test FAILED: {seen.failure}"
    return (
        f"self-test passed in {seen.seconds:.1f} s: {seen.ticks} ticks of {seen.symbols_with_ticks} symbols, "
        f"capital {seen.capital:,.2f}, {seen.fills} filled, refused for {seen.refused}, "
        f"{seen.stops_moved} stop moved, {seen.parts_closed} part closed, {seen.orders_cancelled} cancelled, halted, "
        f"using_mt5_pool: {seen.using_mt5_pool}"
    )
