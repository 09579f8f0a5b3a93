# SPDX-License-Identifier: MIT
"""Keys decide on the intent that the trader sees marked, and only while the keyboard is there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import SeenTrade
from arbitrex_desktop.ui.cards.pending_text import GO_KEY, OUT_OF_SIGHT, next_is_yours
from arbitrex_desktop.ui.commands import ApproveIntent, CommandResult, RejectIntent, TraderCommand
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.pending import PendingPanel
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.desk_data import intent_row

Make = Callable[..., Freshness]
CTRL = Qt.KeyboardModifier.ControlModifier
MANY = tuple(intent_row(f"intent{number:02d}") for number in range(30))


@pytest.fixture
def asked() -> list[TraderCommand]:
    """Return what was asked for, in order."""
    return []


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, fresh: Make, asked: list[TraderCommand]) -> PendingPanel:
    """Return the panel of an active window, with one intent, past its guard and its first warning."""
    panel = PendingPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(700, 500)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    panel.asked.connect(asked.append)
    panel._knows_no_undo = True
    settle(panel, fresh())
    return panel


def settle(panel: PendingPanel, fresh: Freshness) -> None:
    """Show a snapshot, have the trader choose if nothing is, past the moment in which the buttons are guarded."""
    panel.refresh(fresh)
    panel.choose_first()
    panel._guard.stop()
    panel.refresh(fresh)


def press(widget: QWidget, key: Qt.Key) -> None:
    """Give a widget the keyboard and press Ctrl with a key there."""
    widget.setFocus()
    assert widget.hasFocus()
    QTest.keyClick(widget, key, CTRL)


@pytest.mark.parametrize("place", ["deck", "checks"])
def test_keys_decide_where_the_keyboard_is_on_the_intent(
    panel: PendingPanel, asked: list[TraderCommand], place: str
) -> None:
    """Among the cards and in their checks; a second press does nothing while the first is under way."""
    panel.checks.show()
    press(getattr(panel, place), Qt.Key.Key_Return)
    press(panel.deck, Qt.Key.Key_Return)
    assert asked == [ApproveIntent("aaaa1111", SeenTrade(0.6))]
    assert next_is_yours() in panel.blocker.text()
    panel.command_done(CommandResult(ApproveIntent("aaaa1111")))
    panel.choose_first()
    panel.reason.setText(" too late ")
    press(getattr(panel, place), Qt.Key.Key_Backspace)
    assert asked[1:] == [RejectIntent("aaaa1111", "too late")]
    assert panel.reason.text() == ""


def test_a_field_keeps_its_keys_to_itself(panel: PendingPanel, asked: list[TraderCommand]) -> None:
    """Whoever types a reason deletes a word with Ctrl+Backspace, and approves nothing with Ctrl+Return."""
    panel.reason.setText("too late")
    press(panel.reason, Qt.Key.Key_Return)
    press(panel.reason, Qt.Key.Key_Backspace)
    assert panel.reason.text() == "too "
    assert asked == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Backspace])
def test_a_card_out_of_sight_is_brought_back_before_anything_is_done(
    panel: PendingPanel, fresh: Make, asked: list[TraderCommand], key: Qt.Key
) -> None:
    """The first press only shows the intent that it would have decided on, also in the moments after it."""
    settle(panel, fresh(intents=MANY))
    panel.deck.choose(MANY[0].intent_id)
    panel.deck.verticalScrollBar().setValue(panel.deck.verticalScrollBar().maximum())
    press(panel.deck, key)
    press(panel.deck, key)
    assert asked == []
    assert panel.blocker.text() == OUT_OF_SIGHT
    assert panel.deck.is_in_sight(MANY[0].intent_id)
    settle(panel, fresh(intents=MANY))
    press(panel.deck, key)
    first = MANY[0].intent_id
    decision = ApproveIntent(first, SeenTrade(0.6)) if key == Qt.Key.Key_Return else RejectIntent(first)
    assert asked == [decision]
    panel.deck.choose(MANY[1].intent_id)
    assert panel.blocker.text() != OUT_OF_SIGHT


def test_the_window_says_where_the_keys_work(panel: PendingPanel, qtbot: QtBot) -> None:
    """The words below tell whether they work now, the tips where; the chosen card is marked brightly only meanwhile."""
    panel.reason.setFocus()
    assert f"({GO_KEY}, then Ctrl+Return)" in panel.blocker.text()
    unmarked = panel.deck.viewport().grab().toImage()
    panel.deck.setFocus()
    assert "(Ctrl+Return)" in panel.blocker.text()
    assert panel.deck.viewport().grab().toImage() != unmarked
    card = panel.deck.cards["aaaa1111"]
    for button, keys in ((card.approve, "Ctrl+Return"), (card.reject, "Ctrl+Backspace")):
        assert keys in button.toolTip()
        assert GO_KEY in button.toolTip()


def test_keys_do_nothing_where_nothing_is_chosen(panel: PendingPanel, fresh: Make, asked: list[TraderCommand]) -> None:
    """An intent that has just gone leaves nothing to decide on."""
    panel.refresh(fresh(intents=(intent_row("other"),)))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Backspace):
        press(panel.deck, key)
    assert asked == []
