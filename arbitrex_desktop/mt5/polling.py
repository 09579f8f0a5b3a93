# SPDX-License-Identifier: MIT
"""All that changed, in one round trip: ticks since each symbol's cursor, and the account.

The cursor is the millisecond of the last tick read and the number of ticks already read at that millisecond, since
about one tick in a hundred shares its millisecond with another.  `copy_ticks_from` takes whole seconds, so each
read starts at the cursor's second and skips what was seen.
"""

from __future__ import annotations

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
    ticks did not all fit and which want another poll at once.
    """

    ticks: dict[str, Rows]
    failed: dict[str, CallFailed]
    terminal: TerminalInfo
    account: AccountState | None
    account_error: CallFailed | None
    behind: frozenset[str]


@dataclass(frozen=True)
class Poll(Command[PollResult]):
    """Read the ticks since `cursors`, the terminal's state and the account.

    A lost connection fails the whole poll; a symbol or an account that cannot be read is reported beside the rest.
    """

    cursors: tuple[TickCursor, ...]
    deadline: ClassVar[float] = 5.0

    def run(self, module: MetaTrader5Module) -> PollResult:
        """Read symbol by symbol; the cheap `symbol_info_tick` tells which have moved."""
        terminal = TerminalInfo.from_module(call(module, "terminal_info"))
        ticks: dict[str, Rows] = {}
        failed: dict[str, CallFailed] = {}
        behind: set[str] = set()
        for cursor in self.cursors:
            try:
                rows, complete = new_ticks(module, cursor)
            except CallFailed as failure:
                if failure.connection_lost:
                    raise
                failed[cursor.symbol] = failure
                continue
            if len(rows):
                ticks[cursor.symbol] = rows
            if not complete:
                behind.add(cursor.symbol)
        account, account_error = _account(module)
        return PollResult(ticks, failed, terminal, account, account_error, frozenset(behind))


def new_ticks(module: MetaTrader5Module, cursor: TickCursor) -> tuple[Rows, bool]:
    """Return the ticks after a cursor, oldest first, and whether they are all there are.

    Raises `CallFailed` when the symbol cannot be read.
    """
    latest = call(module, "symbol_info_tick", cursor.symbol)._asdict()
    if not latest["time_msc"] or _is_read(cursor, latest):
        return np.empty(0, dtype=np.void), True
    start_msc = latest["time_msc"] if cursor.time_msc is None else cursor.time_msc
    count = _FIRST_READ
    while True:
        rows = call(module, "copy_ticks_from", cursor.symbol, start_msc // 1000, count, int(CopyTicks.ALL))
        fresh = _after(rows, start_msc, cursor.seen)
        complete = len(rows) < count
        if complete or len(fresh) or count >= _LARGEST_READ:
            return fresh, complete
        count *= 8


def _is_read(cursor: TickCursor, latest: dict[str, float]) -> bool:
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
