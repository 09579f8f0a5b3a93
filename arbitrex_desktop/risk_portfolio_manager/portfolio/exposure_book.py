# SPDX-License-Identifier: MIT
"""Running sums over positions, and over what is in flight: approved trades, and orders that work at the broker.

A decision reads sums and does not walk positions.  The sums are counted anew when the portfolio state says that
something in it changed, or when a trade comes into flight or ends; those that were given out never change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec

from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import (
    ChangeCount,
    PortfolioState,
    Position,
    as_utc,
    plain_number,
    real_positions,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.tracking import TrackedDict
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import (
    UNITS_TOLERANCE,
    Reservation,
    Side,
    WorkingOrders,
)

K = TypeVar("K")
InstrumentOf = Callable[[str], Instrument | None]
_REMEMBERED: Final = 2_000
_LAST_MOMENT: Final = datetime.max.replace(tzinfo=UTC)
"""Stands for the time of entry of a position that has none, so that it counts as a new one."""


class HeldExposure(msgspec.Struct):
    """Sums over positions, in account currency and signed (long positive) where not said otherwise.

    Attributes:
        units: net units by symbol.
        notional: net by symbol.
        currency: net by currency, a cross counted in both.
        gross: sum of sizes.
        net: long minus short.
        count: how many there are.
        by_symbol: the same by symbol.
        by_strategy: the same by strategy.
        opened: when each was.
        manual_units: units by symbol that the program set manually, where they are more.
        unknown: why something could not be valued; empty when all could.
        unpriced: the first position for whose worth a program without a pool gave no price.
        lots: sum of sizes in lots.
        open_risk: what equity loses when every stop is hit.
        entry_risk: what the balance loses then, counting no stop that locks in a profit.
        without_stop: sum of the sizes of positions that have no stop.
    """

    units: dict[str, float] = {}
    notional: dict[str, float] = {}
    currency: dict[str, float] = {}
    gross: float = 0.0
    net: float = 0.0
    count: int = 0
    by_symbol: dict[str, int] = {}
    by_strategy: dict[str, int] = {}
    opened: list[datetime] = []
    manual_units: dict[str, float] = {}
    unknown: str = ""
    unpriced: str = ""
    lots: float = 0.0
    open_risk: float = 0.0
    entry_risk: float = 0.0
    without_stop: float = 0.0


class InFlight(msgspec.Struct):
    """Sums over trades in flight that add risk, by name and side, never netted; account currency.

    Attributes:
        units: by symbol and side.
        notional: by symbol and side.
        currency: by currency and side.
        net: by side.
        gross: sum of sizes.
        margin: sum of margins.
        risk: sum of what they lose at their stops.
        lots: sum of lots.
        by_symbol: how many there are in each symbol.
        by_strategy: how many there are of each strategy.
        opened: when each was approved.
    """

    units: dict[Side, float] = {}
    notional: dict[Side, float] = {}
    currency: dict[Side, float] = {}
    net: dict[int, float] = {}
    gross: float = 0.0
    margin: float = 0.0
    risk: float = 0.0
    lots: float = 0.0
    by_symbol: dict[str, int] = {}
    by_strategy: dict[str, int] = {}
    opened: list[datetime] = []


class Exposures(msgspec.Struct, frozen=True):
    """What is held and what is in flight.

    What is asked for "towards" a side is what is held net on it and in flight to it.  What is on the other side makes
    no room: a position may be closed and an order not be filled before the trade that is judged.
    """

    held: HeldExposure
    in_flight: InFlight

    def units_towards(self, symbol: str, side: int) -> float:
        """Return units of a symbol; those that the program set manually count where they are more."""
        held = self.held.manual_units.get(symbol, self.held.units.get(symbol, 0.0))
        return max(0.0, side * held) + self.in_flight.units.get((symbol, side), 0.0)

    def notional_towards(self, symbol: str, side: int) -> float:
        """Return the same in account currency, without what was set manually."""
        return max(0.0, side * self.held.notional.get(symbol, 0.0)) + self.in_flight.notional.get((symbol, side), 0.0)

    def currency_towards(self, currency: str, side: int) -> float:
        """Return what is held net of a currency, and in flight."""
        held = max(0.0, side * self.held.currency.get(currency, 0.0))
        return held + self.in_flight.currency.get((currency, side), 0.0)

    def net_towards(self, side: int) -> float:
        """Return what is held net of everything, and in flight."""
        return max(0.0, side * self.held.net) + self.in_flight.net.get(side, 0.0)

    @property
    def count(self) -> int:
        """Return how many positions and trades in flight there are."""
        return self.held.count + len(self.in_flight.opened)

    @property
    def gross(self) -> float:
        """Return the sum of all sizes."""
        return self.held.gross + self.in_flight.gross

    def count_in(self, symbol: str) -> int:
        """Return how many there are in a symbol."""
        return self.held.by_symbol.get(symbol, 0) + self.in_flight.by_symbol.get(symbol, 0)

    def count_of(self, strategy_id: str | None) -> int:
        """Return how many there are of a strategy."""
        if strategy_id is None:
            return 0
        return self.held.by_strategy.get(strategy_id, 0) + self.in_flight.by_strategy.get(strategy_id, 0)


class ExposureBook:
    """Keeps the sums; not safe for threads, the engine locks.

    Attributes:
        total: the sums.
        reserved: trades in flight by intent, oldest first.
        traded: names of the latest intents that have become positions.
        working: the orders that work at the broker.
        seen: the state's count of changes at which the sums are right; None when it cannot count.
    """

    def __init__(self) -> None:
        self.total = Exposures(HeldExposure(), InFlight())
        self.reserved: dict[str, Reservation] = {}
        self.traded: dict[str | None, None] = {}
        self.working = WorkingOrders()
        self.seen: ChangeCount = None
        self._next_expiry = math.inf
        self._sides: dict[Side, float] = {}
        self._written: tuple[dict[str, float], dict[str, float]] = ({}, {})
        self._manual: tuple[dict[str, float], dict[str, float]] = ({}, {})

    @property
    def reservations(self) -> list[Reservation]:
        """Return the trades in flight, oldest first."""
        return list(self.reserved.values())

    def refresh(
        self, state: PortfolioState, instrument_of: InstrumentOf, monotonic: float, seen: ChangeCount = None
    ) -> None:
        """Bring the sums up to date: count anew if the state changed, drop trades that were in flight too long.

        `seen`, the state's count of changes, where it has just been taken.
        """
        seen = seen or state.change_count()
        if self._next_expiry <= monotonic:
            self.reserved = {name: each for name, each in self.reserved.items() if each.expires > monotonic}
            self._sum_in_flight()
        if seen is None or seen != self.seen or self.total.held.unpriced:
            self.seen = seen
            self.recount(state, instrument_of, monotonic)

    def recount(self, state: PortfolioState, instrument_of: InstrumentOf, monotonic: float = 0.0) -> None:
        """Count every position anew, and settle trades in flight against the positions that have appeared."""
        sums, sides = HeldExposure(unknown=state.fault() or self.working.unknown), dict[Side, float]()
        positions = real_positions(state)
        if len(positions) != len(list(state.positions())):
            sums.unknown = sums.unknown or "an open position is no Position"
        for position in positions:
            _add_position(sums, position, instrument_of)
            _add(sides, (position.symbol, position.direction), closable_units(position))
        self.working.settle(sides, self._sides, monotonic)
        self._settle(sides)
        self._sides = sides
        self._take_manual_values(state, sums)
        self.total = Exposures(sums, _in_flight(self._flying()))

    def reserve(self, reservation: Reservation) -> None:
        """Count an approved trade from now on; another under the same intent is replaced."""
        self.reserved.pop(reservation.intent_id, None)
        self.reserved[reservation.intent_id] = reservation
        self._sum_in_flight()

    def take_working(self, orders: Iterable[Reservation], unknown: str, monotonic: float) -> None:
        """Take over the orders that work at the broker now; `unknown`, why one of them could not be valued."""
        self.working.take(orders, unknown, monotonic, self._strategy_like)
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

    def without(self, *names: str | None) -> Exposures:
        """Return the sums as they would be without some trades in flight, by the names of intents or orders."""
        if not any(name in self.reserved or name in self.working.orders for name in names):
            return self.total
        return Exposures(self.total.held, _in_flight(each for each in self._flying() if each.intent_id not in names))

    def reducible(self, symbol: str, direction: int, but_intent: str | None = None) -> float:
        """Return the units that a trade could take off what is held net, less what is being taken off already."""
        held = self._sides.get((symbol, -direction), 0.0) - self._sides.get((symbol, direction), 0.0)
        return max(0.0, held - self.leaving(symbol, direction, but_intent)) if held > 0.0 else 0.0

    def holds(self, symbol: str, direction: int) -> bool:
        """Return whether a position of that side is open."""
        return self._sides.get((symbol, direction), 0.0) > 0.0

    def leaving(self, symbol: str, direction: int, but_intent: str | None = None, ticket: int | None = None) -> float:
        """Return the units that are being taken off by trades in flight, of one position with its `ticket`."""
        return sum(
            each.units
            for each in self.reserved.values()
            if each.reducing
            and (each.symbol, each.direction) == (symbol, direction)
            and each.intent_id != but_intent
            and (ticket is None or each.ticket == ticket)
        )

    def publish(self, state: PortfolioState) -> None:
        """Write symbol and currency exposures to the state, keeping what the program set there manually."""
        held = self.total.held
        symbols, currencies = {**held.units, **self._manual[0]}, {**held.currency, **self._manual[1]}
        if dict(state.symbol_exposure) != symbols or dict(state.currency_exposure) != currencies:
            state.symbol_exposure, state.currency_exposure = TrackedDict(symbols), TrackedDict(currencies)
        self._written, self.seen = (symbols, currencies), state.change_count()

    def forget_manual_values(self) -> None:
        """Drop exposures set manually: the broker's own positions have just been read."""
        self._manual = ({}, {})
        self.seen = None

    def note_traded(self, intent_id: str) -> None:
        """Remember that an intent has become a position, so that it is not traded again."""
        self.traded[intent_id] = None
        if len(self.traded) > _REMEMBERED:
            del self.traded[next(iter(self.traded))]

    def _take_manual_values(self, state: PortfolioState, sums: HeldExposure) -> None:
        """Let exposures that the program set manually count, where they are larger than the positions' own."""
        symbols = _set_manually(state.symbol_exposure, self._written[0], self._manual[0])
        currencies = _set_manually(state.currency_exposure, self._written[1], self._manual[1])
        self._manual = (symbols, currencies)
        for name, value in (*symbols.items(), *currencies.items()):
            if not _is_number(value):
                sums.unknown = sums.unknown or f"the exposure of {name} that was set manually is no number"
        if sums.unknown:
            return
        for symbol, units in symbols.items():
            if not abs(units) < abs(sums.units.get(symbol, 0.0)):
                sums.manual_units[symbol] = units
        for currency, amount in currencies.items():
            if not abs(amount) < abs(sums.currency.get(currency, 0.0)):
                sums.currency[currency] = amount

    def _settle(self, sides: Mapping[Side, float]) -> None:
        """Take what has appeared among the positions off the trades in flight, oldest first."""
        for reservation in self.reservations:
            direction = -reservation.direction if reservation.reducing else reservation.direction
            side = (reservation.symbol, direction)
            moved = sides.get(side, 0.0) - self._sides.get(side, 0.0)
            arrived = min(reservation.units, max(0.0, -moved if reservation.reducing else moved))
            if arrived > 0.0:
                share = 1.0 - arrived / reservation.units
                _add(self._sides, side, -arrived if reservation.reducing else arrived)
                reservation.units -= arrived
                reservation.notional *= share
                reservation.margin *= share
                reservation.risk *= share
                reservation.lots *= share
        for each in self.reservations:
            if each.units <= UNITS_TOLERANCE:
                self.note_traded(each.intent_id)
                del self.reserved[each.intent_id]

    def _sum_in_flight(self) -> None:
        """Sum the trades in flight anew."""
        self.total = Exposures(self.total.held, _in_flight(self._flying()))
        self._next_expiry = min((each.expires for each in self.reserved.values()), default=math.inf)

    def _flying(self) -> Iterator[Reservation]:
        """Go through all that is in flight."""
        yield from self.reserved.values()
        yield from self.working.orders.values()

    def _strategy_like(self, order: Reservation) -> str:
        """Return the strategy of the approved trade that an order looks like, empty for none."""
        side = (order.symbol, order.direction)
        fits = (each for each in self.reserved.values() if (each.symbol, each.direction) == side and not each.reducing)
        return next((each.strategy_id for each in fits if abs(each.units - order.units) < UNITS_TOLERANCE), "")


def closable_units(position: Position) -> float:
    """Return the units that a close takes off, lots where the symbol's contract size is not known; 0 for neither."""
    known = _sound(position.units) and position.units > 0.0
    units = position.units if known else position.lots
    return units if units is not None and _sound(units) else 0.0


def _add_position(sums: HeldExposure, position: Position, instrument_of: InstrumentOf) -> None:
    """Add one position, at its last known price."""
    symbol, direction, units = position.symbol, position.direction, position.units
    instrument = instrument_of(str(symbol))
    price = position.current_price or position.entry_price
    entry: Any = position.entry_time
    sums.count += 1
    sums.opened.append(as_utc(entry) if isinstance(entry, datetime) else _LAST_MOMENT)
    _count(sums, symbol, position.strategy_id)
    if instrument is None or direction not in (1, -1) or not _sound(units) or not _sound(price):
        sums.unknown = sums.unknown or f"the position in {symbol} cannot be valued"
        return
    _add(sums.units, symbol, direction * units)
    sums.lots += units / instrument.contract
    if not math.isfinite(instrument.value):
        sums.unpriced = sums.unpriced or symbol
        return
    notional = units * price * instrument.value
    _add(sums.notional, symbol, direction * notional)
    _add(sums.currency, instrument.base, direction * notional)
    _add(sums.currency, instrument.profit, -direction * notional)
    sums.gross += notional
    sums.net += direction * notional
    _add_risk(sums, position, price, notional, units * instrument.value)


def _add_risk(sums: HeldExposure, position: Position, price: float, notional: float, value: float) -> None:
    """Add what a position loses at its stop; `value`, what a price move of 1 is worth in account currency."""
    stop = position.stop_loss
    if not stop or not _sound(stop):
        sums.without_stop += notional
        return
    sums.open_risk += max(0.0, position.direction * (price - stop)) * value
    entry = position.entry_price
    sums.entry_risk += max(0.0, position.direction * ((entry if _sound(entry) else price) - stop)) * value


def _in_flight(reservations: Iterable[Reservation]) -> InFlight:
    """Sum trades in flight; one that reduces frees nothing before it has happened."""
    sums = InFlight()
    for each in reservations:
        if each.reducing:
            continue
        symbol, side, notional = each.symbol, each.direction, each.notional
        _add(sums.units, (symbol, side), each.units)
        _add(sums.notional, (symbol, side), notional)
        _add(sums.currency, (each.base, side), notional)
        _add(sums.currency, (each.profit, -side), notional)
        _add(sums.net, side, notional)
        sums.gross += notional
        sums.margin += each.margin
        sums.risk += each.risk
        sums.lots += each.lots
        sums.opened.append(each.approved_at)
        _count(sums, symbol, each.strategy_id)
    return sums


def _count(sums: HeldExposure | InFlight, symbol: str, strategy_id: str) -> None:
    """Count one in its symbol, and for its strategy if it has one."""
    sums.by_symbol[symbol] = sums.by_symbol.get(symbol, 0) + 1
    if strategy_id:
        sums.by_strategy[strategy_id] = sums.by_strategy.get(strategy_id, 0) + 1


def _is_number(value: Any) -> bool:
    """Return whether a value that a program set is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _sound(value: Any) -> bool:
    """Return whether a value is a finite number and not negative."""
    return _is_number(value) and value >= 0.0


def _add(amounts: dict[K, float], key: K, amount: float) -> None:
    """Add to an amount, which is 0 before anything was."""
    amounts[key] = amounts.get(key, 0.0) + amount


def _set_manually(now: Any, written: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """Return the entries that the program set: not as the engine wrote them, or set before and still there."""
    if not isinstance(now, Mapping):
        return {}
    return {
        name: plain_number(value)
        for name, value in now.items()
        if name not in written or value != written[name] or name in before
    }
