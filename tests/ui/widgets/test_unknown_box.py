# SPDX-License-Identifier: MIT
"""Only the trader answers what became of an order, with a reason and two presses, and for the order that is shown."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.unknown_box import UnknownBox
from tests.fakes.desk_data import intent_row

ONE = intent_row("one", state=IntentState.UNKNOWN, details="no answer came")
TWO = intent_row("two", state=IntentState.UNKNOWN, symbol="USDJPY")


@pytest.fixture
def box(qtbot: QtBot, theme: Theme) -> UnknownBox:
    """Return a box that shows the first of two intents."""
    box = UnknownBox(theme)
    qtbot.addWidget(box)
    box.show_rows((ONE, TWO), None, ())
    return box


def test_an_answer_needs_a_reason_and_two_presses(box: UnknownBox) -> None:
    """Without a reason nothing can be pressed; what is typed in between takes the first press back."""
    asked: list[tuple[object, ...]] = []
    box.resolve_asked.connect(lambda *values: asked.append(values))
    assert not box.executed.isEnabled()
    assert not box.not_executed.isEnabled()
    box.reason.setText(" seen ")
    box.executed.click()
    box.ticket.setText(str(2**40))
    assert box.executed.text() == "It was executed"
    box.executed.click()
    assert asked == []
    assert box.executed.text() == "Really executed?"
    box.executed.click()
    assert asked == [("one", True, "seen", 2**40)]
    box.ticket.clear()
    box.not_executed.click()
    assert box.not_executed.text() == "Really not executed?"
    box.not_executed.click()
    assert asked[1:] == [("one", False, "seen", 0)]


@pytest.mark.parametrize(("ticket", "executed", "not_executed"), [("x1", False, False), ("17", True, False)])
def test_a_ticket_fits_its_answer(box: UnknownBox, ticket: str, executed: bool, not_executed: bool) -> None:
    """What is no ticket is never taken for none, and what was not executed has none."""
    box.reason.setText("seen")
    box.ticket.setText(ticket)
    assert (box.executed.isEnabled(), box.not_executed.isEnabled()) == (executed, not_executed)
    assert box.not_executed.toolTip()


def test_the_box_stays_on_its_intent(box: UnknownBox) -> None:
    """Another one arriving changes nothing under the trader's hand; choosing another, or its end, begins anew."""
    assert "(and 1 more)" in box.what.text()
    box.reason.setText("seen")
    box.show_rows((TWO, ONE), None, ())
    assert box.shown is ONE
    assert box.reason.text() == "seen"
    box.executed.click()
    box.show_rows((TWO, ONE), TWO, ())
    assert box.shown is TWO
    assert (box.reason.text(), box.executed.text()) == ("", "It was executed")
    box.reason.setText("seen")
    box.show_rows((ONE,), None, ("one",))
    assert box.shown is ONE
    box.reason.setText("again")
    assert not box.executed.isEnabled()
    assert box.executed.toolTip() == "Answered, waiting for the trading core"
    box.show_rows((), None, ())
    assert not box.isVisible()
    assert box.shown is None
