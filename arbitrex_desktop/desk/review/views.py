# SPDX-License-Identifier: MIT
"""What the window asks of Review, and what it is given: frozen, so that any thread may read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

from arbitrex_desktop.desk.intents.intent import MANUAL, TRADER
from arbitrex_desktop.desk.review.statistics import DecisionCount, Group, Statistics
from arbitrex_desktop.desk.review.store import EquityMoment
from arbitrex_desktop.desk.review.trades import ClosedTrade, MoneyFlow

OTHER: Final = "other"

ReportProgress = Callable[[str, float], None]
"""Hears what is being done and its share from 0 to 1; what it raises gives the work up."""

WRITING: Final = "Writing"
_AT_ONCE: Final = 256


def no_progress(_stage: str, _share: float) -> None:
    """Hear nothing, and never give the work up."""


def with_progress(trades: Sequence[ClosedTrade], report: ReportProgress) -> Iterator[ClosedTrade]:
    """Yield trades that are being written, and tell now and then how many are done."""
    for place, trade in enumerate(trades):
        if place % _AT_ONCE == 0:
            report(WRITING, place / len(trades))
        yield trade


@dataclass(frozen=True, slots=True)
class ReviewQuery:
    """Which trades are wanted.

    Attributes:
        since, until: when they were closed, UTC, `until` exclusive; None for no bound
        symbol, strategy: exactly, empty for all
        text: what must be found in symbol, strategy, reason, ticket, note or tags, whatever the case
        zone: by whose clock hours and weekdays count, None for this computer's
        intents: whether the journal's intents and decisions are wanted besides, which are many more than trades
    """

    since: datetime | None = None
    until: datetime | None = None
    symbol: str = ""
    strategy: str = ""
    text: str = ""
    zone: tzinfo | None = None
    intents: bool = True

    def fits(self, trade: ClosedTrade) -> bool:
        """Return whether a trade is wanted, its time aside."""
        if self.symbol not in ("", trade.symbol) or self.strategy not in ("", strategy_of(trade)):
            return False
        return self._finds(trade.symbol, strategy_of(trade), trade.reason, str(trade.position), trade.note, *trade.tags)

    def fits_intent(self, intent: PastIntent) -> bool:
        """Return whether an intent is wanted, its time aside."""
        strategy = source_name(intent.source)
        if self.symbol not in ("", intent.symbol) or self.strategy not in ("", strategy):
            return False
        return self._finds(intent.symbol, strategy, intent.reason, intent.state, intent.intent_id)

    def _finds(self, *texts: str) -> bool:
        words = " ".join(texts).casefold()
        return all(word in words for word in self.text.casefold().split())


@dataclass(frozen=True, slots=True)
class PastIntent:
    """An intent of the journal and where it stands by now.

    Attributes:
        intent_id, symbol, direction, source: of the intent, the direction 1 or -1
        at: when it was received, UTC
        state: its newest state
        actor: who brought it there
        reason: why, in words
    """

    intent_id: str
    at: datetime
    symbol: str
    direction: int
    source: str
    state: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewData:
    """What was found.

    Attributes:
        query: what was asked
        account: the account's number and server in words
        currency, money_digits: of the account, with its decimals
        began: when the journal began, None where there is none
        read_at: moment of reading in market time, UTC
        trades: newest first
        figures: of those that are wholly closed
        drawdown_share: greatest fall of the balance below its peak in that time, None where it is not known
        groups: figures by symbol, strategy, hour, weekday (0 is Monday) and reason
        decisions: what became of the intents of that time
        intents: those received in that time, the newest first, the newest 20,000 of them
        balance: moments (UTC) and the balance from each on, oldest first
        equity: recorded while this program ran
        flows: deposits, withdrawals, credit and charges
        symbols, strategies: that can be chosen
        price_digits: decimals of prices by symbol
    """

    query: ReviewQuery
    account: str
    currency: str
    money_digits: int
    began: datetime | None
    read_at: datetime
    trades: tuple[ClosedTrade, ...] = ()
    figures: Statistics = field(default_factory=Statistics)
    drawdown_share: float | None = None
    groups: Mapping[str, tuple[Group, ...]] = field(default_factory=dict)
    decisions: DecisionCount = field(default_factory=DecisionCount)
    intents: tuple[PastIntent, ...] = ()
    balance: tuple[tuple[datetime, float], ...] = ()
    equity: tuple[EquityMoment, ...] = ()
    flows: tuple[MoneyFlow, ...] = ()
    symbols: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    price_digits: Mapping[str, int] = field(default_factory=dict)


def strategy_of(trade: ClosedTrade) -> str:
    """Return who opened a trade: the trader here, a strategy by its name, or somebody elsewhere."""
    return source_name(trade.source)


def source_name(source: str) -> str:
    """Return what a source is called: the trader, a strategy by its name, or other for none."""
    return TRADER if source == MANUAL else source or OTHER
