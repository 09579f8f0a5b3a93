# SPDX-License-Identifier: MIT
"""The Risk & Portfolio Manager: strategies propose trades, it decides whether they may live."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
    from arbitrex_desktop.risk_portfolio_manager.decision.intent import IntentSource, OrderKind, TradeIntent
    from arbitrex_desktop.risk_portfolio_manager.engine import RiskPortfolioManager
    from arbitrex_desktop.risk_portfolio_manager.portfolio.account_sync import MT5AccountSync
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
    "IntentSource",
    "MT5AccountSync",
    "OpenPositions",
    "OrderKind",
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
    "TradeIntent",
    "TradingState",
    "Verdict",
]

_HOMES: Final = {
    "IntentSource": "decision.intent",
    "MT5AccountSync": "portfolio.account_sync",
    "OrderKind": "decision.intent",
    "RPMConfig": "config",
    "RiskPortfolioManager": "engine",
    "TradeIntent": "decision.intent",
}
"""All other names are in `schemas`."""


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for.

    The window needs no more of this package than verdicts, and its first picture must not wait for the rest: half of
    all that is loaded at the start.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'schemas')}"), name)
    globals()[name] = value
    return value
