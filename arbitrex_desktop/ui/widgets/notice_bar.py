# SPDX-License-Identifier: MIT
"""Messages on top of the window: never a dialog, one line at a time, the gravest first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from arbitrex_desktop.ui.theme.colours import Colours, Fill
from arbitrex_desktop.ui.theme.theme import Theme

_STAY_MS: Final = {"info": 8_000, "warning": 25_000}
"""How long a passing message stays, by level; errors stay until they are closed."""

_RANK: Final = {"info": 0, "warning": 1, "error": 2}


@dataclass(frozen=True, slots=True)
class _Message:
    topic: str
    level: str
    text: str
    times: int = 1


class NoticeBar(QWidget):
    """Shows the gravest, and of those the newest, of the messages that stand; one per topic, repeats counted.

    Passing infos and warnings go by themselves after some seconds; errors, and what stands, stay until they are
    closed or their topic is cleared; where the bar is not `closable`, until their topic is cleared.

    Signals: `shown_changed(bool)`, when there is something to show, or no longer.
    """

    shown_changed = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, closable: bool = True) -> None:
        super().__init__(parent)
        self._theme = theme
        self._messages: dict[str, _Message] = {}
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton()
        self._close.setText("\N{MULTIPLICATION X}")
        self._close.setAutoRaise(True)
        self._close.setToolTip("Close this message")
        self._close.clicked.connect(self._close_shown)
        self._close.setVisible(closable)
        self._timers: dict[str, QTimer] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 3, 6, 3)
        self._row.addWidget(self._label, 1)
        self._row.addWidget(self._close)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._refresh)

    @property
    def text(self) -> str:
        """What is shown, empty when nothing is."""
        return self._label.text() if self._shown() else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every message that stands."""
        return tuple(message.text for message in self._messages.values())

    def tell(self, level: str, text: str, topic: str, *, stands: bool = False) -> None:
        """Show a message; one of the same topic is replaced, and counted when it says the same.

        One that `stands` stays until it is closed or cleared, whatever its level.
        """
        self._forget_timer(topic)
        old = self._messages.pop(topic, None)
        times = old.times + 1 if old is not None and old.text == text else 1
        self._messages[topic] = _Message(topic, level, text, times)
        if level in _STAY_MS and not stands:
            self._pass_away(topic, _STAY_MS[level])
        self._refresh()

    def clear(self, topic: str) -> None:
        """Take a topic's message away, if there is one."""
        self._forget_timer(topic)
        if self._messages.pop(topic, None) is not None:
            self._refresh()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of the text at the present width: one line where it fits, more where it does not."""
        margins = self._row.contentsMargins()
        room = max(self._label.width(), 200)
        text = self._label.heightForWidth(room)
        return QSize(240, max(text, self._close.sizeHint().height()) + margins.top() + margins.bottom())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the wish: a message is never cut."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Wrap the text anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint the fill of the level shown."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._fill(self._theme.colours).back)
        painter.end()

    def _shown(self) -> _Message | None:
        standing = list(self._messages.values())
        if not standing:
            return None
        return max(enumerate(standing), key=lambda pair: (_RANK.get(pair[1].level, 2), pair[0]))[1]

    def _fill(self, colours: Colours) -> Fill:
        message = self._shown()
        if message is None or message.level == "info":
            return colours.notice
        return colours.warning if message.level == "warning" else colours.error

    def _refresh(self) -> None:
        message = self._shown()
        if message is not None:
            more = len(self._messages) - 1
            repeats = f"  ({message.times} times)" if message.times > 1 else ""
            others = f"  (and {more} more)" if more else ""
            self._label.setText(f"{message.level.upper()}: {message.text}{repeats}{others}")
            palette = self.palette()
            for role in (self._label.foregroundRole(), self._close.foregroundRole()):
                palette.setColor(role, self._fill(self._theme.colours).text)
            self._label.setPalette(palette)
            self.updateGeometry()
            self._close.setPalette(palette)
        self.update()
        self.shown_changed.emit(message is not None)

    def _close_shown(self) -> None:
        message = self._shown()
        if message is not None:
            self.clear(message.topic)

    def _pass_away(self, topic: str, after_ms: int) -> None:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(partial(self.clear, topic))
        timer.start(after_ms)
        self._timers[topic] = timer

    def _forget_timer(self, topic: str) -> None:
        timer = self._timers.pop(topic, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()
