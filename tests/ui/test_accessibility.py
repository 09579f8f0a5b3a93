# SPDX-License-Identifier: MIT
"""Whatever can be acted on or has the keyboard has a role and a name that a screen reader can speak."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.workspaces.layouts import WORKSPACES
from tests.fakes.desk_states import STATES
from tests.ui.accessibility import nameless
from tests.ui.conftest import OPEN_MS
from tests.ui.dialogs_of import opened_dialogs
from tests.ui.showroom import Showroom

pytestmark = pytest.mark.slow
_SIZE = QSize(1600, 1000)


@pytest.fixture
def room(theme: Theme) -> Iterator[Showroom]:
    """Return a window to be shown in any state."""
    made = Showroom(theme)
    yield made
    made.close()


def test_a_button_without_a_name_is_found(qtbot: QtBot) -> None:
    """The walk itself sees a sign that cannot be spoken, deep in the tree, and passes over one with a name."""
    window = QWidget()
    qtbot.addWidget(window)
    inner = QHBoxLayout(window)
    good, bad = QPushButton("Close"), QToolButton()
    bad.setText("\N{MULTIPLICATION X}")
    for button in (good, bad):
        inner.addWidget(button)
    window.show()
    (found,) = nameless(window)
    assert "QToolButton (Button) has no name" in found


@pytest.mark.parametrize("state", ["connected", "empty", "worst", "replay"])
def test_every_workspace_can_be_spoken(room: Showroom, qtbot: QtBot, state: str) -> None:
    """With every panel of it in front once."""
    amiss: set[str] = set()
    for workspace in WORKSPACES:
        window = room.show(STATES[state](), _SIZE, workspace.name)
        qtbot.wait(1)  # Tab bars, which Qt makes late, have their names a turn of the loop later.
        amiss.update(nameless(window))
    for name, panel in window.content.panels.items():
        window.content._docks.bring_forward(name)
        qtbot.waitUntil(partial(_is_in_sight, panel), timeout=OPEN_MS)
        qtbot.wait(1)
        amiss.update(nameless(window))
    for line in window.findChildren(QLineEdit):
        # Buttons that empty a field are there once something stands in it.
        line.setText("x" if line.isClearButtonEnabled() else line.text())
    qtbot.wait(1)
    amiss.update(nameless(window))
    assert sorted(amiss) == []


def _is_in_sight(panel: QWidget) -> bool:
    return not panel.visibleRegion().isEmpty()


@pytest.mark.parametrize("state", ["connected", "live_unarmed"])
def test_every_dialog_can_be_spoken(room: Showroom, qtbot: QtBot, tmp_path: Path, state: str) -> None:
    """Settings, keys, palette, help, tour, alerts, report, updates, and the bars that ask for more."""
    room.show(STATES[state](), _SIZE)
    qtbot.wait(1)
    amiss: set[str] = set()
    names = []
    for name, shown in opened_dialogs(room, tmp_path):
        names.append(name)
        amiss.update(f"{name}: {each}" for each in nameless(shown))
    assert len(names) > 12
    assert sorted(amiss) == []
