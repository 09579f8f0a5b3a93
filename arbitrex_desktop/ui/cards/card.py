# SPDX-License-Identifier: MIT
"""One card: painted as a whole, with two buttons and a fold on it, all of one size whatever it says."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.cards.card_text import CardText
from arbitrex_desktop.ui.cards.pending_text import reject_tip
from arbitrex_desktop.ui.theme.colours import Colours, FillColours, Tone
from arbitrex_desktop.ui.theme.theme import SMALL, Theme, tabular
from arbitrex_desktop.ui.widgets.badges import FilledButton, quiet
from arbitrex_desktop.ui.widgets.clamped_label import wrapped

LEAST_WIDTH: Final = 286
MOST_WIDTH: Final = 380
_EDGE, _MARGIN, _GAP = 4, 10, 3
_BAR: Final = 3
_LINES: Final = 2
"""Lines of the sentence."""


class IntentCard(QWidget):
    """Shows what `show_text` says; greyed and without effect once its intent is gone.

    Its buttons take no keyboard, so that no key can land on the wrong one; the keys are the deck's.

    Signals: `approve_pressed()`, `reject_pressed()`, `fold_pressed()`; `pressed()`, for any press on it.
    """

    approve_pressed = Signal()
    reject_pressed = Signal()
    fold_pressed = Signal()
    pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text: CardText | None = None
        self._gone = ""
        self._is_chosen = self._has_keyboard = False
        font = tabular(self.font())
        self._title, self._small = tabular(font, bold=True), tabular(font, SMALL)
        self.setFont(font)
        self.approve = FilledButton(_("Approve"), theme, self._side_fill)
        self.reject = FilledButton(_("Reject"), theme, quiet)
        self.fold = QPushButton()
        self.fold.setFlat(True)
        self.fold.setMaximumWidth(
            QFontMetrics(self._small).horizontalAdvance(_("{checks} checks").format(checks=888)) + 8
        )
        self.fold.setFont(self._small)
        self._lay_out()
        for button, signal in (
            (self.approve, self.approve_pressed),
            (self.reject, self.reject_pressed),
            (self.fold, self.fold_pressed),
        ):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(signal)
        theme.changed.connect(self.update)

    @property
    def text(self) -> CardText | None:
        """The words shown."""
        return self._text

    @property
    def gone(self) -> str:
        """What became of the intent while the card keeps its place; empty while it waits."""
        return self._gone

    def show_text(self, text: CardText) -> None:
        """Show an intent; paints only where something reads differently."""
        if text == self._text and not self._gone:
            return
        self._text, self._gone = text, ""
        self.approve.setText(text.approve)
        self.approve.setEnabled(text.can_approve)
        self.approve.setToolTip(text.approve_tip)
        self.reject.setEnabled(text.can_reject)
        self.fold.setEnabled(True)
        self.fold.setText(_("{checks} checks").format(checks=text.checks) if text.checks else _("no checks"))
        self.setToolTip(text.whole)
        self.setAccessibleName(text.title)
        self.setAccessibleDescription(_("{whole}\n{left} left").format(whole=text.whole, left=text.left))
        self.update()

    def show_gone(self, word: str) -> None:
        """Keep the place of an intent that no longer waits; nothing on the card acts any more."""
        if not self._gone and self._text is not None:
            # What stood in the way, or was on its way, no longer is.
            self._gone, self._text = word, replace(self._text, sentence="")
            for button in (self.approve, self.reject, self.fold):
                button.setEnabled(False)
            self.update()

    def show_choice(self, *, chosen: bool, keyboard: bool) -> None:
        """Mark the card as the one that keys act on; brightly while the keyboard is there."""
        if (chosen, keyboard) != (self._is_chosen, self._has_keyboard):
            self._is_chosen, self._has_keyboard = chosen, keyboard
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the one size that every card has."""
        return QSize(LEAST_WIDTH, self._text_height() + self.reject.sizeHint().height() + 2 * _MARGIN + _GAP)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the card."""
        self.pressed.emit()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint ground, edge and words."""
        if self._text is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, self._text)
        self._paint_text(painter, self._text)
        painter.end()

    def _side_fill(self, colours: Colours) -> FillColours:
        return colours.sell if self._text is not None and self._text.direction < 0 else colours.buy

    def _paint_ground(self, painter: QPainter, text: CardText) -> None:
        colours, area = self._theme.colours, QRectF(self.rect()).adjusted(1.0, 1.0, -1.0, -1.0)
        marked = colours.text if self._has_keyboard else colours.muted
        painter.setPen(QPen(marked if self._is_chosen else colours.line, 2.0 if self._is_chosen else 1.0))
        painter.setBrush(colours.accent.back if self._is_chosen else colours.base)
        painter.drawRoundedRect(area, 4.0, 4.0)
        edge = colours.muted if self._gone else colours.up if text.direction > 0 else colours.down
        painter.fillRect(QRectF(area.left(), area.top() + 3.0, _EDGE, area.height() - 6.0), edge)

    def _paint_text(self, painter: QPainter, text: CardText) -> None:
        left = _EDGE + _MARGIN
        area = QRectF(left, _MARGIN, self.width() - left - _MARGIN, 0.0)
        clock = self._gone or text.left
        painter.setFont(self._title)
        clock_width = painter.fontMetrics().horizontalAdvance(clock) + 1
        self._write(painter, area.adjusted(area.width() - clock_width, 0.0, 0.0, 0.0), clock, text.left_tone)
        side = Tone.UP if text.direction > 0 else Tone.DOWN
        self._write(painter, area.adjusted(0.0, 0.0, -clock_width - _MARGIN, 0.0), text.title, side)
        area.translate(0.0, painter.fontMetrics().lineSpacing() + _GAP)
        painter.setFont(self.font())
        self._write(
            painter, area, text.risk, Tone.WARN if text.risk == _("no stop: the loss has no end") else Tone.TEXT
        )
        area.translate(0.0, painter.fontMetrics().lineSpacing())
        painter.setFont(self._small)
        lines = wrapped(f"{text.word}  {text.sentence}".strip(), self._small, int(area.width()), _LINES)
        for line, tone in ((text.levels, Tone.MUTED), *((line, text.tone) for line in lines)):
            self._write(painter, area, line, tone)
            area.translate(0.0, painter.fontMetrics().lineSpacing())
        self._paint_time(painter, text, QRectF(left, _MARGIN + self._text_height() - _BAR - _GAP, area.width(), _BAR))

    def _write(self, painter: QPainter, area: QRectF, text: str, tone: Tone) -> None:
        """Write a line below the top of an area, shortened to its width."""
        metrics = painter.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, math.ceil(area.width()))
        painter.setPen(self._theme.colours.tone(Tone.MUTED if self._gone else tone))
        painter.drawText(QPointF(area.left(), area.top() + metrics.ascent()), text)

    def _paint_time(self, painter: QPainter, text: CardText, area: QRectF) -> None:
        colours = self._theme.colours
        painter.fillRect(area, colours.line)
        if not self._gone and text.left_share > 0.0:
            area.setWidth(area.width() * text.left_share)
            painter.fillRect(area, colours.warn if text.left_tone is Tone.WARN else colours.muted)

    def _text_height(self) -> int:
        small = QFontMetrics(self._small).lineSpacing()
        lines = QFontMetrics(self._title).lineSpacing() + self.fontMetrics().lineSpacing() + (1 + _LINES) * small
        return lines + _BAR + 5 * _GAP

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button, share in ((self.approve, 3), (self.reject, 1), (self.fold, 0)):
            buttons.addWidget(button, share)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_EDGE + _MARGIN, _MARGIN + self._text_height(), _MARGIN, _MARGIN)
        layout.addLayout(buttons)
        self.reject.setToolTip(reject_tip())
        self.fold.setToolTip(_("Show or hide every check that was made"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
