# SPDX-License-Identifier: MIT
"""Each factor of the size has the value that the contract gives it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.pipeline.sizing import (
    confidence_factor,
    expectancy_factor,
    kelly_share,
    regime_factor,
    round_lots,
    units_of,
    volatility_factor,
)
from tests.risk_portfolio_manager.helpers import intent, reason, static, units, wide


def factors(**changes: Any) -> dict[str, float]:
    """Return the factors of an intent."""
    return dict(static(wide()).evaluate(**intent(**changes)).decision.sizing_adjustments)


def test_confidence_follows_the_logistic_curve() -> None:
    """0.5 + 1 / (1 + exp(-10 (c - 0.5))): one at a half, 1.4526 at 0.8."""
    assert confidence_factor(0.5) == 1.0
    assert confidence_factor(0.8) == pytest.approx(1.4525741)
    assert confidence_factor(0.0) == pytest.approx(0.5 + 1 / (1 + math.exp(5)))


@pytest.mark.parametrize(
    ("percentile", "factor"),
    [(0.0, 1.0), (0.79, 1.0), (0.80, 0.9), (0.89, 0.9), (0.90, 0.8), (0.95, 0.8), (0.951, 0.7), (0.99, 0.7)],
)
def test_volatile_markets_trade_smaller(percentile: float, factor: float) -> None:
    """1 below the 80th percentile, 0.9, 0.8 from the 90th, 0.7 above the 95th."""
    assert volatility_factor(percentile) == factor
    assert factors(vol_percentile=percentile)["volatility"] == factor


def test_each_regime_has_its_factor() -> None:
    """TRENDING 1.2, RANGING 1, VOLATILE 0.7, STRESSED 0.3, and CRISIS its Kelly multiplier."""
    found = [regime_factor(name, RPMConfig()) for name in ("TRENDING", "RANGING", "VOLATILE", "STRESSED", "CRISIS")]
    assert found == [1.2, 1.0, 0.7, 0.3, 0.1]


@pytest.mark.parametrize(
    ("expectancy", "factor"),
    [(-0.1, 0.0), (0.001, 0.0), (0.0011, 0.5), (0.01, 0.5), (0.011, 1.0), (0.02, 1.0), (0.021, 1.5)],
)
def test_expectancy_has_four_steps(expectancy: float, factor: float) -> None:
    """Refused up to 0.1%, half up to 1%, one up to 2%, one and a half above."""
    assert expectancy_factor(expectancy) == factor


def test_the_kelly_bet_is_the_classical_one() -> None:
    """F = p - (1 - p) L / W."""
    assert kelly_share(0.6, 0.02, 0.01) == pytest.approx(0.4)
    assert kelly_share(0.5, 0.01, 0.01) == 0.0


def test_kelly_caps_the_risk() -> None:
    """A quarter of a bet of 1% of capital caps the risk of 1% at a quarter."""
    statistics = {"win_rate": 0.51, "avg_win": 0.05, "avg_loss": 0.05, "num_trades": 100}
    found = factors(**statistics)
    assert found["kelly"] == pytest.approx(0.02 * 0.25 / 0.01)
    calm = factors(**{**statistics, "regime": "RANGING", "win_rate": 0.7})
    assert calm["kelly"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"win_rate": 0.50}, "KELLY_REFUSED"),
        ({"num_trades": 29}, "KELLY_REFUSED"),
        ({"avg_loss": 0.5}, "KELLY_REFUSED"),
        ({"avg_win": 0.002, "avg_loss": 0.0015}, "LOW_EXPECTANCY"),
    ],
)
def test_win_statistics_can_refuse(changes: dict[str, Any], expected: str) -> None:
    """Too low a win rate, too small a sample, a losing bet, too little to expect."""
    statistics = {"win_rate": 0.6, "avg_win": 0.02, "avg_loss": 0.01, "num_trades": 100, **changes}
    assert reason(static(wide()).evaluate(**intent(**statistics))) == expected


def test_a_loss_may_be_given_with_either_sign() -> None:
    """An average loss of -1% is the same as one of 1%."""
    statistics: dict[str, Any] = {"win_rate": 0.6, "avg_win": 0.02, "num_trades": 100}
    assert factors(**statistics, avg_loss=-0.01) == factors(**statistics, avg_loss=0.01)


def test_an_unknown_sample_never_enlarges() -> None:
    """The factor above one needs the number of trades behind it."""
    statistics: dict[str, Any] = {"win_rate": 0.7, "avg_win": 0.05, "avg_loss": 0.01}
    assert factors(**statistics, num_trades=100)["expectancy"] == 1.5
    assert factors(**statistics)["expectancy"] == 1.0


def test_the_spread_takes_up_to_half() -> None:
    """1 - 0.5 spread / widest spread."""
    assert factors(spread_pct=0.001)["spread"] == pytest.approx(0.75)
    assert factors(spread_pct=0.0)["spread"] == 1.0
    assert "spread" not in factors()


def test_liquidity_caps_the_units() -> None:
    """At most 1% of the daily volume; a market too small to trade is refused."""
    rpm = static(wide())
    assert units(rpm.evaluate(**intent(adv_units=500_000))) == 5_000
    assert reason(rpm.evaluate(**intent(adv_units=9_000))) == "LOW_LIQUIDITY"


def test_impact_caps_the_units_by_the_square_root() -> None:
    """0.1 x 50% x sqrt(units / volume) stays at or below 0.5%: one hundredth of the volume; at 100% a quarter of it."""
    rpm = static(wide(max_adv_pct=1.0))
    assert units(rpm.evaluate(**intent(adv_units=1_000_000, daily_volatility=0.5))) == 10_000
    assert units(rpm.evaluate(**intent(adv_units=1_000_000, daily_volatility=1.0))) == 2_000


def test_a_given_stop_sets_the_distance() -> None:
    """With a stop the ATR does not matter for size; the loss at the stop is what was risked, rounded down."""
    output = static(wide()).evaluate(**intent(stop_loss=1.10, atr=5.0))
    trade = output.decision.approved_trade
    assert trade is not None
    assert trade.base_units == pytest.approx(1_000 / 0.05)
    assert trade.stop_loss == 1.10


def test_below_the_smallest_volume_is_refused_with_what_would_do() -> None:
    """ZERO_POSITION_SIZE tells how much would have to be at risk."""
    output = static().evaluate(**intent(atr=10.0))
    assert reason(output) == "ZERO_POSITION_SIZE"
    details = str(output.decision.rejected_trade)
    assert "the risk per trade would have to be" in details
    assert "15,000.00" in details


def test_rounding_to_the_step_is_no_adjustment() -> None:
    """An uneven size is rounded down and stays APPROVED."""
    output = static(wide()).evaluate(**intent(atr=0.123))
    trade = output.decision.approved_trade
    assert output.decision.status == "APPROVED"
    assert trade is not None
    assert (trade.lots * 100) == pytest.approx(round(trade.lots * 100))
    sized = trade.base_units * math.prod(output.decision.sizing_adjustments.values())
    assert sized - 1_000 < trade.position_units <= sized


def test_a_requested_volume_is_kept_when_the_risk_allows_it() -> None:
    """Less than the size is taken as asked; more is cut to the size and marked as adjusted."""
    rpm = static(wide())
    small = rpm.evaluate(**intent(requested_volume=0.03)).decision
    large = rpm.evaluate(**intent(requested_volume=5.0)).decision
    assert small.status == "APPROVED"
    assert small.approved_trade is not None
    assert small.approved_trade.lots == 0.03
    assert large.status == "ADJUSTED"
    assert large.approved_trade == rpm.evaluate(**intent()).decision.approved_trade


@given(st.floats(0.0, 1e9), st.sampled_from([1.0, 100.0, 100_000.0]), st.sampled_from([0.01, 0.1, 1.0]))
def test_rounding_never_rounds_up(amount: float, contract: float, step: float) -> None:
    """Lots are a whole number of steps, at most the units, and within one step of them."""
    lots = round_lots(amount, contract, step)
    assert abs(lots / step - round(lots / step)) < 1e-6 * max(1.0, lots / step / 1e9)
    assert lots * contract <= amount + 0.0011 * step * contract + 1e-15 * amount
    assert lots + step * 1.000001 + 1e-8 >= amount / contract


@given(st.floats(0.0, 1e9), st.sampled_from([1.0, 10.0, 100_000.0]), st.sampled_from([0.01, 0.02, 0.03, 0.1, 0.7, 1.0]))
def test_lots_and_units_are_the_decimal_numbers_that_a_person_would_write(
    amount: float, contract: float, step: float
) -> None:
    """However it is reckoned, lots are those of eight decimals, and so are the units for them."""
    lots = round_lots(amount / 1_000.0, contract, step)
    assert lots == round(round(lots / step) * step, 8)
    assert units_of(lots, contract) == round(lots * contract, 8)


def test_what_cannot_be_rounded_is_nothing() -> None:
    """Not a number, infinity or a contract of nothing give no lots."""
    assert [round_lots(math.nan, 1, 0.01), round_lots(math.inf, 1, 0.01), round_lots(5.0, 0.0, 0.01)] == [0.0] * 3
