# SPDX-License-Identifier: MIT
"""The symbol must be known, and the broker must allow this side of it."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.mt5.constants import SymbolTradeMode
from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.texts import N_

_ALLOWED: Final[dict[int, tuple[int, ...]]] = {
    SymbolTradeMode.FULL: (1, -1),
    SymbolTradeMode.LONGONLY: (1,),
    SymbolTradeMode.SHORTONLY: (-1,),
}
_ONLY: Final[dict[int, str]] = {
    SymbolTradeMode.LONGONLY: N_("the broker allows buying only"),
    SymbolTradeMode.SHORTONLY: N_("the broker allows selling only"),
    SymbolTradeMode.CLOSEONLY: N_("the broker allows closing only"),
}
_NOTHING: Final = N_("the broker allows nothing only")


_NOT_KNOWN: Final = N_("{symbol} is not among the symbols that the pool knows")


class SymbolKnown(Rule):
    """The pool must know the symbol's properties."""

    code = RejectionReason(
        "SYMBOL_UNKNOWN", "The symbol's properties are not known.", "Add the symbol to the watched ones."
    )
    stage, order = Stage.SOURCES, 40
    subject = "symbol"
    nothing_amiss = "known"

    def check(self, context: RuleContext) -> RuleResult:
        """Look whether its properties are there."""
        if context.market.instrument is None:
            return self.unknown(Phrase(_NOT_KNOWN, {"symbol": context.intent.symbol}))
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
    nothing_amiss = "allowed"

    def check(self, context: RuleContext) -> RuleResult:
        """Look the direction up in the symbol's trade mode."""
        if not context.market.has_pool:
            return self.no_pool()
        if context.market.instrument is None:
            return self.unknown("the symbol is not known")
        mode = context.market.instrument.trade_mode
        if context.intent.direction in _ALLOWED.get(mode, ()):
            return self.in_order
        return self.failed(note=_ONLY.get(mode, _NOTHING))
