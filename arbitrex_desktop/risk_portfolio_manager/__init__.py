# SPDX-License-Identifier: MIT
"""The Risk & Portfolio Manager: strategies propose trades, it decides whether they may live."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.account_sync import MT5AccountSync
from arbitrex_desktop.risk_portfolio_manager.config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.engine import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.schemas import (
    ApprovedTrade,
    OpenPositions,
    Outcome,
    PortfolioState,
    Position,
    Regime,
    RejectedTrade,
    RejectionReason,
    RiskMetrics,
    RPMOutput,
    TradeApprovalStatus,
    TradeDecision,
    TradingState,
    Verdict,
)

__all__ = [
    "ApprovedTrade",
    "MT5AccountSync",
    "OpenPositions",
    "Outcome",
    "PortfolioState",
    "Position",
    "RPMConfig",
    "RPMOutput",
    "Regime",
    "RejectedTrade",
    "RejectionReason",
    "RiskMetrics",
    "RiskPortfolioManager",
    "TradeApprovalStatus",
    "TradeDecision",
    "TradingState",
    "Verdict",
]
