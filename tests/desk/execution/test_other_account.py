# SPDX-License-Identifier: MIT
"""The pool comes to another account before the desk has followed: its books say nothing of this desk's orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.missing import MissingTrades
from arbitrex_desktop.desk.execution.unanswered import UnansweredActions
from arbitrex_desktop.desk.execution.unjournalled import UnjournalledTrades
from arbitrex_desktop.desk.intents.exit_rules import Distance, DistanceUnit, ExitRulesRequest
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.intents.order_tags import comment_of
from arbitrex_desktop.mt5.commands import History
from arbitrex_desktop.mt5.constants import DealEntry
from arbitrex_desktop.mt5.results import TradePosition
from tests.desk.conftest import Desk, intent
from tests.desk.execution.conftest import Held, Parts, now
from tests.fakes.broker import FakeBroker, Mood
from tests.fakes.broker_data import make_deal
from tests.fakes.records import replace


def go_over(broker: FakeBroker) -> None:
    """Come to an account without positions, orders and deals."""
    broker.account = replace(broker.account, login=7)
    broker.positions, broker.orders, broker.deals, broker.history_orders = (), (), [], []


def while_reading_history(broker: FakeBroker, happens: Callable[[FakeBroker], None]) -> None:
    """Let something happen right before the history is read."""
    history = broker.read_history

    def read(since: datetime, until: datetime) -> History:
        happens(broker)
        return history(since, until)

    broker.read_history = read  # type: ignore[method-assign] # as before, but for what happens


def test_an_order_is_not_looked_for_in_another_account_s_books(parts: Parts) -> None:
    """A deal there that looks as ours is none, and that there is none proves nothing."""
    lost = parts.send(Mood.LOST)
    recovery = parts.recovery()
    go_over(parts.broker)
    seconds = int(parts.broker.clock.now().timestamp())
    looks_as_ours: dict[str, Any] = {
        "comment": comment_of(lost.intent_id),
        "order": 70,
        "entry": int(DealEntry.IN),
        "volume": 0.1,
    }
    parts.broker.deals.append(make_deal(70, seconds, symbol="EURUSD", **looks_as_ours))
    for _ in range(40):
        parts.broker.clock.advance(1.0)
        with pytest.raises(CommandRefused, match="another account"):
            recovery.reconcile()
    assert now(parts, lost).state is IntentState.UNKNOWN


def test_a_fail_over_between_history_and_positions_is_no_look(parts: Parts) -> None:
    """The history of this account beside what is open on the other one finds nothing out."""
    lost = parts.send(Mood.FILL_LOST)
    recovery, history = parts.recovery(), parts.broker.read_history

    def read(since: datetime, until: datetime) -> History:
        found = history(since, until)
        go_over(parts.broker)
        return found

    parts.broker.read_history = read  # type: ignore[method-assign] # as before, and then the pool goes over
    with pytest.raises(CommandRefused, match="another account"):
        recovery.reconcile()
    assert now(parts, lost).state is IntentState.UNKNOWN


@pytest.mark.parametrize("what", ["close", "stop", "cancel"])
def test_an_action_s_end_is_not_read_from_another_account(held: Held, what: str) -> None:
    """A position that is not there is not closed, and an order that is not there is not gone."""
    acts: dict[str, Callable[[], None]] = {
        "close": lambda: held.actions.close(11),
        "stop": lambda: held.actions.move_stops(11, 1.135, None),
        "cancel": lambda: held.actions.cancel(21),
    }
    held.lose(acts[what])
    held.broker.clock.advance(60.0)
    reading = held.broker.read_account()
    while_reading_history(held.broker, go_over)
    with pytest.raises(CommandRefused, match="another account"):
        held.actions.unanswered.reconcile(reading)
    assert held.parts.told == []


def test_another_account_s_reading_ends_no_action(desk: Desk) -> None:
    """The desk has not followed yet: what was on its way on its own account stays open."""
    desk.broker.positions = (replace(_position(desk), sl=1.13),)
    desk.broker.moods.append(Mood.LOST)
    with pytest.raises(CommandRefused, match="looking at the broker's books"):
        desk.core.move_stops(desk.broker.positions[0].ticket, 1.135, None)
    go_over(desk.broker)
    for _ in range(3):
        desk.clock.advance(30.0)
        desk.broker.poll()
        desk.core._accounts.reconcile_actions()
    assert not any("books no longer tell" in each.text for each in desk.core.snapshot().notices)
    assert desk.core.desk is not None
    assert len(desk.core.desk.book.journal.unended_actions()) == 1


def test_trades_are_not_missing_on_another_account(parts: Parts) -> None:
    """Its books never had them."""
    parts.send(Mood.FILL)
    parts.recovery().reconcile()
    missing = MissingTrades(parts.book, parts.context)
    go_over(parts.broker)
    for seconds in (61.0, 10.0, 600.0):
        parts.broker.clock.advance(seconds)
        with pytest.raises(CommandRefused, match="another account"):
            missing.look()
    assert parts.told == []


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_trades_of_another_account_are_not_unknown_orders(parts: Parts, when: str) -> None:
    """Another desk's trades over there are in its own journal; taken into this one they would be a lie."""

    def trade_there(broker: FakeBroker) -> None:
        go_over(broker)
        seconds = int(broker.clock.now().timestamp()) - 120
        marked: dict[str, Any] = {
            "comment": comment_of("0123456789AB"),
            "order": 70,
            "entry": int(DealEntry.IN),
            "volume": 0.1,
        }
        broker.deals.append(make_deal(70, seconds, symbol="EURUSD", **marked))

    looking = UnjournalledTrades(parts.book, parts.context, UnansweredActions(parts.log, parts.context))
    if when == "before":
        trade_there(parts.broker)
        parts.broker.poll()
        looking.look()
    else:
        parts.broker.poll()
        while_reading_history(parts.broker, trade_there)
        with pytest.raises(CommandRefused, match="another account"):
            looking.look()
    assert (looking.found, parts.told) == ((), [])


def test_exit_rules_outlive_another_account(desk: Desk) -> None:
    """Their position is not closed because the other account does not have it."""
    desk.broker.positions = (_position(desk),)
    desk.broker.poll()
    ticket = desk.broker.positions[0].ticket
    desk.core.set_exit_rules(ticket, ExitRulesRequest(trailing=Distance(50.0, DistanceUnit.PIPS)))
    assert desk.core.desk is not None
    go_over(desk.broker)
    for _ in range(60):
        desk.clock.advance(1.0)
        desk.broker.poll()
        desk.core.desk.settle(lambda: True)
    assert desk.core.desk.exit_rules.text(ticket, 5)


def _position(desk: Desk) -> TradePosition:
    """Open a position and return it."""
    intent_id = desk.core.submit(intent())
    desk.core.approve(intent_id)
    desk.step(5.0)
    return desk.broker.positions[0]
