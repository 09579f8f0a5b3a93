# SPDX-License-Identifier: MIT
"""Stop and take-profit must be on their own side of the price, and far enough from it."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage

_HAIR = 1.0 + 1e-9
"""A distance that falls short of its least by the last bit of a float is not short of it."""


class StopSides(Rule):
    """A buy has its stop below and its take-profit above the price, a sale the other way round.

    A position is closed on the other side of the spread than it was opened on, a buy at the bid, so the stop is held
    against that side where the spread is known.
    """

    code = RejectionReason.INVALID_STOPS
    stage = Stage.FINAL
    subject = "sides of stop and take-profit"
    parameters = ("atr_multiplier",)

    def check(self, case: RuleContext) -> Found:
        """Compare the stop with the price at which it would close, the take-profit with that of the entry."""
        intent, price = case.intent, case.market.price
        if price is None:
            return self.no_worth(case)
        stop, closing = case.stop, _closing_price(case, price)
        if stop is not None and not (intent.direction * (closing - stop) > 0.0 and stop > 0.0):
            return self.failed(note=f"the stop {stop:.10g} is on the wrong side of the price {closing:.10g}")
        target = intent.take_profit
        if target is not None and not intent.direction * (target - price) > 0.0:
            return self.failed(note=f"the take-profit {target:.10g} is on the wrong side of the price {price:.10g}")
        return self.fine("right")


def _closing_price(case: RuleContext, price: float) -> float:
    """Return the price at which the trade would be closed now: its entry less the spread, where that is known."""
    market = case.market
    if market.spread_bps is None or market.mid is None:
        return price
    return price - case.intent.direction * market.spread_bps * 1e-4 * market.mid


class StopDistance(Rule):
    """Stop and take-profit at least the broker's stops level (in points) away from the price."""

    code = RejectionReason.INVALID_STOPS
    stage = Stage.FINAL
    subject = "distance of the stop in price"
    minimum = True

    def check(self, case: RuleContext) -> Found:
        """Compare the nearer of both with the least distance."""
        if not case.market.has_pool:
            return self.skipped("there is no pool")
        price, instrument, target = case.market.price, case.instrument, case.intent.take_profit
        if price is None or instrument is None:
            return self.unknown("price or symbol is not known")
        nearest = case.stop_distance if target is None else min(case.stop_distance, abs(target - price))
        return self.at_least(nearest * _HAIR, instrument.stops_distance)
