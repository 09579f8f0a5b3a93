# SPDX-License-Identifier: MIT
"""Late orders: what the broker executes after it showed no trace of it is found, marked or not, for a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from arbitrex_desktop.desk.execution.recovery import Recovery
from arbitrex_desktop.desk.execution.unanswered import UnansweredActions
from arbitrex_desktop.desk.intent_queue.intent_store import KEPT, IntentStore
from arbitrex_desktop.desk.intents.events import Intent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.commands import SendOrder
from arbitrex_desktop.mt5.constants import AccountMarginMode, OrderState
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from tests.desk.execution.conftest import Looking, answer, now
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_order, make_position
from tests.fakes.records import replace

SETTLE = DeskSettings().settle_seconds


def failed(looking: Looking) -> Intent:
    """Return an intent whose order left no trace, and so counts as failed."""
    lost = looking.parts.send(Mood.LOST)
    return give_up(looking, lost)[0]


def give_up(looking: Looking, *lost: Intent) -> list[Intent]:
    """Look for lost orders until they count as failed."""
    for _ in range(int(SETTLE) + 2):
        looking.look()
    ended = [now(looking.parts, each) for each in lost]
    assert [(each.state, each.watched, each.final) for each in ended] == [(IntentState.FAILED, True, False)] * len(lost)
    return ended


def execute(looking: Looking, request: int = -1, **changes: Any) -> None:
    """Let the broker execute an order that was sent, with its own words in the comment, and the pool see it."""
    broker = looking.parts.broker
    broker.keep_comments = False
    sent = {**broker.sent[request], **changes}
    broker._deal(sent, float(sent["volume"]))
    broker.poll()


def test_settling_outlasts_a_send() -> None:
    """No order counts as failed while it may still be on its way; the least that may be set is no shorter."""
    assert SendOrder.deadline < SETTLE
    assert "ge=20" in str(DeskSettings.__annotations__["settle_seconds"])
    assert SendOrder.deadline <= 20.0


@pytest.mark.parametrize("hours", [0.0, 0.01, 3.0, 23.0])
@pytest.mark.parametrize("mode", [AccountMarginMode.RETAIL_HEDGING, AccountMarginMode.RETAIL_NETTING])
def test_a_late_order_without_its_comment_is_found(looking: Looking, hours: float, mode: AccountMarginMode) -> None:
    """By magic, symbol, side, volume and time: the intent is FILLED after all, with an alarm."""
    looking.parts.broker.account = replace(looking.parts.broker.account, margin_mode=int(mode))
    ended = failed(looking)
    looking.look(hours * 3600.0)
    execute(looking)
    looking.look(1.0)
    looking.look(hours * 36.0 + 5.0)
    found = now(looking.parts, ended)
    assert (found.state, found.final) == (IntentState.FILLED, True)
    assert found.fill is not None
    assert found.fill.order == looking.parts.broker.deals[0].order
    assert looking.parts.told[-1] == (
        "error",
        f"late {ended.intent_id}",
        f"buy EURUSD ({ended.intent_id}) had counted as failed, but was executed",
    )


def test_one_that_was_closed_again_is_found_in_the_history(looking: Looking) -> None:
    """Opened and stopped out between two looks: the deals tell."""
    ended = failed(looking)
    execute(looking)
    looking.parts.broker.close_by_stop(looking.parts.broker.positions[0].ticket)
    looking.parts.broker.poll()
    looking.look(6.0)
    assert now(looking.parts, ended).state is IntentState.FILLED


def test_what_stands_open_is_found_at_once(looking: Looking) -> None:
    """Hours later the history is read seldom, but a position that fits is looked at in the next step."""
    ended = failed(looking)
    looking.look(3 * 3600.0)
    before = len(looking.windows)
    looking.look(1.0)
    assert len(looking.windows) == before
    execute(looking)
    looking.look(1.0)
    assert now(looking.parts, ended).state is IntentState.FILLED


@pytest.mark.parametrize(
    "changes",
    [{"magic": 5}, {"symbol": "GBPUSD"}, {"type": 1}, {"volume": 0.2}, {"volume": 0.05}],
    ids=["magic", "symbol", "side", "more", "less"],
)
def test_what_differs_is_not_taken(looking: Looking, changes: dict[str, Any]) -> None:
    """Another magic number, symbol, side or volume is another's order."""
    ended = failed(looking)
    execute(looking, **changes)
    for _ in range(10):
        looking.look(3.0)
    assert now(looking.parts, ended).state is IntentState.FAILED


def test_a_late_close_of_an_intent_is_found_at_once(looking: Looking) -> None:
    """It opens nothing that could be seen; that its position changed is enough to look, though the deal comes later."""
    broker = looking.parts.broker
    broker.positions = (make_position("EURUSD", 1, 0.3, ticket=11, price_open=1.14),)
    broker.poll()
    closing = answer(stop_loss=None, take_profit=None, closes=11)
    (ended,) = give_up(looking, looking.parts.send(Mood.LOST, judgement=closing, direction=-1))
    looking.look(3 * 3600.0)
    looking.look(1.0)
    execute(looking)
    late = broker.deals.pop()
    looking.look(1.0)
    broker.deals.append(late)
    looking.look(1.0)
    looking.look(1.0)
    assert now(looking.parts, ended).state is IntentState.FILLED


@pytest.mark.parametrize("rests", [True, False], ids=["limit", "market"])
def test_an_order_of_another_kind_is_not_taken(looking: Looking, rests: bool) -> None:
    """A lost limit order is not the market order that fits in all else, nor the other way round."""
    parts = looking.parts
    limit: dict[str, Any] = {"order_kind": OrderKind.LIMIT, "order_price": 1.14, "stop_loss": 1.13}
    lost = parts.send(Mood.LOST, judgement=answer(stop_loss=1.13), **(limit if rests else {}))
    give_up(looking, lost)
    kind = {"type": 0} if rests else {"type": 2}
    parts.broker.keep_comments = False
    parts.broker._deal({**parts.broker.sent[-1], **kind}, 0.1)
    parts.broker.poll()
    for _ in range(10):
        looking.look(3.0)
    assert now(parts, lost).state is IntentState.FAILED


def test_another_intents_order_is_not_taken(looking: Looking) -> None:
    """The strategy's next trade fits in everything, but it is the next intent's."""
    ended = failed(looking)
    looking.parts.broker.keep_comments = False
    later = looking.parts.send(Mood.FILL)
    looking.parts.broker.poll()
    for _ in range(5):
        looking.look(3.0)
    assert (now(looking.parts, ended).state, now(looking.parts, later).state) == (
        IntentState.FAILED,
        IntentState.FILLED,
    )


def test_an_order_of_an_intent_long_forgotten_is_not_taken(looking: Looking) -> None:
    """What is no longer in memory still has its ticket in the journal."""
    ended = failed(looking)
    looking.parts.broker.keep_comments = False
    filled = looking.parts.send(Mood.FILL)
    looking.look()
    looking.parts.book._intents.pop(filled.intent_id)
    looking.parts.book._order.pop(filled.intent_id)
    del looking.parts.book._by_state[IntentState.FILLED][filled.intent_id]
    looking.parts.broker.poll()
    for _ in range(3):
        looking.look(6.0)
    assert now(looking.parts, ended).state is IntentState.FAILED


def test_as_many_orders_as_intents_are_each_ones(looking: Looking) -> None:
    """Two lost orders of one kind, both executed late: both intents are filled, each by another order."""
    parts = looking.parts
    first, second = give_up(looking, parts.send(Mood.LOST), parts.send(Mood.LOST))
    execute(looking)
    execute(looking)
    looking.look(6.0)
    found = [now(parts, each) for each in (first, second)]
    assert [each.state for each in found] == [IntentState.FILLED] * 2
    assert [each.fill.order for each in found if each.fill] == [deal.order for deal in parts.broker.deals]


def test_more_orders_than_intents_are_for_the_trader(looking: Looking) -> None:
    """Two orders fit one late intent: it is UNKNOWN again, with an alarm that names both, until it is decided."""
    ended = failed(looking)
    execute(looking)
    execute(looking)
    looking.look(6.0)
    found = now(looking.parts, ended)
    assert found.state is IntentState.UNKNOWN
    assert "please decide" in found.reason
    assert "please decide" in looking.parts.told[-1][2]
    looking.recovery.resolve(ended.intent_id, executed=True, reason="seen", ticket=7)
    assert now(looking.parts, ended).state is IntentState.FILLED


def test_an_order_that_the_broker_works_on_is_unknown_again(looking: Looking) -> None:
    """It came late, and nothing is known of its end: its symbol is blocked until there is."""
    ended = failed(looking)
    broker = looking.parts.broker
    sent = broker.sent[-1]
    seconds = int(broker.clock.now().timestamp())
    broker.orders = (make_order("EURUSD", 0, 0.1, ticket=77, magic=sent["magic"], time_setup=seconds),)
    broker.poll()
    looking.look(1.0)
    assert now(looking.parts, ended).state is IntentState.UNKNOWN
    broker.end_order(77, OrderState.FILLED)
    looking.look(1.0)
    assert now(looking.parts, ended).state is IntentState.FILLED


def test_an_order_that_died_at_the_broker_is_final(looking: Looking) -> None:
    """It reached the broker late and was rejected there: nothing was executed, and nothing will be."""
    ended = failed(looking)
    seconds = int(looking.parts.broker.clock.now().timestamp())
    marks = {"comment": f"ABX {ended.intent_id}", "state": int(OrderState.REJECTED)}
    looking.parts.broker.history_orders.append(
        make_order("EURUSD", 0, 0.1, ticket=77, time_setup=seconds, time_done=seconds, **marks)
    )
    looking.look(6.0)
    found = now(looking.parts, ended)
    assert (found.state, found.final) == (IntentState.FAILED, True)
    assert "ended without a deal" in found.reason
    level, _, text = looking.parts.told[-1]
    assert level == "error"
    assert "had counted as failed, and " in text
    assert "ended without a deal" in text


def test_after_a_day_it_is_final(looking: Looking) -> None:
    """Nobody waits for ever: after a day without a trace it is journalled as final, and is looked for no more."""
    ended = failed(looking)
    looking.look(timedelta(hours=23).total_seconds())
    assert not now(looking.parts, ended).final
    looking.look(timedelta(hours=1).total_seconds())
    found = now(looking.parts, ended)
    assert (found.state, found.final) == (IntentState.FAILED, True)
    before = len(looking.windows)
    looking.look(timedelta(hours=1).total_seconds())
    assert len(looking.windows) == before


def test_a_refusal_is_final_at_once(looking: Looking) -> None:
    """What the broker said no to is not looked for."""
    refused = looking.parts.send(Mood.REJECT)
    assert (refused.state, refused.final) == (IntentState.FAILED, True)
    looking.look()
    assert looking.windows == []


def test_the_traders_word_may_be_corrected(looking: Looking) -> None:
    """Who says that nothing happened is told when it does."""
    lost = looking.parts.send(Mood.LOST)
    ended = looking.recovery.resolve(lost.intent_id, executed=False, reason="by phone")
    assert not ended.final
    execute(looking)
    looking.look(1.0)
    assert now(looking.parts, ended).state is IntentState.FILLED


def test_it_is_watched_over_a_restart_and_many_intents(looking: Looking) -> None:
    """Neither a restart nor hundreds of later intents end the search."""
    parts = looking.parts
    ended = failed(looking)
    for _ in range(KEPT + 5):
        parts.send(Mood.REJECT)
    assert ended.intent_id in {each.intent_id for each in parts.book.intents()}
    again = IntentStore(parts.book.journal, parts.broker.clock, lambda: "NEW")
    assert again.get(ended.intent_id).watched
    assert ended.intent_id in {each.intent_id for each in again.in_state(IntentState.FAILED)}
    execute(looking, request=0)
    parts.broker.clock.advance(6.0)
    Recovery(again, parts.context, UnansweredActions(parts.log, parts.context)).reconcile()
    assert again.get(ended.intent_id).state is IntentState.FILLED
    assert parts.book.journal.watched_intents() == ()
