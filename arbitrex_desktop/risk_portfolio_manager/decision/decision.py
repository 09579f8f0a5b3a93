# SPDX-License-Identifier: MIT
"""What the risk manager answers: frozen, with every check that led there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, TypeVar

from arbitrex_desktop.risk_portfolio_manager.decision.result import Evidence
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState, json_safe
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason

T = TypeVar("T")
NO_EVIDENCE: Final = Evidence(())


class TradeApprovalStatus(StrEnum):
    """The answer: as sized, cut by a portfolio rule, or refused."""

    APPROVED = "APPROVED"
    ADJUSTED = "ADJUSTED"
    REJECTED = "REJECTED"


class Regime(StrEnum):
    """The market as the strategy sees it, calm first."""

    TRENDING = "TRENDING"
    RANGING = "RANGING"
    VOLATILE = "VOLATILE"
    STRESSED = "STRESSED"
    CRISIS = "CRISIS"


@dataclass(frozen=True)
class ApprovedTrade:
    """A trade that may live.

    Attributes: `position_units`, what may be traded, in units of the symbol, and the same in `lots`; `base_units`,
    risk capital over stop distance, before anything else; `confidence_adjustment`, `regime_adjustment` and
    `correlation_adjustment`, the factors applied to it (the others are in the decision's `sizing_adjustments`);
    `atr` in price units; `risk_per_trade`, the configured share of capital; `entry_price`, what the stop was
    measured from; `stop_loss`, `take_profit` as prices, None when there is none; `expected_loss`, at the stop, in
    account currency and positive; `reducing`, whether the trade only reduces an open position (it then closes,
    and has no stop).
    """

    symbol: str
    direction: int
    position_units: float
    lots: float
    confidence_score: float
    regime: str
    base_units: float
    confidence_adjustment: float
    regime_adjustment: float
    correlation_adjustment: float
    atr: float
    vol_percentile: float
    risk_per_trade: float
    entry_price: float | None
    stop_loss: float | None
    take_profit: float | None
    expected_loss: float | None
    reducing: bool = False
    strategy_id: str | None = None
    intent_id: str | None = None

    @property
    def stop_loss_price(self) -> float | None:
        """Return `stop_loss` under its longer name."""
        return self.stop_loss

    @property
    def take_profit_price(self) -> float | None:
        """Return `take_profit` under its longer name."""
        return self.take_profit


@dataclass(frozen=True)
class RejectedTrade:
    """A trade that may not live: the first rule that refused it, in words, and what was asked."""

    symbol: str
    direction: int
    rejection_reason: RejectionReason
    rejection_details: str
    confidence_score: float
    regime: str
    atr: float
    vol_percentile: float
    current_price: float | None = None
    strategy_id: str | None = None
    intent_id: str | None = None

    @property
    def reason(self) -> RejectionReason:
        """Return `rejection_reason` under its shorter name."""
        return self.rejection_reason

    @property
    def details(self) -> str:
        """Return `rejection_details` under its shorter name."""
        return self.rejection_details


@dataclass(frozen=True)
class TradeDecision:
    """The answer to one intent.

    Attributes: `kill_switch_triggered`, whether the kill-switch stage refused; `portfolio_constraint_violations`,
    in words, for rules that cut or refused; `sizing_adjustments`, every factor by name; `processing_time_ms`, time
    spent deciding; `evidence`, the checks as found, from which `checks` are worded.
    """

    status: TradeApprovalStatus
    approved_trade: ApprovedTrade | None = None
    rejected_trade: RejectedTrade | None = None
    order_id: str | None = None
    kill_switch_triggered: bool = False
    kill_switch_reason: str | None = None
    portfolio_constraints_passed: bool = True
    portfolio_constraint_violations: tuple[str, ...] = ()
    position_sizing_applied: bool = False
    sizing_adjustments: Mapping[str, float] = field(default_factory=dict)
    processing_time_ms: float = 0.0
    evidence: Evidence = field(default=NO_EVIDENCE, repr=False, compare=False)

    @cached_property
    def checks(self) -> tuple[Verdict, ...]:
        """Return every check that was made, in order."""
        return tuple(finding.verdict() for finding in self.evidence.findings())


@dataclass(frozen=True)
class RiskMetrics:
    """How many decisions were made and how they went; `approval_rate` counts adjusted trades as approved."""

    total_decisions: int = 0
    trades_approved: int = 0
    trades_rejected: int = 0
    trades_adjusted: int = 0
    kill_switch_triggers: int = 0
    rejections_by_reason: Mapping[str, int] = field(default_factory=dict)

    @property
    def approval_rate(self) -> float:
        """Return the share of decisions that let the trade live, 0 before the first."""
        lived = self.trades_approved + self.trades_adjusted
        return lived / self.total_decisions if self.total_decisions else 0.0

    def counting(self, decision: TradeDecision) -> RiskMetrics:
        """Return the figures with one more decision."""
        refused = decision.rejected_trade
        reasons = self.rejections_by_reason
        if refused is not None:
            code = refused.rejection_reason.value
            reasons = {**reasons, code: reasons.get(code, 0) + 1}
        status = decision.status
        values = {
            "total_decisions": self.total_decisions + 1,
            "trades_approved": self.trades_approved + (status is TradeApprovalStatus.APPROVED),
            "trades_rejected": self.trades_rejected + (status is TradeApprovalStatus.REJECTED),
            "trades_adjusted": self.trades_adjusted + (status is TradeApprovalStatus.ADJUSTED),
            "kill_switch_triggers": self.kill_switch_triggers + decision.kill_switch_triggered,
            "rejections_by_reason": reasons,
        }
        return made(RiskMetrics, values)

    def plus(self, other: RiskMetrics) -> RiskMetrics:
        """Return the figures of both together."""
        mine, theirs = self.rejections_by_reason, other.rejections_by_reason
        return RiskMetrics(
            total_decisions=self.total_decisions + other.total_decisions,
            trades_approved=self.trades_approved + other.trades_approved,
            trades_rejected=self.trades_rejected + other.trades_rejected,
            trades_adjusted=self.trades_adjusted + other.trades_adjusted,
            kill_switch_triggers=self.kill_switch_triggers + other.kill_switch_triggers,
            rejections_by_reason={name: mine.get(name, 0) + theirs.get(name, 0) for name in {**mine, **theirs}},
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON-safe values."""
        return {**plain(self), "approval_rate": self.approval_rate}


@dataclass(frozen=True)
class RPMOutput:
    """A decision with the state it was made in; `timestamp` in UTC. `portfolio_state` is a copy, made then."""

    decision: TradeDecision
    portfolio_state: PortfolioState
    risk_metrics: RiskMetrics
    config_hash: str
    rpm_version: str
    timestamp: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return everything as values that JSON can hold."""
        decision = self.decision
        body = plain(decision, but="evidence")
        body["approved_trade"] = decision.approved_trade and plain(decision.approved_trade)
        body["rejected_trade"] = decision.rejected_trade and plain(decision.rejected_trade)
        body["checks"] = [plain(verdict) for verdict in decision.checks]
        return {
            "decision": body,
            "portfolio_state": self.portfolio_state.to_dict(),
            "risk_metrics": self.risk_metrics.to_dict(),
            "config_hash": self.config_hash,
            "rpm_version": self.rpm_version,
            "timestamp": json_safe(self.timestamp),
        }


def made(kind: type[T], values: dict[str, Any]) -> T:
    """Return a frozen dataclass without slots from all of its fields, filled at once.

    Its own constructor guards every single assignment, which takes three times as long and is a tenth of a decision.
    """
    record = object.__new__(kind)
    object.__setattr__(record, "__dict__", values)
    return record


def plain(record: Any, but: str = "") -> dict[str, Any]:
    """Return a dataclass's fields, all `but` one, as JSON-safe values; enumerations as their text."""
    values = {each.name: getattr(record, each.name) for each in fields(record) if each.name != but}
    return {name: value.value if isinstance(value, StrEnum) else json_safe(value) for name, value in values.items()}
