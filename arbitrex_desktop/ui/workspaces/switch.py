# SPDX-License-Identifier: MIT
"""How workspaces are chosen: a menu with keys, and tabs beside the menus."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QInputDialog, QMainWindow, QMenu, QTabBar

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.workspaces.layouts import WORKSPACES
from arbitrex_desktop.ui.workspaces.workspaces import Workspaces

_KEYS: Final = {each.name: each.keys for each in WORKSPACES}
_OWN_KEYS: Final = tuple(f"Ctrl+{number}" for number in range(len(WORKSPACES) + 1, 10))


class WorkspaceSwitch:
    """Fills a menu and a row of tabs, and keeps both true.  GUI thread.

    Attributes:
        menu: the workspaces, then what is done with them
        tabs: the workspaces' names
    """

    def __init__(self, window: QMainWindow, workspaces: Workspaces) -> None:
        self._window = window
        self._workspaces = workspaces
        self.menu = QMenu(_("&Workspace"), window)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(_("Workspaces"))
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.currentChanged.connect(self._choose_tab)
        self._choices: list[QAction] = []
        self._group = QActionGroup(self.menu)
        self._rest = self.menu.addSeparator()
        self._add_workspace(
            "save_workspace", _("Save as a &new workspace\N{HORIZONTAL ELLIPSIS}"), self.ask_for_name, "Ctrl+Shift+S"
        )
        self._add_workspace("reset_workspace", _("&Reset this workspace"), workspaces.reset)
        self._remove = self._add_workspace("delete_workspace", _("&Delete this workspace"), workspaces.remove)
        workspaces.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show which workspaces there are, and which one is shown."""
        names = self._workspaces.names
        if [action.data() for action in self._choices] != list(names):
            self._fill_menu(names)
        for action in self._choices:
            action.setChecked(action.data() == self._workspaces.current)
        self._remove.setEnabled(self._workspaces.is_own(self._workspaces.current))
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(names.index(self._workspaces.current))
        self.tabs.blockSignals(False)

    def ask_for_name(self, why: str = "") -> None:
        """Ask under which name the panels are to be kept as they are; nothing waits for the answer."""
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(_("New workspace"))
        dialog.setLabelText(
            _("{why}\n\nName:").format(why=why) if why else _("Keep the panels as they are now, under the name:")
        )
        dialog.textValueSelected.connect(self._save)
        dialog.open()

    def _save(self, name: str) -> None:
        refusal = self._workspaces.save_as(name)
        if refusal:
            self.ask_for_name(refusal)

    def _fill_menu(self, names: tuple[str, ...]) -> None:
        for action in self._choices:
            self.menu.removeAction(action)
            action.deleteLater()
        own = iter(_OWN_KEYS)
        self._choices = [self._choice(name, _KEYS.get(name) or next(own, "")) for name in names]
        self.menu.insertActions(self._rest, self._choices)
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for action in self._choices:
            place = self.tabs.addTab(action.text().replace("&", "&&"))
            self.tabs.setTabToolTip(
                place,
                _("{action} workspace ({shortcut})").format(
                    action=action.text(), shortcut=action.shortcut().toString()
                ),
            )
        self.tabs.blockSignals(False)
        # Only then does the menu bar give the tabs the room that they need by now.
        self._window.menuBar().setCornerWidget(self.tabs)
        self.tabs.show()

    def _choice(self, name: str, keys: str) -> QAction:
        action = QAction(name if self._workspaces.is_own(name) else _(name), self.menu)
        action.setData(name)
        action.setObjectName(f"workspace_{name}")
        action.setCheckable(True)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(partial(self._choose, name))
        self._group.addAction(action)
        return action

    def _choose(self, name: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - a slot
        self._workspaces.show(name)
        self.refresh()

    def _choose_tab(self, place: int) -> None:
        self._workspaces.show(self._workspaces.names[place])

    def _add_workspace(self, name: str, text: str, act: object, keys: str = "") -> QAction:
        action = QAction(text, self.menu)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: act())  # type: ignore[operator]
        self.menu.addAction(action)
        return action
