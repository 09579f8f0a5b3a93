# SPDX-License-Identifier: MIT
"""All that changed, in one round trip: ticks since each symbol's cursor, and the account.

The cursor is the millisecond of the last tick read and the number of ticks already read at that millisecond, since
about one tick in a hundred shares its millisecond with another.  `copy_ticks_from` takes whole seconds, so each
read starts at the cursor's second and skips what was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from arbitrex_desktop.mt5.calls import call
from arbitrex_desktop.mt5.commands import AccountState, Command, ReadAccount
from arbitrex_desktop.mt5.constants import CopyTicks
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.module import MetaTrader5Module, Rows
from arbitrex_desktop.mt5.results import TerminalInfo

_FIRST_READ = 256
_LARGEST_READ = 1_048_576
_LARGEST_OVERLAP = 4096
OVERLAP_SECONDS = 30
"""How far back an audit looks for ticks that came late."""

LatestTick = Mapping[str, float]
"""A symbol's last tick, field by field."""


@dataclass(frozen=True, slots=True)
class TickCursor:
    """How far a symbol's ticks have been read.

    Attributes: `time_msc`, the last tick's milliseconds on the server clock, None to begin at the last known tick;
    `seen`, ticks read at exactly that millisecond; `newest`, bid, ask, last, volume and flags of the last tick, to
    tell a further tick of the same millisecond from the one already read.
    """

    symbol: str
    time_msc: int | None = None
    seen: int = 0
    newest: tuple[float, ...] = ()

    def shifted(self, msc: int) -> TickCursor:
        """Return the cursor after the server's clock was moved by so many milliseconds."""
        return self if self.time_msc is None else replace(self, time_msc=self.time_msc + msc)

    def advanced(self, rows: Rows) -> TickCursor:
        """Return the cursor after reading `rows` (new ticks only, in the terminal's order)."""
        if not len(rows):
            return self
        last = int(rows["time_msc"][-1])
        at_last = int(np.count_nonzero(rows["time_msc"] == last))
        seen = at_last + (self.seen if last == self.time_msc else 0)
        return replace(self, time_msc=last, seen=seen, newest=_values(rows[-1]))


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll brought.

    Attributes: `ticks`, new ticks by symbol, oldest first, dtype `TICK_DTYPE`, symbols without any left out;
    `failed`, the failure by symbol; `terminal`; `account`, or None and `account_error`; `behind`, symbols whose
    ticks did not all fit and which want another poll at once; `clock_shift_msc`, by how much the server's clock was
    moved since the last poll, 0 as a rule: the ticks are those since the cursors moved by as much; `overlap`, the
    ticks of the symbol `audit` that lie shortly before its cursor, as the terminal has them now.
    """

    ticks: dict[str, Rows]
    failed: dict[str, CallFailed]
    terminal: TerminalInfo
    account: AccountState | None
    account_error: CallFailed | None
    behind: frozenset[str]
    clock_shift_msc: int = 0
    overlap: Rows | None = None


@dataclass(frozen=True)
class Poll(Command[PollResult]):
    """Read the ticks since `cursors`, the terminal's state and the account.

    A lost connection fails the whole poll; a symbol or an account that cannot be read is reported beside the rest.
    `newest_msc` is the newest server time seen so far and `elapsed_msc` how long ago that was, None before the first
    tick: a newest tick that lies before the one, or after both together, by more than `tolerance_msc` means that the
    server's clock was moved.  `audit` names a symbol whose last seconds are read again, to find ticks that came late.
    """

    cursors: tuple[TickCursor, ...]
    newest_msc: int | None = None
    elapsed_msc: int = 0
    audit: str = ""
    tolerance_msc: int = 60_000
    deadline: ClassVar[float] = 5.0

    def run(self, module: MetaTrader5Module) -> PollResult:
        """Read symbol by symbol; the cheap `symbol_info_tick` tells which have moved."""
        terminal = TerminalInfo.from_module(call(module, "terminal_info"))
        latest, failed = _latest_ticks(module, self.cursors)
        shift = self._clock_shift(latest)
        ticks: dict[str, Rows] = {}
        behind: set[str] = set()
        overlap = None
        for cursor in (cursor.shifted(shift) for cursor in self.cursors if cursor.symbol in latest):
            try:
                rows, complete = new_ticks(module, cursor, latest[cursor.symbol])
                overlap = _overlap(module, cursor) if cursor.symbol == self.audit else overlap
            except CallFailed as failure:
                failed[cursor.symbol] = _survivable(failure)
                continue
            if len(rows):
                ticks[cursor.symbol] = rows
            if not complete:
                behind.add(cursor.symbol)
        if self._moved_meanwhile(module, latest):
            # What was read belongs to two clocks; the next poll sees the one and reads it all again.
            ticks, behind, overlap, shift = {}, set(), None, 0
        account, account_error = _account(module)
        return PollResult(ticks, failed, terminal, account, account_error, frozenset(behind), shift, overlap)

    def _moved_meanwhile(self, module: MetaTrader5Module, latest: Mapping[str, LatestTick]) -> bool:
        """Tell whether the server's clock was moved between the first look at the symbols and now."""
        symbol = max(latest, key=lambda name: latest[name]["time_msc"], default="")
        if not symbol or not latest[symbol]["time_msc"]:
            return False
        now, _ = _latest_ticks(module, (TickCursor(symbol),))
        return symbol in now and abs(now[symbol]["time_msc"] - latest[symbol]["time_msc"]) > self.tolerance_msc

    def _clock_shift(self, latest: Mapping[str, LatestTick]) -> int:
        """Return by how many milliseconds the server's clock was moved, in whole seconds, 0 as a rule."""
        newest = max((int(tick["time_msc"]) for tick in latest.values()), default=0)
        if self.newest_msc is None or not newest:
            return 0
        expected = self.newest_msc + self.elapsed_msc
        if newest > expected + self.tolerance_msc or newest < self.newest_msc - self.tolerance_msc:
            return round((newest - expected) / 1000) * 1000
        return 0


def _latest_ticks(
    module: MetaTrader5Module, cursors: Iterable[TickCursor]
) -> tuple[dict[str, LatestTick], dict[str, CallFailed]]:
    """Read each symbol's last tick; a failing symbol is reported beside the others."""
    latest: dict[str, LatestTick] = {}
    failed: dict[str, CallFailed] = {}
    for cursor in cursors:
        try:
            latest[cursor.symbol] = call(module, "symbol_info_tick", cursor.symbol)._asdict()
        except CallFailed as failure:
            failed[cursor.symbol] = _survivable(failure)
    return latest, failed


def _survivable(failure: CallFailed) -> CallFailed:
    """Return a failure that concerns one symbol; raise it when the whole connection is gone."""
    if failure.connection_lost:
        raise failure
    return failure


def _overlap(module: MetaTrader5Module, cursor: TickCursor) -> Rows | None:
    """Read the ticks of the last seconds before a cursor, up to its own millisecond."""
    if not cursor.time_msc:
        return None
    start = cursor.time_msc // 1000 - OVERLAP_SECONDS
    rows: Rows = call(module, "copy_ticks_from", cursor.symbol, start, _LARGEST_OVERLAP, int(CopyTicks.ALL))
    if len(rows) == _LARGEST_OVERLAP:
        return None
    kept: Rows = rows[rows["time_msc"] <= cursor.time_msc].copy()
    return kept


def new_ticks(module: MetaTrader5Module, cursor: TickCursor, latest: LatestTick) -> tuple[Rows, bool]:
    """Return the ticks after a cursor, oldest first, and whether they are all there are.

    `latest` is the symbol's last tick, field by field.  Raises `CallFailed` when the symbol cannot be read.
    """
    if not latest["time_msc"] or _is_read(cursor, latest):
        return np.empty(0, dtype=np.void), True
    start_msc = int(latest["time_msc"]) if cursor.time_msc is None else cursor.time_msc
    count = _FIRST_READ
    while True:
        rows = call(module, "copy_ticks_from", cursor.symbol, start_msc // 1000, count, int(CopyTicks.ALL))
        fresh = _after(rows, start_msc, cursor.seen)
        complete = len(rows) < count
        if complete or len(fresh) or count >= _LARGEST_READ:
            return fresh, complete
        count *= 8


def _is_read(cursor: TickCursor, latest: LatestTick) -> bool:
    """Tell whether the terminal's latest tick is one that the cursor has passed."""
    if cursor.time_msc is None or latest["time_msc"] > cursor.time_msc:
        return False
    values = tuple(latest[name] for name in ("bid", "ask", "last", "volume", "flags"))
    return latest["time_msc"] < cursor.time_msc or (cursor.seen > 0 and values == cursor.newest)


def _after(rows: Rows, start_msc: int, seen: int) -> Rows:
    """Return a copy of the rows that lie behind the first `seen` ones of the millisecond `start_msc`."""
    times = rows["time_msc"]
    at_start = times == start_msc
    rank = np.cumsum(at_start)
    fresh: Rows = rows[(times > start_msc) | (at_start & (rank > seen))].copy()
    return fresh


def _values(row: np.void) -> tuple[float, ...]:
    """Return what identifies a tick among those of its millisecond."""
    return tuple(row[name].item() for name in ("bid", "ask", "last", "volume", "flags"))


def _account(module: MetaTrader5Module) -> tuple[AccountState | None, CallFailed | None]:
    """Read the account; a failure is an answer of its own unless the connection is gone."""
    try:
        return ReadAccount().run(module), None
    except CallFailed as failure:
        if failure.connection_lost:
            raise
        return None, failure
