# SPDX-License-Identifier: MIT
"""Approving is possible exactly when it should be, and never hits another intent than the one meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import IntentState, SeenTrade
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.ui.commands import ApproveIntent, CommandResult, RejectIntent, ResolveIntent, TraderCommand
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.pending import PendingPanel
from arbitrex_desktop.ui.panels.pending_text import CHOICE_IS_GONE, NEXT_IS_YOURS, NOTHING_CHOSEN
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.clock import START
from tests.fakes.desk_data import intent_row

Make = Callable[..., Freshness]


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> PendingPanel:
    """Return a shown panel."""
    panel = PendingPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(700, 500)
    panel.show()
    return panel


def settle(panel: PendingPanel, fresh: Freshness) -> None:
    """Show a snapshot, have the trader choose if nothing is, and let the moment pass in which Approve is guarded."""
    panel.refresh(fresh)
    panel.choose_first()
    panel._guard.stop()
    panel.refresh(fresh)


def texts(panel: PendingPanel, row: int = 0) -> list[str]:
    """Return the cells of a row."""
    return [str(panel.model.index(row, column).data()) for column in range(panel.model.columnCount())]


def test_an_intent_is_shown_with_all_that_a_decision_needs(panel: PendingPanel, fresh: Make) -> None:
    """Decision, lots, prices, risk in money and percent, time left, source, and every check, the gravest first."""
    settle(panel, fresh(age=1.0))
    assert texts(panel) == [
        "EURUSD", "▲ BUY", "ADJUSTED", "0.60", "1.10000", "1.09500", "300.00", "0.30 %", "1:39", "manual",
    ]  # fmt: skip
    assert panel.checks.shown[0].outcome is Outcome.ADJUST
    assert len(panel.checks.shown) == 4
    assert panel.approve.text() == "Approve ▲ BUY 0.60 EURUSD"
    assert panel.approve.isEnabled()
    assert "cannot be undone" in panel.blocker.text()
    assert panel.tab_title() == "Pending intents (1)"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"can_approve": False, "blocker": "nothing is sent on LIVE accounts yet"}, "LIVE accounts"),
        ({"can_approve": False}, "does not allow it"),
        ({"expires_at": START}, "has expired"),
        ({"state": IntentState.SENDING}, "The intent is SENDING"),
        ({"state": IntentState.UNKNOWN}, "The intent is UNKNOWN"),
    ],
)
def test_approve_is_off_and_says_why(panel: PendingPanel, fresh: Make, changes: dict[str, Any], words: str) -> None:
    """The core's blocker, an intent that ran out, one already on its way: each disables Approve, with words."""
    settle(panel, fresh(intents=(intent_row(**changes),)))
    assert not panel.approve.isEnabled()
    assert words in panel.blocker.text()
    assert words in panel.approve.toolTip()


def test_a_silent_core_disables_approve(panel: PendingPanel, fresh: Make) -> None:
    """An old snapshot is no ground for an approval."""
    settle(panel, fresh(age=60.0))
    assert not panel.approve.isEnabled()
    assert "has not answered" in panel.blocker.text()


def test_the_choice_never_slips_to_the_neighbour(panel: PendingPanel, fresh: Make) -> None:
    """An intent that ends by itself leaves none chosen, for good: what the hand was meant for is gone."""
    first, second = intent_row("one"), intent_row("two", symbol="USDJPY")
    settle(panel, fresh(intents=(first, second)))
    panel.view.choose("one")
    assert panel.approve.isEnabled()
    panel.refresh(fresh(intents=(second,)))
    assert panel.view.chosen is None
    assert not panel.approve.isEnabled()
    assert not panel.reject.isEnabled()
    assert panel.blocker.text() == CHOICE_IS_GONE
    panel.view.choose("two")
    assert panel.approve.isEnabled()
    settle(panel, fresh(intents=()))
    assert panel.blocker.text() == NOTHING_CHOSEN
    panel.refresh(fresh(intents=(first,)))
    assert panel.blocker.text() == NOTHING_CHOSEN


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_after_a_decision_nothing_is_chosen_until_the_trader_chooses(
    panel: PendingPanel, fresh: Make, decision: str
) -> None:
    """A second press, or an intent that arrives at that moment, decides on nothing; the next is a choice of its own."""
    first, second = intent_row("one"), intent_row("two", symbol="USDJPY", direction=-1)
    settle(panel, fresh(intents=(first, second)))
    panel._knows_no_undo = True
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    getattr(panel, decision).click()
    assert len(asked) == 1
    panel.command_done(CommandResult(asked[0]))
    panel.refresh(fresh(intents=(second, intent_row("three"))))
    assert panel.view.chosen is None
    assert NEXT_IS_YOURS in panel.blocker.text()
    assert "BUY 0.60 EURUSD" in panel.blocker.text()
    for button, act in ((panel.approve, panel._approve), (panel.reject, panel._reject)):
        assert not button.isEnabled()
        button.click()
        act()
    assert len(asked) == 1
    panel.choose_first()
    assert [panel.view.chosen] == [second]
    assert panel.approve.isEnabled()


def test_nothing_is_chosen_for_the_trader(panel: PendingPanel, fresh: Make) -> None:
    """Not even the only intent, when it comes into an empty list."""
    panel.refresh(fresh(intents=()))
    panel.refresh(fresh())
    assert panel.view.chosen is None
    assert panel.blocker.text() == NOTHING_CHOSEN


@pytest.mark.parametrize(
    "escalation",
    ["it is larger now: 0.10 to 0.60 lots", "it now closes position #1; when it arrived it was to open one"],
)
def test_what_became_more_than_it_was_asks_once_more(panel: PendingPanel, fresh: Make, escalation: str) -> None:
    """Also long after the first approval of the run, and anew when it changes again between the two presses."""
    grown = intent_row(escalation=escalation)
    settle(panel, fresh(intents=(grown,)))
    panel._knows_no_undo = True
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    assert f"This is not what arrived: {escalation}" in panel.blocker.text()
    panel.approve.click()
    again = replace(grown, escalation="it is larger now: 0.10 to 0.90 lots", lots=0.9)
    settle(panel, fresh(intents=(again,)))
    panel.approve.click()
    assert asked == []
    settle(panel, fresh(intents=(again,)))
    panel.approve.click()
    assert asked == [ApproveIntent("aaaa1111", SeenTrade(0.9))]


def test_less_than_was_asked_for_is_said(panel: PendingPanel, fresh: Make) -> None:
    """Lots that were rounded down or cut are named."""
    settle(panel, fresh(intents=(intent_row(requested_lots=0.615, decision="APPROVED", checks=()),)))
    assert panel.blocker.text().startswith("0.615 lots were asked for, 0.6 remain. Nothing speaks against it.")


def test_new_intents_do_not_move_the_choice(panel: PendingPanel, fresh: Make) -> None:
    """What arrives, wherever it is sorted in, leaves the chosen intent chosen."""
    second = intent_row("two", symbol="USDJPY")
    settle(panel, fresh(intents=(second,)))
    settle(panel, fresh(intents=(intent_row("one"), second)))
    panel.model.sort(0, Qt.SortOrder.AscendingOrder)
    chosen = panel.view.chosen
    assert chosen is not None
    assert chosen.intent_id == "two"
    assert panel.approve.text().endswith("USDJPY")
    panel.view.choose(None)
    assert panel.view.chosen is None


def test_ended_intents_are_not_pending(panel: PendingPanel, fresh: Make) -> None:
    """Only what the desk still has to deal with is listed; an unknown fate is, and says so."""
    states = [IntentState.FILLED, IntentState.FAILED, IntentState.PARTIAL, IntentState.UNKNOWN, IntentState.PENDING]
    rows = tuple(intent_row(state.value, state=state) for state in states)
    settle(panel, fresh(intents=rows))
    assert {row.state for row in panel.model.rows} == {IntentState.UNKNOWN, IntentState.PENDING}
    assert texts(panel, 0)[8] == "? UNKNOWN"


def test_reject_all_needs_two_presses(panel: PendingPanel, fresh: Make) -> None:
    """Every pending intent is rejected on the second press, and none on the first."""
    settle(panel, fresh(intents=(intent_row("one"), intent_row("two"), intent_row("x", state=IntentState.SENDING))))
    rejected: list[RejectIntent] = []
    panel.asked.connect(rejected.append)
    panel.reject_all.click()
    assert rejected == []
    assert panel.reject_all.text() == "Really reject all?"
    panel.reject_all.click()
    assert rejected == [RejectIntent("one"), RejectIntent("two")]
    assert not panel.reject_all.isEnabled()


def test_little_time_left_stands_out(panel: PendingPanel, fresh: Make) -> None:
    """The last seconds are told by tone as well."""
    settle(panel, fresh(intents=(intent_row(expires_at=START + timedelta(seconds=9)),)))
    assert panel.model.columns[8].tone(panel.model.rows[0]) is Tone.WARN


def test_an_empty_list_says_so(panel: PendingPanel, fresh: Make) -> None:
    """Nothing chosen, nothing to press."""
    settle(panel, fresh(intents=()))
    assert not panel.approve.isEnabled()
    assert not panel.reject.isEnabled()
    assert not panel.reject_all.isEnabled()
    assert panel.blocker.text() == NOTHING_CHOSEN
    assert panel.tab_title() == "Pending intents"
    panel.grab()


def test_the_first_approve_of_a_run_says_that_there_is_no_undo(panel: PendingPanel, fresh: Make) -> None:
    """It sends nothing and says so inside the window; the next press sends, and nothing asks again in this run."""
    settle(panel, fresh())
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    panel.approve.click()
    assert "CANNOT BE UNDONE" in panel.blocker.text()
    assert panel.approve.text().startswith("Really approve")
    # Not even a double click gets past it.
    panel.approve.click()
    panel._approve()
    assert asked == []
    settle(panel, fresh())
    panel.approve.click()
    assert asked == [ApproveIntent("aaaa1111", SeenTrade(0.6))]
    settle(panel, fresh(intents=(intent_row("next"),)))
    panel.approve.click()
    assert asked == [ApproveIntent("aaaa1111", SeenTrade(0.6)), ApproveIntent("next", SeenTrade(0.6))]


def test_the_first_approve_is_about_one_intent(panel: PendingPanel, fresh: Make) -> None:
    """When another intent is chosen after the first press, the window asks anew."""
    rows = (intent_row("one"), intent_row("two", symbol="USDJPY"))
    settle(panel, fresh(intents=rows))
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    panel.approve.click()
    panel.view.choose("two")
    settle(panel, fresh(intents=rows))
    panel.approve.click()
    assert asked == []
    settle(panel, fresh(intents=rows))
    panel.approve.click()
    assert asked == [ApproveIntent("two", SeenTrade(0.6))]


def test_an_unusable_journal_disables_approve(panel: PendingPanel, fresh: Make) -> None:
    """What cannot be journalled is not sent, whatever else the row says."""
    settle(panel, fresh(journal_problem="the disk is full"))
    assert not panel.approve.isEnabled()
    assert panel.blocker.text() == "Cannot approve: Nothing can be sent: the disk is full"


def test_an_unknown_fate_stands_on_top_with_its_evidence(panel: PendingPanel, fresh: Make) -> None:
    """First in the table however that is sorted, in words above it, counted in the tab; the answer goes out once."""
    pending = intent_row("p", symbol="AUDUSD")
    lost = intent_row("u", state=IntentState.UNKNOWN, details="no answer came", lots=0.25)
    settle(panel, fresh(intents=(pending, lost)))
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        panel.model.sort(0, order)
        assert panel.model.rows == (lost, pending)
    assert panel.tab_title() == "Pending intents (2, 1 UNKNOWN)"
    assert panel.unknown.isVisible()
    assert "BUY 0.25 EURUSD" in panel.unknown.what.text()
    assert "What is known: no answer came. EURUSD is blocked" in panel.unknown.evidence.text()
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    panel.unknown.reason.setText("it is among the deals")
    panel.unknown.executed.click()
    panel.unknown.executed.click()
    assert asked == [ResolveIntent("u", executed=True, reason="it is among the deals")]
    assert not panel.unknown.executed.isEnabled()
    panel.command_done(CommandResult(ResolveIntent("u", executed=True, reason="")))
    assert panel.unknown.executed.isEnabled()
    settle(panel, fresh(intents=(pending,)))
    assert not panel.unknown.isVisible()


def test_an_answer_that_changed_is_told(panel: PendingPanel, fresh: Make) -> None:
    """What the core says is different from the first answer stands in the row, in its tip and in words."""
    settle(panel, fresh())
    assert texts(panel)[2] == "ADJUSTED"
    settle(panel, fresh(intents=(intent_row(changed="0.60 to 0.40 lots"),)))
    assert texts(panel)[2] == "ADJUSTED *"
    assert panel.blocker.text().startswith("Changed while it waited: 0.60 to 0.40 lots. ")
    assert "Changed while it waited" in str(panel.model.index(0, 2).data(Qt.ItemDataRole.ToolTipRole))
    refused = intent_row(
        decision="REJECTED", lots=0.0, can_approve=False, blocker="too deep", changed="ADJUSTED to REJECTED"
    )
    settle(panel, fresh(intents=(refused,)))
    assert panel.blocker.text() == "Cannot approve: too deep (changed: ADJUSTED to REJECTED)"
    settle(panel, fresh())
    assert texts(panel)[2] == "ADJUSTED"
    assert panel.blocker.tone is Tone.MUTED


def test_a_trade_that_closes_says_so_everywhere(panel: PendingPanel, fresh: Make) -> None:
    """Row, words below and button name the position that would be closed, whether or not it was so at first."""
    words = "CLOSES position #123 (BUY 0.01 XAUUSD)"
    closing = intent_row(decision="APPROVED", lots=0.01, risk_amount=0.0, closes=123, closing_text=words)
    settle(panel, fresh(intents=(closing,)))
    assert texts(panel)[2] == "CLOSES #123"
    assert words in str(panel.model.index(0, 2).data(Qt.ItemDataRole.ToolTipRole))
    assert panel.approve.text() == "Approve: close #123"
    assert panel.blocker.text().startswith(f"{words}. ")
    assert panel.blocker.tone is Tone.WARN
    panel.approve.click()
    assert panel.approve.text() == "Really approve: close #123"
    assert panel.blocker.text().startswith(f"{words}. Approving sends")
    settle(panel, fresh(intents=(replace(closing, closes=124, changed="closes #123 to closes #124"),)))
    assert texts(panel)[2] == "CLOSES #124 *"


def test_what_is_refused_cannot_be_approved(panel: PendingPanel, fresh: Make) -> None:
    """A refused trade has no size, so the button names none."""
    refused = intent_row(decision="REJECTED", lots=0.0, can_approve=False, blocker="too deep")
    settle(panel, fresh(intents=(refused,)))
    assert panel.approve.text() == "Cannot approve"
    assert not panel.approve.isEnabled()


def test_the_keyboard_never_lands_on_reject(panel: PendingPanel, fresh: Make, qtbot: QtBot) -> None:
    """It stays on Approve while that asks once more, and goes to the table when Approve can no longer be pressed."""
    settle(panel, fresh())
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    panel.approve.setFocus()
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    QTest.keyClick(panel.approve, Qt.Key.Key_Space)
    assert panel.approve.hasFocus()
    QTest.keyClick(panel.approve, Qt.Key.Key_Space)
    assert asked == []
    settle(panel, fresh())
    assert panel.approve.hasFocus()
    QTest.keyClick(panel.approve, Qt.Key.Key_Space)
    assert asked == [ApproveIntent("aaaa1111", SeenTrade(0.6))]
    assert panel.view.hasFocus()
    panel.approve.setEnabled(True)
    panel.approve.setFocus()
    settle(panel, fresh(intents=()))
    assert panel.view.hasFocus()
