# SPDX-License-Identifier: MIT
"""Gathers what the rules look at: from the portfolio, from the pool's memory, or from what the program gave."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.results import AccountInfo
from arbitrex_desktop.raw_layer.pool_view import PoolView
from arbitrex_desktop.raw_layer.views import AccountReading, Quote
from arbitrex_desktop.risk_portfolio_manager.activity import Activity
from arbitrex_desktop.risk_portfolio_manager.book import Book
from arbitrex_desktop.risk_portfolio_manager.calendar import NewsSource
from arbitrex_desktop.risk_portfolio_manager.case import Case, MarketFacts
from arbitrex_desktop.risk_portfolio_manager.config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.instruments import (
    ClassInstruments,
    Instrument,
    InstrumentSource,
    PoolInstruments,
)
from arbitrex_desktop.risk_portfolio_manager.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.kill_switches import KillSwitches
from arbitrex_desktop.risk_portfolio_manager.market_stats import MarketStats
from arbitrex_desktop.risk_portfolio_manager.portfolio_risk import PortfolioRisk
from arbitrex_desktop.risk_portfolio_manager.portfolio_state import PortfolioState
from arbitrex_desktop.risk_portfolio_manager.trading_days import TradingDays

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
    pool: PoolView | None
    calendar: NewsSource | None
    syncs: bool
    reading: AccountReading | None = None
    synced_at: float | None = None
    prices: dict[str, float] = field(default_factory=dict)


class FactFinder:
    """Makes cases.  Not safe for threads; the engine locks.  Reads memory only."""

    def __init__(self, sources: Sources, switches: KillSwitches) -> None:
        self.sources = sources
        self.book = Book()
        self.activity = Activity()
        self.stats = MarketStats()
        self.days = Days()
        self.written_drawdown = 0.0
        self._switches = switches
        self._risk = PortfolioRisk(self.stats)
        self._calendar = TradingDays()
        self._pool_instruments = None if sources.pool is None else PoolInstruments(sources.pool)
        self._class_instruments: tuple[tuple[str, float, float], ClassInstruments] | None = None

    def use_pool(self, pool: PoolView) -> None:
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
    ) -> Case:
        """Gather everything about an intent; `wall` is this computer's time where it has just been read."""
        sources, now, days = self.sources, self.market_now(), self.days
        moment = sources.clock.monotonic()
        self.refresh_book(state, cfg, moment, intent)
        day, week = self.resets(now, cfg)
        new_day = days.day_start is not None and day > days.day_start
        new_week = days.week_start is not None and week > days.week_start
        case = Case(
            cfg=cfg,
            intent=intent,
            state=state,
            sums=self.book.without(intent.intent_id),
            revision=self.book.version,
            market=MarketFacts(),
            activity=self.activity,
            switches=self._switches.covering(intent.symbol, intent.strategy_id),
            calendar=sources.calendar,
            now=now,
            wall=wall or sources.clock.now(),
            moment=moment,
            day_start=day,
            capital=capital,
            drawdown=self.drawdown(state),
            daily_pnl=0.0 if new_day else state.daily_pnl,
            weekly_pnl=0.0 if new_week else state.weekly_pnl,
            day_anchor=self.fresh_anchor(state, cfg) if new_day else state.day_anchor,
            week_anchor=self.fresh_anchor(state, cfg) if new_week else state.week_anchor,
            sync_age=None if sources.synced_at is None else moment - sources.synced_at,
            syncs=sources.syncs,
            traded=intent.intent_id in self.book.traded,
        )
        self._add_instrument(case)
        return case

    def refresh_book(self, state: PortfolioState, cfg: RPMConfig, moment: float, intent: TradeIntent | None) -> None:
        """Bring the exposure sums up to date; without a pool, at the prices that the program has given."""
        self.book.refresh(state, lambda symbol: self.instrument(symbol, cfg, state.positions(), intent), moment)

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
        self, symbol: str, cfg: RPMConfig, positions: Iterable[object] = (), intent: TradeIntent | None = None
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
        return source.get(symbol, lambda name: self._given_price(name, positions, intent))

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

    def _given_price(self, name: str, positions: Iterable[object], intent: TradeIntent | None) -> float | None:
        """Return a price that the program gave: with this intent, with an earlier one, or in a position."""
        if intent is not None and intent.symbol == name and intent.current_price is not None:
            return intent.current_price
        if name in self.sources.prices:
            return self.sources.prices[name]
        for position in positions:
            if getattr(position, "symbol", None) == name:
                price = getattr(position, "current_price", None) or getattr(position, "entry_price", None)
                return float(price) if price is not None else None
        return None

    def _add_instrument(self, case: Case) -> None:
        """Fill in instrument, market and what follows from both."""
        intent, state = case.intent, case.state
        case.instrument = self.instrument(intent.symbol, case.cfg, state.positions(), intent)
        case.market = self._market(intent, case.moment, 0.1 * intent.atr * case.cfg.atr_multiplier)
        case.reducible = self.book.reducible(intent.symbol, intent.direction, intent.intent_id)
        if case.reducible > 0.0:
            case.instrument = case.instrument or _by_position(case)
            asked, contract = intent.requested_volume, case.instrument.contract if case.instrument else 0.0
            case.reducing = asked is None or asked * contract <= case.reducible * (1.0 + 1e-9)
        if case.instrument is not None and not case.reducing and not case.sums.unknown:
            without = 0 if case.sums is self.book.total else hash(intent.intent_id)
            key = (id(case.cfg), case.cfg.change_count(), self.book.version, without)
            case.together = self._risk.of(case.sums, key, intent.symbol, intent.direction, intent.regime, case.cfg)

    def _market(self, intent: TradeIntent, moment: float, near: float) -> MarketFacts:
        """Read what the pool has in memory of the symbol and the account.

        The intent's own price is what the trade is entered at only while it is within `near` (or the spread) of the
        market; otherwise it is the market's, since that is what the broker will fill at.
        """
        pool = self.sources.pool
        if pool is None:
            return MarketFacts(price=intent.current_price or self.sources.prices.get(intent.symbol))
        symbol, price = intent.symbol, intent.current_price
        facts = MarketFacts(has_pool=True, connected=pool.is_connected(), price=price)
        facts.margin_per_lot = pool.margin_per_lot(symbol, intent.direction)
        facts.account = self._account(pool)
        measured = self.stats.returns(symbol)
        facts.shock = measured.shock if measured is not None else None
        quote = pool.quote(symbol) or _quote_of_properties(pool, symbol, moment)
        if quote is None:
            return facts
        bid, ask = quote.bid, quote.ask
        if 0.0 < bid <= ask < math.inf:
            facts.mid = mid = quote.mid
            facts.quote_age = quote.age(moment)
            facts.spread_bps = (ask - bid) / mid * 10_000.0
            market = ask if intent.direction > 0 else bid
            if price is None or not abs(price - market) <= max(near, ask - bid):
                facts.price = market
        return facts

    def _account(self, pool: PoolView) -> AccountInfo | None:
        """Return the newer of the last synced and the last polled account."""
        polled, synced = pool.latest_account(), self.sources.reading
        if synced is None or (polled is not None and polled.monotonic > synced.monotonic):
            synced = polled
        return None if synced is None else synced.account


def _quote_of_properties(pool: PoolView, symbol: str, moment: float) -> Quote | None:
    """Return the quote that came with the symbol's properties, for the first moments before a tick arrives."""
    info = pool.symbol_info(symbol)
    if info is None or info.time <= 0:
        return None
    time = pool.server_time_to_utc(info.time)
    age = max(0.0, (pool.market_now() - time) / timedelta(seconds=1))
    return Quote(symbol, info.bid, info.ask, info.last, time.astimezone(UTC), moment, 0, 0, age)


def _by_position(case: Case) -> Instrument | None:
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
