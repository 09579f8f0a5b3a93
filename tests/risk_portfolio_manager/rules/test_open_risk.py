# SPDX-License-Identifier: MIT
"""No approval may lead to a loss beyond the loss limits when every stop is hit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager import Outcome, Position, RiskPortfolioManager
from tests.fakes.broker_data import make_position
from tests.fakes.clock import START
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import check, intent, pooled, reason, static, units, wide


def looking(**config: Any) -> RiskPortfolioManager:
    """Return a manager of 100 000 that looks ahead and cuts for nothing else."""
    limits = {"max_positions_per_symbol": 99, "max_concurrent_positions": 99, "look_ahead": True}
    return static(wide(**{**limits, **config}))


def asked(lots: float = 1.0, stop: float = 0.01, **more: Any) -> dict[str, Any]:
    """Return a purchase of EURUSD at 1.15; a lot loses 1 000 at a stop of 0.01."""
    return intent(requested_volume=lots, stop_loss=1.15 - stop, **more)


def test_the_loss_of_the_trade_itself_is_held_against_what_the_day_leaves() -> None:
    """Of a limit of 2 000, 1 900 are lost: a stop that loses 1 713 is cut to 100."""
    rpm = looking(risk_per_trade=0.05)
    rpm.portfolio_state.daily_pnl = -1_900.0
    output = rpm.evaluate(**asked(1.713))
    assert units(output) == pytest.approx(10_000, abs=1_000)
    verdict = check(output, "OPEN_RISK_LIMIT")
    assert verdict.outcome is Outcome.ADJUST
    assert verdict.observed == pytest.approx(1_713)
    assert verdict.limit == pytest.approx(100)
    assert "left of today's loss limit" in verdict.message
    rpm.portfolio_state.daily_pnl = -1_999.0
    assert reason(rpm.evaluate(**asked())) == "OPEN_RISK_LIMIT"


@pytest.mark.parametrize(
    ("changes", "anchor", "what", "left"),
    [
        ({"weekly_pnl": -4_500.0}, None, "this week's loss limit", 500),
        ({"equity": 97_400.0}, 100_000.0, "today's greatest fall", 400),
        ({"equity": 90_300.0}, None, "the greatest drawdown", 300),
    ],
)
def test_week_day_and_peak_leave_what_they_leave(
    changes: dict[str, float], anchor: float | None, what: str, left: float
) -> None:
    """The tightest of the limits decides, and is named."""
    rpm = looking(risk_per_trade=0.05)
    rpm.portfolio_state.day_anchor = anchor
    for name, value in changes.items():
        setattr(rpm.portfolio_state, name, value)
    output = rpm.evaluate(**asked())
    verdict = check(output, "OPEN_RISK_LIMIT")
    assert what in verdict.message
    assert verdict.limit == pytest.approx(left)
    assert units(output) == pytest.approx(left * 100, abs=1_000)


def test_open_positions_and_trades_in_flight_count_with_their_stops() -> None:
    """A position 800 from its stop and 600 in flight leave 600 of 2 000; one that locks profit in risks none."""
    rpm = looking(risk_per_trade=0.05, max_risk_per_trade=1.0)
    rpm.portfolio_state.open_positions["EURUSD"] = Position(
        "EURUSD", 1, 100_000.0, 1.15, START, current_price=1.15, stop_loss=1.142
    )
    assert units(rpm.process_trade_intent(**asked(0.6))) == 60_000
    assert units(rpm.evaluate(**asked(1.0))) == pytest.approx(60_000, abs=1_000)
    rpm.portfolio_state.open_positions["EURUSD"].stop_loss = 1.151
    assert units(rpm.evaluate(**asked(2.0))) == pytest.approx(140_000, abs=1_000)


def test_a_position_without_a_stop_counts_as_the_settings_say() -> None:
    """Left out, or with a share of its size: 1% of 100 000 dollars leaves half of the day's 2 000."""
    for share, left in ((0.0, 200_000), (0.01, 100_000)):
        rpm = looking(risk_per_trade=0.05, loss_without_stop=share)
        rpm.portfolio_state.open_positions["GBPUSD"] = Position("GBPUSD", -1, 76_923.0769, 1.3, START)
        assert units(rpm.evaluate(**asked(3.0))) == pytest.approx(left, abs=1_000)


def test_the_poll_between_two_syncs_counts() -> None:
    """A position that the pool has only polled is at risk already."""
    pool = FakePool()
    rpm = pooled(pool, wide(look_ahead=True, risk_per_trade=0.05, max_positions_per_symbol=9))
    before = check(rpm.evaluate(**asked(0.5)), "OPEN_RISK_LIMIT").observed
    pool.positions = (make_position("EURUSD", 1, 1.0, sl=1.149, price_current=1.15),)
    pool.clock.advance(1.0)
    pool.poll()
    after = check(rpm.evaluate(**asked(0.5)), "OPEN_RISK_LIMIT").observed
    assert before is not None
    assert after is not None
    assert after - before == pytest.approx(100, abs=1e-6)


def test_reductions_pass_and_the_look_ahead_can_be_switched_off() -> None:
    """What takes risk off needs no room."""
    rpm = looking()
    rpm.portfolio_state.daily_pnl = -1_999.0
    rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, 1_000.0, 1.15, START)
    assert units(rpm.evaluate(**intent(direction=-1))) == 1_000
    rpm.config.look_ahead = False
    assert check(rpm.evaluate(**asked()), "OPEN_RISK_LIMIT").outcome is Outcome.SKIPPED
    assert rpm.evaluate(**asked(0.5)).decision.status == "APPROVED"


trades = st.tuples(
    st.sampled_from([("EURUSD", 1.15), ("GBPUSD", 1.3), ("AUDUSD", 0.65)]),
    st.sampled_from([1, -1]),
    st.floats(0.001, 0.1),
    st.floats(0.01, 5.0),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(trades, min_size=1, max_size=12), st.floats(-3_000.0, 1_000.0), st.booleans())
def test_no_sequence_of_approvals_risks_more_than_the_day_allows(
    sequence: list[Any], lost: float, settled: bool
) -> None:
    """Whatever was approved, filled or not: hitting all stops loses no more than the limit of 2 000."""
    rpm = looking(risk_per_trade=0.05)
    rpm.portfolio_state.daily_pnl = lost
    at_risk = 0.0
    for number, ((symbol, price), side, stop, lots) in enumerate(sequence):
        output = rpm.process_trade_intent(
            **intent(symbol=symbol, direction=side, current_price=price, requested_volume=lots,
                     stop_loss=price - side * stop, atr=stop)
        )  # fmt: skip
        trade = output.decision.approved_trade
        if trade is None or trade.reducing:
            continue
        at_risk += trade.position_units * abs(price - (trade.stop_loss or 0.0))
        if settled:
            rpm.portfolio_state.open_positions[f"p{number}"] = Position(
                symbol, side, trade.position_units, price, START, current_price=price, stop_loss=trade.stop_loss
            )
    assert at_risk == 0.0 or at_risk - lost <= 2_000.0 + 1e-6
