# SPDX-License-Identifier: MIT
"""How many lots an order, and a symbol, may have."""

from __future__ import annotations

import math

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.symbol_names import names_of
from arbitrex_desktop.risk_portfolio_manager.parameters import Table, optional_limit
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import without_residue
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.texts import N_


class MaxLots(Rule):
    """Lots of the order <= `max_lots_per_order`; lots towards the trade's side <= the symbol's in `max_lots_by_symbol`.

    Lots towards a side are those held net on it, those in flight to it and those of the order.  The tighter of both
    decides; 0 per order, and a symbol that is not in the table, are no limit.
    """

    code = RejectionReason("MAX_LOTS", "The order, or the symbol with it, would have too many lots.", "Trade smaller.")
    stage = Stage.PORTFOLIO
    subject = "lots"
    unit = "lots"
    one_of = ("max_lots_per_order", "max_lots_by_symbol")
    parameters = (
        optional_limit("max_lots_per_order", 0.0, "Most lots in one order", "lots"),
        Table(
            "max_lots_by_symbol",
            {},
            "Most lots of a symbol",
            unit="lots",
            help="By symbol or plain name, held and in flight included; one that is not named has no limit.",
            keys=None,
            high=1e6,
        ),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Measure what the tighter of both limits leaves."""
        per_order, instrument = context.config.max_lots_per_order, context.market.instrument
        table = context.config.max_lots_by_symbol
        names = names_of(context, table)
        if not per_order and not names:
            return self.skipped("there is no limit for the symbol")
        if instrument is None:
            return self.unknown("the symbol is not known")
        lots, held = context.size.units / instrument.contract, context.exposure.units / instrument.contract
        of_symbol = min(map(table.__getitem__, names)) if names else math.inf
        left = without_residue(of_symbol - held)
        if per_order and per_order <= left:
            return self.check_headroom(context, per_order * instrument.contract, lots, per_order, N_("of one order"))
        note = Phrase(N_("of {symbol}"), {"symbol": context.intent.symbol})
        return self.check_headroom(context, left * instrument.contract, held + lots, of_symbol, note)
