# SPDX-License-Identifier: MIT
"""What the window sees of the core: one frozen snapshot, replaced as a whole.

The seam between core and window.  `desk.core.TradingCore` makes a snapshot on its own thread; the window keeps the
newest and draws it.  Quotes are not in it: they come from the pool's tick board, thirty times a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from arbitrex_desktop.desk.intents.intent import GoodFor, IntentState
from arbitrex_desktop.desk.presentation.alert_rows import AlertsView
from arbitrex_desktop.desk.presentation.notice_topics import NoticeLevel, NoticeTopic
from arbitrex_desktop.raw_layer.views import PoolStats
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict


@dataclass(frozen=True, slots=True)
class AccountRow:
    """The account as last synced; money in `currency`, `margin_level` in percent or None without margin in use.

    `capital` is the balance, `equity` the balance with floating profit, `unrealized_pnl` that floating profit.
    """

    login: int
    server: str
    company: str
    currency: str
    leverage: int
    capital: float
    equity: float
    margin: float
    free_margin: float
    margin_level: float | None
    unrealized_pnl: float
    observed_at: datetime
    currency_digits: int = 2


@dataclass(frozen=True, slots=True)
class PositionRow:
    """An open position; volume in lots, profit and swap in account currency, `opened_at` in UTC.

    `intent_id` is the desk's intent it came from, empty for one opened by hand or by an expert advisor; `exit_rules`,
    what the desk does by itself with it, in words, empty for nothing; `source`, who asked for it: manual, a strategy's
    name, empty for one opened elsewhere; `first_stop`, the stop that it was sent with, None where that is not known;
    `price_value`, what a move of the price by 1 is worth in account currency, None where that is not known;
    `currency`, the account's, and `money_digits`, its decimals; `commission`, what was charged for opening it, with
    fees, negative for what was paid, None where the deals do not tell it.
    """

    ticket: int
    symbol: str
    direction: int
    volume: float
    price_open: float
    price_current: float
    digits: int
    stop_loss: float | None
    take_profit: float | None
    profit: float
    swap: float
    opened_at: datetime
    magic: int
    comment: str
    intent_id: str = ""
    exit_rules: str = ""
    source: str = ""
    first_stop: float | None = None
    price_value: float | None = None
    money_digits: int = 2
    currency: str = ""
    commission: float | None = None

    @property
    def risk_to_stop(self) -> float | None:
        """What equity loses when the stop is hit, in account currency; None without a stop or where it is not known."""
        return None if not self.stop_loss else self.loss_at(self.stop_loss)

    @property
    def r_multiple(self) -> float | None:
        """The profit in R, the distance from entry to the first stop; None where there was none to measure by.

        Where the first stop is not known, the present one counts as long as it stands on the losing side.
        """
        stop = self.first_stop or self.stop_loss
        risk = (self.price_open - stop) * self.direction if stop else 0.0
        return (self.price_current - self.price_open) * self.direction / risk if risk > 0.0 else None

    def loss_at(self, stop: float) -> float | None:
        """Return what equity loses from now until a price, in account currency, not below 0; None if not known."""
        if self.price_value is None:
            return None
        return max(0.0, (self.price_current - stop) * self.direction) * self.price_value


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order that waits at the broker; `volume` in lots, what is not filled yet; `placed_at` in UTC.

    Attributes:
        kind: what it is in words, such as BUY LIMIT
        direction: 1 or -1, 0 for a CLOSE BY, which has none
        price: where it is triggered or filled, None for a market order under way
        limit_price: where a stop limit order rests once triggered
        intent_id: the desk's intent it came from, empty for one that was placed elsewhere
        expires_at: UTC moment when the broker says that it takes it back by itself, None where it names no moment
        for_the_day: whether it rests for a trading day, whose end is the broker's to say
        price_value: what a move of the price by 1 is worth in account currency, None where that is not known
        money_digits: the decimals of the account's currency
    """

    ticket: int
    symbol: str
    kind: str
    direction: int
    volume: float
    price: float | None
    digits: int
    stop_loss: float | None
    take_profit: float | None
    placed_at: datetime
    magic: int
    comment: str
    intent_id: str = ""
    limit_price: float | None = None
    expires_at: datetime | None = None
    for_the_day: bool = False
    price_value: float | None = None
    money_digits: int = 2


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """Where an intent's order rests, and how long.

    Attributes:
        price: at which it is triggered or filled
        good_for: what ends it
        until: moment or day (UTC) at which it ends, None where it has none
        oco_with: the intent of the other order of its pair, empty for none
    """

    price: float
    good_for: GoodFor = GoodFor.CANCELLED
    until: datetime | None = None
    oco_with: str = ""


@dataclass(frozen=True, slots=True)
class IntentRow:
    """A trade intent and what became of it.

    Attributes:
        source: "manual" or a strategy's name
        direction: 1 or -1
        decision: the RPM's status (APPROVED, ADJUSTED or REJECTED) or empty
        lots: approved volume
        price: reference price of the decision
        stop_loss, take_profit: prices, None for none
        risk_amount: expected loss at the stop in account currency
        risk_pct: the same as a share of capital
        reason, details: why it was refused or failed, in words
        refused_by: the check that refused, where that is what `details` tells; None where it is another reason
        checks: every verdict
        can_approve: whether Approve is possible now
        blocker: why it is not, empty when it is
        fill_price, ticket, filled_lots: price, order's ticket and volume of the fill
        slippage_points: points by which the fill was worse than asked; negative when it was better
        slippage_amount: the same in account currency
        money_digits: decimals of that currency
        closes: ticket of the position that the trade closes or takes from, None for one that opens
        closing_text: the same in words for the trader, empty for one that opens
        changed: what is different from the RPM's first answer while the intent waits, empty when nothing
            is; in words
        escalation: how it is more than what arrived (larger, or another kind of trade), in words; empty when it is not
        requested_lots: volume that was asked for, None when the RPM was to size it
        decided_by: who brought it to its state: trader, desk (for the risk manager), policy or a strategy
        atr: average true range in price units by which it was judged, None when it was not
        order_kind: LIMIT or STOP for an order that rests, empty for one at the market
        resting: where an order rests, and how long; None for one at the market
    """

    intent_id: str
    source: str
    symbol: str
    direction: int
    state: IntentState
    created_at: datetime
    expires_at: datetime
    changed_at: datetime
    decision: str = ""
    lots: float = 0.0
    digits: int = 5
    price: float | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    risk_amount: float | None = None
    risk_pct: float | None = None
    confidence: float | None = None
    regime: str = ""
    reason: str = ""
    details: str = ""
    checks: tuple[Verdict, ...] = ()
    can_approve: bool = False
    blocker: str = ""
    fill_price: float | None = None
    ticket: int | None = None
    slippage_points: float | None = None
    filled_lots: float = 0.0
    slippage_amount: float | None = None
    closes: int | None = None
    closing_text: str = ""
    changed: str = ""
    escalation: str = ""
    requested_lots: float | None = None
    decided_by: str = ""
    atr: float | None = None
    resting: RestingOrder | None = None
    refused_by: Verdict | None = None
    money_digits: int = 2
    order_kind: str = ""


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """A kill switch that is on.

    Attributes:
        level: GLOBAL, SYMBOL or STRATEGY
        name: the symbol or strategy, empty for everything
        action: THROTTLE, SUSPEND or SHUTDOWN
        reason: why it was set
        since: UTC
        by_limit: a limit has set it and resuming trading lifts it; otherwise a person has, and a person lifts it
    """

    level: str
    name: str
    action: str
    reason: str
    since: datetime
    by_limit: bool = False

    @property
    def scope(self) -> str:
        """What it is set on, in English."""
        return f"{self.level.lower()} {self.name}" if self.name else "everything"


@dataclass(frozen=True, slots=True)
class RiskRow:
    """The portfolio's risk as the RPM sees it; money in account currency, shares as fractions.

    Attributes:
        drawdown: fall of equity below its peak as a share of the peak
        daily_pnl, weekly_pnl: realised since the reset
        daily_limit, weekly_limit: the losses at which trading halts
        currency_exposure: signed and netted, by currency
        symbol_exposure: signed units by symbol
        daily_drawdown: fall of equity, floating loss included, below what it is measured from today, as a share of
            that, None before a daily reset was seen
        day_anchor: what it is measured from
        max_daily_drawdown: where trading halts
        limits: how much of each limit is used as things stand, in the order of the rules
        worst: the greatest share of each limit that was used today, by its code, since the program's start
        notional: net by symbol in account currency, long positive
        correlated, correlations: symbols held, and how their positions move together, 1 for with and -1 for against
        switches: kill switches that are on
        reducing_reason: why only trades that reduce risk pass, empty unless the state is REDUCING
        reducing_until: when that ends by itself, UTC; None where only a person ends it
    """

    trading_state: str
    halt_reason: str
    halted_at: datetime | None
    peak_equity: float
    drawdown: float
    max_drawdown: float
    daily_pnl: float
    daily_limit: float
    weekly_pnl: float
    weekly_limit: float
    currency_exposure: dict[str, float] = field(default_factory=dict)
    symbol_exposure: dict[str, float] = field(default_factory=dict)
    daily_drawdown: float | None = None
    max_daily_drawdown: float = 0.0
    day_anchor: float | None = None
    limits: tuple[Verdict, ...] = ()
    worst: dict[str, float] = field(default_factory=dict)
    notional: dict[str, float] = field(default_factory=dict)
    correlated: tuple[str, ...] = ()
    correlations: tuple[tuple[float, ...], ...] = ()
    switches: tuple[SwitchRow, ...] = ()
    reducing_reason: str = ""
    reducing_until: datetime | None = None

    @property
    def suspended_by(self) -> SwitchRow | None:
        """The kill switch that lets nothing pass that adds risk, whatever it is; None without one."""
        stops = (each for each in self.switches if each.level == "GLOBAL" and each.action != "THROTTLE")
        return next(stops, None)


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """Equity and balance at one sync, in account currency."""

    at: datetime
    equity: float
    balance: float


@dataclass(frozen=True, slots=True)
class Preview:
    """The RPM's answer to what stands in the form now; nothing was recorded. `number` echoes the request's."""

    number: int
    intent: IntentRow


@dataclass(frozen=True, slots=True)
class Notice:
    """One message for the trader.

    Attributes:
        at: when it happened, UTC
        level: how grave it is
        topic: what it is about, by which repeats are told once
        text: in words
        reason: why, where that is told elsewhere, too; empty elsewhere
    """

    at: datetime
    level: NoticeLevel
    topic: NoticeTopic
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ArmingRow:
    """Whether orders may leave: `needed` on LIVE accounts only; `until`, UTC, None while not armed."""

    needed: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SymbolDay:
    """What a watch list shows of a symbol besides its quote.

    Attributes:
        symbol: the broker's name
        group: the first part of the broker's path, such as Forex; empty where it has none
        description: in the broker's words
        before: last bid of the trading day before, None where the broker does not tell
        high, low: of the bid in this trading day, None where the broker does not tell
        restriction: what may not be traded, in words; empty when all may
    """

    symbol: str
    group: str = ""
    description: str = ""
    before: float | None = None
    high: float | None = None
    low: float | None = None
    restriction: str = ""


@dataclass(frozen=True, slots=True)
class DeskSnapshot:
    """All that the window draws besides quotes.

    Attributes:
        taken_at: moment, UTC
        pool: connection figures
        sync: `rpm.get_mt5_sync_stats()`
        account, risk: figures of account and risk, None before the first sync
        positions: open positions
        orders: those that wait at the broker
        intents: newest first, ended ones included (the latest 500)
        equity: points since the start, decimated to 2 000 at most
        notices: newest first, the latest 200
        arming: whether a LIVE account is armed, and until when
        takes_intents: whether the account's journal is open, without which none is taken in
        journal_problem: why nothing can be journalled and so nothing sent, or that another window uses the data
            folder, empty when all is well
        watch: every selected symbol's day
        alerts: what calls the trader, and what called
    """

    taken_at: datetime
    pool: PoolStats
    sync: dict[str, Any]
    account: AccountRow | None = None
    risk: RiskRow | None = None
    positions: tuple[PositionRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    intents: tuple[IntentRow, ...] = ()
    equity: tuple[EquityPoint, ...] = ()
    notices: tuple[Notice, ...] = ()
    arming: ArmingRow = field(default_factory=lambda: ArmingRow(needed=False))
    takes_intents: bool = False
    journal_problem: str = ""
    watch: tuple[SymbolDay, ...] = ()
    alerts: AlertsView = field(default_factory=AlertsView)
