# SPDX-License-Identifier: MIT
"""Refusals: of what rules refused, and of what no rule can look at."""

from __future__ import annotations

import math
from operator import attrgetter
from typing import Any, Final

from arbitrex_desktop.risk_portfolio_manager.decision.decision import RejectedTrade, TradeApprovalStatus, TradeDecision
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.reason import (
    INTERNAL_ERROR,
    INVALID_CONFIGURATION,
    INVALID_INPUT,
    INVALID_STATE,
    STATE_IN_USE,
    STATE_NOT_SAVED,
    RejectionReason,
)
from arbitrex_desktop.risk_portfolio_manager.decision.result import PlainCheck, Stage
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState

_FIGURES: Final = ("equity", "peak_equity", "unrealized_pnl", "daily_pnl", "weekly_pnl", "current_drawdown")
_figures_of: Final = attrgetter(*_FIGURES)
_BEYOND_ANY_PRICE: Final = 1e300


_SUBJECTS: Final = {
    INVALID_INPUT: "intent",
    INVALID_CONFIGURATION: "settings",
    INVALID_STATE: "portfolio",
    INTERNAL_ERROR: "risk manager",
    STATE_NOT_SAVED: "risk state on disk",
    STATE_IN_USE: "risk state on disk",
}
_CHECKS: Final = {code: PlainCheck(Stage.SOURCES, code, subject) for code, subject in _SUBJECTS.items()}


def refuse_outright(intent: TradeIntent, code: RejectionReason, message: str, order_id: str) -> TradeDecision:
    """Return the refusal of an intent that no rule has looked at, whatever its fields hold."""
    return TradeDecision(
        TradeApprovalStatus.REJECTED,
        rejected_trade=rejected_trade(intent, code, message),
        order_id=order_id,
        results=(_CHECKS[code].failed(note=message),),
    )


def rejected_trade(intent: TradeIntent, code: RejectionReason, message: str) -> RejectedTrade:
    """Return a refused trade with what was asked, as far as it can be shown."""
    return RejectedTrade(
        symbol=_shown_text(intent.symbol) or "",
        direction=_shown_direction(intent.direction),
        rejection_reason=code,
        rejection_details=message,
        confidence_score=None if intent.confidence_score is None else _shown_number(intent.confidence_score),
        regime=_shown_text(intent.regime),
        atr=_shown_number(intent.atr),
        vol_percentile=None if intent.vol_percentile is None else _shown_number(intent.vol_percentile),
        current_price=None if intent.current_price is None else _shown_number(intent.current_price),
        strategy_id=_shown_text(intent.strategy_id),
        intent_id=_shown_text(intent.intent_id),
    )


def state_fault(state: PortfolioState, capital: float) -> str:
    """Return which figure of the portfolio is no number that can be computed with, empty when all are."""
    day, week = state.day_anchor, state.week_anchor
    anchors = (capital, capital if day is None else day, capital if week is None else week)
    figures = _figures_of(state)
    if min(anchors) > 0.0 and math.isfinite(sum(figures + anchors)):  # which it is only if all are
        return ""
    for name, value in zip(_FIGURES, figures, strict=True):
        if not math.isfinite(value):
            return f"{name} must be a number (it is {value!r})"
    named = zip(("total_capital", "day_anchor", "week_anchor"), anchors, strict=True)
    name, value = next(each for each in named if not 0.0 < each[1] < math.inf)
    return f"{name} must be a number above zero (it is {value!r})"


def _shown_direction(value: Any) -> int:
    """Return a direction, 0 for what is none."""
    return int(value) if isinstance(value, int) and value in (1, -1) else 0


def _shown_text(value: Any) -> str | None:
    """Return a text as it is, cut short; anything else by its type's name, since its own text may do anything."""
    if value is None:
        return None
    return str.__str__(value)[:200] if isinstance(value, str) else f"<{type(value).__name__}>"


def _shown_number(value: Any) -> float:
    """Return a float as it is, NaN for what is no number."""
    return float(value) if isinstance(value, (int, float)) and abs(value) < _BEYOND_ANY_PRICE else math.nan
