# SPDX-License-Identifier: MIT
"""Symbols that may, and symbols that may not be traded."""

from __future__ import annotations

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.symbol_names import names_of
from arbitrex_desktop.risk_portfolio_manager.parameters import Names
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.texts import N_


class SymbolLists(Rule):
    """The deny list refuses; an allow list that is not empty refuses everything else.

    A plain name in them (`EURUSD`) stands for every symbol of the broker that it may mean (`EURUSDm`).
    """

    code = RejectionReason(
        "SYMBOL_DENIED",
        "The symbol is on the deny list, or not on the allow list.",
        "Change the lists in the settings.",
    )
    stage, order = Stage.FINAL, 50
    subject = "symbol lists"
    nothing_amiss = "allowed"
    parameters = (
        Names("allowed_symbols", (), "Only these symbols", help="Empty allows every symbol."),
        Names("denied_symbols", (), "Never these symbols"),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Look the symbol up in both lists."""
        symbol, config = context.intent.symbol, context.config
        if config.denied_symbols and names_of(context, config.denied_symbols):
            return self.failed(note=Phrase(N_("{symbol} is on the deny list"), {"symbol": symbol}))
        if config.allowed_symbols and not names_of(context, config.allowed_symbols):
            return self.failed(note=Phrase(N_("{symbol} is not on the allow list"), {"symbol": symbol}))
        return self.in_order
