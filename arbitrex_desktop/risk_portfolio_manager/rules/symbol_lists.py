# SPDX-License-Identifier: MIT
"""Symbols that may, and symbols that may not be traded."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class SymbolLists(Rule):
    """The deny list refuses; an allow list that is not empty refuses everything else."""

    code = RejectionReason.SYMBOL_DENIED
    stage = Stage.FINAL
    subject = "symbol lists"
    standing = True
    parameters = ("allowed_symbols", "denied_symbols")

    def check(self, case: RuleContext) -> Found:
        """Look the symbol up in both lists."""
        symbol, cfg = case.intent.symbol, case.cfg
        if symbol in cfg.denied_symbols:
            return self.failed(note=f"{symbol} is on the deny list")
        if cfg.allowed_symbols and symbol not in cfg.allowed_symbols:
            return self.failed(note=f"{symbol} is not on the allow list")
        return self.fine("allowed")
