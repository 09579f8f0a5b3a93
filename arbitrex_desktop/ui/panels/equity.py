# SPDX-License-Identifier: MIT
"""Equity and balance over time; the plot itself arrives after the window has been painted once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from arbitrex_desktop.desk.presentation.snapshot import EquityPoint
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.panels.curve import NO_PAST, CurvePast, LimitLevel, equity_at, levels_of
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.panels.plot_loader import PlotLoader
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.metric import ElidedLabel, TonedLabel

_REDRAW_S: Final = 1.0
_LEAST_HEIGHT: Final = 56
"""Enough to see which way the curve goes; the numbers are in the legend."""


class Plot(Protocol):
    """What the panel needs of a plot; `pointed` and `moved` are called by it."""

    pointed: Callable[[float | None], None]
    moved: Callable[[], None]

    @property
    def is_whole(self) -> bool:
        """Return whether all of the curve is in sight."""

    def widget(self) -> QWidget:
        """Return the widget to show."""

    def show_points(self, points: Sequence[EquityPoint]) -> None:
        """Draw equity and balance of this run."""

    def show_past(self, past: CurvePast) -> None:
        """Draw what was before."""

    def show_levels(self, levels: tuple[LimitLevel, ...]) -> None:
        """Draw limits."""

    def show_whole(self) -> None:
        """Bring all of it into sight, and keep it there."""


def _is_worth_drawing(points: Sequence[EquityPoint], drawn: Sequence[EquityPoint]) -> bool:
    """Return whether the curve differs by more than the moments since it was drawn: drawing it takes half a frame."""
    if not points or not drawn or points[0] != drawn[0] or points[-1].at < drawn[-1].at:
        return points != drawn
    return (points[-1].at - drawn[-1].at).total_seconds() >= _REDRAW_S


class EquityPanel(Panel):
    """A legend with the present values, and the plot below as soon as it is there.

    The past comes by `show_review`, since the journal began; a stretch is chosen with the wheel or by dragging.
    """

    name = "equity"
    title = N_("Equity curve")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self._plot: Plot | None = None
        self._points: tuple[EquityPoint, ...] = ()
        self._is_drawn = False
        self._loader = PlotLoader(parent=self)
        self._loader.loaded.connect(self.install)
        self._loader.failed.connect(self.show_failure)
        self._past, self._pointed = NO_PAST, ""
        self.whole = QPushButton(_("Whole curve"))
        self.whole.setToolTip(_("Show all of it again; a stretch that reaches the newest point goes along with it"))
        self.whole.hide()
        self.legend = {N_("Equity"): TonedLabel(theme, Tone.UP), N_("Balance"): TonedLabel(theme, Tone.MUTED)}
        self.note = ElidedLabel(theme, Tone.MUTED)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._waiting = QLabel(_("Loading the chart\N{HORIZONTAL ELLIPSIS}"))
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._waiting.setWordWrap(True)
        top = QHBoxLayout()
        top.setContentsMargins(8, 0, 8, 0)
        for label in self.legend.values():
            top.addWidget(label)
            top.addSpacing(12)
        top.addWidget(self.note, 1)
        top.addWidget(self.whole)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._waiting)
        self._stack.setMinimumHeight(_LEAST_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 4, 2, 2)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._stack, 1)

    @property
    def has_plot(self) -> bool:
        """Whether the plot has arrived."""
        return self._plot is not None

    def install(self, make: Callable[[Theme], Plot]) -> None:
        """Put the plot in its place (GUI thread)."""
        plot = self._plot = make(self.theme)
        plot.pointed = self._point
        plot.moved = lambda: self.whole.setVisible(not plot.is_whole)
        self.whole.clicked.connect(lambda _checked=False: plot.show_whole())
        plot.show_past(self._past)
        self._stack.addWidget(plot.widget())
        self._waiting.setText(_("No sync yet"))
        self._show_points()

    @property
    def is_always_current(self) -> bool:
        """True: what a review brings is read with the snapshot of its time."""
        return True

    def stop(self) -> None:
        """Load nothing any more."""
        self._loader.stop()

    def show_past(self, past: CurvePast) -> None:
        """Show the curve since the journal began, or of the time that was chosen."""
        snapshot = self._fresh.snapshot
        # A replay's trades are of another time than its run, and its account begins with it.
        replayed = snapshot is not None and snapshot.pool.replay is not None
        self._past = NO_PAST if replayed else past
        if self._plot is not None:
            self._plot.show_past(self._past)
        self._show_points()

    def show_failure(self, message: str) -> None:
        """Say in the plot's place why there is none."""
        self._waiting.setText(message)

    def refresh(self, fresh: Freshness) -> None:
        """Draw the points when there are new ones."""
        self._fresh = fresh
        snapshot = fresh.snapshot
        if snapshot is None:
            return
        self._show_legend(snapshot.equity[-1] if snapshot.equity else None)
        if self._plot is not None:
            self._plot.show_levels(levels_of(snapshot.risk))
        if _is_worth_drawing(snapshot.equity, self._points):
            self._points = snapshot.equity
            self._show_points()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Load the plot, or draw what came while nobody could see it.

        Laid out behind other docks, the panel is shown for a moment, but never painted.
        """
        super().paintEvent(event)
        if self._plot is None:
            self._loader.start()
        elif not self._is_drawn:
            QTimer.singleShot(0, self, self._show_points)

    def _show_points(self) -> None:
        """Draw, once there are a plot and points; axes without numbers would invent some."""
        self._is_drawn = not self.visibleRegion().isEmpty()
        if self._plot is not None and self._points and self._is_drawn:
            self._plot.show_points(self._points)
            self._stack.setCurrentWidget(self._plot.widget())

    def _point(self, seconds: float | None) -> None:
        """Tell the equity of the moment under the mouse."""
        amount = None if seconds is None else equity_at(seconds, self._points, self._past)
        self._pointed = ""
        if seconds is not None and amount is not None:
            moment = formats.short_time(datetime.fromtimestamp(seconds, tz=UTC), self._fresh.now)
            self._pointed = f"{moment}  {formats.money(amount, self._fresh.currency)}"
        self._show_legend(self._points[-1] if self._points else None)

    def _show_legend(self, last: EquityPoint | None) -> None:
        fresh = self._fresh.account_fresh
        values = {"Equity": last.equity if last else None, "Balance": last.balance if last else None}
        for name, value in values.items():
            tone = Tone.UP if name == "Equity" and fresh else Tone.MUTED
            dash = "\N{EM DASH}" if name == "Equity" else "- -"
            self.legend[name].show_text(f"{dash} {_(name)} {formats.money(value, self._fresh.currency)}", tone)
        if self._pointed:
            self.note.show_text(self._pointed, Tone.TEXT)
        elif last is None or fresh:
            self.note.show_text("" if last else _("no sync yet"), Tone.MUTED)
        else:
            self.note.show_text(
                _("STALE: ends {at}").format(at=formats.short_time(last.at, self._fresh.now)), Tone.WARN
            )
