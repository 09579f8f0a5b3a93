# SPDX-License-Identifier: MIT
"""Peak, anchors and profit from account readings and deals, untouched by deposits and withdrawals.

Money that came or went is what balance deals say.  Deals may reach the history long after the balance, so each sync
computes from the last one at which the books closed, and they close when deals explain all: until then a fall is a
loss and a rise is money that came, whichever is the stricter, and neither leaves a trace when its deal is there.
Credit tells of itself: what it changes by came or went, since no trade changes it.  After a day they
close without a deal; one that comes later still names what was taken down then, and is nothing new.  A flow scales
peak and anchors by equity after over equity before it, which keeps every drawdown what it was (the unit method of
fund accounting).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final, NamedTuple

import msgspec

from arbitrex_desktop.mt5.constants import DealEntry, DealType
from arbitrex_desktop.mt5.results import AccountInfo, TradeDeal
from arbitrex_desktop.risk_portfolio_manager.portfolio.balance_changes import (
    EVER,
    Flow,
    Moved,
    Sight,
    of_credit,
    smallest_amount,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_record import TradingRecord

_FLOWS: Final = frozenset({DealType.BALANCE, DealType.CREDIT, DealType.CORRECTION, DealType.BONUS})
_TRADES: Final = frozenset({DealType.BUY, DealType.SELL})
_CLOSING: Final = frozenset({DealEntry.OUT, DealEntry.INOUT, DealEntry.OUT_BY})
_PATIENCE: Final = timedelta(days=1)
"""For how long a deal is awaited that explains a change of the balance; counted from its first sight."""
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

    def less(self, result: float) -> LossBaseline:
        """Return the anchor without a result that was taken for a part of it."""
        return LossBaseline(self.balance - result, self.equity - result)

    def scaled(self, factor: float) -> LossBaseline:
        """Return the anchor after money came or went."""
        return LossBaseline(self.balance * factor, self.equity * factor)


class PastReset(msgspec.Struct, frozen=True):
    """The reset before the latest, to which a clock that was ahead goes back, and what losses were measured from."""

    start: datetime
    baseline: LossBaseline


class Checkpoint(msgspec.Struct, frozen=True):
    """The account at the last sync at which the books closed.

    `ticket`, the highest deal seen by then; `day_before` and `week_before`, what those before began with; `unnamed`,
    what the balance had changed by without any deal; `credit`, the account's, None where it was not written down yet.
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
    unnamed: float = 0.0
    credit: float | None = None


class EquityAt(msgspec.Struct, frozen=True, array_like=True):
    """The equity at a moment."""

    at: datetime
    equity: float


class Rise(msgspec.Struct, frozen=True):
    """A rise of the balance that is taken for a deposit until a deal says that it was a profit.

    `factor` is what peak and anchors were scaled by, `at`, when it was seen.
    """

    amount: float = 0.0
    factor: float = 1.0
    at: datetime = EVER

    def before(self, start: datetime) -> float:
        """Return what of it was there at a reset."""
        return self.amount if self.at < start else 0.0


class PnlFigures(msgspec.Struct):
    """What a sync came to, in account currency, and what was polled since.

    `unexplained`, what the balance fell by for no reason that is known, and `withdrawn`, what balance deals have named
    since all was explained; both are never above 0.  `rise`, what it rose by for no reason that is known yet, and what
    peak and anchors were scaled by for it.  `day_balance`, the balance at the day's reset, and `day_flow`, what came or
    went since: what a firm reckons in amounts no withdrawal scales.
    """

    peak: float = 0.0
    day: LossBaseline = LossBaseline(0.0, 0.0)
    week: LossBaseline = LossBaseline(0.0, 0.0)
    daily_pnl: float = 0.0
    weekly_pnl: float = 0.0
    realized: float = 0.0
    consecutive_losses: int = 0
    unexplained: float = 0.0
    withdrawn: float = 0.0
    rise: Rise = Rise()
    day_balance: float | None = None
    day_flow: float = 0.0


class _Sync(NamedTuple):
    """A reading, the deals since `read_from`, and of day and week, in this order, the latest resets and deals since.

    `begun` has a reset that was made manually where that is the later one.
    """

    account: AccountInfo
    deals: Sequence[TradeDeal]
    to_utc: ToUtc
    now: datetime
    starts: tuple[datetime, datetime]
    begun: tuple[datetime, datetime]
    since: tuple[list[TradeDeal], list[TradeDeal]]

    @property
    def funds(self) -> float:
        """Return the balance with its credit."""
        return self.account.balance + self.account.credit


class PnlLedger(msgspec.Struct):
    """Keeps the last closing of one account.

    `reset_at` is a manual daily or weekly reset, which begins it anew; `open_since`, when the balance was first seen to
    have changed by what no deal explains, None while all is explained; `sights`, where it has changed since the last
    closing.  `record`, the account's days, kept where the settings hold it to a firm's rules.  `known_since`, when the
    account was seen first: all deals before are in its balance.  `seen`, the last reading; `eves`, the one shortly
    before each reset since the last closing.
    """

    day_reset_at: datetime | None = None
    week_reset_at: datetime | None = None
    closing: Checkpoint | None = None
    open_since: datetime | None = None
    sights: list[Sight] = []
    record: TradingRecord = TradingRecord()
    known_since: datetime | None = None
    seen: EquityAt | None = None
    eves: dict[datetime, EquityAt] = {}

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
        begun = max(starts[0], self.day_reset_at or EVER), max(starts[1], self.week_reset_at or EVER)
        daily, weekly = ([deal for deal in deals if to_utc(deal.time) >= each] for each in begun)
        sync = _Sync(account, deals, to_utc, now, starts, begun, (daily, weekly))
        if self.closing is None:
            self.closing, self.known_since = _first_checkpoint(sync), now
        self.closing = last = self._with_earlier(self.closing, sync)
        self._note_reading(account, now, starts)
        closing, lost, rise, credit = self._close_if_explained(last, sync)
        since = self._lost_since(now) if lost else now
        lost_today = lost if since >= begun[0] else 0.0
        came = rise.amount + credit + sum(each.profit for each in daily if each.type in _FLOWS)
        return PnlFigures(
            peak=closing.peak,
            day=closing.day,
            week=closing.week,
            daily_pnl=_sum_of_results(daily) + lost_today,
            weekly_pnl=_sum_of_results(weekly) + (lost if since >= begun[1] else 0.0),
            realized=closing.realized,
            consecutive_losses=losing_run(daily),
            unexplained=lost,
            withdrawn=sum(min(0.0, each.profit) for each in deals if each.ticket > last.ticket and each.type in _FLOWS),
            rise=rise,
            day_balance=sync.funds - _sum_of_results(daily) - lost_today - came,
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

    def _close_if_explained(self, last: Checkpoint, sync: _Sync) -> tuple[Checkpoint, float, Rise, float]:
        """Compute from the last closing; close the books when every change of the balance is explained.

        Return what was computed, by how much the balance fell for no known reason, at most 0, what it rose by, and
        what credit came or went today without a deal yet.
        """
        now, smallest = sync.now, smallest_amount(sync.account)
        new = [deal for deal in sync.deals if deal.ticket > last.ticket]
        self._note_sight(sync.account, sync.funds - last.funds, now)
        gap = sync.funds - last.funds - _sum_of_results(new) - sum(deal.profit for deal in new if deal.type in _FLOWS)
        older = [each for each in new if sync.to_utc(each.time) <= last.at]
        late = _explained_late(gap, last.unnamed, older)
        gap = gap + late if abs(gap + late) > smallest else 0.0
        credit = _credit_without_deal(last, sync, gap, new)
        lost = min(gap, self._hidden_falls(new)) - min(0.0, credit) if gap else 0.0
        lost = lost if lost < -smallest else 0.0
        came = [each for each in new if each.type in _FLOWS and not (late > 0.0 and each in older)]
        parts, rise = [self._named_flow(sync.to_utc(deal.time), deal.profit) for deal in came], Rise()
        if credit:
            parts.append(self._unnamed_flow(credit))
        if gap - lost - credit > smallest:
            parts.append(self._unnamed_flow(gap - lost - credit))
            rise = Rise(parts[-1].amount, Moved(parts[-1:], 0.0, now).factor() or 1.0, parts[-1].at)
        self.open_since = self.open_since or now if gap else None
        current = self._checkpoint_after(last, sync, Moved(parts, lost, self._lost_since(now)))
        made, unnamed = last.realized + _sum_of_results(new), last.unnamed - late + gap
        current = msgspec.structs.replace(current, realized=made, unnamed=unnamed)
        if self.open_since is not None and now - self.open_since < _PATIENCE:
            today = credit and self._unnamed_flow(credit).at >= sync.begun[0]
            return current, lost, rise, credit if today else 0.0
        self.open_since = None
        self.sights.clear()
        self.eves.clear()
        self.closing = current
        return current, 0.0, Rise(), 0.0

    def _checkpoint_after(self, last: Checkpoint, sync: _Sync, moved: Moved) -> Checkpoint:
        """Return the account as it is after what moved since the last closing."""
        (day_start, week_start), factor = sync.starts, moved.factor() or 1.0
        day, week = PastReset(last.day_start, last.day), PastReset(last.week_start, last.week)
        return Checkpoint(
            at=sync.now,
            funds=sync.funds,
            equity=sync.account.equity,
            peak=moved.peak(last.peak, self.sights, sync.account.equity),
            realized=last.realized,
            day=self._loss_baseline(0, day, last.day_before, sync, moved),
            week=self._loss_baseline(1, week, last.week_before, sync, moved),
            day_start=day_start,
            week_start=week_start,
            ticket=max([last.ticket, *(deal.ticket for deal in sync.deals)]),
            day_before=_reset_before(day, last.day_before, day_start, factor),
            week_before=_reset_before(week, last.week_before, week_start, factor),
            credit=sync.account.credit,
        )

    def _with_earlier(self, last: Checkpoint, sync: _Sync) -> Checkpoint:
        """Return the closing with the deals that came into the history late, and were made before the account was seen.

        Their results are in the first closing's balance, and were not in its day's and week's beginning.
        """
        self.known_since = min(self.known_since or EVER, sync.now)  # the clock may have been ahead
        known = self.known_since.replace(microsecond=0)  # deals give whole seconds
        earlier = [deal for deal in sync.deals if deal.ticket > last.ticket and sync.to_utc(deal.time) < known]
        if not earlier:
            return last
        day, week = (_sum_of_results([each for each in earlier if each in period]) for period in sync.since)
        ticket = max(each.ticket for each in earlier)
        return msgspec.structs.replace(last, ticket=ticket, day=last.day.less(day), week=last.week.less(week))

    def _note_reading(self, account: AccountInfo, now: datetime, starts: tuple[datetime, datetime]) -> None:
        """Take down the equity, and which one was the last before a reset."""
        for start in starts:
            if self.seen is not None and self.seen.at <= start <= min(now, self.seen.at + _LONGEST_GAP):
                self.eves.setdefault(start, self.seen)
        self.seen = EquityAt(now, account.equity)

    def _lost_since(self, now: datetime) -> datetime:
        """Return when what is lost was first seen; beside a rise, when a fall was seen last."""
        if any(sight.change > 0.0 for sight in self.sights):
            return max((sight.at for sight in self.sights if sight.change < 0.0), default=now)
        return self.open_since or now

    def _note_sight(self, account: AccountInfo, changed: float, now: datetime) -> None:
        """Take down the equity, and that the balance is another than before; `changed`, since the last closing."""
        sights, equity = self.sights, account.equity
        change = changed - sum(sight.change for sight in sights)
        if sights and abs(change) < smallest_amount(account) / 2.0:
            sights[-1].highest = max(sights[-1].highest, equity)
            return
        sights.append(Sight(now, change, equity, equity))
        if len(sights) > _MOST_SIGHTS:
            first = sights.pop(0)
            sights[0].change += first.change
            sights[0].highest = max(sights[0].highest, first.highest)

    def _hidden_falls(self, new: Sequence[TradeDeal]) -> float:
        """Return what the falls that were seen are more than the deals that took something: what a rise hides."""
        falls = sum(min(0.0, sight.change) for sight in self.sights)
        return falls - sum(min(0.0, result_of(deal) + deal.profit * (deal.type in _FLOWS)) for deal in new)

    def _named_flow(self, at: datetime, amount: float) -> Flow:
        """Return money that came or went at a moment, which deals give in whole seconds."""
        return Flow(at, amount, next((sight for sight in self.sights if sight.at >= at), self.sights[-1]))

    def _unnamed_flow(self, amount: float) -> Flow:
        """Return money that came or went at the sync that saw most of it."""
        largest = max(self.sights, key=lambda sight: math.copysign(1.0, amount) * sight.change)
        return Flow(largest.at, amount, largest)

    def _loss_baseline(
        self, of: int, latest: PastReset, before: PastReset | None, sync: _Sync, moved: Moved
    ) -> LossBaseline:
        """Return what the losses of the day, 0, or the week, 1, are measured from, after all money that came or went.

        Of a reset that has passed it is today's funds less what was made, came, went or was lost since.  Its equity is
        that of a reading shortly before; without one it is the higher of balance and what equity is now, since a firm
        may count the day's loss from an equity that nobody here has seen.  What came since scales both.
        """
        start = sync.starts[of]
        if before is not None and before.start == start:  # the clock was ahead, and is right again
            return before.baseline.scaled(moved.factor() or 1.0)
        if start <= latest.start:
            return latest.baseline.scaled(moved.factor() or 1.0)
        lost = moved.lost if moved.open_since >= start else 0.0
        balance = sync.funds - _sum_of_results(sync.since[of]) - moved.flow(start) - lost
        eve = self.eves.get(start)
        if eve is None:
            equity = max(balance, sync.account.equity - moved.flow(start))
        else:
            equity = eve.equity + moved.between(eve.at, start)
        return LossBaseline(balance, equity).scaled(moved.factor(start) or 1.0)


def _reset_before(latest: PastReset, before: PastReset | None, start: datetime, factor: float) -> PastReset | None:
    """Return the reset before that of `start`, after money came or went."""
    found = latest if start > latest.start else before
    return None if found is None or found.start >= start else PastReset(found.start, found.baseline.scaled(factor))


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


def _explained_late(gap: float, unnamed: float, deals: Sequence[TradeDeal]) -> float:
    """Return how much of a gap only names what the books closed on before: by deals from before they closed."""
    sign = math.copysign(1.0, unnamed)
    named = sum(max(0.0, sign * (result_of(each) + each.profit * (each.type in _FLOWS))) for each in deals)
    return sign * max(0.0, min(sign * unnamed, -sign * gap, named))


def _sum_of_results(deals: Sequence[TradeDeal]) -> float:
    """Return the sum of results."""
    return sum(result_of(deal) for deal in deals)


def _credit_without_deal(last: Checkpoint, sync: _Sync, gap: float, new: Sequence[TradeDeal]) -> float:
    """Return what of a gap is credit that came or went without a deal yet."""
    if not gap or last.credit is None:
        return 0.0
    named = sum(deal.profit for deal in new if deal.type == DealType.CREDIT)
    return of_credit(gap, sync.account.credit - last.credit - named, smallest_amount(sync.account))


def _first_checkpoint(sync: _Sync) -> Checkpoint:
    """Return the closing of an account that was never seen before: its peak is its equity."""
    equity, (day, week) = sync.account.equity, (sync.funds - _sum_of_results(deals) for deals in sync.since)
    ticket = max((deal.ticket for deal in sync.deals), default=0)
    anchors = LossBaseline(day, day), LossBaseline(week, week)
    closing = Checkpoint(sync.now, sync.funds, equity, equity, 0.0, *anchors, *sync.starts, ticket)
    return msgspec.structs.replace(closing, credit=sync.account.credit)
