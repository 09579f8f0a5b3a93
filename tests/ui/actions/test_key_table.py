# SPDX-License-Identifier: MIT
"""Every action by its name and keys; keys that the trader changes are kept, and never shared by two."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.actions.key_table import FIXED, FixedKeys, KeyTable, run

KEYS = ["F12", "Ctrl+A", "Ctrl+B", "Alt+1", "Ctrl+Return", ""]


@pytest.fixture
def bar(qtbot: QtBot) -> QMenuBar:
    """Return a menu bar with a fixed action, one in a submenu, and one without keys."""
    bar = QMenuBar()
    qtbot.addWidget(bar)
    trading = bar.addMenu("&Trading")
    halt = trading.addAction("&HALT")
    halt.setShortcut(QKeySequence("F12"))
    halt.setProperty(FIXED, True)
    trading.addSeparator()
    inner = trading.addMenu("&More")
    inner.addAction("&Arm && wait").setShortcut(QKeySequence("Ctrl+A"))
    inner.addAction("&Disarm").setObjectName("disarm")
    return bar


@pytest.fixture
def table(bar: QMenuBar) -> KeyTable:
    """Return the bar's actions."""
    return KeyTable(bar, (FixedKeys("Ctrl+Return", "Approve", "among the cards"),))


def test_actions_are_found_with_their_place(table: KeyTable) -> None:
    """Submenus are walked, separators are none, marks of letters are left out."""
    found = [(entry.name, entry.text, entry.where, entry.keys) for entry in table.entries()]
    assert found == [
        ("Trading/HALT", "HALT", "Trading", "F12"),
        ("Trading > More/Arm & wait", "Arm & wait", "Trading > More", "Ctrl+A"),
        ("disarm", "Disarm", "Trading > More", ""),
    ]


@pytest.mark.parametrize(
    ("place", "keys", "words"),
    [
        (2, "F12", "F12 is taken by “HALT”."),
        (2, "Ctrl+Return", "Ctrl+Return is taken by “Approve”."),
        (0, "Ctrl+H", "The keys of “HALT” stay as they are."),
        (1, "Ctrl+A", ""),
        (2, "Ctrl+D", ""),
    ],
)
def test_keys_are_given_or_refused_in_words(table: KeyTable, place: int, keys: str, words: str) -> None:
    """What is taken says by whom; HALT stays where it is."""
    assert table.assign(table.entries()[place], QKeySequence(keys)) == words


def test_keys_are_kept_and_come_back(table: KeyTable, bar: QMenuBar) -> None:
    """A new table takes what was kept; an action that came later, too; the usual keys come back by `reset`."""
    table.assign(table.entries()[1], QKeySequence("Ctrl+J"))
    table.assign(table.entries()[2], QKeySequence("Ctrl+D"))
    kept = table.kept
    assert kept == {"Trading > More/Arm & wait": "Ctrl+J", "disarm": "Ctrl+D"}
    table.reset(table.entries()[1])
    assert table.entries()[1].keys == "Ctrl+A"
    again = KeyTable(bar)
    again.recall({**kept, "gone": "Ctrl+G", "odd": 3, "later": "Ctrl+L"})
    assert [entry.keys for entry in again.entries()] == ["F12", "Ctrl+J", "Ctrl+D"]
    bar.addMenu("New").addAction("Later").setObjectName("later")
    assert again.entries()[-1].keys == "Ctrl+L"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(KEYS), st.booleans()), max_size=12))
def test_no_two_actions_ever_share_keys(table: KeyTable, steps: list[tuple[int, str, bool]]) -> None:
    """Whatever is assigned and reset, in whichever order, each key has one meaning, and HALT has F12."""
    for place, keys, resets in steps:
        entry = table.entries()[place]
        if resets:
            table.reset(entry)
        else:
            table.assign(entry, QKeySequence(keys))
    held = [{keys.toString() for keys in entry.action.shortcuts()} for entry in table.entries()]
    assert all(not one & other for one, other in combinations(held, 2))
    assert held[0] == {"F12"}
    assert all("Ctrl+Return" not in each for each in held)


def test_an_action_that_cannot_be_done_says_so(qtbot: QtBot) -> None:
    """The palette runs what is possible, and tells what is not."""
    said: list[str] = []
    action = QAction("&Resume")
    with qtbot.waitSignal(action.triggered):
        run(action, said.append)
    action.setEnabled(False)
    run(action, said.append)
    assert said == ["Resume: not possible now"]
