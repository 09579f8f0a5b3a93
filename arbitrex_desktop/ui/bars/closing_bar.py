# SPDX-License-Identifier: MIT
"""Says, before the window closes, what it would leave behind, and asks once."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.texts import _, ngettext
from arbitrex_desktop.ui.bars.prompt_bar import PromptBar
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.badges import FilledButton

_UNDECIDED: Final = frozenset({IntentState.PENDING, IntentState.UNKNOWN})


def left_behind(snapshot: DeskSnapshot | None) -> str:
    """Return in words what stands open and what becomes of it without the window, empty for nothing."""
    if snapshot is None:
        return ""
    parts: list[str] = []
    positions = snapshot.positions
    if positions:
        parts.append(
            ngettext(
                "{count} position stays at the broker", "{count} positions stay at the broker", len(positions)
            ).format(count=len(positions))
        )
        bare = sum(not row.stop_loss for row in positions)
        if bare:
            parts.append(_("{bare} of them WITHOUT A STOP").format(bare=bare))
        count = sum(bool(row.exit_rules) for row in positions)
        if count:
            parts.append(_("exit rules of {count} positions rest until the next start").format(count=count))
    if snapshot.orders:
        parts.append(
            ngettext(
                "{count} order stays at the broker", "{count} orders stay at the broker", len(snapshot.orders)
            ).format(count=len(snapshot.orders))
        )
    waiting = sum(row.state in _UNDECIDED for row in snapshot.intents)
    if waiting:
        parts.append(
            ngettext(
                "{count} intent waits for your decision", "{count} intents wait for your decision", waiting
            ).format(count=waiting)
        )
    return "; ".join(parts)


class ClosingBar(PromptBar):
    """Asks whether the window should close although something stands open.

    Signal: `close_asked()`, the trader wants it all the same.
    """

    close_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        self.really = FilledButton(_("Close anyway"), theme, lambda colours: colours.warning)
        super().__init__(theme, _("Close the program?"), self.really, beside=True)
        self.cancel.setText(_("Stay"))
        self.really.clicked.connect(self.close_asked)

    def open(self, text: str) -> None:
        """Say what would be left behind, with the keyboard on Stay."""
        self.message.show_text(text[:1].upper() + text[1:] + ".", Tone.WARN)
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
