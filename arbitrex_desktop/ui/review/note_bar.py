# SPDX-License-Identifier: MIT
"""What the trader writes on a trade: a note, and tags."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.texts import _

_LONGEST_NOTE: Final = 2_000
_LONGEST_TAGS: Final = 200


class NoteBar(QWidget):
    """Two fields of the chosen trade; Return or the button keeps them.

    Signals: `kept(str, str, object)`, the trade's key, the note, and the tags as a tuple.
    """

    kept = Signal(str, str, object)

    def __init__(self) -> None:
        super().__init__()
        self._trade = ""
        self.note, self.tags, self.keep = QLineEdit(), QLineEdit(), QPushButton(_("Save note"))
        self.note.setPlaceholderText(_("Note on this trade"))
        self.note.setAccessibleName(_("Note on the chosen trade"))
        self.note.setMaxLength(_LONGEST_NOTE)
        self.tags.setPlaceholderText(_("Tags, such as news, late"))
        self.tags.setAccessibleName(_("Tags of the chosen trade"))
        self.tags.setMaxLength(_LONGEST_TAGS)
        self.keep.setToolTip(_("Save note and tags in the data folder; they are searched, too"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.note, 3)
        layout.addWidget(self.tags, 2)
        layout.addWidget(self.keep)
        self.keep.clicked.connect(self._emit)
        for field in (self.note, self.tags):
            field.returnPressed.connect(self._emit)

    def show_trade(self, trade: ClosedTrade | None) -> None:
        """Show what is written on a trade; what is being typed on the same one stays."""
        key = "" if trade is None else trade.key
        if key == self._trade and (self.note.isModified() or self.tags.isModified()):
            return
        self._trade = key
        self.note.setText(trade.note if trade else "")
        self.tags.setText(", ".join(trade.tags) if trade else "")
        self.setEnabled(trade is not None)

    def _emit(self) -> None:
        if self._trade:
            for field in (self.note, self.tags):
                field.setModified(False)
            tags = (tag.strip(" #") for tag in re.split(r"[,;]", self.tags.text()))
            self.kept.emit(self._trade, self.note.text().strip(), tuple(dict.fromkeys(tag for tag in tags if tag)))
