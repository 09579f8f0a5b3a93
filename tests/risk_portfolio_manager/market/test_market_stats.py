# SPDX-License-Identifier: MIT
"""Measured and assumed volatility, correlation and tail losses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.market.market_stats import MarketStats, assumed_correlation
from arbitrex_desktop.risk_portfolio_manager.market.portfolio_risk import JointRisk, PortfolioRisk
from arbitrex_desktop.risk_portfolio_manager.market.scenarios import tail_of
from arbitrex_desktop.risk_portfolio_manager.rules.tail_risk import normal_quantile, normal_shortfall
from tests.fakes.broker_data import make_position
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import check, intent, pooled, reason, wide


def bars(returns: np.ndarray[tuple[int], np.dtype[np.float64]], first_day: int = 0) -> Rows:
    """Return daily bars that close with the given logarithmic returns."""
    rows = np.zeros(len(returns) + 1, dtype=RATE_DTYPE)
    rows["time"] = (first_day + np.arange(len(returns) + 1)) * 86_400
    rows["close"] = np.exp(np.concatenate([[0.0], np.cumsum(returns)]))
    return rows


def noise(seed: int, days: int = 250, sigma: float = 0.006) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return random returns."""
    made: np.ndarray[tuple[int], np.dtype[np.float64]] = np.random.default_rng(seed).normal(0.0, sigma, days)
    return made


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ("EURUSD", "EURUSD", 1.0),
        ("EURUSD", "GBPUSD", 0.5),
        ("EURUSD", "USDJPY", -0.5),
        ("EURUSD", "AUDCAD", 0.0),
        ("EURUSD", "USDEUR", -1.0),
        ("XAUUSD", "XAGUSD", 0.5),
        ("GDAXIm", "EURUSD", 0.0),
    ],
)
def test_names_suggest_correlations(one: str, other: str, value: float) -> None:
    """Shared currencies correlate by the cosine of their legs."""
    assert assumed_correlation(one, other) == pytest.approx(value) == assumed_correlation(other, one)


def test_measured_correlations_are_shrunk_towards_the_assumed() -> None:
    """With n days and weight k the measured value counts n / (n + k)."""
    stats, common = MarketStats(), noise(1)
    stats.set_bars("EURUSD", bars(common))
    stats.set_bars("GBPUSD", bars(-common))
    assert stats.correlation("EURUSD", "GBPUSD", 0) == pytest.approx(-1.0)
    assert stats.correlation("EURUSD", "GBPUSD", 250) == pytest.approx((-1.0 + 0.5) / 2)


def test_bars_are_aligned_by_day() -> None:
    """A symbol whose bars begin later is compared over the common days; too few common days are not used."""
    stats, common = MarketStats(), noise(2)
    stats.set_bars("EURUSD", bars(common))
    stats.set_bars("GBPUSD", bars(common[50:], first_day=50))
    assert stats.correlation("EURUSD", "GBPUSD", 0) == pytest.approx(1.0)
    stats.set_bars("USDJPY", bars(common, first_day=10_000))
    assert stats.correlation("EURUSD", "USDJPY", 0) == -0.5


@pytest.mark.parametrize("closes", [[1.0] * 10, [1.0] * 100, [*[1.0, 1.1] * 40, float("nan")], [*[1.0, 1.1] * 40, 0.0]])
def test_bars_that_cannot_be_used_are_not_taken(closes: list[float]) -> None:
    """Too few, never moving, not a number, zero."""
    rows = np.zeros(len(closes), dtype=RATE_DTYPE)
    rows["close"] = closes
    stats = MarketStats()
    assert stats.set_bars("EURUSD", rows) is False
    assert stats.returns("EURUSD") is None


def test_normal_tails_are_the_textbooks() -> None:
    """2.326 deviations at 99%, and 2.665 on average beyond."""
    assert normal_quantile(0.99) == pytest.approx(2.32635, abs=1e-4)
    assert normal_shortfall(0.99) == pytest.approx(2.66521, abs=1e-4)


def test_historical_tails_are_the_worst_days() -> None:
    """Of 100 days at 98%, the two worst: the milder of them, and their mean."""
    profits = np.arange(100, dtype=np.float64) - 10
    assert tail_of(profits, 0.98) == (9.0, 9.5)


@given(st.floats(0, 1e6), st.floats(-1, 1), st.floats(1e-4, 0.05), st.floats(1.0, 1e5))
def test_the_room_is_where_the_deviation_meets_the_limit(held: float, rho: float, sigma: float, limit: float) -> None:
    """Within the room the portfolio stays at or below the limit; with more it does not."""
    other = held * 0.006
    joint = JointRisk(0.0, 0.0, sigma, other**2, rho * sigma * other, None)
    room = joint.headroom(limit)
    if room > 0:
        assert joint.deviation(room) <= limit * (1 + 1e-6)
        assert joint.deviation(room * 1.01 + 1) >= limit * (1 - 1e-6)
    elif other > limit:
        assert room == -1.0


def test_variance_adds_up_over_symbols() -> None:
    """Two equal positions of correlation one half swing by the square root of three times one of them."""
    config, risk = RPMConfig(), PortfolioRisk(MarketStats())
    held = {"EURUSD": 1_000.0, "GBPUSD": 1_000.0}
    found = risk.of(held, {}, "AUDCAD", 1, 0.2, config)
    assert found.deviation(0.0) == pytest.approx(3**0.5 * 6.0)
    assert found.cluster == pytest.approx(0.2 * 2_000)
    assert found.highest == 0.2


@given(st.lists(st.tuples(st.sampled_from(("ask", "hold", "bars", "settings")), st.integers(0, 3)), max_size=25))
def test_one_that_was_asked_before_answers_as_a_new_one(steps: list[tuple[str, int]]) -> None:
    """Whatever changes between two questions: positions, bars, settings; what is known of the past changes nothing."""
    names, config, stats, held = ("EURUSD", "GBPUSD", "USDJPY", "AUDCAD"), RPMConfig(), MarketStats(), {"EURUSD": 1e3}
    risk = PortfolioRisk(stats)
    for what, number in steps:
        if what == "hold":
            held = {**held, names[number]: 700.0 * (number - 1)}
        elif what == "bars":
            stats.set_bars(names[number], bars(noise(number + len(held))))
        elif what == "settings":
            config.correlation_prior_weight = 10 * number
        for symbol, direction, floor in ((names[number], 1, 0.2), (names[number], -1, 0.8), ("EURUSD", 1, 0.5)):
            found = risk.of(held, {}, symbol, direction, floor, config)
            fresh = PortfolioRisk(stats).of(held, {}, symbol, direction, floor, config)
            assert astuple(found)[:5] == pytest.approx(astuple(fresh)[:5])
            assert (found.past is None) == (fresh.past is None)
            if found.past is not None and fresh.past is not None:
                assert found.past.tail(300.0, 0.95) == pytest.approx(fresh.past.tail(300.0, 0.95))


MONEY = st.dictionaries(st.sampled_from(["EURUSD", "GBPUSD", "USDJPY", "AUDCAD"]), st.integers(-5, 5).map(float))


SIDES = st.dictionaries(
    st.tuples(st.sampled_from(["EURUSD", "GBPUSD", "USDJPY", "AUDCAD"]), st.sampled_from([1, -1])),
    st.integers(0, 5).map(float),
    max_size=4,
)


def weighed(held: dict[str, float], more: dict[tuple[str, int], float], symbol: str, direction: int) -> JointRisk:
    """Return how a trade stands to positions and trades under way, of which three symbols are measured."""
    stats = MarketStats()
    for number, name in enumerate(("EURUSD", "GBPUSD", "USDJPY")):
        stats.set_bars(name, bars(noise(number + 5)))
    return PortfolioRisk(stats).of(held, more, symbol, direction, 0.2, RPMConfig())


@settings(max_examples=30)
@example({}, {("EURUSD", 1): 1.0, ("EURUSD", -1): 1.0}, "EURUSD", 1)
@example({"EURUSD": -5.0}, {("EURUSD", 1): 3.0}, "EURUSD", 1)
@example({"GBPUSD": -5.0}, {("EURUSD", 1): 3.0}, "EURUSD", 1)
@given(MONEY, SIDES, st.sampled_from(["EURUSD", "AUDCAD"]), st.sampled_from([1, -1]))
def test_trades_in_flight_bound_the_portfolio_with_any_of_them(
    held: dict[str, float], more: dict[tuple[str, int], float], symbol: str, direction: int
) -> None:
    """Whichever of them are filled, correlated exposure, deviation and tail are never more than what was found."""
    found = weighed(held, more, symbol, direction)
    for filled in (set(), set(more), *({one} for one in more), *(set(more) - {one} for one in more)):
        whole = dict(held)
        for name, side in filled:
            whole[name] = whole.get(name, 0.0) + side * more[name, side]
        real = weighed(whole, {}, symbol, direction)
        assert found.cluster >= real.cluster - 1e-9
        assert found.sigma == real.sigma
        for notional in (0.0, 1.0, 2.5):
            assert found.deviation(notional) >= real.deviation(notional) - 1e-9
            if found.past is not None and real.past is not None:
                past, really = found.past.tail(notional, 0.95), real.past.tail(notional, 0.95)
                assert past[0] >= really[0] - 1e-9
                assert past[1] >= really[1] - 1e-9


@pytest.mark.parametrize("direction", [1, -1])
def test_trades_in_flight_on_the_same_side_count_as_if_they_were_held(direction: int) -> None:
    """Where nothing hedges, they add up to the very portfolio that they will make."""
    held, more = {"EURUSD": direction * 2.0, "GBPUSD": direction * 1.0}, {("EURUSD", direction): 3.0}
    found = weighed(held, more, "EURUSD", direction)
    real = weighed({"EURUSD": direction * 5.0, "GBPUSD": direction * 1.0}, {}, "EURUSD", direction)
    for name in ("cluster", "highest", "sigma", "variance", "covariance"):
        assert getattr(found, name) == pytest.approx(getattr(real, name))
    assert found.past is not None
    assert real.past is not None
    assert found.past.tail(2.5, 0.95) == pytest.approx(real.past.tail(2.5, 0.95))
    assert found.past.headroom(1.0, 0.95) == pytest.approx(real.past.headroom(1.0, 0.95))


def test_a_fat_tail_in_the_past_counts_more_than_a_normal_one() -> None:
    """With bars of every symbol, a history of crashes lowers the room below the parametric one."""
    calm, wild = noise(3), noise(3)
    wild[[20, 60, 100, 140]] = -0.08
    sizes = []
    for past in (calm, wild):
        pool = FakePool()
        pool.positions = (make_position("GBPUSD", 1, 0.1),)
        pool.rates = {"EURUSD": bars(past), "GBPUSD": bars(past)}
        rpm = pooled(pool, wide(max_var_pct=0.005))
        rpm.process_trade_intent(**intent(confidence_score=0.0))
        rpm.sync_with_mt5_account()
        verdict = check(rpm.evaluate(**intent()), "VALUE_AT_RISK_LIMIT")
        assert verdict.observed is not None
        sizes.append(verdict.observed)
    assert sizes[1] > sizes[0] * 2


def test_a_market_that_went_wild_lately_is_a_shock() -> None:
    """Five days of four times the usual moves refuse, whatever percentile the intent claims."""
    past = noise(4)
    past[-5:] = 0.05
    pool = FakePool()
    pool.rates = {"EURUSD": bars(past)}
    rpm = pooled(pool, wide())
    rpm.process_trade_intent(**intent(confidence_score=0.0))
    rpm.sync_with_mt5_account()
    assert reason(rpm.evaluate(**intent())) == "EXTREME_VOLATILITY"


def test_what_is_only_looked_at_is_measured_too() -> None:
    """A size that a form shows must not become another one a second after it is submitted."""
    pool = FakePool()
    rpm = pooled(pool)
    rpm.sync_with_mt5_account()
    assert not rpm.bars_due()
    rpm.evaluate(**intent())
    assert rpm.bars_due()
    rpm.read_bars()
    assert not rpm.bars_due()
