# SPDX-License-Identifier: MIT
"""The row above the charts: symbol, timeframe and look of the chosen one, what it loads, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QToolBar, QToolButton, QWidget

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.chart.options import BarStyle, ChartOptions, Indicator, TimeZone
from arbitrex_desktop.ui.chart.timeframes import SHOWN
from arbitrex_desktop.ui.formats import countdown
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import LARGE, Theme, tabular
from arbitrex_desktop.ui.widgets.metric import ElidedLabel

T = TypeVar("T")

_GIVE_UP: Final = "{}  \N{MULTIPLICATION X}"
_NOTE_ROOM: Final = 120
"""Pixels that a note has at least, if it needs them; the tools give way behind their arrow."""
_VOLUME: Final = N_("Volume")
_SESSIONS: Final = N_("Sessions")
COUNTS: Final = {1: N_("One chart"), 2: N_("Two charts"), 4: N_("Four charts"), 9: N_("Nine charts")}
_LINK_SYMBOL: Final = N_("Link symbols")
_LINK_TIME: Final = N_("Link time and crosshair")
_OF_ALL: Final = frozenset({*COUNTS.values(), _LINK_SYMBOL, _LINK_TIME})
"""Entries of the menus that are about the charts together, not about the look of one."""


@dataclass(frozen=True, slots=True)
class Links:
    """What the charts side by side have in common.

    Attributes:
        symbol: another symbol in one is another symbol in all.
        time: the same moment at the right edge, and the crosshair in all.
    """

    symbol: bool = False
    time: bool = False


class ChartToolbar(QWidget):
    """What one chooses about the chosen chart, and about the charts together.

    Signals:
        timeframe_chosen(Timeframe): another length of bars.
        options_changed(ChartOptions): another look.
        plan_toggled(bool): show the ticket's trade on the chart.
        trade_asked(): have the ticket trade the symbol of this chart.
        count_chosen(int): so many charts side by side.
        links_changed(Links): what they have in common.
        cancel_asked(): give up what is being loaded.
    """

    timeframe_chosen = Signal(object)
    options_changed = Signal(object)
    plan_toggled = Signal(bool)
    cancel_asked = Signal()
    trade_asked = Signal()
    count_chosen = Signal(int)
    links_changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._options, self._links = ChartOptions(), Links()
        self._actions: dict[str, QAction] = {}
        self.symbol = QLabel("\N{EN DASH}")
        self.symbol.setFont(tabular(self.font(), LARGE, bold=True))
        self.note = ElidedLabel(theme, Tone.MUTED)
        self.closes = QLabel()
        self.closes.setFont(tabular(self.font()))
        self.closes.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.closes.setToolTip(_("Until the last bar closes"))
        # As large as its longest text: a second that passes lays nothing out anew.
        self.closes.setFixedSize(self.closes.fontMetrics().size(0, countdown(30.9 * 86_400.0)))
        self.cancel = QPushButton()
        self.cancel.setToolTip(_("Bars are being loaded; press to give it up"))
        # Wide enough for all of it: a share that grows lays nothing out anew.
        self.cancel.setMinimumWidth(
            self.cancel.fontMetrics().horizontalAdvance(_GIVE_UP.format(_("Loading 100 %"))) + 16
        )
        self.cancel.clicked.connect(self.cancel_asked)
        self.cancel.hide()
        self.plan = self._button(_("Plan"), _("Show the trade of the ticket; drag its stop and target"))
        self.plan.setCheckable(True)
        self.plan.setChecked(True)
        self.plan.toggled.connect(self.plan_toggled)
        self.trade = QPushButton()
        self.trade.clicked.connect(self.trade_asked)
        self.trade.hide()
        self._frames = {frame: self._frame_button(frame) for frame in SHOWN}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(2)
        row.addWidget(self.symbol)
        row.addSpacing(6)
        row.addWidget(self._bar((*self._frames.values(), self._more_frames(), *self._menus(), self.plan)))
        row.addWidget(self.trade)
        row.addWidget(self.note, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.closes)

    @property
    def options(self) -> ChartOptions:
        """The look chosen."""
        return self._options

    @property
    def links(self) -> Links:
        """What the charts have in common."""
        return self._links

    def show_grid(self, count: int, links: Links) -> None:
        """Show how many charts there are, and what they have in common."""
        self._links = links
        self._actions[COUNTS[count]].setChecked(True)
        self._actions[_LINK_SYMBOL].setChecked(links.symbol)
        self._actions[_LINK_TIME].setChecked(links.time)

    def offer_trade(self, symbol: str) -> None:
        """Offer to have the ticket trade another symbol than it does; empty for none."""
        self.trade.setText(_("Trade {symbol}").format(symbol=symbol))
        self.trade.setToolTip(_("Put {symbol} into the ticket, which has another symbol").format(symbol=symbol))
        self.trade.setVisible(bool(symbol))

    def show_chart(self, symbol: str, timeframe: Timeframe) -> None:
        """Show which chart this is."""
        self.symbol.setText(symbol or "\N{EN DASH}")
        for frame, button in self._frames.items():
            button.setChecked(frame is timeframe)
        self._other.setText("\N{HORIZONTAL ELLIPSIS}" if timeframe in SHOWN else timeframe.name)

    def show_note(self, text: str, *, tone: Tone = Tone.MUTED, can_cancel: bool = False) -> None:
        """Say how far loading is on the button that gives it up, or why there is nothing, each with room for it."""
        self.cancel.setVisible(can_cancel)
        if can_cancel:
            self.cancel.setText(_GIVE_UP.format(text))
            self.cancel.setAccessibleName(_("Cancel: {note}").format(note=text))
        note = "" if can_cancel else text
        self.note.setMinimumWidth(min(_NOTE_ROOM, self.note.fontMetrics().horizontalAdvance(note)))
        self.note.show_text(note, tone)

    def show_left(self, seconds: float | None) -> None:
        """Say how long the last bar has still to run, nothing where none is being made."""
        self.closes.setText("" if seconds is None else countdown(seconds))

    def restore(self, options: ChartOptions) -> None:
        """Take a remembered look."""
        self._options = options
        chosen = {options.style.value, options.zone.value, *options.indicators}
        chosen |= {text for text, on in ((_VOLUME, options.shows_volume), (_SESSIONS, options.shows_sessions)) if on}
        for text, action in self._actions.items():
            if text not in _OF_ALL:
                action.setChecked(text in chosen)

    def _bar(self, buttons: Iterable[QToolButton]) -> QToolBar:
        """Return a bar of the buttons; those for which there is no room go behind its arrow."""
        bar = QToolBar()
        for button in bar.findChildren(QToolButton):
            # Qt's own, for what has no room.
            button.setAccessibleName(_("More of the tools"))
        bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for button in buttons:
            bar.addWidget(button)
        return bar

    def _button(self, text: str, tip: str = "") -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _frame_button(self, frame: Timeframe) -> QToolButton:
        button = self._button(frame.name)
        button.setCheckable(True)
        button.setAccessibleName(_("Timeframe {name}").format(name=frame.name))
        button.clicked.connect(lambda _checked=False: self.timeframe_chosen.emit(frame))
        return button

    def _more_frames(self) -> QToolButton:
        self._other = self._button("\N{HORIZONTAL ELLIPSIS}", _("Other timeframes"))
        self._other.setAccessibleName(_("Other timeframes"))
        menu = QMenu(self)
        for frame in Timeframe:
            if frame not in SHOWN:
                menu.addAction(frame.name).triggered.connect(
                    lambda _checked=False, chosen=frame: self.timeframe_chosen.emit(chosen)
                )
        self._other.setMenu(menu)
        self._other.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return self._other

    def _menus(self) -> tuple[QToolButton, ...]:
        style, indicators, clock = QMenu(self), QMenu(self), QMenu(self)
        self._choices(style, BarStyle, self._options.style, lambda value: replace(self._options, style=value))
        style.addSeparator()
        self._switch(style, _VOLUME, "shows_volume", on=self._options.shows_volume)
        self._switch(style, _SESSIONS, "shows_sessions", on=self._options.shows_sessions)
        for indicator in Indicator:
            action = self._checkable(indicators, indicator.value)
            action.toggled.connect(lambda on, one=indicator: self._toggle(one, on=on))
        self._choices(clock, TimeZone, self._options.zone, lambda value: replace(self._options, zone=value))
        return tuple(
            self._menu_button(text, menu)
            for text, menu in (
                (_("Style"), style),
                (_("Indicators"), indicators),
                (_("Time"), clock),
                (_("Charts"), self._grid()),
            )
        )

    def _grid(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for count, text in COUNTS.items():
            action = group.addAction(self._checkable(menu, text))
            action.setChecked(count == 1)
            action.triggered.connect(lambda _checked=False, chosen=count: self.count_chosen.emit(chosen))
        menu.addSeparator()
        for text, name in ((_LINK_SYMBOL, "symbol"), (_LINK_TIME, "time")):
            self._checkable(menu, text).toggled.connect(lambda on, name=name: self._link(name, on=on))
        return menu

    def _link(self, name: str, *, on: bool) -> None:
        links = replace(self._links, **{name: on})
        if links != self._links:
            self._links = links
            self.links_changed.emit(links)

    def _menu_button(self, text: str, menu: QMenu) -> QToolButton:
        button = self._button(text)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _choices(self, menu: QMenu, values: Iterable[T], chosen: T, made: Callable[[T], ChartOptions]) -> None:
        group = QActionGroup(menu)
        for value in values:
            action = group.addAction(self._checkable(menu, str(value)))
            action.setChecked(value == chosen)
            action.triggered.connect(lambda _checked=False, one=value: self._choose(made(one)))

    def _checkable(self, menu: QMenu, text: str) -> QAction:
        action = self._actions[text] = menu.addAction(_(text))
        action.setCheckable(True)
        return action

    def _switch(self, menu: QMenu, text: str, name: str, *, on: bool) -> None:
        action = self._checkable(menu, text)
        action.setChecked(on)
        action.toggled.connect(lambda now: self._choose(replace(self._options, **{name: now})))

    def _toggle(self, indicator: Indicator, *, on: bool) -> None:
        shown = self._options.indicators | {indicator} if on else self._options.indicators - {indicator}
        self._choose(replace(self._options, indicators=shown))

    def _choose(self, options: ChartOptions) -> None:
        if options != self._options:
            self._options = options
            self.options_changed.emit(options)
