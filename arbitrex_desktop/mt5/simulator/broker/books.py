# SPDX-License-Identifier: MIT
"""The broker's books of one account: what is open, what was done, and the balance, which only deals change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from arbitrex_desktop.mt5.constants import DealType
from arbitrex_desktop.mt5.simulator.broker.records import BrokerPosition, Deal, Order
from arbitrex_desktop.mt5.simulator.broker.store import BookStore, Change, Record

FIRST_TICKET: Final = 100_001
_CREDIT_TYPES: Final = frozenset({DealType.CREDIT})


class Books:
    """Positions and orders by ticket, deals and closed orders in the order they came.

    Changes are kept back until `commit`, which writes them to the store as one.  Tickets of positions, orders and
    deals come from one counter and never repeat.  For one thread.

    Attributes:
        balance, credit: money in minor units of the account's currency
        processed_msc: market time (UTC) up to which ticks have had their effect on the account
        is_new: whether the account was just created
        marks: numbers remembered with the account under names that begin with `mark:`
    """

    def __init__(self, store: BookStore) -> None:
        self._store = store
        self._changes: dict[tuple[str, int], Record | None] = {}
        saved = store.load()
        self.is_new = saved is None
        self.positions: dict[int, BrokerPosition] = {item.ticket: item for item in saved.positions} if saved else {}
        self.orders: dict[int, Order] = {item.ticket: item for item in saved.orders} if saved else {}
        self.closed_orders: list[Order] = list(saved.closed_orders) if saved else []
        self.deals: list[Deal] = list(saved.deals) if saved else []
        numbers: Mapping[str, int] = saved.numbers if saved else {}
        self._next_ticket = numbers.get("next_ticket", FIRST_TICKET)
        self.processed_msc = numbers.get("processed_msc", 0)
        self.marks: dict[str, int] = {name: value for name, value in numbers.items() if name.startswith("mark:")}
        self.balance = sum(deal.amount for deal in self.deals if deal.type not in _CREDIT_TYPES)
        self.credit = sum(deal.amount for deal in self.deals if deal.type in _CREDIT_TYPES)

    def take_ticket(self) -> int:
        """Return a number that no position, order or deal has had."""
        self._next_ticket += 1
        return self._next_ticket - 1

    def put_position(self, position: BrokerPosition) -> None:
        """Open a position, or replace it."""
        self.positions[position.ticket] = position
        self._note("position", position.ticket, position)

    def drop_position(self, ticket: int) -> None:
        """Remove a closed position."""
        del self.positions[ticket]
        self._note("position", ticket, None)

    def put_order(self, order: Order) -> None:
        """Place a pending order, or replace it."""
        self.orders[order.ticket] = order
        self._note("order", order.ticket, order)

    def close_order(self, order: Order) -> None:
        """Move an order, in its final state, to the history."""
        if self.orders.pop(order.ticket, None) is not None:
            self._note("order", order.ticket, None)
        self.closed_orders.append(order)
        self._note("closed_order", order.ticket, order)

    def add_deal(self, deal: Deal) -> None:
        """Enter a deal; this alone changes balance and credit."""
        self.deals.append(deal)
        self._note("deal", deal.ticket, deal)
        if deal.type in _CREDIT_TYPES:
            self.credit += deal.amount
        else:
            self.balance += deal.amount

    def open_symbols(self) -> set[str]:
        """Return the symbols with positions or pending orders."""
        held = {position.symbol for position in self.positions.values()}
        return held | {order.symbol for order in self.orders.values()}

    @property
    def dirty(self) -> bool:
        """Return whether there are changes that have not been committed."""
        return bool(self._changes)

    def commit(self) -> None:
        """Write everything since the last commit to the store, all or nothing; raise `StoreError` when that fails."""
        changes = [Change(kind, ticket, record) for (kind, ticket), record in self._changes.items()]
        numbers = {"next_ticket": self._next_ticket, "processed_msc": self.processed_msc, **self.marks}
        self._store.commit(changes, numbers)
        self._changes.clear()

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def _note(self, kind: str, ticket: int, record: Record | None) -> None:
        self._changes[kind, ticket] = record
