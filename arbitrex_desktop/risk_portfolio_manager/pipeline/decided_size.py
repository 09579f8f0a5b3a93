# SPDX-License-Identifier: MIT
"""What is said of the size: which limit decided it, and how large it could have been."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import msgspec

from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.decision.format import Decimals
from arbitrex_desktop.risk_portfolio_manager.decision.result import Check, RuleResult, Stage
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.decision.wording import DecidedSize, Wording
from arbitrex_desktop.risk_portfolio_manager.pipeline.sizing import SIZE_CODE, SIZE_SUBJECT, round_lots
from arbitrex_desktop.risk_portfolio_manager.rules.requested_volume import RequestedVolume
from arbitrex_desktop.texts import N_

_BY_RISK = N_("risk per trade")
_RELATIVE_TOLERANCE = 1e-9


class SizeDecided(Check):
    """One line about the size, worded only when somebody reads it."""

    code = SIZE_CODE
    stage = Stage.FINAL
    order = 10_000
    subject = "largest size"

    def __init__(self, context: RuleContext, results: Sequence[RuleResult], lots: float) -> None:
        self.instrument, self.results, self.lots = context.market.instrument, results, lots
        self.asked, self.allowed = context.intent.requested_volume, context.size.allowed

    def _identity(self) -> tuple[object, ...]:
        return *super()._identity(), self.lots, self.asked, self.allowed, self.results

    def wording(self, result: RuleResult, decimals: Decimals) -> Wording:  # noqa: ARG002 - all is known already
        """Return which limit decided, and the largest size that would pass."""
        blocking = [each for each in self.results if each.blocks and each.headroom is None]
        if blocking:
            return Wording(size=DecidedSize(blocked_by=min(blocking, key=attrgetter("place")).check.subject))
        units, what = self._largest_size()
        instrument = self.instrument
        most = 0.0 if instrument is None else round_lots(units, instrument.contract, instrument.volume_step)
        as_asked = self.asked is not None and self.lots >= self.asked * (1.0 - _RELATIVE_TOLERANCE)
        return Wording(decimals=decimals, size=DecidedSize(most, what, self.lots, as_asked))

    def _largest_size(self) -> tuple[float, str]:
        """Return the most units that every check leaves, and the tightest of them."""
        limits = (each for each in self.results if each.headroom is not None)
        rooms = [
            (max(0.0, each.headroom or 0.0), each.check.subject)
            for each in limits
            if not isinstance(each.check, RequestedVolume)
        ]
        return min([(self.allowed, _BY_RISK), *rooms])


def as_approved(
    results: list[RuleResult], again: Sequence[RuleResult], lots: float, decimals: Decimals
) -> list[RuleResult]:
    """Return results that show the size which was approved; `again`, what the rules say of it after a cut."""
    found = {id(each.check): each for each in again}
    size = amounts.lots(lots, decimals.lots)
    return [_of_approved(each, found.get(id(each.check)), lots, size) for each in results]


def _of_approved(result: RuleResult, again: RuleResult | None, lots: float, size: str) -> RuleResult:
    """Return a result as it is for the approved size; one that cut says to what."""
    if result.outcome is Outcome.ADJUST:
        note = Phrase(N_("{lots} lots"), {"lots": size})
        if result.note:
            before = result.note if isinstance(result.note, Phrase) else Phrase(result.note)
            note = Phrase(N_("{note}, {lots} lots"), {"note": before, "lots": size})
        return msgspec.structs.replace(result, note=note)
    if result.check.subject == SIZE_SUBJECT and result.check.stage is Stage.SIZING:
        return msgspec.structs.replace(result, observed=lots)
    return result if again is None else again
