# SPDX-License-Identifier: MIT
"""Cards side by side, in the order in which they came: none moves while the mouse is among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.cards.card import LEAST_WIDTH, MOST_WIDTH, IntentCard
from arbitrex_desktop.ui.cards.card_text import CardText
from arbitrex_desktop.ui.theme.focus_ring import ring_when_focused
from arbitrex_desktop.ui.theme.theme import Theme

_GAP: Final = 6
_STEPS: Final[dict[int, tuple[int, int]]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""By how many cards and rows an arrow key moves the choice."""
_ENDS: Final[dict[int, int]] = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: 1}


class CardDeck(QScrollArea):
    """A card per waiting intent; the chosen one is a thing, not a place, and nothing stands in for it when it goes.

    What goes while the mouse is over the deck leaves its card behind, grey and dead, until the mouse has gone: no
    other card slips under a press that was meant for it.  What comes goes to the end.

    Signals: `choice_changed()`; `approve_pressed(str)`, `reject_pressed(str)` and `fold_pressed(str)`, with the
    intent's id, after that one was chosen; `menu_asked(QPoint)`, the chosen card's menu is wanted at a place of the
    screen.
    """

    choice_changed = Signal()
    approve_pressed = Signal(str)
    reject_pressed = Signal(str)
    fold_pressed = Signal(str)
    menu_asked = Signal(object)

    def __init__(self, theme: Theme, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._empty = empty
        self._cards: dict[str, IntentCard] = {}
        self._chosen: str | None = None
        self._mouse_is_here = False
        self._columns = 1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(_("Pending intents"))
        ring_when_focused(self)
        self._ground = QWidget()
        self.setWidget(self._ground)
        # The area has it filled, which covers the words for an empty deck.
        self._ground.setAutoFillBackground(False)

    @property
    def chosen(self) -> str | None:
        """The id of the chosen intent, None when there is none."""
        return self._chosen

    @property
    def cards(self) -> Mapping[str, IntentCard]:
        """The cards by intent, in their order, those of intents that are gone among them."""
        return self._cards

    @property
    def empty_text(self) -> str:
        """What stands there while there are no cards."""
        return self._empty

    def set_empty_text(self, message: str) -> None:
        """Change what stands there while there are no cards."""
        if message != self._empty:
            self._empty = message
            self.viewport().update()

    def show_cards(self, texts: Iterable[CardText], became: Mapping[str, str]) -> None:
        """Show these intents; `became` says in a word what was done with one that is gone."""
        wanted = {text.intent_id: text for text in texts}
        for intent_id, text in wanted.items():
            if intent_id not in self._cards:
                self._cards[intent_id] = self._new_card(intent_id)
            self._cards[intent_id].show_text(text)
        for intent_id, card in self._cards.items():
            if intent_id not in wanted:
                card.show_gone(became.get(intent_id, "gone"))
        if not self._mouse_is_here:
            self._sweep()
        self._place()
        if self._chosen is not None and self._chosen not in wanted:
            self.choose(None)

    def choose(self, intent_id: str | None) -> None:
        """Choose an intent, or none; one that is gone cannot be chosen."""
        card = self._cards.get(intent_id or "")
        chosen = None if card is None or card.gone else intent_id
        if chosen != self._chosen:
            self._chosen = chosen
            self._show_choice()
            self.choice_changed.emit()

    def is_in_sight(self, intent_id: str) -> bool:
        """Return whether a card is whole in sight, or as much as there is room for of one higher than the deck."""
        card = self._cards.get(intent_id)
        if card is None:
            return False
        place, view = card.geometry().translated(self._ground.pos()), self.viewport().rect()
        return view.contains(QRect(place.topLeft(), QSize(place.width(), min(place.height(), view.height()))))

    def bring_into_sight(self, intent_id: str) -> None:
        """Scroll to a card."""
        card = self._cards.get(intent_id)
        if card is not None:
            self.ensureWidgetVisible(card, 0, _GAP)
            if card.height() >= self.viewport().height():
                self.verticalScrollBar().setValue(card.y())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for one card beside the scroll bar."""
        return QSize(LEAST_WIDTH + self.verticalScrollBar().sizeHint().width(), 180)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for a part of a card; the rest scrolls."""
        return QSize(LEAST_WIDTH, 60)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the words for an empty deck."""
        super().paintEvent(event)
        if not self._cards:
            painter = QPainter(self.viewport())
            painter.setPen(self._theme.colours.muted)
            area = self.viewport().rect().adjusted(8, 8, -8, -8)
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._empty)
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put as many cards side by side as there is room for."""
        # First, or the scroll bar would jump back from an end that is no longer there.
        self._place()
        super().resizeEvent(event)
        self._place()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Keep every card in its place from now on."""
        super().enterEvent(event)
        self._mouse_is_here = True

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Let the cards of what is gone go, too."""
        super().leaveEvent(event)
        self._mouse_is_here = False
        self._sweep()
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose by the arrow keys, Home and End."""
        key = event.key()
        ids = [intent_id for intent_id, card in self._cards.items() if not card.gone]
        if not ids or key not in {*_STEPS, *_ENDS}:
            super().keyPressEvent(event)
            return
        along, down = _STEPS.get(key, (0, 0))
        place = ids.index(self._chosen) + along + down * self._columns if self._chosen in ids else 0
        if key in _ENDS:
            place = _ENDS[key] * len(ids)
        intent_id = ids[min(max(place, 0), len(ids) - 1)]
        self.choose(intent_id)
        self.bring_into_sight(intent_id)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Mark the chosen card: keys act on it."""
        super().focusInEvent(event)
        self._show_choice()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Take the mark away."""
        super().focusOutEvent(event)
        self._show_choice()

    def _show_choice(self) -> None:
        for intent_id, card in self._cards.items():
            chosen = intent_id == self._chosen
            card.show_choice(chosen=chosen, keyboard=chosen and self.hasFocus())

    def _new_card(self, intent_id: str) -> IntentCard:
        card = IntentCard(self._theme, self._ground)
        card.pressed.connect(partial(self._on_press, intent_id))
        card.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        card.customContextMenuRequested.connect(lambda place: self._ask_for_menu(intent_id, card.mapToGlobal(place)))
        for signal, signal_of_deck in (
            (card.approve_pressed, self.approve_pressed),
            (card.reject_pressed, self.reject_pressed),
            (card.fold_pressed, self.fold_pressed),
        ):
            signal.connect(partial(self._on_press, intent_id, signal_of_deck))
        card.show()
        return card

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for the menu of the chosen card, where a key wants it."""
        card = self._cards.get(self._chosen or "")
        if card is not None:
            event.accept()
            self.menu_asked.emit(card.mapToGlobal(card.rect().center()))

    def _ask_for_menu(self, intent_id: str, place: QPoint) -> None:
        self._on_press(intent_id)
        self.menu_asked.emit(place)

    def _on_press(self, intent_id: str, signal_of_deck: object = None) -> None:
        """Choose the card that was pressed, have the keyboard here, and say what was pressed on it."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.choose(intent_id)
        if signal_of_deck is not None:
            signal_of_deck.emit(intent_id)  # type: ignore[attr-defined]  # a bound signal, which the stubs do not name

    def _sweep(self) -> None:
        """Take away the cards of what is gone."""
        for intent_id in [intent_id for intent_id, card in self._cards.items() if card.gone]:
            card = self._cards.pop(intent_id)
            card.hide()
            card.deleteLater()

    def _place(self) -> None:
        """Put the cards row by row; they are as wide as they can be, and all of one height."""
        # The scroll bar's room is kept free, or its coming would move them all.
        room = self.width() - self.verticalScrollBar().sizeHint().width()
        self._columns = max(1, (room + _GAP) // (LEAST_WIDTH + _GAP))
        width = min(MOST_WIDTH, (room - (self._columns - 1) * _GAP) // self._columns)
        height = bottom = 0
        for place, card in enumerate(self._cards.values()):
            height = card.sizeHint().height()
            row, column = divmod(place, self._columns)
            card.setGeometry(column * (width + _GAP), row * (height + _GAP), width, height)
            bottom = (row + 1) * (height + _GAP)
        if self._mouse_is_here:
            # Less would scroll what is under the mouse.
            bottom = max(bottom, self.verticalScrollBar().value() + self.viewport().height())
        self.verticalScrollBar().setSingleStep(max(1, height // 3))
        self._ground.resize(room, bottom)
