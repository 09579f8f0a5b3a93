# SPDX-License-Identifier: MIT
"""The head of the ticket: symbol, side, and the price of now."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.seam import WatchListAccess
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.ticket.quote_label import QuoteLabel
from arbitrex_desktop.ui.widgets.badges import FilledButton


class TicketHead(QWidget):
    """What is traded and which way; `quote`, a label of its own, is placed by whoever owns the head."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._watch_list: WatchListAccess | None = None
        self.symbol = QComboBox()
        self.symbol.setEditable(True)
        self.symbol.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.symbol.setAccessibleName(_("Symbol"))
        self.symbol.setMinimumContentsLength(7)
        self.quote = QuoteLabel(theme)
        self.buy = FilledButton(
            _("{up_arrow} Buy").format(up_arrow=formats.UP_ARROW), theme, lambda colours: colours.buy
        )
        self.sell = FilledButton(
            _("{down_arrow} Sell").format(down_arrow=formats.DOWN_ARROW), theme, lambda colours: colours.sell
        )
        self.sides = QButtonGroup(self)
        for button in (self.buy, self.sell):
            button.setCheckable(True)
            self.sides.addButton(button)
        self.buy.setChecked(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.symbol)
        for button in (self.buy, self.sell):
            row.addWidget(button, 1)

    @property
    def direction(self) -> int:
        """The side chosen, 1 to buy or -1 to sell."""
        return 1 if self.buy.isChecked() else -1

    def offer(self, symbols: Iterable[str], watch_list: WatchListAccess | None) -> bool:
        """Offer symbols, keeping what was chosen or typed; tell whether they are others than before.

        `watch_list` knows which of them a plain name means, as far as one does.
        """
        names, self._watch_list = list(symbols), watch_list
        if names == [self.symbol.itemText(place) for place in range(self.symbol.count())]:
            return False
        chosen = self.symbol.currentText()
        with QSignalBlocker(self.symbol):
            self.symbol.clear()
            self.symbol.addItems(names)
            usual = self._meant_by("EURUSD")[0]
            if self._meant_by(chosen)[0]:
                self.symbol.setCurrentText(chosen)
            elif usual:
                self.symbol.setCurrentText(usual)
        return True

    def meant(self) -> tuple[str, str]:
        """Return the terminal's symbol that is chosen, also by a plain name, or why there is none; the other empty."""
        return self._meant_by(self.symbol.currentText().strip())

    def _meant_by(self, text: str) -> tuple[str, str]:
        if not text:
            return "", _("Choose a symbol")
        symbol = text
        if not self._is_offered(text) and self._watch_list is not None:
            try:
                symbol = self._watch_list.meant_by(text)
            except ValueError as unknown:
                return "", f"{text}: {unknown}"
        if not self._is_offered(symbol):
            return "", _("{symbol} is no symbol of this terminal").format(symbol=text)
        return symbol, ""

    def _is_offered(self, symbol: str) -> bool:
        """Return whether a text is a symbol of the terminal; half of one that is being typed is none."""
        return self.symbol.findText(symbol, Qt.MatchFlag.MatchExactly) >= 0
