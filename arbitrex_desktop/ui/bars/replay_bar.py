# SPDX-License-Identifier: MIT
"""Steers a replay: position and date, speed, pause, one tick further, a later moment, the end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSlider, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.commands import DirectReplay
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, tabular
from arbitrex_desktop.ui.widgets.badges import Badge
from arbitrex_desktop.ui.widgets.metric import TonedLabel

if TYPE_CHECKING:
    from arbitrex_desktop.mt5.commands import ReplayStatus

SPEEDS: Final = (1.0, 2.0, 5.0, 10.0, 60.0, 300.0)
_STEPS: Final = 1000


class ReplayBar(QWidget):
    """In sight while recorded prices are played; beside the account's SIMULATED it says REPLAY.

    Signals: `asked(DirectReplay)`, what the trader wants of the replay.
    """

    asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._status: ReplayStatus | None = None
        self.badge = Badge(theme)
        self.badge.show_word(_("REPLAY"), lambda colours: colours.simulated)
        self.pause = QPushButton(_("Pause"))
        self.step = QPushButton(_("One tick"))
        self.end = QPushButton(_("To the end"))
        self.speed = QComboBox()
        for speed in SPEEDS:
            self._show_speed(speed)
        self.speed.setAccessibleName(_("Speed of the replay"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setAccessibleName(_("Position of the replay"))
        self.slider.setToolTip(_("Drag to a later moment; what happened on the account cannot be undone"))
        self.position = TonedLabel(theme, Tone.TEXT)
        self.position.setFont(tabular(self.font()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 2, 6, 2)
        for part in (self.badge, self.pause, self.speed, self.step, self.end, self.slider, self.position):
            layout.addWidget(part, 1 if part is self.slider else 0)
        self.pause.clicked.connect(self._toggle)
        self.speed.activated.connect(lambda _index: self.asked.emit(DirectReplay(speed=self.speed.currentData())))
        self.step.clicked.connect(lambda: self.asked.emit(DirectReplay(step="tick")))
        self.end.clicked.connect(lambda: self.asked.emit(DirectReplay(step="end")))
        self.slider.sliderReleased.connect(self._seek)

    def follow(self, fresh: Freshness) -> bool:
        """Show how the replay stands; return whether there is one."""
        status = fresh.snapshot.pool.replay if fresh.snapshot is not None else None
        self._status = status
        if status is None:
            return False
        self.pause.setText(_("Play") if status.speed == 0.0 else _("Pause"))
        if status.speed and not self.speed.view().isVisible():
            self._show_speed(status.speed)
        for part in (self.pause, self.step, self.end, self.slider, self.speed):
            part.setEnabled(not status.ended)
        if not self.slider.isSliderDown():
            span = max(1, status.last_msc - status.first_msc)
            self.slider.setValue(round((status.position_msc - status.first_msc) / span * _STEPS))
        ended = _(", ended") if status.ended else _(", paused") if status.speed == 0.0 else ""
        self.position.show_text(
            _("{moment} of {end} UTC{ended}").format(
                # The market's clock goes on when the last tick has come.
                moment=_moment(min(status.position_msc, status.last_msc)),
                end=_moment(status.last_msc),
                ended=ended,
            ),
            Tone.TEXT,
        )
        self.position.setToolTip("\n".join(status.notes))
        return True

    def _show_speed(self, speed: float) -> None:
        """Choose a speed, which may be one of the command line: then it gets a place among the others."""
        if self.speed.findData(speed) < 0:
            place = sum(self.speed.itemData(each) < speed for each in range(self.speed.count()))
            self.speed.insertItem(place, f"{speed:g}\N{MULTIPLICATION SIGN}", speed)
        self.speed.setCurrentIndex(self.speed.findData(speed))

    def _toggle(self) -> None:
        if self._status is not None:
            paused = self._status.speed == 0.0
            self.asked.emit(DirectReplay(speed=self.speed.currentData() if paused else 0.0))

    def _seek(self) -> None:
        """Ask for a later moment; time does not go back, so that an earlier one is not asked for."""
        if self._status is None:
            return
        first, last = self._status.first_msc, self._status.last_msc
        wanted = first + round((last - first) * self.slider.value() / _STEPS)
        if wanted > self._status.position_msc:
            self.asked.emit(DirectReplay(to_msc=wanted))


def _moment(msc: int) -> str:
    return datetime.fromtimestamp(msc / 1000.0, UTC).strftime("%Y-%m-%d %H:%M:%S")
