# SPDX-License-Identifier: MIT
"""Pairs of entries: the first one filled cancels the other, whatever happens in between."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import ENDED, IntentRequest, IntentState
from arbitrex_desktop.desk.journal.journal import Journal, journal_opener, journal_path
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.mt5.constants import OrderState
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import working_name
from tests.desk.conftest import Desk, intent
from tests.fakes.broker import FakeBroker, Mood
from tests.fakes.disk import Fate, Killed
from tests.fakes.records import replace
from tests.fakes.rpm import FakeRiskManager


def low(**changes: Any) -> IntentRequest:
    """Return an intent to sell EURUSD, which is at 1.15, below 1.14."""
    values = {"order_kind": OrderKind.STOP, "order_price": 1.14, "direction": -1, "stop_loss": 1.15}
    return intent(**{**values, **changes})


def high(**changes: Any) -> IntentRequest:
    """Return an intent to buy it above 1.16."""
    return intent(**{"order_kind": OrderKind.STOP, "order_price": 1.16, "stop_loss": 1.15, **changes})


class Pair:
    """Both legs of a breakout, approved as far as a test wants."""

    def __init__(self, desk: Desk, *, approve: str = "both") -> None:
        self.desk = desk
        self.low = desk.core.submit(low())
        if approve in ("both", "low"):
            desk.core.approve(self.low)
        self.high = desk.core.submit(high(oco_with=self.low))
        if approve == "both":
            desk.core.approve(self.high)

    def ticket(self, leg: str) -> int:
        """Return the ticket of a leg's order."""
        fill = self.desk.intent(leg).fill
        assert fill is not None
        return fill.order

    def state(self, leg: str) -> IntentState:
        """Return how a leg stands."""
        return self.desk.intent(leg).state


class TestForming:
    """Two orders that rest, of one sender, each in one pair only."""

    def test_each_leg_is_judged_without_the_other(self, desk: Desk) -> None:
        """The RPM is told which trade this one is instead of, by both names that it knows it under."""
        pair = Pair(desk)
        names = (pair.low, working_name(pair.ticket(pair.low)))
        assert desk.rpm.recorded[-1].instead_of == names
        assert desk.rpm.evaluated[-1].instead_of == names
        resting = desk.row(pair.high).resting
        assert resting is not None
        assert resting.oco_with == pair.low

    def test_the_first_leg_knows_of_the_second_too(self, desk: Desk) -> None:
        """While the first one waits, it is judged again without the second."""
        pair = Pair(desk, approve="none")
        desk.step()
        asked = {each.intent_id: each.instead_of for each in desk.rpm.evaluated}
        assert asked[pair.low] == (pair.high,)

    @pytest.mark.parametrize(
        ("first", "second", "words"),
        [
            (intent(), high(), "only two orders that rest"),
            (low(), intent(), "only two orders that rest"),
            (low(source="trend"), high(source="other"), "not of the same sender"),
        ],
    )
    def test_what_does_not_fit_forms_none(
        self, desk: Desk, first: IntentRequest, second: IntentRequest, words: str
    ) -> None:
        """It is refused, and nothing of it is journalled."""
        named = desk.core.submit(first)
        count = len(desk.core.snapshot().intents)
        with pytest.raises(CommandRefused, match=words):
            desk.core.submit(IntentRequest(**{**_fields(second), "oco_with": named}))
        assert len(desk.core.snapshot().intents) == count

    def test_a_leg_of_a_pair_forms_no_other(self, desk: Desk) -> None:
        """Neither the one that was named nor the one that named it."""
        pair = Pair(desk, approve="none")
        for leg in (pair.low, pair.high):
            with pytest.raises(CommandRefused, match="one of a pair already"):
                desk.core.submit(high(oco_with=leg))

    def test_one_that_ended_forms_none(self, desk: Desk) -> None:
        """A leg that is over cannot cancel anything; one that never was neither."""
        first = desk.core.submit(low())
        desk.core.reject(first)
        with pytest.raises(CommandRefused, match="REJECTED already"):
            desk.core.submit(high(oco_with=first))
        with pytest.raises(CommandRefused, match="there is no intent NONE to form a pair with"):
            desk.core.submit(high(oco_with="NONE"))


def _fields(request: IntentRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in IntentRequest.__slots__}


class TestOneFilled:
    """The other is cancelled, wherever it stands."""

    @pytest.mark.parametrize("filled", ["low", "high"])
    def test_its_order_is_cancelled(self, desk: Desk, filled: str) -> None:
        """At the broker, journalled as the desk's own doing, with the reason."""
        pair = Pair(desk)
        first, other = (pair.low, pair.high) if filled == "low" else (pair.high, pair.low)
        desk.broker.trigger(pair.ticket(first))
        for _ in range(3):
            desk.step()
        assert pair.state(first) is IntentState.FILLED
        assert pair.state(other) is IntentState.CANCELLED
        assert desk.broker.orders == ()
        assert desk.core.desk is not None
        (sending,) = (each for each in desk.core.desk.book.journal.events() if each.kind == "ACTION_SENDING")
        assert sending.actor == "desk"
        assert sending.reason.endswith(f"the other order of the pair, {first}, was filled")

    def test_a_part_is_enough(self, desk: Desk) -> None:
        """A hundredth that was filled makes the other one of two too many."""
        pair = Pair(desk)
        desk.broker.trigger(pair.ticket(pair.low), 0.01)
        for _ in range(3):
            desk.step()
        assert pair.state(pair.low) is IntentState.PLACED
        assert pair.state(pair.high) is IntentState.CANCELLED

    def test_one_that_waits_for_the_trader_goes(self, desk: Desk) -> None:
        """It is cancelled before anybody can approve it."""
        pair = Pair(desk, approve="low")
        desk.broker.trigger(pair.ticket(pair.low))
        desk.core._sync()
        with pytest.raises(CommandRefused, match="the other order of its pair"):
            desk.core.approve(pair.high)
        desk.step()
        assert pair.state(pair.high) is IntentState.CANCELLED

    def test_works_while_halted(self, desk: Desk) -> None:
        """A cancelled order risks nothing."""
        pair = Pair(desk)
        desk.core.halt("enough")
        desk.broker.trigger(pair.ticket(pair.low))
        for _ in range(3):
            desk.step()
        assert pair.state(pair.high) is IntentState.CANCELLED

    def test_a_refused_cancel_is_told_and_tried_again(self, desk: Desk) -> None:
        """Too near to the market to be changed: an alarm at once, the next try after five seconds."""
        pair = Pair(desk)
        desk.broker.trigger(pair.ticket(pair.low))
        desk.broker.moods.extend([Mood.REJECT])
        desk.step()
        desk.step()
        (notice,) = (each for each in desk.core.snapshot().notices if "could not be cancelled yet" in each.text)
        assert notice.level == "error"
        assert pair.state(pair.high) is IntentState.PLACED
        sent = len(desk.broker.sent)
        desk.step()
        assert len(desk.broker.sent) == sent
        for _ in range(6):
            desk.step()
        assert pair.state(pair.high) is IntentState.CANCELLED


class TestOtherEnds:
    """A leg that ends without a fill leaves the other alone; two that are filled are told."""

    @pytest.mark.parametrize("end", [OrderState.EXPIRED, OrderState.CANCELED])
    def test_the_other_rests_on(self, desk: Desk, end: OrderState) -> None:
        """Only a fill cancels."""
        pair = Pair(desk)
        desk.broker.end_order(pair.ticket(pair.low), end)
        for _ in range(8):
            desk.step()
        assert pair.state(pair.high) is IntentState.PLACED

    def test_both_filled_in_one_moment_are_told_once(self, desk: Desk) -> None:
        """An error names both positions; nothing is opened or closed by itself."""
        pair = Pair(desk)
        sent = len(desk.broker.sent)
        for leg in (pair.low, pair.high):
            desk.broker.trigger(pair.ticket(leg))
        for _ in range(4):
            desk.step()
        assert (pair.state(pair.low), pair.state(pair.high)) == (IntentState.FILLED, IntentState.FILLED)
        (notice,) = (each for each in desk.core.snapshot().notices if each.topic.subject is NoticeSubject.PAIR)
        assert notice.level == "error"
        assert f"look at #{pair.ticket(pair.low)} and #{pair.ticket(pair.high)}" in notice.text
        assert len(desk.broker.sent) == sent
        assert desk.core.desk is not None
        kinds = [each.kind for each in desk.core.desk.book.journal.events(intent_id=pair.high)]
        assert kinds.count(EventKind.EVIDENCE_FOUND) == 1

    def test_positions_are_named_by_their_own_numbers(self, desk: Desk) -> None:
        """Where a deal went into a position that was there, that one's number is told, and not the order's."""
        pair = Pair(desk)
        desk.broker.trigger(pair.ticket(pair.low))
        desk.broker.deals[-1] = replace(desk.broker.deals[-1], position_id=900)
        desk.broker.trigger(pair.ticket(pair.high))
        for _ in range(4):
            desk.step()
        (notice,) = (each for each in desk.core.snapshot().notices if each.topic.subject is NoticeSubject.PAIR)
        assert f"look at #900 and #{pair.ticket(pair.high)}" in notice.text


STEPS = st.lists(
    st.sampled_from(
        ["fill low", "fill high", "part low", "expire low", "expire high", "step", "restart", "reject next"]
    ),
    max_size=12,
)


@given(STEPS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_the_end_no_leg_rests_beside_a_filled_one(tmp_path_factory: Any, steps: list[str]) -> None:
    """Whatever happens, after some quiet seconds a filled leg has no order beside it, and both filled has been told."""
    life = Life(tmp_path_factory.mktemp("pair"))
    with contextlib.closing(life):
        for step in steps:
            life.do(step)
        life.do("quiet")
        life.agrees()


class Life:
    """A pair on a broker that outlives the program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker = FakeBroker()
        self.fate = Fate(None)
        self.start()
        self.legs = [self.core.submit(low())]
        self.legs.append(self.core.submit(high(oco_with=self.legs[0])))
        for leg in self.legs:
            self.core.approve(leg)
        self.tickets = [order.ticket for order in self.broker.orders]

    def start(self) -> None:
        """Start the program."""
        self.broker.connected, self.broker.state = True, ConnectionState.CONNECTED
        opener = journal_opener(self.folder)
        if self.fate.chosen is not None or self.fate.passed:
            opener = lambda server, login: Journal(journal_path(self.folder, server, login), self.fate.connect)  # noqa: E731 - short
        self.core = TradingCore(self.broker, FakeRiskManager, clock=self.broker.clock, journal=opener)
        self.core.start()

    def close(self) -> None:
        """Stop the program."""
        self.core.stop()

    def do(self, step: str) -> None:
        """Let one thing happen, if it can."""
        leg = self.tickets[step.endswith("high")]
        resting = any(order.ticket == leg for order in self.broker.orders)
        if step.startswith("fill") and resting:
            self.broker.trigger(leg)
        elif step.startswith("part") and resting:
            self.broker.trigger(leg, 0.01)
        elif step.startswith("expire") and resting:
            self.broker.end_order(leg, OrderState.EXPIRED)
        elif step == "restart":
            self.core.stop()
            self.start()
        elif step == "reject next":
            self.broker.moods.append(Mood.REJECT)
        for _ in range(60 if step == "quiet" else 1 if step == "step" else 0):
            self.broker.clock.advance(1.0)
            self.broker.refresh_quotes()
            self.core.step()

    def agrees(self) -> None:
        """Hold the broker and the desk against each other."""
        assert self.core.desk is not None
        legs = [self.core.desk.book.get(leg) for leg in self.legs]
        filled = [leg for leg in legs if leg.fill is not None and leg.fill.volume > 0.0]
        deals = {deal.order for deal in self.broker.deals}
        assert {leg.fill.order for leg in filled if leg.fill} == deals
        resting = {order.ticket for order in self.broker.orders}
        for leg, ticket in zip(legs, self.tickets, strict=True):
            assert (leg.state is IntentState.PLACED) == (ticket in resting), (leg.state, leg.reason)
            assert leg.state is IntentState.PLACED or leg.state in ENDED
        if filled:
            assert all(ticket in deals for ticket in resting), "an order rests beside a filled one"
        assert ("both orders of the pair" in legs[1].reason) == (len(filled) == 2)


@pytest.mark.slow
def test_killed_at_any_moment_of_the_cancel(tmp_path: Path) -> None:
    """One leg is filled and the program killed at each moment of cancelling the other: in the end it is cancelled."""
    killed, number = True, 0
    while killed:
        life = Life(tmp_path / str(number))
        life.close()
        life.fate = Fate(number)
        life.broker.step = life.fate.moment
        life.broker.trigger(life.tickets[0])
        with contextlib.suppress(Killed):
            life.start()
            life.do("quiet")
        killed = bool(life.fate.failed)
        life.broker.step = lambda _: None
        life.fate = Fate(None)
        life.close()
        life.start()
        with contextlib.closing(life):
            life.do("quiet")
            life.agrees()
            assert life.core.desk is not None
            assert [life.core.desk.book.get(leg).state for leg in life.legs] == [
                IntentState.FILLED,
                IntentState.CANCELLED,
            ]
        number += 1
    assert number > 8
