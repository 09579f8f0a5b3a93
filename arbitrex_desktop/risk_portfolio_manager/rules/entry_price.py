# SPDX-License-Identifier: MIT
"""An order that rests must be able to: its price not reached yet, and its time not over."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.texts import N_

_RELATIVE_TOLERANCE: Final = 1e-9
"""A distance that falls short of its least by the last bit of a float is not short of it."""

_PASSED_LIMIT: Final = N_("the market at {market} has passed the limit price {price}")
_PASSED_STOP: Final = N_("the market at {market} has passed the stop price {price}")


class EntryPrice(Rule):
    """A limit waits on the better side of the market, a stop beyond it, each by the broker's stops level at least."""

    code = RejectionReason(
        "ENTRY_PRICE",
        "The order could not rest at its price.",
        "Place a limit on the better side of the market, a stop beyond it.",
    )
    stage, order = Stage.FINAL, 35
    subject = "distance of the entry from the market"
    unit = "pips"
    minimum = True

    def check(self, context: RuleContext) -> RuleResult:
        """Measure the distance from the price at which the symbol would be opened now."""
        intent, market = context.intent, context.market
        if intent.order_price is None:
            return self.skipped("it is entered at the market")
        if intent.expires_at is not None and intent.expires_at <= market.now:
            return self.failed(note="the order would have expired already")
        if not market.has_pool:
            return self.no_pool()
        if market.mid is None or market.spread_bps is None or market.instrument is None:
            return self.unknown("there is no quote")
        opening = market.mid * (1.0 + intent.direction * market.spread_bps / 20_000.0)
        beyond = (intent.order_price - opening) * intent.direction
        waits = -beyond if intent.order_kind is OrderKind.LIMIT else beyond
        if waits <= 0.0:
            form = _PASSED_LIMIT if intent.order_kind is OrderKind.LIMIT else _PASSED_STOP
            return self.failed(note=Phrase(form, {"market": f"{opening:.10g}", "price": f"{intent.order_price:.10g}"}))
        pip = market.instrument.pip
        return self.at_least(waits * (1.0 + _RELATIVE_TOLERANCE) / pip, market.instrument.stops_distance / pip)
