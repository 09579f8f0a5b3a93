# SPDX-License-Identifier: MIT
"""Orders on positions, one by one: what is sent and journalled, and what each answer leads to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import Which
from arbitrex_desktop.mt5.constants import OrderType, ResultCode, TradeRetcode
from arbitrex_desktop.mt5.errors import CallFailed, DeadlineExceeded
from arbitrex_desktop.mt5.results import OrderSendResult
from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from tests.desk.execution.conftest import BuildParts, Held
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make, make_position, make_request
from tests.fakes.records import replace


def test_what_is_sent_is_journalled_before_and_its_end_after(held: Held) -> None:
    """The trader's order with its very request goes first, then the broker's answer, under the same ticket."""
    seen: list[str] = []
    held.broker.step = lambda when: seen.append(held.parts.kinds()[-1])
    held.actions.close(11)
    assert seen == ["ACTION_SENDING", "ACTION_SENDING"]
    sending, ended = held.parts.events()
    assert (sending.actor, sending.reason, sending.symbol, sending.ticket) == (
        "trader",
        "close 0.30 lots of EURUSD #11",
        "EURUSD",
        11,
    )
    assert sending.body["action"]["request"] == held.broker.sent[0]
    assert (ended.kind, ended.symbol, ended.ticket) == ("ACTION_ENDED", "EURUSD", 11)
    assert ended.reason == "close 0.30 lots of EURUSD #11: done at 1.14994"
    assert held.parts.book.journal.unended_actions() == ()


@pytest.mark.parametrize(("lots", "closed"), [(None, 0.3), (0.1, 0.1), (5.0, 0.3)])
def test_a_close_takes_no_more_than_there_is(held: Held, lots: float | None, closed: float) -> None:
    """All of it, a part, or all when more is asked; with the position's own magic number, at the bid for a purchase."""
    held.actions.close(11, lots)
    (request,) = held.broker.sent
    assert (request["volume"], request["type"], request["position"]) == (closed, int(OrderType.SELL), 11)
    assert (request["magic"], request["comment"], request["deviation"]) == (5, "ABX close", 20)
    assert request["price"] == round(held.broker.quotes["EURUSD"].bid, 5)


def test_a_position_larger_than_an_order_may_be_is_closed_in_parts(held: Held) -> None:
    """Where positions are netted one may be more than the broker's greatest volume: refused, it could not be left."""
    held.broker.infos["EURUSD"] = replace(held.broker.infos["EURUSD"], volume_max=0.2)
    held.actions.close(11)
    assert held.parts.told[-1][2].endswith("; 0.10 lots stay open")
    held.actions.close(11)
    assert [each["volume"] for each in held.broker.sent] == [0.2, 0.1]


def test_a_part_that_is_closed_for_another_says_why(held: Held) -> None:
    """Who asked stands in the journal, and the reason there and in what the trader reads."""
    held.actions.shrink_to(11, 0.1, actor="desk", reason="exit rule: partial target")
    sending, _ = held.parts.events()
    assert (sending.actor, sending.reason) == ("desk", "close 0.20 lots of EURUSD #11: exit rule: partial target")
    assert held.parts.told[-1][2].endswith("; 0.10 lots stay open: exit rule: partial target")


def test_a_sold_position_is_bought_back(held: Held) -> None:
    """A short is closed by a purchase at the ask."""
    held.actions.close(12)
    (request,) = held.broker.sent
    assert (request["type"], request["price"]) == (int(OrderType.BUY), round(held.broker.quotes["GBPUSD"].ask, 5))


def test_none_is_no_stop_and_no_target(held: Held) -> None:
    """Taking a stop and a target away is sent as zeros."""
    held.actions.move_stops(11, None, None)
    (request,) = held.broker.sent
    assert (request["sl"], request["tp"], request["position"]) == (0.0, 0.0, 11)
    assert held.parts.events()[0].reason == "stop and target of EURUSD #11"


@pytest.mark.parametrize(
    ("ticket", "ahead", "moved"), [(11, 0.0001, True), (11, 0.0, False), (12, 0.0001, True), (12, 0.0, False)]
)
def test_break_even_is_for_what_is_ahead(held: Held, ticket: int, ahead: float, moved: bool) -> None:
    """The stop goes to the opening price if the price at which one closes is beyond it; even is not enough."""
    position = next(each for each in held.broker.positions if each.ticket == ticket)
    quote = held.broker.quotes[position.symbol]
    opened = quote.bid - ahead if ticket == 11 else quote.ask + ahead
    held.broker.positions = tuple(
        replace(each, price_open=opened) if each is position else each for each in held.broker.positions
    )
    if not moved:
        with pytest.raises(CommandRefused, match=f"position #{ticket} is not in profit"):
            held.actions.break_even(ticket)
        return
    held.actions.break_even(ticket)
    (request,) = held.broker.sent
    assert request["sl"] == pytest.approx(opened, abs=1e-5)
    assert request["tp"] == position.tp


@pytest.mark.parametrize(
    ("which", "closed"), [(Which.LOSERS, [31]), (Which.WINNERS, [33]), (Which.ALL, [31, 32, 33]), (Which.SYMBOL, [])]
)
def test_what_stands_at_nought_is_neither_won_nor_lost(held: Held, which: Which, closed: list[int]) -> None:
    """Half a unit of money is a gain or a loss already, none is neither; without a symbol's name none fits it."""
    held.broker.positions = tuple(
        make_position("EURUSD", 1, 0.1, ticket=ticket, profit=profit)
        for ticket, profit in ((31, -0.5), (32, 0.0), (33, 0.5))
    )
    held.actions.close_many(which)
    assert [request["position"] for request in held.broker.sent] == closed


def test_what_could_not_be_closed_is_listed(held: Held) -> None:
    """Each position that stayed is named with its reason."""
    held.broker.moods.extend([Mood.REJECT, Mood.REJECT])
    with pytest.raises(CommandRefused) as caught:
        held.actions.close_many(Which.ALL)
    assert str(caught.value) == (
        "not everything was closed: #11: close 0.30 lots of EURUSD #11: the broker rejected the order (10006); "
        "#12: close 0.20 lots of GBPUSD #12: the broker rejected the order (10006)"
    )


@pytest.mark.parametrize(
    ("ticket", "was", "stop", "passes"),
    [
        (11, 1.13, 1.13, True),
        (11, 1.13, 1.129, False),
        (11, 1.13, 1.131, True),
        (11, 1.13, None, False),
        (11, 1.13, 0.0, False),
        (11, 0.0, None, True),
        (11, 0.0, 1.13, True),
        (12, 1.35, 1.35, True),
        (12, 1.35, 1.36, False),
        (12, 1.35, 1.34, True),
        (12, 1.35, None, False),
        (12, 0.0, None, True),
    ],
)
def test_while_halted_a_stop_may_not_go_away(
    held: Held, ticket: int, was: float, stop: float | None, passes: bool
) -> None:
    """The same stop or a nearer one passes a halt, a wider one or none does not; none instead of none is the same."""
    held.broker.positions = tuple(
        replace(each, sl=was) if each.ticket == ticket else each for each in held.broker.positions
    )
    held.parts.gate.halt.engage("careful")
    if passes:
        held.actions.move_stops(ticket, stop, 0.0)
        assert held.broker.sent[0]["sl"] == (stop or 0.0)
    else:
        with pytest.raises(CommandRefused, match="halted"):
            held.actions.move_stops(ticket, stop, 0.0)
        assert held.broker.sent == []


def test_a_halt_reaches_a_stop_that_waits_for_its_turn(held: Held) -> None:
    """A wider stop that queues while the trader halts is not sent, and its journalled start has its end."""
    held.broker.queueing = lambda: held.parts.gate.halt.engage("now")
    with pytest.raises(CommandRefused, match="stop and target of EURUSD #11: trading is halted: now; nothing"):
        held.actions.move_stops(11, 1.12, None)
    assert held.broker.sent == []
    assert held.parts.kinds() == ["ACTION_SENDING", "ACTION_ENDED"]
    held.actions.close(11)
    assert len(held.broker.sent) == 1


@pytest.mark.parametrize("gone", ["infos", "quotes"])
def test_without_a_price_nothing_is_done(held: Held, gone: str) -> None:
    """A symbol that is not in Market Watch, or has no price yet, is named."""
    del getattr(held.broker, gone)["EURUSD"]
    acts: list[Callable[[], None]] = [lambda: held.actions.close(11), lambda: held.actions.move_stops(11, 1.13, None)]
    for act in acts:
        with pytest.raises(CommandRefused) as caught:
            act()
        assert str(caught.value) == "there is no price of EURUSD; is it shown in the terminal's Market Watch?"
    assert held.parts.kinds() == []


@pytest.mark.parametrize(
    ("outcome", "words", "known"),
    [
        (PoolUnavailable("no line"), "nothing was sent: no line", True),
        (CallFailed("order_send", ResultCode.E_INVALID_PARAMS, "bad"), "does not accept the request (bad)", True),
        (DeadlineExceeded("late"), "no answer came: late; looking at the broker's books", False),
        (CallFailed("order_send", ResultCode.E_FAIL, "hm"), "no answer from the terminal (hm, -1); looking", False),
        (
            make(OrderSendResult, retcode=int(TradeRetcode.FROZEN), comment="too near", request=make_request()),
            "too near to the price to be changed (10029; it says: too near)",
            True,
        ),
    ],
)
def test_each_failure_has_its_words(held: Held, outcome: Any, words: str, known: bool) -> None:
    """What surely was not done may be tried again at once; what may have been done may not."""
    held.answer(outcome)
    with pytest.raises(CommandRefused) as caught:
        held.actions.close(11)
    assert words in str(caught.value)
    assert str(caught.value).startswith("close 0.30 lots of EURUSD #11: ")
    assert held.parts.kinds() == ["ACTION_SENDING", "ACTION_ENDED"][: 2 if known else 1]
    held.answer(make(OrderSendResult, retcode=int(TradeRetcode.DONE), comment="", request=make_request()))
    if known:
        held.actions.close(11)
    else:
        with pytest.raises(CommandRefused, match="the fate of the last order on #11 is not known yet"):
            held.actions.close(11)


@pytest.mark.parametrize("retries", [0, 2])
def test_requotes_come_to_an_end(build_parts: BuildParts, retries: int) -> None:
    """So many further tries, each journalled with its end, then the broker's words."""
    held = Held(build_parts(requote_retries=retries))
    held.broker.moods.extend([Mood.REQUOTE] * (retries + 1))
    with pytest.raises(CommandRefused, match="another price"):
        held.actions.close(11)
    assert len(held.broker.sent) == retries + 1
    assert held.parts.kinds() == ["ACTION_SENDING", "ACTION_ENDED"] * (retries + 1)


def test_an_order_is_cancelled_under_its_own_ticket(held: Held) -> None:
    """A cancel has one try: a broker that asks for another price is told to the trader."""
    held.broker.moods.append(Mood.REQUOTE)
    with pytest.raises(CommandRefused, match="cancel order #21: the broker quotes another price"):
        held.actions.cancel(21)
    held.actions.cancel(21)
    assert held.broker.sent[-1] == {"action": 8, "order": 21}
    assert [(event.ticket, event.symbol) for event in held.parts.events()] == [(21, "EURUSD")] * 4
    assert held.broker.orders == ()


@pytest.mark.expects_log_errors("sending an order failed in a way that was not foreseen")
@pytest.mark.parametrize(
    "act",
    [
        lambda held: held.actions.close(11),
        lambda held: held.actions.move_stops(11, 1.135, 1.2),
        lambda held: held.actions.cancel(21),
    ],
    ids=["close", "stop", "cancel"],
)
def test_what_broke_off_in_an_unforeseen_way_is_looked_for(held: Held, act: Callable[[Held], None]) -> None:
    """It may be on its way: no second one leaves before the books have told what became of it."""
    held.broker.fail("send_order", KeyError("volume"))
    with pytest.raises(CommandRefused, match="looking at the broker's books"):
        act(held)
    held.broker.recover()
    with pytest.raises(CommandRefused, match="is not known yet"):
        act(held)
    assert held.broker.sent == []
