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

from arbitrex_desktop.desk.intents.intent import GoodFor, IntentState, SeenTrade
from arbitrex_desktop.desk.presentation.snapshot import RestingOrder
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.ui.cards.card import IntentCard
from arbitrex_desktop.ui.cards.card_text import CardText
from arbitrex_desktop.ui.cards.pending_text import CHOICE_IS_GONE, NONE_WAITS, next_is_yours, nothing_chosen
from arbitrex_desktop.ui.commands import ApproveIntent, CommandResult, RejectIntent, ResolveIntent, TraderCommand
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.pending import PendingPanel
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


def card(panel: PendingPanel, intent_id: str = "") -> IntentCard:
    """Return an intent's card, or that of the chosen one."""
    return panel.deck.cards[intent_id or panel.deck.chosen or ""]


def text(panel: PendingPanel, intent_id: str = "") -> CardText:
    """Return the words on a card."""
    shown = card(panel, intent_id).text
    assert shown is not None
    return shown


def test_an_intent_is_shown_with_all_that_a_decision_needs(panel: PendingPanel, fresh: Make) -> None:
    """Side, size, time left, risk in money, percent and R, prices, source, the answer, and every check behind it."""
    settle(panel, fresh(age=1.0))
    shown = text(panel)
    assert (shown.title, shown.left, shown.risk) == (
        "▲ BUY 0.60 EURUSD", "1:39", "risk 300.00 EUR · 0.30 % · target 2.0 R",
    )  # fmt: skip
    assert shown.levels == "manual · at 1.10000 · stop 1.09500 · target 1.11000"
    assert (shown.word, shown.sentence, shown.tone) == ("ADJUSTED", "Cut to the limit for one symbol", Tone.WARN)
    assert panel.checks.isHidden()
    card(panel).fold.click()
    assert panel.checks.isVisible()
    assert panel.checks.shown[0].outcome is Outcome.ADJUST
    assert len(panel.checks.shown) == shown.checks == 4
    assert card(panel).approve.text() == "Approve ▲ BUY"
    assert card(panel).approve.isEnabled()
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
    assert not card(panel).approve.isEnabled()
    assert words in panel.blocker.text()
    assert words in card(panel).approve.toolTip()
    assert words in text(panel).sentence


def test_a_silent_core_disables_approve(panel: PendingPanel, fresh: Make) -> None:
    """An old snapshot is no ground for an approval."""
    settle(panel, fresh(age=60.0))
    assert not card(panel).approve.isEnabled()
    assert "has not answered" in panel.blocker.text()


def test_the_choice_never_slips_to_the_neighbour(panel: PendingPanel, fresh: Make) -> None:
    """An intent that ends by itself leaves none chosen, for good: what the hand was meant for is gone."""
    first, second = intent_row("one"), intent_row("two", symbol="USDJPY")
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    settle(panel, fresh(intents=(first, second)))
    panel.deck.choose("one")
    assert card(panel).approve.isEnabled()
    panel.refresh(fresh(intents=(second,)))
    assert panel.chosen is None
    panel._approve()
    panel._reject()
    assert asked == []
    assert panel.blocker.text() == CHOICE_IS_GONE
    panel.deck.choose("two")
    assert card(panel).approve.isEnabled()
    settle(panel, fresh(intents=()))
    assert panel.blocker.text() == ""
    panel.refresh(fresh(intents=(first,)))
    assert panel.blocker.text() == nothing_chosen()


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
    getattr(card(panel), decision).click()
    assert len(asked) == 1
    panel.command_done(CommandResult(asked[0]))
    panel.refresh(fresh(intents=(second, intent_row("three"))))
    assert panel.chosen is None
    assert next_is_yours() in panel.blocker.text()
    assert "BUY 0.60 EURUSD" in panel.blocker.text()
    for act in (panel._approve, panel._reject):
        act()
    assert len(asked) == 1
    panel.choose_first()
    assert [panel.chosen] == [second]
    assert card(panel).approve.isEnabled()


def test_nothing_is_chosen_for_the_trader(panel: PendingPanel, fresh: Make) -> None:
    """Not even the only intent, when it comes into an empty list."""
    panel.refresh(fresh(intents=()))
    panel.refresh(fresh())
    assert panel.chosen is None
    assert panel.blocker.text() == nothing_chosen()


@pytest.mark.parametrize(
    "escalation",
    ["it is larger now: 0.10 to 0.60 lots", "it now closes position #1; when it arrived it was to open one"],
)
@pytest.mark.parametrize(
    "since",
    [{"closes": 7}, {"risk_amount": 600.0}, {"lots": 0.9, "risk_amount": 900.0}],
    ids=["another kind", "more risk", "larger and riskier"],
)
def test_what_became_more_than_it_was_asks_once_more(
    panel: PendingPanel, fresh: Make, escalation: str, since: dict[str, Any]
) -> None:
    """Also long after the first approval of the run, and anew when it changes again between the two presses."""
    grown = intent_row(escalation=escalation)
    settle(panel, fresh(intents=(grown,)))
    panel._knows_no_undo = True
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    assert f"This is not what arrived: {escalation}" in panel.blocker.text()
    card(panel).approve.click()
    again = replace(grown, escalation="it is another one now", **since)
    settle(panel, fresh(intents=(again,)))
    card(panel).approve.click()
    assert asked == []
    settle(panel, fresh(intents=(again,)))
    card(panel).approve.click()
    assert asked == [ApproveIntent("aaaa1111", SeenTrade(again.lots, again.closes))]


@pytest.mark.parametrize(("later", "sent"), [(0.55, 0.55), (0.61, 0.6), (0.66, 0.6)])
def test_a_size_that_moves_with_the_price_can_be_approved(
    panel: PendingPanel, fresh: Make, later: float, sent: float
) -> None:
    """A trade sized by its risk is another size each second: two presses send it, never larger than at the first."""
    first = intent_row(lots=0.6, risk_amount=300.0, escalation="it is larger now: 0.50 to 0.60 lots")
    settle(panel, fresh(intents=(first,)))
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    card(panel).approve.click()
    moved = replace(first, lots=later, escalation=f"it is larger now: 0.50 to {later} lots")
    settle(panel, fresh(intents=(moved,)))
    assert ("At most 0.60 lots are sent" in panel.blocker.text()) is (later > first.lots)
    card(panel).approve.click()
    assert asked == [ApproveIntent("aaaa1111", SeenTrade(sent))]


def test_less_than_was_asked_for_is_said(panel: PendingPanel, fresh: Make) -> None:
    """Lots that were rounded down or cut are named."""
    settle(panel, fresh(intents=(intent_row(requested_lots=0.615, decision="APPROVED", checks=()),)))
    assert panel.blocker.text().startswith("0.615 lots were asked for, 0.60 remain. Nothing speaks against it.")


def test_new_intents_do_not_move_the_choice(panel: PendingPanel, fresh: Make) -> None:
    """What arrives, wherever it is sorted in, leaves the chosen intent chosen."""
    second = intent_row("two", symbol="USDJPY")
    settle(panel, fresh(intents=(second,)))
    settle(panel, fresh(intents=(intent_row("one"), second)))
    chosen = panel.chosen
    assert chosen is not None
    assert chosen.intent_id == "two"
    assert text(panel).title.endswith("USDJPY")
    panel.deck.choose(None)
    assert panel.chosen is None


def test_ended_intents_are_not_pending(panel: PendingPanel, fresh: Make) -> None:
    """Only what the desk still has to deal with is listed; an unknown fate is, and says so."""
    states = [IntentState.FILLED, IntentState.FAILED, IntentState.PARTIAL, IntentState.UNKNOWN, IntentState.PENDING]
    rows = tuple(intent_row(state.value, state=state) for state in states)
    settle(panel, fresh(intents=rows))
    assert {row.state for row in panel.rows} == {IntentState.UNKNOWN, IntentState.PENDING}
    assert text(panel, "UNKNOWN").left == "? UNKNOWN"
    assert text(panel, "UNKNOWN").left_tone is Tone.BAD


def test_an_order_that_rests_is_not_pending(panel: PendingPanel, fresh: Make) -> None:
    """It was decided, and stands among the orders; before that its card says where it will rest."""
    resting = {"order_kind": "LIMIT", "resting": RestingOrder(1.09, GoodFor.DAY)}
    settle(panel, fresh(intents=(intent_row("a", **resting), intent_row("b", state=IntentState.PLACED, **resting))))
    assert list(panel.deck.cards) == ["a"]
    assert text(panel).title == "\N{BLACK UP-POINTING TRIANGLE} BUY LIMIT 0.60 EURUSD"
    assert text(panel).levels.endswith(" · rests for the day")


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
    assert text(panel).left_tone is Tone.WARN


def test_an_empty_deck_says_what_to_do(panel: PendingPanel, fresh: Make) -> None:
    """No card, nothing to press, and where intents come from."""
    settle(panel, fresh(intents=()))
    assert not panel.deck.cards
    assert panel.deck.empty_text == NONE_WAITS
    assert not panel.reject_all.isEnabled()
    assert panel.tab_title() == "Pending intents"
    panel.grab()


def test_the_first_approve_of_a_run_says_that_there_is_no_undo(panel: PendingPanel, fresh: Make) -> None:
    """It sends nothing and says so inside the window; the next press sends, and nothing asks again in this run."""
    settle(panel, fresh())
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    card(panel).approve.click()
    assert "CANNOT BE UNDONE" in panel.blocker.text()
    assert card(panel).approve.text().startswith("Really")
    # Not even a double click gets past it.
    card(panel).approve.click()
    panel._approve()
    assert asked == []
    settle(panel, fresh())
    card(panel).approve.click()
    assert asked == [ApproveIntent("aaaa1111", SeenTrade(0.6))]
    settle(panel, fresh(intents=(intent_row("next"),)))
    card(panel).approve.click()
    assert asked == [ApproveIntent("aaaa1111", SeenTrade(0.6)), ApproveIntent("next", SeenTrade(0.6))]


def test_the_first_approve_is_about_one_intent(panel: PendingPanel, fresh: Make) -> None:
    """When another intent is chosen after the first press, the window asks anew."""
    rows = (intent_row("one"), intent_row("two", symbol="USDJPY"))
    settle(panel, fresh(intents=rows))
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    card(panel).approve.click()
    panel.deck.choose("two")
    settle(panel, fresh(intents=rows))
    card(panel).approve.click()
    assert asked == []
    settle(panel, fresh(intents=rows))
    card(panel).approve.click()
    assert asked == [ApproveIntent("two", SeenTrade(0.6))]


def test_an_unusable_journal_disables_approve(panel: PendingPanel, fresh: Make) -> None:
    """What cannot be journalled is not sent, whatever else the row says."""
    settle(panel, fresh(journal_problem="the disk is full"))
    assert not card(panel).approve.isEnabled()
    assert panel.blocker.text() == "Cannot approve: Nothing can be sent: the disk is full"


def test_an_unknown_fate_has_its_evidence_beside_it(panel: PendingPanel, fresh: Make) -> None:
    """In words below the cards, which it does not move, and counted in the tab; the answer goes out once."""
    pending = intent_row("p", symbol="AUDUSD")
    lost = intent_row("u", state=IntentState.UNKNOWN, details="no answer came", lots=0.25)
    settle(panel, fresh(intents=(pending, lost)))
    assert panel.tab_title() == "Pending intents (2 ?)"
    assert panel.unknown.isVisible()
    panel.resize(panel.width(), 320)
    panel.grab()
    assert panel.unknown.geometry().top() > panel.deck.geometry().bottom()
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


def test_an_unknown_fate_leaves_a_card_whole_in_the_smallest_window(panel: PendingPanel, fresh: Make) -> None:
    """What waits beside it can still be read and decided: where there is no room below the cards it stands beside."""
    panel.resize(690, 190)
    settle(panel, fresh(intents=(intent_row("p"), intent_row("u", state=IntentState.UNKNOWN, details="no answer"))))
    panel.grab()
    assert panel.unknown.geometry().left() > panel.deck.geometry().right()
    assert panel.deck.is_in_sight("p")
    assert panel.rect().contains(panel.unknown.geometry())


def test_an_answer_that_changed_is_told(panel: PendingPanel, fresh: Make) -> None:
    """What the core says is different from the first answer stands in the row, in its tip and in words."""
    settle(panel, fresh())
    assert text(panel).word == "ADJUSTED"
    settle(panel, fresh(intents=(intent_row(changed="0.60 to 0.40 lots"),)))
    assert (text(panel).word, text(panel).sentence) == ("ADJUSTED *", "Changed: 0.60 to 0.40 lots")
    assert panel.blocker.text().startswith("Changed while it waited: 0.60 to 0.40 lots. ")
    assert "Changed: 0.60 to 0.40 lots" in card(panel).toolTip()
    refused = intent_row(
        decision="REJECTED", lots=0.0, can_approve=False, blocker="too deep", changed="ADJUSTED to REJECTED"
    )
    settle(panel, fresh(intents=(refused,)))
    assert panel.blocker.text() == "Cannot approve: too deep (changed: ADJUSTED to REJECTED)"
    settle(panel, fresh())
    assert text(panel).word == "ADJUSTED"
    assert panel.blocker.tone is Tone.MUTED


def test_a_trade_that_closes_says_so_everywhere(panel: PendingPanel, fresh: Make) -> None:
    """Row, words below and button name the position that would be closed, whether or not it was so at first."""
    words = "CLOSES position #123 (BUY 0.01 XAUUSD)"
    closing = intent_row(decision="APPROVED", lots=0.01, risk_amount=0.0, closes=123, closing_text=words)
    settle(panel, fresh(intents=(closing,)))
    assert (text(panel).word, text(panel).sentence, text(panel).risk) == ("", words, "reduces risk")
    assert card(panel).approve.text() == "Approve close"
    assert panel.blocker.text().startswith(f"{words}. ")
    assert panel.blocker.tone is Tone.WARN
    card(panel).approve.click()
    assert card(panel).approve.text() == "Really close?"
    assert panel.blocker.text().startswith(f"{words}. Approving sends")
    settle(panel, fresh(intents=(replace(closing, closes=124, changed="closes #123 to closes #124"),)))
    assert text(panel).word == "CLOSES #124 *"


def test_what_is_refused_cannot_be_approved(panel: PendingPanel, fresh: Make) -> None:
    """A refused trade has no size, so the button names none."""
    refused = intent_row(decision="REJECTED", lots=0.0, can_approve=False, blocker="too deep")
    settle(panel, fresh(intents=(refused,)))
    assert card(panel).approve.text() == "Cannot approve"
    assert not card(panel).approve.isEnabled()


def test_no_key_reaches_a_button(panel: PendingPanel, fresh: Make, qtbot: QtBot) -> None:
    """Buttons on cards take no keyboard, so that neither space nor tab lands on one; a press leaves it in the deck."""
    settle(panel, fresh())
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    QTest.mouseClick(card(panel).approve, Qt.MouseButton.LeftButton)
    assert panel.deck.hasFocus()
    panel._guard.stop()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Tab):
        QTest.keyClick(panel.focusWidget(), key)
    assert asked == []
    assert {card(panel).approve.focusPolicy(), card(panel).reject.focusPolicy()} == {Qt.FocusPolicy.NoFocus}


def test_a_press_on_another_card_is_about_that_card(panel: PendingPanel, fresh: Make) -> None:
    """Approve on a card decides on its own intent, whichever was chosen before."""
    settle(panel, fresh(intents=(intent_row("one"), intent_row("two", lots=0.2))))
    panel._knows_no_undo = True
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    panel.deck.choose("one")
    card(panel, "two").approve.click()
    assert asked == [ApproveIntent("two", SeenTrade(0.2))]
    card(panel, "one").reject.click()
    assert asked[1:] == [RejectIntent("one")]


@pytest.mark.parametrize(
    ("changes", "said"), [({}, "Approved, at most ▲ BUY 0.60"), ({"requested_lots": 0.6}, "Approved ▲ BUY 0.60")]
)
def test_a_size_left_to_the_risk_manager_is_said_to_be_the_most(
    panel: PendingPanel, fresh: Make, changes: dict[str, Any], said: str
) -> None:
    """It looks again at the click, and what is filled may be less than what the card had."""
    settle(panel, fresh(intents=(intent_row("p", **changes),)))
    card(panel, "p").approve.click()
    panel._guard.stop()
    panel._guard.timeout.emit()
    card(panel, "p").approve.click()
    assert panel.blocker.text().startswith(said)
