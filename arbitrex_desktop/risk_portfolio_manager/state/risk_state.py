# SPDX-License-Identifier: MIT
"""All that the risk manager knows and remembers, in one place."""

from __future__ import annotations

import math
from datetime import datetime
from functools import partial

import msgspec

from arbitrex_desktop.risk_portfolio_manager.decision.context import AccountLimits, AccountView
from arbitrex_desktop.risk_portfolio_manager.decision.decision import RiskMetrics
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.market.market_stats import MarketStats
from arbitrex_desktop.risk_portfolio_manager.market.portfolio_risk import PortfolioRisk
from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings
from arbitrex_desktop.risk_portfolio_manager.portfolio.activity import Activity
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposure_book import ExposureBook
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import (
    Instrument,
    PoolInstruments,
    instrument_by_class,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.pnl_ledger import PnlFigures, PnlLedger
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import ChangeCount, PortfolioState
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_days import TradingDays
from arbitrex_desktop.risk_portfolio_manager.rules.registry import RiskPlan, plan_of
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import KillSwitches
from arbitrex_desktop.risk_portfolio_manager.state.periods import Period, Result
from arbitrex_desktop.risk_portfolio_manager.state.sources import Sources


class ProvisionalHalt(msgspec.Struct, frozen=True):
    """A halt for a fall of the balance that may turn out to be a withdrawal: when, its code, and the fall, below 0."""

    at: datetime
    code: str
    fall: float


class RiskState:
    """The one owner of the state.  Not safe for threads: the engine locks.

    What builds a context reads it; decisions, syncs and people change it through `state.recording`, `state.sync` and
    `KillSwitches`.

    Attributes:
        portfolio: capital, positions and halts; also what the program may set up itself.
        sources: clock, pool, calendar and prices.
        switches: kill switches.
        book: exposure sums and trades in flight.
        activity: what happened lately.
        stats: measured volatilities and correlations.
        risk: how symbols move together.
        ledger: peak, anchors and profit of the synced account.
        metrics: how decisions went.
        account: name of the account that is kept; empty before it is known.
        day: the day that the portfolio's figures belong to.
        week: the same of the week.
        own_drawdown: the drawdown that was written last, to see whether the program set another.
        settings_capital: the settings' capital that counts.
        figures: what the last sync came to, and what was polled since.
        provisional: the halt that an unexplained fall alone has brought; None for none.
        plan: which rules the settings have on.
        knows_clock: whether deals are of the right day: right after the start nobody knows the server's clock.
        begins_anew: whether the account was first seen without it, and what its day began with is to be reckoned again.
    """

    def __init__(
        self, portfolio: PortfolioState, sources: Sources, switches: KillSwitches, config: RuleSettings
    ) -> None:
        self.portfolio = portfolio
        self.sources = sources
        self.switches = switches
        self.book = ExposureBook()
        self.activity = Activity()
        self.stats = MarketStats()
        self.risk = PortfolioRisk(self.stats)
        self.ledger = PnlLedger()
        self.metrics = RiskMetrics()
        self.account = ""
        self.day = Period()
        self.week = Period()
        self.own_drawdown = 0.0
        self.settings_capital = portfolio.total_capital
        self.figures = PnlFigures()
        self.provisional: ProvisionalHalt | None = None
        self.plan = plan_of(config)
        self.knows_clock, self.begins_anew = True, False
        self._calendar = TradingDays()
        self._looked_at: tuple[AccountView, RiskPlan, AccountLimits] | None = None

    def resets(self, now: datetime, config: RuleSettings) -> tuple[datetime, datetime]:
        """Return the latest resets of day and week."""
        return self._calendar.starts(now, config.reset_hour, config.reset_timezone)

    def refresh(self, config: RuleSettings, intent: TradeIntent | None = None, seen: ChangeCount = None) -> None:
        """Bring the exposure sums up to date; without a pool, at the prices that the program has given."""
        moment = self.sources.clock.monotonic()
        self.book.refresh(self.portfolio, lambda symbol: self.instrument(symbol, config, intent), moment, seen)

    def instrument(self, symbol: str, config: RuleSettings, intent: TradeIntent | None = None) -> Instrument | None:
        """Return a symbol's instrument from the pool; without one by its class, at the prices given.

        None when the pool does not know it.
        """
        sources, known = self.sources, self.sources.instruments
        if sources.pool is None:
            volumes = config.default_volume_min, config.default_volume_step
            given = partial(self._given_price, intent)
            return instrument_by_class(symbol, config.account_currency, given, *volumes)
        if known is None or known.pool is not sources.pool:
            known = sources.instruments = PoolInstruments(sources.pool, sources.clock.monotonic)
        if sources.reading is not None:
            known.account_currency = sources.reading.account.currency
        known.oldest = config.max_quote_age_seconds
        return known.get(symbol)

    def _given_price(self, intent: TradeIntent | None, name: str) -> float | None:
        """Return a price that the program gave: with this intent, with an earlier one, or in a position."""
        if intent is not None and intent.symbol == name and intent.current_price is not None:
            return intent.current_price
        if name in self.sources.prices:
            return self.sources.prices[name]
        for position in self.portfolio.positions():
            if getattr(position, "symbol", None) == name:
                price = getattr(position, "current_price", None) or getattr(position, "entry_price", None)
                return float(price) if price is not None else None
        return None

    def limits(self, account: AccountView, config: RuleSettings) -> AccountLimits:
        """Return how an account stands to its limits; one that is the same in every field stands as it did."""
        known = self._looked_at
        if known is None or known[1] is not self.plan or known[0] != account:
            known = self._looked_at = (account, self.plan, self.plan.limits_of(account, config))
        return known[2]

    def plain_drawdown(self) -> float:
        """Return (peak - equity) / peak; equity above the peak is a new peak."""
        portfolio = self.portfolio
        peak = max(portfolio.peak_equity, portfolio.equity)
        return (peak - portfolio.equity) / peak if peak > 0.0 else math.nan

    def drawdown(self) -> float:
        """Return the fall of equity from its peak, or what the program set where that is more."""
        fall, given = self.plain_drawdown(), self.portfolio.current_drawdown
        return fall if given == self.own_drawdown or given <= fall else given

    def fresh_anchor(self, config: RuleSettings) -> float:
        """Return the anchor of a day or week that has just begun."""
        portfolio = self.portfolio
        anchors = {"balance": portfolio.total_capital, "equity": portfolio.equity}
        return anchors.get(config.loss_anchor, max(portfolio.total_capital, portfolio.equity))

    def results(self, starts: tuple[datetime, datetime], config: RuleSettings) -> tuple[Result, Result]:
        """Return what the day and the week of these resets have brought so far."""
        portfolio = self.portfolio
        day = Result(portfolio.daily_pnl, portfolio.day_anchor, portfolio.consecutive_losses)
        week = Result(portfolio.weekly_pnl, portfolio.week_anchor)
        if (self.day.start, self.week.start) == starts:
            return day, week
        fresh = self.fresh_anchor(config)
        return self.day.result(starts[0], day, fresh), self.week.result(starts[1], week, fresh)

    def roll_over(self, starts: tuple[datetime, datetime], config: RuleSettings) -> None:
        """Let the portfolio's figures be those of the day and the week of these resets."""
        portfolio, (day, week) = self.portfolio, self.results(starts, config)
        if self.day.roll(starts[0], Result(portfolio.daily_pnl, portfolio.day_anchor, portfolio.consecutive_losses)):
            portfolio.daily_pnl, portfolio.day_anchor, portfolio.consecutive_losses = day.pnl, day.anchor, day.losses
        if self.week.roll(starts[1], Result(portfolio.weekly_pnl, portfolio.week_anchor)):
            portfolio.weekly_pnl, portfolio.week_anchor = week.pnl, week.anchor

    def capital(self, config: RuleSettings) -> float:
        """Return the capital; without a synced account, one that was changed in the settings counts at once."""
        wanted: float = config.total_capital
        if wanted == self.settings_capital or self.sources.reading is not None:
            return self.portfolio.total_capital
        return wanted

    def take_capital(self, config: RuleSettings) -> None:
        """Take over a capital that was changed in the settings."""
        if self.sources.reading is None and self.settings_capital != config.total_capital:
            self.portfolio.total_capital = self.settings_capital = config.total_capital

    def begin_day(self, config: RuleSettings) -> None:
        """Begin a trading day manually: no loss yet, measured from what the account holds now."""
        self.ledger.reset_day(self.sources.market_now())
        portfolio = self.portfolio
        portfolio.daily_pnl, portfolio.consecutive_losses = 0.0, 0
        portfolio.day_anchor = self.fresh_anchor(config)
        self.day.before = None

    def begin_week(self, config: RuleSettings) -> None:
        """Begin a trading week manually."""
        self.ledger.reset_week(self.sources.market_now())
        self.portfolio.weekly_pnl, self.portfolio.week_anchor = 0.0, self.fresh_anchor(config)
        self.week.before = None
