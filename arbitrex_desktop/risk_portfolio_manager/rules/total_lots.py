# SPDX-License-Identifier: MIT
"""How many lots the account may hold, and how that grows with what it has made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from arbitrex_desktop.risk_portfolio_manager.parameters import Table, optional_limit
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import without_residue
from arbitrex_desktop.risk_portfolio_manager.rules.account_floor import INITIAL_BALANCE
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(Table):
    """Numbers by amounts of money, which are written as text."""

    def fault(self, value: Any) -> str:
        """Return the first fault; every key is a number."""
        found = Table.fault(self, value)
        bad = next((key for key in value if not _is_number(key)), None) if not found else None
        return found or ("" if bad is None else f"{self.name} must have amounts of money as keys (found {bad!r})")


class TotalLots(Rule):
    """Lots of everything, long and short alike, <= `max_total_lots`, and <= what `lots_by_profit` has for the account.

    Its profit counts as it was at the day's reset: a plan is climbed from one day to the next, and not by a deposit.
    """

    code = RejectionReason("TOTAL_LOTS", "The account would hold too many lots.", "Close something, or trade smaller.")
    stage, order = Stage.PORTFOLIO, 38
    subject = "lots of everything"
    unit = "lots"
    one_of = ("max_total_lots", "lots_by_profit")
    parameters = (
        INITIAL_BALANCE,
        optional_limit("max_total_lots", 0.0, "Most lots of everything", "lots"),
        Steps(
            name="lots_by_profit",
            default={},
            label="Most lots by the profit so far",
            unit="lots",
            help="By the least profit from which on they are allowed; empty is off.",
            keys=None,
            high=1e6,
        ),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Measure in lots what the tighter of both leaves."""
        config, instrument, held = context.config, context.market.instrument, context.exposure.lots
        if instrument is None:
            return self.unknown("the symbol is not known")
        if context.exposure.unknown:
            return self.unknown(context.exposure.unknown)
        most = config.max_total_lots or math.inf
        if config.lots_by_profit:
            account, initial = context.account, config.initial_balance
            start = account.day_anchor if account.day_balance is None else account.day_balance
            if start is None or not initial:
                return self.unknown("what the account has made so far is not known")
            most = min(most, _lots_at_profit(tuple(config.lots_by_profit.items()), start - initial))
        lots = held + context.size.units / instrument.contract
        return self.check_headroom(context, without_residue(most - held) * instrument.contract, lots, most)


@lru_cache(maxsize=16)
def _lots_at_profit(steps: tuple[tuple[str, float], ...], profit: float) -> float:
    """Return the lots of the highest step that the profit has reached; below the first, those of the first."""
    ascending = sorted((float(amount), float(lots)) for amount, lots in steps)
    return next((lots for amount, lots in reversed(ascending) if amount <= profit), ascending[0][1])


def _is_number(key: str) -> bool:
    """Return whether a text is a finite number."""
    try:
        return math.isfinite(float(key))
    except ValueError:
        return False
