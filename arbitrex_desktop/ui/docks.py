# SPDX-License-Identifier: MIT
"""The dock around each panel, and the default layouts for a small and for a large window."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStyleOptionDockWidget, QTabWidget

from arbitrex_desktop.ui.panels.panel import Panel

ROOMY: Final = QSize(1500, 860)
"""From this size on the window has room for positions and connection beside the rest."""

_H: Final = Qt.Orientation.Horizontal
_V: Final = Qt.Orientation.Vertical
_LEFT: Final = Qt.DockWidgetArea.LeftDockWidgetArea

_Shares = tuple[Qt.Orientation, dict[str, float]]

_COMPACT_SHARES: Final[tuple[_Shares, ...]] = (
    (_H, {"market_watch": 0.3, "account": 0.46, "intent_form": 0.24}),
    (_V, {"account": 0.18, "equity": 0.24, "pending": 0.58}),
    (_V, {"intent_form": 0.62, "risk": 0.38}),
)
_ROOMY_SHARES: Final[tuple[_Shares, ...]] = (
    (_H, {"market_watch": 0.29, "account": 0.5, "intent_form": 0.21}),
    (_V, {"account": 0.12, "equity": 0.25, "pending": 0.37, "positions": 0.26}),
    (_V, {"intent_form": 0.4, "risk": 0.28, "connection": 0.32}),
)
"""Which part of the window's width or height each dock gets."""


class Dock(QDockWidget):
    """A dock whose title is not painted where a tab says the same."""

    def __init__(self, title: str, window: QMainWindow) -> None:
        super().__init__(title, window)
        self._window = window

    def initStyleOption(self, option: QStyleOptionDockWidget) -> None:  # noqa: N802 - Qt's name
        """Leave the text out of the title bar of a tabbed dock; its buttons, and dragging by it, stay."""
        super().initStyleOption(option)
        if self._has_tab():
            option.title = ""

    def _has_tab(self) -> bool:
        """Tell whether a tab says the title: closed and floating docks keep a place among the tabs, but have none."""
        others = self._window.tabifiedDockWidgets(self)
        return not self.isFloating() and any(not other.isHidden() and not other.isFloating() for other in others)


class Docks:
    """One dock per panel of a main window, by the panel's name."""

    def __init__(self, window: QMainWindow, panels: Iterable[Panel]) -> None:
        self._window = window
        self._panels = {panel.name: panel for panel in panels}
        self.docks = {name: self._dock(panel) for name, panel in self._panels.items()}
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)

    def arrange(self, size: QSize) -> None:
        """Lay the docks out anew for a window of that size, every one shown."""
        for dock in self.docks.values():
            dock.setFloating(False)
            self._window.removeDockWidget(dock)
        roomy = size.width() >= ROOMY.width() and size.height() >= ROOMY.height()
        self._columns()
        if roomy:
            self._add_roomy()
        else:
            self._add_compact()
        for dock in self.docks.values():
            dock.show()
        for name in ("pending", "positions", "risk") if roomy else ("pending", "risk"):
            self.docks[name].raise_()
        divide = partial(self._divide, _ROOMY_SHARES if roomy else _COMPACT_SHARES, size)
        divide()
        # Qt divides the room anew once it has laid out the docks just shown, so the shares are given again after it.
        QTimer.singleShot(0, self._window, divide)

    def show_counts(self) -> None:
        """Put the panels' counts into their titles."""
        for name, dock in self.docks.items():
            title = self._panels[name].tab_title()
            if dock.windowTitle() != title:
                dock.setWindowTitle(title)

    def _dock(self, panel: Panel) -> Dock:
        dock = Dock(panel.title, self._window)
        dock.setObjectName(panel.name)
        dock.setWidget(panel)
        return dock

    def _split(self, first: str, second: str, orientation: Qt.Orientation) -> None:
        self._window.splitDockWidget(self.docks[first], self.docks[second], orientation)

    def _tab(self, first: str, *others: str) -> None:
        for other in others:
            self._window.tabifyDockWidget(self.docks[first], self.docks[other])

    def _columns(self) -> None:
        """Three columns: Market Watch; account, equity and intents; form and risk."""
        self._window.addDockWidget(_LEFT, self.docks["market_watch"])
        self._split("market_watch", "account", _H)
        self._split("account", "intent_form", _H)
        self._split("account", "equity", _V)
        self._split("equity", "pending", _V)
        self._split("intent_form", "risk", _V)

    def _add_compact(self) -> None:
        self._tab("pending", "positions", "orders", "history", "notices")
        self._tab("risk", "connection")

    def _add_roomy(self) -> None:
        self._split("pending", "positions", _V)
        self._tab("positions", "orders", "history", "notices")
        self._split("risk", "connection", _V)

    def _divide(self, shares: tuple[_Shares, ...], size: QSize) -> None:
        for orientation, parts in shares:
            whole = size.width() if orientation is _H else size.height()
            docks = [self.docks[name] for name in parts]
            self._window.resizeDocks(docks, [round(whole * part) for part in parts.values()], orientation)
