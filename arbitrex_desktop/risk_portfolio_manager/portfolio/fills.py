# SPDX-License-Identifier: MIT
"""Which of the broker's orders came of which approved trade.

An order belongs to a trade when its comment names the trade's intent or decision, or when it bears the magic number
that the intent announced, was made after the approval and is named by nobody else.  Symbol and side must be the
trade's own; size alone tells nothing, since others trade the account as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from arbitrex_desktop.mt5.constants import (
    AccountMarginMode,
    DealEntry,
    DealType,
    OrderState,
    OrderType,
    PositionType,
)
from arbitrex_desktop.mt5.results import TradeDeal, TradeOrder, TradePosition
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountReading
from arbitrex_desktop.risk_portfolio_manager.portfolio.activity import put_last
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import Reservation

_REMEMBERED: Final = 5_000
_LONGEST_COMMENT: Final = 31
"""A terminal cuts what is longer."""
_LEAST_OF_A_NAME: Final = 16
"""So much of a name that was cut must be there to know it by."""
_CLOCKS_DIFFER: Final = timedelta(seconds=5)
_WORD: Final = re.compile(r"[^\s,;:|()\[\]]+")
_GONE: Final = frozenset({OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED})
_OPENING: Final = frozenset({DealEntry.IN, DealEntry.INOUT})
_TRADES: Final = frozenset({DealType.BUY, DealType.SELL})
_NETTING: Final = frozenset({AccountMarginMode.RETAIL_NETTING, AccountMarginMode.EXCHANGE})


class BrokerOrder(NamedTuple):
    """What is known of one order: its number, side, units filled or waiting, its marks, and whether it has ended."""

    number: int
    symbol: str
    side: int
    units: float
    magic: int
    comment: str
    at: datetime
    gone: bool = False

    def merged(self, other: BrokerOrder) -> BrokerOrder:
        """Return what two sources say of the same order: one may be later than the other, or lack its marks."""
        return self._replace(
            units=max(self.units, other.units),
            magic=self.magic or other.magic,
            comment=self.comment or other.comment,
            at=min(self.at, other.at),
            gone=self.gone or other.gone,
        )


class Owner(msgspec.Struct, frozen=True, array_like=True):
    """Whose an order is."""

    intent_id: str
    strategy_id: str


class OrderOwners:
    """Remembers whose each order is, once that is known; bounded.  Not safe for threads, the engine locks."""

    def __init__(self) -> None:
        self.by_number: dict[int, Owner] = {}

    def strategy_of(self, number: int) -> str:
        """Return the strategy whose an order is, empty when that is not known."""
        owner = self.by_number.get(number)
        return "" if owner is None else owner.strategy_id

    def note(self, number: int, owner: Owner) -> None:
        """Remember an owner."""
        put_last(self.by_number, number, owner, _REMEMBERED)

    def seen(
        self, orders: Iterable[BrokerOrder], trades: Mapping[str, Reservation]
    ) -> tuple[dict[str, float], set[str]]:
        """Return the units that were seen of each trade, and the trades whose order has ended."""
        names = {name: each for each in trades.values() for name in (each.intent_id, each.order_id) if name}
        units, ended, alive = dict[str, float](), set[str](), set[str]()
        for order in orders:
            trade = self._trade_of(order, trades, names)
            if trade is None:
                continue
            self.note(order.number, Owner(trade.intent_id, trade.strategy_id))
            units[trade.intent_id] = units.get(trade.intent_id, 0.0) + order.units
            (ended if order.gone else alive).add(trade.intent_id)
        return units, ended - alive

    def _trade_of(
        self, order: BrokerOrder, trades: Mapping[str, Reservation], names: Mapping[str, Reservation]
    ) -> Reservation | None:
        """Return the trade that an order came of."""
        known = self.by_number.get(order.number)
        if known is not None:
            return trades.get(known.intent_id)
        named = _trade_named_in(order.comment, names)
        if named is not None:
            return named if _same_trade(named, order) else None
        fitting = (each for each in trades.values() if _same_trade(each, order) and _same_magic(each, order))
        return next(fitting, None)


def orders_in(
    reading: AccountReading, deals: Iterable[TradeDeal], history: Iterable[TradeOrder], pool: PoolReader
) -> list[BrokerOrder]:
    """Return what the books say of every order; `deals` and `history` are empty where a poll brought no more."""
    found = dict[int, BrokerOrder]()
    sources = [_of_order(each, pool, waiting=True) for each in reading.orders]
    sources += [_of_order(each, pool, waiting=False) for each in history]
    if reading.account.margin_mode not in _NETTING:  # there a position is the sum of many orders
        sources += [_of_position(each, pool) for each in reading.positions]
    for each in (*sources, *_orders_by_deals(reading, deals, pool)):
        known = found.get(each.number)
        found[each.number] = each if known is None else known.merged(each)
    return list(found.values())


def _orders_by_deals(reading: AccountReading, deals: Iterable[TradeDeal], pool: PoolReader) -> Iterable[BrokerOrder]:
    """Return what the deals say of every order, their volumes added up.

    On a netting account what takes off a position may be the first part of a trade that reverses it; only its comment
    tells, since what stops close bears the position's magic number.
    """
    found = dict[int, BrokerOrder]()
    netting = reading.account.margin_mode in _NETTING
    for deal in deals:
        if deal.type not in _TRADES or not (deal.entry in _OPENING or (netting and deal.entry == DealEntry.OUT)):
            continue
        one, before = _of_deal(deal, pool), found.get(deal.order)
        found[deal.order] = one if before is None else before._replace(units=before.units + one.units)
    return found.values()


def side_of(order: TradeOrder) -> int:
    """Return 1 for an order that buys, -1 for one that sells, 0 for one that closes a position by another."""
    return 0 if order.type == OrderType.CLOSE_BY else 1 if order.type % 2 == 0 else -1


def _of_order(order: TradeOrder, pool: PoolReader, *, waiting: bool) -> BrokerOrder:
    """Return an order: all of it while it waits, what was filled of it afterwards."""
    lots = order.volume_initial if waiting else order.volume_initial - order.volume_current
    gone = not waiting and order.state in _GONE
    at = pool.server_time_to_utc(order.time_setup)
    units = _units_of_lots(order.symbol, lots, pool)
    return BrokerOrder(order.ticket, order.symbol, side_of(order), units, order.magic, order.comment, at, gone)


def _of_position(position: TradePosition, pool: PoolReader) -> BrokerOrder:
    """Return the order that opened a position, whose number the position bears."""
    side, at = 1 if position.type == PositionType.BUY else -1, pool.server_time_to_utc(position.time)
    units, number = _units_of_lots(position.symbol, position.volume, pool), position.identifier or position.ticket
    return BrokerOrder(number, position.symbol, side, units, position.magic, position.comment, at)


def _of_deal(deal: TradeDeal, pool: PoolReader) -> BrokerOrder:
    """Return the order that a deal filled."""
    side, at = 1 if deal.type == DealType.BUY else -1, pool.server_time_to_utc(deal.time)
    units, magic = _units_of_lots(deal.symbol, deal.volume, pool), deal.magic if deal.entry in _OPENING else 0
    return BrokerOrder(deal.order, deal.symbol, side, units, magic, deal.comment, at)


def _units_of_lots(symbol: str, lots: float, pool: PoolReader) -> float:
    """Return units for lots, none where the symbol's contract size is not known."""
    info = pool.symbol_info(symbol)
    return 0.0 if info is None else lots * info.trade_contract_size


def _trade_named_in(comment: str, names: Mapping[str, Reservation]) -> Reservation | None:
    """Return the trade that a comment names: as a whole or as a word of it, or as much of it as a comment holds."""
    if not comment:
        return None
    for word in (comment, *_WORD.findall(comment)):
        if word in names:
            return names[word]
    last = comment.rsplit(maxsplit=1)[-1] if comment.strip() else ""
    if len(last) < _LEAST_OF_A_NAME or len(comment) > _LONGEST_COMMENT:
        return None
    cut = [each for name, each in names.items() if len(name) > len(last) and name.startswith(last)]
    return cut[0] if len({each.intent_id for each in cut}) == 1 else None


def _same_trade(trade: Reservation, order: BrokerOrder) -> bool:
    """Return whether symbol and side of an order are a trade's."""
    return not trade.reducing and (trade.symbol, trade.direction) == (order.symbol, order.side)


def _same_magic(trade: Reservation, order: BrokerOrder) -> bool:
    """Return whether an order bears a trade's magic number and was made after its approval."""
    return trade.magic != 0 and trade.magic == order.magic and order.at >= trade.approved_at - _CLOCKS_DIFFER
