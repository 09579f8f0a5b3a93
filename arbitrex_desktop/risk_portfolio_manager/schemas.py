# SPDX-License-Identifier: MIT
"""The names in which intents, portfolio and decisions are spoken of, in one place."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.decision import (
    ApprovedTrade,
    RejectedTrade,
    RiskMetrics,
    RPMOutput,
    TradeApprovalStatus,
    TradeDecision,
)
from arbitrex_desktop.risk_portfolio_manager.decision.regime import Regime
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import (
    OpenPositions,
    PortfolioState,
    Position,
    TradingState,
)
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason

__all__ = [
    "ApprovedTrade",
    "OpenPositions",
    "Outcome",
    "PortfolioState",
    "Position",
    "RPMOutput",
    "Regime",
    "RejectedTrade",
    "RejectionReason",
    "RiskMetrics",
    "TradeApprovalStatus",
    "TradeDecision",
    "TradingState",
    "Verdict",
]
