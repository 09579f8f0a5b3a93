# SPDX-License-Identifier: MIT
"""Trades in flight: approved ones that are not seen yet, and the orders that work at the broker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

Side = tuple[str, int]
"""The name of a symbol or currency, and 1 for more or -1 for less of it."""
UNITS_TOLERANCE: Final = 1e-6
_REMEMBERED: Final = 2_000
_ARRIVES_WITHIN: Final = 10.0
"""Seconds within which the position of an order that is gone has to appear, for it to be that order's."""


def working_name(ticket: int) -> str:
    """Return the name under which an order that works at the broker is in flight."""
    return f"order {ticket}"


class Reservation(msgspec.Struct):
    """An approved trade that is not yet seen among the positions, or an order that works at the broker.

    `notional` and `margin` in account currency.
    `ticket`, the position that a reducing trade closes, or the order that works; 0 when there is none.  `risk`, what it
    loses at its stop, in account currency.
    `expires` in monotonic seconds, in the saved form in seconds from then; never for an order that works.
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


class _Gone(msgspec.Struct):
    """Units that an order had in flight and has no longer, until a moment of monotonic seconds."""

    side: Side
    units: float
    until: float


class WorkingOrders:
    """The orders that work at the broker, whoever placed them; not saved, since the broker has them.

    Attributes:
        orders: by their names.
        strategies: whose the latest of them were, by ticket, where that is known.
        unknown: why one of them could not be valued; empty when all could.
    """

    def __init__(self) -> None:
        self.orders: dict[str, Reservation] = {}
        self.strategies: dict[int, str] = {}
        self.unknown = ""
        self._gone: list[_Gone] = []

    def take(
        self, orders: Iterable[Reservation], unknown: str, monotonic: float, owner: Callable[[Reservation], str]
    ) -> None:
        """Take over the orders that there are now; `owner` tells the strategy of one that was not there before."""
        now = {working_name(each.ticket): each for each in orders}
        for name, each in now.items():
            known = self.orders.get(name)
            each.strategy_id = owner(each) if known is None else known.strategy_id
            if each.strategy_id:
                self.strategies[each.ticket] = each.strategy_id
        while len(self.strategies) > _REMEMBERED:
            del self.strategies[next(iter(self.strategies))]
        for name, before in self.orders.items():
            less = before.units - (now[name].units if name in now else 0.0)
            if less > UNITS_TOLERANCE:
                self._gone.append(_Gone((before.symbol, before.direction), less, monotonic + _ARRIVES_WITHIN))
        self.orders, self.unknown = now, unknown

    def settle(self, held: Mapping[Side, float], before: dict[Side, float], monotonic: float) -> None:
        """Take the positions that orders have become off what appeared since `before`, which moves along.

        So no other trade in flight is taken for them.
        """
        self._gone = [each for each in self._gone if each.until > monotonic and each.units > UNITS_TOLERANCE]
        for gone in self._gone:
            was = before.get(gone.side, 0.0)
            arrived = min(gone.units, max(0.0, held.get(gone.side, 0.0) - was))
            before[gone.side] = was + arrived
            gone.units -= arrived
