# SPDX-License-Identifier: MIT
"""Each rule by itself at its limit: the last value that passes and the first that does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.rules import (
    confidence_floor,
    consecutive_losses,
    drawdown,
    losses,
    pacing,
    position_count,
    price_collar,
    regime_limits,
    requested_volume,
    sources,
    spread,
    stops,
    volatility_shock,
)
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule
from tests.fakes.clock import START
from tests.risk_portfolio_manager.rules.contexts import (
    NOW,
    approved_at,
    asked_at,
    context,
    executed_at,
    refused_at,
)

PASS, ADJUST, FAIL, UNKNOWN, SKIPPED = Outcome.PASS, Outcome.ADJUST, Outcome.FAIL, Outcome.UNKNOWN, Outcome.SKIPPED


Measured = tuple[Rule, dict[str, Any], Outcome, float, float, str]
DAY = {"day_anchor": 50_000.0}
WIDE_SPACING = RPMConfig(
    enforce_time_spacing=True, min_time_between_trades_seconds=300, min_time_between_same_symbol_seconds=600
)
STRESSED = {"intent": {"regime": "STRESSED"}}
NUMBERS: list[Measured] = [
    (confidence_floor.ConfidenceFloor(), {"intent": {"confidence_score": 0.6}}, PASS, 0.6, 0.6, ""),
    (confidence_floor.ConfidenceFloor(), {"intent": {"confidence_score": 0.59}}, FAIL, 0.59, 0.6, ""),
    (consecutive_losses.ConsecutiveLosses(), {"account": {"consecutive_losses": 4}}, PASS, 4, 5, ""),
    (consecutive_losses.ConsecutiveLosses(), {"account": {"consecutive_losses": 5}}, FAIL, 5, 5, ""),
    (drawdown.Drawdown(), {"account": {"drawdown": 0.0799}}, PASS, 0.0799, 0.1, ""),
    (drawdown.Drawdown(), {"account": {"drawdown": 0.1 * 0.8}}, PASS, 0.1 * 0.8, 0.1, "warning: close to the limit"),
    (drawdown.Drawdown(), {"account": {"drawdown": 0.1}}, FAIL, 0.1, 0.1, ""),
    (losses.DailyLoss(), {"account": {"daily_pnl": 500.0}}, PASS, 0.0, 0.02, ""),
    (losses.DailyLoss(), {"account": {"daily_pnl": -1_600.0}}, PASS, 0.016, 0.02, "warning: close to the limit"),
    (losses.DailyLoss(), {"account": {"daily_pnl": -1_590.0}}, PASS, 0.0159, 0.02, ""),
    (losses.DailyLoss(), {"account": {"daily_pnl": -2_000.0}}, FAIL, 0.02, 0.02, ""),
    (losses.DailyLoss(), {"account": {"daily_pnl": -500.0, **DAY}}, PASS, 0.01, 0.02, ""),
    (losses.WeeklyLoss(), {"account": {"weekly_pnl": -4_001.0}}, PASS, 0.04001, 0.05, "warning: close to the limit"),
    (losses.WeeklyLoss(), {"account": {"weekly_pnl": -5_000.0}}, FAIL, 0.05, 0.05, ""),
    (losses.WeeklyLoss(), {"account": {"weekly_pnl": -500.0, "week_anchor": 50_000.0}}, PASS, 0.01, 0.05, ""),
    (losses.DailyDrawdown(), {"account": {"equity": 49_000.0, **DAY}}, PASS, 0.02, 0.03, ""),
    (losses.DailyDrawdown(), {"account": {"equity": 48_500.0, **DAY}}, FAIL, 0.03, 0.03, ""),
    (losses.DailyDrawdown(), {"account": {"equity": 51_000.0, **DAY}}, PASS, 0.0, 0.03, ""),
    (position_count.PositionCount(), {"exposure": {"count": 7}}, PASS, 7, 8, ""),
    (position_count.PositionCount(), {"exposure": {"count": 8}}, FAIL, 8, 8, ""),
    (position_count.SymbolPositions(), {"exposure": {"in_symbol": 1}}, FAIL, 1, 1, ""),
    (
        position_count.StrategyPositions(),
        {"exposure": {"of_strategy": 7}, "intent": {"strategy_id": "bot"}},
        PASS,
        7,
        8,
        "",
    ),
    (
        position_count.StrategyPositions(),
        {"exposure": {"of_strategy": 8}, "intent": {"strategy_id": "bot"}},
        FAIL,
        8,
        8,
        "",
    ),
    (price_collar.PriceCollar(), {"intent": {"current_price": 1.2}, "market": {"mid": 1.25}}, PASS, 0.04, 0.05, ""),
    (price_collar.PriceCollar(), {"intent": {"current_price": 1.32}, "market": {"mid": 1.25}}, FAIL, 0.056, 0.05, ""),
    (sources.AccountSync(), {"account": {"synced_at": NOW - 300.0}}, PASS, 300.0, 300.0, ""),
    (sources.AccountSync(), {"account": {"synced_at": NOW - 300.5}}, FAIL, 300.5, 300.0, ""),
    (spread.Spread(), {"market": {"spread_bps": 20.0}}, PASS, 20.0, 20.0, ""),
    (spread.Spread(), {"market": {"spread_bps": 20.5}}, FAIL, 20.5, 20.0, ""),
    (spread.Spread(), {"intent": {"spread_pct": 0.0015}}, PASS, 15.0, 20.0, ""),
    (spread.Spread(), {"market": {"spread_bps": 3.0}, "intent": {"spread_pct": 0.0001}}, PASS, 3.0, 20.0, ""),
    (
        spread.Spread(),
        {"market": {"spread_bps": None, "has_pool": False}, "intent": {"spread_pct": 0.0005}},
        PASS,
        5.0,
        20.0,
        "",
    ),
    (volatility_shock.VolatilityShock(), {"market": {"shock": 2.9}}, PASS, 0.4, 0.99865, ""),
    (volatility_shock.VolatilityShock(), {"intent": {"vol_percentile": 0.9987}}, FAIL, 0.9987, 0.99865, ""),
    (
        volatility_shock.VolatilityShock(),
        {"config": RPMConfig(extreme_volatility_threshold=50.0), "intent": {"vol_percentile": 1.0}},
        FAIL,
        1.0,
        1.0,
        "",
    ),
    (
        regime_limits.StressedRegime(),
        {**STRESSED, "exposure": {"opened": (START, START - timedelta(seconds=1))}},
        PASS,
        1,
        2,
        "",
    ),
    (regime_limits.StressedRegime(), {**STRESSED, "exposure": {"opened": (START, START)}}, FAIL, 2, 2, ""),
    (regime_limits.StressedRegime(), {"intent": {"regime": "CRISIS", "confidence_score": 0.75}}, PASS, 0, 2, ""),
    (
        regime_limits.VolatileRegime(),
        {"intent": {"regime": "VOLATILE", "confidence_score": 0.7}, "exposure": {"opened": (START,) * 3}},
        PASS,
        3,
        4,
        "",
    ),
    (
        regime_limits.VolatileRegime(),
        {"intent": {"regime": "VOLATILE"}, "exposure": {"opened": (START,) * 4}},
        FAIL,
        4,
        4,
        "",
    ),
    (stops.StopDistance(), {"size": {"stop": 1.149885 - 0.0001}}, PASS, 1.0, 1.0, ""),
    (stops.StopDistance(), {"size": {"stop": 1.149885 - 0.00009}}, FAIL, 0.9, 1.0, ""),
    (
        stops.StopDistance(),
        {
            "intent": {"order_kind": OrderKind.LIMIT, "order_price": 1.14},
            "market": {"price": 1.14},
            "size": {"stop": 1.13},
        },
        PASS,
        100.0,
        1.0,
        "",
    ),
    (stops.StopDistance(), {"intent": {"take_profit": 1.25}}, PASS, 148.85, 1.0, ""),
    (stops.StopDistance(), {"intent": {"take_profit": 1.1505}}, PASS, 6.15, 1.0, ""),
    (
        stops.StopDistance(),
        {"intent": {"take_profit": 1.1495, "direction": -1}, "size": {"stop": 1.165}},
        PASS,
        6.15,
        1.0,
        "",
    ),
    (
        pacing.DuplicateIntent(),
        {"config": RPMConfig(duplicate_window_seconds=0.5), "activity": asked_at(NOW - 0.25)},
        FAIL,
        0.25,
        0.5,
        "",
    ),
    (
        pacing.DuplicateIntent(),
        {"config": RPMConfig(duplicate_window_seconds=60.0), "activity": asked_at(NOW - 59.0)},
        FAIL,
        59.0,
        60.0,
        "",
    ),
    (
        pacing.IntentRate(),
        {"config": RPMConfig(max_intents_per_minute=2), "activity": asked_at(NOW - 1.0)},
        PASS,
        1,
        2,
        "",
    ),
    (
        pacing.IntentRate(),
        {"config": RPMConfig(max_intents_per_minute=2), "activity": asked_at(NOW - 59.0, NOW - 1.0)},
        FAIL,
        2,
        2,
        "",
    ),
    (
        pacing.OrderRate(),
        {"config": RPMConfig(max_orders_per_minute=2), "activity": approved_at(NOW - 1.0)},
        PASS,
        1,
        2,
        "",
    ),
    (
        pacing.OrderRate(),
        {"config": RPMConfig(max_orders_per_minute=2), "activity": approved_at(NOW - 59.0, NOW - 1.0)},
        FAIL,
        2,
        2,
        "",
    ),
    (
        pacing.RejectionVelocity(),
        {"intent": {"strategy_id": "bot"}, "activity": refused_at(NOW - 300.0, *[NOW - 299.0] * 9)},
        PASS,
        9,
        10,
        "",
    ),
    (
        pacing.RejectionVelocity(),
        {"intent": {"strategy_id": "bot"}, "activity": refused_at(*[NOW - 299.0] * 10)},
        PASS,
        10,
        10,
        "the strategy is throttled",
    ),
    (
        pacing.TradeSpacing(),
        {"config": WIDE_SPACING, "activity": approved_at(0.0, NOW - 300.0)},
        PASS,
        300.0,
        300.0,
        "",
    ),
    (
        pacing.TradeSpacing(),
        {"config": WIDE_SPACING, "activity": approved_at(0.0, NOW - 299.0, symbol="GBPUSD")},
        FAIL,
        299.0,
        300.0,
        "",
    ),
    (pacing.SymbolSpacing(), {"config": WIDE_SPACING, "activity": approved_at(NOW - 600.0)}, PASS, 600.0, 600.0, ""),
    (pacing.SymbolSpacing(), {"config": WIDE_SPACING, "activity": approved_at(NOW - 599.0)}, FAIL, 599.0, 600.0, ""),
    (
        pacing.ExecutionThrottle(),
        {
            "config": RPMConfig(max_executions=3, executions_window_seconds=60.0),
            "activity": executed_at(NOW - 60.0, NOW - 59.0, NOW),
        },
        PASS,
        2,
        3,
        "",
    ),
    (requested_volume.RequestedVolume(), {"intent": {"requested_volume": 0.1}}, PASS, 0.1, 0.1, ""),
    (
        requested_volume.RequestedVolume(),
        {"intent": {"requested_volume": 0.2}, "size": {"allowed": 900.0}},
        PASS,
        0.2,
        0.009,
        "the size itself is too small",
    ),
]


@pytest.mark.parametrize("case", NUMBERS)
def test_what_is_measured(case: Measured) -> None:
    """The last value that passes and the first that does not: what was seen, the limit, and what is said besides."""
    rule, parts, outcome, observed, limit, note = case
    found = rule.check(context(**parts))
    assert (found.outcome, found.note, found.headroom) == (outcome, note, None)
    assert found.observed == pytest.approx(observed, rel=1e-6, abs=1e-12)
    assert found.limit == pytest.approx(limit, rel=1e-5)
