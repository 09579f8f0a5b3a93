# SPDX-License-Identifier: MIT
"""What the desk makes of a broker's answer: state, lots, ticket and slippage of an order that was sent once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from arbitrex_desktop.desk.execution.executor import with_slippage
from arbitrex_desktop.desk.intents.events import EventKind, Fill
from arbitrex_desktop.desk.intents.intent import IntentState
from tests.desk.conftest import Desk, intent
from tests.fakes.broker import Mood


def executed(desk: Desk, mood: Mood, direction: int = 1) -> str:
    """Have an intent approved and its order answered in a mood; return its id."""
    desk.broker.moods.append(mood)
    intent_id = desk.core.submit(intent(direction=direction))
    desk.core.approve(intent_id)
    return intent_id


def last_kind(desk: Desk, intent_id: str) -> EventKind:
    """Return the newest journalled event of an intent."""
    assert desk.core.desk is not None
    return desk.core.desk.book.journal.events(intent_id=intent_id)[-1].draft.kind


@pytest.mark.parametrize(
    ("mood", "kind", "lots"),
    [(Mood.FILL, "FILLED", 0.1), (Mood.PART, "PARTIAL", 0.05), (Mood.SHORT, "PARTIAL", 0.05)],
)
def test_the_volume_decides_what_a_fill_is_called(desk: Desk, mood: Mood, kind: str, lots: float) -> None:
    """Less than asked is PARTIAL in state and journal, also where the broker calls it done."""
    intent_id = executed(desk, mood)
    row = desk.row(intent_id)
    assert (row.state.value, last_kind(desk, intent_id).value, row.filled_lots) == (kind, kind, lots)
    assert row.ticket == desk.broker.opening_deals[0].order


def test_an_answer_without_price_and_volume_claims_neither(desk: Desk) -> None:
    """Some brokers leave both at 0: the order is filled, its price is not 0 and its slippage not a fortune."""
    intent_id = executed(desk, Mood.UNTOLD)
    row = desk.row(intent_id)
    assert row.state is IntentState.FILLED
    assert (row.fill_price, row.slippage_points) == (None, None)


def test_an_order_that_was_only_placed_keeps_its_ticket(desk: Desk) -> None:
    """Accepted is not filled: the intent is UNKNOWN under the order's ticket, and ends when the deal is found."""
    intent_id = executed(desk, Mood.PLACED)
    assert (desk.row(intent_id).state, desk.row(intent_id).ticket) == (
        IntentState.UNKNOWN,
        desk.broker.orders[0].ticket,
    )
    desk.broker.fill_placed()
    for _ in range(3):
        desk.step(5.0)
    assert desk.row(intent_id).state is IntentState.FILLED
    assert len(desk.broker.sent) == 1


@pytest.mark.parametrize("direction", [1, -1])
def test_slippage_is_positive_when_worse(desk: Desk, direction: int) -> None:
    """Buying dearer and selling cheaper than asked are both losses, better prices are gains, in points and money."""
    for slip, points in ((0.0001, 10.0), (-0.0001, -10.0)):
        desk.broker.slip = slip
        row = desk.row(executed(desk, Mood.FILL, direction))
        assert row.slippage_points == pytest.approx(points, abs=0.5)
        assert row.slippage_amount == pytest.approx(points * 0.1, abs=0.05)


def test_without_a_point_there_is_no_slippage(desk: Desk) -> None:
    """A symbol without a point size has no slippage in points; one without tick size has none in money."""
    filled = desk.intent(executed(desk, Mood.FILL))
    info = desk.broker.infos["EURUSD"]
    fill = Fill(order=1, volume=0.1, price=1.2)
    assert with_slippage(filled, fill, replace(info, point=0.0)) == fill
    priced = with_slippage(filled, fill, replace(info, trade_tick_size=0.0))
    assert priced.slippage_points is not None
    assert priced.slippage_amount == 0.0
    assert with_slippage(filled, replace(fill, price=None), info) == replace(fill, price=None)
