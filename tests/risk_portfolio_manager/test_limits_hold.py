# SPDX-License-Identifier: MIT
"""No approved trade passes a limit: not by itself, not summed with all others, not with whichever of them are filled.

Everything is reckoned here from the positions and approvals alone, in plain sums, without the manager's own.
"""

from __future__ import annotations

import math
from collections import ChainMap
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager import ApprovedTrade, RPMConfig
from arbitrex_desktop.risk_portfolio_manager.market.market_stats import assumed_correlation
from tests.fakes.broker_data import USD_PRICE, make_position, price_of
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import WIDE, pooled

SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "XAUUSD")
SLACK = 1 + 2e-4  # a trade is entered at ask or bid, and counted here at the middle
REGIMES = ("TRENDING", "RANGING", "STRESSED")
CALM = {"confidence_score": 0.8, "vol_percentile": 0.4}
Z_99, TAIL_99 = 2.3263478740408408, 2.665214220345808

Asked = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from(SYMBOLS),
        "direction": st.sampled_from([1, -1]),
        "regime": st.sampled_from(REGIMES),
        "atr": st.sampled_from([0.0002, 0.002, 0.02]),
        "strategy_id": st.sampled_from([None, "one", "two"]),
        "requested_volume": st.sampled_from([None, None, 0.05, 1.0]),
    }
)
Step = st.one_of(
    st.tuples(st.just("ask"), Asked),
    st.tuples(st.just("ask"), Asked),
    st.tuples(st.just("ask"), Asked),
    st.tuples(st.just("fill"), st.integers(0, 3), st.sampled_from([0.3, 1.0])),
    st.tuples(st.just("drop"), st.integers(0, 3)),
    st.tuples(st.just("close"), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.sampled_from([1.0, 30.0, 61.0])),
)
WIDER: dict[str, Any] = {
    **WIDE,
    "max_concurrent_positions": 99,
    "max_positions_per_symbol": 99,
    "max_positions_per_strategy": 99,
    "stressed_max_positions": 99,
    "volatile_max_positions": 99,
    "min_margin_level_pct": 0.0,
    "min_free_margin_pct": 0.0,
    "max_spread_bps": 1e3,
}
TIGHT: list[dict[str, Any]] = [
    {"max_symbol_exposure_units": 150_000.0},
    {"max_symbol_exposure_pct": 2.0},
    {"max_currency_exposure_pct": 3.0},
    {"max_total_exposure_pct": 5.0},
    {"max_net_exposure_pct": 4.0},
    {"max_correlation_exposure": 5.0},
    {"max_portfolio_volatility": 0.03},
    {"max_var_pct": 0.06},
    {"max_cvar_pct": 0.07},
    {"max_exposure_velocity_pct": 6.0},
    {"max_concurrent_positions": 3},
    {"max_positions_per_symbol": 1},
    {"max_positions_per_strategy": 1},
    {"max_orders_per_minute": 2},
    {"min_margin_level_pct": 800.0},
    {"min_free_margin_pct": 0.9},
]


@dataclass
class Exposure:
    """One position or approved trade; `side` 1 or -1, `added` when it was approved (monotonic seconds)."""

    symbol: str
    side: int
    units: float
    strategy: str | None
    margin: float
    added: float

    @property
    def worth(self) -> float:
        """Return its size in dollars, at the middle price."""
        return self.units * price_of(self.symbol) * USD_PRICE[self.symbol[3:]]


@dataclass
class World:
    """The broker's positions, the trades under way by the names of their intents, and what was approved when."""

    pool: FakePool
    config: RPMConfig
    under_way: dict[str, Exposure] = field(default_factory=dict)
    held: dict[int, Exposure] = field(default_factory=dict)
    approved: list[tuple[float, float]] = field(default_factory=list)
    tickets: int = 0

    def hold(self, name: str, share: float) -> None:
        """Let the broker fill a share of a trade under way, at least a hundredth of a lot.

        A position that appears is taken for the oldest trade that it fits, which alone decides whose name stays.
        """
        asked = self.under_way[name]
        name, trade = next(
            (other, each)
            for other, each in self.under_way.items()
            if (each.symbol, each.side) == (asked.symbol, asked.side)
        )
        contract = self.pool.infos[trade.symbol].trade_contract_size
        lots = round(max(0.01, round(share * trade.units / contract, 2)), 2)
        filled = min(trade.units, lots * contract)
        self.tickets += 1
        self.held[self.tickets] = replace(trade, units=filled, margin=0.0)
        trade.margin *= 1.0 - filled / trade.units
        trade.units -= filled
        if trade.units < 1e-6:
            del self.under_way[name]
        made = make_position(trade.symbol, trade.side, round(filled / contract, 2), ticket=self.tickets)
        self.pool.positions = (*self.pool.positions, made)

    def close(self, ticket: int) -> None:
        """Let a position be closed."""
        del self.held[ticket]
        self.pool.positions = tuple(each for each in self.pool.positions if each.ticket != ticket)

    def portfolios(self, trade: Exposure) -> list[list[Exposure]]:
        """Return every portfolio that may come of it: the positions, the trade, any others under way; and it alone."""
        others = [each for each in self.under_way.values() if each is not trade]
        some = chain.from_iterable(combinations(others, count) for count in range(len(others) + 1))
        return [[trade], *([*self.held.values(), *each, trade] for each in some)]


def net(exposures: list[Exposure], side: int, symbol: str | None = None) -> float:
    """Return the sum on a side."""
    return sum(side * each.side * each.worth for each in exposures if symbol in (None, each.symbol))


def in_currency(exposures: list[Exposure], currency: str) -> float:
    """Return the net amount of a currency, in dollars."""
    bases = sum(each.side * each.worth for each in exposures if each.symbol[:3] == currency)
    return bases - sum(each.side * each.worth for each in exposures if each.symbol[3:] == currency)


def volatility(exposures: list[Exposure], config: RPMConfig) -> float:
    """Return the standard deviation of a day's profit, by the assumed volatilities and correlations."""
    sizes = {name: net(exposures, 1, name) for name in SYMBOLS}
    sigmas = {name: config.assumed_daily_volatility["metal" if name[0] == "X" else "fx"] for name in SYMBOLS}
    variance = sum(
        sizes[one] * sizes[other] * sigmas[one] * sigmas[other] * assumed_correlation(one, other)
        for one in SYMBOLS
        for other in SYMBOLS
    )
    return math.sqrt(max(0.0, variance))


def correlated(exposures: list[Exposure], trade: Exposure, floor: float) -> float:
    """Return what moves with a trade, net by symbol, the trade's own symbol in its direction only."""
    total = max(0.0, net(exposures, trade.side, trade.symbol))
    for name in SYMBOLS:
        size = net(exposures, 1, name)
        if name != trade.symbol and size:
            aligned = assumed_correlation(trade.symbol, name) * trade.side * math.copysign(1.0, size)
            total += max(floor, aligned) * abs(size)
    return total


def hold_against_limits(world: World, trade: Exposure, regime: str) -> None:
    """Hold whatever may come of an approval against every limit on its side."""
    cfg, capital = world.config, 100_000.0
    base, profit = trade.symbol[:3], trade.symbol[3:]
    for exposures in world.portfolios(trade):
        units = sum(each.side * each.units for each in exposures if each.symbol == trade.symbol)
        assert trade.side * units <= cfg.max_symbol_exposure_units * (1 + 1e-9)
        assert net(exposures, trade.side, trade.symbol) <= cfg.max_symbol_exposure_pct * capital * SLACK
        assert trade.side * in_currency(exposures, base) <= cfg.max_currency_exposure_pct * capital * SLACK
        assert -trade.side * in_currency(exposures, profit) <= cfg.max_currency_exposure_pct * capital * SLACK
        assert sum(each.worth for each in exposures) <= cfg.max_total_exposure_pct * capital * SLACK
        assert net(exposures, trade.side) <= cfg.max_net_exposure_pct * capital * SLACK
        floor = cfg.correlation_floors[regime]
        assert correlated(exposures, trade, floor) <= cfg.max_correlation_exposure * capital * SLACK
        if len(exposures) > 1 or not world.held:
            deviation = volatility(exposures, cfg)
            assert deviation <= cfg.max_portfolio_volatility * capital * SLACK
            assert deviation * Z_99 <= cfg.max_var_pct * capital * SLACK
            assert deviation * TAIL_99 <= cfg.max_cvar_pct * capital * SLACK
    hold_against_counts(world, trade)


def hold_against_counts(world: World, trade: Exposure) -> None:
    """Hold numbers, margins and speed against their limits, everything under way counted."""
    cfg, every = world.config, [*world.held.values(), *world.under_way.values()]
    assert len(every) <= cfg.max_concurrent_positions
    assert sum(each.symbol == trade.symbol for each in every) <= cfg.max_positions_per_symbol
    if trade.strategy is not None:
        assert sum(each.strategy == trade.strategy for each in every) <= cfg.max_positions_per_strategy
    margin = sum(each.margin for each in world.under_way.values())
    assert margin * cfg.min_margin_level_pct / 100.0 <= 100_000.0
    assert 100_000.0 - margin >= cfg.min_free_margin_pct * 100_000.0
    lately = [(at, worth) for at, worth in world.approved if at > trade.added - 60.0]
    if cfg.max_exposure_velocity_pct:
        assert sum(worth for _, worth in lately) <= cfg.max_exposure_velocity_pct * 100_000.0 * SLACK
    if cfg.max_orders_per_minute:
        assert len(lately) <= cfg.max_orders_per_minute


def take(world: World, name: str, trade: ApprovedTrade) -> Exposure:
    """Write an approval down."""
    contract = world.pool.infos[trade.symbol].trade_contract_size
    assert trade.position_units == trade.lots * contract or abs(trade.position_units - trade.lots * contract) < 1e-6
    margin = world.pool.margins[trade.symbol, trade.direction] * trade.lots
    moment = world.pool.clock.monotonic()
    made = Exposure(trade.symbol, trade.direction, trade.position_units, trade.strategy_id, margin, moment)
    world.under_way[name] = made
    world.approved.append((moment, made.worth))
    return made


@pytest.mark.parametrize("limits", [*TIGHT, dict(ChainMap(*TIGHT))], ids=lambda limits: "+".join(limits)[:40])
@settings(max_examples=40)
@given(steps=st.lists(Step, min_size=3, max_size=10))
def test_no_sequence_of_approvals_and_fills_passes_a_limit(
    limits: dict[str, Any], steps: list[tuple[Any, ...]]
) -> None:
    """Trades are asked for, filled in part or whole, dropped and closed; each approval keeps to every limit."""
    pool = FakePool(symbols=SYMBOLS)
    world = World(pool, RPMConfig(**{**WIDER, **limits}, pending_ttl_seconds=1e6, max_sync_age_seconds=1e6))
    rpm = pooled(pool, world.config)
    for number, (kind, *arguments) in enumerate(steps):
        names, tickets = list(world.under_way), list(world.held)
        if kind == "ask":
            asked = {**CALM, **arguments[0], "intent_id": f"intent-{number}"}
            asked["atr"] = asked["atr"] * price_of(asked["symbol"])
            trade = rpm.process_trade_intent(**asked).decision.approved_trade
            if trade is not None and not trade.reducing:
                hold_against_limits(world, take(world, asked["intent_id"], trade), asked["regime"])
            elif trade is not None:
                rpm.release_intent(asked["intent_id"])
        elif kind == "fill" and names:
            world.hold(names[arguments[0] % len(names)], arguments[1])
        elif kind == "drop" and names:
            name = names[arguments[0] % len(names)]
            del world.under_way[name]
            assert rpm.release_intent(name)
        elif kind == "close" and tickets:
            world.close(tickets[arguments[0] % len(tickets)])
        elif kind == "wait":
            pool.clock.advance(arguments[0])
            pool.refresh_quotes()
        if kind in ("fill", "close"):
            assert rpm.sync_with_mt5_account(measure=False)
    assert "INTERNAL_ERROR" not in rpm.risk_metrics.rejections_by_reason
