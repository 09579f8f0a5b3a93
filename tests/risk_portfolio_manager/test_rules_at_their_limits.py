# SPDX-License-Identifier: MIT
"""Each rule exactly at its limit, a hair to either side of it, and in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import Outcome, Position, RPMConfig, RPMOutput
from arbitrex_desktop.risk_portfolio_manager.decision.intent import IntentSource, TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar, NewsEvent
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES, limits_of
from tests.fakes.clock import START, ManualClock
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, intent, pooled, reason, static, units, wide

HAIR = 1e-6
Found = Callable[[float], RPMOutput]


def with_state(name: str, **config: Any) -> Found:
    """Return how a figure of the portfolio is judged."""

    def judged(value: float) -> RPMOutput:
        rpm = static(wide(**config))
        setattr(rpm.portfolio_state, name, value)
        return rpm.evaluate(**intent())

    return judged


def with_intent(name: str, *, config: dict[str, Any] | None = None, **more: Any) -> Found:
    """Return how a field of the intent is judged."""
    return lambda value: static(wide(**(config or {}))).evaluate(**intent(**{**more, name: value}))


def with_equity(value: float) -> RPMOutput:
    """Judge an equity below the day's anchor of 100 000."""
    rpm = static(wide())
    rpm.portfolio_state.day_anchor = 100_000.0
    rpm.portfolio_state.equity = value
    return rpm.evaluate(**intent())


def with_sync_age(value: float) -> RPMOutput:
    """Judge an account that was synced some seconds ago."""
    pool = FakePool()
    rpm = pooled(pool, wide(max_sync_age_seconds=60))
    pool.clock.advance(value)
    pool.refresh_quotes()
    return rpm.evaluate(**intent())


def with_quote_age(value: float) -> RPMOutput:
    """Judge a price of some age."""
    pool = FakePool()
    pool.set_quote("EURUSD", 1.15, age=value)
    return pooled(pool, wide()).evaluate(**intent())


def with_spread(value: float) -> RPMOutput:
    """Judge a quote whose spread is so many hundredths of a percent of its middle."""
    pool = FakePool()
    pool.set_quote("EURUSD", 1.15, spread=1.15e-4 * value)
    return pooled(pool, wide()).evaluate(**intent())


def with_price(value: float) -> RPMOutput:
    """Judge a price that lies a share beyond the middle of 1.15."""
    return pooled(FakePool(), wide()).evaluate(**intent(current_price=1.15 * (1 + value), atr=0.5))


def with_stop_points(value: float) -> RPMOutput:
    """Judge a stop so many points from the price, of which the broker wants ten."""
    pool = FakePool()
    pool.set_quote("EURUSD", 1.15, spread=0.0)
    stop = 1.15 - round(value) * 0.00001
    return pooled(pool, wide()).evaluate(**intent(stop_loss=stop, current_price=1.15, requested_volume=0.1))


AT_THE_LIMIT: list[tuple[str, Found, float, float, str]] = [
    # code, how it is judged, the last value that passes, the first that does not, words of the refusal
    ("MAX_DRAWDOWN_EXCEEDED", with_state("current_drawdown"), 0.1 - HAIR, 0.1, "drawdown 10.0% has reached"),
    ("MAX_DRAWDOWN_EXCEEDED", with_state("equity"), 90_000.1, 90_000.0, "limit of 10.0%"),
    ("DAILY_LOSS_LIMIT", with_state("daily_pnl"), -1_999.99, -2_000.0, "daily loss 2.0% has reached"),
    ("WEEKLY_LOSS_LIMIT", with_state("weekly_pnl"), -4_999.99, -5_000.0, "weekly loss 5.0% has reached"),
    ("DAILY_DRAWDOWN_LIMIT", with_equity, 97_000.1, 97_000.0, "daily drawdown 3.0% has reached"),
    ("LOW_MODEL_CONFIDENCE", with_intent("confidence_score"), 0.6, 0.6 - HAIR, "under the minimum of 60.0%"),
    ("EXTREME_VOLATILITY", with_intent("vol_percentile"), 0.998650, 0.998651, "volatility percentile 99.9%"),
    ("STRESSED_REGIME", with_intent("confidence_score", regime="STRESSED"), 0.75, 0.75 - HAIR, "minimum of 75.0%"),
    (
        "STRESSED_REGIME",
        with_intent("confidence_score", regime="CRISIS", atr=0.01),
        0.75,
        0.75 - HAIR,
        "minimum of 75.0%",
    ),
    ("VOLATILE_REGIME", with_intent("confidence_score", regime="VOLATILE"), 0.70, 0.70 - HAIR, "minimum of 70.0%"),
    ("CONSECUTIVE_LOSSES", with_state("consecutive_losses"), 4, 5, "losses in a row 5 has reached the limit of 5"),
    ("SPREAD_TOO_WIDE", with_intent("spread_pct"), 0.002, 0.0020001, "limit of 20.0 bps"),
    ("SPREAD_TOO_WIDE", with_spread, 20.0 - HAIR, 20.0 + HAIR, "limit of 20.0 bps"),
    ("LOW_LIQUIDITY", with_intent("adv_units"), 100_000, 9_999, "under the minimum of 10,000 units"),
    ("KELLY_REFUSED", with_intent("win_rate"), 0.51, 0.51 - HAIR, "win rate 51.0% is under"),
    ("KELLY_REFUSED", with_intent("num_trades"), 30, 29, "29 is under the minimum of 30"),
    ("ACCOUNT_STALE", with_sync_age, 60.0, 60.1, "age of the account sync 60.1 s"),
    ("QUOTE_STALE", with_quote_age, 30.0, 30.1, "age of the price 30.1 s has reached the limit of 30 s"),
    ("PRICE_COLLAR", with_price, 0.05 - HAIR, 0.05 + HAIR, "distance from the last good price 5.0%"),
    ("INVALID_STOPS", with_stop_points, 10, 9, "distance of the stop 0.9 pips is under the minimum of 1 pip"),
]


@pytest.mark.parametrize(
    ("code", "judged", "passes", "fails", "words"),
    AT_THE_LIMIT,
    ids=[f"{n}-{row[0]}" for n, row in enumerate(AT_THE_LIMIT)],
)
def test_the_last_value_passes_and_the_next_is_refused(
    code: str, judged: Found, passes: float, fails: float, words: str
) -> None:
    """Just inside the limit the rule has nothing against it; at or beyond it refuses, and says so in plain words."""
    inside, outside = judged(passes), judged(fails)
    assert inside.decision.status == "APPROVED", inside.decision.rejected_trade
    assert reason(outside) == code
    assert outside.decision.rejected_trade is not None
    assert words in outside.decision.rejected_trade.rejection_details


@pytest.mark.parametrize(
    ("count", "setting", "code"),
    [
        (8, "max_concurrent_positions", "MAX_POSITIONS_REACHED"),
        (1, "max_positions_per_symbol", "SYMBOL_POSITIONS_REACHED"),
        (3, "max_positions_per_strategy", "STRATEGY_POSITIONS_REACHED"),
    ],
)
def test_counts_are_reached_by_the_position_that_fills_them(count: int, setting: str, code: str) -> None:
    """One less than the limit lets one more in; at the limit nothing, and 0 never anything."""
    for held, allowed in ((count - 1, True), (count, False)):
        rpm = static(wide(**{"max_positions_per_symbol": 99, "max_concurrent_positions": 99, setting: count}))
        for number in range(held):
            symbol = "EURUSD" if "symbol" in setting else f"S{number}"
            rpm.portfolio_state.open_positions[str(number)] = Position(
                symbol, 1, 1.0, 1.0, START, strategy_id="alpha" if "strategy" in setting else ""
            )
        output = rpm.evaluate(**intent(strategy_id="alpha"))
        assert (output.decision.status == "APPROVED") is allowed
        assert allowed or reason(output) == code
    assert reason(static(wide(**{setting: 0})).evaluate(**intent(strategy_id="alpha"))) == code


@pytest.mark.parametrize(
    ("setting", "value"),
    [("min_margin_level_pct", 1_000.0), ("min_free_margin_pct", 0.9)],
)
@pytest.mark.parametrize("enough", [True, False])
def test_margin_is_cut_to_what_the_minimum_leaves(setting: str, value: float, *, enough: bool) -> None:
    """Of 100 000, at most 10 000 may be bound: one lot at 10 000 passes exactly, at a little more it is cut."""
    pool = FakePool()
    pool.margins["EURUSD", 1] = 10_000.0 if enough else 10_001.0
    rpm = pooled(pool, wide(**{"min_margin_level_pct": 0.0, "min_free_margin_pct": 0.0, setting: value}))
    output = rpm.evaluate(**intent(atr=0.001, requested_volume=1.0))
    assert units(output) == (100_000 if enough else 99_000)
    assert output.decision.status == ("APPROVED" if enough else "ADJUSTED")


@pytest.mark.parametrize(("minutes", "blocked"), [(-31, False), (-30, True), (0, True), (14.9, True), (15.1, False)])
def test_news_blocks_from_its_first_to_its_last_minute(minutes: float, *, blocked: bool) -> None:
    """Half an hour before to a quarter of an hour after, both ends belong to it."""
    events = [NewsEvent(START, "USD", "high", "payrolls"), NewsEvent(START + timedelta(days=2), "ALL", "low", "end")]
    pool = FakePool(ManualClock(START + timedelta(minutes=minutes)))
    output = pooled(pool, wide(), NewsCalendar(events)).evaluate(**intent())
    assert (output.decision.status == "REJECTED") is blocked
    assert not blocked or reason(output) == "NEWS_BLACKOUT"


PACED: dict[str, dict[str, Any]] = {
    "DUPLICATE_INTENT": {"duplicate_window_seconds": 60.0},
    "INTENT_RATE": {"max_intents_per_minute": 1},
    "ORDER_RATE": {"max_orders_per_minute": 1},
    "TRADE_SPACING": {"enforce_time_spacing": True},
    "SYMBOL_SPACING": {"enforce_time_spacing": True, "min_time_between_trades_seconds": 0},
    "EXPOSURE_VELOCITY": {"max_exposure_velocity_pct": 0.1337},
    "STRATEGY_THROTTLED": {},
}


@pytest.mark.parametrize(("code", "setting"), PACED.items(), ids=PACED)
def test_an_approved_intent_is_not_held_up_by_itself(code: str, setting: dict[str, Any]) -> None:
    """Judged again before it is sent it passes the rule of pacing that refuses any other; reductions pass them all."""
    rpm = static(wide(max_positions_per_symbol=9, **setting))
    if code == "STRATEGY_THROTTLED":
        rpm.kill_switches.set("GLOBAL", "", "THROTTLE", "slowly")
    assert rpm.process_trade_intent(**intent(intent_id="a")).decision.status == "APPROVED"
    assert rpm.evaluate(**intent(intent_id="a")).decision.status == "APPROVED"
    other = rpm.evaluate(**intent(intent_id="b"))
    assert reason(other) == code
    rpm.portfolio_state.open_positions["GBPUSD"] = Position("GBPUSD", 1, 1_000.0, 1.3, START)
    out = rpm.evaluate(**intent(intent_id="c", symbol="GBPUSD", direction=-1, current_price=1.3))
    assert units(out) == 1_000


def test_a_warning_begins_at_four_fifths_of_a_limit() -> None:
    """From 80% on, not a hair before; profit is no loss below zero."""
    for name, low, high, code in (
        ("current_drawdown", 0.0799, 0.0801, "MAX_DRAWDOWN_EXCEEDED"),
        ("daily_pnl", -1_599.0, -1_600.1, "DAILY_LOSS_LIMIT"),
        ("weekly_pnl", -3_999.0, -4_000.1, "WEEKLY_LOSS_LIMIT"),
    ):
        calm, close = (check(with_state(name)(value), code) for value in (low, high))
        assert "warning" not in calm.message
        assert "warning" in close.message
    assert check(with_state("daily_pnl")(5_000.0), "DAILY_LOSS_LIMIT").observed == 0.0


def test_a_warning_has_its_words_exactly_where_it_begins() -> None:
    """At four fifths to the last bit the warning is there, in full; below and at the limit itself it is not."""
    begins = RPMConfig().max_drawdown * RPMConfig().warning_share
    judged = with_state("current_drawdown")
    assert check(judged(begins), "MAX_DRAWDOWN_EXCEEDED").message.endswith("(warning: close to the limit)")
    for value in (math.nextafter(begins, 0.0), RPMConfig().max_drawdown):
        assert "warning" not in check(judged(value), "MAX_DRAWDOWN_EXCEEDED").message


@pytest.mark.parametrize("anchor", [50_000.0, 200_000.0])
def test_losses_are_shares_of_their_anchors(anchor: float) -> None:
    """Of what the account had at the reset, not of what it has now."""
    rpm = static(wide())
    rpm.portfolio_state.day_anchor = rpm.portfolio_state.week_anchor = anchor
    rpm.portfolio_state.equity = anchor
    rpm.portfolio_state.daily_pnl, rpm.portfolio_state.weekly_pnl = -700.0, -800.0
    output = rpm.evaluate(**intent())
    assert check(output, "DAILY_LOSS_LIMIT").observed == pytest.approx(700 / anchor)
    assert check(output, "WEEKLY_LOSS_LIMIT").observed == pytest.approx(800 / anchor)


def test_every_limit_of_the_settings_belongs_to_a_rule() -> None:
    """No limit can be set that nothing reads: those that no rule declares are the sizing's and the manager's own."""
    read = {each.name for rule in ALL_RULES for each in rule.parameters}
    others = set(RPMConfig().to_dict()) - read - {"config_hash"}
    assert {name for name in others if name.startswith(("max_", "min_"))} == {
        "max_adv_pct",
        "max_market_impact_pct",
        "min_adv_units",
    }
    assert {name for each in limits_of(RPMConfig()).values() for name in each} == read


def test_every_check_has_words_a_code_and_sense() -> None:
    """With a pool and without, whatever is asked: a sentence for each, and numbers only where they are finite."""
    outputs = [static().evaluate(**intent()), pooled(FakePool(), RPMConfig()).evaluate(**intent(atr=0.001))]
    outputs.append(static().evaluate(**intent(confidence_score=0.0, regime="CRISIS", vol_percentile=1.0)))
    for output in outputs:
        verdicts: tuple[Verdict, ...] = output.decision.checks
        assert len({each.code for each in verdicts}) > 40
        for each in verdicts:
            assert each.message[0].islower() or each.message[0].isupper()
            assert "None" not in each.message
            assert each.observed is None or math.isfinite(each.observed)
            assert each.blocks is (each.outcome in (Outcome.FAIL, Outcome.UNKNOWN))


def test_a_new_position_is_one_of_today() -> None:
    """Opened at the reset it is new, a moment before it is not."""
    midnight = datetime(2025, 3, 12, tzinfo=UTC)
    for opened, allowed in ((midnight, False), (midnight - timedelta(microseconds=1), True)):
        rpm = static(wide(stressed_max_positions=1))
        rpm.portfolio_state.open_positions["GBPUSD"] = Position("GBPUSD", 1, 1.0, 1.3, opened)
        assert (rpm.evaluate(**intent(regime="STRESSED")).decision.status == "APPROVED") is allowed


def test_the_broker_has_the_last_word_on_volumes() -> None:
    """The largest volume of an order cuts, to the step."""
    pool = FakePool()
    pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], volume_max=0.075, volume_step=0.02, volume_min=0.02)
    output = pooled(pool, wide()).evaluate(**intent())
    assert units(output) == 6_000
    assert check(output, "VOLUME_LIMIT").outcome is Outcome.ADJUST


def test_refusals_of_a_strategy_are_counted_aloud() -> None:
    """Each refusal within the window is shown, the tenth throttles; those of others are not its own."""
    clock = ManualClock()
    rpm = static(wide(), clock)
    for number in range(10):
        verdict = check(rpm.evaluate(**intent(strategy_id="alpha")), "REJECTION_VELOCITY")
        assert (verdict.outcome, verdict.observed, verdict.limit) == (Outcome.PASS, number, 10)
        rpm.process_trade_intent(**intent(strategy_id="alpha", confidence_score=0.1))
        rpm.process_trade_intent(**intent(confidence_score=0.1))
        clock.advance(20)
    assert "throttled" in check(rpm.evaluate(**intent(strategy_id="alpha")), "REJECTION_VELOCITY").message
    assert reason(rpm.evaluate(**intent(strategy_id="alpha"))) == "STRATEGY_THROTTLED"
    assert check(rpm.evaluate(**intent(strategy_id="beta")), "REJECTION_VELOCITY").observed == 0
    assert reason(rpm.evaluate(**intent())) == "STRATEGY_THROTTLED"  # all without a name are one strategy (R27)
    person = TradeIntent(**intent(), source=IntentSource.TRADER)
    assert check(rpm.judge(person, record=False), "REJECTION_VELOCITY").outcome is Outcome.SKIPPED
    rpm.config.rejection_velocity_count = 0
    assert check(rpm.evaluate(**intent(strategy_id="beta")), "REJECTION_VELOCITY").outcome is Outcome.SKIPPED


def test_a_nervous_strategy_is_free_again_when_its_refusals_are_old() -> None:
    """Ten refusals spread over more than the window throttle nobody."""
    clock = ManualClock()
    rpm = static(wide(), clock)
    for _ in range(12):
        rpm.process_trade_intent(**intent(strategy_id="alpha", confidence_score=0.1))
        clock.advance(34)
    assert rpm.evaluate(**intent(strategy_id="alpha")).decision.status == "APPROVED"
