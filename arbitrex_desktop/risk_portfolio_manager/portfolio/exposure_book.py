# SPDX-License-Identifier: MIT
"""Running sums over positions, and over what is in flight: approved trades, and orders that work at the broker.

A decision reads sums and does not walk positions.  The sums are counted anew when the portfolio state says that
something in it changed, or when a trade comes into flight or ends; those that were given out never change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.portfolio.activity import put_last
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposures import (
    Exposures,
    HeldExposure,
    InFlight,
    add,
    add_position,
    closable_units,
    in_flight_of,
    is_number,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.fills import BrokerOrder, OrderOwners, Owner
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument, InstrumentOf
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import (
    ChangeCount,
    PortfolioState,
    plain_number,
    real_positions,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.tracking import TrackedDict
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import (
    UNITS_TOLERANCE,
    Reservation,
    WorkingOrders,
)
from arbitrex_desktop.texts import N_

Held = tuple[str | int, int]
"""A symbol or a position's number, and the side that is held."""
_REMEMBERED: Final = 2_000
_NO_NUMBER: Final = N_("the exposure of {name} that was set manually is no number")


class ExposureBook:
    """Keeps the sums; not safe for threads, the engine locks.

    Attributes:
        total: the sums.
        reserved: trades in flight by intent, oldest first.
        traded: names of the latest intents that have become positions.
        working: the orders that work at the broker.
        owners: whose each order of the broker is, as far as that is known.
        seen_from: when the reading of the account began that the positions are from, in monotonic seconds; infinite
            for a portfolio that the program sets up itself.
        seen: the state's count of changes at which the sums are right; None when it cannot count.
    """

    def __init__(self) -> None:
        self.total = Exposures(HeldExposure(), InFlight())
        self.reserved: dict[str, Reservation] = {}
        self.traded: dict[str | None, None] = {}
        self.working = WorkingOrders()
        self.owners = OrderOwners()
        self.seen: ChangeCount = None
        self.seen_from = math.inf
        self._next_expiry = math.inf
        self._amounts: dict[Held, float] = {}
        self._instruments: dict[str, Instrument | None] = {}
        self._written: tuple[dict[str, float], dict[str, float]] = ({}, {})
        self._manual: tuple[dict[str, float], dict[str, float]] = ({}, {})

    @property
    def reservations(self) -> list[Reservation]:
        """Return the trades in flight, oldest first."""
        return list(self.reserved.values())

    def refresh(
        self, state: PortfolioState, instrument_of: InstrumentOf, monotonic: float, seen: ChangeCount = None
    ) -> None:
        """Bring the sums up to date: count anew if the state changed, drop trades that never came.

        One never came when its time is over and the account, read since, does not have it.  `seen`, the state's count
        of changes, where it has just been taken.
        """
        seen = seen or state.change_count()
        over = min(monotonic, self.seen_from)
        if self._next_expiry <= over:
            self.reserved = {name: each for name, each in self.reserved.items() if each.expires > over}
            self._sum_in_flight()
        if seen is None or seen != self.seen or self.total.held.unpriced:
            before, self.seen = self.seen, seen
            if not self._are_right(before, instrument_of):
                self.recount(state, instrument_of)

    def recount(self, state: PortfolioState, instrument_of: InstrumentOf) -> None:
        """Count every position anew, and settle trades in flight against what has changed."""
        sums, amounts = HeldExposure(unknown=state.fault() or self.working.unknown), dict[Held, float]()
        positions = real_positions(state)
        self._instruments = known = {
            symbol: instrument_of(symbol) for symbol in {str(each.symbol) for each in positions}
        }
        if len(positions) != len(list(state.positions())):
            sums.unknown = sums.unknown or "an open position is no Position"
        for position in positions:
            add_position(sums, position, known[str(position.symbol)])
            units = closable_units(position)
            add(amounts, (position.symbol, position.direction), units)
            if position.ticket:
                add(amounts, (position.ticket, position.direction), units)
        self._settle_in_flight(amounts)
        self._amounts = amounts
        self._take_manual_values(state, sums)
        self.total = Exposures(sums, in_flight_of(self._all_in_flight()))

    def _are_right(self, before: ChangeCount, instrument_of: InstrumentOf) -> bool:
        """Return whether only figures of the account have changed: no position, exposure, conversion or trade."""
        if before is None or self.seen is None or self.reserved or self.total.held.unpriced:
            return False
        if before[0] is not self.seen[0] or before[2:] != self.seen[2:]:
            return False
        return {symbol: instrument_of(symbol) for symbol in self._instruments} == self._instruments

    def take_orders(self, orders: Iterable[BrokerOrder]) -> None:
        """Settle trades in flight against the orders in the broker's books."""
        units, ended = self.owners.seen(orders, self.reserved)
        for name, amount in units.items():
            trade = self.reserved[name]
            arrived = min(trade.units, amount - trade.filled)
            if arrived > 0.0:
                trade.take_off(arrived)
                trade.filled += arrived
        for name in ended:
            trade = self.reserved[name]
            trade.units = 0.0
            if not trade.filled:  # its order came to nothing
                del self.reserved[name]
        self._end_settled()
        self._sum_in_flight()

    def reserve(self, reservation: Reservation) -> None:
        """Count an approved trade from now on; another under the same intent is replaced."""
        self.reserved.pop(reservation.intent_id, None)
        self.reserved[reservation.intent_id] = reservation
        self._sum_in_flight()

    def take_working(self, orders: Iterable[Reservation], unknown: str | Phrase) -> None:
        """Take over the orders that work at the broker now; `unknown`, why one of them could not be valued."""
        self.working.take(orders, unknown, self._owner_of)
        for each in self.working.orders.values():
            if each.strategy_id and not self.owners.strategy_of(each.ticket):
                self.owners.note(each.ticket, Owner("", each.strategy_id))
        self.seen = None

    def release(self, intent_id: str) -> bool:
        """Drop a trade in flight that will not happen; return whether there was one."""
        found = self.reserved.pop(intent_id, None) is not None
        if found:
            self._sum_in_flight()
        return found

    def belongs_to_other(self, intent_id: str | None, symbol: str, direction: int) -> bool:
        """Return whether a name is that of a trade in flight in another symbol or direction."""
        named = None if intent_id is None else self.reserved.get(intent_id)
        return named is not None and (named.symbol, named.direction) != (symbol, direction)

    def without(self, names: tuple[str | None, ...]) -> Exposures:
        """Return the sums as they would be without some trades in flight, by the names of intents or orders."""
        if not self.flies(names):
            return self.total
        return Exposures(
            self.total.held, in_flight_of(each for each in self._all_in_flight() if each.intent_id not in names)
        )

    def flies(self, names: Iterable[str | None]) -> bool:
        """Return whether one of these is in flight, as an approved trade or as an order that works."""
        if not self.reserved and not self.working.orders:
            return False
        return any(name in self.reserved or name in self.working.orders for name in names)

    def reducible(self, symbol: str, direction: int, but_intent: str | None = None) -> float:
        """Return the units that a trade could take off what is held net, less what is being taken off already."""
        held = self._amounts.get((symbol, -direction), 0.0) - self._amounts.get((symbol, direction), 0.0)
        return max(0.0, held - self.leaving(symbol, direction, but_intent)) if held > 0.0 else 0.0

    def holds(self, symbol: str, direction: int) -> bool:
        """Return whether a position of that side is open."""
        return self._amounts.get((symbol, direction), 0.0) > 0.0

    def leaving(self, symbol: str, direction: int, but_intent: str | None = None, ticket: int | None = None) -> float:
        """Return the units that are being taken off by trades in flight, of one position with its `ticket`."""
        return sum(
            each.leaving
            for each in self.reserved.values()
            if (each.symbol, each.direction) == (symbol, direction)
            and each.intent_id != but_intent
            and (ticket is None or each.ticket == ticket)
        )

    def publish(self, state: PortfolioState) -> None:
        """Write symbol and currency exposures to the state, keeping what the program set there manually.

        What another thread has changed since the sums were counted is left alone, and counted with the next decision.
        """
        held = self.total.held
        symbols, currencies = {**held.units, **self._manual[0]}, {**held.currency, **self._manual[1]}
        if dict(state.symbol_exposure) == symbols and dict(state.currency_exposure) == currencies:
            self._written = (symbols, currencies)
        elif self.seen is None or state.change_count() == self.seen:
            state.symbol_exposure, state.currency_exposure = TrackedDict(symbols), TrackedDict(currencies)
            self._written = (symbols, currencies)

    def forget_manual_values(self) -> None:
        """Drop exposures set manually: the broker's own positions have just been read."""
        self._manual = ({}, {})
        self.seen = None

    def note_traded(self, intent_id: str) -> None:
        """Remember that an intent has become a position, so that it is not traded again."""
        put_last(self.traded, intent_id, None, _REMEMBERED)

    def _take_manual_values(self, state: PortfolioState, sums: HeldExposure) -> None:
        """Let exposures that the program set manually count, where they are larger than the positions' own."""
        symbols = _set_manually(state.symbol_exposure, self._written[0], self._manual[0])
        currencies = _set_manually(state.currency_exposure, self._written[1], self._manual[1])
        self._manual = (symbols, currencies)
        for name, value in (*symbols.items(), *currencies.items()):
            if not is_number(value):
                sums.unknown = sums.unknown or Phrase(_NO_NUMBER, {"name": name})
        if sums.unknown:
            return
        for symbol, units in symbols.items():
            if not abs(units) < abs(sums.units.get(symbol, 0.0)):
                sums.manual_units[symbol] = units
        for currency, amount in currencies.items():
            if not abs(amount) < abs(sums.currency.get(currency, 0.0)):
                sums.currency[currency] = amount

    def _settle_in_flight(self, amounts: Mapping[Held, float]) -> None:
        """Take what has changed among the positions off the trades in flight, oldest first.

        In a portfolio that the program sets up itself, size is all there is to go by.  Of an account, only what takes
        off a position is settled so, once the account was read since its approval; entries are known by their orders.
        """
        for trade in self.reservations:
            if self.seen_from < math.inf and (not trade.reducing or trade.since > self.seen_from):
                continue
            side = -trade.direction if trade.reducing else trade.direction
            key: Held = (trade.ticket or trade.symbol, side)
            moved = amounts.get(key, 0.0) - self._amounts.get(key, 0.0)
            arrived = min(trade.units, max(0.0, -moved if trade.reducing else moved))
            if trade.ticket and key not in amounts:  # nothing is left to take off
                arrived = trade.units
            if arrived > 0.0:
                add(self._amounts, key, -arrived if trade.reducing else arrived)
                trade.take_off(arrived)
        self._end_settled()

    def _end_settled(self) -> None:
        """Drop the trades of which everything was seen; remember the names of those that were traded."""
        for trade in self.reservations:
            if trade.units <= UNITS_TOLERANCE:
                self.note_traded(trade.intent_id)
                del self.reserved[trade.intent_id]

    def _sum_in_flight(self) -> None:
        """Sum the trades in flight anew."""
        self.total = Exposures(self.total.held, in_flight_of(self._all_in_flight()))
        self._next_expiry = min((each.expires for each in self.reserved.values()), default=math.inf)

    def _all_in_flight(self) -> Iterator[Reservation]:
        """Go through all that is in flight."""
        yield from self.reserved.values()
        yield from self.working.orders.values()

    def _owner_of(self, order: Reservation) -> str:
        """Return whose an order is: as its marks say, else that of the trade that it looks like, empty for neither."""
        side = (order.symbol, order.direction)
        fits = (each for each in self.reserved.values() if (each.symbol, each.direction) == side and not each.reducing)
        like = (each.strategy_id for each in fits if abs(each.units - order.units) < UNITS_TOLERANCE)
        return self.owners.strategy_of(order.ticket) or next(like, "")


def _set_manually(now: Any, written: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """Return the entries that the program set: not as the engine wrote them, or set before and still there."""
    if not isinstance(now, Mapping):
        return {}
    return {
        name: plain_number(value)
        for name, value in now.items()
        if name not in written or value != written[name] or name in before
    }
