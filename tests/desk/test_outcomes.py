# SPDX-License-Identifier: MIT
"""A queue that cannot be misread: every outcome is one line, and what became more than it was says so."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import IntentState, SeenTrade
from arbitrex_desktop.mt5.constants import OrderType
from tests.desk.conftest import Desk, intent
from tests.fakes.broker_data import make_order, make_position


def notices(desk: Desk) -> list[tuple[str, str]]:
    """Return level and text of every notice, newest first."""
    return [(notice.level, notice.text) for notice in desk.core.snapshot().notices]


def test_a_refusal_is_told_with_its_reason(desk: Desk) -> None:
    """The trader's own intent that the risk manager refuses is one line that says so, not "judged"."""
    desk.rpm.refusal = ("REGIME", "no new positions in a stressed regime")
    desk.core.submit(intent(requested_volume=0.3))
    assert notices(desk) == [
        ("warning", "BUY 0.30 EURUSD REFUSED by the risk manager: no new positions in a stressed regime")
    ]


def test_a_strategy_that_is_refused_over_and_over_has_one_line(desk: Desk) -> None:
    """Nobody's notices push those of others out."""
    desk.core.submit(intent(symbol="GBPUSD"))
    desk.rpm.refusal = ("SPREAD", "the spread is too wide")
    for _ in range(5):
        desk.core.submit(intent(source="alpha", direction=-1))
    desk.rpm.refusal = ("SPREAD", "the spread is still too wide")
    desk.core.submit(intent(source="alpha", direction=-1))
    assert notices(desk) == [
        ("info", "SELL EURUSD REFUSED by the risk manager (from alpha): the spread is still too wide"),
        ("info", "BUY 0.10 GBPUSD waits for your decision"),
    ]


def test_what_the_trader_or_the_sender_ends_is_told(desk: Desk) -> None:
    """A rejection with its reason, and a withdrawal, each in one line; whoever decided stands in the row."""
    first, second = desk.core.submit(intent()), desk.core.submit(intent(source="alpha", symbol="GBPUSD"))
    desk.core.reject(first, "too late")
    assert notices(desk)[0] == ("info", "BUY 0.10 EURUSD REJECTED by you: too late")
    desk.core.cancel(second, "alpha")
    assert notices(desk)[0] == ("info", "BUY 0.10 GBPUSD CANCELLED: withdrawn")
    desk.rpm.refusal = ("SPREAD", "too wide")
    third = desk.core.submit(intent())
    assert [desk.row(each).decided_by for each in (first, second, third)] == ["trader", "alpha", "desk"]


def test_what_is_done_to_positions_is_told_with_its_price(desk: Desk) -> None:
    """A part, the rest, a stop and a cancelled order: what, how much, and at which price."""
    desk.broker.positions = (make_position("EURUSD", 1, 0.3, ticket=11),)
    desk.broker.orders = (make_order("EURUSD", OrderType.BUY_LIMIT, 0.2, ticket=5),)
    desk.broker.poll()
    desk.core.move_stops(11, 1.09, None)
    assert notices(desk)[0][1].startswith("EURUSD #11: stop ")
    assert notices(desk)[0][1].endswith("\N{RIGHTWARDS ARROW} 1.09000")
    desk.core.close_position(11, 0.1)
    bid = f"{desk.broker.quotes['EURUSD'].bid:.5f}"
    assert notices(desk)[0] == ("info", f"CLOSED BUY 0.10 EURUSD #11 at {bid}; 0.20 lots stay open")
    desk.core.close_position(11)
    assert notices(desk)[0] == ("info", f"CLOSED BUY 0.20 EURUSD #11 at {bid}")
    desk.core.cancel_order(5)
    assert notices(desk)[0] == ("info", "CANCELLED order #5 0.20 EURUSD")


def test_what_grew_or_became_another_trade_says_so(desk: Desk) -> None:
    """Larger, riskier or a close now: the row says how it is more than what arrived; less is no escalation."""
    waiting = desk.core.submit(intent())
    assert desk.row(waiting).escalation == ""
    desk.rpm.lots = 0.4
    desk.step()
    assert desk.row(waiting).escalation == "it is larger now: 0.10 \N{RIGHTWARDS ARROW} 0.40 lots"
    desk.rpm.lots = 0.05
    desk.step()
    assert desk.row(waiting).escalation == ""
    desk.broker.positions = (make_position("EURUSD", -1, 0.3, ticket=11),)
    desk.broker.poll()
    desk.rpm.reducing = True
    desk.step()
    assert desk.row(waiting).escalation == "it now closes position #11; when it arrived it was to open one"


def test_what_the_trader_saw_is_what_is_sent(desk: Desk) -> None:
    """The desk's newest answer may be younger than the window's: never more lots than seen, never another trade."""
    waiting, other = desk.core.submit(intent()), desk.core.submit(intent(symbol="GBPUSD"))
    desk.rpm.lots = 0.4
    desk.step()
    desk.core.approve(waiting, SeenTrade(0.1))
    assert desk.broker.sent[-1]["volume"] == pytest.approx(0.1)
    with pytest.raises(CommandRefused, match="it now opens a position, while what was shown closes position #7"):
        desk.core.approve(other, SeenTrade(0.1, closes=7))
    assert len(desk.broker.sent) == 1


def test_an_intent_that_waits_through_a_halt_keeps_its_figures(desk: Desk) -> None:
    """Refused for now, it is still known what it was: lots, stop and risk."""
    waiting = desk.core.submit(intent(take_profit=1.2))
    before = desk.row(waiting)
    desk.core.halt("news")
    desk.core._background.join()
    desk.step()
    row = desk.row(waiting)
    assert (row.state, row.decision, row.can_approve) == (IntentState.PENDING, "REJECTED", False)
    assert (row.lots, row.stop_loss, row.take_profit, row.risk_amount) == (
        before.lots, before.stop_loss, before.take_profit, before.risk_amount,
    )  # fmt: skip
    assert row.lots > 0.0
