# SPDX-License-Identifier: MIT
"""Managing positions: closing in all its forms, moving stops, cancelling; journalled, and while halted too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.positions import Which
from arbitrex_desktop.mt5.constants import OrderType
from arbitrex_desktop.raw_layer.views import AccountMode
from tests.desk.conftest import BuildDesk, Desk, intent
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_order, make_position
from tests.fakes.clock import START
from tests.fakes.records import replace


@pytest.fixture
def held(desk: Desk) -> Desk:
    """Give a desk that holds three positions which were not opened here."""
    desk.broker.positions = (
        make_position("EURUSD", 1, 0.3, ticket=11, profit=50.0, price_open=1.14, sl=1.13, tp=1.2),
        make_position("GBPUSD", -1, 0.2, ticket=12, profit=-20.0, price_open=1.29),
        make_position("EURUSD", -1, 0.1, ticket=13, profit=-5.0),
    )
    return desk


def tickets(desk: Desk) -> list[int]:
    """Return what is open."""
    return [position.ticket for position in desk.broker.positions]


def test_strange_positions_are_shown_and_not_touched(held: Desk) -> None:
    """What was opened by hand is on the screen without an intent, and stays until the trader clicks."""
    held.step()
    held.step()
    assert [row.intent_id for row in held.core.snapshot().positions] == ["", "", ""]
    assert held.broker.sent == []


def test_a_part_is_closed(held: Desk) -> None:
    """Closing 0.1 of 0.3 lots leaves 0.2."""
    held.core.close_position(11, 0.1)
    assert held.broker.positions[0].volume == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("which", "symbol", "left"),
    [
        (Which.ALL, "", []),
        (Which.LOSERS, "", [11]),
        (Which.WINNERS, "", [12, 13]),
        (Which.SYMBOL, "EURUSD", [12]),
    ],
)
def test_many_are_closed_at_once(held: Desk, which: Which, symbol: str, left: list[int]) -> None:
    """All, the losers, the winners, or those of a symbol; also while halted."""
    held.core.halt("flat, please")
    held.core.close_many(which, symbol)
    assert tickets(held) == left


def test_one_that_fails_does_not_keep_the_others(held: Desk) -> None:
    """Closing all goes on past a refusal, and tells of it at the end."""
    held.broker.moods.append(Mood.REJECT)
    with pytest.raises(CommandRefused, match=r"#11.*rejected"):
        held.core.close_many(Which.ALL)
    assert tickets(held) == [11]


def test_stops_are_moved_and_break_even_set(held: Desk) -> None:
    """A stop goes where it is told; break-even is the opening price, and only in profit."""
    held.core.move_stops(11, 1.145, 1.21)
    assert (held.broker.positions[0].sl, held.broker.positions[0].tp) == (1.145, 1.21)
    held.core.break_even(11)
    assert (held.broker.positions[0].sl, held.broker.positions[0].tp) == (1.14, 1.21)
    with pytest.raises(CommandRefused, match="not in profit"):
        held.core.break_even(12)


def test_while_halted_a_stop_only_comes_nearer(held: Desk) -> None:
    """A wider stop adds risk, so the gate stops it; a nearer one passes, and one where there was none."""
    held.core.halt("careful")
    held.core.move_stops(11, 1.135, None)
    held.core.move_stops(12, 1.31, None)
    with pytest.raises(CommandRefused, match="halted"):
        held.core.move_stops(11, 1.12, None)
    with pytest.raises(CommandRefused, match="halted"):
        held.core.move_stops(11, None, None)
    with pytest.raises(CommandRefused, match="halted"):
        held.core.move_stops(12, 1.32, None)


@pytest.mark.parametrize(
    ("kind", "words", "direction"),
    [
        (OrderType.BUY, "BUY", 1),
        (OrderType.SELL_LIMIT, "SELL LIMIT", -1),
        (OrderType.BUY_STOP, "BUY STOP", 1),
        (OrderType.SELL_STOP_LIMIT, "SELL STOP LIMIT", -1),
        (OrderType.CLOSE_BY, "CLOSE BY", 0),
        (99, "TYPE 99", 0),
    ],
)
def test_pending_orders_are_told_by_their_kind(held: Desk, kind: int, words: str, direction: int) -> None:
    """The kind is in words, and a side is claimed only of what has one."""
    held.broker.orders = (make_order("EURUSD", kind, 0.1),)
    held.broker.poll()
    (row,) = held.core.snapshot().orders
    assert (row.kind, row.direction) == (words, direction)


def test_pending_orders_are_shown_as_the_broker_has_them(held: Desk) -> None:
    """Volume is what is left to fill, times are UTC, prices that are not set are none, the rest is as it was read."""
    held.broker.server_offset = 7_200
    order = make_order(
        "USDJPY", OrderType.BUY_STOP_LIMIT, 0.5, ticket=21, volume_current=0.2, price_open=151.5, sl=150.0,
        price_stoplimit=151.2, time_setup=int(START.timestamp()) + 7_200, magic=7, comment="by hand",
    )  # fmt: skip
    held.broker.orders = (order, make_order("EURUSD", OrderType.BUY, 0.1, price_open=0.0))
    assert held.core.snapshot().orders == ()
    held.broker.poll()
    row, under_way = held.core.snapshot().orders
    assert (row.ticket, row.symbol, row.volume, row.magic, row.comment) == (21, "USDJPY", 0.2, 7, "by hand")
    assert (row.price, row.limit_price, row.stop_loss, row.take_profit) == (151.5, 151.2, 150.0, None)
    assert (row.digits, row.placed_at, row.intent_id) == (3, START, "")
    assert (under_way.price, under_way.limit_price) == (None, None)


def test_an_order_names_the_intent_that_it_came_from(desk: Desk) -> None:
    """What the desk placed and the broker has not filled is the desk's own."""
    intent_id = desk.core.submit(intent())
    desk.broker.moods.append(Mood.PLACED)
    desk.core.approve(intent_id)
    assert [row.intent_id for row in desk.core.snapshot().orders] == [intent_id]


def test_pending_orders_are_cancelled(held: Desk) -> None:
    """An order of the terminal is removed by its ticket, also while halted, and is off the screen at once."""
    held.broker.orders = (make_order("EURUSD", OrderType.BUY_LIMIT, 0.1, ticket=21),)
    held.broker.poll()
    held.core.halt("careful")
    held.core.cancel_order(21)
    assert not list(held.broker.orders)
    assert held.core.snapshot().orders == ()
    with pytest.raises(CommandRefused, match="no pending order #21"):
        held.core.cancel_order(21)


@pytest.mark.parametrize(
    "action",
    [
        lambda core: core.close_position(99),
        lambda core: core.move_stops(99, 1.0, None),
        lambda core: core.break_even(99),
    ],
)
def test_what_is_not_there_is_refused(held: Desk, action: Callable[[object], None]) -> None:
    """A position that is gone is said to be gone."""
    with pytest.raises(CommandRefused, match="no open position #99"):
        action(held.core)


def test_live_accounts_need_arming_for_closes_too(held: Desk) -> None:
    """On a LIVE account nothing at all is sent before arming."""
    held.broker.account_mode = AccountMode.LIVE
    with pytest.raises(CommandRefused, match="LIVE"):
        held.core.close_position(11)
    held.core.arm(str(held.broker.account.login))
    held.core.close_position(11)
    assert tickets(held) == [12, 13]


def test_requotes_of_a_close_are_tried_again(held: Desk) -> None:
    """A close is tried a few times at a new price, then the broker's words are told."""
    held.broker.moods.extend([Mood.REQUOTE, Mood.REQUOTE, Mood.FILL])
    held.core.close_position(12)
    held.broker.moods.extend([Mood.REQUOTE] * 3)
    with pytest.raises(CommandRefused, match="another price"):
        held.core.close_position(13)
    assert tickets(held) == [11, 13]


def test_a_close_of_unknown_fate_is_not_repeated(held: Desk) -> None:
    """After a lost answer the position is left alone until the books tell whether it was closed."""
    held.broker.moods.append(Mood.LOST)
    with pytest.raises(CommandRefused, match="looking at the broker's books"):
        held.core.close_position(11)
    with pytest.raises(CommandRefused, match="not known yet"):
        held.core.close_position(11)
    for _ in range(30):
        held.step()
        held.broker.poll()
    held.core.close_position(11)
    assert tickets(held) == [12, 13]


def test_a_close_whose_answer_was_lost_is_seen_in_the_books(held: Desk) -> None:
    """The position is gone at the next reading, and the desk says so."""
    held.broker.moods.append(Mood.FILL_LOST)
    with pytest.raises(CommandRefused):
        held.core.close_position(13, 0.1)
    held.step()
    held.broker.poll()
    held.step()
    assert any("#13: it was carried out" in notice.text for notice in held.core.snapshot().notices)


def test_an_interrupted_close_is_told_after_the_restart(held: Desk, build: BuildDesk) -> None:
    """A close that was on its way when the program died is named, and looked up in the broker's books, once."""
    held.broker.step = lambda _: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        held.core.close_position(11)
    held.broker.step = lambda _: None
    held.core.stop()
    again = build(held.broker)
    told = [notice.text for notice in again.core.snapshot().notices]
    assert any("interrupted during: close 0.30 lots of EURUSD #11" in text for text in told)
    again.broker.poll()
    for _ in range(60):
        again.step()
        again.broker.poll()
    assert any("#11: it was not carried out" in notice.text for notice in again.core.snapshot().notices)
    again.core.close_position(11)
    again.broker.poll()
    for _ in range(30):
        again.step()
        again.broker.poll()
    again.core.stop()
    third = build(held.broker)
    assert not any("interrupted" in notice.text for notice in third.core.snapshot().notices)


def test_closing_an_intents_position_keeps_its_story(desk: Desk) -> None:
    """After the close the intent stays FILLED; the close is an event of its own."""
    intent_id = desk.core.submit(intent())
    desk.core.approve(intent_id)
    desk.step()
    desk.core.close_position(desk.broker.positions[0].ticket)
    desk.step()
    assert desk.row(intent_id).state == "FILLED"
    kinds = [event.kind.value for event in desk.core.desk.book.journal.events()]  # type: ignore[union-attr] # a desk is there
    assert kinds[-2:] == ["ACTION_SENDING", "ACTION_ENDED"]


def test_account_that_cannot_be_read_is_said(held: Desk) -> None:
    """Without a reading of the positions nothing is closed blindly."""
    held.broker.fail("read_account")
    with pytest.raises(CommandRefused, match="cannot be read"):
        held.core.close_position(11)
    assert replace(held.broker.positions[0]).ticket == 11
