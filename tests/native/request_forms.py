# SPDX-License-Identifier: MIT
"""Every request that the desk builds for orders that rest, sent through the genuine MetaTrader5 package.

From the checkout, with a Windows Python that has the package:

    python -m tests.native.request_forms FOLDER

The terminal is made in FOLDER, which must not be there; behind the package's pipe is our simulated broker, so this
proves that the package takes the requests as they are built, and what comes back of them, not what a broker decides.
A line is printed for each form, and what failed ends it with 1.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.desk.execution.requests import (
    OrderTerms,
    RestingTerms,
    cancel_request,
    close_request,
    modify_request,
    resting_request,
    stops_request,
)
from arbitrex_desktop.desk.intents.entry import ORDER_TIMES, ORDER_TYPES
from arbitrex_desktop.desk.intents.intent import GoodFor
from arbitrex_desktop.mt5.constants import OrderType, TradeRetcode
from arbitrex_desktop.mt5.results import SymbolInfo, TradeOrder, TradePosition
from arbitrex_desktop.raw_layer.views import Quote
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from tests.mt5.conformance.connected import ACCOUNT
from tests.native.launcher import make_terminal

CHECKOUT: Final = Path(__file__).resolve().parents[2]
SYMBOL: Final = "EURUSD"
_DAY: Final = 86_400
_TIMED: Final = (GoodFor.TIME, GoodFor.DATE)


class Trial:
    """The genuine package on our terminal, and what it makes of requests."""

    def __init__(self, module: Any) -> None:
        self._module = module
        module.symbol_select(SYMBOL, True)
        self.info = SymbolInfo.from_module(module.symbol_info(SYMBOL))

    def quote(self) -> Quote:
        """Return the price of now."""
        tick = self._module.symbol_info_tick(SYMBOL)
        return Quote(SYMBOL, tick.bid, tick.ask, tick.last, datetime.now(UTC), 0.0, 0, 1)

    def server_seconds(self) -> int:
        """Return the time of the last tick on the server clock."""
        return int(self._module.symbol_info_tick(SYMBOL).time)

    def send(self, request: dict[str, Any]) -> int:
        """Have a request checked and sent; return the ticket of its order, or raise AssertionError in words."""
        check = self._module.order_check(request)
        assert check is not None, f"order_check gave None: {self._module.last_error()}"
        assert check.retcode == 0, f"order_check: {check.retcode} {check.comment}"
        result = self._module.order_send(request)
        assert result is not None, f"order_send gave None: {self._module.last_error()}"
        assert result.retcode == TradeRetcode.DONE, f"order_send: {result.retcode} {result.comment}"
        return int(result.order)

    def order(self, ticket: int) -> TradeOrder:
        """Return an order that rests."""
        (found,) = self._module.orders_get(ticket=ticket)
        return TradeOrder.from_module(found)

    def resting(self, kind: OrderKind, direction: int, good_for: GoodFor) -> dict[str, Any]:
        """Return the desk's request for an order 50 pips from the market."""
        quote, far = self.quote(), 500 * self.info.point
        opening = quote.ask if direction > 0 else quote.bid
        price = opening + direction * far * (-1.0 if kind is OrderKind.LIMIT else 1.0)
        deal = OrderTerms(direction, 0.1, price - direction * far, price + direction * far, 77, "ABX TEST00000001")
        until = self.server_seconds() + _DAY if good_for in _TIMED else 0
        return resting_request(self.info, quote, deal, RestingTerms(kind, price, good_for, until))

    def expect_none(self, ticket: int) -> None:
        """Make sure that an order rests no longer."""
        assert not self._module.orders_get(ticket=ticket), f"order #{ticket} is still there"


def place_move_cancel(trial: Trial, kind: OrderKind, direction: int, good_for: GoodFor) -> None:
    """Place an order, move it, and take it back, holding the broker's list against what was asked at each step."""
    request = trial.resting(kind, direction, good_for)
    ticket = trial.send(request)
    order = trial.order(ticket)
    assert (order.type, order.type_time) == (ORDER_TYPES[kind, direction], ORDER_TIMES[good_for])
    assert (order.price_open, order.sl, order.tp) == (request["price"], request["sl"], request["tp"])
    assert (order.magic, order.comment) == (request["magic"], request["comment"])
    assert good_for not in _TIMED or order.time_expiration >= request["expiration"]
    levels = (order.price_open + 0.0010 * _away(kind, direction), order.sl, 0.0)
    moved = modify_request(trial.info, trial.quote(), order, levels)
    trial.send(moved)
    after = trial.order(ticket)
    assert (after.price_open, after.sl, after.tp) == (moved["price"], moved["sl"], 0.0)
    assert (after.type_time, after.time_expiration) == (order.type_time, order.time_expiration)
    trial.send(cancel_request(after))
    trial.expect_none(ticket)


def stop_limit(trial: Trial, direction: int, good_for: GoodFor) -> None:
    """Place a stop limit, which the desk does not build but may find, move it, and take it back."""
    request = trial.resting(OrderKind.STOP, direction, good_for)
    kind = OrderType.BUY_STOP_LIMIT if direction > 0 else OrderType.SELL_STOP_LIMIT
    rests_at = round(request["price"] - direction * 0.0010, trial.info.digits)
    ticket = trial.send({**request, "type": int(kind), "stoplimit": rests_at})
    order = trial.order(ticket)
    assert (order.type, order.price_stoplimit) == (kind, rests_at)
    moved = modify_request(trial.info, trial.quote(), order, (order.price_open, order.sl, 0.0))
    trial.send(moved)
    after = trial.order(ticket)
    assert (after.price_stoplimit, after.tp) == (rests_at, 0.0)
    trial.send(cancel_request(after))
    trial.expect_none(ticket)


def standing(trial: Trial) -> None:
    """Do what standing instructions do to a position: a nearer stop, then a part closed."""
    module = trial._module
    deal = {**trial.resting(OrderKind.LIMIT, 1, GoodFor.CANCELLED), "action": 1, "type": int(OrderType.BUY)}
    quote = trial.quote()
    deal |= {"price": quote.ask, "type_filling": 1, "sl": round(quote.bid - 0.01, 5), "tp": 0.0, "volume": 0.2}
    ticket = trial.send(deal)
    position = TradePosition.from_module(module.positions_get(ticket=ticket)[0])
    trial.send(stops_request(trial.info, position, position.sl + 0.002, 0.0))
    trial.send(close_request(trial.info, trial.quote(), position, 0.1, magic=77, deviation=50))
    after = TradePosition.from_module(module.positions_get(ticket=ticket)[0])
    assert (round(after.sl - position.sl, 5), after.volume) == (0.002, 0.1)


def forms(trial: Trial) -> Iterator[tuple[str, Any]]:
    """Yield every form by its name, and what tries it."""
    for kind, direction, good_for in product((OrderKind.LIMIT, OrderKind.STOP), (1, -1), GoodFor):
        name = f"{ORDER_TYPES[kind, direction].name} {good_for}"
        yield name, lambda k=kind, d=direction, g=good_for: place_move_cancel(trial, k, d, g)
    for direction, good_for in product((1, -1), GoodFor):
        name = f"{'BUY' if direction > 0 else 'SELL'}_STOP_LIMIT {good_for}"
        yield name, lambda d=direction, g=good_for: stop_limit(trial, d, g)
    yield "nearer stop, part closed", lambda: standing(trial)


def _away(kind: OrderKind, direction: int) -> int:
    """Return which way is away from the market, 1 up."""
    return -direction if kind is OrderKind.LIMIT else direction


def main() -> None:
    """Try every form on a terminal in the folder that the command line names."""
    program = make_terminal(Path(sys.argv[1]), Path(sys.executable).with_name("pythonw.exe"), CHECKOUT)
    module: Any = importlib.import_module("MetaTrader5")
    if not module.initialize(str(program), **ACCOUNT):
        sys.exit(f"no connection: {module.last_error()}")
    trial, failed = Trial(module), 0
    for name, attempt in forms(trial):
        try:
            attempt()
            message = "taken"
        except (AssertionError, ValueError) as error:
            failed, message = failed + 1, f"FAILED: {error}"
        sys.stdout.write(f"{name}: {message}\n")
    sys.stdout.write(f"package {module.__version__}, {failed} failed\n")
    module.shutdown()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
