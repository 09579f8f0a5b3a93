# SPDX-License-Identifier: MIT
"""The sheet of keys: what they are, and other ones in their place."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.actions.key_table import FixedKeys, KeyEntry, KeyTable
from arbitrex_desktop.ui.models.table import Column, RowTableModel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.fields import offer_to_clear
from arbitrex_desktop.ui.widgets.keyed_table import KeyedTable
from arbitrex_desktop.ui.widgets.metric import TonedLabel


def _key_of(row: KeyEntry | FixedKeys) -> str:
    return row.name if isinstance(row, KeyEntry) else row.text


def _keys_text(row: KeyEntry | FixedKeys) -> str:
    fixed = isinstance(row, FixedKeys) or row.is_fixed
    return _("{keys}  (fixed)").format(keys=row.keys) if fixed else row.keys


_COLUMNS: Final = (
    Column[KeyEntry | FixedKeys](
        N_("Action"), lambda row: row.text, lambda row: row.text, sample="M" * 22, number=False, least="M" * 12
    ),
    Column[KeyEntry | FixedKeys](
        N_("Keys"), _keys_text, lambda row: row.keys, sample="F12, Ctrl+Shift+H  (festgelegt)", number=False
    ),
    Column[KeyEntry | FixedKeys](
        N_("Where"), lambda row: row.where, lambda row: row.where, sample="M" * 14, number=False, least="M" * 6
    ),
)


class KeySheet(QDialog):
    """Lists every action with its keys and changes them; modeless.

    Signal: `guide_asked()`, the user guide is wanted.
    """

    guide_asked = Signal()

    def __init__(self, theme: Theme, table: KeyTable, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keys"))
        self.setModal(False)
        self.resize(QSize(760, 560).boundedTo(self.screen().availableSize()))
        self._table = table
        self._rows: list[KeyEntry | FixedKeys] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search actions and keys"))
        self.search.setAccessibleName(_("Search actions and keys"))
        offer_to_clear(self.search)
        self.model: RowTableModel[KeyEntry | FixedKeys] = RowTableModel(_COLUMNS, _key_of, self)
        self.list = KeyedTable(self.model, theme, _("No matching action"), _key_of)
        self.list.setAccessibleName(_("Actions and their keys"))
        self.keys = QKeySequenceEdit()
        self.keys.setAccessibleName(_("New keys"))
        for line in self.keys.findChildren(QLineEdit):
            line.setAccessibleName(_("New keys"))
            # Qt's own words for it are too long for the field in other languages.
            line.setPlaceholderText(_("Press keys"))
        self.keys.setMaximumSequenceLength(1)
        self.set, self.none, self.usual = (
            QPushButton(_("&Set")),
            QPushButton(_("&No keys")),
            QPushButton(_("As &usual")),
        )
        self.guide = QPushButton(_("User &guide"))
        self.message = TonedLabel(theme, Tone.MUTED)
        self.message.setWordWrap(True)
        self._lay_out()
        self._connect()

    def open_fresh(self) -> None:
        """Show the actions as they are now."""
        self._fill()
        self.show()
        self.raise_()
        self.activateWindow()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _fill(self) -> None:
        self._rows = [*self._table.entries(), *self._table.local]
        self._search(self.search.text())
        self._show_choice()

    def _search(self, typed: str) -> None:
        words = typed.casefold().split()
        texts = ((row, f"{row.text} {row.where} {row.keys}".casefold()) for row in self._rows)
        self.list.set_rows(row for row, text in texts if all(word in text for word in words))

    def _chosen(self) -> KeyEntry | None:
        row = self.list.chosen
        return row if isinstance(row, KeyEntry) else None

    def _show_choice(self) -> None:
        entry = self._chosen()
        able = entry is not None and not entry.is_fixed
        for widget in (self.keys, self.set, self.none, self.usual):
            widget.setEnabled(able)
        self.message.show_text(
            _("New keys for \N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}:").format(
                text=entry.text
            )
            if entry is not None and able
            else _("Choose an action")
        )

    def _assign(self, keys: QKeySequence) -> None:
        entry = self._chosen()
        if entry is None:
            return
        refused = self._table.assign(entry, keys)
        self.keys.clear()
        self._fill()
        if refused:
            self.message.show_text(refused, Tone.BAD)

    def _reset(self) -> None:
        entry = self._chosen()
        if entry is not None:
            self._table.reset(entry)
            self._fill()

    def _set(self) -> None:
        keys = self.keys.keySequence()
        if keys.isEmpty():
            self.message.show_text(_("Click into the field and press the new keys first"), Tone.WARN)
        else:
            self._assign(keys)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.list.choice_changed.connect(self._show_choice)
        self.set.clicked.connect(self._set)
        self.none.clicked.connect(lambda: self._assign(QKeySequence()))
        self.usual.clicked.connect(self._reset)
        self.guide.clicked.connect(self.guide_asked)

    def _lay_out(self) -> None:
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.guide)
        bottom.addWidget(self.message, 1)
        for widget in (self.keys, self.set, self.none, self.usual):
            bottom.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(QLabel(_("Keys are saved. A key that works in one place only is listed with that place.")))
        layout.addWidget(self.list, 1)
        layout.addLayout(bottom)
