# SPDX-License-Identifier: MIT
"""Review of the connected account: its deals, its journal and what the trader wrote, put together on demand."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.journal.journal import journal_path
from arbitrex_desktop.desk.presentation.snapshot import PositionRow
from arbitrex_desktop.desk.review.journal_facts import JournalFacts, OrderPrices, open_facts
from arbitrex_desktop.desk.review.statistics import DecisionCount, Group, deepest_share, grouped, statistics
from arbitrex_desktop.desk.review.store import EVERY_SECONDS, Annotation, ReviewStore, review_store
from arbitrex_desktop.desk.review.trades import ClosedTrade, OpenCosts, TradeBook, read_deals
from arbitrex_desktop.desk.review.views import PastIntent, ReportProgress, ReviewData, ReviewQuery, strategy_of
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.mt5.results import AccountKey, TradeDeal
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE
from arbitrex_desktop.raw_layer.errors import PoolError
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountReading
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.texts import _

_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATE: Final = timedelta(days=2)
"""Deals may reach the history late: so much of it is read again."""
_MOST_STEPS: Final = 4_000
_USUAL_DIGITS: Final = 5
_UNKNOWN: Final = OpenCosts(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _OfJournal:
    """What the journal says of a time: when it began at all, counts, and intents."""

    began: datetime | None = None
    decisions: DecisionCount = field(default_factory=DecisionCount)
    intents: tuple[PastIntent, ...] = ()


@dataclass(frozen=True, slots=True)
class _Past:
    """A time's trades with all that is known of them but notes, and what the journal says; `basis`, what tells it."""

    basis: object = None
    trades: tuple[ClosedTrade, ...] = ()
    journal: _OfJournal = field(default_factory=_OfJournal)


class ReviewDesk:
    """Reads what became of trades.  `take` is called by the core, the rest from any thread but the window's.

    `data_dir` has the journals, and gets a file of notes and equity for each account.
    """

    def __init__(self, pool: PoolReader, clock: Clock, data_dir: Path) -> None:
        self._pool = pool
        self._clock = clock
        self._data_dir = data_dir
        self._lock = Lock()
        self._account: AccountKey | None = None
        self._deals: dict[int, TradeDeal] = {}
        self._orders: dict[int, OrderPrices] = {}
        self._kept_at = -math.inf
        self._past = _Past()
        self._held: tuple[AccountKey | None, Mapping[int, OpenCosts]] = (None, {})

    def with_commission(self, rows: tuple[PositionRow, ...], reading: AccountReading) -> tuple[PositionRow, ...]:
        """Return positions with what was charged for opening them, where the deals that were read last tell it.

        Reads nothing: a position that the deals do not know, or in another size, has none until they are read again.
        """
        account, held = self._held
        if account != reading.account.key:
            return rows
        numbers = {position.ticket: position.identifier or position.ticket for position in reading.positions}
        costs = [held.get(numbers.get(row.ticket, row.ticket), _UNKNOWN) for row in rows]
        return tuple(
            replace(row, commission=cost.commission) if abs(cost.lots - row.volume) < VOLUME_TOLERANCE else row
            for row, cost in zip(rows, costs, strict=True)
        )

    def take(self, reading: AccountReading, anchor: float | None) -> None:
        """Keep the equity of a reading, once a minute; `anchor`, what the day's loss is measured from."""
        if reading.monotonic < self._kept_at + EVERY_SECONDS:
            return
        self._kept_at = reading.monotonic
        self._store(reading).add_equity(self._pool.market_now(), reading.account.equity, anchor)

    def annotate(self, trade: str, annotation: Annotation) -> None:
        """Keep what the trader wrote on a trade, by its key; raises `DeskError`."""
        self._store(self._reading()).annotate(trade, annotation)

    def checks(self, intent_id: str) -> tuple[Verdict, ...]:
        """Return the risk manager's checks of an intent, () where the journal has none; raises `JournalError`."""
        account = self._reading().account
        with open_facts(journal_path(self._data_dir, account.server, account.login)) as facts:
            return facts.checks(intent_id)

    def read(self, query: ReviewQuery, report: ReportProgress) -> ReviewData:
        """Return what was asked for; raises `DeskError`, `PoolError` or `MT5Error` in words, and what `report` does."""
        reading = self._reading()
        report(_("Reading the broker's deals"), 0.0)
        book = self._book(reading)
        report(_("Reading the journal"), 0.3)
        trades, journal = self._trades(reading, query, book, report)
        report(_("Calculating"), 0.9)
        chosen = tuple(trade for trade in trades if query.fits(trade))
        account, digits = reading.account, reading.account.currency_digits
        since, until = self._span(query, journal.began, book)
        balance = _balance(book, account.balance)
        return ReviewData(
            query=query,
            account=f"{account.login} @ {account.server}",
            currency=account.currency,
            money_digits=digits,
            began=journal.began,
            read_at=self._pool.market_now(),
            trades=tuple(reversed(chosen)),
            figures=statistics(chosen, digits),
            drawdown_share=_drawdown_share(book, account.balance, since, until),
            groups=_groups(chosen, query, digits),
            decisions=journal.decisions,
            intents=tuple(each for each in journal.intents if query.fits_intent(each)),
            balance=_thinned(_within(balance, since, until)),
            equity=self._store(reading).equity(since, until),
            flows=tuple(flow for flow in book.flows if since <= flow.at < until),
            symbols=tuple(sorted({trade.symbol for trade in trades})),
            strategies=tuple(sorted({strategy_of(trade) for trade in trades})),
            price_digits={trade.symbol: self._digits(trade.symbol) for trade in chosen},
        )

    def _reading(self) -> AccountReading:
        reading = self._pool.latest_account()
        if reading is None:
            raise CommandRefused("no account has been connected yet")
        return reading

    def _store(self, reading: AccountReading) -> ReviewStore:
        return review_store(self._data_dir, *reading.account.key)

    def _book(self, reading: AccountReading) -> TradeBook:
        """Read what the broker's history has gained, and put all of it together."""
        account = reading.account.key
        with contextlib.suppress(PoolError, MT5Error):
            # Without it, deals of another season are an hour off, which is no reason to show none.
            self._pool.learn_summer_time()
        with self._lock:
            if account != self._account:
                self._account, self._deals, self._orders = account, {}, {}
            newest = max((deal.time for deal in self._deals.values()), default=None)
            since = _BEGINNING if newest is None else self._pool.server_time_to_utc(newest) - _LATE
            history = self._pool.read_history(since, max(self._clock.now(), self._pool.market_now()))
            if history.account != account:
                raise CommandRefused("another account was connected meanwhile; please look again")
            self._deals |= {deal.ticket: deal for deal in history.deals}
            self._orders |= {order.ticket: OrderPrices(order.price_open, order.sl) for order in history.orders}
            book = read_deals(self._deals.values(), self._pool.server_time_to_utc, reading.account.currency_digits)
            self._held = (account, book.held)
            return book

    def _trades(
        self, reading: AccountReading, query: ReviewQuery, book: TradeBook, report: ReportProgress
    ) -> tuple[tuple[ClosedTrade, ...], _OfJournal]:
        """Return the trades of a time with all that is known of them, and what the journal says of that time."""
        since, until = self._span(query, None, book)
        trades = tuple(trade for trade in book.trades if since <= trade.closed_at < until)
        past = _Past(trades=trades)
        path = journal_path(self._data_dir, *reading.account.key)
        if path.is_file():
            with open_facts(path) as facts:
                # A journal only grows: what is typed into the filter changes nothing of this.
                basis = (path, facts.newest, query.since, query.until, trades, len(self._orders))
                past = self._past
                if past.basis != basis:
                    past = self._read_past(facts, _Past(basis, trades), query, (since, until), report)
        notes = self._store(reading).annotations()
        return tuple(_annotated(trade, notes.get(trade.key)) for trade in past.trades), past.journal

    def _read_past(
        self,
        facts: JournalFacts,
        past: _Past,
        query: ReviewQuery,
        span: tuple[datetime, datetime],
        report: ReportProgress,
    ) -> _Past:
        """Return a time's trades as the journal knows them, and what it says of the time where that is wanted."""
        trades = facts.describe(past.trades, self._orders, partial(_share, report))
        if not query.intents:
            return _Past(past.basis, trades, _OfJournal(facts.began))
        journal = _OfJournal(facts.began, facts.decisions(*span), facts.intents(*span))
        self._past = _Past(past.basis, trades, journal)
        return self._past

    def _span(self, query: ReviewQuery, began: datetime | None, book: TradeBook) -> tuple[datetime, datetime]:
        """Return the time that is meant: without bounds from the first of journal and history to the present."""
        firsts = [moment for moment in (began, book.steps[0].at if book.steps else None) if moment is not None]
        end = max(self._clock.now(), self._pool.market_now()) + timedelta(days=1)
        return query.since or min(firsts, default=_BEGINNING), query.until or end

    def _digits(self, symbol: str) -> int:
        info = self._pool.symbol_info(symbol)
        return _USUAL_DIGITS if info is None else info.digits


def _share(report: ReportProgress, done: int, whole: int) -> None:
    message = _("Reading the journal: {done:,} of {whole:,} trades").format(done=done, whole=whole)
    report(message, 0.3 + 0.6 * done / max(1, whole))


def _annotated(trade: ClosedTrade, annotation: Annotation | None) -> ClosedTrade:
    return trade if annotation is None else replace(trade, note=annotation.note, tags=annotation.tags)


def _groups(trades: tuple[ClosedTrade, ...], query: ReviewQuery, digits: int) -> dict[str, tuple[Group, ...]]:
    """Return figures by all that trades have in common; hour and weekday are those of the entry."""

    def opened(trade: ClosedTrade) -> datetime | None:
        return trade.opened_at.astimezone(query.zone) if trade.opened_at is not None else None

    def hour(trade: ClosedTrade) -> int | None:
        moment = opened(trade)
        return None if moment is None else moment.hour

    def weekday(trade: ClosedTrade) -> int | None:
        moment = opened(trade)
        return None if moment is None else moment.weekday()

    return {
        "symbol": grouped(trades, lambda trade: trade.symbol, digits),
        "strategy": grouped(trades, strategy_of, digits),
        "hour": grouped(trades, hour, digits),
        "weekday": grouped(trades, weekday, digits),
        "reason": grouped(trades, lambda trade: trade.reason, digits),
    }


def _balance(book: TradeBook, present: float) -> tuple[tuple[datetime, float], ...]:
    """Return the balance after each step; what the history does not reach back to is before the first one."""
    levels, level = [], present - math.fsum(step.amount for step in book.steps)
    for step in book.steps:
        level += step.amount
        levels.append((step.at, level))
    return tuple(levels)


def _within(
    levels: tuple[tuple[datetime, float], ...], since: datetime, until: datetime
) -> tuple[tuple[datetime, float], ...]:
    """Return the levels of a time, beginning with what it began with."""
    before = [level for level in levels if level[0] < since][-1:]
    return tuple(
        (max(at, since), level) for at, level in (*before, *(each for each in levels if since <= each[0] < until))
    )


def _thinned(levels: tuple[tuple[datetime, float], ...]) -> tuple[tuple[datetime, float], ...]:
    """Return at most some thousands of levels: of each stretch the lowest and the highest, in their order."""
    if len(levels) <= _MOST_STEPS:
        return levels
    size = math.ceil(len(levels) * 2 / _MOST_STEPS)
    kept: list[tuple[datetime, float]] = []
    for first in range(0, len(levels), size):
        part = levels[first : first + size]
        ends = {part.index(min(part, key=lambda each: each[1])), part.index(max(part, key=lambda each: each[1]))}
        kept += [part[place] for place in sorted(ends)]
    return (*kept, levels[-1])


def _drawdown_share(book: TradeBook, present: float, since: datetime, until: datetime) -> float | None:
    """Return the deepest fall of the balance in a time as a share of its peak; money paid in or out is no result."""
    start = present - math.fsum(step.amount for step in book.steps if step.at >= since)
    steps = [(step.amount, step.paid) for step in book.steps if since <= step.at < until]
    return deepest_share(start, steps) if steps else None
