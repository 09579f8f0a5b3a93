# SPDX-License-Identifier: MIT
"""Filling orders: what a fill does to positions, deals and the balance, on netting and on hedging accounts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from arbitrex_desktop.mt5.constants import (
    DealEntry,
    DealReason,
    DealType,
    OrderFilling,
    OrderReason,
    OrderState,
    OrderType,
    TradeRetcode,
)
from arbitrex_desktop.mt5.simulator.broker.books import Books
from arbitrex_desktop.mt5.simulator.broker.records import BUY, BrokerPosition, Deal, Order, lots
from arbitrex_desktop.mt5.simulator.broker.rules import BrokerRules, RequestRefused
from arbitrex_desktop.mt5.simulator.broker.valuation import Valuation, held_margin, order_side
from arbitrex_desktop.mt5.simulator.market.market_feed import MarketFeed


@dataclass(frozen=True, slots=True)
class FillPlan:
    """A price at which an order is filled: `volume` in hundred-millionths of a lot, `at_msc` market time in UTC."""

    volume: int
    price: float
    at_msc: int
    reason: DealReason = DealReason.EXPERT
    comment: str | None = None


class Execution:
    """Books fills.  Nothing is committed here.  For one thread."""

    def __init__(
        self, books: Books, feed: MarketFeed, valuation: Valuation, rules: BrokerRules, *, hedging: bool
    ) -> None:
        self._books = books
        self._feed = feed
        self._valuation = valuation
        self._rules = rules
        self.hedging = hedging

    def fill(self, order: Order, fill: FillPlan) -> Deal:
        """Fill an order, in whole or in part, and move it to the history; raise `RequestRefused` for want of money.

        An order with a `position` closes that position; on a netting account, one against the symbol's position
        reduces, closes or reverses it.
        """
        target = self._target(order)
        side = order_side(order.type)
        if target is None:
            deal, position = self._open(order, fill, side)
        elif target.side == side:
            deal, position = self._increase(order, fill, target)
        elif fill.volume > target.volume:
            deal, position = self._reverse(order, fill, target)
        else:
            deal, position = self._reduce(order, fill, target), target.position_id
        state = OrderState.FILLED if fill.volume == order.volume else OrderState.PARTIAL
        left = order.volume - fill.volume
        done = replace(
            order, volume=left, state=state, time_done_msc=fill.at_msc, price_done=fill.price, position=position
        )
        self._books.close_order(done)
        self._books.add_deal(deal)
        return deal

    def close(self, position: BrokerPosition, fill: FillPlan, reason: OrderReason = OrderReason.EXPERT) -> Deal:
        """Close a position, or the part that the fill's volume says, by an order of the server's own."""
        kind = OrderType.SELL if position.side == BUY else OrderType.BUY
        order = Order(
            ticket=self._books.take_ticket(),
            symbol=position.symbol,
            type=kind,
            volume_initial=fill.volume,
            volume=fill.volume,
            time_msc=fill.at_msc,
            price=fill.price,
            filling=OrderFilling.FOK,
            magic=position.magic,
            comment=fill.comment or "",
            reason=reason,
            position=position.ticket,
        )
        return self.fill(order, fill)

    def close_by(self, order: Order, position: BrokerPosition, other: BrokerPosition, at_msc: int) -> Deal:
        """Close two opposite positions by one another, as far as the smaller one reaches, at the other's open price."""
        volume = min(position.volume, other.volume)
        fills = (FillPlan(volume, other.price_open, at_msc), FillPlan(volume, position.price_open, at_msc))
        first = replace(self._reduce(order, fills[0], position), entry=DealEntry.OUT_BY)
        # Both legs carry the same price difference: it is booked once, with the first.
        second = replace(self._reduce(order, fills[1], other), entry=DealEntry.OUT_BY, profit=0)
        done = replace(
            order, state=OrderState.FILLED, time_done_msc=at_msc, price_done=other.price_open, volume_initial=volume
        )
        self._books.close_order(done)
        for deal in (first, second):
            self._books.add_deal(deal)
        return first

    def afford(self, symbol: str, side: int, fill: FillPlan, without: BrokerPosition | None = None) -> None:
        """Check that a new position's margin is covered by the equity; raise `RequestRefused` with NO_MONEY if not.

        `without` is a position that the new one takes the place of.
        """
        margin = self._valuation.margin(self._feed.symbols[symbol], lots(fill.volume), fill.price, fill.at_msc)
        new = BrokerPosition(0, symbol, side, fill.volume, fill.price, fill.at_msc, fill.at_msc, margin)
        kept = [position for position in self._books.positions.values() if position is not without]
        figures = self._valuation.figures(self._books, fill.at_msc)
        if figures.equity + self.commission(symbol, fill) < held_margin([*kept, new]):
            raise RequestRefused(TradeRetcode.NO_MONEY)

    def commission(self, symbol: str, fill: FillPlan) -> int:
        """Return what a fill costs, in minor units, zero or negative."""
        dollars = self._feed.symbols[symbol].commission * lots(fill.volume)
        return -self._valuation.minor(dollars * self._valuation.rate("USD", fill.at_msc, gain=False))

    def _target(self, order: Order) -> BrokerPosition | None:
        """Return the position that an order acts upon: the named one, or the only one of a netting account's symbol."""
        if order.position:
            return self._books.positions.get(order.position)
        if self.hedging:
            return None
        return next((item for item in self._books.positions.values() if item.symbol == order.symbol), None)

    def _open(
        self, order: Order, fill: FillPlan, side: int, replaced: BrokerPosition | None = None
    ) -> tuple[Deal, int]:
        """Open a position under the order's ticket; one that takes the place of another keeps its identifier."""
        self.afford(order.symbol, side, fill, without=replaced)
        spec = self._feed.symbols[order.symbol]
        self._books.put_position(
            BrokerPosition(
                ticket=order.ticket,
                symbol=order.symbol,
                side=side,
                volume=fill.volume,
                price_open=fill.price,
                time_msc=fill.at_msc,
                update_msc=fill.at_msc,
                margin=self._valuation.margin(spec, lots(fill.volume), fill.price, fill.at_msc),
                sl=order.sl,
                tp=order.tp,
                magic=order.magic,
                comment=order.comment,
                reason=order.reason,
                identifier=replaced.position_id if replaced else 0,
            )
        )
        position = replaced.position_id if replaced else order.ticket
        return self._deal(order, fill, DealEntry.IN, position), position

    def _increase(self, order: Order, fill: FillPlan, position: BrokerPosition) -> tuple[Deal, int]:
        """Add to a netting position; its price becomes the average, weighted by volume."""
        self.afford(order.symbol, position.side, fill)
        spec = self._feed.symbols[order.symbol]
        volume = position.volume + fill.volume
        average = (position.price_open * position.volume + fill.price * fill.volume) / volume
        self._books.put_position(
            replace(
                position,
                volume=volume,
                price_open=average,
                margin=position.margin + self._valuation.margin(spec, lots(fill.volume), fill.price, fill.at_msc),
                sl=order.sl or position.sl,
                tp=order.tp or position.tp,
                update_msc=fill.at_msc,
            )
        )
        return self._deal(order, fill, DealEntry.IN, position.position_id), position.position_id

    def _reverse(self, order: Order, fill: FillPlan, position: BrokerPosition) -> tuple[Deal, int]:
        """Close a netting position and open the rest on the other side, in one deal."""
        rest = replace(fill, volume=fill.volume - position.volume)
        self._open(order, rest, -position.side, replaced=position)
        closing = self._reduce(order, replace(fill, volume=position.volume), position)
        whole = replace(
            closing, entry=DealEntry.INOUT, volume=fill.volume, commission=self.commission(order.symbol, fill)
        )
        return whole, position.position_id

    def _reduce(self, order: Order, fill: FillPlan, position: BrokerPosition) -> Deal:
        """Take volume off a position, or close it; swap and margin go in proportion."""
        spec = self._feed.symbols[position.symbol]
        swap = position.swap * fill.volume // position.volume
        left = position.volume - fill.volume
        if left:
            kept = position.margin * left // position.volume
            smaller = replace(position, volume=left, swap=position.swap - swap, margin=kept, update_msc=fill.at_msc)
            self._books.put_position(smaller)
        else:
            self._books.drop_position(position.ticket)
        profit = self._valuation.profit(
            spec,
            position.side,
            lots(fill.volume),
            opened=position.price_open,
            closed=fill.price,
            at_msc=fill.at_msc,
        )
        deal = self._deal(order, fill, DealEntry.OUT, position.position_id)
        late = deal.ticket * 7919 % (self._rules.exit_deal_delay_msc + 1)
        side = DealType.SELL if position.side == BUY else DealType.BUY
        return replace(deal, type=side, profit=profit, swap=swap, visible_msc=fill.at_msc + late)

    def _deal(self, order: Order, fill: FillPlan, entry: DealEntry, position: int) -> Deal:
        """Return a deal of an order with its commission, no profit yet."""
        return Deal(
            ticket=self._books.take_ticket(),
            type=DealType.BUY if order_side(order.type) == BUY else DealType.SELL,
            time_msc=fill.at_msc,
            visible_msc=fill.at_msc,
            order=order.ticket,
            entry=entry,
            symbol=order.symbol,
            volume=fill.volume,
            price=fill.price,
            commission=self.commission(order.symbol, fill),
            position=position,
            magic=order.magic,
            comment=order.comment if fill.comment is None else fill.comment,
            reason=fill.reason,
        )
