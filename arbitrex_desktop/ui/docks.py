# SPDX-License-Identifier: MIT
"""The dock around each panel, and the layouts for a small and a roomy window."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStyleOptionDockWidget, QTabBar, QTabWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.theme import SMALL, tabular

LEAST_SIZE: Final = QSize(1024, 640)
"""The smallest window; every panel of the compact layout has room in it, below a bar that blocks sending, too."""

_FOLLOW_MS: Final = 120
"""The layout follows the window's size once it has not changed for so long."""

_H: Final = Qt.Orientation.Horizontal
_V: Final = Qt.Orientation.Vertical
_LEFT: Final = Qt.DockWidgetArea.LeftDockWidgetArea


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout for windows of at least a size, which begins with the dock `first`; those it does not name are closed.

    `splits` put a dock beside or below one that is placed already; of each of `tabs` the first is placed by a split,
    and in front at the start; `shares` say which part of the window's width or height the docks of a row or column
    get.
    """

    least: QSize
    splits: tuple[tuple[str, str, Qt.Orientation], ...]
    tabs: tuple[tuple[str, ...], ...]
    shares: tuple[tuple[Qt.Orientation, dict[str, float]], ...]
    first: str = "market_watch"

    @property
    def names(self) -> frozenset[str]:
        """The docks that it has a place for."""
        placed = {name for group in self.tabs for name in group} | {second for _first, second, _how in self.splits}
        return frozenset(placed | {self.first})

    def fits(self, size: QSize) -> bool:
        """Return whether a window of that size is large enough."""
        return size.width() >= self.least.width() and size.height() >= self.least.height()


_TABLES: Final = ("positions", "orders", "history", "closed", "notices", "equity")
_FIGURES: Final = ("account", "risk", "connection")

COMPACT: Final = Layout(
    LEAST_SIZE,
    (("market_watch", "intent_form", _H), ("market_watch", "pending", _V), ("market_watch", "chart", _H)),
    (("intent_form", *_FIGURES), ("pending", *_TABLES)),
    (
        (_H, {"market_watch": 0.25, "chart": 0.43, "intent_form": 0.32}),
        (_V, {"chart": 0.56, "pending": 0.44}),
    ),
)
"""The ticket over the whole height, so that none of its fields is out of sight, and the figures in tabs behind it."""

MEDIUM: Final = Layout(
    QSize(1500, 860),
    (
        ("market_watch", "positions", _V),
        ("market_watch", "chart", _H),
        ("chart", "intent_form", _H),
        ("intent_form", "account", _V),
        ("positions", "pending", _H),
    ),
    (_TABLES, _FIGURES),
    (
        (_H, {"market_watch": 0.24, "chart": 0.54, "intent_form": 0.22}),
        (_V, {"chart": 0.67, "positions": 0.33}),
        (_H, {"positions": 0.52, "pending": 0.48}),
        (_V, {"intent_form": 0.66, "account": 0.34}),
    ),
)
"""Chart in the centre, ticket and figures right of it; tables and waiting intents side by side below."""


WIDE: Final = Layout(
    QSize(2300, 1200),
    (
        ("market_watch", "positions", _V),
        ("market_watch", "chart", _H),
        ("chart", "intent_form", _H),
        ("intent_form", "risk", _H),
        ("intent_form", "account", _V),
        ("positions", "pending", _H),
        ("pending", "history", _H),
    ),
    (("positions", "orders", "closed"), ("history", "notices", "equity"), ("account", "connection")),
    (
        (_H, {"market_watch": 0.26, "chart": 0.44, "intent_form": 0.15, "risk": 0.15}),
        (_V, {"chart": 0.72, "positions": 0.28}),
        (_H, {"positions": 0.42, "pending": 0.3, "history": 0.28}),
        (_V, {"intent_form": 0.6, "account": 0.4}),
    ),
)
"""What a roomy one has in tabs stands side by side: every limit, and decisions beside the waiting intents."""


TRADE: Final = (WIDE, MEDIUM, COMPACT)
"""The layouts for trading, the richest first."""


def layout_for(size: QSize, layouts: Sequence[Layout] = TRADE) -> Layout:
    """Return the richest layout for which a window of that size has room, the last one where none has."""
    return next((layout for layout in layouts if layout.fits(size)), layouts[-1])


class Dock(QDockWidget):
    """A dock whose title bar says its panel's headline, too, and no title where a tab says the same."""

    def __init__(self, panel: Panel, window: QMainWindow) -> None:
        super().__init__(_(panel.title), window)
        self._panel = panel
        self._window = window
        self._headline = panel.headline()

    def show_count(self) -> None:
        """Put the panel's count into the title, and its headline beside it."""
        title, headline = self._panel.tab_title(), self._panel.headline()
        if self.windowTitle() != title:
            self.setWindowTitle(title)
        if headline != self._headline:
            self._headline = headline
            self.setAccessibleDescription(headline[0])
            self.update()

    def initStyleOption(self, option: QStyleOptionDockWidget) -> None:  # noqa: N802 - Qt's name
        """Write the headline in its colour; the title before it, where no tab says that."""
        super().initStyleOption(option)
        text, tone = self._headline
        message = ([] if self._has_tab() else [option.title]) + ([text] if text else [])
        option.title = " \N{MIDDLE DOT} ".join(message)
        if text:
            palette = QPalette(option.palette)
            palette.setColor(QPalette.ColorRole.WindowText, self._panel.theme.colours.tone(tone))
            option.palette = palette

    def _has_tab(self) -> bool:
        """Return whether a tab says the title: closed and floating docks keep a place among the tabs, but have none."""
        others = self._window.tabifiedDockWidgets(self)
        return not self.isFloating() and any(not other.isHidden() and not other.isFloating() for other in others)


class Docks:
    """One dock per panel of a main window, by the panel's name.

    Attributes:
        docks: the docks by panel's name
        layouts: those for the workspace that is shown, the richest first
        came_in_sight: called with each panel that can be seen from now on
        moved: whether the user has taken a dock from its place: from then on the layout is the user's own and is
            not laid out anew until `arrange`, and the window cannot be made too small for it
    """

    def __init__(self, window: QMainWindow, panels: Iterable[Panel]) -> None:
        self._window = window
        self._panels = {panel.name: panel for panel in panels}
        self._arranging = False
        self._in_sight: set[str] = set()
        self.came_in_sight: Callable[[Panel], None] = lambda _panel: None
        self._tab_font = tabular(window.font(), SMALL)
        self._tabs_due = QTimer(window, singleShot=True, interval=0)
        self._tabs_due.timeout.connect(self._dress_tabs)
        self.layouts: Sequence[Layout] = TRADE
        self.moved = False
        self._settle = QTimer(window, singleShot=True, interval=_FOLLOW_MS)
        self._settle.timeout.connect(self.fit)
        self.docks = {name: self._dock(panel) for name, panel in self._panels.items()}
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._bound(LEAST_SIZE)

    @property
    def layout(self) -> Layout:
        """The layout that the docks are in, as long as none was moved."""
        # The smallest first: it has all in one place that a richer one has in several.
        return next((each for each in reversed(self.layouts) if self._is_tabbed_as(each)), self.layouts[0])

    def _is_tabbed_as(self, layout: Layout) -> bool:
        """Return whether the open tabs of a layout share their places now; closed ones have none to tell by."""
        for group in layout.tabs:
            open_ones = [dock for name in group if not (dock := self.docks[name]).isHidden()]
            beside = self._window.tabifiedDockWidgets(open_ones[0]) if open_ones else []
            if not all(other in beside for other in open_ones[1:]):
                return False
        return True

    def arrange(self) -> None:
        """Lay the docks out anew for the window's size, every one shown that the layout has a place for."""
        self.moved = False
        layout = layout_for(self._window.size(), self.layouts)
        self._lay_out(layout, closed=self.docks.keys() - layout.names, seen=())
        self.fit()

    def _bound(self, least: QSize) -> None:
        """Let the window become no smaller; the screen may be, and HALT must not stand outside of it."""
        self._window.setMinimumSize(least.boundedTo(self._window.screen().availableSize()))

    def follow(self) -> None:
        """Fit the layout to the window's size, soon."""
        self._settle.start()

    def fit(self) -> None:
        """Take the layout for the window's size where that is another one and no dock was moved; closed ones stay so.

        What was in front stays in front, and the keyboard where it is.
        """
        size = self._window.size()
        self._bound(LEAST_SIZE.expandedTo(self._window.minimumSizeHint()) if self.moved else LEAST_SIZE)
        if self.moved or self.layout is layout_for(size, self.layouts):
            return
        focus = self._window.focusWidget()
        closed = [name for name, dock in self.docks.items() if dock.isHidden()]
        seen = [name for name, dock in self.docks.items() if not dock.visibleRegion().isEmpty()]
        self._lay_out(layout_for(size, self.layouts), closed=closed, seen=seen)
        if focus is not None and focus.isVisible():  # type: ignore[redundant-expr] # Qt's stubs forget the None
            focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def bring_forward(self, name: str) -> Dock:
        """Show a panel in front of those that share its place, and return its dock."""
        dock = self.docks[name]
        dock.show()
        dock.raise_()
        dock.activateWindow()
        self._tabs_due.start()
        return dock

    def restore(self, state: bytes, version: int) -> bool:
        """Take a layout that the window gave; return False for one of another version, which changes nothing."""
        self._arranging = True
        try:
            return self._window.restoreState(state, version)
        finally:
            self._arranging = False

    def give_keyboard(self, name: str) -> None:
        """Put the keyboard into a panel."""
        panel = self._panels[name]
        (panel.home or panel).setFocus(Qt.FocusReason.OtherFocusReason)

    def panels_in_use(self) -> list[Panel]:
        """Return the panels that can be seen, and those that take every snapshot."""
        return [panel for name, panel in self._panels.items() if name in self._in_sight or panel.is_always_current]

    def show_counts(self) -> None:
        """Put the panels' counts and headlines into their titles."""
        for dock in self.docks.values():
            dock.show_count()
        self._dress_tabs()

    def _dress_tabs(self) -> None:
        """Give the tab bars a name, and small type, in which seven titles with counts have room; Qt makes them late."""
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if not bar.accessibleName():
                bar.setFont(self._tab_font)
                bar.setAccessibleName(_("Panels that share a place"))

    def _dock(self, panel: Panel) -> Dock:
        dock = Dock(panel, self._window)
        dock.setObjectName(panel.name)
        dock.setWidget(panel)
        if panel.home is not None and not panel.home.accessibleName():
            panel.home.setAccessibleName(_(panel.title).replace("&&", "&"))
        dock.topLevelChanged.connect(self._on_moved)
        dock.visibilityChanged.connect(partial(self._on_sight, panel))
        return dock

    def _on_sight(self, panel: Panel, seen: bool) -> None:  # noqa: FBT001 - a slot
        """Note whether a panel can be seen: closed ones cannot, nor those behind another tab."""
        if seen and panel.name not in self._in_sight:
            self._in_sight.add(panel.name)
            self.came_in_sight(panel)
        elif not seen:
            self._in_sight.discard(panel.name)

    def _on_moved(self) -> None:
        """Note that the user takes a dock from its place or puts it back; there is no other way to move one."""
        if not self._arranging:
            self.moved = True
            self.follow()

    def _lay_out(self, layout: Layout, *, closed: Collection[str], seen: Collection[str]) -> None:
        with self._at_once():
            for dock in self.docks.values():
                if dock.isFloating():
                    dock.setFloating(False)
                self._window.removeDockWidget(dock)
            self._place(layout)
            for name, dock in self.docks.items():
                dock.setVisible(name not in closed)
            for group in layout.tabs:
                open_ones = [name for name in group if name not in closed]
                # Sorting is stable: the first that was seen, or the first of all.
                for name in sorted(open_ones, key=lambda name: name not in seen)[:1]:
                    self.docks[name].raise_()
        divide = partial(self._divide, layout)
        divide()
        # Qt divides the room anew once it has laid out the docks just shown, so the shares are given again after it.
        QTimer.singleShot(0, self._window, divide)
        self._tabs_due.start()

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """Paint only the outcome, and take nothing for the user's own doing."""
        self._arranging = True
        self._window.setUpdatesEnabled(False)
        try:
            yield
        finally:
            self._window.setUpdatesEnabled(True)
            self._arranging = False

    def _place(self, layout: Layout) -> None:
        self._window.addDockWidget(_LEFT, self.docks[layout.first])
        for first, second, orientation in layout.splits:
            self._window.splitDockWidget(self.docks[first], self.docks[second], orientation)
        for first, *others in layout.tabs:
            for other in others:
                self._window.tabifyDockWidget(self.docks[first], self.docks[other])
        # Closed ones have a place, too: opened from the menu, they are tabs and no windows.
        for other in sorted(self.docks.keys() - layout.names):
            self._window.tabifyDockWidget(self.docks[layout.tabs[0][0]], self.docks[other])

    def _divide(self, layout: Layout) -> None:
        size = self._window.size()
        for orientation, parts in layout.shares:
            whole = size.width() if orientation is _H else size.height()
            open_ones = {name: part for name, part in parts.items() if not self.docks[name].isHidden()}
            docks = [self.docks[name] for name in open_ones]
            self._window.resizeDocks(docks, [round(whole * part) for part in open_ones.values()], orientation)
