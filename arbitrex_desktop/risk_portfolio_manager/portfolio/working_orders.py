# SPDX-License-Identifier: MIT
"""Trades in flight: approved ones that are not seen yet, and the orders that work at the broker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

import msgspec

from arbitrex_desktop.raw_layer.phrase import Phrase

Side = tuple[str, int]
"""The name of a symbol or currency, and 1 for more or -1 for less of it."""
UNITS_TOLERANCE: Final = 1e-6


def working_name(ticket: int) -> str:
    """Return the name under which an order that works at the broker is in flight."""
    return f"order {ticket}"


class Reservation(msgspec.Struct):
    """An approved trade that is not yet seen among the positions, or an order that works at the broker.

    Attributes:
        units: what is not yet seen of it.
        notional, margin, risk: in account currency; `risk`, what it loses at its stop.
        approved_at: in market time, UTC.
        since: the same in monotonic seconds, in the saved form in seconds from then.
        expires: by when it is sent or never will be, likewise; never for an order that works.
        ticket: the position that a reducing trade closes, or the order that works; 0 when there is none.
        order_id: the decision's own name, which an order may bear as well.
        magic: what its order is marked with, 0 when that is not known.
        filled: units seen of it.
        closing: units with which a trade that reverses closes the open position first.
    """

    intent_id: str
    symbol: str
    direction: int
    units: float
    notional: float
    base: str
    profit: str
    margin: float
    strategy_id: str
    approved_at: datetime
    expires: float
    reducing: bool = False
    ticket: int = 0
    risk: float = 0.0
    lots: float = 0.0
    since: float = 0.0
    order_id: str = ""
    magic: int = 0
    filled: float = 0.0
    closing: float = 0.0

    @property
    def leaving(self) -> float:
        """Return the units that it takes off what is held."""
        return self.units if self.reducing else self.closing

    def take_off(self, units: float) -> None:
        """Take what was seen of it off, with its share of everything that grows with its size."""
        share = 1.0 - units / self.units
        self.units -= units
        self.closing = max(0.0, self.closing - units)
        self.notional *= share
        self.margin *= share
        self.risk *= share
        self.lots *= share


class WorkingOrders:
    """The orders that work at the broker, whoever placed them; not saved, since the broker has them.

    Attributes:
        orders: by their names.
        unknown: why one of them could not be valued; empty when all could.
    """

    def __init__(self) -> None:
        self.orders: dict[str, Reservation] = {}
        self.unknown: str | Phrase = ""

    def take(self, orders: Iterable[Reservation], unknown: str | Phrase, owner: Callable[[Reservation], str]) -> None:
        """Take over the orders that there are now; `owner` tells the strategy of one that was not there before."""
        now = {working_name(each.ticket): each for each in orders}
        for name, each in now.items():
            known = self.orders.get(name)
            each.strategy_id = owner(each) if known is None or not known.strategy_id else known.strategy_id
        self.orders, self.unknown = now, unknown
