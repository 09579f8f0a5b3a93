# SPDX-License-Identifier: MIT
"""What the rules look at: frozen views of market, account and exposure, made anew for every intent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from arbitrex_desktop.mt5.results import AccountInfo
from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.format import Decimals
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import KillSwitch
from arbitrex_desktop.risk_portfolio_manager.decision.result import RuleResult
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar
from arbitrex_desktop.risk_portfolio_manager.market.portfolio_risk import JointRisk
from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings
from arbitrex_desktop.risk_portfolio_manager.portfolio.activity import Activity
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_record import TradingRecord


class MarketView(msgspec.Struct, frozen=True):
    """What is known of the symbol now; without a pool only `price` and `instrument` may be.

    Attributes:
        now: market time, UTC.
        has_pool: whether there is a pool to read from.
        connected: whether the pool is connected to the terminal.
        instrument: the symbol's contract; None when the symbol is not known.
        price: what the trade would be entered at: the intent's own price, else ask or bid.
        closing: what it would be closed at as it is entered: the price less the spread, where that is known.
        margin_per_lot: margin of one lot in account currency.
        shock: recent volatility over usual; None when it was not measured.
        calendar: news that block trades; None when there is no calendar.
        mid: middle of the last good quote.
        spread_bps: its spread in hundredths of a percent.
        quote_age: its age in seconds.
    """

    now: datetime
    has_pool: bool
    connected: bool
    instrument: Instrument | None
    price: float | None
    closing: float | None
    margin_per_lot: float | None = None
    shock: float | None = None
    calendar: NewsCalendar | None = None
    mid: float | None = None
    spread_bps: float | None = None
    quote_age: float | None = None


class AccountView(msgspec.Struct, frozen=True):
    """The account now; money in account currency, shares as fractions.

    Attributes:
        capital: balance that risk is a share of.
        equity: balance with floating profit.
        drawdown: fall of equity from its peak.
        daily_pnl: realised since the day's reset.
        weekly_pnl: realised since the week's reset.
        day_start: the day's reset, UTC.
        day_anchor: what the day's loss is measured from; None before a reset was seen.
        week_anchor: the same for the week.
        consecutive_losses: closing deals with a loss since the last profit or reset.
        halted: whether trading is halted.
        halt_reason: why.
        reducing: why only reducing trades pass now; empty when others do too.
        syncs: whether this manager reads an account at all.
        synced_at: when it was last read, in monotonic seconds; None before the first time.
        latest: the account as last polled or synced; None before.
        record: the account's days, by the firm's clock; empty where the settings name no firm's account.
        digits: decimals of its currency; None where they are not known.
        currency: the account's; empty where it is not known.
        day_balance: balance at the day's reset; None where it is not known.
        day_flow: money that came or went since.
    """

    capital: float
    equity: float
    drawdown: float
    daily_pnl: float
    weekly_pnl: float
    day_start: datetime
    day_anchor: float | None
    week_anchor: float | None
    consecutive_losses: int
    halted: bool
    halt_reason: str | None
    reducing: str
    syncs: bool
    synced_at: float | None
    latest: AccountInfo | None
    record: TradingRecord = TradingRecord()
    digits: int | None = None
    currency: str = ""
    day_balance: float | None = None
    day_flow: float = 0.0


class LossHeadroom(msgspec.Struct, frozen=True):
    """What the loss limits leave from now on, in account currency, each with its limit in words.

    Attributes:
        realised: the tightest of those that count realised losses.
        realised_note: of which limit it is left.
        equity: the tightest of those that count equity.
        equity_note: of which limit it is left.
    """

    realised: float
    realised_note: str
    equity: float = math.inf
    equity_note: str = ""


class AccountLimits(msgspec.Struct, frozen=True):
    """How the account stands to its limits, whatever is asked for.

    Attributes:
        results: of the rules about the account alone.
        broken: those of them that refuse.
        headroom: what the loss limits leave.
        total_lots: most lots of everything; None where it is not known.
    """

    results: tuple[RuleResult, ...] = ()
    broken: tuple[RuleResult, ...] = ()
    headroom: LossHeadroom = LossHeadroom(math.inf, "")
    total_lots: float | None = None


NO_LIMITS: Final = AccountLimits()


class Joined(msgspec.Struct, frozen=True):
    """An open position that a trade enlarges: its units, entry price and stop."""

    units: float
    entry: float
    stop: float | None

    def loss_at(self, stop: float | None, price: float, direction: int, value: float) -> float:
        """Return what it loses at a stop, from its entry or from a price, whichever is worse; 0 without one."""
        if not stop:
            return 0.0
        return max(0.0, direction * (self.entry - stop), direction * (price - stop)) * self.units * value


class ExposureView(msgspec.Struct, frozen=True):
    """What is held and in flight, as it bears on one symbol and direction; account currency unless said otherwise.

    What is "towards" counts what is held net on the trade's side, and what is in flight to it: an order may not be
    filled and a position be closed before, so that nothing on the other side makes room.

    Attributes:
        units: units of the symbol towards.
        notional: the same in money, without what was set manually.
        manual: whether the program set the symbol's units manually.
        base: the instrument's base currency towards.
        profit: its profit currency towards, which a purchase sells.
        net: long minus short of everything, towards.
        gross: sum of all sizes.
        margin: margin of what is in flight.
        count: positions, those in flight included.
        in_symbol: the same in the symbol.
        of_strategy: the same of the strategy.
        opened: when each was opened.
        unknown: why something could not be valued; empty when all could.
        unpriced: the first position that a program without a pool gave no price for; empty when there is none.
        reducible: units that a trade in this direction could take off the open position.
        reducing: whether this trade only does that.
        reused: whether the intent's name is that of a position, or of another trade in flight.
        admitted: whether this intent, or what it is asked instead of, was approved before, and so has been counted by
            the rules of pacing.
        joint: how the symbol moves with the portfolio; None when something has no known worth.
        closes: the broker's number of the position that a reducing trade closes; 0 when there is none to name.
        leaving: whether what this trade could take off is being taken off by others already.
        repeated: whether the same reducing trade, by its intent's name, is in flight.
        lots: lots of everything, held and in flight.
        open_risk: what equity loses when every stop is hit, of what is held and in flight.
        entry_risk: what the balance loses then, counting no stop that locks in a profit.
        without_stop: sizes of positions that have no stop.
        reversing: units of the open position that this trade closes before it opens the other way, on an account that
            keeps one position a symbol; 0 for any other trade.
        joined: the position that this trade enlarges on such an account, whose stop becomes the trade's.
    """

    units: float
    notional: float
    manual: bool
    base: float
    profit: float
    net: float
    gross: float
    margin: float
    count: int
    in_symbol: int
    of_strategy: int
    opened: Sequence[datetime]
    unknown: str | Phrase
    unpriced: str
    reducible: float
    reducing: bool
    reused: bool
    admitted: bool
    joint: JointRisk | None
    closes: int = 0
    leaving: bool = False
    repeated: bool = False
    lots: float = 0.0
    open_risk: float = 0.0
    entry_risk: float = 0.0
    without_stop: float = 0.0
    reversing: float = 0.0
    joined: Joined | None = None


class SizeResult(msgspec.Struct, frozen=True):
    """A size, how it came about, and what it would do to the portfolio.

    Attributes:
        base_units: risk capital over the loss of one unit at the stop.
        allowed: units that the risk allows, after all factors.
        units: units wanted of these.
        least_units: the smallest volume, in units.
        lots: `units` rounded down to the volume step; 0 for a reduction, which is rounded later.
        unit_notional: exposure of one unit in account currency; None when not known.
        unit_loss: what one unit loses at the stop in account currency, costs included; None when not known.
        stop: the stop's price; None when there is none.
        stop_distance: its distance from the price, in price units.
        factors: what the base was multiplied by, by name and in order.
        results: the checks of the sizing itself.
        deviation: standard deviation of the portfolio's daily profit with the trade; 0 when not known.
        tail: historical value at risk and expected shortfall with the trade; None when not known.
        joined_loss: what the position that the trade enlarges loses at the trade's stop, in account currency.
        moved_loss: by how much that is more than at the stop it has now.
    """

    base_units: float = 0.0
    allowed: float = 0.0
    units: float = 0.0
    least_units: float = 0.0
    lots: float = 0.0
    unit_notional: float | None = None
    unit_loss: float | None = None
    stop: float | None = None
    stop_distance: float = 0.0
    factors: Mapping[str, float] = {}
    results: tuple[RuleResult, ...] = ()
    deviation: float = 0.0
    tail: tuple[float, float] | None = None
    joined_loss: float = 0.0
    moved_loss: float = 0.0


NOT_SIZED: Final = SizeResult()


class RuleContext(msgspec.Struct, frozen=True):
    """Everything that a rule may look at; it reads memory only.

    Attributes:
        config: the settings.
        intent: what is asked for.
        market: the symbol now.
        account: the account now.
        exposure: what is held and in flight.
        activity: what happened lately.
        switches: kill switches that cover the intent, the widest first.
        moment: monotonic seconds.
        size: the size that is judged; `NOT_SIZED` in the stages before the sizing.
        limits: how the account stands to its limits; nothing before the sizing either.
    """

    config: RuleSettings
    intent: TradeIntent
    market: MarketView
    account: AccountView
    exposure: ExposureView
    activity: Activity
    switches: Sequence[KillSwitch]
    moment: float
    size: SizeResult = NOT_SIZED
    limits: AccountLimits = NO_LIMITS

    @property
    def decimals(self) -> Decimals:
        """Return how sentences tell money and lots."""
        account, instrument = self.account, self.market.instrument
        return Decimals(account.digits, None if instrument is None else instrument.decimals, account.currency)
