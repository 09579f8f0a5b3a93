# SPDX-License-Identifier: MIT
"""All that changed, in one round trip: ticks since each symbol's cursor, and the account."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from arbitrex_desktop.mt5.arrays import TICK_DTYPE
from arbitrex_desktop.mt5.calls import call
from arbitrex_desktop.mt5.commands import AccountState, Command, Priority, ReadAccount
from arbitrex_desktop.mt5.constants import CopyTicks
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.module import MetaTrader5Module, Rows
from arbitrex_desktop.mt5.results import TerminalInfo
from arbitrex_desktop.mt5.tick_cursor import TickCursor, new_ticks

_LARGEST_OVERLAP = 4096
OVERLAP_SECONDS = 30
"""How far back an audit looks for ticks that came late."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll brought.

    Attributes:
        ticks: new ticks by symbol, oldest first, dtype `TICK_DTYPE`, symbols without any left out
        failed: the failure by symbol
        terminal: its state, None when it was not asked for
        account: None when it was not asked for, or cannot be read; `account_error` then has the failure
        behind: symbols that want another poll at once: their ticks did not all fit, or another request came before
        displaced: symbols whose cursor's tick has gone from its place, as when the server's clock was moved; then there
            are no ticks at all, since some may have been read before it was moved and some after
        overlap: the ticks of the audited symbol that lie shortly before its cursor, as the terminal has them now
    """

    ticks: dict[str, Rows]
    failed: dict[str, CallFailed]
    terminal: TerminalInfo | None = None
    account: AccountState | None = None
    account_error: CallFailed | None = None
    behind: frozenset[str] = frozenset()
    displaced: frozenset[str] = frozenset()
    overlap: Rows | None = None

    def __reduce__(self) -> tuple[Callable[..., PollResult], tuple[Any, ...]]:
        """Cross the pipe with the ticks as bytes: pickled as arrays, a few ticks take three times as long."""
        ticks = [(symbol, rows.tobytes()) for symbol, rows in self.ticks.items()]
        rest = (self.failed, self.terminal, self.account, self.account_error, self.behind, self.displaced, self.overlap)
        return _unpacked, (ticks, *rest)


def _unpacked(ticks: Iterable[tuple[str, bytes]], *rest: Any) -> PollResult:
    """Return the result that crossed the pipe; its ticks are read-only, as the package's are."""
    return PollResult({symbol: np.frombuffer(rows, TICK_DTYPE) for symbol, rows in ticks}, *rest)


class SymbolReader:
    """Reads symbol after symbol for one poll, in the host.

    Attributes:
        ticks, failed, behind, displaced: what was found so far, as in `PollResult`
    """

    def __init__(self, module: MetaTrader5Module) -> None:
        self._module = module
        self.ticks: dict[str, Rows] = {}
        self.failed: dict[str, CallFailed] = {}
        self.behind: set[str] = set()
        self.displaced: set[str] = set()

    @property
    def found(self) -> bool:
        """Return whether there is anything to report."""
        return bool(self.ticks or self.failed or self.displaced)

    def read(self, cursor: TickCursor, *, moved: bool = False) -> int | None:
        """Look at a symbol, read what is new, and return the time_msc of its last tick, None for one that failed.

        The cheap `symbol_info_tick` shows whether it has moved, unless that is known.  Raises `CallFailed` when the
        connection is gone.
        """
        latest = None
        try:
            if not (moved and cursor.anchored):
                latest = call(self._module, "symbol_info_tick", cursor.symbol)._asdict()
            reading = new_ticks(self._module, cursor, latest)
        except CallFailed as failure:
            self.fail(cursor.symbol, failure)
            return None
        newest = cursor.time_msc if latest is None else int(latest["time_msc"])
        if len(reading.rows):
            self.ticks[cursor.symbol] = reading.rows
            newest = int(reading.rows["time_msc"][-1])
        if not reading.complete:
            self.behind.add(cursor.symbol)
        if not reading.in_place:
            self.displaced.add(cursor.symbol)
        return newest

    def fail(self, symbol: str, failure: CallFailed) -> None:
        """Note a failure that concerns one symbol; raise it when the whole connection is gone."""
        if failure.connection_lost:
            raise failure
        self.failed[symbol] = failure


@dataclass(frozen=True)
class Poll(Command[PollResult]):
    """Read the ticks since `cursors` and, unless `account` is False, the account.

    The terminal's state comes with the account, without a wait, and where nothing was found: who waited for nothing may
    have slept through the loss of the broker.

    A lost connection fails the whole poll; a symbol or an account that cannot be read is reported beside the rest.
    `audit` names a symbol whose last seconds are read again, to find ticks that came late.  Where nothing is new the
    host may wait for up to `wait` seconds, or until another request comes.

    `known`, to a host that has the cursors of the poll before: those given here are the ones that moved since.
    """

    cursors: tuple[TickCursor, ...]
    audit: str = ""
    account: bool = True
    wait: float = 0.0
    known: bool = False
    deadline: ClassVar[float] = 5.0
    priority: ClassVar[Priority] = Priority.POLL

    @property
    def longest_wait(self) -> float:
        """Return `wait`."""
        return self.wait

    def at_once(self) -> Self:
        """Return the poll without any waiting."""
        return replace(self, wait=0.0)

    def since(self, last: Poll | None) -> Poll:
        """Return what asks the same of a host that was asked for `last` before, in a tenth of the bytes."""
        if last is None or [each.symbol for each in last.cursors] != [each.symbol for each in self.cursors]:
            return self
        moved = tuple(new for new, old in zip(self.cursors, last.cursors, strict=True) if new is not old)
        return replace(self, cursors=moved, known=True)

    def run(self, module: MetaTrader5Module) -> PollResult:
        """Read every symbol, now."""
        reader = SymbolReader(module)
        for cursor in self.cursors:
            reader.read(cursor)
        audited = next((cursor for cursor in self.cursors if cursor.symbol == self.audit), None)
        return self.result(module, reader, audited)

    def result(self, module: MetaTrader5Module, reader: SymbolReader, audited: TickCursor | None) -> PollResult:
        """Add the audit and the account to what was read of the symbols."""
        overlap = self._overlap(module, reader, audited)
        with_terminal = self.account or not (self.wait and reader.found)
        terminal = TerminalInfo.from_module(call(module, "terminal_info")) if with_terminal else None
        account, error = _account(module) if self.account else (None, None)
        if reader.displaced:
            displaced = frozenset(reader.displaced)
            return PollResult({}, reader.failed, terminal, account, error, displaced=displaced)
        behind = frozenset(reader.behind)
        return PollResult(reader.ticks, reader.failed, terminal, account, error, behind, overlap=overlap)

    def _overlap(self, module: MetaTrader5Module, reader: SymbolReader, cursor: TickCursor | None) -> Rows | None:
        """Read the audited symbol's last seconds."""
        if cursor is None or self.audit in reader.failed:
            return None
        try:
            return _overlap(module, cursor)
        except CallFailed as failure:
            reader.fail(self.audit, failure)
            return None


def _overlap(module: MetaTrader5Module, cursor: TickCursor) -> Rows | None:
    """Read the ticks of the last seconds before a cursor, up to its own; None when that is not among them."""
    if not cursor.anchored or cursor.time_msc is None:
        return None
    since = cursor.time_msc // 1000 - OVERLAP_SECONDS
    start = min(since, (cursor.known_from or cursor.time_msc) // 1000)
    rows: Rows = call(module, "copy_ticks_from", cursor.symbol, start, _LARGEST_OVERLAP, int(CopyTicks.ALL))
    if len(rows) == _LARGEST_OVERLAP or not cursor.is_in(rows):
        return None
    return cursor.passed(rows[rows["time"] >= since])


def _account(module: MetaTrader5Module) -> tuple[AccountState | None, CallFailed | None]:
    """Read the account; a failure is an answer of its own unless the connection is gone."""
    try:
        return ReadAccount().run(module), None
    except CallFailed as failure:
        if failure.connection_lost:
            raise
        return None, failure
