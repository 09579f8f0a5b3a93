# SPDX-License-Identifier: MIT
"""The button in an empty place: what to do next, below the words that say why it is empty."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.badges import FilledButton, quiet


class NextStep(StrEnum):
    """What an empty place offers, as its button says it."""

    SYMBOLS = N_("Search symbols\N{HORIZONTAL ELLIPSIS}")
    ACCOUNT = N_("Connect an account\N{HORIZONTAL ELLIPSIS}")
    INTENT = N_("New intent")


class EmptyOffer(FilledButton):
    """Stands in the middle of a place, a line below its words; hidden while there is nothing to offer.

    Attributes:
        offer: what pressing it takes, None before anything was offered
    """

    def __init__(self, place: QWidget, theme: Theme) -> None:
        super().__init__("", theme, quiet, parent=place)
        self._place = place
        self.offer: NextStep | None = None
        self.hide()
        place.installEventFilter(self)

    def show_offer(self, offer: NextStep | None) -> None:
        """Offer this, or nothing."""
        if offer is not None and offer is not self.offer:
            self.offer = offer
            self.setText(_(offer))
            self._settle()
        self.setVisible(offer is not None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Keep to the middle of the place."""
        if event.type() is QEvent.Type.Resize:
            self._settle()
        return super().eventFilter(watched, event)

    def _settle(self) -> None:
        self.adjustSize()
        room = self._place.rect()
        below = room.center().y() + self.fontMetrics().lineSpacing()
        self.move(room.center().x() - self.width() // 2, min(below, room.height() - self.height()))
