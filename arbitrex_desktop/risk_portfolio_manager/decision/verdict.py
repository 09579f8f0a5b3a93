# SPDX-License-Identifier: MIT
"""The answer of one rule to one intent."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import msgspec

from arbitrex_desktop.raw_layer.phrase import Phrase, in_english
from arbitrex_desktop.risk_portfolio_manager.decision.format import by_step, format_value
from arbitrex_desktop.risk_portfolio_manager.decision.wording import Wording
from arbitrex_desktop.texts import N_


class Outcome(StrEnum):
    """What a rule found.

    UNKNOWN: its source was given but cannot be read now, which refuses an adding intent.  SKIPPED: its source was
    never given, which does not.
    """

    PASS = "PASS"  # noqa: S105 - an outcome, no password
    ADJUST = "ADJUST"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    SKIPPED = "SKIPPED"


_NO_ROOM: Final = (
    N_("{name} would be {seen}, the limit is {limit}: no headroom is left"),
    N_("{name} would be {seen}, the minimum is {limit}: no headroom is left"),
)
_CUT: Final = (
    N_("{name} would be {seen}, the limit is {limit}: size cut to fit"),
    N_("{name} would be {seen}, the minimum is {limit}: size cut to fit"),
)
_REACHED: Final = (
    N_("{name} {seen} has reached the limit of {limit}"),
    N_("{name} {seen} is under the minimum of {limit}"),
)
_MEASURED: Final = (N_("{name} {seen}, limit {limit}"), N_("{name} {seen}, minimum {limit}"))
"""Sentences with numbers: of a limit, of a minimum."""
_WITHOUT_NUMBERS: Final = {
    Outcome.UNKNOWN: N_("{name} cannot be checked: {note}"),
    Outcome.SKIPPED: N_("{name} not checked: {note}"),
}
_PLAIN: Final = N_("{name}: {note}")
_IN_ORDER: Final = N_("in order")
SHARE_FORM: Final = N_("{share} of {whole}")
CHECK_FORMS: Final = (*_NO_ROOM, *_CUT, *_REACHED, *_MEASURED, *_WITHOUT_NUMBERS.values(), _PLAIN)
"""All of them; a remark in brackets may follow one with numbers."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """One check that was made.

    Attributes:
        code: stable name of the rule's reason.
        outcome: what it came to.
        observed: what was seen, in `unit`; None where there is no number.
        limit: what it is held against, in `unit`; None where there is no number.
        unit: of both, empty for none.
        message: one plain sentence for the trader; journals and strategies have it as `words`.
        name: what was checked, in words; a code is for refusals.
        wording: what the sentence is made of besides the numbers; None in journals of before it was kept.
    """

    code: str
    outcome: Outcome
    observed: float | None
    limit: float | None
    unit: str
    message: str = msgspec.field(name="words")
    name: str = ""
    wording: Wording | None = None

    @property
    def blocks(self) -> bool:
        """Return whether this verdict alone refuses the intent."""
        return self.outcome in (Outcome.FAIL, Outcome.UNKNOWN)

    def said(self, say: Callable[[str], str] = in_english) -> str:
        """Return its sentence in the language that `say` gives a text in; as it was written where that is all."""
        wording = self.wording
        if wording is None:
            return self.message
        if wording.size is not None:
            return wording.size.said(wording.decimals, say)
        note = wording.note.said(say) if isinstance(wording.note, Phrase) else say(wording.note)
        if self.observed is None:
            form = _WITHOUT_NUMBERS.get(self.outcome, _PLAIN)
            return say(form).format(name=say(self.name), note=note or say(_IN_ORDER))
        seen, limit = (format_value(each, self.unit, wording.decimals, say) for each in self._numbers_to_show(wording))
        if wording.of:
            limit = say(SHARE_FORM).format(share=limit, whole=say(wording.of))
        sentence = say(self._form(wording)).format(name=say(self.name), seen=seen, limit=limit)
        return f"{sentence} ({note})" if note else sentence

    def _form(self, wording: Wording) -> str:
        """Return the form of a sentence with numbers."""
        if self.outcome is Outcome.FAIL:
            return (_NO_ROOM if wording.bears_on_size else _REACHED)[wording.minimum]
        return (_CUT if self.outcome is Outcome.ADJUST else _MEASURED)[wording.minimum]

    def _numbers_to_show(self, wording: Wording) -> tuple[float | None, float | None]:
        """Return both numbers as they are told: lots that were reckoned in steps, on their side of the other number."""
        seen, limit = self.observed, self.limit
        if self.unit != "lots" or seen is None or limit is None or seen == limit:
            return seen, limit
        if not wording.typed:
            return by_step(seen, wording.decimals, up=seen > limit), limit
        whole = by_step(limit, wording.decimals)
        return seen, whole if (whole < seen) == (limit < seen) else limit
