# SPDX-License-Identifier: MIT
"""The command palette: type a few letters of an action, a symbol or a setting, and press Return."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.models.table import Column, RowTableModel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.table_view import TableView

_MOST: Final = 60
_WIDTH, _HEIGHT = 720, 420
_LATE: Final = 2
_STEPS: Final[dict[int, int]] = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_PageDown: 10,
}


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """Something that can be done.

    Attributes:
        text: what
        where: where else it is found, or what it means
        keys: its keys, empty for none
        act: does it
        comes_late: whether what is found equally well comes before it
    """

    text: str
    where: str
    keys: str
    act: Callable[[], None]
    comes_late: bool = False


_COLUMNS: Final = (
    Column[PaletteEntry](
        N_("Action"), lambda row: row.text, lambda row: row.text, sample="M" * 24, number=False, least="M" * 16
    ),
    Column[PaletteEntry](
        N_("Keys"), lambda row: row.keys, lambda row: row.keys, sample="F12, Ctrl+Shift+Return", number=False
    ),
    Column[PaletteEntry](
        N_("Where"),
        lambda row: row.where,
        lambda row: row.where,
        sample="M" * 16,
        number=False,
        tone=lambda _row: Tone.MUTED,
        least="M" * 8,
    ),
)

Source = Callable[[], Iterable[PaletteEntry]]


def matching(offers: Iterable[PaletteEntry], typed: str) -> list[PaletteEntry]:
    """Return the offers in which every word typed is found, those first whose text begins so."""
    words = typed.casefold().split()
    if not words:
        return list(offers)
    found: list[tuple[int, PaletteEntry]] = []
    for offer in offers:
        text = offer.text.casefold()
        whole = f"{text} {offer.where.casefold()}"
        if all(word in whole for word in words):
            found.append((_rank(text, words) + (_LATE if offer.comes_late else 0), offer))
    found.sort(key=lambda pair: pair[0])
    return [offer for _rank_of_it, offer in found]


def _rank(text: str, words: Sequence[str]) -> int:
    """Return how far an offer stands from what was typed: 0 for the very text."""
    if text == " ".join(words):
        return 0
    if text.startswith(words[0]):
        return 1
    if any(part.startswith(words[0]) for part in text.split()):
        return 2
    return 3 if all(word in text for word in words) else 4


class Palette(QDialog):
    """Asks its sources what there is whenever it opens.

    It goes away when something was chosen, by Escape, or when the trader turns elsewhere.
    """

    def __init__(self, parent: QWidget, theme: Theme, sources: Sequence[Source]) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle(_("Command palette"))
        self.setAccessibleName(_("Command palette"))
        self._window = parent
        self._sources = sources
        self._all: list[PaletteEntry] = []
        self._shown: list[PaletteEntry] = []
        self.line = QLineEdit()
        self.line.setPlaceholderText(_("An action, a symbol or a setting"))
        self.line.setAccessibleName(_("Search actions, symbols and settings"))
        self.model: RowTableModel[PaletteEntry] = RowTableModel(_COLUMNS, id, self)
        self.list = TableView(self.model, theme, _("No match"))
        self.list.setAccessibleName(_("Matches"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.horizontalHeader().hide()
        self.list.setSortingEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.line)
        layout.addWidget(self.list, 1)
        self.line.textChanged.connect(self._search)
        self.line.returnPressed.connect(self._choose)
        self.line.installEventFilter(self)
        self.list.clicked.connect(lambda _index: self._choose())

    def open_fresh(self) -> None:
        """Show what there is now, with an empty line."""
        self._all = [offer for source in self._sources for offer in source()]
        self.line.clear()
        self._search("")
        window = self._window
        self.resize(min(_WIDTH, window.width() - 40), min(_HEIGHT, window.height() - 80))
        middle, top = window.mapToGlobal(window.rect().center()), window.mapToGlobal(window.rect().topLeft())
        self.move(middle.x() - self.width() // 2, top.y() + 60)
        self.show()
        self.raise_()
        self.activateWindow()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Move in the list by the keys of the line."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _STEPS:
            self._move(_STEPS[event.key()])
            return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Go away when the trader turns elsewhere."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isVisible() and not self.isActiveWindow():
            self.hide()

    @property
    def texts(self) -> list[str]:
        """What is offered now, in order."""
        return [offer.text for offer in self._shown]

    def _search(self, typed: str) -> None:
        self._shown = matching(self._all, typed)[:_MOST]
        self.model.set_rows(self._shown)
        self._move(-len(self._shown))

    def _move(self, step: int) -> None:
        """Choose the offer so many further down."""
        if self._shown:
            place = self.list.currentIndex().row() + step
            self.list.setCurrentIndex(self.model.index(max(0, min(len(self._shown) - 1, place)), 0))

    def _choose(self) -> None:
        index = self.list.currentIndex()
        if self._shown and index.isValid():
            self.hide()
            self._shown[index.row()].act()
