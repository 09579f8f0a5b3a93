# SPDX-License-Identifier: MIT
"""Recovery: every order comes to a known end, or is shown as unknown with its evidence."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.mt5.constants import AccountMarginMode, ResultCode
from arbitrex_desktop.mt5.errors import CallFailed
from tests.desk.conftest import Desk, intent
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_deal
from tests.fakes.records import replace


def lost(desk: Desk, mood: Mood) -> str:
    """Approve an intent whose answer is lost, and return its id."""
    desk.broker.moods.append(mood)
    intent_id = desk.core.submit(intent())
    desk.core.approve(intent_id)
    assert desk.row(intent_id).state is IntentState.UNKNOWN
    return intent_id


def test_a_lost_reply_of_a_filled_order_is_found(desk: Desk) -> None:
    """The broker filled it and the answer was lost: the books tell, at the next look."""
    intent_id = lost(desk, Mood.FILL_LOST)
    desk.step()
    row = desk.row(intent_id)
    assert (row.state, row.filled_lots) == (IntentState.FILLED, 0.1)
    assert row.ticket == desk.broker.positions[0].ticket


def test_an_order_without_a_trace_fails_only_after_the_settling_time(desk: Desk) -> None:
    """One empty look proves nothing; no trace for the whole settling time does."""
    intent_id = lost(desk, Mood.LOST)
    for _ in range(20):
        desk.step()
    assert desk.row(intent_id).state is IntentState.UNKNOWN
    for _ in range(10):
        desk.step()
    row = desk.row(intent_id)
    assert row.state is IntentState.FAILED
    assert "nothing was executed" in row.details


def test_no_reading_is_no_absence(desk: Desk) -> None:
    """While the books cannot be read, or the line is down, the intent stays UNKNOWN."""
    intent_id = lost(desk, Mood.LOST)
    desk.broker.fail("read_history")
    for _ in range(30):
        desk.step()
    assert desk.row(intent_id).state is IntentState.UNKNOWN
    desk.broker.recover()
    desk.broker.connected = False
    for _ in range(30):
        desk.step()
    assert desk.row(intent_id).state is IntentState.UNKNOWN


def test_an_unknown_order_blocks_its_symbol(desk: Desk) -> None:
    """Nothing else is sent for the symbol until the fate is known; other symbols are free."""
    intent_id = lost(desk, Mood.PLACED)
    same, other = desk.core.submit(intent()), desk.core.submit(intent(symbol="GBPUSD"))
    assert desk.row(same).blocker == f"EURUSD is blocked: the fate of order {intent_id} is not known"
    with pytest.raises(CommandRefused, match="is blocked"):
        desk.core.approve(same)
    desk.core.approve(other)
    desk.step()
    assert "order #" in desk.row(intent_id).details
    desk.broker.fill_placed()
    desk.step()
    assert desk.row(intent_id).state is IntentState.FILLED
    desk.step()
    desk.core.approve(same)
    assert desk.row(same).state is IntentState.FILLED


def test_ambiguous_evidence_waits_for_the_trader(desk: Desk) -> None:
    """Two orders fit: the desk decides nothing, shows both, and takes the trader's word."""
    desk.broker.keep_comments = False
    intent_id = lost(desk, Mood.FILL_LOST)
    twin = desk.broker.deals[0]
    desk.broker.deals.append(replace(twin, ticket=9999, order=9998, position_id=9998))
    for _ in range(30):
        desk.step()
    row = desk.row(intent_id)
    assert row.state is IntentState.UNKNOWN
    assert "please decide" in row.details
    assert "#9998" in row.details
    desk.core.resolve(intent_id, executed=True, reason="seen in the terminal", ticket=twin.order)
    row = desk.row(intent_id)
    assert (row.state, row.ticket) == (IntentState.FILLED, twin.order)
    with pytest.raises(CommandRefused, match="only an UNKNOWN one"):
        desk.core.resolve(intent_id, executed=False, reason="")


def test_the_trader_may_say_that_nothing_happened(desk: Desk) -> None:
    """The trader's word ends an UNKNOWN intent as failed, with the reason journalled."""
    intent_id = lost(desk, Mood.LOST)
    desk.core.resolve(intent_id, executed=False, reason="the broker confirmed by phone")
    row = desk.row(intent_id)
    assert row.state is IntentState.FAILED
    assert "by phone" in row.details


def test_a_late_fill_is_an_alarm_and_not_a_lie(desk: Desk) -> None:
    """A broker that executes after the settling time: the intent turns to FILLED, with an error notice."""
    intent_id = lost(desk, Mood.LOST)
    for _ in range(30):
        desk.step()
    assert desk.row(intent_id).state is IntentState.FAILED
    request = desk.broker.sent[-1]
    desk.broker._deal(request, request["volume"])
    desk.broker.poll()
    desk.step()
    desk.step()
    assert desk.row(intent_id).state is IntentState.FILLED
    assert any(
        notice.level == "error" and "had counted as failed" in notice.text for notice in desk.core.snapshot().notices
    )


def test_on_netting_accounts_only_deals_count(desk: Desk) -> None:
    """A netted position tells of all its deals together, so an order's volume and price come from its own deals."""
    desk.broker.account = replace(desk.broker.account, margin_mode=int(AccountMarginMode.RETAIL_NETTING))
    intent_id = lost(desk, Mood.FILL_LOST)
    desk.broker.positions = (replace(desk.broker.positions[0], volume=5.0, price_open=1.0),)
    desk.step()
    row = desk.row(intent_id)
    assert (row.state, row.filled_lots) == (IntentState.FILLED, 0.1)
    assert row.fill_price == pytest.approx(1.15, abs=0.01)


def test_a_fill_is_confirmed_by_its_deal(desk: Desk) -> None:
    """A broker that answers 'done' with a price of 0 is believed, and its deal fills in the numbers."""
    intent_id = desk.core.submit(intent())
    original = desk.broker._answer

    def silent(*arguments: object) -> object:
        return replace(original(*arguments), price=0.0, volume=0.0)  # type: ignore[arg-type] # passed on as they came

    desk.broker._answer = silent  # type: ignore[method-assign,assignment] # the broker's habit is what is tested
    desk.core.approve(intent_id)
    assert desk.row(intent_id).fill_price is None
    desk.step()
    row = desk.row(intent_id)
    assert (row.state, row.filled_lots) == (IntentState.FILLED, 0.1)
    assert row.fill_price == pytest.approx(desk.broker.deals[0].price)
    assert desk.intent(intent_id).fill.confirmed  # type: ignore[union-attr] # it has a fill


def test_the_next_approval_waits_until_the_last_fill_is_seen(desk: Desk) -> None:
    """The RPM could not count a position that the books do not show yet; after five seconds we go on."""
    first, second = desk.core.submit(intent()), desk.core.submit(intent(symbol="GBPUSD"))
    desk.core.approve(first)
    hidden = (desk.broker.positions, desk.broker.deals[:], desk.broker.history_orders[:])
    desk.broker.positions, desk.broker.deals, desk.broker.history_orders = (), [], []
    with pytest.raises(CommandRefused, match="not in the broker's books yet"):
        desk.core.approve(second)
    desk.broker.positions, desk.broker.deals, desk.broker.history_orders = hidden
    desk.core.approve(second)
    assert desk.row(second).state is IntentState.FILLED


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (CallFailed("order_send", ResultCode.E_INVALID_PARAMS, "bad"), IntentState.FAILED),
        (CallFailed("order_send", ResultCode.E_AUTO_TRADING_DISABLED, "off"), IntentState.FAILED),
        (CallFailed("order_send", ResultCode.E_AUTH_FAILED, "another account"), IntentState.FAILED),
        (CallFailed("account_info", ResultCode.E_INTERNAL_FAIL_CONNECT, "gone"), IntentState.FAILED),
        (CallFailed("order_send", ResultCode.E_INTERNAL_FAIL_RECEIVE, "gone"), IntentState.UNKNOWN),
        (CallFailed("order_send", ResultCode.E_FAIL, "?"), IntentState.UNKNOWN),
    ],
)
def test_only_clear_failures_count_as_not_sent(desk: Desk, failure: CallFailed, state: IntentState) -> None:
    """None from `order_send` means 'not sent' for few codes; all others have to be looked into."""
    intent_id = desk.core.submit(intent())
    desk.broker.fail("send_order", failure)
    desk.core.approve(intent_id)
    assert desk.row(intent_id).state is state


@pytest.mark.expects_log_errors("not foreseen")
def test_a_bug_while_sending_counts_as_unknown(desk: Desk) -> None:
    """Whatever breaks during the call, the order may be on its way."""
    intent_id = desk.core.submit(intent())
    desk.broker.fail("send_order", RuntimeError("a bug"))
    desk.core.approve(intent_id)
    assert desk.row(intent_id).state is IntentState.UNKNOWN


def test_a_refused_check_sends_nothing(desk: Desk) -> None:
    """What the terminal's own check refuses is not sent, and the reason is in words."""
    desk.broker.fail("check_order", CallFailed("order_check", -1, "no"))
    intent_id = desk.core.submit(intent())
    desk.core.approve(intent_id)
    row = desk.row(intent_id)
    assert row.state is IntentState.FAILED
    assert "could not be checked" in row.details
    assert desk.broker.sent == []


def test_positions_of_others_are_no_intents_of_ours(desk: Desk) -> None:
    """A deal made by hand in the terminal is never taken for a lost order."""
    intent_id = lost(desk, Mood.LOST)
    desk.broker.deals.append(make_deal(5, int(desk.clock.now().timestamp()), type=0, entry=0, volume=0.1))
    for _ in range(30):
        desk.step()
    assert desk.row(intent_id).state is IntentState.FAILED
