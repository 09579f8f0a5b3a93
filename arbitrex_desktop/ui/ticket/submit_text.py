# SPDX-License-Identifier: MIT
"""What Submit says: what it will do, or why the risk manager would not let the trade through."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.desk.presentation.core_text import reason_text
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot, IntentRow
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.cards.pending_text import trade_text
from arbitrex_desktop.ui.models.preview_text import REJECTED, wait_of

HALTED: Final = "HALTED"


def submit_text(trade: str, answer: IntentRow | None) -> str:
    """Return the button's text for a trade such as "BUY EURUSD", and the RPM's answer to it, None while there is none.

    It names what would be done: the size that would pass, or the position that would be closed.
    """
    if answer is None:
        return _("Submit {trade}").format(trade=trade)
    if answer.decision == REJECTED:
        message = _("Not now: {trade}") if wait_of(answer.checks) else _("Would be refused: {trade}")
        return message.format(trade=trade)
    return (_("Submit {trade}") if answer.closes is None else _("Submit: {trade}")).format(trade=trade_text(answer))


def refusal(answer: IntentRow | None, snapshot: DeskSnapshot | None) -> str:
    """Return why the trade would not be taken in or let through now, empty where it would or nobody has answered."""
    if snapshot is not None and not (snapshot.takes_intents or snapshot.journal_problem):
        return _("The account's journal is not open yet; one moment")
    risk = snapshot.risk if snapshot is not None else None
    if answer is not None and answer.decision == REJECTED:
        later, never = _("The risk manager lets it pass later: {why}"), _("The risk manager would refuse it: {why}")
        return (later if wait_of(answer.checks) else never).format(why=reason_text(answer))
    # What adds and was let through was asked before the halt.
    adds = answer is None or answer.closes is None
    if adds and risk is not None and risk.trading_state == HALTED:
        return _("Trading is HALTED; only what reduces risk is let through")
    return ""
