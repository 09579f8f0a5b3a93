# SPDX-License-Identifier: MIT
"""What a check's sentence is made of besides its numbers: kept as values, and said in any language."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.format import NOT_KNOWN, Decimals, format_value
from arbitrex_desktop.texts import N_


class DecidedSize(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """How a trade's size came about.

    Attributes:
        largest: the most lots that would pass.
        by: the name of the limit that leaves no more.
        lots: the size; 0 where there is none.
        as_asked: whether it is what was asked for.
        blocked_by: the name of the check that lets no size pass; empty where one would.
    """

    largest: float = 0.0
    by: str = ""
    lots: float = 0.0
    as_asked: bool = False
    blocked_by: str = ""

    def said(self, decimals: Decimals, say: Callable[[str], str]) -> str:
        """Return it in one sentence, in the language that `say` gives a text in."""
        if self.blocked_by:
            return say(N_("no size would pass: {check}")).format(check=say(self.blocked_by))
        form = N_("the largest size that would pass is {largest}, by {limit}")
        if self.lots and self.as_asked:
            form = N_("size {size}, as asked for; the largest size that would pass is {largest}, by {limit}")
        elif self.lots:
            form = N_("size {size}, decided by {limit}; the largest size that would pass is {largest}, by {limit}")
        size, largest = (format_value(each, "lots", decimals, say) for each in (self.lots, self.largest))
        return say(form).format(size=size, largest=largest, limit=say(self.by))


class Wording(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a check's sentence needs besides its numbers.

    Attributes:
        note: what the check wants said besides.
        of: what a share is of, in words; empty where that is plain.
        minimum: whether the limit is a least rather than a greatest value.
        typed: whether the observed number is what somebody has typed, and the limit is reckoned; else the other way.
        bears_on_size: whether the check leaves room for a size, or none.
        decimals: those in which money and lots are told.
        size: how the size came about, of the one check that tells it.
    """

    note: str | Phrase = ""
    of: str = ""
    minimum: bool = False
    typed: bool = False
    bears_on_size: bool = False
    decimals: Decimals = NOT_KNOWN
    size: DecidedSize | None = None
