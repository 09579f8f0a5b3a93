# SPDX-License-Identifier: MIT
"""What the panel of pending intents says of the one that is chosen."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.desk import cut_lots
from arbitrex_desktop.ui.theme.colours import Tone

APPROVE_KEYS: Final = "Ctrl+Return"
REJECT_KEYS: Final = "Ctrl+Backspace"
GO_KEY: Final = "F8"
"""Takes the keyboard to the pending intents, from anywhere in the window."""

WHERE_KEYS_WORK: Final = f"while the keyboard is among these cards or in their checks; {GO_KEY} takes it there"

APPROVE_TIP: Final = (
    f"Judge it once more and send the order; this cannot be undone. Also {APPROVE_KEYS}, {WHERE_KEYS_WORK}."
)
REJECT_TIP: Final = f"End the intent; nothing is sent; this cannot be undone. Also {REJECT_KEYS}, {WHERE_KEYS_WORK}."

NOTHING_CHOSEN: Final = f"{GO_KEY}, or a click, chooses a card; the fold on it shows its checks"
NONE_WAITS: Final = "No intents are waiting. Submit one in the ticket, or let a strategy send one: it comes here."
NEXT_IS_YOURS: Final = f"None is chosen now; {GO_KEY}, or a click, chooses the next."
CHOICE_IS_GONE: Final = "The intent that was chosen has ended by itself. Choose the next one; none is chosen for you."
OUT_OF_SIGHT: Final = "The chosen intent was out of sight, so nothing was done. Look at it, and press again."
ONCE_MORE: Final = "Approving sends the order at once. It CANNOT BE UNDONE. Press Approve again to send it."


def trade_text(row: IntentRow) -> str:
    """Return in short what a trade does."""
    if row.closes is not None:
        return f"close #{row.closes}"
    kind = f" {row.order_kind}" if row.order_kind else ""
    return f"{formats.side(row.direction)}{kind} {formats.lots(row.lots)} {row.symbol}"


def text_for(row: IntentRow, blocker: str, *, again: bool, keys: bool) -> tuple[str, Tone]:
    """Return what there is to say of an intent, and how grave it is.

    `blocker`, why it cannot be approved; `again`, whether Approve was pressed once; `keys`, whether the keys work now.
    """
    message, tone = _body_text(row, blocker, again=again, keys=keys)
    return (f"{row.closing_text}. {message}", Tone.WARN) if row.closing_text else (message, tone)


def _body_text(row: IntentRow, blocker: str, *, again: bool, keys: bool) -> tuple[str, Tone]:
    if blocker:
        return f"Cannot approve: {blocker}{f' (changed: {row.changed})' if row.changed else ''}", Tone.WARN
    if again:
        return f"This is not what arrived: {row.escalation}. {ONCE_MORE}" if row.escalation else ONCE_MORE, Tone.WARN
    if row.escalation:
        return f"This is not what arrived: {row.escalation}. {_found(row)}. Approve asks once more.", Tone.WARN
    how = f"({APPROVE_KEYS})" if keys else f"({GO_KEY}, then {APPROVE_KEYS})"
    if row.changed:
        return f"Changed while it waited: {row.changed}. {_found(row)}. Approving cannot be undone {how}.", Tone.WARN
    return f"{_found(row)}. Approving sends the order at once and cannot be undone {how}.", Tone.MUTED


def _found(row: IntentRow) -> str:
    """Return what the RPM found, without the full stop."""
    adjusted = next((check.message for check in row.checks if check.outcome is Outcome.ADJUST), "")
    found = row.details or row.reason or (f"Adjusted: {adjusted}" if adjusted else "Nothing speaks against it")
    cut = cut_lots(row)
    return f"{cut}. {found}".rstrip(".") if cut else found.rstrip(".")
