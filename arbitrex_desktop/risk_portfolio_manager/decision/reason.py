# SPDX-License-Identifier: MIT
"""Reason codes: each is declared once, beside the rule that refuses with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar


class _Codes(type):
    """Lets a class of reasons be used as an enumeration of those that were declared."""

    _declared: dict[str, RejectionReason]

    def __getattr__(cls, code: str) -> RejectionReason:
        """Return the reason of that code."""
        if code.startswith("_") or code not in cls._declared:
            raise AttributeError(f"there is no reason {code!r}")
        return cls._declared[code]

    def __iter__(cls) -> Iterator[RejectionReason]:
        """Go through the reasons, by code."""
        return iter([cls._declared[code] for code in sorted(cls._declared)])

    def __len__(cls) -> int:
        """Return how many there are."""
        return len(cls._declared)


class RejectionReason(str, metaclass=_Codes):  # noqa: SLOT000 - meaning and remedy are its own
    """A stable code, which is its own text; journals and strategies keep it, so none is ever renamed.

    `RejectionReason(code, meaning, remedy)` declares one, `RejectionReason(code)` looks one up (ValueError for one that
    was never declared), `RejectionReason.CODE` too; `reasons` has them all.

    Attributes:
        meaning: what it says, in a sentence.
        remedy: what the trader can do about it.
    """

    _declared: ClassVar[dict[str, RejectionReason]] = {}
    meaning: str
    remedy: str

    def __new__(cls, code: str, meaning: str = "", remedy: str = "") -> RejectionReason:  # noqa: PYI034 - one of each
        """Declare a reason, or return the one that was declared."""
        known = cls._declared.get(code)
        if known is None:
            if not meaning or not remedy:
                raise ValueError(f"{code!r} is not a reason that was declared")
            known = super().__new__(cls, code)
            known.meaning, known.remedy = meaning, remedy
            cls._declared[code] = known
        elif meaning and (known.meaning, known.remedy) != (meaning, remedy):
            raise ValueError(f"{code} is declared twice")
        return known

    @property
    def value(self) -> str:
        """Return the code as a plain text."""
        return str.__str__(self)

    name = value


INVALID_INPUT = RejectionReason(
    "INVALID_INPUT",
    "A field of the intent is missing, of the wrong type, out of range or not a number.",
    "Correct the field that the details name.",
)
INVALID_CONFIGURATION = RejectionReason(
    "INVALID_CONFIGURATION",
    "The risk settings do not pass their own validation.",
    "Correct the setting that the details name.",
)
INVALID_STATE = RejectionReason(
    "INVALID_STATE",
    "Capital, equity or another figure of the portfolio is no usable number.",
    "Sync the account, or set the figure.",
)
INTERNAL_ERROR = RejectionReason(
    "INTERNAL_ERROR",
    "The risk manager itself failed, so nothing is approved.",
    "Report it with the log; the intent was refused.",
)
STATE_NOT_SAVED = RejectionReason(
    "STATE_NOT_SAVED",
    "The approval could not be written to disk, and would be forgotten by a restart.",
    "Free space on the disk, or make the data folder writable.",
)
STATE_IN_USE = RejectionReason(
    "STATE_IN_USE",
    "Another program keeps its risk state in the same data folder, and two would undo each other's halts.",
    "End the other program, or give this one a data folder of its own.",
)
CONVERSION_UNKNOWN = RejectionReason(
    "CONVERSION_UNKNOWN",
    "The value of a price move in account currency is not known.",
    "Watch a symbol that converts the currency.",
)
INVALID_STOPS = RejectionReason(
    "INVALID_STOPS",
    "Stop or take-profit is on the wrong side of the price, or too close to it.",
    "Move it.",
)
