# SPDX-License-Identifier: MIT
"""All rules, in the order in which they are looked at; the first refusal gives the reason."""

from __future__ import annotations

from typing import Any, Final

from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.confidence_floor import ConfidenceFloor
from arbitrex_desktop.risk_portfolio_manager.rules.consecutive_losses import ConsecutiveLosses
from arbitrex_desktop.risk_portfolio_manager.rules.correlation import CorrelatedExposure
from arbitrex_desktop.risk_portfolio_manager.rules.currency_exposure import CurrencyExposure
from arbitrex_desktop.risk_portfolio_manager.rules.drawdown import Drawdown
from arbitrex_desktop.risk_portfolio_manager.rules.exposure_velocity import ExposureVelocity
from arbitrex_desktop.risk_portfolio_manager.rules.losses import DailyDrawdown, DailyLoss, WeeklyLoss
from arbitrex_desktop.risk_portfolio_manager.rules.margin import FreeMargin, MarginLevel
from arbitrex_desktop.risk_portfolio_manager.rules.news_blackout import NewsBlackout
from arbitrex_desktop.risk_portfolio_manager.rules.pacing import (
    DuplicateIntent,
    IntentRate,
    OrderRate,
    RejectionVelocity,
    SymbolSpacing,
    TradeSpacing,
)
from arbitrex_desktop.risk_portfolio_manager.rules.position_count import (
    PositionCount,
    StrategyPositions,
    SymbolPositions,
)
from arbitrex_desktop.risk_portfolio_manager.rules.price_collar import PriceCollar
from arbitrex_desktop.risk_portfolio_manager.rules.regime_limits import StressedRegime, VolatileRegime
from arbitrex_desktop.risk_portfolio_manager.rules.requested_volume import RequestedVolume
from arbitrex_desktop.risk_portfolio_manager.rules.scoped_switches import ScopedSwitches, Throttle
from arbitrex_desktop.risk_portfolio_manager.rules.sources import (
    AccountSync,
    Connection,
    PositionsKnown,
    QuoteAge,
    TradingAllowed,
)
from arbitrex_desktop.risk_portfolio_manager.rules.spread import Spread
from arbitrex_desktop.risk_portfolio_manager.rules.stops import StopDistance, StopSides
from arbitrex_desktop.risk_portfolio_manager.rules.symbol_exposure import SymbolExposure, SymbolUnits
from arbitrex_desktop.risk_portfolio_manager.rules.symbol_lists import SymbolLists
from arbitrex_desktop.risk_portfolio_manager.rules.symbol_trading import SymbolKnown, SymbolTradable
from arbitrex_desktop.risk_portfolio_manager.rules.tail_risk import (
    ExpectedShortfall,
    PortfolioVolatility,
    ValueAtRisk,
)
from arbitrex_desktop.risk_portfolio_manager.rules.total_exposure import NetExposure, TotalExposure
from arbitrex_desktop.risk_portfolio_manager.rules.trading_state import TradingHalted, TradingReducing
from arbitrex_desktop.risk_portfolio_manager.rules.volatility_shock import VolatilityShock
from arbitrex_desktop.risk_portfolio_manager.rules.volume_limits import VolumeLimits

ALL_RULES: Final[tuple[Rule, ...]] = (
    TradingHalted(),
    TradingReducing(),
    ScopedSwitches(),
    Drawdown(),
    DailyLoss(),
    WeeklyLoss(),
    DailyDrawdown(),
    VolatilityShock(),
    ConfidenceFloor(),
    Throttle(),
    Connection(),
    AccountSync(),
    TradingAllowed(),
    SymbolKnown(),
    SymbolTradable(),
    QuoteAge(),
    PositionsKnown(),
    StressedRegime(),
    VolatileRegime(),
    PositionCount(),
    ConsecutiveLosses(),
    RequestedVolume(),
    SymbolUnits(),
    SymbolExposure(),
    SymbolPositions(),
    StrategyPositions(),
    CurrencyExposure(),
    TotalExposure(),
    NetExposure(),
    MarginLevel(),
    FreeMargin(),
    VolumeLimits(),
    PortfolioVolatility(),
    ValueAtRisk(),
    ExpectedShortfall(),
    ExposureVelocity(),
    CorrelatedExposure(),
    StopSides(),
    StopDistance(),
    Spread(),
    PriceCollar(),
    SymbolLists(),
    DuplicateIntent(),
    IntentRate(),
    OrderRate(),
    RejectionVelocity(),
    TradeSpacing(),
    SymbolSpacing(),
    NewsBlackout(),
)
"""In order."""

BEFORE_SIZING: Final = tuple(rule for rule in ALL_RULES if rule.stage < Stage.SIZING)
AFTER_SIZING: Final = tuple(rule for rule in ALL_RULES if rule.stage > Stage.SIZING)
CUTTING: Final = tuple(rule for rule in ALL_RULES if rule.stage in (Stage.PORTFOLIO, Stage.CORRELATION))
"""Those that may cut the size, looked at again with the size that is left."""


def limits_of(cfg: RPMConfig) -> dict[str, dict[str, Any]]:
    """Return the settings that every rule reads, by its code and subject; rules that share both share an entry."""
    limits: dict[str, dict[str, Any]] = {}
    for rule in ALL_RULES:
        entry = limits.setdefault(f"{rule.code.value}: {rule.subject}", {})
        entry.update((name, getattr(cfg, name)) for name in rule.parameters)
    return limits
