# SPDX-License-Identifier: MIT
"""Moving an order that rests: as the broker and the risk manager allow, in words where they do not."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import GoodFor, IntentState
from arbitrex_desktop.desk.presentation.snapshot import RestingOrder
from arbitrex_desktop.mt5.constants import OrderType, TradeAction
from arbitrex_desktop.risk_portfolio_manager.decision.decision import RPMOutput
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind, TradeIntent
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import working_name
from tests.desk.conftest import Desk, intent
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_order
from tests.fakes.records import replace


@pytest.fixture
def placed(desk: Desk) -> str:
    """Give the intent of an order to buy 0.1 EURUSD, which is at 1.15, at 1.14, its stop at 1.13."""
    request = intent(
        order_kind=OrderKind.LIMIT, order_price=1.14, stop_loss=1.13, take_profit=1.17, good_for=GoodFor.DAY
    )
    intent_id = desk.core.submit(request)
    desk.core.approve(intent_id)
    desk.step()
    desk.rpm.evaluated.clear()
    return intent_id


def ticket(desk: Desk) -> int:
    """Return the ticket of the only order."""
    (order,) = desk.broker.orders
    return order.ticket


def test_price_stop_and_target_move_and_the_expiry_stays(desk: Desk, placed: str) -> None:
    """One request, journalled and told, with the intent's row at the new price; the RPM need not be asked."""
    desk.core.modify_order(ticket(desk), 1.139, 1.13, 1.16)
    sent = desk.broker.sent[-1]
    assert (sent["action"], sent["order"]) == (TradeAction.MODIFY, ticket(desk))
    assert (sent["price"], sent["sl"], sent["tp"], sent["type_time"]) == (1.139, 1.13, 1.16, 1)
    assert desk.rpm.evaluated == []
    assert desk.row(placed).resting == RestingOrder(1.139, GoodFor.DAY)
    to = "\N{RIGHTWARDS ARROW}"
    words = f"order #{ticket(desk)} EURUSD: price 1.14000 {to} 1.13900, target 1.17000 {to} 1.16000"
    assert words in [each.text for each in desk.core.snapshot().notices]
    assert desk.intent(placed).reason == f"move {words}"


def test_slippage_counts_from_where_it_was_moved_to(desk: Desk, placed: str) -> None:
    """It was asked to be filled there."""
    desk.core.modify_order(ticket(desk), 1.139, 1.13, None)
    desk.broker.trigger(ticket(desk))
    desk.step()
    row = desk.row(placed)
    assert row.state is IntentState.FILLED
    assert row.slippage_points == pytest.approx(0.0)


class TestMoreRisk:
    """A move that loses more at the stop is the risk manager's to allow."""

    def test_it_is_asked_without_the_order_itself(self, desk: Desk, placed: str) -> None:
        """With the size, price and stop that it would have, and not as a trade beside the one that there is."""
        desk.core.modify_order(ticket(desk), 1.145, 1.13, 1.17)
        (asked,) = desk.rpm.evaluated
        assert (asked.order_price, asked.stop_loss, asked.requested_volume) == (1.145, 1.13, 0.1)
        assert asked.instead_of == (working_name(ticket(desk)), placed)

    def test_its_no_is_final(self, desk: Desk, placed: str) -> None:
        """The order stays where it is, and the trader reads why."""
        desk.rpm.refusal = ("OPEN_RISK_LIMIT", "too much at risk")
        with pytest.raises(CommandRefused, match="too much at risk"):
            desk.core.modify_order(ticket(desk), 1.14, 1.12, None)
        assert desk.broker.orders[0].sl == 1.13
        assert desk.intent(placed).state is IntentState.PLACED

    def test_a_smaller_size_is_a_no_too(self, desk: Desk) -> None:
        """The volume of an order cannot be changed, so that what is allowed has to be all of it."""
        desk.broker.orders = (make_order("EURUSD", OrderType.BUY_LIMIT, 5.0, ticket=70, price_open=1.14, sl=1.13),)
        desk.rpm.judge = _cutting(desk.rpm.judge)  # type: ignore[method-assign] # cuts only
        with pytest.raises(CommandRefused, match=r"allows 1\.00 lots of it so, and the order has 5\.00"):
            desk.core.modify_order(70, 1.14, 1.12, None)

    def test_a_stop_limit_order_risks_what_lies_behind_its_limit(self, desk: Desk) -> None:
        """Its price only wakes it: moved nearer to the stop, it hides that the stop went away from the limit."""
        resting = make_order("EURUSD", OrderType.BUY_STOP_LIMIT, 0.1, ticket=70, price_open=1.18, sl=1.15)
        desk.broker.orders = (replace(resting, price_stoplimit=1.16),)
        desk.core.modify_order(70, 1.165, 1.14, None)
        (asked,) = desk.rpm.evaluated
        assert (asked.order_price, asked.stop_loss) == (1.16, 1.14)

    @pytest.mark.parametrize("stop", [None, 1.15])
    def test_an_order_without_a_stop_is_always_judged(self, desk: Desk, stop: float | None) -> None:
        """One that was placed in the terminal without a stop has no risk to compare with."""
        desk.broker.orders = (make_order("EURUSD", OrderType.SELL_STOP, 0.1, ticket=70, price_open=1.14),)
        desk.core.modify_order(70, 1.141, stop, None)
        (asked,) = desk.rpm.evaluated
        assert (asked.order_kind, asked.direction) == (OrderKind.STOP, -1)


def _cutting(judge: Callable[..., RPMOutput]) -> Callable[..., RPMOutput]:
    """Return a judge that allows one lot."""

    def cut(asked: TradeIntent, *, record: bool) -> RPMOutput:
        return judge(msgspec.structs.replace(asked, requested_volume=1.0), record=record)

    return cut


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ((1.1501, 1.13, None), "has passed the limit price"),
        ((1.14999, 1.13, None), "the broker asks for 10 at least"),
        ((1.14, None, None), "not left without its stop"),
        ((1.14, 1.145, None), "wrong side"),
        ((1.14, 1.13, 1.135), "wrong side"),
        ((1.14, 1.13, 1.17), "changes nothing"),
    ],
)
def test_what_cannot_be(desk: Desk, placed: str, levels: tuple[float, float | None, float | None], words: str) -> None:
    """Nothing is sent."""
    del placed
    sent = len(desk.broker.sent)
    with pytest.raises(CommandRefused, match=words):
        desk.core.modify_order(ticket(desk), *levels)
    assert len(desk.broker.sent) == sent


def test_a_frozen_order_is_not_moved(desk: Desk, placed: str) -> None:
    """Within the broker's freeze level of the market nothing can be changed."""
    del placed
    desk.broker.infos["EURUSD"] = replace(desk.broker.infos["EURUSD"], trade_freeze_level=50)
    desk.broker.set_quote("EURUSD", 1.1404)
    with pytest.raises(CommandRefused, match="lets nothing be changed"):
        desk.core.modify_order(ticket(desk), 1.135, 1.13, None)


def test_halt_lets_none_be_moved(desk: Desk, placed: str) -> None:
    """An order that rests may be filled: while halted it is cancelled or left, not moved."""
    del placed
    desk.core.halt("enough")
    with pytest.raises(CommandRefused, match="halted"):
        desk.core.modify_order(ticket(desk), 1.139, 1.13, None)
    assert desk.broker.orders[0].price_open == 1.14


@pytest.mark.parametrize("mood", [Mood.FILL_LOST, Mood.LOST])
def test_a_lost_answer_is_looked_up(desk: Desk, placed: str, mood: Mood) -> None:
    """The order at the broker tells whether it was moved."""
    del placed
    desk.broker.moods.append(mood)
    with pytest.raises(CommandRefused, match="looking at the broker's books"):
        desk.core.modify_order(ticket(desk), 1.139, 1.13, None)
    for _ in range(30):
        desk.step()
    done = "it was carried out" if mood is Mood.FILL_LOST else "the order waits as before"
    assert any(done in each.text for each in desk.core.snapshot().notices)
