# SPDX-License-Identifier: MIT
"""Turns: however much one sender has waiting, the others and the trader come in between."""

from __future__ import annotations

from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.intent_queue.pending import in_turn
from arbitrex_desktop.desk.intents.events import Event, NewEvent
from arbitrex_desktop.desk.intents.intent import MANUAL, IntentState
from arbitrex_desktop.desk.settings import DeskSettings
from tests.desk.conftest import BuildDesk, Desk, intent

BOTH = DeskSettings(auto_approve_lots={"greedy": 1.0, "honest": 1.0}, max_pending=500)


def hand_in(desk: Desk, source: str, number: int) -> list[str]:
    """Hand intents in; return their ids."""
    return [desk.core.submit(intent(source=source, time_to_live=600.0)) for _ in range(number)]


def sent(desk: Desk) -> list[str]:
    """Return the senders of the intents that were sent, in their order."""
    assert desk.core.desk is not None
    done = desk.core.desk.book.in_state(IntentState.FILLED)
    return [each.request.source for each in done]


def test_one_intent_is_approved_at_a_time(build: BuildDesk) -> None:
    """A step sends one order, and says that more are due, so that the trader's commands come in between."""
    desk = build(settings=BOTH)
    hand_in(desk, "greedy", 5)
    for taken in range(1, 6):
        desk.clock.advance(0.05)
        desk.broker.refresh_quotes()
        assert desk.core.step()
        assert len(sent(desk)) == taken
    assert not desk.core.step()


def test_a_strategy_does_not_wait_for_all_that_another_has_sent(build: BuildDesk) -> None:
    """Whoever was served the longest ago is next, however many of another's came before."""
    desk = build(settings=BOTH)
    hand_in(desk, "greedy", 30)
    hand_in(desk, "honest", 2)
    for _ in range(4):
        desk.step(0.05)
    assert sent(desk) == ["greedy", "honest", "greedy", "honest"]


def test_one_that_is_refused_again_and_again_holds_nobody_up(build: BuildDesk) -> None:
    """An intent whose approval fails is left alone for a second; others of its sender and of others are sent."""
    desk = build(settings=BOTH)
    stuck = hand_in(desk, "greedy", 1)[0]
    hand_in(desk, "greedy", 2)
    assert desk.core.desk is not None
    approve = desk.core.desk.approve

    def refuse(intent_id: str, *arguments: object) -> object:
        if intent_id == stuck:
            raise DeskError("not now")
        return approve(intent_id, *arguments)  # type: ignore[arg-type] # passed on as they came

    desk.core.desk.approve = refuse  # type: ignore[method-assign,assignment] # what the test is about
    for _ in range(3):
        desk.step(0.05)
    assert len(sent(desk)) == 2
    assert not desk.core.step()
    desk.core.desk.approve = approve  # type: ignore[method-assign] # and back
    desk.step(1.0)
    assert desk.intent(stuck).state is IntentState.FILLED


def test_waiting_intents_are_judged_again_a_few_at_a_time(build: BuildDesk) -> None:
    """A step judges a few of many, and says that more are due; within the second all are judged once."""
    desk = build(settings=DeskSettings(max_pending=500))
    hand_in(desk, "greedy", 60)
    hand_in(desk, MANUAL, 2)
    desk.rpm.evaluated.clear()
    counts, more = [], True
    desk.clock.advance(1.0)
    desk.broker.refresh_quotes()
    while more:
        before = len(desk.rpm.evaluated)
        more = desk.core.step()
        counts.append(len(desk.rpm.evaluated) - before)
    assert max(counts) <= 8
    assert sum(counts) == 62
    assert len({each.intent_id for each in desk.rpm.evaluated}) == 62


def test_the_traders_come_first_and_everybody_in_turn(build: BuildDesk) -> None:
    """Of each sender one, the trader's before the others', each in the order in which it came."""
    desk = build(settings=DeskSettings(max_pending=500))
    a, b, trader = hand_in(desk, "a", 3), hand_in(desk, "b", 1), hand_in(desk, MANUAL, 2)
    assert desk.core.desk is not None
    order = [each.intent_id for each in in_turn(desk.core.desk.book.in_state(IntentState.PENDING))]
    assert order == [trader[0], a[0], b[0], trader[1], a[1], a[2]]


def test_many_that_expire_are_one_transaction(build: BuildDesk) -> None:
    """A hundred that end together wait for the disk once, and each is told."""
    desk = build(settings=DeskSettings(max_pending=500))
    ids = [desk.core.submit(intent(source="greedy", time_to_live=5.0)) for _ in range(100)]
    assert desk.core.desk is not None
    journal, told, sizes = desk.core.desk.book.journal, set[str](), list[int]()
    append = journal.append

    def counted(*drafts: NewEvent) -> tuple[Event, ...]:
        sizes.append(len(drafts))
        return append(*drafts)

    journal.append = counted  # type: ignore[method-assign] # what the test is about
    desk.core.listen(lambda gone, _: told.add(gone.intent_id))
    desk.step(6.0)
    assert sizes == [100]
    assert told == set(ids)
    assert {desk.intent(each).state for each in ids} == {IntentState.EXPIRED}
