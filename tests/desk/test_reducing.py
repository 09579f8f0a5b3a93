# SPDX-License-Identifier: MIT
"""Intents that only reduce: they close a position by its name, pass a halt, and can never open one."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.settings import DeskSettings
from tests.desk.conftest import BuildDesk, Desk, intent
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_position
from tests.fakes.records import replace


@pytest.fixture
def held(desk: Desk) -> Desk:
    """Give a desk that holds 0.3 lots of EURUSD, bought by hand, and an RPM that calls every trade a reduction."""
    desk.broker.positions = (
        make_position("EURUSD", 1, 0.3, ticket=11, time_msc=1),
        make_position("EURUSD", 1, 0.05, ticket=12, time_msc=2),
        make_position("GBPUSD", 1, 0.3, ticket=13, time_msc=0),
    )
    desk.broker.poll()
    desk.rpm.reducing = True
    return desk


def test_a_reduction_closes_a_part_of_the_oldest_position(held: Desk) -> None:
    """On a hedging account the opposite deal would open a second position, so the order names what it closes."""
    intent_id = held.core.submit(intent(direction=-1))
    held.core.approve(intent_id)
    assert held.row(intent_id).state is IntentState.FILLED
    (request,) = held.broker.sent
    assert (request["position"], request["volume"], request["sl"]) == (11, 0.1, 0.0)
    assert [position.volume for position in held.broker.positions] == [pytest.approx(0.2), 0.05, 0.3]


def test_a_reduction_never_takes_more_than_its_position_has(held: Desk) -> None:
    """The lots are cut to the position that is closed; nothing turns around."""
    held.rpm.lots = 0.5
    intent_id = held.core.submit(intent(direction=-1))
    assert held.row(intent_id).lots == pytest.approx(0.3)
    held.core.approve(intent_id)
    assert [position.ticket for position in held.broker.positions] == [12, 13]


def test_a_reduction_passes_a_halt(held: Desk) -> None:
    """HALT stops what adds risk; the RPM's reduction goes through by the trader's click."""
    held.core.halt("careful")
    intent_id = held.core.submit(intent(direction=-1))
    held.core.approve(intent_id)
    assert held.row(intent_id).state is IntentState.FILLED


def test_a_trade_that_closes_says_so(held: Desk) -> None:
    """Row and preview name the position, whole or in part; a strategy that did not open it says that too."""
    whole = held.row(held.core.submit(intent(direction=-1, symbol="GBPUSD", stop_loss=1.3)))
    assert (whole.closes, whole.stop_loss) == (13, None)
    assert whole.closing_text == "CLOSES 0.10 of position #13 (BUY 0.30 GBPUSD)"
    held.rpm.lots = 0.5
    preview = held.core.preview(intent(direction=-1), 1).intent
    assert (preview.closes, preview.closing_text) == (11, "CLOSES position #11 (BUY 0.30 EURUSD)")
    strange = held.row(held.core.submit(intent(direction=-1, source="bot")))
    assert strange.closing_text == "CLOSES position #11 (BUY 0.30 EURUSD), which bot did not open"
    held.rpm.reducing = False
    opening = held.row(held.core.submit(intent()))
    assert (opening.closes, opening.closing_text) == (None, "")


def test_a_strategys_own_position_needs_no_such_word(desk: Desk) -> None:
    """What a strategy opened it may close, and the words do not call it a stranger's."""
    desk.core.approve(desk.core.submit(intent(source="bot")))
    desk.step()
    (own,) = desk.broker.positions
    desk.rpm.reducing = True
    row = desk.row(desk.core.submit(intent(source="bot", direction=-1)))
    assert row.closing_text == f"CLOSES position #{own.ticket} (BUY 0.10 EURUSD)"


def test_an_approval_is_for_the_position_that_was_shown(held: Desk) -> None:
    """When another position would be closed at the click, or one opened instead, nothing is sent: it is shown anew."""
    intent_id = held.core.submit(intent(direction=-1))
    assert held.row(intent_id).closes == 11
    held.broker.positions = held.broker.positions[1:]
    held.broker.poll()
    with pytest.raises(CommandRefused, match="now closes position #12, while what was shown closes position #11"):
        held.core.approve(intent_id)
    assert held.row(intent_id).closes == 12
    held.rpm.reducing = False
    with pytest.raises(CommandRefused, match="now opens a position"):
        held.core.approve(intent_id)
    assert held.broker.sent == []


def test_nothing_to_reduce_is_refused(held: Desk) -> None:
    """When the position is gone by the click, nothing is sent: a reduction cannot become a new position."""
    intent_id = held.core.submit(intent(direction=-1))
    held.broker.positions = ()
    held.broker.poll()
    with pytest.raises(Exception, match="no position of EURUSD left"):
        held.core.approve(intent_id)
    row = held.row(held.core.submit(intent(direction=-1)))
    assert (row.state, row.reason) == (IntentState.REJECTED, "NOTHING_TO_REDUCE")
    assert held.broker.sent == []


def test_a_lost_reply_of_a_reduction_is_found_among_the_deals(held: Desk) -> None:
    """A closing deal tells of itself, with its comment or without."""
    for comments, symbol in ((True, "EURUSD"), (False, "GBPUSD")):
        held.broker.keep_comments = comments
        held.broker.moods.append(Mood.FILL_LOST)
        intent_id = held.core.submit(intent(direction=-1, symbol=symbol))
        held.core.approve(intent_id)
        assert held.row(intent_id).state is IntentState.UNKNOWN
        held.step()
        row = held.row(intent_id)
        assert (row.state, row.filled_lots) == (IntentState.FILLED, 0.1)


def test_a_policy_touches_only_what_its_strategy_opened(build: BuildDesk) -> None:
    """An automatic approval closes the strategy's own position, never one that a person opened."""
    desk = build(settings=DeskSettings(auto_approve_lots={"bot": 1.0}))
    desk.core.submit(intent(source="bot"))
    desk.step()
    (own,) = desk.broker.positions
    desk.broker.positions = (own, make_position("GBPUSD", 1, 0.1, ticket=5))
    desk.broker.poll()
    desk.rpm.reducing = True
    mine = desk.core.submit(intent(source="bot", direction=-1))
    theirs = desk.core.submit(intent(source="bot", direction=-1, symbol="GBPUSD"))
    desk.step()
    assert desk.row(mine).state is IntentState.FILLED
    assert desk.row(theirs).state is IntentState.PENDING


def test_a_strategy_s_position_is_known_by_its_comment(build: BuildDesk) -> None:
    """Under a number that the journal does not have, as where a broker numbers positions anew."""
    desk = build(settings=DeskSettings(auto_approve_lots={"bot": 1.0}))
    desk.core.submit(intent(source="bot"))
    desk.step()
    (own,) = desk.broker.positions
    desk.broker.positions = (replace(own, ticket=77, identifier=77), make_position("EURUSD", 1, 0.1, ticket=78))
    desk.broker.poll()
    assert desk.core.desk is not None
    opened_by = desk.core.desk.policy.opened_by
    assert [opened_by(77, "bot"), opened_by(77, "other"), opened_by(78, "bot")] == [True, False, False]


def test_the_rpm_learns_what_will_not_happen(desk: Desk) -> None:
    """Rejected, expired and failed trades are released, so that they use up no limits; so is what the books confirm."""
    rejected, expired, filled = (desk.core.submit(intent(time_to_live=life)) for life in (100.0, 5.0, 100.0))
    desk.core.approve(filled)
    desk.core.reject(rejected)
    desk.step(6.0)
    assert desk.rpm.released == [rejected, expired, filled]
    desk.core.stop()
    assert desk.rpm.closed
