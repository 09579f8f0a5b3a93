# SPDX-License-Identifier: MIT
"""What a trade may lose, of what, and with which costs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import SymbolSwapMode
from arbitrex_desktop.risk_portfolio_manager import Outcome, RPMConfig, RPMOutput
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import PoolInstruments
from arbitrex_desktop.risk_portfolio_manager.rules.risk_per_trade import RiskPerTrade
from tests.fakes.broker_data import make_symbol
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, intent, pooled, static, units, wide
from tests.risk_portfolio_manager.rules.contexts import context

SURE: dict[str, Any] = {
    "confidence_score": 1.0, "win_rate": 0.6, "avg_win": 1.0, "avg_loss": 0.5, "num_trades": 100, "atr": 0.01,
}  # fmt: skip
"""Every factor enlarges."""


def loss(output: RPMOutput) -> float:
    """Return what the approved trade loses at its stop."""
    trade = output.decision.approved_trade
    assert trade is not None
    assert trade.expected_loss is not None
    return trade.expected_loss


def test_factors_enlarge_a_trade_unless_a_greatest_risk_is_set() -> None:
    """A risk of 1% became 2.6% by its factors; with a greatest risk of 1% it stays 1%, and is approved as sized."""
    enlarged = loss(static(wide(kelly_base_max_pct=0.01)).evaluate(**intent(**SURE)))
    assert enlarged > 2_000
    output = static(wide(kelly_base_max_pct=0.01, max_risk_per_trade=0.01)).evaluate(**intent(**SURE))
    assert output.decision.status == "APPROVED"
    assert 999 - 15 <= loss(output) <= 1_000
    assert check(output, "RISK_PER_TRADE_LIMIT").outcome is Outcome.PASS


@given(st.floats(0.5, 1.0), st.sampled_from(["TRENDING", "RANGING", "VOLATILE"]), st.floats(0.0005, 0.02))
def test_no_factor_passes_the_greatest_risk(confidence: float, regime: str, most: float) -> None:
    """Whatever the intent says."""
    least = {"min_confidence_threshold": 0}
    rpm = static(wide(kelly_base_max_pct=0.05, risk_per_trade=0.05, max_risk_per_trade=most, **least))
    output = rpm.evaluate(**intent(**{**SURE, "confidence_score": confidence, "regime": regime}))
    trade = output.decision.approved_trade
    assert trade is None or loss(output) <= most * 100_000 * (1 + 1e-9)


@pytest.mark.parametrize("name", ["Conservative", "Standard FX", "Prop-firm challenge"])
def test_the_presets_mean_what_they_say(name: str) -> None:
    """A preset's risk per trade is its most, too."""
    config = RPMConfig.preset(name)
    assert config.max_risk_per_trade == config.risk_per_trade
    assert config.loss_without_stop > 0.0


@pytest.mark.parametrize(
    ("base", "money"), [("balance", 1_000.0), ("equity", 800.0), ("lesser", 800.0), ("amount", 250.0)]
)
def test_the_risk_is_of_what_the_settings_say(base: str, money: float) -> None:
    """Of balance, equity, the lesser, or an amount; an equity above the balance is no reason to risk more of it."""
    rpm = static(wide(risk_base=base, risk_amount=250.0, max_drawdown=0.9))
    rpm.portfolio_state.equity = 80_000.0
    assert rpm.evaluate(**intent()).decision.approved_trade.base_units * 0.15 == pytest.approx(money)  # type: ignore[union-attr]
    rpm.portfolio_state.equity = 120_000.0
    raised = {"equity": 1_200.0, "amount": 250.0}.get(base, 1_000.0)
    assert rpm.evaluate(**intent()).decision.approved_trade.base_units * 0.15 == pytest.approx(raised)  # type: ignore[union-attr]


def test_commission_slippage_and_swap_are_part_of_the_loss() -> None:
    """7 a lot, 20 ticks at the stop and a night's swap: a stop of 1 000 a lot loses 1 034 and is sized by it."""
    pool = FakePool()
    pool.set_quote("EURUSD", 1.15, spread=0.0)
    pool.infos["EURUSD"] = replace(
        pool.infos["EURUSD"], swap_mode=int(SymbolSwapMode.POINTS), swap_long=-7.0, swap_rollover3days=6
    )
    asked = intent(requested_volume=0.1, stop_loss=1.14, current_price=1.15)
    plain = pooled(pool, wide(max_positions_per_symbol=9)).evaluate(**asked)
    costly = pooled(pool, wide(commission_per_lot=7.0, expected_slippage=20.0, count_swap=True)).evaluate(**asked)
    assert loss(plain) == pytest.approx(100.0)
    assert loss(costly) == pytest.approx(100.0 + 0.7 + 2.0 + 0.7)
    assert units(costly) == units(plain) == 10_000


@pytest.mark.parametrize(
    ("mode", "rate", "night"),
    [
        (SymbolSwapMode.DISABLED, -7.0, 0.0),
        (SymbolSwapMode.POINTS, -7.0, 7.0),
        (SymbolSwapMode.POINTS, 2.0, 0.0),
        (SymbolSwapMode.CURRENCY_SYMBOL, -4.0, 4.6),
        (SymbolSwapMode.CURRENCY_DEPOSIT, -4.0, 4.0),
        (SymbolSwapMode.INTEREST_CURRENT, -3.6, 11.5),
        (SymbolSwapMode.POINTS, float("nan"), 0.0),
    ],
)
def test_a_night_costs_what_the_broker_says(mode: SymbolSwapMode, rate: float, night: float) -> None:
    """Of a lot of EURUSD at 1.15, in dollars; three nights on the triple day; a swap that is paid out costs nothing."""
    pool = FakePool()
    info = make_symbol("EURUSD", swap_mode=int(mode), swap_long=rate, swap_short=rate, swap_rollover3days=3)
    pool.infos["EURUSD"] = replace(info, bid=1.15)
    instrument = PoolInstruments(pool, pool.clock.monotonic).get("EURUSD")
    assert instrument is not None
    tuesday, wednesday = datetime(2025, 3, 11, tzinfo=UTC), datetime(2025, 3, 12, tzinfo=UTC)
    for side in (1, -1):
        assert instrument.swap_cost(side, tuesday) * 100_000 == pytest.approx(night)
        assert instrument.swap_cost(side, wednesday) * 100_000 == pytest.approx(3 * night)


@pytest.mark.parametrize(("moved", "left"), [(0.0, 1_000.0), (230.0, 770.0)])
def test_what_a_moved_stop_adds_is_part_of_the_trades_loss(moved: float, left: float) -> None:
    """Of 1,000 that may be lost a position's moved stop takes 230: 770 are left for the trade, in its own units."""
    config = RPMConfig(max_risk_per_trade=0.01)
    for size, outcome in ((left / 0.015 - 1.0, Outcome.PASS), (left / 0.015 + 1.0, Outcome.ADJUST)):
        found = RiskPerTrade().check(context(config, size={"units": size, "moved_loss": moved}))
        assert found.outcome is outcome
        assert found.headroom == pytest.approx(left / 0.015)


def test_what_a_moved_stop_costs_counts_as_the_trade_s() -> None:
    """Loss of the trade's own units and what the position loses more at the new stop, as a share of capital."""
    found = RiskPerTrade().check(
        context(RPMConfig(max_risk_per_trade=0.01), size={"units": 20_000.0, "moved_loss": 400.0})
    )
    assert (found.outcome, found.limit) == (Outcome.PASS, 0.01)
    assert found.observed == pytest.approx((20_000.0 * 0.015 + 400.0) / 100_000.0)
    assert found.headroom == pytest.approx((1_000.0 - 400.0) / 0.015)
