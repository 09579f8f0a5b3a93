# SPDX-License-Identifier: MIT
"""Gathers what the rules look at: from the portfolio, from the pool's memory, or from what the program gave."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountReading
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import MarketFacts, RuleContext
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsSource
from arbitrex_desktop.risk_portfolio_manager.market.market_reader import add_quote, newer_account
from arbitrex_desktop.risk_portfolio_manager.market.market_stats import MarketStats
from arbitrex_desktop.risk_portfolio_manager.market.portfolio_risk import JointRisk, PortfolioRisk
from arbitrex_desktop.risk_portfolio_manager.pipeline.standing import Kept, StandingCases
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposure_book import ExposureBook, Exposures
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import (
    ClassInstruments,
    Instrument,
    InstrumentSource,
    PoolInstruments,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_days import TradingDays
from arbitrex_desktop.risk_portfolio_manager.state.activity import Activity
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import KillSwitches

_STEP = 0.01


@dataclass(slots=True)
class Days:
    """The day and the week that the state's figures belong to, None before any was seen."""

    day_start: datetime | None = None
    week_start: datetime | None = None


@dataclass(slots=True)
class Sources:
    """What the manager reads, besides state and settings; `reading` is the last synced one, `synced_at` monotonic.

    `syncs` tells whether this manager reads an account at all.
    """

    clock: Clock
    pool: PoolReader | None
    calendar: NewsSource | None
    syncs: bool
    reading: AccountReading | None = None
    synced_at: float | None = None
    prices: dict[str, float] = field(default_factory=dict)


class ContextBuilder:
    """Makes cases.  Not safe for threads; the engine locks.  Reads memory only."""

    def __init__(self, sources: Sources, switches: KillSwitches) -> None:
        self.sources = sources
        self.book = ExposureBook()
        self.activity = Activity()
        self.stats = MarketStats()
        self.days = Days()
        self.written_drawdown = 0.0
        self._switches = switches
        self._risk = PortfolioRisk(self.stats)
        self._standing = StandingCases()
        self._calendar = TradingDays()
        self._pool_instruments = None if sources.pool is None else PoolInstruments(sources.pool)
        self._class_instruments: tuple[tuple[str, float, float], ClassInstruments] | None = None

    def use_pool(self, pool: PoolReader) -> None:
        """Read from a pool from now on: one that the sync opened by itself."""
        if self.sources.pool is not pool:
            self.sources.pool = pool
            self._pool_instruments = PoolInstruments(pool)

    def market_now(self) -> datetime:
        """Return market time, UTC."""
        pool = self.sources.pool
        return self.sources.clock.now() if pool is None else pool.market_now()

    def resets(self, now: datetime, cfg: RPMConfig) -> tuple[datetime, datetime]:
        """Return the latest resets of day and week."""
        return self._calendar.starts(now, cfg.reset_hour, cfg.reset_timezone)

    def case(
        self, intent: TradeIntent, state: PortfolioState, cfg: RPMConfig, capital: float, wall: datetime | None = None
    ) -> RuleContext:
        """Gather everything about an intent; `wall` is this computer's time where it has just been read.

        An intent that is under way already, or that goes against a position, is looked at from scratch.
        """
        sources, now, moment = self.sources, self.market_now(), self.sources.clock.monotonic()
        self.refresh_book(state, cfg, moment, intent)
        market = self._market(intent, moment, 0.1 * intent.atr * cfg.atr_multiplier)
        facts = self._facts(intent, state, cfg, market, (capital, self.resets(now, cfg)))
        under_way = intent.intent_id in self.book.under_way
        kept = None if under_way else self._standing.find(intent, facts)
        if kept is not None and (kept.revision == self.book.version or self._renewed(kept, intent, cfg)):
            case = kept.case(intent)
        else:
            case = self._gathered(intent, state, cfg, capital, market, now)
            if not under_way and not case.reducible:
                self._standing.keep(facts, self.book, case)
        case.market, case.now, case.moment = market, now, moment
        case.wall = wall or sources.clock.now()
        case.sync_age = None if sources.synced_at is None else moment - sources.synced_at
        case.traded = intent.intent_id in self.book.traded or (
            under_way and self.book.is_anothers(intent.intent_id, intent.symbol, intent.direction)
        )
        if case.reducible > 0.0:
            self._see_reduction(case)
        return case

    def _facts(
        self, intent: TradeIntent, state: PortfolioState, cfg: RPMConfig, market: MarketFacts, given: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        """Return what a case follows from besides its own fields, all of the market but what is here, and the time.

        Objects that change in place come with a count of their changes; `given` are facts that the caller has.
        """
        account, days = market.account, self.days
        return (
            *given,
            id(cfg),  # of one that the case holds on to, so that no other can have it
            cfg.change_count(),
            state,
            state.version,
            self.written_drawdown,
            days.day_start,
            days.week_start,
            self.sources.pool,
            market.connected,
            None if account is None else (account.trade_allowed and account.trade_expert),
            self.instrument(intent.symbol, cfg, state, intent),
            self.stats.version,
            self._switches.covering(intent.symbol, intent.strategy_id),
            self.activity.throttled.get(intent.strategy_id or ""),
        )

    def _gathered(  # noqa: PLR0917 - what it is made of
        self,
        intent: TradeIntent,
        state: PortfolioState,
        cfg: RPMConfig,
        capital: float,
        market: MarketFacts,
        now: datetime,
    ) -> RuleContext:
        """Return a new case with all that follows from the facts."""
        days, (day, week) = self.days, self.resets(now, cfg)
        new_day = days.day_start is not None and day > days.day_start
        new_week = days.week_start is not None and week > days.week_start
        case = RuleContext(
            cfg=cfg,
            intent=intent,
            state=state,
            sums=self.book.without(intent.intent_id),
            market=market,
            activity=self.activity,
            switches=self._switches.covering(intent.symbol, intent.strategy_id),
            calendar=self.sources.calendar,
            now=now,
            wall=now,
            moment=0.0,
            day_start=day,
            capital=capital,
            drawdown=self.drawdown(state),
            daily_pnl=0.0 if new_day else state.daily_pnl,
            weekly_pnl=0.0 if new_week else state.weekly_pnl,
            day_anchor=self.fresh_anchor(state, cfg) if new_day else state.day_anchor,
            week_anchor=self.fresh_anchor(state, cfg) if new_week else state.week_anchor,
            sync_age=None,
            syncs=self.sources.syncs,
            instrument=self.instrument(intent.symbol, cfg, state, intent),
            reducible=self.book.reducible(intent.symbol, intent.direction, intent.intent_id),
        )
        if not case.reducible:
            case.together = self._together(intent, case.instrument, case.sums, cfg)
        return case

    def _renewed(self, kept: Kept, intent: TradeIntent, cfg: RPMConfig) -> bool:
        """Bring a case that is kept up to date with the book; tell whether that could be done."""
        book, instrument = self.book, kept.fields["instrument"]
        return kept.renewed(book, intent, lambda: self._together(intent, instrument, book.total, cfg))

    def _see_reduction(self, case: RuleContext) -> None:
        """Tell whether a trade against an open position only takes off from it, or adds on the other side."""
        intent, instrument = case.intent, case.instrument or _by_position(case)
        case.instrument = instrument
        asked, contract = intent.requested_volume, instrument.contract if instrument else 0.0
        case.reducing = asked is None or asked * contract <= case.reducible * (1.0 + 1e-9)
        if not case.reducing:
            case.together = self._together(intent, instrument, case.sums, case.cfg)

    def _together(
        self, intent: TradeIntent, instrument: Instrument | None, sums: Exposures, cfg: RPMConfig
    ) -> JointRisk | None:
        """Return how the symbol moves with the portfolio; None when one of them has no known worth."""
        if instrument is None or sums.unknown:
            return None
        held = self.book.positions.notional
        return self._risk.of(held, sums.under_way, intent.symbol, intent.direction, intent.regime, cfg)

    def refresh_book(self, state: PortfolioState, cfg: RPMConfig, moment: float, intent: TradeIntent | None) -> None:
        """Bring the exposure sums up to date; without a pool, at the prices that the program has given."""
        self.book.refresh(state, lambda symbol: self.instrument(symbol, cfg, state, intent), moment)

    def drawdown(self, state: PortfolioState) -> float:
        """Return the fall of equity from its peak, or what the program set by hand where that is more."""
        fall, by_hand = self.plain_drawdown(state), state.current_drawdown
        return fall if by_hand == self.written_drawdown or by_hand <= fall else by_hand

    @staticmethod
    def plain_drawdown(state: PortfolioState) -> float:
        """Return (peak - equity) / peak; equity above the peak is a new peak."""
        peak = max(state.peak_equity, state.equity)
        return (peak - state.equity) / peak if peak > 0.0 else math.nan

    @staticmethod
    def fresh_anchor(state: PortfolioState, cfg: RPMConfig) -> float:
        """Return the anchor of a day or week that has just begun."""
        anchors = {"balance": state.total_capital, "equity": state.equity}
        return anchors.get(cfg.loss_anchor, max(state.total_capital, state.equity))

    def instrument(
        self, symbol: str, cfg: RPMConfig, state: PortfolioState | None = None, intent: TradeIntent | None = None
    ) -> Instrument | None:
        """Return a symbol's instrument from the pool, or by its class without one."""
        source: InstrumentSource
        if self._pool_instruments is not None:
            known = self._pool_instruments.known(symbol)
            if known is not None:
                return known
            if self.sources.reading is not None:
                self._pool_instruments.account_currency = self.sources.reading.account.currency
            return self._pool_instruments.get(symbol, lambda name: self._mid(name, symbol))
        source = self._classes(cfg)
        return source.get(symbol, lambda name: self._given_price(name, state, intent))

    def _classes(self, cfg: RPMConfig) -> ClassInstruments:
        """Return the instruments by class for the present settings."""
        key = (cfg.account_currency, cfg.default_volume_min, cfg.default_volume_step)
        if self._class_instruments is None or self._class_instruments[0] != key:
            self._class_instruments = (key, ClassInstruments(*key))
        return self._class_instruments[1]

    def _mid(self, name: str, beside: str) -> float | None:
        """Return a quote's middle, with the same suffix that the broker gives the symbol beside it."""
        pool = self.sources.pool
        quote = None if pool is None else pool.quote(name) or pool.quote(name + beside[6:])
        return quote.mid if quote is not None else None

    def _given_price(self, name: str, state: PortfolioState | None, intent: TradeIntent | None) -> float | None:
        """Return a price that the program gave: with this intent, with an earlier one, or in a position."""
        if intent is not None and intent.symbol == name and intent.current_price is not None:
            return intent.current_price
        if name in self.sources.prices:
            return self.sources.prices[name]
        for position in () if state is None else state.positions():
            if getattr(position, "symbol", None) == name:
                price = getattr(position, "current_price", None) or getattr(position, "entry_price", None)
                return float(price) if price is not None else None
        return None

    def _market(self, intent: TradeIntent, moment: float, near: float) -> MarketFacts:
        """Read what the pool has in memory of the symbol and the account; without a pool, the last price given."""
        pool, symbol = self.sources.pool, intent.symbol
        if pool is None:
            return MarketFacts(price=intent.current_price or self.sources.prices.get(symbol))
        account = newer_account(pool, self.sources.reading)
        facts = MarketFacts(True, pool.is_connected(), intent.current_price, account)
        facts.margin_per_lot = pool.margin_per_lot(symbol, intent.direction)
        measured = self.stats.returns(symbol)
        facts.shock = measured.shock if measured is not None else None
        add_quote(facts, pool, intent, moment, near)
        return facts


def _by_position(case: RuleContext) -> Instrument | None:
    """Return enough of an instrument to close an open position whose symbol the pool no longer knows."""
    for position in case.state.positions():
        if position.symbol == case.intent.symbol and position.lots:
            contract = position.units / position.lots
            return Instrument(
                symbol=position.symbol,
                kind="other",
                base=position.symbol,
                profit="",
                contract=contract,
                value=math.nan,
                tick=0.0,
                digits=8,
                volume_min=_STEP,
                volume_step=_STEP,
                volume_max=math.inf,
                volume_limit=0.0,
                stops_distance=0.0,
                trade_mode=0,
            )
    return None
