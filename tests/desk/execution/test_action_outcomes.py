# SPDX-License-Identifier: MIT
"""What the books say of a close that was never answered, one position and one history at a time."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.desk.execution.action_outcomes import ActionOutcome, SentAction, action_outcome
from arbitrex_desktop.desk.execution.reconcile import BrokerRecords
from arbitrex_desktop.mt5.constants import DealReason, TradeAction
from tests.fakes.broker_data import make_deal, make_position
from tests.fakes.clock import START

SECONDS = int(START.timestamp())
CLOSE = SentAction(
    ticket=11,
    position_id=11,
    request={"action": int(TradeAction.DEAL), "volume": 0.3, "magic": 7},
    volume=0.3,
    market_at=START,
    placed_at=START,
    since=0.0,
)


def outcome(*deals: dict[str, Any], left: float = 0.0, settled: bool = True) -> ActionOutcome | None:
    """Return what became of the close, with deals of the position since and what is left of it."""
    positions = (make_position("EURUSD", 1, left, ticket=11),) if left else ()
    done = tuple(
        make_deal(40 + number, SECONDS + 1 + number, **{"position_id": 11, "magic": 7, **changes})
        for number, changes in enumerate(deals)
    )
    books = BrokerRecords(positions, (), (), done, float)
    return action_outcome(CLOSE, books, lambda _deal: False, settled=settled)


def test_a_close_in_parts_is_one_order_s_deals() -> None:
    """Carried out: the order that it was, and all that it took."""
    found = outcome({"volume": 0.1, "order": 50}, {"volume": 0.2, "order": 50})
    assert found is not None
    assert (found.done, found.order, found.lots, found.final) == (True, 50, 0.3, True)


@pytest.mark.parametrize("settled", [True, False])
def test_what_another_order_closed_was_not_closed_by_this_one(*, settled: bool) -> None:
    """A deal of another program took all of it: no, and no "cannot be told"; open while the books may lag."""
    found = outcome({"volume": 0.3, "magic": 99}, settled=settled)
    assert (found is None) is not settled
    if found is not None:
        assert (found.done, found.message) == (False, "it was not carried out: another order closed the position")


def test_a_stop_that_closed_it_is_a_no_at_once() -> None:
    """Whether the books have settled or not."""
    found = outcome({"volume": 0.3, "reason": int(DealReason.SL)}, settled=False)
    assert found is not None
    assert (found.done, found.final) == (False, True)


def test_what_is_smaller_without_a_deal_cannot_be_told() -> None:
    """The history lacks what took it: neither yes nor no."""
    found = outcome()
    assert found is not None
    assert found.done is None
