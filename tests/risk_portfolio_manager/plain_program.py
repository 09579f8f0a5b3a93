# SPDX-License-Identifier: MIT
"""An embedding program as somebody writes it who knows the contract's words alone."""

from __future__ import annotations

from typing import Any

from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.engine import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.schemas import (
    ApprovedTrade,
    RejectedTrade,
    RPMOutput,
    TradeApprovalStatus,
)

GOOD = (TradeApprovalStatus.APPROVED, TradeApprovalStatus.ADJUSTED)


def ask(rpm: RiskPortfolioManager, **changes: Any) -> RPMOutput:
    """Ask for an ordinary trade."""
    asked: dict[str, Any] = {
        "symbol": "EURUSD",
        "direction": 1,
        "confidence_score": 0.75,
        "regime": "TRENDING",
        "atr": 0.0010,
        "vol_percentile": 0.5,
        "current_price": 1.10,
    }
    return rpm.process_trade_intent(**{**asked, **changes})


def refused(output: RPMOutput) -> RejectedTrade:
    """Return the refusal."""
    assert output.decision.status == TradeApprovalStatus.REJECTED
    assert output.decision.approved_trade is None
    assert output.decision.rejected_trade is not None
    return output.decision.rejected_trade


def approved(output: RPMOutput) -> ApprovedTrade:
    """Return the trade that was let through."""
    assert output.decision.status in GOOD, output.decision.rejected_trade
    assert output.decision.rejected_trade is None
    assert output.decision.approved_trade is not None
    return output.decision.approved_trade


def loose(**changes: Any) -> RPMConfig:
    """Return settings of a leveraged account, by which an ordinary trade is not cut."""
    names = ("symbol_exposure_pct", "currency_exposure_pct", "total_exposure_pct", "net_exposure_pct")
    limits = {f"max_{name}": 50.0 for name in (*names, "correlation_exposure")}
    tails = {"max_portfolio_volatility": 1.0, "max_var_pct": 1.0, "max_cvar_pct": 1.0}
    return RPMConfig(**{"max_symbol_exposure_units": 5_000_000, **limits, **tails, **changes})
