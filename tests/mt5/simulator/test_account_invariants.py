# SPDX-License-Identifier: MIT
"""What stays true of the account whatever is done to it, in any order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from arbitrex_desktop.mt5.constants import OrderType, TradeAction
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS
from tests.fakes.broker_house import FIRST_QUOTES, BrokerHouse

SYMBOL_NAMES = ("EURUSD", "USDJPY", "EURGBP", "GDAXIm")
VOLUMES = (0.1, 0.3, 1.0, 2.5)
sides = st.sampled_from([1, -1])


def exact(amount: float) -> Decimal:
    """Return an amount as it reads."""
    return Decimal(str(amount))


class Trading(RuleBasedStateMachine):
    """A trader who does anything at any price."""

    house: BrokerHouse

    @initialize(currency=st.sampled_from(["USD", "EUR", "JPY", "CHF"]), hedging=st.booleans())
    def open_account(self, currency: str, hedging: bool) -> None:
        """Start with a small deposit, so that margin calls and stop-outs come."""
        deposit = 1_500_000.0 if currency == "JPY" else 10_000.0
        spec = SimulationSpec(
            demo_positions=False, server_clock="UTC", deposit=deposit, currency=currency, hedging=hedging
        )
        self.house = BrokerHouse(spec)
        self.tickets: set[int] = set()

    @rule(symbol=st.sampled_from(SYMBOL_NAMES), side=sides, volume=st.sampled_from(VOLUMES), stops=st.booleans())
    def trade(self, symbol: str, side: int, volume: float, stops: bool) -> None:
        """Send a market order, some with stop and target."""
        quote = self.house.module.symbol_info_tick(symbol)
        near = (quote.bid if side > 0 else quote.ask) if quote else 1.0
        levels = {"sl": near * (1 - side * 0.005), "tp": near * (1 + side * 0.005)} if stops else {}
        self.house.deal(symbol, side, volume, **levels)

    @rule(symbol=st.sampled_from(SYMBOL_NAMES), kind=st.sampled_from(range(2, 6)), distance=st.floats(0.001, 0.01))
    def place(self, symbol: str, kind: int, distance: float) -> None:
        """Place a pending order."""
        bid = self.house.feed.last_tick(symbol, self.house.now_msc)
        assert bid is not None
        above = kind in {OrderType.SELL_LIMIT, OrderType.BUY_STOP}
        price = float(bid["bid"][0]) * (1 + distance if above else 1 - distance)
        self.house.pending(symbol, OrderType(kind), 0.1, round(price, SYMBOLS[symbol].digits))

    @precondition(lambda self: self.house.terminal.books.positions)
    @rule(data=st.data(), part=st.sampled_from([1.0, 0.5]))
    def close(self, data: st.DataObject, part: float) -> None:
        """Close a position, or half of it; the profit shown goes to the balance to the cent."""
        positions = self.house.module.positions_get()
        if not positions:
            return
        position = data.draw(st.sampled_from(positions))
        before = self.house.account.balance
        volume = round(position.volume * part, 1)
        result = self.house.close(position.ticket, max(volume, 0.1))
        deal = next(item for item in self.house.deals() if item.ticket == result.deal)
        assert exact(self.house.account.balance) - exact(before) == sum(map(exact, money(deal)))
        if deal.volume == position.volume:
            assert (exact(deal.profit), exact(deal.swap)) == (exact(position.profit), exact(position.swap))

    @precondition(lambda self: self.house.terminal.books.orders)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """Remove a pending order."""
        orders = self.house.module.orders_get()
        if orders:
            order = data.draw(st.sampled_from(orders))
            self.house.send(action=TradeAction.REMOVE, order=order.ticket)

    @rule(data=st.data())
    def close_by(self, data: st.DataObject) -> None:
        """Close two positions by one another, if they are opposite."""
        positions = self.house.module.positions_get()
        if len(positions) > 1:
            one, other = data.draw(st.permutations(positions))[:2]
            request = {"symbol": one.symbol, "position": one.ticket, "position_by": other.ticket}
            self.house.send(action=TradeAction.CLOSE_BY, **request)

    @rule(symbol=st.sampled_from(SYMBOL_NAMES), move=st.floats(-0.02, 0.02), seconds=st.floats(0.1, 100_000))
    def move(self, symbol: str, move: float, seconds: float) -> None:
        """Let time pass and a price move, up to two percent from where it began."""
        self.house.quote(symbol, round(FIRST_QUOTES[symbol][0] * (1 + move), SYMBOLS[symbol].digits), after=seconds)

    @invariant()
    def sums_hold(self) -> None:
        """Equity, profit, margin and history add up, exactly."""
        account = self.house.account
        positions = self.house.module.positions_get()
        assert exact(account.equity) == exact(account.balance) + exact(account.credit) + exact(account.profit)
        assert exact(account.profit) == sum(exact(item.profit) + exact(item.swap) for item in positions)
        assert exact(account.margin_free) == exact(account.equity) - exact(account.margin)
        assert account.margin >= 0
        assert (account.margin == 0) is (not positions)
        assert exact(account.balance) == sum(sum(map(exact, money(deal))) for deal in self.house.deals())
        assert all(item.volume > 0 for item in positions)

    @invariant()
    def no_ticket_comes_twice(self) -> None:
        """Deals and orders have tickets of their own; a position has that of the order that opened it."""
        books = self.house.terminal.books
        orders = [item.ticket for item in books.closed_orders] + list(books.orders)
        tickets = [deal.ticket for deal in books.deals] + orders
        assert len(tickets) == len(set(tickets))
        assert set(books.positions) <= set(orders)


def money(deal: Any) -> tuple[float, float, float]:
    """Return what a deal does to the balance."""
    return deal.profit, deal.swap, deal.commission


Trading.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
test_account_adds_up_whatever_is_done = pytest.mark.timeout(120)(Trading.TestCase)
