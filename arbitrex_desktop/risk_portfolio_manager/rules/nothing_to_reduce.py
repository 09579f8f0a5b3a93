# SPDX-License-Identifier: MIT
"""A trade that is meant to close a position must find one."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.format import format_value
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class NothingToReduce(Rule):
    """An exit never opens a position: not when there is none to close, nor when another trade is closing it."""

    code = RejectionReason(
        "NOTHING_TO_REDUCE",
        "There is no open position left that this trade could close.",
        "Wait until the close in flight has ended, or see the open positions.",
    )
    stage, order = Stage.SOURCES, 5
    subject = "position to close"
    fine = "it was not asked to close one"

    def check(self, context: RuleContext) -> RuleResult:
        """Look at what is left to close; a reducing trade has found its position and does not come here."""
        if context.exposure.leaving:
            return self.failed(note="the position is being closed already, by a trade in flight")
        intent, instrument, closing = context.intent, context.market.instrument, context.exposure.reversing
        if intent.reduce_only or intent.position_ticket is not None:
            return self.failed(note=f"there is no position of {intent.symbol} with so much to close")
        if closing and instrument is not None:
            lots = format_value(closing / instrument.contract, "lots", context.decimals)
            return self.ok(f"it closes the {lots} that are held, and opens the rest the other way")
        return self.in_order
