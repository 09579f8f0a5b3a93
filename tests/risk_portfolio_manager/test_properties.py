# SPDX-License-Identifier: MIT
"""What holds for every intent and every portfolio."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager import OpenPositions, Position, RiskPortfolioManager, RPMConfig
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposure_book import ExposureBook
from tests.fakes.broker_data import make_position, price_of
from tests.fakes.clock import ManualClock
from tests.fakes.pool import DEFAULT_SYMBOLS, FakePool
from tests.risk_portfolio_manager.helpers import intent, pooled, static, units, wide

NOW = datetime(2025, 3, 12, 9, tzinfo=UTC)
SHARE = st.floats(0.0, 1.0)
REGIME = st.sampled_from(["TRENDING", "RANGING", "VOLATILE", "STRESSED", "CRISIS"])
INTENT = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from(DEFAULT_SYMBOLS),
        "direction": st.sampled_from([1, -1]),
        "confidence_score": st.floats(0.5, 1.0),
        "regime": REGIME,
        "atr": st.floats(1e-4, 5.0),
        "vol_percentile": SHARE,
        "requested_volume": st.none() | st.floats(0.01, 50.0),
    }
)


STATISTICS = st.fixed_dictionaries(
    {
        "win_rate": st.floats(0.5, 0.9),
        "avg_win": st.floats(0.002, 0.1),
        "avg_loss": st.floats(0.001, 0.05),
        "num_trades": st.integers(20, 200),
        "adv_units": st.floats(5_000.0, 5e7),
        "spread_pct": st.floats(0.0, 0.001),
        "daily_volatility": st.floats(0.0, 1.0),
    }
)
CALM_FIRST = ("TRENDING", "RANGING", "VOLATILE", "STRESSED", "CRISIS")
RISKIER: dict[str, Callable[[dict[str, Any], float], Any]] = {
    "atr": lambda asked, by: asked["atr"] * by,
    "vol_percentile": lambda asked, by: min(1.0, asked["vol_percentile"] * by),
    "confidence_score": lambda asked, by: asked["confidence_score"] / by,
    "regime": lambda asked, by: CALM_FIRST[min(4, CALM_FIRST.index(asked["regime"]) + round(by))],
    "win_rate": lambda asked, by: asked["win_rate"] / by,
    "avg_win": lambda asked, by: asked["avg_win"] / by,
    "avg_loss": lambda asked, by: asked["avg_loss"] * by,
    "adv_units": lambda asked, by: asked["adv_units"] / by,
    "spread_pct": lambda asked, by: asked["spread_pct"] * by,
    "daily_volatility": lambda asked, by: asked["daily_volatility"] * by,
}
"""What makes an intent riskier, by field."""


@pytest.mark.parametrize("limits", ["bare", "wide"])
@given(asked=INTENT, statistics=st.just({}) | STATISTICS, atr=st.floats(0.0005, 0.05), by=st.floats(1.0, 3.0))
def test_more_risk_never_gives_more_size(
    limits: str, asked: dict[str, Any], statistics: dict[str, Any], atr: float, by: float
) -> None:
    """Whatever makes an intent riskier, one thing alone or all together, never makes the trade larger."""
    rpm = static(RPMConfig() if limits == "bare" else wide())
    base = {**asked, **statistics, "symbol": "EURUSD", "current_price": 1.15, "atr": atr}
    worse = {name: riskier(base, by) for name, riskier in RISKIER.items() if name in base}
    size = units(rpm.evaluate(**base))
    for name, value in worse.items():
        assert units(rpm.evaluate(**{**base, name: value})) <= size, name
    assert units(rpm.evaluate(**{**base, **worse})) <= size


@given(asked=INTENT, by=st.floats(1.0, 3.0), held=st.floats(0.0, 60_000.0))
def test_a_riskier_portfolio_never_gives_more_size(asked: dict[str, Any], by: float, held: float) -> None:
    """Less capital, less risk allowed, more held on the same side: none of them makes the trade larger."""
    asked = {**asked, "symbol": "EURUSD", "current_price": 1.15, "atr": 0.02}

    def size(capital: float, risk: float, more: float) -> float:
        rpm = static(RPMConfig(total_capital=capital, risk_per_trade=risk, max_positions_per_symbol=9))
        if more:
            held = Position("EURUSD", asked["direction"], more, 1.15, NOW)
            rpm.portfolio_state.open_positions["EURUSD"] = held
        return units(rpm.evaluate(**asked))

    usual = size(100_000.0, 0.01, 0.0)
    assert size(100_000.0 / by, 0.01, 0.0) <= usual
    assert size(100_000.0, 0.01 / by, 0.0) <= usual
    assert size(100_000.0, 0.01, held) <= usual
    assert size(100_000.0, 0.01, held * by) <= size(100_000.0, 0.01, held)


@given(st.floats(0.0005, 0.05), st.floats(1.001, 3.0))
def test_size_falls_as_atr_rises(atr: float, factor: float) -> None:
    """Where no limit cuts, twice the range is half the size, but for the step."""
    rpm = static(wide())
    one, two = (units(rpm.evaluate(**intent(atr=value))) for value in (atr, atr * factor))
    assert two <= one
    assert abs(two * factor - one) <= 1_000 * (1 + factor)


def within_limits(rpm: RiskPortfolioManager, pool: FakePool) -> None:
    """Count every trade under way and every position by hand, and hold the sums against each limit."""
    cfg, capital = rpm.config, rpm.portfolio_state.total_capital
    symbols: dict[str, float] = {}
    currencies: dict[str, float] = {}
    worth: list[float] = []
    held = [(p.symbol, p.direction * p.units) for p in rpm.portfolio_state.positions()]
    held += [(r.symbol, r.direction * r.units) for r in rpm._state.book.reservations if not r.reducing]
    for symbol, amount in held:
        info, quote = pool.infos[symbol], pool.quotes[symbol]
        value = info.trade_tick_value_loss / info.trade_tick_size / info.trade_contract_size
        notional = amount * quote.mid * value
        symbols[symbol] = symbols.get(symbol, 0.0) + amount
        currencies[info.currency_base] = currencies.get(info.currency_base, 0.0) + notional
        currencies[info.currency_profit] = currencies.get(info.currency_profit, 0.0) - notional
        worth.append(notional)
    slack = 1 + 2e-4  # entry is at ask or bid, the count by hand at the middle
    assert max(map(abs, symbols.values()), default=0.0) <= cfg.max_symbol_exposure_units
    assert max(map(abs, currencies.values()), default=0.0) <= cfg.max_currency_exposure_pct * capital * slack
    assert sum(map(abs, worth)) <= cfg.max_total_exposure_pct * capital * slack
    assert abs(sum(worth)) <= cfg.max_net_exposure_pct * capital * slack
    assert len(held) <= cfg.max_concurrent_positions
    margin = sum(each.margin for each in rpm._state.book.reservations)
    assert margin == 0.0 or rpm.portfolio_state.equity / margin >= cfg.min_margin_level_pct / 100


@settings(max_examples=30)
@given(st.lists(INTENT, min_size=1, max_size=12), st.floats(0.3, 8.0))
def test_no_sequence_of_approvals_exceeds_a_limit(asked: list[dict[str, Any]], scale: float) -> None:
    """Whatever is approved, alone and summed up, stays within every limit."""
    pool = FakePool()
    config = RPMConfig(
        max_total_exposure_pct=scale,
        max_net_exposure_pct=scale * 0.7,
        max_currency_exposure_pct=scale * 0.5,
        max_symbol_exposure_pct=scale * 0.4,
        max_positions_per_symbol=3,
    )
    rpm = pooled(pool, config)
    for each in asked:
        rpm.process_trade_intent(**each)
        within_limits(rpm, pool)


@given(st.lists(INTENT, min_size=1, max_size=4))
def test_the_same_inputs_and_clock_give_the_same_bytes(asked: list[dict[str, Any]]) -> None:
    """Two managers that see the same say the same, to the last byte."""
    texts = []
    for _ in range(2):
        rpm = pooled(FakePool())
        outputs = [rpm.process_trade_intent(**each).to_dict() for each in asked]
        texts.append(json.dumps(outputs, allow_nan=False))
    assert texts[0] == texts[1]


ANY_SIZE = st.floats(min_value=0.0, exclude_min=True, allow_infinity=False)
EXTREME = st.fixed_dictionaries(
    {"atr": ANY_SIZE, "confidence_score": SHARE, "vol_percentile": SHARE, "regime": REGIME},
    optional={
        "current_price": ANY_SIZE,
        "win_rate": SHARE,
        "avg_win": ANY_SIZE,
        "avg_loss": ANY_SIZE,
        "num_trades": st.integers(0, 10**30),
        "adv_units": ANY_SIZE,
        "spread_pct": ANY_SIZE,
        "daily_volatility": ANY_SIZE,
        "stop_loss": ANY_SIZE,
        "take_profit": ANY_SIZE,
        "requested_volume": ANY_SIZE,
    },
)


@pytest.mark.parametrize("with_pool", [False, True])
@given(changes=EXTREME, symbol=st.sampled_from(["EURUSD", "USDJPY", "XAUUSD", "AAPL"]), side=st.sampled_from([1, -1]))
def test_no_intent_breaks_the_manager(changes: dict[str, Any], symbol: str, side: int, *, with_pool: bool) -> None:
    """From the smallest number to the largest: an answer within the risk that was meant, strict JSON, no failure."""
    rpm = pooled(FakePool(), wide()) if with_pool else static(wide())
    output = rpm.process_trade_intent(
        **intent(**{"current_price": None, **changes, "symbol": symbol, "direction": side})
    )
    assert "INTERNAL_ERROR" not in rpm.risk_metrics.rejections_by_reason
    json.dumps(output.to_dict(), allow_nan=False)
    json.dumps(rpm.get_health_status(), allow_nan=False)
    trade = output.decision.approved_trade
    if trade is not None:
        assert 0.0 < trade.lots < math.inf
        assert trade.expected_loss is not None
        assert 0.0 < trade.expected_loss <= 1_000 * math.prod(output.decision.sizing_adjustments.values()) * 1.0011


_ANOTHER_PROCESS = """
import json, sys
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import intent, pooled, wide
rpm = pooled(FakePool(), wide(max_positions_per_symbol=9))
asked = [intent(symbol=name, atr=0.01, current_price=None) for name in ("EURUSD", "GBPUSD", "AUDUSD", "EURUSD")]
json.dump([rpm.process_trade_intent(**each).to_dict() for each in asked], sys.stdout, allow_nan=False)
"""


@pytest.mark.slow
def test_the_same_bytes_come_from_another_process(project_root: Path) -> None:
    """Nothing in an answer follows from the order in which a process happens to hash names."""
    texts = {
        subprocess.run(
            [sys.executable, "-c", _ANOTHER_PROCESS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=project_root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1
    assert '"APPROVED"' in texts.pop()


NUMBERS = ("total_capital", "equity", "peak_equity", "daily_pnl", "weekly_pnl", "unrealized_pnl", "current_drawdown")


@given(st.sampled_from(NUMBERS), st.sampled_from([math.nan, math.inf, -math.inf]))
def test_a_portfolio_figure_that_is_no_number_never_approves(name: str, value: float) -> None:
    """NaN or infinity in any figure of the state refuses."""
    rpm = static(wide())
    setattr(rpm.portfolio_state, name, value)
    assert rpm.evaluate(**intent()).decision.status == "REJECTED"


@given(st.sampled_from(["units", "entry_price", "direction"]), st.sampled_from([math.nan, math.inf]))
def test_a_position_that_is_no_number_never_approves(name: str, value: float) -> None:
    """NaN or infinity in an open position refuses."""
    rpm = static(wide())
    position = Position("GBPUSD", 1, 1_000.0, 1.3, NOW)
    setattr(position, name, value)
    rpm.portfolio_state.open_positions["GBPUSD"] = position
    assert rpm.evaluate(**intent()).decision.status == "REJECTED"


@given(st.sampled_from(["symbol_exposure", "currency_exposure"]), st.sampled_from([math.nan, math.inf]))
def test_an_exposure_that_is_no_number_never_approves(name: str, value: float) -> None:
    """NaN or infinity in an exposure set by hand refuses."""
    rpm = static(wide())
    getattr(rpm.portfolio_state, name).update({"EURUSD": value, "EUR": value})
    assert rpm.evaluate(**intent()).decision.status == "REJECTED"


Held = st.lists(st.tuples(st.sampled_from(DEFAULT_SYMBOLS), st.sampled_from([1, -1]), st.integers(1, 300)), max_size=12)


@given(st.lists(st.tuples(INTENT, Held), min_size=1, max_size=5))
def test_running_sums_equal_a_full_recount(steps: list[tuple[dict[str, Any], Any]]) -> None:
    """However positions come and go and trades are approved, the sums are those of counting everything anew."""
    pool = FakePool()
    rpm = pooled(pool, wide(max_concurrent_positions=99, max_positions_per_symbol=99))
    for asked, held in steps:
        pool.positions = tuple(
            make_position(symbol, direction, lots / 100, ticket=n) for n, (symbol, direction, lots) in enumerate(held)
        )
        rpm.sync_with_mt5_account()
        rpm.process_trade_intent(**asked)
        running, fresh = rpm._state.book, ExposureBook()
        fresh.recount(rpm.portfolio_state, lambda symbol: rpm._state.instrument(symbol, rpm.config))
        for reservation in running.reservations:
            fresh.reserve(msgspec.structs.replace(reservation))
        assert running.total.held.by_symbol == fresh.total.held.by_symbol
        assert running.total.in_flight.by_symbol == fresh.total.in_flight.by_symbol
        for part, name in product(("held", "in_flight"), ("units", "notional", "currency")):
            mine, theirs = (getattr(getattr(each.total, part), name) for each in (running, fresh))
            assert all(math.isclose(mine[key], theirs[key], rel_tol=1e-9, abs_tol=1e-6) for key in {*mine, *theirs})


@given(held=Held, asked=INTENT, halted=st.booleans())
def test_only_what_is_held_the_other_way_is_reducing(held: Any, asked: dict[str, Any], *, halted: bool) -> None:
    """While halted, whatever is approved goes against the net position and takes off no more than it."""
    rpm = static(wide(max_concurrent_positions=99, max_positions_per_symbol=99), ManualClock())
    rpm.portfolio_state.open_positions = OpenPositions.of(
        Position(symbol, direction, size * 1_000.0, price_of(symbol), NOW) for symbol, direction, size in held
    )
    net = sum(direction * size * 1_000.0 for symbol, direction, size in held if symbol == asked["symbol"])
    rpm.portfolio_state.trading_halted = halted
    trade = rpm.evaluate(**asked, current_price=price_of(asked["symbol"])).decision.approved_trade
    if trade is not None and (halted or trade.reducing):
        assert trade.direction * net < 0
        assert trade.position_units <= abs(net)
