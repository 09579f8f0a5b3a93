# SPDX-License-Identifier: MIT
"""How many lots the account may hold, and how that grows with what it has made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from arbitrex_desktop.risk_portfolio_manager.parameters import Table, optional_limit
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import without_residue
from arbitrex_desktop.risk_portfolio_manager.rules.account_floor import INITIAL_BALANCE
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    AccountView,
    RejectionReason,
    Rule,
    RuleContext,
    RuleResult,
    RuleSettings,
    Stage,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(Table):
    """Numbers by amounts of money, which are written as text."""

    def fault(self, value: Any) -> str:
        """Return the first fault; every key is a number."""
        found = Table.fault(self, value)
        bad = next((key for key in value if not _is_number(key)), None) if not found else None
        return found or ("" if bad is None else f"must have amounts of money as keys (found {bad!r})")


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
            "lots_by_profit",
            {},
            "Most lots by the profit so far",
            unit="lots",
            help="By the least profit from which on they are allowed; empty is off.",
            keys=None,
            high=1e6,
        ),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Measure in lots what the tighter of both leaves."""
        instrument, exposure, most = context.market.instrument, context.exposure, context.limits.total_lots
        if instrument is None:
            return self.unknown("the symbol is not known")
        if exposure.unknown:
            return self.unknown(exposure.unknown)
        if most is None:
            return self.unknown("what the account has made so far is not known")
        lots = exposure.lots + context.size.units / instrument.contract
        return self.check_headroom(context, without_residue(most - exposure.lots) * instrument.contract, lots, most)


def most_lots(account: AccountView, config: RuleSettings) -> float | None:
    """Return the most lots of everything; None where they follow from a profit that is not known.

    They are those of the highest step that the profit has reached; below the first step, those of the first.
    """
    most: float = config.max_total_lots or math.inf
    if not config.lots_by_profit:
        return most
    start = account.day_anchor if account.day_balance is None else account.day_balance
    if start is None or not config.initial_balance:
        return None
    profit, steps = start - config.initial_balance, {float(key): lots for key, lots in config.lots_by_profit.items()}
    reached = max((amount for amount in steps if amount <= profit), default=min(steps))
    return min(most, steps[reached])


def _is_number(key: str) -> bool:
    """Return whether a text is a finite number."""
    try:
        return math.isfinite(float(key))
    except ValueError:
        return False
