# SPDX-License-Identifier: MIT
"""All that changed, in one round trip: ticks since each symbol's cursor, and the account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from arbitrex_desktop.mt5.calls import call
from arbitrex_desktop.mt5.commands import AccountState, Command, ReadAccount
from arbitrex_desktop.mt5.constants import CopyTicks
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.module import MetaTrader5Module, Rows
from arbitrex_desktop.mt5.results import TerminalInfo
from arbitrex_desktop.mt5.tick_cursor import LatestTick, TickCursor, new_ticks

_LARGEST_OVERLAP = 4096
OVERLAP_SECONDS = 30
"""How far back an audit looks for ticks that came late."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll brought.

    Attributes:
        ticks: new ticks by symbol, oldest first, dtype `TICK_DTYPE`, symbols without any left out
        failed: the failure by symbol
        terminal: its state
        account: None when it cannot be read; `account_error` then has the failure
        behind: symbols whose ticks did not all fit and which want another poll at once
        displaced: symbols whose cursor's tick has gone from its place, as when the server's clock was moved; then there
            are no ticks at all, since some may have been read before it was moved and some after
        overlap: the ticks of the audited symbol that lie shortly before its cursor, as the terminal has them now
    """

    ticks: dict[str, Rows]
    failed: dict[str, CallFailed]
    terminal: TerminalInfo
    account: AccountState | None
    account_error: CallFailed | None
    behind: frozenset[str] = frozenset()
    displaced: frozenset[str] = frozenset()
    overlap: Rows | None = None


@dataclass(frozen=True)
class Poll(Command[PollResult]):
    """Read the ticks since `cursors`, the terminal's state and the account.

    A lost connection fails the whole poll; a symbol or an account that cannot be read is reported beside the rest.
    `audit` names a symbol whose last seconds are read again, to find ticks that came late.
    """

    cursors: tuple[TickCursor, ...]
    audit: str = ""
    deadline: ClassVar[float] = 5.0

    def run(self, module: MetaTrader5Module) -> PollResult:
        """Read symbol by symbol; the cheap `symbol_info_tick` shows which have moved."""
        terminal = TerminalInfo.from_module(call(module, "terminal_info"))
        latest, failed = _latest_ticks(module, self.cursors)
        ticks: dict[str, Rows] = {}
        behind: set[str] = set()
        displaced: set[str] = set()
        overlap = None
        for cursor in (cursor for cursor in self.cursors if cursor.symbol in latest):
            try:
                reading = new_ticks(module, cursor, latest[cursor.symbol])
                overlap = _overlap(module, cursor) if cursor.symbol == self.audit else overlap
            except CallFailed as failure:
                failed[cursor.symbol] = _survivable(failure)
                continue
            if len(reading.rows):
                ticks[cursor.symbol] = reading.rows
            if not reading.complete:
                behind.add(cursor.symbol)
            if not reading.in_place:
                displaced.add(cursor.symbol)
        account, account_error = _account(module)
        if displaced:
            return PollResult({}, failed, terminal, account, account_error, displaced=frozenset(displaced))
        return PollResult(ticks, failed, terminal, account, account_error, frozenset(behind), overlap=overlap)


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
    """Read the ticks of the last seconds before a cursor, up to its own; None when that is not among them."""
    if not cursor.anchored or cursor.time_msc is None:
        return None
    start = cursor.time_msc // 1000 - OVERLAP_SECONDS
    rows: Rows = call(module, "copy_ticks_from", cursor.symbol, start, _LARGEST_OVERLAP, int(CopyTicks.ALL))
    if len(rows) == _LARGEST_OVERLAP or not cursor.is_in(rows):
        return None
    return cursor.passed(rows)


def _account(module: MetaTrader5Module) -> tuple[AccountState | None, CallFailed | None]:
    """Read the account; a failure is an answer of its own unless the connection is gone."""
    try:
        return ReadAccount().run(module), None
    except CallFailed as failure:
        if failure.connection_lost:
            raise
        return None, failure
