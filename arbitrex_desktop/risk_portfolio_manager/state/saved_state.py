# SPDX-License-Identifier: MIT
"""The risk state as it is written to disk, and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from arbitrex_desktop.risk_portfolio_manager.decision.decision import RiskMetrics, plain
from arbitrex_desktop.risk_portfolio_manager.pipeline.context_builder import ContextBuilder
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposure_book import Reservation
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState, as_utc, json_safe

_FIGURES: Final = (
    "total_capital",
    "equity",
    "peak_equity",
    "realized_pnl",
    "daily_pnl",
    "weekly_pnl",
    "day_anchor",
    "week_anchor",
    "consecutive_losses",
)
_HALT: Final = ("trading_halted", "halt_reason", "reducing_reason")
_MOMENTS: Final = ("halt_timestamp", "reducing_until")


def dump_state(state: PortfolioState, finder: ContextBuilder, monotonic: float) -> dict[str, Any]:
    """Return what must outlive the program of portfolio, trades under way and pacing."""
    days = finder.days
    return {
        "figures": {name: json_safe(getattr(state, name)) for name in (*_FIGURES, *_HALT, *_MOMENTS)},
        "days": {"day_start": json_safe(days.day_start), "week_start": json_safe(days.week_start)},
        "activity": finder.activity.to_dict(monotonic),
        "traded": list(finder.book.traded),
        "under_way": [{**plain(each), "expires": each.expires - monotonic} for each in finder.book.reservations],
    }


def restore_halt(saved: dict[str, Any], state: PortfolioState) -> None:
    """Take up halts; one that stands already is kept."""
    figures = saved["figures"]
    if not state.trading_halted and figures["trading_halted"]:
        state.trading_halted = True
        state.halt_reason = figures["halt_reason"]
        state.halt_timestamp = moment_of(figures["halt_timestamp"])
    if not state.reducing_reason and figures["reducing_reason"]:
        state.reducing_reason = figures["reducing_reason"]
        state.reducing_until = moment_of(figures["reducing_until"])


def restore_figures(saved: dict[str, Any], state: PortfolioState, finder: ContextBuilder) -> None:
    """Take up profit, peak and anchors of a program without a pool.

    What a program made of its capital is kept.  Where the settings' capital is no longer what it was, money came or
    went, and everything that is measured against it moves along.
    """
    figures = saved["figures"]
    factor = state.total_capital / float(saved.get("settings_capital", figures["total_capital"]))
    for name in ("total_capital", "equity", "peak_equity", "day_anchor", "week_anchor"):
        value = figures[name]
        setattr(state, name, None if value is None else float(value) * factor)
    for name in ("realized_pnl", "daily_pnl", "weekly_pnl"):
        setattr(state, name, float(figures[name]))
    state.consecutive_losses = int(figures["consecutive_losses"])
    finder.days.day_start = moment_of(saved["days"]["day_start"])
    finder.days.week_start = moment_of(saved["days"]["week_start"])


def restore_activity(saved: dict[str, Any], finder: ContextBuilder, monotonic: float, away: float) -> None:
    """Take up pacing and trades under way, `away` seconds after they were saved."""
    finder.activity.restore(saved["activity"], monotonic, away)
    for name in saved["traded"]:
        finder.book.note_traded(str(name))
    for each in saved["under_way"]:
        expires = monotonic + float(each["expires"]) - away
        approved_at = as_utc(datetime.fromisoformat(each["approved_at"]))
        finder.book.reserve(Reservation(**{**each, "expires": expires, "approved_at": approved_at}))


def metrics_from(saved: dict[str, Any]) -> RiskMetrics:
    """Return saved figures."""
    return RiskMetrics(**{name: value for name, value in saved.items() if name != "approval_rate"})


def moment_of(text: str | None) -> datetime | None:
    """Return a moment from ISO text."""
    return None if text is None else as_utc(datetime.fromisoformat(text))
