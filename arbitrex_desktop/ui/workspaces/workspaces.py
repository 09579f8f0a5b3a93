# SPDX-License-Identifier: MIT
"""Which workspace is shown, and how each was left."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QMainWindow, QToolBar

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.docks import Docks
from arbitrex_desktop.ui.workspaces.floating import bring_back
from arbitrex_desktop.ui.workspaces.layouts import WORKSPACES, Workspace

# Counts up when a panel is added: Qt gives a panel that a remembered layout does not know no place at all.
_VERSION: Final = 8
_MOVED_VERSION: Final = 1000 + _VERSION
"""The version of a layout in which the user has moved docks; it comes back as it was, whatever the window's size."""

_LONGEST_NAME: Final = 30
_SETTLE_MS: Final = 300

_log: Final = logging.getLogger(__name__)


class Workspaces(QObject):
    """The program's workspaces and the trader's own, each as it was left.  Lives on the GUI thread.

    Signals: `changed()`, when another one is shown, or there are others.

    Attributes:
        current: the name of the one that is shown
    """

    changed = Signal()

    def __init__(self, window: QMainWindow, docks: Docks) -> None:
        super().__init__(window)
        self._window = window
        self._docks = docks
        self._left: dict[str, bytes] = {}
        self._own: dict[str, bytes] = {}
        self.current = WORKSPACES[0].name
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        # Qt tells of it while the screen still counts, and then puts the window's edge on another one.
        self._screen_went = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._screen_went.timeout.connect(self.bring_back)
        # A slot of this object's: with the window of another language it hears no more.
        app.screenRemoved.connect(self._on_screen_removed)

    @property
    def names(self) -> tuple[str, ...]:
        """The program's, then the trader's own in the order in which they were made."""
        return (*(each.name for each in WORKSPACES), *self._own)

    def is_own(self, name: str) -> bool:
        """Return whether the trader made it."""
        return name in self._own

    def show(self, name: str) -> None:
        """Show a workspace as it was left, or as it is at first."""
        if name not in self.names or name == self.current:
            return
        self._left[self.current] = self._state()
        self._take(name)

    def save_as(self, name: str) -> str:
        """Keep the panels as they are now under a name of the trader's, and show that; return why not, "" if done."""
        name = " ".join(name.split())[:_LONGEST_NAME]
        if not name:
            return _("A workspace needs a name")
        if any(name.casefold() == each.name.casefold() for each in WORKSPACES):
            return _("{name} is one of the program's own workspaces: choose another name").format(name=name)
        self._left[self.current] = self._state()
        self._docks.moved = True
        self._own[name] = self._state()
        self._left.pop(name, None)
        self.current = name
        self.changed.emit()
        return ""

    def reset(self) -> None:
        """Put every panel back: as the program has it, or as the trader kept it."""
        self._left.pop(self.current, None)
        self._take(self.current)

    def remove(self) -> None:
        """Forget the trader's own workspace that is shown, and show the first one."""
        if self.is_own(self.current):
            self._left.pop(self.current, None)
            del self._own[self.current]
            self._take(WORKSPACES[0].name)

    def bring_back(self) -> None:
        """Bring back the floating panels whose monitor is gone."""
        bring_back(self._window, self._docks.docks.values())

    @Slot(QScreen)
    def _on_screen_removed(self, _screen: QScreen) -> None:
        self._screen_went.start()

    def recall(self, docks: bytes, kept: Mapping[str, object]) -> None:
        """Take what was kept: the layout that was shown last, and `kept` of the rest."""
        self._own, self._left = _states(kept.get("own")), _states(kept.get("left"))
        current = kept.get("current")
        self.current = current if isinstance(current, str) and current in self.names else WORKSPACES[0].name
        if docks:
            self._left[self.current] = docks
        self._take(self.current)

    @property
    def layout(self) -> bytes:
        """The layout that is shown, for `recall`."""
        return self._state()

    @property
    def kept(self) -> dict[str, object]:
        """The rest that is to be kept, for `recall`; safe for JSON."""
        return {"current": self.current, "own": _texts(self._own), "left": _texts(self._left)}

    def _take(self, name: str) -> None:
        """Show a workspace: as it was left, as the trader kept it, or as the program has it."""
        self.current = name
        usual = self._usual()
        self._docks.layouts = usual.layouts
        with self._bars_as_they_are():
            if not any(self._restore(state) for state in (self._left.get(name), self._own.get(name)) if state):
                self._docks.arrange()
        self.bring_back()
        self._docks.fit()
        if self._window.isVisible():
            self._docks.give_keyboard(usual.home)
        self.changed.emit()

    def _usual(self) -> Workspace:
        """Return the program's workspace of the current name, the first one for the trader's own."""
        return next((each for each in WORKSPACES if each.name == self.current), WORKSPACES[0])

    def _restore(self, state: bytes) -> bool:
        self._docks.moved = self._docks.restore(state, _MOVED_VERSION)
        return self._docks.moved or self._docks.restore(state, _VERSION)

    def _state(self) -> bytes:
        return bytes(self._window.saveState(_MOVED_VERSION if self._docks.moved else _VERSION).data())

    @contextmanager
    def _bars_as_they_are(self) -> Iterator[None]:
        """Keep tool bars as they are: Qt remembers them with the docks, and these come and go with their cause."""
        children = self._window.findChildren(QToolBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        # One that is new counts as hidden until it was shown, though nobody hid it.
        said = Qt.WidgetAttribute.WA_WState_ExplicitShowHide
        bars = [(bar, bar.isHidden() and bar.testAttribute(said)) for bar in children]
        yield
        for bar, hidden in bars:
            bar.setHidden(hidden)


def _texts(states: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(state).decode("ascii") for name, state in states.items()}


def _states(kept: object) -> dict[str, bytes]:
    """Read states back; one that is damaged is left out."""
    found: dict[str, bytes] = {}
    for name, text in kept.items() if isinstance(kept, dict) else ():
        try:
            found[str(name)] = base64.b64decode(str(text), validate=True)
        except binascii.Error:
            _log.warning("the workspace %s cannot be read", name)
    return found
