# SPDX-License-Identifier: MIT
"""Rules over the whole portfolio and over time, without a pool."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import Outcome, Position, RiskPortfolioManager
from tests.fakes.clock import ManualClock
from tests.risk_portfolio_manager.helpers import check, intent, reason, static, units, wide

NOW = datetime(2025, 3, 12, 9, tzinfo=UTC)
GBP = {"symbol": "GBPUSD", "current_price": 1.3}


def holding(*positions: tuple[str, int, float, float], **config: Any) -> RiskPortfolioManager:
    """Return a manager that holds positions: symbol, direction, units, price."""
    rpm = static(wide(max_positions_per_symbol=9, **config))
    for symbol, direction, held, price in positions:
        rpm.portfolio_state.open_positions[symbol] = Position(symbol, direction, held, price, NOW)
    return rpm


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ({"max_symbol_exposure_units": 5_000.0}, "SYMBOL_EXPOSURE_LIMIT"),
        ({"max_symbol_exposure_pct": 0.06}, "SYMBOL_EXPOSURE_LIMIT"),
        ({"max_currency_exposure_pct": 0.06}, "CURRENCY_EXPOSURE_LIMIT"),
        ({"max_total_exposure_pct": 0.06}, "TOTAL_EXPOSURE_LIMIT"),
        ({"max_net_exposure_pct": 0.06}, "NET_EXPOSURE_LIMIT"),
        ({"max_correlation_exposure": 0.06}, "CORRELATION_LIMIT"),
        ({"max_portfolio_volatility": 0.0004}, "PORTFOLIO_VOLATILITY_LIMIT"),
        ({"max_var_pct": 0.001}, "VALUE_AT_RISK_LIMIT"),
        ({"max_cvar_pct": 0.001}, "EXPECTED_SHORTFALL_LIMIT"),
        ({"max_exposure_velocity_pct": 0.06}, "EXPOSURE_VELOCITY"),
    ],
)
def test_a_limit_cuts_to_fit_and_refuses_when_nothing_fits(setting: dict[str, float], code: str) -> None:
    """The trade is cut below the limit; a tenth of the limit leaves less than the smallest volume."""
    output = static(wide(**setting)).evaluate(**intent())
    assert output.decision.status == "ADJUSTED"
    assert 0 < units(output) < 11_000
    assert [each.code for each in output.decision.checks if each.outcome is Outcome.ADJUST] == [code]
    assert output.decision.portfolio_constraint_violations
    tight = {name: value / 20 for name, value in setting.items()}
    refused = static(wide(**tight)).evaluate(**intent())
    assert reason(refused) == code
    assert not refused.decision.portfolio_constraints_passed
    assert not refused.decision.kill_switch_triggered


def test_a_cross_counts_in_both_currencies_and_is_netted() -> None:
    """Long EURUSD and short EURGBP: the euros cancel, pounds and dollars stay."""
    rpm = holding(("EURUSD", 1, 10_000.0, 1.15), ("EURGBP", -1, 10_000.0, 0.88), ("GBPUSD", 1, 1.0, 1.3))
    rpm.process_trade_intent(**intent(confidence_score=0.0))
    exposure = rpm.portfolio_state.currency_exposure
    assert exposure["EUR"] == pytest.approx(11_500 - 8_800 * 1.3)
    assert exposure["GBP"] == pytest.approx(8_800 * 1.3 + 1.3)
    assert exposure["USD"] == pytest.approx(-11_500 - 1.3)


def test_positions_are_counted_per_strategy() -> None:
    """A strategy's own limit counts its positions and trades under way."""
    rpm = static(wide(max_positions_per_strategy=1, max_positions_per_symbol=9))
    rpm.process_trade_intent(**intent(strategy_id="alpha"))
    assert reason(rpm.evaluate(**intent(strategy_id="alpha"))) == "STRATEGY_POSITIONS_REACHED"
    assert rpm.evaluate(**intent(strategy_id="beta")).decision.status == "APPROVED"


def test_correlation_makes_the_trade_smaller() -> None:
    """A position that shares the dollar takes a quarter off; the regime's floor counts where nothing is shared."""
    rpm = holding(("GBPUSD", 1, 10_000.0, 1.3))
    trade = rpm.evaluate(**intent()).decision.approved_trade
    assert trade is not None
    assert trade.correlation_adjustment == pytest.approx(1 - 0.5 * 0.5)
    stressed = rpm.evaluate(**intent(regime="STRESSED")).decision.approved_trade
    assert stressed is not None
    assert stressed.correlation_adjustment == pytest.approx(1 - 0.5 * 0.8)


def test_a_hedge_is_never_counted_as_one() -> None:
    """An opposite position counts at the regime's floor, not below zero."""
    rpm = holding(("GBPUSD", -1, 10_000.0, 1.3))
    output = rpm.evaluate(**intent())
    own = units(output)
    observed = check(output, "CORRELATION_LIMIT").observed
    assert observed is not None
    assert observed * 100_000 >= own * 1.15 + 0.2 * 13_000


@pytest.mark.parametrize(
    ("regime", "code", "most"), [("STRESSED", "STRESSED_REGIME", 2), ("VOLATILE", "VOLATILE_REGIME", 4)]
)
def test_a_nervous_regime_allows_few_new_positions(regime: str, code: str, most: int) -> None:
    """Positions opened today and trades under way are new ones; those of yesterday are not."""
    rpm = static(wide())
    for n in range(6):
        rpm.portfolio_state.open_positions[f"OLD{n}"] = Position(f"OLD{n}", 1, 1.0, 1.0, NOW - timedelta(days=2))
    for n in range(most):
        assert rpm.evaluate(**intent(regime=regime)).decision.status == "APPROVED"
        rpm.portfolio_state.open_positions[f"NEW{n}"] = Position(f"NEW{n}", 1, 1.0, 1.0, NOW)
        rpm.portfolio_state.open_positions.pop(f"OLD{n}")
    assert reason(rpm.evaluate(**intent(regime=regime))) == code


def test_a_nervous_regime_needs_more_confidence() -> None:
    """0.75 in a stressed market, 0.70 in a volatile one; a crisis is as strict as stress."""
    rpm = static(wide())
    assert reason(rpm.evaluate(**intent(regime="STRESSED", confidence_score=0.74))) == "STRESSED_REGIME"
    assert reason(rpm.evaluate(**intent(regime="CRISIS", confidence_score=0.74))) == "STRESSED_REGIME"
    assert reason(rpm.evaluate(**intent(regime="VOLATILE", confidence_score=0.69))) == "VOLATILE_REGIME"
    assert rpm.evaluate(**intent(regime="RANGING", confidence_score=0.69)).decision.status == "APPROVED"


def test_approvals_together_stay_within_the_limits() -> None:
    """A second approval finds only the room that the first has left."""
    rpm = static(wide(max_total_exposure_pct=0.15))
    first, second = rpm.process_trade_intent(**intent()), rpm.process_trade_intent(**intent(**GBP))
    assert units(first) * 1.15 + units(second) * 1.3 <= 15_000
    assert second.decision.status == "ADJUSTED"


def test_a_trade_under_way_ends_when_it_appears_is_released_or_times_out() -> None:
    """Room comes back with the position that takes its place, with `release_intent`, and after its time."""
    clock = ManualClock()
    rpm = static(wide(), clock)
    rpm.process_trade_intent(**intent(intent_id="a"))
    assert reason(rpm.evaluate(**intent(intent_id="b"))) == "SYMBOL_POSITIONS_REACHED"
    assert rpm.evaluate(**intent(intent_id="a")).decision.status == "APPROVED"
    assert rpm.release_intent("a")
    assert not rpm.release_intent("a")
    assert rpm.evaluate(**intent(intent_id="b")).decision.status == "APPROVED"
    trade = rpm.process_trade_intent(**intent(intent_id="c")).decision.approved_trade
    assert trade is not None
    rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, trade.position_units, 1.15, NOW)
    assert check(rpm.evaluate(**intent()), "MAX_POSITIONS_REACHED").observed == 1
    rpm.process_trade_intent(**intent(**GBP))
    clock.advance(181)
    assert check(rpm.evaluate(**intent()), "MAX_POSITIONS_REACHED").observed == 1


def test_an_intent_that_is_handed_in_again_is_a_duplicate() -> None:
    """The same name twice is one trade: to look at it again is free, to have it approved again is not."""
    clock = ManualClock()
    rpm = static(wide(max_positions_per_symbol=9), clock)
    assert rpm.process_trade_intent(**intent(intent_id="a")).decision.status == "APPROVED"
    assert rpm.evaluate(**intent(intent_id="a")).decision.status == "APPROVED"
    for wait in (1.0, 1_000.0):
        clock.advance(wait)
        assert reason(rpm.process_trade_intent(**intent(intent_id="a"))) == "DUPLICATE_INTENT"
    rpm.release_intent("a")
    assert rpm.process_trade_intent(**intent(intent_id="a")).decision.status == "APPROVED"


def test_a_percentile_beyond_three_deviations_is_a_shock() -> None:
    """The default threshold is reached at 99.87%, not at 99%."""
    rpm = static(wide())
    assert rpm.evaluate(**intent(vol_percentile=0.99)).decision.status == "APPROVED"
    assert reason(rpm.evaluate(**intent(vol_percentile=0.999))) == "EXTREME_VOLATILITY"
    rpm.config.extreme_volatility_threshold = 2.0
    assert reason(rpm.evaluate(**intent(vol_percentile=0.99))) == "EXTREME_VOLATILITY"


def test_the_same_trade_again_is_a_duplicate_within_its_window() -> None:
    """Same strategy, symbol, direction and volume; another volume or a re-check of the same intent is none."""
    clock = ManualClock()
    rpm = static(wide(duplicate_window_seconds=10, max_positions_per_symbol=9), clock)
    rpm.process_trade_intent(**intent(intent_id="a"))
    assert reason(rpm.evaluate(**intent(intent_id="b"))) == "DUPLICATE_INTENT"
    assert rpm.evaluate(**intent(intent_id="a")).decision.status == "APPROVED"
    assert rpm.evaluate(**intent(requested_volume=0.01)).decision.status == "APPROVED"
    clock.advance(10)
    assert rpm.evaluate(**intent(intent_id="b")).decision.status == "APPROVED"


@pytest.mark.parametrize(
    ("setting", "code"), [({"max_intents_per_minute": 2}, "INTENT_RATE"), ({"max_orders_per_minute": 2}, "ORDER_RATE")]
)
def test_too_many_in_a_minute_are_refused(setting: dict[str, int], code: str) -> None:
    """The third within a minute is refused, and passes a minute later."""
    clock = ManualClock()
    rpm = static(wide(max_positions_per_symbol=9, **setting), clock)
    for _ in range(2):
        assert rpm.process_trade_intent(**intent()).decision.status == "APPROVED"
    assert reason(rpm.evaluate(**intent())) == code
    clock.advance(60)
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"


def test_many_refusals_throttle_a_strategy_for_a_while() -> None:
    """Ten in five minutes; a person and other strategies are not held back."""
    clock = ManualClock()
    rpm = static(wide(max_positions_per_symbol=9), clock)
    for _ in range(10):
        rpm.process_trade_intent(**intent(strategy_id="alpha", confidence_score=0.1))
    assert reason(rpm.process_trade_intent(**intent(strategy_id="alpha"))) == "STRATEGY_THROTTLED"
    assert rpm.evaluate(**intent(strategy_id="beta")).decision.status == "APPROVED"
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"
    clock.advance(301)
    assert rpm.evaluate(**intent(strategy_id="alpha")).decision.status == "APPROVED"


def test_time_spacing_is_off_until_it_is_wanted() -> None:
    """With it on, the next trade waits five minutes, the next in the same symbol an hour."""
    clock = ManualClock()
    rpm = static(wide(max_positions_per_symbol=9), clock)
    rpm.process_trade_intent(**intent())
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"
    rpm.config.enforce_time_spacing = True
    assert reason(rpm.evaluate(**intent(**GBP))) == "TRADE_SPACING"
    clock.advance(300)
    assert rpm.evaluate(**intent(**GBP)).decision.status == "APPROVED"
    assert reason(rpm.evaluate(**intent())) == "SYMBOL_SPACING"
    clock.advance(3_300)
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"


def test_exposure_may_not_be_added_too_fast() -> None:
    """What was approved within the window leaves less room, and the room comes back."""
    clock = ManualClock()
    rpm = static(wide(max_exposure_velocity_pct=0.2, max_positions_per_symbol=9), clock)
    first = units(rpm.process_trade_intent(**intent()))
    second = units(rpm.process_trade_intent(**intent()))
    assert (first + second) * 1.15 <= 20_000
    assert second < first
    clock.advance(61)
    assert check(rpm.evaluate(**intent()), "EXPOSURE_VELOCITY").outcome is Outcome.PASS


def test_a_losing_run_ends_the_day() -> None:
    """At the limit nothing is added until the day is reset; 0 switches the rule off."""
    rpm = static(wide(max_consecutive_losses=3))
    rpm.portfolio_state.consecutive_losses = 3
    assert reason(rpm.evaluate(**intent())) == "CONSECUTIVE_LOSSES"
    rpm.config.max_consecutive_losses = 0
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"


def test_symbol_lists_allow_and_deny() -> None:
    """The deny list refuses, a non-empty allow list refuses the rest."""
    assert reason(static(wide(denied_symbols=("EURUSD",))).evaluate(**intent())) == "SYMBOL_DENIED"
    assert reason(static(wide(allowed_symbols=("GBPUSD",))).evaluate(**intent())) == "SYMBOL_DENIED"
    assert static(wide(allowed_symbols=("EURUSD",))).evaluate(**intent()).decision.status == "APPROVED"


def test_a_limit_that_is_close_says_so() -> None:
    """From 80% of a limit on, the check carries a warning and passes."""
    rpm = static(wide())
    rpm.portfolio_state.daily_pnl = -1_700.0
    rpm.portfolio_state.equity = 91_500.0
    output = rpm.evaluate(**intent())
    assert output.decision.status == "APPROVED"
    for code in ("DAILY_LOSS_LIMIT", "MAX_DRAWDOWN_EXCEEDED"):
        assert "warning" in check(output, code).message


def test_the_days_drawdown_is_measured_from_its_anchor() -> None:
    """After a reset, equity may fall 3% below what it was then; floating loss counts."""
    rpm = static(wide(loss_anchor="higher"))
    rpm.portfolio_state.equity = rpm.portfolio_state.peak_equity = 102_000.0
    rpm.reset_daily_metrics()
    rpm.portfolio_state.equity = 98_900.0
    output = rpm.process_trade_intent(**intent())
    assert reason(output) == "DAILY_DRAWDOWN_LIMIT"
    assert rpm.portfolio_state.trading_halted


def test_a_new_day_clears_the_days_loss_without_a_pool() -> None:
    """At the reset hour of the settings' time zone the day's profit starts at zero, the week's goes on."""
    clock = ManualClock()
    rpm = static(wide(reset_hour=17, reset_timezone="America/New_York"), clock)
    rpm.portfolio_state.daily_pnl = rpm.portfolio_state.weekly_pnl = -1_000.0
    rpm.process_trade_intent(**intent())
    assert rpm.portfolio_state.daily_pnl == -1_000.0
    clock.advance(11 * 3600 + 1)
    rpm.process_trade_intent(**intent())
    assert (rpm.portfolio_state.daily_pnl, rpm.portfolio_state.weekly_pnl) == (0.0, -1_000.0)
    assert rpm.portfolio_state.day_anchor == 100_000.0


def test_an_intent_that_became_a_position_is_not_traded_again() -> None:
    """Its name is remembered, whatever the pacing rules are set to."""
    rpm = static(wide(max_positions_per_symbol=9))
    trade = rpm.process_trade_intent(**intent(intent_id="a")).decision.approved_trade
    assert trade is not None
    rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, trade.position_units, 1.15, NOW)
    assert reason(rpm.process_trade_intent(**intent(intent_id="a"))) == "DUPLICATE_INTENT"
    assert rpm.evaluate(**intent(intent_id="b")).decision.status == "APPROVED"


@pytest.mark.parametrize(
    ("setting", "limit_of"),
    [
        ({"max_symbol_exposure_units": 200_000}, lambda trade: trade / 200_000),
        ({"max_symbol_exposure_pct": 0.3}, lambda trade: trade * 1.15 / 30_000),
        ({"max_currency_exposure_pct": 0.3}, lambda trade: trade * 1.15 / 30_000),
        ({"max_net_exposure_pct": 0.3}, lambda trade: trade * 1.15 / 30_000),
        ({"max_portfolio_volatility": 0.002}, lambda trade: trade * 1.15 * 0.006 / 200),
        ({"max_var_pct": 0.005}, lambda trade: trade * 1.15 * 0.006 * 2.3263 / 500),
        ({"max_cvar_pct": 0.005}, lambda trade: trade * 1.15 * 0.006 * 2.6652 / 500),
        ({"max_correlation_exposure": 0.3}, lambda trade: trade * 1.15 / 30_000),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_a_trade_that_may_never_be_filled_makes_no_room_for_another(
    setting: dict[str, float], limit_of: Callable[[float], float]
) -> None:
    """With a buy approved and not yet filled, a sale alone stays within the limit as if the buy had never been."""
    rpm = static(wide(max_positions_per_symbol=9, **setting))
    bought = units(rpm.process_trade_intent(**intent(atr=0.001)))
    sold = units(rpm.process_trade_intent(**intent(atr=0.0005, direction=-1)))
    assert 0.9 < limit_of(bought) <= 1.0
    assert limit_of(sold) <= 1.0


def test_a_position_on_the_other_side_makes_no_room_either() -> None:
    """A sale of more than is held is no larger than the limit, since the position may be closed first."""
    rpm = holding(("EURUSD", 1, 150_000.0, 1.15), max_symbol_exposure_units=200_000)
    assert units(rpm.evaluate(**intent(direction=-1, requested_volume=3.5, atr=0.0001))) == 200_000


@pytest.mark.parametrize("other", [GBP, {"direction": -1}])
def test_a_name_is_not_given_to_a_second_trade(other: dict[str, Any]) -> None:
    """An intent with the name of another trade under way is refused, so that both can never be let through as one."""
    rpm = static(wide(max_positions_per_symbol=9))
    assert rpm.process_trade_intent(**intent(intent_id="same")).decision.status == "APPROVED"
    assert reason(rpm.process_trade_intent(**intent(intent_id="same", **other))) == "DUPLICATE_INTENT"
    assert check(rpm.evaluate(**intent(intent_id="third")), "MAX_POSITIONS_REACHED").observed == 1
    assert rpm.release_intent("same")
    assert rpm.process_trade_intent(**intent(intent_id="same", **other)).decision.status == "APPROVED"


def test_a_reduction_with_the_name_of_another_trade_leaves_that_counted() -> None:
    """Getting out is never refused for a name; the trade whose name it is goes on being counted."""
    rpm = holding(("GBPUSD", 1, 10_000.0, 1.3))
    rpm.process_trade_intent(**intent(intent_id="same"))
    out = rpm.process_trade_intent(**intent(intent_id="same", symbol="GBPUSD", current_price=1.3, direction=-1))
    assert units(out) == 10_000
    assert check(rpm.evaluate(**intent(intent_id="third")), "MAX_POSITIONS_REACHED").observed == 2


def test_what_one_source_sends_does_not_hold_up_another() -> None:
    """191 refused intents of one strategy leave another strategy, and the trader, as free as before."""
    rpm = static(wide(max_intents_per_minute=120))
    for _ in range(191):
        rpm.process_trade_intent(**intent(strategy_id="noisy", confidence_score=0.1))
    assert check(rpm.evaluate(**intent(strategy_id="noisy")), "INTENT_RATE").outcome is Outcome.FAIL
    for source in ("honest", "manual", None):
        assert rpm.evaluate(**intent(strategy_id=source)).decision.status == "APPROVED"
