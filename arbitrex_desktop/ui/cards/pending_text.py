# SPDX-License-Identifier: MIT
"""What the panel of pending intents says of the one that is chosen."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.desk.presentation.check_text import check_text
from arbitrex_desktop.desk.presentation.core_text import core_text, reason_text
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.desk import cut_lots
from arbitrex_desktop.ui.theme.colours import Tone

APPROVE_KEYS: Final = "Ctrl+Return"
REJECT_KEYS: Final = "Ctrl+Backspace"
GO_KEY: Final = "F8"
"""Takes the keyboard to the pending intents, from anywhere in the window."""

NONE_WAITS: Final = N_("No intents are waiting. Submit one in the ticket, or let a strategy send one: it comes here.")
CHOICE_IS_GONE: Final = N_(
    "The intent that was chosen has ended by itself. Choose the next one; none is chosen for you."
)
OUT_OF_SIGHT: Final = N_("The chosen intent was out of sight, so nothing was done. Look at it, and press again.")
ONCE_MORE: Final = N_("Approving sends the order at once. It CANNOT BE UNDONE. Press Approve again to send it.")


def approve_tip() -> str:
    """Return what Approve does, and its keys."""
    tip = _("Judge it once more and send the order; this cannot be undone. Also {keys}, {where}.")
    return tip.format(keys=APPROVE_KEYS, where=_where_keys_work())


def reject_tip() -> str:
    """Return what Reject does, and its keys."""
    tip = _("End the intent; nothing is sent; this cannot be undone. Also {keys}, {where}.")
    return tip.format(keys=REJECT_KEYS, where=_where_keys_work())


def _where_keys_work() -> str:
    where = _("while the keyboard is among these cards or in their checks; {key} takes it there")
    return where.format(key=GO_KEY)


def nothing_chosen() -> str:
    """Return how a card is chosen."""
    return _("{key}, or a click, chooses a card; the fold on it shows its checks").format(key=GO_KEY)


def next_is_yours() -> str:
    """Return how the next card is chosen after one was decided."""
    return _("None is chosen now; {key}, or a click, chooses the next.").format(key=GO_KEY)


def trade_text(row: IntentRow) -> str:
    """Return in short what a trade does."""
    if row.closes is not None:
        return _("close #{closes}").format(closes=row.closes)
    kind = f" {row.order_kind}" if row.order_kind else ""
    return f"{formats.side(row.direction)}{kind} {formats.lots(row.lots)} {row.symbol}"


def text_for(row: IntentRow, blocker: str, *, again: bool, keys: bool) -> tuple[str, Tone]:
    """Return what there is to say of an intent, and how grave it is.

    `blocker`, why it cannot be approved; `again`, whether Approve was pressed once; `keys`, whether the keys work now.
    """
    message, tone = _body_text(row, blocker, again=again, keys=keys)
    return (f"{core_text(row.closing_text)}. {message}", Tone.WARN) if row.closing_text else (message, tone)


def _body_text(row: IntentRow, blocker: str, *, again: bool, keys: bool) -> tuple[str, Tone]:
    if blocker:
        return _("Cannot approve: {blocker}{changed}").format(
            blocker=blocker,
            changed=_(" (changed: {changed})").format(changed=core_text(row.changed)) if row.changed else "",
        ), Tone.WARN
    if again:
        return _("This is not what arrived: {escalation}. {once_more}").format(
            escalation=core_text(row.escalation), once_more=_(ONCE_MORE)
        ) if row.escalation else _(ONCE_MORE), Tone.WARN
    if row.escalation:
        return _("This is not what arrived: {escalation}. {found}. Approve asks once more.").format(
            escalation=core_text(row.escalation), found=_found(row)
        ), Tone.WARN
    how = (
        f"({APPROVE_KEYS})"
        if keys
        else _("({go_key}, then {approve_keys})").format(go_key=GO_KEY, approve_keys=APPROVE_KEYS)
    )
    if row.changed:
        return _("Changed while it waited: {changed}. {found}. Approving cannot be undone {how}.").format(
            changed=core_text(row.changed), found=_found(row), how=how
        ), Tone.WARN
    return _("{found}. Approving sends the order at once and cannot be undone {how}.").format(
        found=_found(row), how=how
    ), Tone.MUTED


def _found(row: IntentRow) -> str:
    """Return what the RPM found, without the full stop."""
    adjusted = next((check_text(check) for check in row.checks if check.outcome is Outcome.ADJUST), "")
    found = reason_text(row) or (
        _("Adjusted: {adjusted}").format(adjusted=adjusted) if adjusted else _("Nothing speaks against it")
    )
    cut = cut_lots(row)
    return f"{cut}. {found}".rstrip(".") if cut else found.rstrip(".")
