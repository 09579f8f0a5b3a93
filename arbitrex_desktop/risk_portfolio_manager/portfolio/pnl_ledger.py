# SPDX-License-Identifier: MIT
"""Peak, anchors and profit from account readings and deals, untouched by deposits and withdrawals.

Money that came or went is what the balance changed by beyond the results of deals.  Deals may reach the history a
second after the balance, so each sync computes from the last one at which the books closed: what looked like a
deposit for a moment leaves no trace.  A fall that no deal explains is a loss until a balance deal names it a
withdrawal.  A flow scales peak and anchors by equity after over equity before it, which
keeps every drawdown what it was (the unit method of fund accounting).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Final, NamedTuple

import msgspec

from arbitrex_desktop.mt5.constants import DealEntry, DealType
from arbitrex_desktop.mt5.results import AccountInfo, TradeDeal
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_record import TradingRecord

_FLOWS: Final = frozenset({DealType.BALANCE, DealType.CREDIT, DealType.CORRECTION, DealType.BONUS})
_TRADES: Final = frozenset({DealType.BUY, DealType.SELL})
_CLOSING: Final = frozenset({DealEntry.OUT, DealEntry.INOUT, DealEntry.OUT_BY})
_PATIENCE: Final = timedelta(minutes=10)
_PATIENCE_WITH_LOSS: Final = timedelta(days=1)
"""For how long a deal is awaited that explains a rise, or a fall, of the balance; counted from its first sight."""
_MOST_DIGITS: Final = 8
_EVER: Final = datetime.min.replace(tzinfo=UTC)
_MOST_SIGHTS: Final = 1_000
_LONGEST_GAP: Final = timedelta(minutes=10)
_WHOLE: Final = timedelta(days=400)
"""How far back the history is read for an account whose every day counts."""

ToUtc = Callable[[float], datetime]


class LossBaseline(msgspec.Struct, frozen=True, array_like=True):
    """Balance and equity at a reset, in account currency."""

    balance: float
    equity: float

    def by(self, kind: str) -> float:
        """Return what losses are measured from: balance, equity, or the higher of both."""
        return {"balance": self.balance, "equity": self.equity}.get(kind, max(self.balance, self.equity))

    def scaled(self, factor: float) -> LossBaseline:
        """Return the anchor after money came or went."""
        return LossBaseline(self.balance * factor, self.equity * factor)


class PastReset(msgspec.Struct, frozen=True):
    """The reset before the latest, to which a clock that was ahead goes back, and what losses were measured from."""

    start: datetime
    baseline: LossBaseline


class Checkpoint(msgspec.Struct, frozen=True):
    """The account at the last sync at which the books closed.

    `ticket`, the highest deal seen by then; `day_before` and `week_before`, what those before began with.
    """

    at: datetime
    funds: float
    equity: float
    peak: float
    realized: float
    day: LossBaseline
    week: LossBaseline
    day_start: datetime
    week_start: datetime
    ticket: int
    day_before: PastReset | None = None
    week_before: PastReset | None = None


class Sight(msgspec.Struct, array_like=True):
    """A sync that saw the balance change: when, by how much, the equity then, and the highest since."""

    at: datetime
    change: float
    equity: float
    highest: float


class _Part(NamedTuple):
    """Money that came or went, when, and the sync that saw it first in the balance."""

    at: datetime
    amount: float
    sight: Sight


class _Moved(NamedTuple):
    """What changed since the last closing besides the results of trading.

    Attributes:
        parts: what came or went, named by deals or not.
        lost: what the balance fell by for no known reason, at most 0.
        open_since: when something unexplained was first seen, now for nothing.
    """

    parts: list[_Part]
    lost: float
    open_since: datetime

    def flow(self, since: datetime) -> float:
        """Return what came or went since a moment."""
        return sum(part.amount for part in self.parts if part.at >= since)

    def factor(self, since: datetime = _EVER, after: datetime = _EVER) -> float | None:
        """Return what scales a peak or an anchor; None when there was nothing before it.

        It is of the money that came or went `since` a moment and was seen `after` another: by the equity after it over
        the equity before it.  What the market does until its deal is there is none of it.
        """
        sums: dict[datetime, tuple[float, float]] = {}
        for part in self.parts:
            if part.at >= since and part.sight.at > after:
                equity, before = sums.get(part.sight.at, (part.sight.equity, part.sight.equity))
                sums[part.sight.at] = equity, before - part.amount
        if not all(equity > 0.0 and before > 0.0 for equity, before in sums.values()):
            return None
        return math.prod(equity / before for equity, before in sums.values())

    def peak(self, peak: float, sights: list[Sight], equity: float) -> float:
        """Return the peak after it, whatever was seen while it was not explained; the equity for money into nothing."""
        factor = self.factor()
        if factor is None:
            return equity
        seen = (each.highest * (self.factor(after=each.at) or 0.0) for each in sights)
        return max(peak * factor, *seen)


class Rise(msgspec.Struct, frozen=True):
    """A rise of the balance that is taken for a deposit until a deal says that it was a profit.

    `factor` is what peak and anchors were scaled by.
    """

    amount: float = 0.0
    factor: float = 1.0


class PnlFigures(msgspec.Struct, frozen=True):
    """What a sync came to, in account currency.

    `unexplained`, what the balance fell by for no reason that is known, and `withdrawn`, what balance deals have named
    since all was explained; both are never above 0.  `rise`, what it rose by for no reason that is known yet, and what
    peak and anchors were scaled by for it.  `day_balance`, the balance at the day's reset, and `day_flow`, what came or
    went since: what a firm reckons in amounts no withdrawal scales.
    """

    peak: float
    day: LossBaseline
    week: LossBaseline
    daily_pnl: float
    weekly_pnl: float
    realized: float
    consecutive_losses: int
    unexplained: float = 0.0
    withdrawn: float = 0.0
    rise: Rise = Rise()
    day_balance: float = 0.0
    day_flow: float = 0.0


class PnlLedger(msgspec.Struct):
    """Keeps the last closing of one account.

    `reset_at` is a manual daily or weekly reset, which begins it anew; `open_since`, when the balance was first seen to
    have changed by what no deal explains, None while all is explained; `sights`, where it has changed since the last
    closing.  `record`, the account's days, kept where the settings hold it to a firm's rules.
    """

    day_reset_at: datetime | None = None
    week_reset_at: datetime | None = None
    closing: Checkpoint | None = None
    open_since: datetime | None = None
    sights: list[Sight] = []
    record: TradingRecord = TradingRecord()

    def read_from(self, week_start: datetime, *, whole: bool = False) -> datetime:
        """Return since when deals are needed; with `whole`, once, from the account's beginning on."""
        if whole and not self.record.complete:
            return week_start - _WHOLE
        return week_start if self.closing is None else min(week_start, self.closing.at - timedelta(hours=1))

    def update(
        self,
        account: AccountInfo,
        deals: Sequence[TradeDeal],
        to_utc: ToUtc,
        now: datetime,
        starts: tuple[datetime, datetime],
    ) -> PnlFigures:
        """Take a reading and the deals since `read_from`, and return the figures; `starts` are the latest resets."""
        daily = [deal for deal in deals if to_utc(deal.time) >= self._since(starts[0], self.day_reset_at)]
        weekly = [deal for deal in deals if to_utc(deal.time) >= self._since(starts[1], self.week_reset_at)]
        if self.closing is None:
            self.closing = _first(account, deals, (daily, weekly), now, starts)
        before = self.closing.ticket
        closing, lost, rise = self._take(account, deals, (daily, weekly), to_utc, now, starts)
        since = self._lost_since(now) if lost else now
        lost_today = lost if since >= self._since(starts[0], self.day_reset_at) else 0.0
        came = rise.amount + sum(each.profit for each in daily if each.type in _FLOWS)
        return PnlFigures(
            peak=closing.peak,
            day=closing.day,
            week=closing.week,
            daily_pnl=_results(daily) + lost_today,
            weekly_pnl=_results(weekly) + (lost if since >= self._since(starts[1], self.week_reset_at) else 0.0),
            realized=closing.realized,
            consecutive_losses=losing_run(daily),
            unexplained=lost,
            withdrawn=sum(min(0.0, each.profit) for each in deals if each.ticket > before and each.type in _FLOWS),
            rise=rise,
            day_balance=account.balance + account.credit - _results(daily) - lost_today - came,
            day_flow=came,
        )

    def reset_day(self, now: datetime) -> None:
        """Begin the day anew at the last closing's figures."""
        self.day_reset_at = now
        if self.closing is not None:
            anchor = LossBaseline(self.closing.funds, self.closing.equity)
            self.closing = msgspec.structs.replace(self.closing, day=anchor)

    def reset_week(self, now: datetime) -> None:
        """Begin the week anew at the last closing's figures."""
        self.week_reset_at = now
        if self.closing is not None:
            anchor = LossBaseline(self.closing.funds, self.closing.equity)
            self.closing = msgspec.structs.replace(self.closing, week=anchor)

    def _take(  # noqa: PLR0917 - a reading is all of these
        self,
        account: AccountInfo,
        deals: Sequence[TradeDeal],
        since_reset: tuple[list[TradeDeal], list[TradeDeal]],
        to_utc: ToUtc,
        now: datetime,
        starts: tuple[datetime, datetime],
    ) -> tuple[Checkpoint, float, Rise]:
        """Compute from the last closing; close the books when every change of the balance is explained.

        Return what was computed, by how much the balance fell for no known reason, at most 0, and what it rose by.
        """
        last = self.closing
        if last is None:
            raise RuntimeError("the ledger has no closing to compute from")
        funds = account.balance + account.credit
        new = [deal for deal in deals if deal.ticket > last.ticket]
        traded = _results(new)
        flow = funds - last.funds - traded
        named = sum(deal.profit for deal in new if deal.type in _FLOWS)
        smallest = _smallest(account)
        self._note_sight(account, funds - last.funds, now)
        gap, rise = flow - named if abs(flow - named) > smallest else 0.0, Rise()
        lost = min(gap, self._fallen(new)) if gap else 0.0
        lost = lost if lost < -smallest else 0.0
        parts = [self._part(to_utc(deal.time), deal.profit) for deal in new if deal.type in _FLOWS]
        if gap - lost > smallest:
            largest = max(self.sights, key=lambda sight: sight.change)
            parts.append(_Part(largest.at, gap - lost, largest))
            rise = Rise(gap - lost, _Moved(parts[-1:], 0.0, now).factor() or 1.0)
        self.open_since = self.open_since or now if gap else None
        moved = _Moved(parts, lost, self._lost_since(now))
        factor = moved.factor()
        day = _baseline(
            last, PastReset(last.day_start, last.day), last.day_before, starts[0], account, since_reset[0], moved
        )
        week = _baseline(
            last, PastReset(last.week_start, last.week), last.week_before, starts[1], account, since_reset[1], moved
        )
        current = Checkpoint(
            at=now,
            funds=funds,
            equity=account.equity,
            peak=moved.peak(last.peak, self.sights, account.equity),
            realized=last.realized + traded,
            day=day,
            week=week,
            day_start=starts[0],
            week_start=starts[1],
            ticket=max([last.ticket, *(deal.ticket for deal in deals)]),
            day_before=_before(PastReset(last.day_start, last.day), last.day_before, starts[0], factor or 1.0),
            week_before=_before(PastReset(last.week_start, last.week), last.week_before, starts[1], factor or 1.0),
        )
        if self.open_since is not None:
            if now - self.open_since < (_PATIENCE_WITH_LOSS if lost else _PATIENCE):
                return current, lost, rise
            self.open_since = None
        self.sights.clear()
        self.closing = current
        return current, 0.0, Rise()

    def _lost_since(self, now: datetime) -> datetime:
        """Return when what is lost was first seen; beside a rise, when a fall was seen last."""
        if any(sight.change > 0.0 for sight in self.sights):
            return max((sight.at for sight in self.sights if sight.change < 0.0), default=now)
        return self.open_since or now

    def _note_sight(self, account: AccountInfo, changed: float, now: datetime) -> None:
        """Take down the equity, and that the balance is another than before; `changed`, since the last closing."""
        sights, equity = self.sights, account.equity
        change = changed - sum(sight.change for sight in sights)
        if sights and abs(change) < _smallest(account) / 2.0:
            sights[-1].highest = max(sights[-1].highest, equity)
            return
        sights.append(Sight(now, change, equity, equity))
        if len(sights) > _MOST_SIGHTS:
            first = sights.pop(0)
            sights[0].change += first.change
            sights[0].highest = max(sights[0].highest, first.highest)

    def _fallen(self, new: Sequence[TradeDeal]) -> float:
        """Return what the falls that were seen are more than the deals that took something: what a rise hides."""
        falls = sum(min(0.0, sight.change) for sight in self.sights)
        return falls - sum(min(0.0, result_of(deal) + deal.profit * (deal.type in _FLOWS)) for deal in new)

    def _part(self, at: datetime, amount: float) -> _Part:
        """Return money that came or went at a moment, which deals give in whole seconds."""
        return _Part(at, amount, next((sight for sight in self.sights if sight.at >= at), self.sights[-1]))

    def _since(self, start: datetime, reset: datetime | None) -> datetime:
        """Return the later of the calendar's reset and a manual one."""
        return start if reset is None else max(start, reset)


def _before(latest: PastReset, before: PastReset | None, start: datetime, factor: float) -> PastReset | None:
    """Return the reset before that of `start`, after money came or went."""
    found = latest if start > latest.start else before
    return None if found is None or found.start >= start else PastReset(found.start, found.baseline.scaled(factor))


def _baseline(  # noqa: PLR0917 - all that an anchor depends on
    last: Checkpoint,
    latest: PastReset,
    before: PastReset | None,
    start: datetime,
    account: AccountInfo,
    since_reset: list[TradeDeal],
    moved: _Moved,
) -> LossBaseline:
    """Return what the losses of the period of `start` are measured from, after all money that came or went."""
    if before is not None and before.start == start:  # the clock was ahead, and is right again
        return before.baseline.scaled(moved.factor() or 1.0)
    if start <= latest.start:
        return latest.baseline.scaled(moved.factor() or 1.0)
    return _anchor(last, account, since_reset, start, moved)


def result_of(deal: TradeDeal) -> float:
    """Return what a deal did to the balance as a result of trading: profit, commission, swap and fee.

    Money that came or went is no result; its commission is.
    """
    profit = 0.0 if deal.type in _FLOWS else deal.profit
    return profit + deal.commission + deal.swap + deal.fee


def losing_run(deals: Sequence[TradeDeal]) -> int:
    """Return how many positions in a row, up to the one closed last, ended in a loss; breaking even ends the run.

    A position that was closed in parts is one, by the sum of its closing deals.  Where two were closed by each other,
    the broker puts the result of both into one half; the empty one ends no run.
    """
    results: dict[int, float] = {}
    closing = [deal for deal in deals if deal.type in _TRADES and deal.entry in _CLOSING]
    for deal in sorted(closing, key=lambda each: (each.time_msc, each.ticket)):
        if deal.entry == DealEntry.OUT_BY and not result_of(deal):
            continue
        position = deal.position_id or -deal.ticket
        results[position] = results.pop(position, 0.0) + result_of(deal)
    lost = [result < 0.0 for result in results.values()]
    return len(list(takewhile(bool, reversed(lost))))


def _results(deals: Sequence[TradeDeal]) -> float:
    """Return the sum of results."""
    return sum(result_of(deal) for deal in deals)


def _smallest(account: AccountInfo) -> float:
    """Return what the balance may differ by for rounding alone: a little more than the currency's smallest amount."""
    digits = min(max(account.currency_digits, 0), _MOST_DIGITS)
    return 1.1 * 10.0**-digits


def _first(
    account: AccountInfo,
    deals: Sequence[TradeDeal],
    since_reset: tuple[list[TradeDeal], list[TradeDeal]],
    now: datetime,
    starts: tuple[datetime, datetime],
) -> Checkpoint:
    """Return the closing of an account that was never seen before: its peak is its equity."""
    funds = account.balance + account.credit
    day, week = funds - _results(since_reset[0]), funds - _results(since_reset[1])
    return Checkpoint(
        at=now,
        funds=funds,
        equity=account.equity,
        peak=account.equity,
        realized=0.0,
        day=LossBaseline(day, day),
        week=LossBaseline(week, week),
        day_start=starts[0],
        week_start=starts[1],
        ticket=max((deal.ticket for deal in deals), default=0),
    )


def _anchor(
    last: Checkpoint, account: AccountInfo, since_reset: list[TradeDeal], start: datetime, moved: _Moved
) -> LossBaseline:
    """Return an anchor for a reset that has passed: today's funds less what was made, came, went or was lost since.

    Its equity is that of a closing shortly before the reset; without one it is the higher of balance and what equity is
    now, since a firm may count the day's loss from an equity that nobody here has seen.  What came since scales both.
    """
    lost = moved.lost if moved.open_since >= start else 0.0
    balance = account.balance + account.credit - _results(since_reset) - moved.flow(start) - lost
    if start - last.at <= _LONGEST_GAP:
        equity = last.equity + moved.flow(_EVER) - moved.flow(start)
    else:
        equity = max(balance, account.equity - moved.flow(start))
    return LossBaseline(balance, equity).scaled(moved.factor(start) or 1.0)
