# SPDX-License-Identifier: MIT
"""An account's trades reckoned from the broker's own books: exact, and by another way than the product's.

Only side and volume of a deal are looked at, never what the broker calls it: a trade begins when a position's signed
volume leaves zero and ends when that comes back to zero or changes its sign.  All in whole units and fractions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from arbitrex_desktop.mt5.constants import DealType
from arbitrex_desktop.mt5.simulator.broker.records import Deal


@dataclass
class Trade:
    """A trade of the reckoning: volumes in hundred-millionths of a lot, money in minor units."""

    position: int
    side: int
    began: int
    ended: int = 0
    volume_in: int = 0
    volume_out: int = 0
    paid_in: Fraction = Fraction(0)
    paid_out: Fraction = Fraction(0)
    money: Fraction = Fraction(0)
    exits: int = 0

    @property
    def entry(self) -> Fraction:
        """The mean price of what was bought or sold to open."""
        return self.paid_in / self.volume_in

    @property
    def exit(self) -> Fraction:
        """The mean price of what closed it."""
        return self.paid_out / self.volume_out


@dataclass
class Book:
    """All trades, open ones included, and money that no trade made."""

    trades: list[Trade] = field(default_factory=list)
    other: Fraction = Fraction(0)


def reckon(deals: list[Deal]) -> Book:
    """Go through the broker's deals in the order in which they were made."""
    book, held, running = Book(), defaultdict[int, int](int), dict[int, Trade]()
    for deal in deals:
        if deal.type not in (DealType.BUY, DealType.SELL):
            book.other += deal.amount
            continue
        signed = deal.volume if deal.type == DealType.BUY else -deal.volume
        before = held[deal.position]
        after = held[deal.position] = before + signed
        if before == 0:
            _open(book, running, deal, signed, Fraction(deal.amount))
        elif before * signed > 0:
            _add(running[deal.position], deal, abs(signed), Fraction(deal.amount))
        elif before * after >= 0:
            _take(running[deal.position], deal, abs(signed), Fraction(deal.amount))
        else:
            # One deal closes what was there and opens the rest: what the deal itself cost goes by volume.
            cost = round(Fraction(deal.commission) * abs(before) / abs(signed))
            _take(running[deal.position], deal, abs(before), Fraction(deal.profit + deal.swap + cost))
            _open(book, running, deal, after, Fraction(deal.commission - cost))
    return book


def _open(book: Book, running: dict[int, Trade], deal: Deal, signed: int, money: Fraction) -> None:
    trade = running[deal.position] = Trade(deal.position, 1 if signed > 0 else -1, deal.time_msc)
    book.trades.append(trade)
    _add(trade, deal, abs(signed), money)


def _add(trade: Trade, deal: Deal, volume: int, money: Fraction) -> None:
    trade.volume_in += volume
    trade.paid_in += Fraction(deal.price) * volume
    trade.money += money


def _take(trade: Trade, deal: Deal, volume: int, money: Fraction) -> None:
    trade.volume_out += volume
    trade.paid_out += Fraction(deal.price) * volume
    trade.money += money
    trade.ended = deal.time_msc
    trade.exits += 1
