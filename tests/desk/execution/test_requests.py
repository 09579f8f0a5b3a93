# SPDX-License-Identifier: MIT
"""Requests: legal for the broker, or refused in words; never riskier than what was approved."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.requests import (
    OrderTerms,
    cancel_request,
    choose_filling,
    close_request,
    deal_request,
    legal_volume,
    modify_request,
    request_of_order,
    stops_request,
)
from arbitrex_desktop.desk.intents.intent import GoodFor, IntentRequest
from arbitrex_desktop.desk.intents.order_tags import comment_of, magic_of, marked_intent, new_intent_id
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.constants import OrderFilling, OrderType, SymbolTradeExecution, SymbolTradeMode
from arbitrex_desktop.mt5.results import SymbolInfo
from arbitrex_desktop.raw_layer.views import Quote
from tests.fakes.broker_data import make_order, make_position, make_symbol
from tests.fakes.clock import START


def quote(bid: float = 1.15, ask: float = 1.15012, symbol: str = "EURUSD") -> Quote:
    """Return a quote."""
    return Quote(symbol, bid, ask, 0.0, START, 0.0, 0, 1)


def deal(**changes: Any) -> OrderTerms:
    """Return a purchase of 0.1 lots with a stop 50 pips below."""
    values: dict[str, Any] = {
        "direction": 1,
        "lots": 0.1,
        "stop_loss": 1.145,
        "take_profit": None,
        "magic": 7,
        "comment": "ABX X",
    }
    return OrderTerms(**{**values, **changes})


MARKET, EXCHANGE, INSTANT, REQUEST = (
    SymbolTradeExecution.MARKET,
    SymbolTradeExecution.EXCHANGE,
    SymbolTradeExecution.INSTANT,
    SymbolTradeExecution.REQUEST,
)


@pytest.mark.parametrize(
    ("execution", "flags", "filling"),
    [
        (MARKET, 1, OrderFilling.FOK),
        (MARKET, 2, OrderFilling.IOC),
        (MARKET, 3, OrderFilling.FOK),
        (EXCHANGE, 0, OrderFilling.RETURN),
        (EXCHANGE, 2, OrderFilling.IOC),
        (INSTANT, 0, OrderFilling.FOK),
        (REQUEST, 0, OrderFilling.FOK),
    ],
)
def test_filling_follows_flags_and_execution(execution: int, flags: int, filling: OrderFilling) -> None:
    """Market execution takes only what is flagged and never RETURN; exchange falls back to RETURN; others take FOK."""
    assert choose_filling(make_symbol("EURUSD", trade_exemode=execution, filling_mode=flags)) is filling


def test_no_way_of_filling_is_refused() -> None:
    """Market execution without a flag has no legal filling, so nothing is guessed."""
    with pytest.raises(CommandRefused, match="no way of filling"):
        choose_filling(make_symbol("EURUSD", trade_exemode=MARKET, filling_mode=4))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stop_loss": None}, "no stop"),
        ({"stop_loss": 1.1502}, "wrong side"),
        ({"stop_loss": 1.14995}, "5 points"),
        ({"take_profit": 1.1499}, "wrong side"),
        ({"take_profit": 1.15005}, "5 points"),
        ({"lots": 0.001}, "less than"),
        ({"lots": 1000.0}, "more than"),
        ({"lots": math.nan}, "not known"),
        ({"stop_loss": math.nan}, "not a number"),
    ],
)
def test_what_the_broker_would_not_take_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    """Stops on the wrong side or too near, no stop, and illegal volumes never leave."""
    with pytest.raises(CommandRefused, match=words):
        deal_request(make_symbol("EURUSD"), quote(), deal(**changes), 20)


@pytest.mark.parametrize(
    ("mode", "direction", "legal"),
    [
        (SymbolTradeMode.FULL, 1, True),
        (SymbolTradeMode.DISABLED, 1, False),
        (SymbolTradeMode.LONGONLY, 1, True),
        (SymbolTradeMode.LONGONLY, -1, False),
        (SymbolTradeMode.SHORTONLY, -1, True),
        (SymbolTradeMode.SHORTONLY, 1, False),
        (SymbolTradeMode.CLOSEONLY, 1, False),
    ],
)
def test_the_symbols_trade_mode_is_obeyed(mode: SymbolTradeMode, direction: int, legal: bool) -> None:
    """A side that the broker does not allow is refused here; a close is allowed unless all trading is off."""
    info, stop = make_symbol("EURUSD", trade_mode=mode), 1.15 - direction * 0.005
    if legal:
        assert deal_request(info, quote(), deal(direction=direction, stop_loss=stop), 20)["type"] == (direction < 0)
    else:
        with pytest.raises(CommandRefused, match="the broker"):
            deal_request(info, quote(), deal(direction=direction, stop_loss=stop), 20)
    if mode is not SymbolTradeMode.DISABLED:
        position = make_position("EURUSD", direction, 0.1, ticket=5)
        assert close_request(info, quote(), position, 0.1, magic=0, deviation=5)["position"] == 5


def test_a_close_is_the_opposite_deal_on_the_position() -> None:
    """Closing names its position, has no stop, and takes the other side's price."""
    request = close_request(
        make_symbol("EURUSD"), quote(), make_position("EURUSD", 1, 0.5, ticket=9), 0.2, magic=3, deviation=10
    )
    assert (request["type"], request["position"], request["volume"], request["price"]) == (1, 9, 0.2, 1.15)
    assert (request["sl"], request["tp"], request["magic"], request["deviation"]) == (0.0, 0.0, 3, 10)


def test_stop_changes_and_cancels_name_their_target() -> None:
    """SLTP names the position, REMOVE the order; prices stand on the grid."""
    request = stops_request(make_symbol("EURUSD"), make_position("EURUSD", 1, 0.5, ticket=9), 1.1400049, 0.0)
    assert request == {"action": 6, "symbol": "EURUSD", "position": 9, "sl": 1.14, "tp": 0.0}
    assert cancel_request(make_order("EURUSD", 2, 0.1, ticket=4)) == {"action": 8, "order": 4}


@settings(max_examples=200)
@given(
    lots=st.floats(0.001, 120.0),
    step=st.sampled_from([0.01, 0.1, 0.05, 1.0, 0.001]),
    least=st.sampled_from([0.01, 0.1, 1.0]),
)
def test_volumes_are_whole_steps_and_never_more(lots: float, step: float, least: float) -> None:
    """A legal volume is a whole number of steps, within the limits, and never above what was asked."""
    info = make_symbol("EURUSD", volume_step=step, volume_min=least, volume_max=100.0)
    try:
        volume = legal_volume(info, lots)
    except CommandRefused:
        assert lots < least + step or lots > 100.0
        return
    assert type(volume) is float
    assert least <= volume <= 100.0
    assert volume <= lots + 1e-8
    assert Decimal(str(volume)) % Decimal(str(step)) == 0


@settings(max_examples=200)
@given(
    symbol=st.sampled_from(["EURUSD", "USDJPY", "XAUUSD"]),
    direction=st.sampled_from([1, -1]),
    distance=st.floats(0.0005, 0.05),
    jitter=st.floats(0.0, 1.0),
)
def test_stops_stand_on_the_grid_and_never_risk_more(
    symbol: str, direction: int, distance: float, jitter: float
) -> None:
    """A stop is rounded to the symbol's grid towards the price: never farther away than what was approved."""
    info = make_symbol(symbol)
    mid = {"EURUSD": 1.15, "USDJPY": 150.0, "XAUUSD": 2600.0}[symbol]
    market = quote(round(mid, info.digits), round(mid * 1.0001, info.digits), symbol)
    exit_price = market.bid if direction > 0 else market.ask
    stop = exit_price - direction * mid * (distance + jitter * 1e-5)
    request = deal_request(info, market, deal(direction=direction, stop_loss=stop), 20)
    sent = request["sl"]
    assert abs(sent - round(sent, info.digits)) < 1e-12
    assert direction * (exit_price - sent) <= direction * (exit_price - stop) + info.point * 1e-3
    assert abs(sent - stop) <= info.point * 1.001


def test_a_stop_on_the_grid_stays_where_it_is() -> None:
    """Binary fractions do not move a stop that is legal already."""
    for pips in range(1, 400):
        stop = round(1.15 - pips * 0.0001, 5)
        assert deal_request(_wide(), quote(), deal(stop_loss=stop), 20)["sl"] == stop


def _wide() -> SymbolInfo:
    """Return a symbol without a least stop distance."""
    return make_symbol("EURUSD", trade_stops_level=0)


def test_marks_survive_a_brokers_comment() -> None:
    """An intent is found in its comment, also when the broker adds words; a comment of others names none."""
    intent_id = new_intent_id()
    comment = comment_of(intent_id)
    assert len(comment) <= 27
    assert comment.isascii()
    assert marked_intent(f"[sl 1.2] {comment}...") == intent_id
    assert marked_intent(comment[:-1]) == ""
    assert marked_intent("") == ""


def test_magic_numbers_are_steady_and_settable() -> None:
    """A strategy has the same magic number in every run, and the trader may choose it."""
    assert magic_of("bot", DeskSettings()) == 770_809_873
    assert magic_of("bot", DeskSettings()) != magic_of("manual", DeskSettings())
    assert magic_of("bot", DeskSettings(magic_numbers={"bot": 12})) == 12
    assert 0 < magic_of("x" * 40, DeskSettings()) < 2**31


@pytest.mark.parametrize(("lots", "legal"), [(0.1, 0.1), (0.099, None), (5.0, 5.0), (5.1, None), (0.3, 0.3)])
def test_the_least_and_the_greatest_volume_are_legal_themselves(lots: float, legal: float | None) -> None:
    """Exactly the broker's least or greatest volume is sent, a step beyond either is refused."""
    info = make_symbol("EURUSD", volume_min=0.1, volume_step=0.1, volume_max=5.0)
    if legal is not None:
        assert legal_volume(info, lots) == legal
        return
    with pytest.raises(CommandRefused, match=r"volume"):
        legal_volume(info, lots)


def test_a_stop_of_nothing_is_no_stop() -> None:
    """A stop at 0 is what MT5 calls none: an order that opens is refused, one that reduces goes without."""
    info = make_symbol("EURUSD")
    with pytest.raises(CommandRefused, match="no stop"):
        deal_request(info, quote(), deal(stop_loss=0.0), 10)
    request = deal_request(info, quote(), deal(stop_loss=0.0, reducing=True), 10)
    assert (request["sl"], request["tp"]) == (0.0, 0.0)


@pytest.mark.parametrize(("tick_size", "stop"), [(0.00005, 1.14505), (0.0, 1.14502)])
def test_without_a_tick_size_prices_have_the_symbols_digits(tick_size: float, stop: float) -> None:
    """Stops stand on the tick size where there is one, and on the last digit where the broker gives none."""
    info = make_symbol("EURUSD", trade_tick_size=tick_size)
    request = deal_request(info, quote(), deal(stop_loss=1.145018), 10)
    assert request["sl"] == pytest.approx(stop, abs=1e-9)


@pytest.mark.parametrize(
    ("direction", "name", "price", "words"),
    [
        (1, "stop_loss", 1.1499, ""),
        (1, "stop_loss", 1.14991, "the stop is 9 points from the price of EURUSD; the broker asks for 10 at least"),
        (1, "stop_loss", 1.15, "the stop is on the wrong side of the price of EURUSD"),
        (-1, "stop_loss", 1.15022, ""),
        (-1, "stop_loss", 1.15021, "the stop is 9 points from the price of EURUSD; the broker asks for 10 at least"),
        (-1, "stop_loss", 1.15012, "the stop is on the wrong side of the price of EURUSD"),
        (1, "take_profit", 1.1501, ""),
        (1, "take_profit", 1.15009, "the target is 9 points from the price of EURUSD; the broker asks for 10 at least"),
        (1, "take_profit", 1.15, "the target is on the wrong side of the price of EURUSD"),
        (-1, "take_profit", 1.15002, ""),
        (
            -1,
            "take_profit",
            1.15003,
            "the target is 9 points from the price of EURUSD; the broker asks for 10 at least",
        ),
        (-1, "take_profit", 1.15012, "the target is on the wrong side of the price of EURUSD"),
    ],
)
def test_the_brokers_least_distance_is_legal_itself(direction: int, name: str, price: float, words: str) -> None:
    """Measured from the price at which one closes, ten points are enough, nine are not, none is the wrong side."""
    terms = deal(direction=direction, **{"stop_loss": 1.15 - direction * 0.01, name: price})
    if words:
        with pytest.raises(CommandRefused) as caught:
            deal_request(make_symbol("EURUSD"), quote(), terms, 20)
        assert str(caught.value) == words
    else:
        sent = deal_request(make_symbol("EURUSD"), quote(), terms, 20)
        assert sent["sl" if name == "stop_loss" else "tp"] == price


@pytest.mark.parametrize("direction", [1, -1])
def test_without_a_least_distance_a_point_is_enough(direction: int) -> None:
    """Where the broker asks for none, only the side counts."""
    exit_price = 1.15 if direction > 0 else 1.15012
    stop = round(exit_price - direction * 0.00001, 5)
    assert deal_request(_wide(), quote(), deal(direction=direction, stop_loss=stop), 20)["sl"] == stop


@pytest.mark.parametrize("target", [None, 0.0])
def test_no_target_is_none(target: float | None) -> None:
    """None and nought both send no target, beside a stop or without one."""
    assert deal_request(make_symbol("EURUSD"), quote(), deal(take_profit=target), 20)["tp"] == 0.0
    lone = deal(take_profit=1.2, stop_loss=None, reducing=True)
    sent = deal_request(make_symbol("EURUSD"), quote(), lone, 20)
    assert (sent["sl"], sent["tp"]) == (0.0, 0.0)


def test_a_reduction_with_a_stop_keeps_it_legal() -> None:
    """What reduces may go without a stop, but one that it has is checked like any other."""
    assert deal_request(make_symbol("EURUSD"), quote(), deal(reducing=True), 20)["sl"] == 1.145
    with pytest.raises(CommandRefused, match="wrong side"):
        deal_request(make_symbol("EURUSD"), quote(), deal(reducing=True, stop_loss=1.2), 20)


@pytest.mark.parametrize(
    ("mode", "direction"),
    [
        (SymbolTradeMode.CLOSEONLY, 1),
        (SymbolTradeMode.CLOSEONLY, -1),
        (SymbolTradeMode.LONGONLY, -1),
        (SymbolTradeMode.SHORTONLY, 1),
    ],
)
def test_what_reduces_may_go_the_forbidden_way(mode: SymbolTradeMode, direction: int) -> None:
    """On a netting account a reduction is a deal of the other side; it passes where an opening does not."""
    info = make_symbol("EURUSD", trade_mode=mode)
    terms = deal(direction=direction, stop_loss=None, reducing=True)
    assert deal_request(info, quote(), terms, 20)["type"] == (0 if direction > 0 else 1)
    names = {
        SymbolTradeMode.CLOSEONLY: "only closing positions of",
        SymbolTradeMode.LONGONLY: "only buying",
        SymbolTradeMode.SHORTONLY: "only selling",
    }
    with pytest.raises(CommandRefused, match=f"the broker allows {names[mode]} EURUSD"):
        deal_request(info, quote(), deal(direction=direction, stop_loss=1.15 - direction * 0.005), 20)


def test_where_trading_is_disabled_not_even_a_close_leaves() -> None:
    """The broker would refuse it, so it is refused here."""
    info = make_symbol("EURUSD", trade_mode=SymbolTradeMode.DISABLED)
    with pytest.raises(CommandRefused, match="the broker has disabled trading on EURUSD"):
        close_request(info, quote(), make_position("EURUSD", 1, 0.1), 0.1, magic=0, deviation=5)


@pytest.mark.parametrize(("direction", "kind", "price"), [(1, 1, 1.15), (-1, 0, 1.15012)])
def test_a_close_is_a_whole_request(direction: int, kind: int, price: float) -> None:
    """Every field of a close: the other side at its price, our comment, the magic number that was given."""
    position = make_position("EURUSD", direction, 0.5, ticket=9)
    assert close_request(make_symbol("EURUSD"), quote(), position, 0.2, magic=3, deviation=10) == {
        "action": 1, "symbol": "EURUSD", "volume": 0.2, "type": kind, "price": price, "sl": 0.0, "tp": 0.0,
        "deviation": 10, "magic": 3, "comment": "ABX close", "type_time": 0, "type_filling": 0, "position": 9,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lots", "changes", "words"),
    [
        (0.009, {}, "0.009 lots of EURUSD are less than the broker's least volume 0.01"),
        (100.01, {}, "100.01 lots of EURUSD are more than the broker's greatest volume 100.00"),
        (0.1, {"volume_step": 0.0}, "the volume step of EURUSD is not known, so no volume can be made legal"),
        (math.inf, {}, "the volume step of EURUSD is not known, so no volume can be made legal"),
        (0.0, {"volume_min": 0.0}, "0.00 lots of EURUSD are less than the broker's least volume 0.00"),
    ],
)
def test_an_illegal_volume_is_named(lots: float, changes: dict[str, Any], words: str) -> None:
    """Asked and allowed volume are both in the words; a volume of nothing is never legal."""
    with pytest.raises(CommandRefused) as caught:
        legal_volume(make_symbol("EURUSD", **changes), lots)
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("lots", "volume"), [(0.29, 0.29), (0.2999, 0.29), (0.289999999, 0.29), (0.28999, 0.28), (1.0, 1.0)]
)
def test_a_hair_below_a_step_is_the_step(lots: float, volume: float) -> None:
    """Binary fractions take no step away; anything that could be meant does."""
    assert legal_volume(make_symbol("EURUSD"), lots) == volume


@pytest.mark.parametrize("digits", [2, 3, 5])
def test_without_a_tick_size_the_last_digit_counts(digits: int) -> None:
    """A price step is one of the last digit where the broker tells none."""
    info = make_symbol("EURUSD", trade_tick_size=0.0, digits=digits, point=10.0**-digits, trade_stops_level=0)
    request = deal_request(info, quote(1.234567, 1.234567), deal(stop_loss=1.1), 20)
    assert request["price"] == round(1.234567, digits)


def test_prices_are_rounded_halves_up() -> None:
    """A price between two steps goes to the nearer one, the middle up."""
    info = make_symbol("EURUSD", trade_tick_size=0.0001, trade_stops_level=0)
    for given_price, sent in ((1.15004, 1.15), (1.15005, 1.1501), (1.15006, 1.1501), (1.15015, 1.1502)):
        assert deal_request(info, quote(given_price, given_price), deal(stop_loss=1.1), 20)["price"] == sent


@pytest.mark.parametrize(
    ("direction", "stop", "sent"),
    [
        (1, 1.14501, 1.1451),
        (1, 1.14509, 1.1451),
        (1, 1.1450000001, 1.145),
        (-1, 1.15509, 1.155),
        (-1, 1.15501, 1.155),
        (-1, 1.1549999999, 1.155),
    ],
)
def test_a_stop_between_two_steps_goes_towards_the_price(direction: int, stop: float, sent: float) -> None:
    """Up below the price, down above it; a thousandth of a step is no distance."""
    info = make_symbol("EURUSD", trade_tick_size=0.0001)
    assert deal_request(info, quote(), deal(direction=direction, stop_loss=stop), 20)["sl"] == sent


def test_what_is_no_number_never_leaves() -> None:
    """Neither a price nor a target nor a stop that is not a number."""
    info = make_symbol("EURUSD")
    with pytest.raises(CommandRefused, match="a price of EURUSD is not a number"):
        deal_request(info, quote(math.nan, math.nan), deal(), 20)
    with pytest.raises(CommandRefused, match="a price of EURUSD is not a number"):
        stops_request(info, make_position("EURUSD", 1, 0.5), 1.1, math.inf)
    with pytest.raises(CommandRefused, match="the stop of EURUSD is not a number"):
        deal_request(info, quote(), deal(stop_loss=math.inf), 20)


@pytest.mark.parametrize(("kind", "direction"), [(OrderType.BUY_LIMIT, 1), (OrderType.SELL_STOP, -1)])
def test_an_order_that_is_moved_is_put_to_the_risk_manager_as_it_would_be(kind: OrderType, direction: int) -> None:
    """An order of another's is an intent of its side; one of ours keeps what it was, but for price, levels and life."""
    order = make_order("EURUSD", kind, 0.2, ticket=5)
    moved = {"price": 1.13, "sl": 1.12, "tp": 0.0}
    strange = request_of_order(order, moved, None)
    assert (strange.symbol, strange.direction, strange.requested_volume) == ("EURUSD", direction, 0.2)
    assert (strange.order_price, strange.stop_loss, strange.take_profit) == (1.13, 1.12, None)
    known = IntentRequest("EURUSD", direction, client_id="mine", good_for=GoodFor.TIME, good_until=START)
    again = request_of_order(order, moved, known)
    assert (again.client_id, again.good_for, again.good_until) == ("mine", GoodFor.CANCELLED, None)


def test_an_order_without_a_stop_is_moved_with_its_target_alone() -> None:
    """It stays without one, and the target stands where it was asked for."""
    order = make_order("EURUSD", OrderType.BUY_LIMIT, 0.1, ticket=5, price_open=1.14)
    request = modify_request(make_symbol("EURUSD"), quote(), order, (1.13, 0.0, 1.16))
    assert (request["price"], request["sl"], request["tp"]) == (1.13, 0.0, 1.16)
