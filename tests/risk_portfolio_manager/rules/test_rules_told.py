# SPDX-License-Identifier: MIT
"""Each rule by itself where nothing is measured: off, not known, in order, refused for a reason."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.intent import IntentSource, OrderKind
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar, NewsEvent
from arbitrex_desktop.risk_portfolio_manager.rules import (
    consecutive_losses,
    correlation,
    currency_exposure,
    entry_price,
    exposure_velocity,
    losses,
    margin,
    max_lots,
    news_blackout,
    pacing,
    position_count,
    price_collar,
    regime_limits,
    requested_volume,
    scoped_switches,
    sources,
    spread,
    stops,
    symbol_lists,
    symbol_trading,
    total_lots,
    trading_state,
    volatility_shock,
    volume_limits,
)
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule
from tests.fakes.broker_data import make_account
from tests.fakes.clock import START
from tests.risk_portfolio_manager.rules.contexts import (
    NOW,
    approved_at,
    context,
    told,
)

PASS, ADJUST, FAIL, UNKNOWN, SKIPPED = Outcome.PASS, Outcome.ADJUST, Outcome.FAIL, Outcome.UNKNOWN, Outcome.SKIPPED
PERSON = {"source": IntentSource.TRADER, "strategy_id": None}


Case = tuple[Rule, dict[str, Any], Outcome, str]
NO_POOL: list[Case] = [
    (rule, {"market": {"has_pool": False}}, SKIPPED, "there is no pool")
    for rule in (
        margin.MarginLevel(),
        margin.FreeMargin(),
        price_collar.PriceCollar(),
        sources.Connection(),
        sources.TradingAllowed(),
        stops.StopDistance(),
        symbol_trading.SymbolTradable(),
        volume_limits.VolumeLimits(),
    )
]
NO_AGE: list[Case] = [
    (sources.QuoteAge(), {"market": {"quote_age": None}}, UNKNOWN, "there is no quote of the symbol"),
    (
        sources.QuoteAge(),
        {"market": {"quote_age": math.inf}},
        UNKNOWN,
        "its last price came before the program did, and no newer one tells the broker's time yet",
    ),
]
NO_MARGIN: list[Case] = [
    (rule, {"market": {"margin_per_lot": value}}, UNKNOWN, "the terminal has not yet said what margin a lot needs")
    for rule in (margin.MarginLevel(), margin.FreeMargin())
    for value in (None, math.nan, math.inf, -0.01, 0.0)
] + [
    (rule, {"account": {"latest": make_account(**{name: value})}}, UNKNOWN, "the account's margin is no number")
    for rule in (margin.MarginLevel(), margin.FreeMargin())
    for name, value in (("margin", -math.inf), ("margin_free", math.inf), ("equity", math.nan))
]
RESTING = {"order_kind": OrderKind.LIMIT, "order_price": 1.14}
NOT_KNOWN: list[Case] = [
    (entry_price.EntryPrice(), {"intent": RESTING, "market": {"has_pool": False}}, SKIPPED, "there is no pool"),
    (entry_price.EntryPrice(), {"intent": RESTING, "market": {"mid": None}}, UNKNOWN, "there is no quote"),
    (
        sources.PositionsKnown(),
        {"exposure": {"unpriced": "EURNOK"}},
        UNKNOWN,
        "the position in EURNOK cannot be converted",
    ),
    (
        total_lots.TotalLots(),
        {"config": RPMConfig(max_total_lots=5.0), "market": {"instrument": None}},
        UNKNOWN,
        "the symbol is not known",
    ),
    (
        total_lots.TotalLots(),
        {"config": RPMConfig(max_total_lots=5.0), "exposure": {"unknown": "a position cannot be valued"}},
        UNKNOWN,
        "a position cannot be valued",
    ),
    (
        pacing.ExecutionThrottle(),
        {"config": RPMConfig(max_executions=3), "intent": PERSON},
        SKIPPED,
        "a person asks",
    ),
]
WITHOUT_NUMBERS: list[Case] = [
    (consecutive_losses.ConsecutiveLosses(), {"config": RPMConfig(max_consecutive_losses=0)}, SKIPPED, "switched off"),
    (max_lots.MaxLots(), {}, SKIPPED, "switched off"),
    (
        exposure_velocity.ExposureVelocity(),
        {"config": RPMConfig(max_exposure_velocity_pct=0.0)},
        SKIPPED,
        "switched off",
    ),
    (pacing.DuplicateIntent(), {}, SKIPPED, "switched off"),
    (pacing.IntentRate(), {}, SKIPPED, "switched off"),
    (pacing.OrderRate(), {}, SKIPPED, "switched off"),
    (
        pacing.RejectionVelocity(),
        {"config": RPMConfig(rejection_velocity_count=0), "intent": {"strategy_id": "bot"}},
        SKIPPED,
        "switched off",
    ),
    (pacing.RejectionVelocity(), {"intent": PERSON}, SKIPPED, "a person asks, who names no strategy"),
    (pacing.TradeSpacing(), {}, SKIPPED, "switched off"),
    (pacing.SymbolSpacing(), {}, SKIPPED, "switched off"),
    (losses.DailyDrawdown(), {}, SKIPPED, "no daily reset has been seen yet"),
    (position_count.StrategyPositions(), {"intent": PERSON}, SKIPPED, "a person asks, who names no strategy"),
    (requested_volume.RequestedVolume(), {}, SKIPPED, "no volume was requested"),
    (
        requested_volume.RequestedVolume(),
        {"intent": {"requested_volume": 0.1}, "market": {"instrument": None}},
        SKIPPED,
        "no volume was requested",
    ),
    (news_blackout.NewsBlackout(), {}, SKIPPED, "there is no calendar"),
    (sources.AccountSync(), {"account": {"syncs": False}}, SKIPPED, "this manager does not sync"),
    (spread.Spread(), {"market": {"has_pool": False, "spread_bps": None}}, SKIPPED, "no spread was given"),
    (margin.MarginLevel(), {"account": {"latest": None}}, UNKNOWN, "the account or the symbol is not known"),
    (margin.FreeMargin(), {"market": {"instrument": None}}, UNKNOWN, "the account or the symbol is not known"),
    (
        max_lots.MaxLots(),
        {"config": RPMConfig(max_lots_per_order=1.0), "market": {"instrument": None}},
        UNKNOWN,
        "the symbol is not known",
    ),
    (volume_limits.VolumeLimits(), {"market": {"instrument": None}}, UNKNOWN, "the symbol is not known"),
    (price_collar.PriceCollar(), {"market": {"mid": None}}, UNKNOWN, "there is no quote"),
    (sources.Connection(), {"market": {"connected": False}}, UNKNOWN, "the terminal is not connected"),
    (sources.AccountSync(), {"account": {"synced_at": None}}, UNKNOWN, "the account was never synced"),
    (sources.TradingAllowed(), {"account": {"latest": None}}, UNKNOWN, "the account was not read yet"),
    (spread.Spread(), {"market": {"spread_bps": None}, "intent": {"spread_pct": 0.0001}}, UNKNOWN, "there is no quote"),
    (stops.StopDistance(), {"market": {"price": None}}, UNKNOWN, "price or symbol is not known"),
    (stops.StopDistance(), {"market": {"instrument": None}}, UNKNOWN, "price or symbol is not known"),
    (stops.StopSides(), {"market": {"price": None}}, UNKNOWN, "there is no price"),
    (stops.StopSides(), {"market": {"price": None, "has_pool": False}}, SKIPPED, "no price was given"),
    (
        symbol_trading.SymbolKnown(),
        {"market": {"instrument": None}},
        UNKNOWN,
        "EURUSD is not among the symbols that the pool knows",
    ),
    (symbol_trading.SymbolTradable(), {"market": {"instrument": None}}, UNKNOWN, "the symbol is not known"),
    (
        currency_exposure.CurrencyExposure(),
        {"market": {"instrument": None}},
        UNKNOWN,
        "what a unit is worth is not known",
    ),
    (
        currency_exposure.CurrencyExposure(),
        {"market": {"instrument": None, "has_pool": False}},
        SKIPPED,
        "no price was given",
    ),
    (
        exposure_velocity.ExposureVelocity(),
        {"config": RPMConfig(max_exposure_velocity_pct=0.1), "size": {"unit_notional": None}},
        UNKNOWN,
        "what a unit is worth is not known",
    ),
    (correlation.CorrelatedExposure(), {"exposure": {"joint": None}}, UNKNOWN, "what a unit is worth is not known"),
    (correlation.CorrelatedExposure(), {"size": {"unit_notional": None}}, UNKNOWN, "what a unit is worth is not known"),
    (sources.Connection(), {}, PASS, "connected"),
    (sources.TradingAllowed(), {}, PASS, "allowed"),
    (
        sources.TradingAllowed(),
        {"account": {"latest": make_account(trade_allowed=False)}},
        FAIL,
        "the broker does not allow trading on this account",
    ),
    (
        entry_price.EntryPrice(),
        {"intent": {"order_kind": OrderKind.LIMIT, "order_price": 1.2}},
        FAIL,
        "the market at 1.1500575 has passed the limit price 1.2",
    ),
    (symbol_trading.SymbolKnown(), {}, PASS, "known"),
    (symbol_lists.SymbolLists(), {}, PASS, "allowed"),
    (
        symbol_lists.SymbolLists(),
        {"config": RPMConfig(allowed_symbols=("EURUSD",), denied_symbols=("GBPUSD",))},
        PASS,
        "allowed",
    ),
    (trading_state.TradingHalted(), {}, PASS, "not halted"),
    (trading_state.TradingReducing(), {}, PASS, "not reducing"),
    (scoped_switches.ScopedSwitches(), {}, PASS, "none is set"),
    (scoped_switches.Throttle(), {}, PASS, "not throttled"),
    (stops.StopSides(), {}, PASS, "right"),
    (price_collar.PriceCollar(), {}, PASS, "the quote itself is used"),
    (regime_limits.StressedRegime(), {}, PASS, "the regime is TRENDING"),
    (regime_limits.VolatileRegime(), {"intent": {"regime": "CRISIS"}}, PASS, "the regime is CRISIS"),
    (pacing.TradeSpacing(), {"config": RPMConfig(enforce_time_spacing=True)}, PASS, "there was none"),
    (
        pacing.SymbolSpacing(),
        {"config": RPMConfig(enforce_time_spacing=True), "activity": approved_at(NOW, symbol="GBPUSD")},
        PASS,
        "there was none",
    ),
    (
        pacing.DuplicateIntent(),
        {"config": RPMConfig(duplicate_window_seconds=60.0)},
        PASS,
        "it was not asked for lately",
    ),
    (
        news_blackout.NewsBlackout(),
        {"market": {"calendar": NewsCalendar([NewsEvent(START + timedelta(days=1), "USD", "high", "later")])}},
        PASS,
        "none is near",
    ),
    (symbol_lists.SymbolLists(), {"config": RPMConfig(denied_symbols=("EURUSD",))}, FAIL, "EURUSD is on the deny list"),
    (
        symbol_lists.SymbolLists(),
        {"config": RPMConfig(allowed_symbols=("GBPUSD",))},
        FAIL,
        "EURUSD is not on the allow list",
    ),
    (
        symbol_lists.SymbolLists(),
        {"config": RPMConfig(allowed_symbols=("EURUSD",), denied_symbols=("EURUSD",))},
        FAIL,
        "EURUSD is on the deny list",
    ),
    (
        trading_state.TradingHalted(),
        {"account": {"halted": True, "halt_reason": "news"}},
        FAIL,
        "halted (news)",
    ),
    (
        trading_state.TradingHalted(),
        {"account": {"halted": True, "halt_reason": None}},
        FAIL,
        "halted (no reason was given)",
    ),
    (
        trading_state.TradingReducing(),
        {"account": {"reducing": "cooling down"}},
        FAIL,
        "only trades that reduce risk pass (cooling down)",
    ),
    (
        pacing.DuplicateIntent(),
        {"exposure": {"reused": True}},
        FAIL,
        "this intent was traded or approved before, or its name is that of another trade",
    ),
    (
        news_blackout.NewsBlackout(),
        {
            "market": {
                "calendar": NewsCalendar(
                    [
                        NewsEvent(START, "USD", "high", "payrolls"),
                        NewsEvent(START + timedelta(days=1), "USD", "low", "end"),
                    ]
                )
            }
        },
        FAIL,
        "USD payrolls at 10:00 UTC",
    ),
    (
        volatility_shock.VolatilityShock(),
        {"market": {"shock": 3.0}},
        FAIL,
        "recent volatility is 3.0 times the usual, the limit is 3 times",
    ),
    (
        volatility_shock.VolatilityShock(),
        {"market": {"shock": math.nan}},
        FAIL,
        "recent volatility is nan times the usual, the limit is 3 times",
    ),
    (
        regime_limits.StressedRegime(),
        {"intent": {"regime": "STRESSED", "confidence_score": 0.74}},
        FAIL,
        "model confidence 74.0% is under the stressed market's minimum of 75.0%",
    ),
    (
        regime_limits.VolatileRegime(),
        {"intent": {"regime": "VOLATILE", "confidence_score": math.nan}},
        FAIL,
        "model confidence nan% is under the volatile market's minimum of 70.0%",
    ),
    (stops.StopSides(), {"size": {"stop": 1.16}}, FAIL, "the stop 1.16 is on the wrong side of the price 1.149885"),
    (
        stops.StopSides(),
        {"size": {"stop": 1.14995}},
        FAIL,
        "the spread is wider than the stop is far: at 1.14995 it would be hit at once, at 1.149885",
    ),
    (
        stops.StopSides(),
        {"intent": {"direction": -1}, "size": {"stop": 1.15005}},
        FAIL,
        "the spread is wider than the stop is far: at 1.15005 it would be hit at once, at 1.150115",
    ),
    (stops.StopSides(), {"size": {"stop": -1.0}}, FAIL, "the stop -1 is on the wrong side of the price 1.149885"),
    (
        stops.StopSides(),
        {"intent": {"take_profit": 1.15}},
        FAIL,
        "the take-profit 1.15 is on the wrong side of the price 1.15",
    ),
    (
        stops.StopSides(),
        {"intent": {"direction": -1, "take_profit": 1.15}, "size": {"stop": 1.2}},
        FAIL,
        "the take-profit 1.15 is on the wrong side of the price 1.15",
    ),
    (
        stops.StopSides(),
        {"intent": {"direction": -1}, "size": {"stop": 1.15}},
        FAIL,
        "the stop 1.15 is on the wrong side of the price 1.150115",
    ),
]


@pytest.mark.parametrize(
    ("rule", "parts", "outcome", "note"), [*NO_POOL, *NO_AGE, *NO_MARGIN, *NOT_KNOWN, *WITHOUT_NUMBERS]
)
def test_what_is_told_without_numbers(rule: Rule, parts: dict[str, Any], outcome: Outcome, note: str) -> None:
    """Off, not known, in order or refused for a reason, which is told; nothing is measured."""
    found = told(rule, context(**parts))
    assert (found.outcome, str(found.note)) == (outcome, note)
    assert (found.observed, found.limit, found.headroom) == (None, None, None)
    assert found.message().startswith(rule.subject)
