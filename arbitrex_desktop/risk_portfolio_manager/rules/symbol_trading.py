# SPDX-License-Identifier: MIT
"""The symbol must be known, and the broker must allow this side of it."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.mt5.constants import SymbolTradeMode
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage

_ALLOWED: Final[dict[int, tuple[int, ...]]] = {
    SymbolTradeMode.FULL: (1, -1),
    SymbolTradeMode.LONGONLY: (1,),
    SymbolTradeMode.SHORTONLY: (-1,),
}
_NAMES: Final[dict[int, str]] = {
    SymbolTradeMode.LONGONLY: "buying",
    SymbolTradeMode.SHORTONLY: "selling",
    SymbolTradeMode.CLOSEONLY: "closing",
}


class SymbolKnown(Rule):
    """The pool must know the symbol's properties."""

    code = RejectionReason(
        "SYMBOL_UNKNOWN", "The symbol's properties are not known.", "Add the symbol to the watched ones."
    )
    stage, order = Stage.SOURCES, 40
    subject = "symbol"
    fine = "known"

    def check(self, context: RuleContext) -> RuleResult:
        """Look whether its properties are there."""
        if context.market.instrument is None:
            return self.unknown(f"{context.intent.symbol} is not among the symbols that the pool knows")
        return self.in_order


class SymbolTradable(Rule):
    """The symbol's trade mode must allow opening in the intent's direction."""

    code = RejectionReason(
        "SYMBOL_NOT_TRADABLE",
        "The broker does not allow this trade on the symbol now.",
        "Wait for the session, or choose another symbol.",
    )
    stage, order = Stage.SOURCES, 50
    subject = "trading in the symbol"
    fine = "allowed"

    def check(self, context: RuleContext) -> RuleResult:
        """Look the direction up in the symbol's trade mode."""
        if not context.market.has_pool:
            return self.no_pool()
        if context.market.instrument is None:
            return self.unknown("the symbol is not known")
        mode = context.market.instrument.trade_mode
        if context.intent.direction in _ALLOWED.get(mode, ()):
            return self.in_order
        return self.failed(note=f"the broker allows {_NAMES.get(mode, 'nothing')} only")
