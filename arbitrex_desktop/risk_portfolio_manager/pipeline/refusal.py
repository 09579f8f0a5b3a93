# SPDX-License-Identifier: MIT
"""Refusals before any rule is run: the intent, the settings or the portfolio cannot be reckoned with."""

from __future__ import annotations

import math
from typing import Any

from arbitrex_desktop.risk_portfolio_manager.decision.decision import RejectedTrade, TradeApprovalStatus, TradeDecision
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.result import Evidence, Stage
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Measure

_FIGURES = ("equity", "peak_equity", "unrealized_pnl", "daily_pnl", "weekly_pnl", "current_drawdown")


class _Input(Measure):
    code = RejectionReason.INVALID_INPUT
    stage = Stage.SOURCES
    subject = "intent"


class _Settings(Measure):
    code = RejectionReason.INVALID_CONFIGURATION
    stage = Stage.SOURCES
    subject = "settings"


class _State(Measure):
    code = RejectionReason.INVALID_STATE
    stage = Stage.SOURCES
    subject = "portfolio"


class _Internal(Measure):
    code = RejectionReason.INTERNAL_ERROR
    stage = Stage.SOURCES
    subject = "risk manager"


_MEASURES: dict[RejectionReason, Measure] = {each.code: each for each in (_Input(), _Settings(), _State(), _Internal())}


def refuse_outright(
    intent: TradeIntent, code: RejectionReason, words: str, order_id: str, milliseconds: float
) -> TradeDecision:
    """Return the refusal of an intent, whatever its fields hold."""
    return TradeDecision(
        status=TradeApprovalStatus.REJECTED,
        rejected_trade=RejectedTrade(
            symbol=_text(intent.symbol) or "",
            direction=_whole(intent.direction),
            rejection_reason=code,
            rejection_details=words,
            confidence_score=_number(intent.confidence_score),
            regime=_text(intent.regime) or "",
            atr=_number(intent.atr),
            vol_percentile=_number(intent.vol_percentile),
            current_price=None if intent.current_price is None else _number(intent.current_price),
            strategy_id=_text(intent.strategy_id),
            intent_id=_text(intent.intent_id),
        ),
        order_id=order_id,
        processing_time_ms=milliseconds,
        evidence=Evidence((_MEASURES[code].failed(note=words),)),
    )


def state_fault(state: PortfolioState, capital: float) -> str:
    """Return which figure of the portfolio cannot be reckoned with, empty when all can."""
    if not _usable(capital) or not capital > 0.0:
        return f"total_capital must be a number above zero (it is {capital})"
    for name in _FIGURES:
        if not _usable(getattr(state, name)):
            return f"{name} must be a number (it is {getattr(state, name)!r})"
    for name in ("day_anchor", "week_anchor"):
        value = getattr(state, name)
        if value is not None and not (_usable(value) and value > 0.0):
            return f"{name} must be a number above zero (it is {value!r})"
    return state.fault()


def _usable(value: Any) -> bool:
    """Tell whether a value is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _text(value: Any) -> str | None:
    """Return a text as it is, cut short; anything else by its type's name, since its own text may do anything."""
    if value is None:
        return None
    return str.__str__(value)[:200] if isinstance(value, str) else f"<{type(value).__name__}>"


def _number(value: Any) -> float:
    """Return a float as it is, NaN for what is no number."""
    return float(value) if isinstance(value, (int, float)) and abs(value) < 1e300 else math.nan  # noqa: PLR2004 - beyond any price


def _whole(value: Any) -> int:
    """Return a direction, 0 for what is none."""
    return int(value) if isinstance(value, int) and value in (1, -1) else 0
