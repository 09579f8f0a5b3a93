# SPDX-License-Identifier: MIT
"""An ordinary intent, and managers around fakes."""

from __future__ import annotations

from typing import Any, Final

from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig, Verdict
from arbitrex_desktop.risk_portfolio_manager.decision.decision import RPMOutput
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool


def intent(**changes: Any) -> dict[str, Any]:
    """Return the arguments of an ordinary intent: long EURUSD, sure, in a calm trend, with a wide stop."""
    ordinary = {
        "symbol": "EURUSD",
        "direction": 1,
        "confidence_score": 0.8,
        "regime": "TRENDING",
        "atr": 0.1,
        "vol_percentile": 0.4,
        "current_price": 1.15,
    }
    return {**ordinary, **changes}


def closing(**changes: Any) -> dict[str, Any]:
    """Return the arguments of an ordinary exit: it sells, and only takes off what is held."""
    return intent(**{"direction": -1, "reduce_only": True, **changes})


WIDE: Final[dict[str, Any]] = {
    "max_symbol_exposure_units": 1e9,
    "max_symbol_exposure_pct": 100.0,
    "max_currency_exposure_pct": 100.0,
    "max_total_exposure_pct": 100.0,
    "max_net_exposure_pct": 100.0,
    "max_correlation_exposure": 100.0,
    "max_portfolio_volatility": 1.0,
    "max_var_pct": 1.0,
    "max_cvar_pct": 1.0,
    "look_ahead": False,
}
"""Exposure limits that cut nothing ordinary, and no look at the losses to come."""


def wide(**changes: Any) -> RPMConfig:
    """Return settings with those limits."""
    return RPMConfig(**{**WIDE, **changes})


def static(config: RPMConfig | None = None, clock: ManualClock | None = None, **more: Any) -> RiskPortfolioManager:
    """Return a manager without a pool that keeps nothing on disk."""
    return RiskPortfolioManager(config, more.pop("enable_persistence", False), clock=clock or ManualClock(), **more)


def pooled(
    pool: FakePool, config: RPMConfig | None = None, calendar: NewsCalendar | None = None, **more: Any
) -> RiskPortfolioManager:
    """Return a manager synced through a pool, on the pool's own clock."""
    keep = more.pop("enable_persistence", False)
    return RiskPortfolioManager(config, keep, True, pool, clock=pool.clock, calendar=calendar, **more)


def check(output: RPMOutput, code: str, subject: str = "") -> Verdict:
    """Return the check with a code, and with words that begin as given where several have it."""
    found = [each for each in output.decision.checks if each.code == code and each.message.startswith(subject)]
    assert found, f"no check {code} among {[each.code for each in output.decision.checks]}"
    return found[0]


def reason(output: RPMOutput) -> str:
    """Return why an intent was refused."""
    refused = output.decision.rejected_trade
    assert refused is not None, f"it was {output.decision.status}"
    return str(refused.rejection_reason)


def units(output: RPMOutput) -> float:
    """Return the approved units, 0 for a refusal."""
    trade = output.decision.approved_trade
    return trade.position_units if trade is not None else 0.0
