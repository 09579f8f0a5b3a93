# SPDX-License-Identifier: MIT
"""What the journal cannot take of an approved exit's way: kept in the reserve, in its order, until it can."""

from __future__ import annotations

from collections.abc import Callable

from arbitrex_desktop.desk.errors import JournalError
from arbitrex_desktop.desk.intents.events import NewEvent
from arbitrex_desktop.desk.journal.reserve import ExitReserve

ReportFailure = Callable[[JournalError, str], None]
"""Hears why the journal took an event not, and what was done about it, in words."""


class KeptExits:
    """The intents whose newest events are in the reserve.  For one thread at a time, which the store sees to.

    All that follows on one of them has to go there, too: the journal takes them over in the order in which they were.
    """

    def __init__(self, reserve: ExitReserve | None, report: ReportFailure) -> None:
        self._reserve = reserve
        self._report = report
        self._causes: dict[str, JournalError] = {}

    def __contains__(self, intent_id: str) -> bool:
        return intent_id in self._causes

    def cause(self, intent_id: str) -> JournalError | None:
        """Return why an intent's events are here, None for one that has none."""
        return self._causes.get(intent_id)

    def keep(self, draft: NewEvent, error: JournalError) -> None:
        """Write an event to the reserve, or raise `error`: an exit whose way is written nowhere could leave twice."""
        if self._reserve is None:
            raise error
        try:
            self._reserve.write(draft)
        except JournalError:
            raise error from None
        self._causes[draft.intent_id] = error
        what = f"{draft.symbol} ({draft.intent_id}) {draft.new_state}"
        self._report(error, f"{what}: written to the reserve; the journal takes it over once it can be written")

    def handed_over(self) -> set[str]:
        """Return which intents there were, and forget them: the journal has all of it."""
        intents = set(self._causes)
        self._causes.clear()
        return intents
