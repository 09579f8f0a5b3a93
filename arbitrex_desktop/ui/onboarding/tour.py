# SPDX-License-Identifier: MIT
"""A short way through the window: each stop frames a part of it and says what it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import LARGE, Theme, tabular
from arbitrex_desktop.ui.widgets.badges import FilledButton
from arbitrex_desktop.ui.widgets.metric import TonedLabel

_WIDTH: Final = 380
_EDGE: Final = 3
_FOLLOW_MS: Final = 200
_GAP: Final = 8


@dataclass(frozen=True, slots=True)
class Stop:
    """A part of the window.

    Attributes:
        name: the panel's name, or `gauges` or `halt`
        title: what it is called
        text: what it is for
    """

    name: str
    title: str
    text: str


STOPS: Final = (
    Stop(
        "market_watch",
        N_("Market Watch"),
        N_(
            "Double-click a symbol to have it in ticket and chart. Type into the filter to find, and add, any "
            "symbol of your broker."
        ),
    ),
    Stop(
        "chart",
        N_("Chart"),
        N_(
            "The trade in the ticket stands here as lines, with the risk manager's answer. Drag its stop and "
            "target; those of positions and orders are dragged, too, and ask before anything moves."
        ),
    ),
    Stop(
        "intent_form",
        N_("Ticket"),
        N_(
            "Say side, size, stop and target, or leave size and stop to the risk manager. What it answers stands above "
            "Submit, and Submit sends nothing yet."
        ),
    ),
    Stop(
        "pending",
        N_("Pending intents"),
        N_("What you or a strategy submitted waits here as a card until you approve it. Only Approve sends an order."),
    ),
    Stop(
        "positions",
        N_("Positions"),
        N_(
            "What is open, in pips, R and money. Close it or a part, move stop and target, or set exit "
            "rules, by the buttons below or the right mouse button."
        ),
    ),
    Stop(
        "closed",
        N_("Closed trades"),
        N_(
            "What became of your trades. Review (Ctrl+2) has figures, equity and notes, too, and its menu exports a "
            "report. F1 shows every key, Ctrl+K finds every action."
        ),
    ),
    Stop(
        "gauges",
        N_("Limits"),
        N_(
            "How much of each limit is used: amber from 80 %. All limits are in Program, "
            "Settings\N{HORIZONTAL ELLIPSIS}"
        ),
    ),
    Stop(
        "halt",
        N_("HALT"),
        N_(
            "F12 stops all sending at once, from anywhere. Closing positions still works, and resuming asks for "
            "a reason."
        ),
    ),
)


class TourFrame(QWidget):
    """A coloured edge around a part of the window, through which the mouse acts."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint the edge."""
        painter = QPainter(self)
        painter.setPen(QPen(self._theme.colours.warn, _EDGE))
        painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
        painter.end()


class Tour(QDialog):
    """Goes from stop to stop; modeless, so that what is shown can be tried."""

    def __init__(self, theme: Theme, parent: QWidget, find: Callable[[str], QWidget]) -> None:
        super().__init__(parent)
        self._find = find
        self._place = 0
        self._window = parent
        self._part = parent
        self._frame = TourFrame(theme, parent)
        self._following = QTimer(self, interval=_FOLLOW_MS)
        self._following.timeout.connect(self._follow)
        self.setWindowTitle(_("A way through the window"))
        self.setModal(False)
        self.setFixedWidth(_WIDTH)
        self.head, self.text, self.count = TonedLabel(theme), TonedLabel(theme), TonedLabel(theme, Tone.MUTED)
        self.head.setFont(tabular(self.font(), LARGE, bold=True))
        self.text.setWordWrap(True)
        self.text.setMinimumHeight(5 * self.text.fontMetrics().lineSpacing())
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.back, self.onward = QPushButton(_("Back")), FilledButton(_("Next"), theme, lambda colours: colours.accent)
        self.back.clicked.connect(lambda: self._go_to_step(-1))
        self.onward.clicked.connect(lambda: self._go_to_step(1))
        self._lay_out()

    def begin(self) -> None:
        """Show the first stop."""
        self._place = 0
        self.show()
        self._show_stop()
        self.onward.setFocus(Qt.FocusReason.OtherFocusReason)

    def done(self, result: int) -> None:
        """End, and take the edge away."""
        self._following.stop()
        self._frame.hide()
        super().done(result)

    def _go_to_step(self, steps: int) -> None:
        self._place += steps
        if self._place >= len(STOPS):
            self.accept()
        else:
            self._show_stop()

    def _show_stop(self) -> None:
        stop, last = STOPS[self._place], len(STOPS) - 1
        self.head.show_text(_(stop.title))
        self.text.show_text(_(stop.text))
        self.count.show_text(_("{place} of {count}").format(place=self._place + 1, count=last + 1), Tone.MUTED)
        self.back.setEnabled(self._place > 0)
        self.onward.setText(_("Done") if self._place == last else _("Next"))
        self._part = self._find(stop.name)
        self._frame.show()
        self._frame.raise_()
        self.move(beside(self._follow(), self.width(), self._window))
        # To bring a part forward gave its window the keyboard: Return there is no step of the tour.
        self.raise_()
        self.activateWindow()
        self._following.start()

    def _follow(self) -> QRect:
        """Put the edge around the part where it is by now, and return that place in the window."""
        area = QRect(self._part.mapTo(self._window, QPoint()), self._part.size())
        self._frame.setGeometry(area.adjusted(-_EDGE, -_EDGE, _EDGE, _EDGE))
        return area

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.count)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.onward)
        column = QVBoxLayout(self)
        column.addWidget(self.head)
        column.addWidget(self.text)
        column.addLayout(row)


def beside(area: QRect, width: int, window: QWidget) -> QPoint:
    """Return where on the screen a box of a width stands beside a part of a window, inside the window."""
    right = area.right() + _GAP + width <= window.width()
    left = area.right() + _GAP if right else max(0, area.left() - _GAP - width)
    if not right and area.left() < width:
        # There is no room beside it: below its top edge, which says what it is.
        left = max(0, min(area.center().x() - width // 2, window.width() - width))
    top = min(max(area.top(), window.height() // 6), window.height() * 2 // 3)
    return window.mapToGlobal(QPoint(left, top))
