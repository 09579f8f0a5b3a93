# SPDX-License-Identifier: MIT
"""On which side of the market an order may rest, and which kinds of order a symbol takes."""

from __future__ import annotations

import contextlib

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.requests import (
    OrderTerms,
    RestingTerms,
    check_entry,
    close_request,
    deal_request,
    resting_request,
)
from arbitrex_desktop.mt5.symbol_modes import SymbolOrderMode
from arbitrex_desktop.raw_layer.views import Quote
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from tests.fakes.broker_data import make_position, make_symbol
from tests.fakes.clock import START

LIMIT, STOP = OrderKind.LIMIT, OrderKind.STOP
WIDE = Quote("EURUSD", 1.15, 1.151, 0.0, START, 0.0, 0, 1)
BUY = OrderTerms(direction=1, lots=0.1, stop_loss=1.13, take_profit=None, magic=7, comment="ABX X")


@pytest.mark.parametrize(
    ("direction", "kind", "price", "rests"),
    [
        (1, LIMIT, 1.1505, True),
        (1, LIMIT, 1.1511, False),
        (1, STOP, 1.1515, True),
        (1, STOP, 1.1509, False),
        (-1, LIMIT, 1.1505, True),
        (-1, LIMIT, 1.1499, False),
        (-1, STOP, 1.1495, True),
        (-1, STOP, 1.1505, False),
    ],
)
def test_an_order_rests_beyond_the_price_that_would_open_it_now(
    direction: int, kind: OrderKind, price: float, *, rests: bool
) -> None:
    """A purchase is held against the ask, a sale against the bid, with a spread of ten pips between them."""
    with contextlib.nullcontext() if rests else pytest.raises(CommandRefused, match="has passed"):
        check_entry(make_symbol("EURUSD", trade_stops_level=0), WIDE, direction, kind, price)


def test_a_kind_that_the_symbol_does_not_take_is_refused() -> None:
    """Limits only: no stop and no market order is sent, but what closes a position is."""
    symbol = make_symbol("EURUSD", order_mode=int(SymbolOrderMode.LIMIT))
    resting_request(symbol, WIDE, BUY, RestingTerms(LIMIT, 1.15))
    with pytest.raises(CommandRefused, match="takes no stop orders on EURUSD"):
        resting_request(symbol, WIDE, BUY, RestingTerms(STOP, 1.153))
    with pytest.raises(CommandRefused, match="takes no market orders on EURUSD"):
        deal_request(symbol, WIDE, BUY, 10)
    position = make_position("EURUSD", 1, 0.1, ticket=11)
    assert close_request(symbol, WIDE, position, 0.1, magic=7, deviation=10)["position"] == 11
