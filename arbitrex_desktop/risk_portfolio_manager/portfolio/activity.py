# SPDX-License-Identifier: MIT
"""What happened lately: intents, approvals and refusals in moving windows of time.

Moments are monotonic seconds, so that a jump of the computer's clock neither forgets nor repeats anything.  Nothing
here takes longer because more has happened.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple, TypeVar

import msgspec

K = TypeVar("K")
V = TypeVar("V")
Trade = tuple[str, str, int, float | None]
"""Strategy, symbol, direction and volume: what makes two intents the same trade."""

_KEEP_SECONDS: Final = 4 * 3600.0
_KEEP_ENTRIES: Final = 5_000
_KEEP_SYMBOLS: Final = 200
_KEEP_SOURCES: Final = 200
_SAVE_APPROVALS: Final = 200
_MINUTE: Final = 60.0


class Asked(NamedTuple):
    """An intent that was judged."""

    at: float
    strategy_id: str
    symbol: str
    direction: int
    volume: float | None
    intent_id: str

    def trade(self) -> Trade:
        """Return what makes two intents the same trade."""
        return (self.strategy_id, self.symbol, self.direction, self.volume)


class SavedActivity(msgspec.Struct):
    """What must outlive the program, as ages in seconds; of throttles the seconds left."""

    approvals: list[float] = []
    last_by_symbol: dict[str, float] = {}
    admitted: dict[str, float] = {}
    throttled: dict[str, float] = {}


class Minute:
    """Counts what happened within the last minute."""

    def __init__(self) -> None:
        self._moments: deque[float] = deque()

    def add(self, at: float) -> None:
        """Remember a moment; they come in order."""
        self._moments.append(at)
        self.count(at)

    def count(self, now: float) -> int:
        """Return how many moments lie within the minute before `now`; older ones are forgotten."""
        moments = self._moments
        while moments and moments[0] <= now - _MINUTE:
            moments.popleft()
        return len(moments)


@dataclass(slots=True)
class Activity:
    """The memory of the pacing rules.

    Attributes:
        intents: those judged in the last minute, by source; a person's have no name
        orders: trades approved in the last minute
        approvals: moments of the latest approvals
        added: moment and size of exposure added
        last_by_symbol: last approval of each symbol
        refusals: moments by strategy
        executions: moments of each strategy's approved trades
        throttled: strategy to the moment its throttle ends
        heard: when the last adding intent of each scope (level and name, as of kill switches) was not held back by
            a throttle
        admitted: when each approved intent was, so that none is counted against itself
        symbols: those asked for lately
    """

    intents: dict[str, Minute] = field(default_factory=dict)
    orders: Minute = field(default_factory=Minute)
    approvals: deque[float] = field(default_factory=lambda: deque(maxlen=_SAVE_APPROVALS))
    added: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_KEEP_ENTRIES))
    last_by_symbol: dict[str, float] = field(default_factory=dict)
    refusals: dict[str, deque[float]] = field(default_factory=dict)
    executions: dict[str, deque[float]] = field(default_factory=dict)
    throttled: dict[str, float] = field(default_factory=dict)
    heard: dict[tuple[str, str], float] = field(default_factory=dict)
    admitted: dict[str, float] = field(default_factory=dict)
    symbols: dict[str, None] = field(default_factory=dict)
    _trades: dict[Trade, tuple[Asked, Asked | None]] = field(default_factory=dict)

    def asked_by(self, strategy_id: str | None, now: float) -> int:
        """Return how many intents of a source were judged in the last minute."""
        minute = self.intents.get(strategy_id or "")
        return 0 if minute is None else minute.count(now)

    def executed_since(self, strategy_id: str, moment: float) -> int:
        """Return how many trades of a strategy were approved after a moment."""
        return sum(at > moment for at in self.executions.get(strategy_id, ()))

    def note_execution(self, strategy_id: str, at: float) -> None:
        """Remember an approved trade of a strategy."""
        known = self.executions.get(strategy_id) or deque[float](maxlen=_KEEP_ENTRIES)
        known.append(at)
        put_last(self.executions, strategy_id, known, _KEEP_SOURCES)

    def added_since(self, moment: float) -> float:
        """Return the exposure added after a moment, in account currency."""
        total = 0.0
        for at, notional in reversed(self.added):
            if at <= moment:
                break
            total += notional
        return total

    def refused_since(self, strategy_id: str, moment: float, most: int) -> int:
        """Return how many intents of a strategy were refused after a moment; counting stops at `most`."""
        refusals = self.refusals.get(strategy_id)
        if not refusals or refusals[-1] <= moment:
            return 0
        return sum(1 for at in islice(reversed(refusals), most) if at > moment)

    def same_before(self, trade: Trade, intent_id: str | None) -> float | None:
        """Return the moment of the newest other intent that asked for the same trade, None when there is none."""
        for each in self._trades.get(trade, ()):
            if each is not None and not (intent_id and each.intent_id == intent_id):
                return each.at
        return None

    def note_asked(self, asked: Asked) -> None:
        """Remember an intent that was judged."""
        minute = self.intents.get(asked.strategy_id) or Minute()
        minute.add(asked.at)
        put_last(self.intents, asked.strategy_id, minute, _KEEP_SOURCES)
        newest, other = self._trades.get(asked.trade(), (None, None))
        if newest is not None and newest.intent_id != asked.intent_id:
            other = newest
        put_last(self._trades, asked.trade(), (asked, other))
        put_last(self.symbols, asked.symbol, None, _KEEP_SYMBOLS)

    def note_refusal(self, strategy_id: str, at: float) -> None:
        """Remember a refusal of a strategy's intent."""
        known = self.refusals.get(strategy_id) or deque[float](maxlen=1_000)
        known.append(at)
        put_last(self.refusals, strategy_id, known)

    def note_approval(self, symbol: str, notional: float, at: float, intent_id: str | None = None) -> None:
        """Remember an approval that adds exposure."""
        if intent_id:
            put_last(self.admitted, intent_id, at)
        self.orders.add(at)
        self.approvals.append(at)
        self.added.append((at, notional))
        self.last_by_symbol[symbol] = at

    def saved(self, monotonic: float) -> SavedActivity:
        """Return what must outlive the program."""
        return SavedActivity(
            [monotonic - at for at in self.approvals if monotonic - at < _KEEP_SECONDS],
            {name: monotonic - at for name, at in self.last_by_symbol.items()},
            {name: monotonic - at for name, at in self.admitted.items() if monotonic - at < _KEEP_SECONDS},
            {name: end - monotonic for name, end in self.throttled.items() if end > monotonic},
        )

    def restore(self, saved: SavedActivity, monotonic: float, away: float) -> None:
        """Take up what was saved `away` seconds ago."""
        for age in sorted((age + away for age in saved.approvals), reverse=True):
            self.approvals.append(monotonic - age)
            self.orders.add(monotonic - age)
        self.last_by_symbol |= {name: monotonic - age - away for name, age in saved.last_by_symbol.items()}
        self.admitted |= {name: monotonic - age - away for name, age in saved.admitted.items()}
        self.throttled |= {name: monotonic + left - away for name, left in saved.throttled.items()}


def put_last(table: dict[K, V], key: K, value: V, most: int = _KEEP_ENTRIES) -> None:
    """Set an entry of a table that keeps the latest `most`, and forget the first when there are more."""
    table.pop(key, None)
    table[key] = value
    if len(table) > most:
        del table[next(iter(table))]
