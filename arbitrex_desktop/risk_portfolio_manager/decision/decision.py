# SPDX-License-Identifier: MIT
"""What the risk manager answers: frozen, with every check that led there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Any

import msgspec

from arbitrex_desktop.risk_portfolio_manager.decision.format import NOT_KNOWN, Decimals
from arbitrex_desktop.risk_portfolio_manager.decision.reason import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.decision.result import RuleResult
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState, json_safe


class TradeApprovalStatus(StrEnum):
    """The answer: as sized, cut by a portfolio rule, or refused."""

    APPROVED = "APPROVED"
    ADJUSTED = "ADJUSTED"
    REJECTED = "REJECTED"


class ApprovedTrade(msgspec.Struct, frozen=True):
    """A trade that may live.

    Attributes:
        symbol: what may be traded.
        direction: 1 to buy, -1 to sell.
        position_units: how much, in units of the symbol.
        lots: the same in lots.
        confidence_score: as asked.
        regime: as asked.
        base_units: risk capital over stop distance, before anything else.
        confidence_adjustment: factor applied to it for the confidence.
        regime_adjustment: factor for the regime.
        correlation_adjustment: factor for what moves together; all others are in `sizing_adjustments`.
        atr: as asked, in price units.
        vol_percentile: as asked.
        risk_per_trade: the configured share of capital.
        entry_price: what the stop was measured from.
        stop_loss: price of the stop; None when there is none.
        take_profit: price of the target; None when there is none.
        expected_loss: at the stop, in account currency and positive; of the whole position, where the account keeps
            one a symbol and the stop is to stand for all of it.
        reducing: whether the trade only reduces an open position: it then closes, and has no stop.
        strategy_id: as asked.
        intent_id: as asked.
        position_ticket: the broker's number of the position that a reducing trade closes; None for none.
        closing_lots: how much of `lots` closes the open position before the rest opens the other way; 0 for a trade
            that is no reversal.
    """

    symbol: str
    direction: int
    position_units: float
    lots: float
    confidence_score: float | None
    regime: str | None
    base_units: float
    confidence_adjustment: float
    regime_adjustment: float
    correlation_adjustment: float
    atr: float
    vol_percentile: float | None
    risk_per_trade: float
    entry_price: float | None
    stop_loss: float | None
    take_profit: float | None
    expected_loss: float | None
    reducing: bool = False
    strategy_id: str | None = None
    intent_id: str | None = None
    position_ticket: int | None = None
    closing_lots: float = 0.0

    @property
    def reduce_only(self) -> bool:
        """Return `reducing` under its name in orders: the trade must never open a position."""
        return self.reducing

    @property
    def stop_loss_price(self) -> float | None:
        """Return `stop_loss` under its longer name."""
        return self.stop_loss

    @property
    def take_profit_price(self) -> float | None:
        """Return `take_profit` under its longer name."""
        return self.take_profit


class RejectedTrade(msgspec.Struct, frozen=True):
    """A trade that may not live.

    Attributes:
        symbol: what may not be traded.
        direction: 1 to buy, -1 to sell.
        rejection_reason: of the first rule that refused.
        rejection_details: that rule's sentence.
        confidence_score: as asked.
        regime: as asked.
        atr: as asked, in price units.
        vol_percentile: as asked.
        current_price: as asked; None when it was left to the market.
        strategy_id: as asked.
        intent_id: as asked.
    """

    symbol: str
    direction: int
    rejection_reason: RejectionReason
    rejection_details: str
    confidence_score: float | None
    regime: str | None
    atr: float
    vol_percentile: float | None
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


class TradeDecision(msgspec.Struct, frozen=True, dict=True):
    """The answer to one intent.

    Attributes:
        status: what it is.
        approved_trade: the trade that may live; None for a refusal.
        rejected_trade: the refusal; None for an approval.
        order_id: the risk manager's own name for this decision.
        kill_switch_triggered: whether the kill-switch stage refused.
        kill_switch_reason: its sentence.
        portfolio_constraints_passed: whether no portfolio rule refused.
        portfolio_constraint_violations: sentences of the portfolio rules that cut or refused.
        position_sizing_applied: whether a size was computed.
        sizing_adjustments: every factor of the size by name.
        processing_time_ms: time spent deciding.
        results: the checks that were made, and those that are switched off.
        decimals: those in which their sentences tell money and lots.
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
    sizing_adjustments: Mapping[str, float] = {}
    processing_time_ms: float = 0.0
    results: tuple[RuleResult, ...] = ()
    decimals: Decimals = NOT_KNOWN

    @cached_property
    def checks(self) -> tuple[Verdict, ...]:
        """Return every check that was made with its sentence, in order."""
        return tuple(each.verdict(self.decimals) for each in sorted(self.results, key=attrgetter("place")))


class RiskMetrics(msgspec.Struct, frozen=True):
    """How many decisions were recorded, and how they went.

    Attributes:
        total_decisions: all of them.
        trades_approved: those that may live as sized.
        trades_rejected: those that may not.
        trades_adjusted: those that may live, cut by a limit.
        kill_switch_triggers: those refused by a kill switch.
        rejections_by_reason: refusals by reason code.
    """

    total_decisions: int = 0
    trades_approved: int = 0
    trades_rejected: int = 0
    trades_adjusted: int = 0
    kill_switch_triggers: int = 0
    rejections_by_reason: dict[str, int] = {}

    @property
    def approval_rate(self) -> float:
        """Return the share of decisions that let the trade live, 0 before the first."""
        lived = self.trades_approved + self.trades_adjusted
        return lived / self.total_decisions if self.total_decisions else 0.0

    def plus(self, other: RiskMetrics, times: int = 1) -> RiskMetrics:
        """Return the figures of both together; `times` -1 takes the other ones off."""
        reasons = dict(self.rejections_by_reason)
        for reason, number in other.rejections_by_reason.items():
            reasons[reason] = reasons.get(reason, 0) + times * number
        return RiskMetrics(
            self.total_decisions + times * other.total_decisions,
            self.trades_approved + times * other.trades_approved,
            self.trades_rejected + times * other.trades_rejected,
            self.trades_adjusted + times * other.trades_adjusted,
            self.kill_switch_triggers + times * other.kill_switch_triggers,
            reasons,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON-safe values."""
        return {**plain(self), "approval_rate": self.approval_rate}


def metrics_of(decision: TradeDecision) -> RiskMetrics:
    """Return the figures of a single decision."""
    status, refused = decision.status, decision.rejected_trade
    return RiskMetrics(
        1,
        int(status is TradeApprovalStatus.APPROVED),
        int(status is TradeApprovalStatus.REJECTED),
        int(status is TradeApprovalStatus.ADJUSTED),
        int(decision.kill_switch_triggered),
        {} if refused is None else {refused.rejection_reason.value: 1},
    )


class RPMOutput(msgspec.Struct, frozen=True):
    """A decision with the state it was made in.

    Attributes:
        decision: the answer.
        portfolio_state: a copy of the portfolio, made then.
        risk_metrics: how the decisions so far went.
        config_hash: of the settings it was made with.
        rpm_version: of this program.
        timestamp: UTC.
    """

    decision: TradeDecision
    portfolio_state: PortfolioState
    risk_metrics: RiskMetrics
    config_hash: str
    rpm_version: str
    timestamp: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return everything as values that JSON can hold."""
        decision = self.decision
        body = plain(decision)
        body["approved_trade"] = decision.approved_trade and plain(decision.approved_trade)
        body["rejected_trade"] = decision.rejected_trade and plain(decision.rejected_trade)
        body["checks"] = [json_safe(msgspec.to_builtins(verdict)) for verdict in decision.checks]
        del body["results"], body["decimals"]
        return {
            "decision": body,
            "portfolio_state": self.portfolio_state.to_dict(),
            "risk_metrics": self.risk_metrics.to_dict(),
            "config_hash": self.config_hash,
            "rpm_version": self.rpm_version,
            "timestamp": json_safe(self.timestamp),
        }


def plain(record: msgspec.Struct) -> dict[str, Any]:
    """Return a record's fields as JSON-safe values."""
    return {name: json_safe(getattr(record, name)) for name in record.__struct_fields__}
