# SPDX-License-Identifier: MIT
"""The main window's frame: it is seen first, in the trader's size and colours, and filled with the desk after that."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QEvent, QSize, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QHideEvent,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QMainWindow

from arbitrex_desktop.clock import Clock, SystemClock
from arbitrex_desktop.ui.resources import app_icon
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.window_state import NoWindowState, WindowState, WindowStateStore

if TYPE_CHECKING:
    # Panels and all that they show are a third of a second of imports, which the first picture must not wait for.
    from arbitrex_desktop.ui.panels.chart import ChartPanel
    from arbitrex_desktop.ui.window_content import WindowContent
    from arbitrex_desktop.ui.worker import CoreWorker

TITLE: Final = "Arbitrex Desktop"
DEFAULT_SIZE: Final = QSize(1600, 1000)
_BARS_HEIGHT: Final = 100
_STATUS_HEIGHT: Final = 24
"""About what menus, account bar and status bar take; told apart before there is anything in them."""
_LOADED_FIRST: Final = ("mt5.arrays", "desk.review.trades", "ui.chart.view", "ui.chart_grid.live_chart")
"""What takes longest of what the chart loads, a step each."""
_LOADED_NEXT: Final = (
    "ui.widgets.table_view", "ui.panels.market_watch", "ui.panels.intent_form", "ui.actions.desk_menus",
    "desk.review.export", "ui.review.review", "ui.settings.settings_window",
)  # fmt: skip
"""What takes longest of what the content loads; the rest comes with the content itself."""


class MainWindow(QMainWindow):
    """The trader's window on one core.

    The caller makes worker and theme, shows the window, fills it once it has been painted, and starts the worker.
    Closing the window stops the worker, within a bound.  Lives on the GUI thread and never waits there for the core.

    Attributes:
        content: panels, bars and menus, once the window is filled
        stopped_cleanly: False when, at closing, the core hung and was left behind

    Signals: `first_painted()`, once, when the frame has been painted for the first time; `filled()`, once.
    """

    first_painted = Signal()
    filled = Signal()

    def __init__(
        self, worker: CoreWorker, theme: Theme, *, clock: Clock | None = None, memory: WindowStateStore | None = None
    ) -> None:
        super().__init__()
        self._worker = worker
        self._theme = theme
        self._clock = clock if clock is not None else SystemClock()
        self._memory = memory if memory is not None else NoWindowState()
        self._kept = self._memory.load()
        self._painted = False
        self.stopped_cleanly = True
        self._content: WindowContent | None = None
        self.setWindowTitle(TITLE)
        self.setWindowIcon(app_icon())
        self._outline = self._make_outline()
        self.resize(DEFAULT_SIZE.boundedTo(self.screen().availableSize()))
        if self._kept is not None:
            if self._kept.theme in set(ThemeChoice):
                theme.choose(ThemeChoice(self._kept.theme))
            theme.expect_system(light=self._kept.light)
            self.restoreGeometry(self._kept.geometry)

    def _make_outline(self) -> QFrame:
        """Make what is seen until there is more: where bars and panels will be, told apart by their grounds.

        A frame, since PySide needs longer for the first painting in Python than for all of the first picture.
        """
        outline = QFrame(self)
        outline.setFrameShape(QFrame.Shape.StyledPanel)
        outline.setAutoFillBackground(True)
        outline.setBackgroundRole(QPalette.ColorRole.Base)
        return outline

    @property
    def content(self) -> WindowContent:
        """Panels, bars and menus; there once `filled` was emitted."""
        assert self._content is not None, "the window is not filled yet"
        return self._content

    def fill(self) -> None:
        """Make panels, bars and menus, once, at one stretch."""
        for _step in self.filling():
            pass

    def filling(self) -> Iterator[None]:
        """Make panels, bars and menus, once, in steps of at most a frame or so."""
        self._theme.follow_system()
        steps = importlib.import_module("arbitrex_desktop.ui.background.steps")
        yield from steps.load_modules(f"arbitrex_desktop.{name}" for name in _LOADED_FIRST)
        chart = self._make_chart()
        yield
        yield from steps.load_modules(f"arbitrex_desktop.{name}" for name in _LOADED_NEXT)
        module = importlib.import_module("arbitrex_desktop.ui.window_content")
        content: WindowContent = module.WindowContent(self, self._worker, self._theme, chart, self._clock)
        yield
        # Half made, it is not painted: on the way into its dock the chart would vanish for a moment.
        self.setUpdatesEnabled(False)
        try:
            yield from content.build()
            yield from content.lay_out(self._kept or WindowState())
        finally:
            self.setUpdatesEnabled(True)
        self._content = content
        self._outline.hide()
        yield
        content.focus_first()
        content.set_seen(seen=self.isVisible() and not self.isMinimized())
        content.refresh()
        self.filled.emit()

    def _make_chart(self) -> ChartPanel:
        """Make the chart and show it where it stood when the window was closed: what is around it takes longer."""
        kept = self._kept or WindowState()
        module = importlib.import_module("arbitrex_desktop.ui.panels.chart")
        chart: ChartPanel = module.ChartPanel(self._theme, self._clock)
        chart.keep_in(self._memory.folder)
        chart.recall(kept.chart)
        if kept.chart_place:
            left, top, width, height = kept.chart_place
            across, down = self.width(), self.height()
            chart.setParent(self)
            chart.setGeometry(round(left * across), round(top * down), round(width * across), round(height * down))
            chart.show()
        return chart

    def make_anew(self) -> MainWindow:
        """Return a window on the same core that stands in this one's place, as a change of language asks for.

        It has the layout, and what was typed into the ticket; this one is gone.
        """
        content = self.content
        new = MainWindow(self._worker, self._theme, clock=self._clock, memory=self._memory)
        new._kept = content.state()
        new.restoreGeometry(self.saveGeometry())
        new.show()
        new.fill()
        new.content.go_on_from(content)
        content.stop()
        content.stop_history()
        self.hide()
        self.deleteLater()
        return new

    @Slot(str)
    def post_error(self, message: str) -> None:
        """Say that something failed which no part of the program expected."""
        if self._content is not None:
            self._content.notice_bar.post("error", message, message)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Draw again."""
        super().showEvent(event)
        self._set_seen(seen=not self.isMinimized())

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Draw nothing while nobody can see it."""
        super().hideEvent(event)
        self._set_seen(seen=False)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draw nothing while the window is minimised."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._set_seen(seen=self.isVisible() and not self.isMinimized())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Have the layout follow the window's size."""
        super().resizeEvent(event)
        if self._content is not None:
            self._content.follow_size()
        else:
            self._outline.setGeometry(self.rect().adjusted(0, _BARS_HEIGHT, 0, -_STATUS_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint, and say so the first time."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.first_painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the layout, vanish from the screen, and stop the core within a bound.

        A click on the window's cross is asked about first where something stands open; the end of the system's
        session is not, nor what the program does itself.
        """
        content = self._content
        by_hand = event.spontaneous() and not cast("QGuiApplication", QGuiApplication.instance()).isSavingSession()
        if by_hand and content is not None and content.closing.asks():
            event.ignore()
            return
        if content is not None:
            self._memory.save(content.state())
            content.stop()
        self.hide()
        core_stopped = self._worker.stop()
        # A request for history ends with the pool, or is left behind with it.
        self.stopped_cleanly = (content is None or content.stop_history()) and core_stopped
        event.accept()

    def _set_seen(self, *, seen: bool) -> None:
        if self._content is not None:
            self._content.set_seen(seen=seen)
