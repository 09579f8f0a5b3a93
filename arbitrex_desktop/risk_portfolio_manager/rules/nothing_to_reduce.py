# SPDX-License-Identifier: MIT
"""A trade that is meant to close a position must find one."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.texts import N_

_NONE_TO_CLOSE: Final = N_("there is no position of {symbol} with so much to close")
_REVERSES: Final = N_("it closes the {lots} lots that are held, and opens the rest the other way")


class NothingToReduce(Rule):
    """An exit never opens a position: not when there is none to close, nor when another trade is closing it."""

    code = RejectionReason(
        "NOTHING_TO_REDUCE",
        "There is no open position left that this trade could close.",
        "Wait until the close in flight has ended, or see the open positions.",
    )
    stage, order = Stage.SOURCES, 5
    subject = "position to close"
    nothing_amiss = "it was not asked to close one"

    def check(self, context: RuleContext) -> RuleResult:
        """Look at what is left to close; a reducing trade has found its position and does not come here."""
        if context.exposure.leaving:
            return self.failed(note="the position is being closed already, by a trade in flight")
        intent, instrument, closing = context.intent, context.market.instrument, context.exposure.reversing
        if intent.reduce_only or intent.position_ticket is not None:
            return self.failed(note=Phrase(_NONE_TO_CLOSE, {"symbol": intent.symbol}))
        if closing and instrument is not None:
            lots = amounts.lots(closing / instrument.contract, context.decimals.lots)
            return self.ok(Phrase(_REVERSES, {"lots": lots}))
        return self.in_order
