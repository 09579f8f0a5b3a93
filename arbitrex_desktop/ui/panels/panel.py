# SPDX-License-Identifier: MIT
"""What every panel is: a widget that draws the newest snapshot and holds no truth of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.commands import CommandResult
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.focus_ring import ring_when_focused
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.empty_offer import EmptyOffer
from arbitrex_desktop.ui.widgets.table_view import TableView


class Panel(QWidget):
    """Base of the panels.

    `refresh` is called on the GUI thread for each snapshot (about four times a second), and a second and a half after
    the last so that ages count up, while the panel can be seen or `is_always_current`.

    Attributes:
        name: its stable name in a remembered layout.
        title: what the user reads.

    Signals: `asked(TraderCommand)`, what the trader wants of the core; `symbol_chosen(str)`, chart and ticket should
    show a symbol; `offer_taken(NextStep)`, when the button in an empty place was pressed.
    """

    asked = Signal(object)
    symbol_chosen = Signal(str)
    offer_taken = Signal(object)

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.setAutoFillBackground(True)
        # One without fields takes the keyboard itself.
        ring_when_focused(self)

    def offer_in(self, place: QWidget) -> EmptyOffer:
        """Return a button for a place that may be empty; pressing it tells what was taken."""
        button = EmptyOffer(place, self.theme)
        button.clicked.connect(lambda: self.offer_taken.emit(button.offer))
        return button

    def refresh(self, fresh: Freshness) -> None:
        """Draw a snapshot as old as `fresh` says."""
        raise NotImplementedError

    @property
    def home(self) -> QWidget | None:
        """Where the keyboard goes when the trader comes to the panel; None for the first field there is."""
        home = vars(self).get("view") or vars(self).get("deck") or vars(self).get("area")
        return home if isinstance(home, QWidget) else None

    def command_done(self, result: CommandResult) -> None:
        """Take note of what came of a command, whichever panel gave it."""

    @property
    def is_always_current(self) -> bool:
        """Whether it takes every snapshot, also closed or behind another tab: its title or headline tells something."""
        own = type(self)
        return own.tab_title is not Panel.tab_title or own.headline is not Panel.headline

    def tab_title(self) -> str:
        """Return the title with a count, where there is something to count."""
        return _(self.title)

    def headline(self) -> tuple[str, Tone]:
        """Return what the row above the panel says of it in short; empty for nothing."""
        return "", Tone.MUTED


def tables_of(panels: Mapping[str, Panel]) -> dict[str, TableView]:
    """Return the tables whose columns are kept: a panel's `view` by its name, others beside it by place."""
    found: dict[str, TableView] = {}
    for name, panel in panels.items():
        view = vars(panel).get("view")
        others = (each for each in panel.findChildren(TableView) if each is not view)
        found |= {f"{name} {place}": each for place, each in enumerate(others, start=2)}
        if isinstance(view, TableView):
            found[name] = view
    return found
