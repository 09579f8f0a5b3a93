# SPDX-License-Identifier: MIT
"""Says, before the window closes, what it would leave behind, and asks once."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
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
        parts.append(f"{_counted(len(positions), 'position')} {_stays(len(positions))} at the broker")
        bare = sum(not row.stop_loss for row in positions)
        if bare:
            parts.append(f"{bare} of them WITHOUT A STOP")
        standing = sum(bool(row.standing) for row in positions)
        if standing:
            parts.append(f"the desk's own instructions for {standing} rest until the next start")
    if snapshot.orders:
        parts.append(f"{_counted(len(snapshot.orders), 'order')} {_stays(len(snapshot.orders))} at the broker")
    waiting = sum(row.state in _UNDECIDED for row in snapshot.intents)
    if waiting:
        parts.append(f"{_counted(waiting, 'intent')} {'waits' if waiting == 1 else 'wait'} for your decision")
    return "; ".join(parts)


def _stays(count: int) -> str:
    return "stays" if count == 1 else "stay"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


class ClosingBar(PromptBar):
    """Asks whether the window should close although something stands open.

    Signal: `close_asked()`, the trader wants it all the same.
    """

    close_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        self.really = FilledButton("Close all the same", theme, lambda colours: colours.warning)
        super().__init__(theme, "Close the program?", self.really, beside=True)
        self.cancel.setText("Stay")
        self.really.clicked.connect(self.close_asked)

    def open(self, words: str) -> None:
        """Say what would be left behind, with the keyboard on Stay."""
        self.message.show_text(words[:1].upper() + words[1:] + ".", Tone.WARN)
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
