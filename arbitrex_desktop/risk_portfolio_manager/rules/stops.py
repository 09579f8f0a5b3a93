# SPDX-License-Identifier: MIT
"""Stop and take-profit must be on their own side of the price, and far enough from it."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.reason import INVALID_STOPS
from arbitrex_desktop.risk_portfolio_manager.parameters import number
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.texts import N_

MISPLACED_STOP: Final = N_("the stop {stop} is on the wrong side of the price {price}")
_MISPLACED_TARGET: Final = N_("the take-profit {target} is on the wrong side of the price {price}")
_WITHIN_SPREAD: Final = N_("the spread is wider than the stop is far: at {stop} it would be hit at once, at {price}")
_RELATIVE_TOLERANCE: Final = 1e-9
"""A distance that falls short of its least by the last bit of a float is not short of it."""


class StopSides(Rule):
    """A buy has its stop below and its take-profit above the price, a sale the other way round.

    A position is closed on the other side of the spread than it was opened on, a buy at the bid, so the stop is held
    against that side where the spread is known.
    """

    code = INVALID_STOPS
    stage, order = Stage.FINAL, 10
    subject = "sides of stop and take-profit"
    nothing_amiss = "right"
    parameters = (number("atr_multiplier", 1.5, "Stop distance in ATRs", "ATR", low_open=True),)

    def check(self, context: RuleContext) -> RuleResult:
        """Compare the stop with the price at which it would close, the take-profit with that of the entry."""
        intent, stop, price, closing = context.intent, context.size.stop, context.market.price, context.market.closing
        if price is None or closing is None:
            return self.unknown("there is no price") if context.market.has_pool else self.skipped("no price was given")
        if stop is not None and not (intent.direction * (closing - stop) > 0.0 and stop > 0.0):
            return self.failed(note=_misplaced_stop_note(stop, price, closing, intent.direction))
        target = intent.take_profit
        if target is not None and not intent.direction * (target - price) > 0.0:
            return self.failed(note=Phrase(_MISPLACED_TARGET, {"target": f"{target:.10g}", "price": f"{price:.10g}"}))
        return self.in_order


def _misplaced_stop_note(stop: float, price: float, closing: float, direction: int) -> Phrase:
    """Return why a stop would be hit at once: where it is right of the entry, the spread lies between."""
    if stop > 0.0 and direction * (price - stop) > 0.0:
        return misplaced(_WITHIN_SPREAD, stop, closing)
    return misplaced(MISPLACED_STOP, stop, closing)


def misplaced(form: str, stop: float, price: float) -> Phrase:
    """Return that a stop stands amiss of a price."""
    return Phrase(form, {"stop": f"{stop:.10g}", "price": f"{price:.10g}"})


class StopDistance(Rule):
    """Stop and take-profit at least the broker's stops level (in points) away from the side that closes the trade.

    Of an order that rests, from the price at which it is entered.
    """

    code = INVALID_STOPS
    stage, order = Stage.FINAL, 20
    subject = "distance of the stop"
    unit = "pips"
    minimum = True

    def check(self, context: RuleContext) -> RuleResult:
        """Compare the nearer of both with the least distance."""
        market, intent, stop = context.market, context.intent, context.size.stop
        if not market.has_pool:
            return self.no_pool()
        side, instrument = market.price if intent.rests else market.closing, market.instrument
        if side is None or instrument is None:
            return self.unknown("price or symbol is not known")
        nearest = context.size.stop_distance if stop is None else intent.direction * (side - stop)
        if intent.take_profit is not None:
            nearest = min(nearest, abs(intent.take_profit - side))
        pip = instrument.pip
        return self.at_least(nearest * (1.0 + _RELATIVE_TOLERANCE) / pip, instrument.stops_distance / pip)
