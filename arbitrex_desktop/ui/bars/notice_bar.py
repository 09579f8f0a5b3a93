# SPDX-License-Identifier: MIT
"""Messages on top of the window: never a dialog, one line at a time, the gravest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFontMetrics, QGuiApplication, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QToolTip, QWidget

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.theme.colours import Colours, FillColours
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.metric import ElidedLabel

_STAY_MS: Final = {"info": 8_000, "warning": 25_000}
"""How long a passing message stays, by level; errors stay until they are closed."""

_MOST: Final = 50
"""So many messages are kept of what just happened: nobody reads all that "and 1,000 more" stands for."""

_RANK: Final = {"info": 0, "warning": 0, "error": 1}


@dataclass(frozen=True, slots=True)
class _Message:
    topic: str
    level: str
    text: str
    times: int = 1
    at: datetime | None = None
    stands: bool = False


_LEVELS: Final = {"info": N_("INFO"), "warning": N_("WARNING"), "error": N_("ERROR")}


class NoticeBar(QWidget):
    """Shows the newest error, or else the newest message that stands; one per topic, repeats counted.

    Passing infos and warnings go by themselves after some seconds; the newest 50 errors, and what stands, stay until
    they are closed or their topic is cleared; where the bar is not `closable`, until their topic is cleared.

    A bar that is `closable` is a strip of one line, whose height is the same whether it is empty or not, so that what
    comes and goes by itself moves nothing under the mouse; what does not fit is told by a tool tip, which a click
    shows, too.  One that is not wraps its text, is as high as it needs to be, and is hidden by its owner.

    With a clock the strip of one line is never idle: what passed last stays in it, muted and with its time.

    Signals: `shown_changed(bool)`, when there is something to show, or no longer.
    """

    shown_changed = Signal(bool)

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, closable: bool = True, clock: Clock | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._messages: dict[str, _Message] = {}
        self._closable = closable
        self._clock = clock
        self._passed = ""
        self._label = ElidedLabel(theme) if closable else _wrapping_label()
        self._label.setAccessibleName("" if closable else _("What keeps orders from being sent"))
        self._more = QLabel()
        self._close = QToolButton()
        self._close.setText("\N{MULTIPLICATION X}")
        self._close.setAutoRaise(True)
        self._close.setToolTip(_("Close this message"))
        self._close.setAccessibleName(_("Close this message"))
        self._close.clicked.connect(self._close_shown)
        self._timers: dict[str, QTimer] = {}
        self._lay_out()
        theme.changed.connect(self._refresh)

    @property
    def text(self) -> str:
        """What is shown, empty when nothing is."""
        return self._label.text() + self._more.text() if self._shown() else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every message that stands."""
        return tuple(message.text for message in self._messages.values())

    def post(self, level: str, text: str, topic: str, *, stands: bool = False) -> None:
        """Show a message; one of the same topic is replaced, and counted when it says the same.

        One that `stands` stays until it is closed or cleared, whatever its level.
        """
        self._forget_timer(topic)
        old = self._messages.pop(topic, None)
        times = old.times + 1 if old is not None and old.text == text else 1
        at = self._clock.now() if self._clock else None
        self._messages[topic] = _Message(topic, level, text, times, at, stands)
        if level in _STAY_MS and not stands:
            self._pass_away(topic, _STAY_MS[level])
        of_the_past = [each.topic for each in self._messages.values() if not each.stands]
        for old_one in of_the_past[:-_MOST]:
            self._forget_timer(old_one)
            del self._messages[old_one]
        self._refresh()

    def clear(self, topic: str) -> None:
        """Take a topic's message away, if there is one."""
        self._forget_timer(topic)
        if self._messages.pop(topic, None) is not None:
            self._refresh()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the strip's one height, or that of the text at the present width, where it wraps."""
        if self._closable:
            return QSize(240, _strip_height(self.fontMetrics()))
        margins = self._row.contentsMargins()
        text = self._label.heightForWidth(max(self._label.width(), 200))
        return QSize(240, text + margins.top() + margins.bottom())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the wish: what wraps is never cut, and the strip never changes."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Wrap the text anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Show the whole of a message that does not fit."""
        QToolTip.showText(event.globalPosition().toPoint(), self._label.toolTip(), self)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint the fill of the level shown, and nothing where there is nothing to say."""
        if self._shown() is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._fill_of_level(self._theme.colours).back)
        painter.end()

    def _shown(self) -> _Message | None:
        standing = list(self._messages.values())
        if not standing:
            return None
        return max(enumerate(standing), key=lambda pair: (_RANK.get(pair[1].level, 1), pair[0]))[1]

    def _fill_of_level(self, colours: Colours) -> FillColours:
        message = self._shown()
        if message is None or message.level == "info":
            return colours.notice
        return colours.warning if message.level == "warning" else colours.error

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 3, 6, 3)
        self._row.setSpacing(0)
        for widget, stretch in ((self._label, 1), (self._more, 0), (self._close, 0)):
            self._row.addWidget(widget, stretch)
            widget.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if self._closable:
            self._close.setFixedHeight(self.fontMetrics().height() + 2)
            copy = QAction(_("&Copy message"), self)
            copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self.text))
            self.addAction(copy)
            self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _refresh(self) -> None:
        message = self._shown()
        if message is not None:
            self._show_message(message)
        else:
            self._show_passed()
        self._label.setVisible(message is not None or bool(self._passed))
        self._more.setVisible(message is not None)
        self._close.setVisible(message is not None and self._closable)
        self.updateGeometry()
        self.update()
        self.shown_changed.emit(message is not None)

    def _show_message(self, message: _Message) -> None:
        more = len(self._messages) - 1
        repeats = _("  ({times} times)").format(times=message.times) if message.times > 1 else ""
        others = _("  (and {more} more)").format(more=more) if more else ""
        text = " ".join(message.text.split()) if self._closable else message.text
        self._label.setText(f"{_(_LEVELS.get(message.level, message.level))}: {text}")
        self._more.setText(repeats + others)
        palette = self.palette()
        for role in (self._label.foregroundRole(), self._more.foregroundRole(), self._close.foregroundRole()):
            palette.setColor(role, self._fill_of_level(self._theme.colours).text)
        for widget in (self._label, self._more, self._close):
            widget.setPalette(palette)

    def _show_passed(self) -> None:
        self._label.setText(self._passed)
        palette = self.palette()
        palette.setColor(self._label.foregroundRole(), self._theme.colours.muted)
        self._label.setPalette(palette)

    def _close_shown(self) -> None:
        message = self._shown()
        if message is not None:
            self.clear(message.topic)

    def _pass_away(self, topic: str, after_ms: int) -> None:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(partial(self._pass, topic))
        timer.start(after_ms)
        self._timers[topic] = timer

    def _pass(self, topic: str) -> None:
        """Let a message go, and leave what it said in sight."""
        message = self._messages[topic]
        if message.at is not None:
            self._passed = f"{formats.clock_time(message.at)}  {' '.join(message.text.split())}"
        self.clear(topic)

    def _forget_timer(self, topic: str) -> None:
        timer = self._timers.pop(topic, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()


def _wrapping_label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def _strip_height(metrics: QFontMetrics) -> int:
    """Return the height of one line with a little air; 24 pixels for the usual fonts."""
    return metrics.height() + 8
