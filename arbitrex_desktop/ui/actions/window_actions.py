# SPDX-License-Identifier: MIT
"""Palette, sheet of keys, and the ways between panels: put together for the window."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QMenu, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.actions.desk_menus import DeskMenus, DeskPanels, local_keys
from arbitrex_desktop.ui.actions.key_sheet import KeySheet
from arbitrex_desktop.ui.actions.key_table import KeyTable, run
from arbitrex_desktop.ui.actions.palette import Palette, PaletteEntry
from arbitrex_desktop.ui.actions.tab_order import reached_by_tab
from arbitrex_desktop.ui.commands import WatchSymbol
from arbitrex_desktop.ui.theme.focus_ring import FocusRing
from arbitrex_desktop.ui.theme.theme import Theme

if TYPE_CHECKING:
    from arbitrex_desktop.settings.catalogue import Setting

PALETTE_KEYS: Final = "Ctrl+K"
SHEET_KEYS: Final = ("F1", "?")
_ROW: Final = 40
"""Pixels by which two docks of one row may differ in height."""
_MEANING: Final = 90
"""Letters of a setting's meaning that the palette shows."""


class WindowActions(QObject):
    """Makes the menus of the panels, the palette and the sheet; lives as long as the window.  GUI thread.

    Attributes:
        table: every action with its keys
        palette, sheet: their windows
    """

    def __init__(
        self,
        window: QMainWindow,
        theme: Theme,
        docks: Mapping[str, QDockWidget],
        desk: DeskPanels,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._window, self._docks, self._panels = window, docks, desk.panels
        self._watch = desk.market_watch
        self._say = say
        self._open_setting: Callable[[str], None] = lambda _name: None
        bar = window.menuBar()
        self._desk_menus = DeskMenus(desk, self.go_to, say)
        self._bar = bar
        self.table = KeyTable(bar, local_keys())
        self.sheet = KeySheet(theme, self.table, window)
        FocusRing(theme, window)
        self.palette = Palette(window, theme, (self._actions, self._local, self._symbol_offers, self._settings))

    def open_settings_by(self, open_setting: Callable[[str], None]) -> None:
        """Open settings that way."""
        self._open_setting = open_setting

    def fill_desk_menus(self, trading: QMenu) -> None:
        """Add the menus of ticket, positions and chart to the menu bar, and to the menu of trading what is missing."""
        self._desk_menus.fill(self._bar, trading)

    def fill_menus(self, view: QMenu, help_menu: QMenu) -> None:
        """Add palette, sheet and the ways between panels to the menus of the window."""
        places = view.addMenu(_("&Go to"))
        self._desk_menus.fill_places(places)
        places.addSeparator()
        self._add(places, "next_panel", _("&Next panel"), partial(self._step, 1), "F6")
        self._add(places, "previous_panel", _("&Previous panel"), partial(self._step, -1), "Shift+F6")
        self._add(places, "float_panel", _("&Float the panel, or dock it again"), self._float, "Ctrl+Shift+D")
        self._add(view, "palette", _("&Command palette"), self.palette.open_fresh, PALETTE_KEYS)
        sheet = self._add(help_menu, "keys", _("&Keys"), self.sheet.open_fresh, *SHEET_KEYS)
        help_menu.insertAction(help_menu.actions()[0], sheet)

    def go_to(self, name: str) -> None:
        """Bring a panel to the front, and the keyboard into it."""
        dock = self._docks[name]
        dock.show()
        dock.raise_()
        if dock.isFloating():
            dock.activateWindow()
        panel = self._panels[name]
        fields = (widget for widget in reached_by_tab(panel) if widget.isVisible() and widget.isEnabled())
        home = panel.home or next(fields, panel)
        home.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _in_reading_order(self) -> list[str]:
        """Return the docks' names row by row from the top, each from the left."""
        seen = [name for name, dock in self._docks.items() if not dock.isHidden() and not dock.isFloating()]
        places = {name: self._docks[name].geometry() for name in seen}
        return sorted(seen, key=lambda name: (places[name].top() // _ROW, places[name].left()))

    def _step(self, step: int) -> None:
        """Take the keyboard to the next panel that is in sight."""
        names = [name for name in self._in_reading_order() if not self._docks[name].visibleRegion().isEmpty()]
        if not names:
            return
        focus = QApplication.focusWidget()
        here = next((place for place, name in enumerate(names) if _is_in(focus, self._docks[name])), -step)
        self.go_to(names[(here + step) % len(names)])

    def _float(self) -> None:
        """Take the panel with the keyboard out of the window, or put it back."""
        # The palette, from which this may come, has taken the keyboard from the panel.
        focus = QApplication.focusWidget() or self._window.focusWidget()
        name = next((name for name, dock in self._docks.items() if _is_in(focus, dock)), "")
        if not name:
            self._say(_("Go to a panel first: F6, or Alt with its digit"))
            return
        dock = self._docks[name]
        dock.setFloating(not dock.isFloating())
        self.go_to(name)

    def _actions(self) -> Iterable[PaletteEntry]:
        return [
            PaletteEntry(entry.text, entry.where, entry.keys, partial(run, entry.action, self._say))
            for entry in self.table.entries()
            if entry.action.isVisible()
        ]

    def _local(self) -> Iterable[PaletteEntry]:
        for local in self.table.local:
            if local.panel:
                yield PaletteEntry(
                    local.text,
                    _("goes to the place: {where}").format(where=local.where),
                    local.keys,
                    partial(self.go_to, local.panel),
                )

    def _symbol_offers(self) -> Iterable[PaletteEntry]:
        choose, watch = self._watch.symbol_chosen.emit, self._watch.asked.emit
        watched = [symbol for symbol, _digits in self._watch.model.listed]
        known = set(watched)
        others = [symbol for symbol in self._watch.offered if symbol not in known]
        return [
            *(PaletteEntry(each, _("chart and ticket of the symbol"), "", partial(choose, each)) for each in watched),
            *(
                PaletteEntry(each, _("add it to the watch list"), "", partial(watch, WatchSymbol(each, True)))
                for each in others
            ),
        ]

    def _settings(self) -> Iterable[PaletteEntry]:
        # Loads the risk manager's rules, which the window's start need not wait for.
        catalogue: Mapping[str, Setting] = importlib.import_module("arbitrex_desktop.settings.catalogue").CATALOGUE
        return [
            PaletteEntry(name, _(setting.meaning)[:_MEANING], "", partial(self._open_setting, name), comes_late=True)
            for name, setting in catalogue.items()
        ]

    def _add(self, menu: QMenu, name: str, text: str, act: Callable[[], None], *keys: str) -> QAction:
        action = menu.addAction(text)
        action.setObjectName(name)
        action.setShortcuts([QKeySequence(each) for each in keys])
        action.triggered.connect(lambda _checked=False: act())
        return action


def _is_in(widget: QWidget | None, dock: QDockWidget) -> bool:
    return widget is not None and (widget is dock or dock.isAncestorOf(widget))
