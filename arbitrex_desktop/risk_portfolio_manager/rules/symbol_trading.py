# SPDX-License-Identifier: MIT
"""The symbol must be known, and the broker must allow this side of it."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.mt5.constants import SymbolTradeMode
from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.sources import NO_POOL

_ALLOWED: Final[dict[int, tuple[int, ...]]] = {
    SymbolTradeMode.FULL: (1, -1),
    SymbolTradeMode.LONGONLY: (1,),
    SymbolTradeMode.SHORTONLY: (-1,),
}
_WORDS: Final[dict[int, str]] = {
    SymbolTradeMode.LONGONLY: "buying",
    SymbolTradeMode.SHORTONLY: "selling",
    SymbolTradeMode.CLOSEONLY: "closing",
}


class SymbolKnown(Rule):
    """The pool must know the symbol's properties."""

    code = RejectionReason.SYMBOL_UNKNOWN
    stage = Stage.SOURCES
    subject = "symbol"
    standing = True

    def check(self, case: RuleContext) -> Found:
        """Look whether its properties are there."""
        if case.instrument is None:
            return self.unknown(f"{case.intent.symbol} is not among the symbols that the pool knows")
        return self.fine("known")


class SymbolTradable(Rule):
    """The symbol's trade mode must allow opening in the intent's direction."""

    code = RejectionReason.SYMBOL_NOT_TRADABLE
    stage = Stage.SOURCES
    subject = "trading in the symbol"
    standing = True

    def check(self, case: RuleContext) -> Found:
        """Look the direction up in the symbol's trade mode."""
        if not case.market.has_pool:
            return self.skipped(NO_POOL)
        if case.instrument is None:
            return self.unknown("the symbol is not known")
        mode = case.instrument.trade_mode
        if case.intent.direction in _ALLOWED.get(mode, ()):
            return self.fine("allowed")
        return self.failed(note=f"the broker allows {_WORDS.get(mode, 'nothing')} only")
