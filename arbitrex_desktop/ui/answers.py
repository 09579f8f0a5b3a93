# SPDX-License-Identifier: MIT
"""What the RPM answered when an intent was first shown, so that the window can say what has changed since."""

from __future__ import annotations

from collections.abc import Iterable

from arbitrex_desktop.desk.snapshot import IntentRow
from arbitrex_desktop.ui import formats


class Answers:
    """Remembers the first answer shown of each intent, for as long as it is open.

    Price and stop follow the market all the time; an answer has changed when decision, size or the position that
    it closes are others.
    """

    def __init__(self) -> None:
        self._first: dict[str, IntentRow] = {}

    def follow(self, rows: Iterable[IntentRow]) -> None:
        """Take over the intents that are open now."""
        self._first = {row.intent_id: self._first.get(row.intent_id, row) for row in rows}

    def change(self, row: IntentRow) -> str:
        """Return in words what is different from the first answer, empty when nothing is."""
        first = self._first.get(row.intent_id, row)
        pairs = (
            (first.decision or formats.DASH, row.decision or formats.DASH, ""),
            (formats.lots(first.lots), formats.lots(row.lots), " lots"),
            (_deed(first), _deed(row), ""),
        )
        return ", ".join(
            f"{before} \N{RIGHTWARDS ARROW} {now}{unit}"
            for before, now, unit in pairs
            if before != now and before and now
        )


def _deed(row: IntentRow) -> str:
    """Return whether a trade opens a position or closes one; a refused one does neither."""
    if not row.lots:
        return ""
    return "opens" if row.closes is None else f"closes #{row.closes}"
