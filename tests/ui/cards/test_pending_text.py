# SPDX-License-Identifier: MIT
"""The words below an intent say why not, what was cut, what changed, and how to decide: in that order of weight."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.ui.cards.pending_text import ONCE_MORE, text_for
from arbitrex_desktop.ui.theme.colours import Tone
from tests.fakes.desk_data import CHECKS, intent_row

PASSED = (Verdict("A", Outcome.PASS, None, None, "", "fine"),)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"checks": PASSED}, "Nothing speaks against it"),
        ({"checks": CHECKS}, "Adjusted: Cut to the limit for one symbol"),
        ({"checks": CHECKS, "reason": "CUT"}, "CUT"),
        ({"checks": CHECKS, "reason": "CUT", "details": "cut to 0.60."}, "cut to 0.60"),
    ],
)
def test_what_was_found_is_said_in_the_best_words_there_are(changes: dict[str, Any], found: str) -> None:
    """Details before a code, a code before a check, and an adjustment is never called nothing."""
    words, tone = text_for(intent_row(**changes), "", again=False, keys=True)
    assert words == f"{found}. Approving sends the order at once and cannot be undone (Ctrl+Return)."
    assert tone is Tone.MUTED


def test_a_change_outweighs_what_was_found() -> None:
    """It is told first, as a warning, and the found words after it."""
    words, tone = text_for(intent_row(checks=PASSED, changed="0.60 to 0.40 lots"), "", again=False, keys=False)
    assert words == (
        "Changed while it waited: 0.60 to 0.40 lots. Nothing speaks against it. "
        "Approving cannot be undone (F8, then Ctrl+Return)."
    )
    assert tone is Tone.WARN


def test_a_blocker_outweighs_everything_but_what_it_would_close() -> None:
    """Why it cannot be approved, with what changed; the position that it closes stands before it."""
    row = intent_row(changed="A to B", closes=7, closing_text="CLOSES position #7")
    words, tone = text_for(row, "too deep", again=True, keys=True)
    assert words == "CLOSES position #7. Cannot approve: too deep (changed: A to B)"
    assert tone is Tone.WARN
    assert text_for(intent_row(), "too deep", again=True, keys=True)[0] == "Cannot approve: too deep"
    assert text_for(intent_row(), "", again=True, keys=True) == (ONCE_MORE, Tone.WARN)
