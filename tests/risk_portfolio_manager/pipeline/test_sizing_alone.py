# SPDX-License-Identifier: MIT
"""The sizing by itself: stop, loss, factors, caps and rounding, number by number, on a context made by hand."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.context import Joined, SizeResult
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.market.scenarios import Scenarios
from arbitrex_desktop.risk_portfolio_manager.pipeline.sizing import (
    confidence_factor,
    expectancy_factor,
    kelly_share,
    on_price_step,
    portfolio_loss,
    regime_factor,
    resized,
    round_lots,
    size_reduction,
    size_trade,
    units_of,
    volatility_factor,
)
from tests.fakes.records import replace
from tests.risk_portfolio_manager.rules.contexts import EURUSD, JOINT, context

PASS, FAIL, UNKNOWN, SKIPPED = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN, Outcome.SKIPPED
PLAIN: dict[str, Any] = {"confidence_score": 0.5, "regime": "RANGING", "vol_percentile": 0.4}
"""An intent all of whose factors are 1."""
NO_SPREAD = {"spread_bps": 0.0}


def sized(config: RPMConfig | None = None, market: dict[str, Any] | None = None, **intent: Any) -> SizeResult:
    """Size a plain trade: 1 000 at risk over a stop of 0.015 are 66 666.7 units."""
    return size_trade(context(config, intent={**PLAIN, **intent}, market={**NO_SPREAD, **(market or {})}))


def found(result: SizeResult) -> list[tuple[str, Outcome, float | None, float | None, str]]:
    """Return the checks of a sizing, in order."""
    return [(each.check.subject, each.outcome, each.observed, each.limit, str(each.note)) for each in result.results]


@pytest.mark.parametrize(
    ("direction", "kept", "sent"),
    [(1, None, 1.135), (1, 1.14, 1.14), (1, 1.12, 1.135), (1, 1.16, 1.135), (-1, 1.16, 1.16), (-1, 1.17, 1.165),
     (-1, 1.14, 1.165)],
)  # fmt: skip
def test_what_is_added_to_a_position_puts_its_stop_no_farther(direction: int, kept: float | None, sent: float) -> None:
    """On a netting account a nearer stop is kept where none is given; the size goes by the trade's own distance."""
    result = size_trade(
        context(
            intent={**PLAIN, "direction": direction}, market=NO_SPREAD, exposure={"joined": Joined(0.0, 1.15, kept)}
        )
    )
    assert result.stop == pytest.approx(sent)
    assert result.base_units == pytest.approx(1_000.0 / 0.015)


def test_risk_over_the_loss_at_the_stop() -> None:
    """Base units, lots rounded down, worth and loss of a unit, stop and its distance, and the checks behind them."""
    result = sized()
    assert result.base_units == pytest.approx(1_000.0 / 0.015)
    assert (result.allowed, result.units, result.lots) == (result.base_units, result.base_units, 0.66)
    assert (result.unit_notional, result.least_units, result.stop) == (1.15, 1_000.0, 1.135)
    assert result.unit_loss == pytest.approx(0.015)
    assert result.stop_distance == pytest.approx(0.015)
    assert result.factors == {"confidence": 1.0, "regime": 1.0, "volatility": 1.0, "spread": 1.0, "correlation": 1.0}
    assert found(result) == [
        ("loss of one unit at the stop", PASS, None, None, "known"),
        ("position size", PASS, 0.66, 0.01, ""),
    ]


@pytest.mark.parametrize(
    ("direction", "given_stop", "stop", "distance"),
    [
        (1, None, 1.135, 0.015),
        (-1, None, 1.165, 0.015),
        (1, 1.14, 1.14, 0.01),
        (-1, 1.16, 1.16, 0.01),
        (1, 1.1400049, 1.14, 0.01),
        (1, 1.1399951, 1.14, 0.01),
    ],
)
def test_the_stop_and_its_distance(direction: int, given_stop: float | None, stop: float, distance: float) -> None:
    """As given, on a price step; else the ATR's multiple from the price, on the side that loses."""
    result = sized(direction=direction, stop_loss=given_stop)
    assert (result.stop, result.stop_distance) == (pytest.approx(stop), pytest.approx(distance))  # type: ignore[comparison-overlap] # approx
    assert result.base_units == pytest.approx(1_000.0 / distance)


@pytest.mark.parametrize(("direction", "stop"), [(1, 1.16), (1, 1.15), (-1, 1.14), (-1, 1.15)])
def test_a_stop_on_the_wrong_side_has_no_size(direction: int, stop: float) -> None:
    """At the price or beyond it nothing is sized; stop and distance are told, and both prices are in the words."""
    result = sized(direction=direction, stop_loss=stop)
    note = f"the stop {stop:.10g} is on the wrong side of the price 1.15"
    assert found(result) == [("side of the stop", FAIL, None, None, note)]
    assert (result.units, result.lots, result.least_units, result.stop) == (0.0, 0.0, 1_000.0, stop)
    assert result.stop_distance == pytest.approx(direction * (1.15 - stop))


def test_without_a_price() -> None:
    """The ATR alone sets the distance and there is no stop; a given stop has no distance that is known."""
    result = sized(market={"price": None})
    assert (result.stop, result.unit_notional, result.lots) == (None, None, 0.66)
    assert result.stop_distance == pytest.approx(0.015)
    lost = sized(market={"price": None}, stop_loss=1.14)
    words = "price, stop or conversion to account currency is not known"
    assert found(lost) == [("loss of one unit at the stop", UNKNOWN, None, None, words)]
    assert (lost.stop, lost.least_units) == (1.14, 1_000.0)
    assert math.isnan(lost.stop_distance)


@pytest.mark.parametrize("value", [math.nan, 0.0, -1.0, math.inf])
def test_without_a_conversion(value: float) -> None:
    """A loss that is not a number above zero is not known, and nothing is sized."""
    result = sized(market={"instrument": replace(EURUSD, value=value)})
    assert [each.outcome for each in result.results] == [UNKNOWN]
    assert (result.units, result.stop, result.least_units) == (0.0, 1.135, 1_000.0)
    assert result.stop_distance == pytest.approx(0.015)


def test_an_unknown_symbol_has_no_size() -> None:
    """Nothing at all, and no check: the rules say what is missing."""
    assert sized(market={"instrument": None}) == SizeResult()


def test_an_account_in_another_currency() -> None:
    """What a unit loses and is worth are in account currency."""
    result = sized(market={"instrument": replace(EURUSD, value=0.8)})
    assert result.base_units == pytest.approx(1_000.0 / (0.015 * 0.8))
    assert (result.unit_loss, result.unit_notional) == (pytest.approx(0.012), pytest.approx(0.92))  # type: ignore[comparison-overlap] # approx


@pytest.mark.parametrize(("tick", "stop", "distance"), [(0.0, 1.13501, 0.01499), (0.001, 1.135, 0.015)])
def test_steps_that_are_not_known_move_nothing(tick: float, stop: float, distance: float) -> None:
    """Without a price step the stop stays where the ATR puts it; with one it goes to the nearest."""
    result = sized(market={"instrument": replace(EURUSD, tick=tick)}, atr=0.01499 / 1.5)
    assert result.stop == pytest.approx(stop)
    assert result.stop_distance == pytest.approx(distance)
    if tick == 0.0:
        assert result.stop_distance == 0.01499 / 1.5 * 1.5


@pytest.mark.parametrize(
    ("changes", "market", "name", "factor"),
    [
        ({"confidence_score": 0.8}, {}, "confidence", 0.5 + 1.0 / (1.0 + math.exp(-3.0))),
        ({"regime": "TRENDING"}, {}, "regime", 1.2),
        ({"vol_percentile": 0.9}, {}, "volatility", 0.8),
        ({}, {"spread_bps": 10.0}, "spread", 0.75),
        ({}, {"spread_bps": 20.0}, "spread", 0.5),
        ({}, {"spread_bps": 90.0}, "spread", 0.5),
    ],
)
def test_each_factor_multiplies(changes: dict[str, Any], market: dict[str, Any], name: str, factor: float) -> None:
    """One factor that is not 1 is in the list under its name, and the size is that much smaller or larger."""
    result = sized(market=market, **changes)
    assert result.factors[name] == pytest.approx(factor)
    assert result.allowed == pytest.approx(1_000.0 / 0.015 * factor)
    assert result.base_units == pytest.approx(1_000.0 / 0.015)


def test_without_a_spread_there_is_no_factor_for_it() -> None:
    """What is not known takes nothing off."""
    assert "spread" not in sized(market={"spread_bps": None, "has_pool": False}).factors


@pytest.mark.parametrize(("highest", "factor"), [(0.0, 1.0), (0.5, 0.75), (1.0, 0.5)])
def test_correlation_takes_off_its_share(highest: float, factor: float) -> None:
    """Half of the highest correlation, as set; without a portfolio nothing."""
    joint = msgspec.structs.replace(JOINT, highest=highest)
    case = context(intent=PLAIN, market=NO_SPREAD, exposure={"joint": joint})
    assert size_trade(case).factors["correlation"] == pytest.approx(factor)
    assert size_trade(context(intent=PLAIN, exposure={"joint": None})).factors["correlation"] == 1.0


STATISTICS: dict[str, Any] = {"win_rate": 0.6, "avg_win": 0.02, "avg_loss": 0.01, "num_trades": 100}


@pytest.mark.parametrize(
    ("changes", "kelly", "expectancy"),
    [
        ({}, 0.8, 0.5),
        ({"win_rate": 0.51, "avg_win": 0.01, "avg_loss": 0.01}, 0.5, 0.0),
        ({"avg_loss": 0.5}, 0.0, 0.0),
        ({"avg_win": 0.1, "num_trades": None}, 0.8, 1.0),
        ({"avg_win": 0.1}, 0.8, 1.5),
        ({"avg_win": 0.03, "num_trades": None}, 0.8, 1.0),
    ],
)
def test_the_win_statistics_factors(changes: dict[str, Any], kelly: float, expectancy: float) -> None:
    """A quarter of Kelly's bet against the risk per trade, at most 1; expectancy enlarges only with a sample."""
    result = sized(**{**STATISTICS, **changes})
    assert list(result.factors)[:2] == ["kelly", "expectancy"]
    assert result.factors["kelly"] == pytest.approx(kelly)
    assert result.factors["expectancy"] == expectancy
    assert result.allowed == pytest.approx(1_000.0 / 0.015 * kelly * expectancy)


def test_kellys_bet_has_a_cap_in_each_regime() -> None:
    """The cap is the base share times the regime's multiplier; the smaller of cap and bet is checked against it."""
    config = RPMConfig(kelly_base_max_pct=0.004, risk_per_trade=0.01)
    share = kelly_share(0.6, 0.02, 0.01)
    for regime, multiplier in config.kelly_regime_multipliers.items():
        result = sized(config, regime=regime, **STATISTICS)
        most = 0.004 * multiplier
        assert result.factors["kelly"] == pytest.approx(min(share * config.kelly_safety_factor, most) / 0.01)
        (check,) = [each for each in found(result) if each[0] == "Kelly bet"]
        assert check[1] is PASS
        assert [check[2], check[3]] == pytest.approx([most, most])


def test_a_regime_that_nobody_set_takes_no_bet() -> None:
    """Without a multiplier the cap is nothing, and so is the bet."""
    assert sized(regime="UNHEARD_OF", **STATISTICS).factors["kelly"] == 0.0


def test_the_win_statistics_are_checked_in_order() -> None:
    """Win rate, sample, bet and expectancy with their limits; what is not complete is skipped, what is bad refused."""
    good = found(sized(**STATISTICS))[1:-1]
    assert [(name, outcome) for name, outcome, *_ in good] == [
        ("win rate", PASS),
        ("trades behind the win statistics", PASS),
        ("Kelly bet", PASS),
        ("expectancy of a trade", PASS),
    ]
    assert [each[3] for each in good[:2]] == [0.51, 30]
    assert [good[3][2], good[3][3]] == pytest.approx([0.008, 0.001])
    bad = found(sized(**{**STATISTICS, "win_rate": 0.5, "avg_win": 0.01, "num_trades": 29}))[1:]
    assert [(name, outcome) for name, outcome, *_ in bad[:4]] == [
        ("win rate", FAIL),
        ("trades behind the win statistics", FAIL),
        ("Kelly bet", FAIL),
        ("expectancy of a trade", FAIL),
    ]
    assert bad[2][4] == "0.0% is no bet worth taking"
    skipped = ("Kelly bet", SKIPPED, None, None, "the win statistics are not complete")
    for missing in ({"avg_win": None}, {"avg_loss": None}, {"win_rate": None}):
        result = sized(**{**STATISTICS, **missing})
        assert skipped in found(result)
        assert "kelly" not in result.factors
    assert [each[0] for each in found(sized(num_trades=100))] == [
        "loss of one unit at the stop",
        "trades behind the win statistics",
        "Kelly bet",
        "position size",
    ]


@pytest.mark.parametrize(
    ("volume", "swing", "most"),
    [
        (None, None, 66_666.666),
        (5_000_000.0, None, 50_000.0),
        (5_000_000.0, 0.05, 50_000.0),
        (5_000_000.0, 0.5, 50_000.0),
        (5_000_000.0, 0.6, 34_722.222),
        (5_000_000.0, 1.0, 12_500.0),
        (10_000.0, None, 100.0),
    ],
)
def test_liquidity_caps_the_units(volume: float | None, swing: float | None, most: float) -> None:
    """One hundredth of the daily volume, or what moves the price by half a percent, whichever is less."""
    result = sized(adv_units=volume, daily_volatility=swing)
    assert result.allowed == pytest.approx(most)
    checks = [each for each in found(result) if each[0] == "average daily volume"]
    assert checks == ([] if volume is None else [("average daily volume", PASS, volume, 10_000.0, "")])
    if volume is not None:
        (low,) = [each for each in found(sized(adv_units=9_999.0)) if each[0] == "average daily volume"]
        assert low[1] is FAIL


@given(volume=st.floats(1e5, 1e9), swing=st.floats(0.0, 3.0))
def test_the_impact_never_passes_its_limit(volume: float, swing: float) -> None:
    """Coefficient x volatility x sqrt(units / volume) stays at or below the limit, whatever the market."""
    config = RPMConfig(max_adv_pct=1.0, risk_per_trade=0.05)
    result = sized(config, adv_units=volume, daily_volatility=swing)
    impact = config.impact_coefficient * swing * math.sqrt(result.allowed / volume)
    assert impact <= config.max_market_impact_pct * (1.0 + 1e-9)


@pytest.mark.parametrize(
    ("asked", "units", "lots", "outcome", "note"),
    [
        (0.03, 3_000.0, 0.03, PASS, ""),
        (0.01, 1_000.0, 0.01, PASS, ""),
        (5.0, 66_666.666, 0.66, PASS, ""),
        (0.009, 900.0, 0.0, FAIL, "less was asked for than the smallest volume"),
    ],
)
def test_a_request_is_taken_when_it_is_less(
    asked: float, units: float, lots: float, outcome: Outcome, note: str
) -> None:
    """The smaller of both; below the smallest volume it is the request that is too small."""
    result = sized(requested_volume=asked)
    assert result.units == pytest.approx(units)
    assert (result.lots, result.allowed) == (lots, pytest.approx(66_666.666))  # type: ignore[comparison-overlap] # approx
    assert found(result)[-1] == ("position size", outcome, lots, 0.01, note)


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        (
            {"atr": 1.0},
            "the smallest volume would risk 1,500.00 at the stop; the risk per trade would have to be 1.50%",
        ),
        (
            {"atr": 1.0, "requested_volume": 0.5},
            "the smallest volume would risk 1,500.00 at the stop; the risk per trade would have to be 1.50%",
        ),
        (
            {"win_rate": 0.6, "avg_win": 0.01, "avg_loss": 0.5},
            "the smallest volume would risk 15.00, 0.01% of capital",
        ),
    ],
)
def test_what_would_have_to_be_at_risk(changes: dict[str, Any], note: str) -> None:
    """Below the smallest volume the words say what it takes; where the factors leave nothing, what it risks."""
    result = sized(**changes)
    assert found(result)[-1][1:] == (FAIL, 0.0, 0.01, note)


@pytest.mark.parametrize(("least", "outcome"), [(0.66, PASS), (0.67, FAIL), (0.66 * (1.0 + 1e-10), PASS)])
def test_the_smallest_volume_itself_is_a_size(least: float, outcome: Outcome) -> None:
    """Exactly the smallest volume passes, also when it falls short by the last bit."""
    result = sized(market={"instrument": replace(EURUSD, volume_min=least)})
    assert result.results[-1].outcome is outcome
    assert result.least_units == pytest.approx(least * 100_000.0)


def test_a_size_of_nothing_is_none() -> None:
    """No lots are no size, also where the broker names no smallest volume."""
    result = sized(market={"instrument": replace(EURUSD, volume_min=0.0)}, atr=100.0)
    assert (result.lots, result.results[-1].outcome) == (0.0, FAIL)


@pytest.mark.parametrize(("asked", "units"), [(None, 30_000.0), (0.1, 10_000.0), (9.0, 30_000.0)])
def test_a_reduction_takes_what_there_is(asked: float | None, units: float) -> None:
    """All of the position, or what was asked for, never more."""
    case = context(intent={"requested_volume": asked}, exposure={"reducible": 30_000.0})
    assert size_reduction(case) == SizeResult(base_units=units, allowed=units, units=units)
    unknown = context(intent={"requested_volume": 0.1}, exposure={"reducible": 30_000.0}, market={"instrument": None})
    assert size_reduction(unknown).units == 0.0


def test_the_portfolio_with_the_trade() -> None:
    """Deviation and past tail at the worth that is added; 0 and None where either is not known."""
    profits = np.linspace(-1.0, 1.0, 200)
    joint = msgspec.structs.replace(JOINT, variance=9.0, past=Scenarios(np.zeros(200), profits, 1))
    case = context(exposure={"joint": joint})
    deviation, tail = portfolio_loss(case, 100.0, 2.0)
    assert deviation == pytest.approx(joint.deviation(200.0))
    assert joint.past is not None
    assert tail == joint.past.tail(200.0, case.config.var_confidence)
    assert portfolio_loss(case, 100.0, None) == (0.0, None)
    assert portfolio_loss(context(exposure={"joint": None}), 100.0, 2.0) == (0.0, None)
    assert portfolio_loss(context(), 100.0, 2.0) == (2.0, None)
    smaller = resized(case, 50.0).size
    assert (smaller.units, smaller.allowed) == (50.0, case.size.allowed)
    assert (smaller.deviation, smaller.tail) == portfolio_loss(case, 50.0, 1.15)
    full = size_trade(context(intent=PLAIN, market=NO_SPREAD, exposure={"joint": joint}))
    assert (full.deviation, full.tail) == portfolio_loss(case, full.units, 1.15)
    assert full.deviation > 0.0


@pytest.mark.parametrize(
    ("units", "contract", "step", "lots"),
    [
        (29_000.0, 100_000.0, 0.01, 0.29),
        (28_999.0, 100_000.0, 0.01, 0.28),
        (10.0 - 5e-9, 1.0, 1.0, 10.0),
        (10.0 - 5e-8, 1.0, 1.0, 9.0),
        (1e9 + 0.9995, 1.0, 1.0, 1e9 + 1.0),
        (1e9 + 0.998, 1.0, 1.0, 1e9),
        (-5e-10 + 1.0, 1.0, 1.0, 1.0),
        (0.0, 1.0, 0.01, 0.0),
        (0.3, 1.0, 0.03, 0.3),
        (0.6, 1.0, 0.7, 0.0),
        (2.1, 1.0, 0.7, 2.1),
        (2.0, 1.0, 0.5, 2.0),
        (5.0, 0.0, 0.01, 0.0),
        (5.0, -1.0, 0.01, 0.0),
        (5.0, 1.0, 0.0, 0.0),
        (5.0, 1.0, -0.01, 0.0),
        (math.nan, 1.0, 0.01, 0.0),
        (math.inf, 1.0, 0.01, 0.0),
    ],
)
def test_lots_are_rounded_down(units: float, contract: float, step: float, lots: float) -> None:
    """To whole steps; the last bits of a float, and never more than a thousandth of a step, are forgiven."""
    assert round_lots(units, contract, step) == lots


def test_small_functions_at_their_bounds() -> None:
    """Each step of each factor, on both sides of it."""
    assert units_of(0.58, 100_000.0) == 58_000.0
    assert units_of(0.123456789, 1.0) == 0.12345679
    assert [volatility_factor(each) for each in (0.799, 0.8, 0.899, 0.9, 0.95, 0.9501)] == [
        1.0,
        0.9,
        0.9,
        0.8,
        0.8,
        0.7,
    ]
    assert [expectancy_factor(each) for each in (0.001, 0.00101, 0.01, 0.0101, 0.02, 0.0201)] == [
        0,
        0.5,
        0.5,
        1,
        1,
        1.5,
    ]
    assert confidence_factor(1.0) == pytest.approx(0.5 + 1.0 / (1.0 + math.exp(-5.0)))
    assert kelly_share(0.6, 0.02, 0.01) == pytest.approx(0.4)
    assert [on_price_step(each, EURUSD) for each in (1.150004, 1.150006)] == [1.15, 1.15001]
    assert on_price_step(1.150004, None) == on_price_step(1.150004, replace(EURUSD, tick=0.0)) == 1.150004


@pytest.mark.parametrize(
    ("regime", "changes", "factor"),
    [
        ("TRENDING", {}, 1.2),
        ("STRESSED", {"stressed_size_multiplier": 0.1}, 0.1),
        ("CRISIS", {"stressed_size_multiplier": 0.05}, 0.05),
        ("CRISIS", {}, 0.1),
        ("VOLATILE", {"volatile_size_multiplier": 0.2}, 0.2),
        ("VOLATILE", {"volatile_size_multiplier": 0.99}, 0.7),
        ("UNHEARD_OF", {}, 0.0),
    ],
)
def test_a_nervous_regime_has_its_own_cap(regime: str, changes: dict[str, Any], factor: float) -> None:
    """The smaller of the regime's factor and its cap; a regime that nobody set trades nothing."""
    assert regime_factor(regime, RPMConfig(**changes)) == factor
