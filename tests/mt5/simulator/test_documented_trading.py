# SPDX-License-Identifier: MIT
"""The examples of MetaQuotes' pages about trading from Python, one page a function.

The page of `order_send` asks for filling RETURN in USDJPY, which its broker takes; where a symbol is executed at the
market the documentation of "Order fill policy" allows FOK and IOC only, and so it is here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from tests.fakes.clock import ManualClock

FROM: Final = datetime(2020, 1, 1, tzinfo=UTC)
TO: Final = datetime(2027, 1, 1, tzinfo=UTC)
SYMBOLS: Final = ("EURUSD", "GBPUSD", "USDJPY", "USDCHF", "EURJPY", "GBPJPY")
ORDER: Final = (
    "ticket time_setup time_setup_msc time_done time_done_msc time_expiration type type_time type_filling state magic"
    " position_id position_by_id reason volume_initial volume_current price_open sl tp price_current price_stoplimit"
    " symbol comment external_id"
)
DEAL: Final = (
    "ticket order time time_msc type entry magic position_id reason volume price commission swap profit fee symbol"
    " comment external_id"
)
POSITION: Final = (
    "ticket time time_msc time_update time_update_msc type magic identifier reason volume price_open sl tp"
    " price_current swap profit symbol comment external_id"
)
RESULT: Final = "retcode deal order volume price bid ask comment request_id retcode_external request"
CHECK: Final = "retcode balance equity profit margin margin_free margin_level comment request"


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that stands still on a Wednesday."""
    return ManualClock(datetime(2026, 7, 22, 12, 30, 30, tzinfo=UTC))


@pytest.fixture
def mt5(clock: ManualClock) -> Any:
    """Return the connected module of a hedging account in US dollars, with the examples' symbols in Market Watch."""
    simulation = build_simulation(SimulationSpec(demo_positions=False, epoch=clock.now()), clock)
    module: Any = simulation.module
    assert module.initialize()
    assert all(module.symbol_select(each, True) for each in SYMBOLS)
    return module


def example_request(mt5: Any, symbol: str = "USDJPY", **changes: Any) -> dict[str, Any]:
    """Return the request of the pages: 0.1 lots bought at the ask, stop and target 100 points away."""
    price, point = mt5.symbol_info_tick(symbol).ask, mt5.symbol_info(symbol).point
    return {
        "action": mt5.TRADE_ACTION_DEAL,
        "symbol": symbol,
        "volume": 0.1,
        "type": mt5.ORDER_TYPE_BUY,
        "price": price,
        "sl": price - 100 * point,
        "tp": price + 100 * point,
        "deviation": 20,
        "magic": 234000,
        "comment": "python script open",
        "type_time": mt5.ORDER_TIME_GTC,
        "type_filling": mt5.ORDER_FILLING_IOC,
    } | changes


def pending_request(mt5: Any, symbol: str, points: int) -> dict[str, Any]:
    """Return a limit order to buy so many points below the price."""
    price = round(mt5.symbol_info_tick(symbol).ask - points * mt5.symbol_info(symbol).point, 5)
    kind = {"action": mt5.TRADE_ACTION_PENDING, "type": mt5.ORDER_TYPE_BUY_LIMIT, "price": price, "sl": 0.0, "tp": 0.0}
    return example_request(mt5, symbol, type_filling=mt5.ORDER_FILLING_RETURN, **kind)


def test_order_calc_margin(mt5: Any) -> None:
    """0.1 lots of each symbol in the account's currency: contract times rate of the base over the leverage."""
    leverage = mt5.account_info().leverage
    for symbol in SYMBOLS:
        tick = mt5.symbol_info_tick(symbol)
        margin = mt5.order_calc_margin(mt5.ORDER_TYPE_BUY, symbol, 0.1, tick.ask)
        base = symbol[:3]
        rate = {"USD": 1.0, "EUR": mt5.symbol_info_tick("EURUSD").ask, "GBP": mt5.symbol_info_tick("GBPUSD").ask}[base]
        assert margin == pytest.approx(0.1 * 100_000 * rate / leverage, rel=0.001), symbol
    assert mt5.order_calc_margin(mt5.ORDER_TYPE_BUY, "NOSUCH", 0.1, 1.0) is None


def test_order_calc_profit(mt5: Any) -> None:
    """300 points of one lot, bought and sold: the sale loses what the purchase wins."""
    for symbol in SYMBOLS[:3]:
        info, tick = mt5.symbol_info(symbol), mt5.symbol_info_tick(symbol)
        distance = 300 * info.point
        bought = mt5.order_calc_profit(mt5.ORDER_TYPE_BUY, symbol, 1.0, tick.ask, tick.ask + distance)
        sold = mt5.order_calc_profit(mt5.ORDER_TYPE_SELL, symbol, 1.0, tick.bid, tick.bid + distance)
        value = distance * 100_000 / (1.0 if symbol.endswith("USD") else tick.bid)
        assert bought == pytest.approx(value, rel=0.003), symbol
        assert sold == pytest.approx(-value, rel=0.003), symbol


def test_order_check(mt5: Any) -> None:
    """Code 0 and "Done", the account as it would be, and the request as a tuple in it; nothing is traded."""
    result = mt5.order_check(example_request(mt5, volume=1.0))
    assert " ".join(result._asdict()) == CHECK
    assert (result.retcode, result.comment) == (0, "Done")
    assert result.margin == pytest.approx(1000.0)
    assert result.margin_free == pytest.approx(result.equity - result.margin)
    assert result.margin_level == pytest.approx(100.0 * result.equity / result.margin)
    assert result.request._asdict()["symbol"] == "USDJPY"
    assert mt5.positions_total() == 0


def test_order_send(mt5: Any, clock: ManualClock) -> None:
    """A position is opened, is there, and is closed by the opposite deal that names it, as on the page."""
    opened = mt5.order_send(example_request(mt5))
    assert " ".join(opened._asdict()) == RESULT
    assert opened.retcode == mt5.TRADE_RETCODE_DONE == 10009
    assert opened.request._asdict()["comment"] == "python script open"
    clock.advance(2)
    (position,) = mt5.positions_get(ticket=opened.order)
    assert (position.volume, position.magic, position.comment) == (0.1, 234000, "python script open")
    closing = example_request(
        mt5,
        type=mt5.ORDER_TYPE_SELL,
        position=opened.order,
        price=mt5.symbol_info_tick("USDJPY").bid,
        comment="python script close",
    )
    del closing["sl"], closing["tp"]
    closed = mt5.order_send(closing)
    assert closed.retcode == mt5.TRADE_RETCODE_DONE
    assert mt5.positions_total() == 0


def test_filling_is_the_symbols(mt5: Any) -> None:
    """RETURN is refused at the market with 10030, and taken where the broker executes instantly."""
    request = example_request(mt5, type_filling=mt5.ORDER_FILLING_RETURN)
    assert mt5.order_send(request).retcode == mt5.TRADE_RETCODE_INVALID_FILL == 10030
    assert mt5.symbol_select("GBPAUD", True)
    assert mt5.symbol_info("GBPAUD").trade_exemode == mt5.SYMBOL_TRADE_EXECUTION_INSTANT
    instant = example_request(mt5, "GBPAUD", type_filling=mt5.ORDER_FILLING_RETURN)
    assert mt5.order_send(instant).retcode == mt5.TRADE_RETCODE_DONE


def test_orders_total_and_get(mt5: Any) -> None:
    """None at first; then by symbol, by group and by ticket, as a tuple of named tuples."""
    assert mt5.orders_total() == 0
    assert mt5.orders_get() == ()
    tickets = [mt5.order_send(pending_request(mt5, symbol, 500)).order for symbol in ("GBPUSD", "GBPUSD", "EURUSD")]
    assert all(tickets)
    assert mt5.orders_total() == 3
    assert [each.ticket for each in mt5.orders_get(symbol="GBPUSD")] == tickets[:2]
    assert [each.ticket for each in mt5.orders_get(group="*GBP*")] == tickets[:2]
    assert [each.ticket for each in mt5.orders_get(group="*,!*GBP*")] == tickets[2:]
    (order,) = mt5.orders_get(ticket=tickets[2])
    assert " ".join(order._asdict()) == ORDER
    assert (order.type, order.volume_current, order.state) == (mt5.ORDER_TYPE_BUY_LIMIT, 0.1, mt5.ORDER_STATE_PLACED)


def test_positions_total_and_get(mt5: Any) -> None:
    """None at first; then by symbol, by group and by ticket."""
    assert mt5.positions_total() == 0
    for symbol in ("USDCHF", "EURUSD", "EURJPY"):
        filling = mt5.ORDER_FILLING_IOC
        assert mt5.order_send(example_request(mt5, symbol, type_filling=filling)).retcode == mt5.TRADE_RETCODE_DONE
    assert mt5.positions_total() == 3
    (position,) = mt5.positions_get(symbol="USDCHF")
    assert " ".join(position._asdict()) == POSITION
    assert [each.symbol for each in mt5.positions_get(group="*USD*")] == ["USDCHF", "EURUSD"]
    assert mt5.positions_get(ticket=position.ticket) == (position,)
    assert mt5.positions_get(symbol="GBPUSD") == ()


def test_history_of_orders_and_deals(mt5: Any, clock: ManualClock) -> None:
    """By interval, with groups, and by the position's ticket: the totals are as many as are got."""
    opened = mt5.order_send(example_request(mt5))
    clock.advance(1)
    price = mt5.symbol_info_tick("USDJPY").bid
    closing = example_request(mt5, type=mt5.ORDER_TYPE_SELL, position=opened.order, price=price, sl=0.0, tp=0.0)
    assert mt5.order_send(closing).retcode == mt5.TRADE_RETCODE_DONE
    assert mt5.order_send(example_request(mt5, "GBPUSD")).retcode == mt5.TRADE_RETCODE_DONE
    clock.advance(5)
    orders, deals = mt5.history_orders_get(FROM, TO), mt5.history_deals_get(FROM, TO)
    assert (
        (mt5.history_orders_total(FROM, TO), mt5.history_deals_total(FROM, TO)) == (len(orders), len(deals)) == (3, 4)
    )
    assert " ".join(orders[0]._asdict()) == ORDER
    assert " ".join(deals[0]._asdict()) == DEAL
    assert (deals[0].type, deals[0].profit) == (mt5.DEAL_TYPE_BALANCE, 100_000.0)
    assert [each.symbol for each in mt5.history_orders_get(FROM, TO, group="*GBP*")] == ["GBPUSD"]
    assert {each.symbol for each in mt5.history_deals_get(FROM, TO, group="*,!*GBP*")} == {"", "USDJPY"}
    assert [each.ticket for each in mt5.history_orders_get(position=opened.order)] == [
        each.ticket for each in orders[:2]
    ]
    entries = [each.entry for each in mt5.history_deals_get(position=opened.order)]
    assert entries == [mt5.DEAL_ENTRY_IN, mt5.DEAL_ENTRY_OUT]
    assert [each.order for each in mt5.history_deals_get(ticket=opened.order)] == [opened.order]
    assert mt5.history_deals_get(ticket=2**40) == ()
    (one,) = mt5.history_orders_get(ticket=opened.order)
    assert one.state == mt5.ORDER_STATE_FILLED
    past = (FROM, FROM + timedelta(days=1))
    assert (mt5.history_orders_total(*past), mt5.history_orders_get(*past)) == (0, ())
