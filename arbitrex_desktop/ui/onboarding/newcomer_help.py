# SPDX-License-Identifier: MIT
"""What helps a newcomer on: the way through the window, and the buttons in empty places."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMainWindow, QWidget

from arbitrex_desktop.ui.bars.status import TopBar
from arbitrex_desktop.ui.docks import Docks
from arbitrex_desktop.ui.onboarding.tour import Tour
from arbitrex_desktop.ui.panels.intent_form import IntentFormPanel
from arbitrex_desktop.ui.panels.market_watch import MarketWatchPanel
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.empty_offer import NextStep


class NewcomerHelp(QObject):
    """Leads to the parts of the window.

    Attributes:
        tour: the way through the window

    Signals: `accounts_asked()`, when the trader wants to choose or set up an account.
    """

    accounts_asked = Signal()

    def __init__(
        self, window: QMainWindow, theme: Theme, docks: Docks, top_bar: TopBar, ticket: IntentFormPanel
    ) -> None:
        super().__init__(window)
        self._docks = docks
        self._ticket = ticket
        self._on_top: dict[str, QWidget] = {"gauges": top_bar.gauges, "halt": top_bar.halt}
        self.tour = Tour(theme, window, self.bring_forward)

    def bring_forward(self, name: str) -> QWidget:
        """Bring a panel, the gauges or HALT into sight and return it."""
        return self._on_top.get(name) or self._docks.bring_forward(name)

    @Slot(object)
    def follow(self, step: NextStep) -> None:
        """Do what the button in an empty place offers."""
        if step is NextStep.ACCOUNT:
            self.accounts_asked.emit()
        elif step is NextStep.SYMBOLS:
            watch = self._docks.bring_forward(MarketWatchPanel.name).widget()
            assert isinstance(watch, MarketWatchPanel)
            watch.focus_filter()
        else:
            self._docks.bring_forward(self._ticket.name)
            self._ticket.fields.volume.setFocus(Qt.FocusReason.OtherFocusReason)
