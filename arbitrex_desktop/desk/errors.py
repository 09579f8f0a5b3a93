# SPDX-License-Identifier: MIT
"""What the desk raises.

DeskError
├── CommandRefused                  not possible now; the text tells the trader why
│   └── UnknownIntent        there is no such intent
├── ExitSent                        a position was closed, though no intent could be journalled
└── JournalError
    ├── JournalUnavailable   the journal cannot be written or read now, so nothing may be sent
    │   └── JournalOccupied  another desk has it
    └── JournalDamaged       the file is not what the desk wrote; it is left untouched
"""

from __future__ import annotations


class DeskError(Exception):
    """Base of the desk's failures; its text is fit for the trader and has no secrets."""


class CommandRefused(DeskError):  # noqa: N818 - an answer, named as one
    """What was asked cannot be done now; nothing was sent and nothing changed."""


class UnknownIntent(CommandRefused):
    """No intent has that id."""


class ExitSent(DeskError):  # noqa: N818 - an answer, named as one
    """A strategy's exit left while the journal could not be written, kept in the reserve; there is no intent of it."""


class JournalError(DeskError):
    """Base of the journal's failures."""


class JournalUnavailable(JournalError):  # noqa: N818 - a state, named as one
    """The journal cannot be used now: disk full, locked, read-only; trying again later may help."""


class JournalOccupied(JournalUnavailable):
    """Another desk has the journal; it is the one to trade with."""


class JournalDamaged(JournalError):  # noqa: N818 - a state, named as one
    """The journal's file is corrupt, was changed by another hand, or comes from a newer version."""
