# SPDX-License-Identifier: MIT
"""The broker's own records of positions, orders and deals: exact, in UTC, and fit to be stored.

Money is in whole minor units of the account currency (cents; yen have none), volumes in hundred-millionths of a lot,
so that sums are exact.  Times are milliseconds of UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from arbitrex_desktop.mt5.constants import (
    DealEntry,
    DealReason,
    DealType,
    OrderFilling,
    OrderReason,
    OrderState,
    OrderTime,
    OrderType,
)

_UNITS_PER_LOT: Final = 100_000_000

BUY: Final = 1
SELL: Final = -1


def units(lots: float) -> int:
    """Return a volume in hundred-millionths of a lot."""
    return round(lots * _UNITS_PER_LOT)


def lots(volume: int) -> float:
    """Return a volume in lots."""
    return volume / _UNITS_PER_LOT


@dataclass(frozen=True, slots=True)
class BrokerPosition:
    """An open position. `side` is 1 (buy) or -1 (sell); `swap` so far and `margin` held, in minor units.

    `identifier` is the ticket under which a netting position was first opened, 0 while it still has that ticket.
    """

    ticket: int
    symbol: str
    side: int
    volume: int
    price_open: float
    time_msc: int
    update_msc: int
    margin: int
    sl: float = 0.0
    tp: float = 0.0
    swap: int = 0
    magic: int = 0
    comment: str = ""
    reason: int = DealReason.EXPERT
    identifier: int = 0

    @property
    def position_id(self) -> int:
        """Return the number by which orders and deals of the position name it for as long as it lives."""
        return self.identifier or self.ticket


@dataclass(frozen=True, slots=True)
class Order:
    """An order, active or done (`time_done_msc` is 0 while it is active, `price_done` is the price of that moment)."""

    ticket: int
    symbol: str
    type: OrderType
    volume_initial: int
    volume: int
    time_msc: int
    price: float = 0.0
    stoplimit: float = 0.0
    sl: float = 0.0
    tp: float = 0.0
    filling: OrderFilling = OrderFilling.RETURN
    lifetime: OrderTime = OrderTime.GTC
    expiration_msc: int = 0
    time_done_msc: int = 0
    price_done: float = 0.0
    state: OrderState = OrderState.PLACED
    magic: int = 0
    comment: str = ""
    reason: OrderReason = OrderReason.EXPERT
    position: int = 0
    position_by: int = 0


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal. Money in minor units; the history shows it from `visible_msc` on, as real ones may come late."""

    ticket: int
    type: DealType
    time_msc: int
    visible_msc: int
    order: int = 0
    entry: DealEntry = DealEntry.IN
    symbol: str = ""
    volume: int = 0
    price: float = 0.0
    commission: int = 0
    swap: int = 0
    profit: int = 0
    position: int = 0
    magic: int = 0
    comment: str = ""
    reason: DealReason = DealReason.EXPERT

    @property
    def amount(self) -> int:
        """Return by how much the deal changes the balance, in minor units."""
        return self.profit + self.swap + self.commission
