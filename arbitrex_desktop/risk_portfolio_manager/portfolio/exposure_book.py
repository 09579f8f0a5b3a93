# SPDX-License-Identifier: MIT
"""Running sums over positions and over approved trades that are still under way.

A decision reads sums and does not walk positions.  The sums are recounted when the portfolio state says that
something in it changed; approvals are added as they are made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import (
    PortfolioState,
    Position,
    as_utc,
    plain_number,
    real_positions,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.tracking import TrackedDict

K = TypeVar("K")
Side = tuple[str, int]
"""The name of a symbol or currency, and 1 for more or -1 for less of it."""
InstrumentOf = Callable[[str], Instrument | None]
_TINY = 1e-6
_REMEMBER = 2_000
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
"""Stands for the time of entry of a position that has none, so that it counts as a new one."""


@dataclass(slots=True)
class Reservation:
    """An approved trade that is not yet seen among the positions; `notional` and `margin` in account currency."""

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


@dataclass(slots=True)
class Exposures:
    """Exposures in account currency, signed (long positive) where not said otherwise.

    Of positions: `units`, net by symbol; `notional`, net by symbol; `currency`, net by currency, a cross counted in
    both; `net`, long minus short; `hand_units`, exposures that the program set by hand.  Of trades under way, by name
    and side, never netted: `units_under_way`; `under_way`, by symbol; `currency_under_way`; `net_under_way`, by side;
    `margin`.  Of both: `gross`, sum of sizes; `count`, `by_symbol`, `by_strategy`; `opened`, when each was.
    `unknown`, why something could not be reckoned with, empty when all could; `unpriced`, the first position for
    whose worth a program without a pool gave no price, empty when there is none.
    """

    units: dict[str, float] = field(default_factory=dict)
    notional: dict[str, float] = field(default_factory=dict)
    currency: dict[str, float] = field(default_factory=dict)
    gross: float = 0.0
    net: float = 0.0
    count: int = 0
    by_symbol: dict[str, int] = field(default_factory=dict)
    by_strategy: dict[str, int] = field(default_factory=dict)
    opened: list[datetime] = field(default_factory=list)
    margin: float = 0.0
    hand_units: dict[str, float] = field(default_factory=dict)
    units_under_way: dict[Side, float] = field(default_factory=dict)
    under_way: dict[Side, float] = field(default_factory=dict)
    currency_under_way: dict[Side, float] = field(default_factory=dict)
    net_under_way: dict[int, float] = field(default_factory=dict)
    unknown: str = ""
    unpriced: str = ""

    def add(self, symbol: str, direction: int, units: float, notional: float, instrument_legs: tuple[str, str]) -> None:
        """Add one exposure; `notional` positive, legs are base and profit currency."""
        signed = direction * notional
        base, profit = instrument_legs
        self.units[symbol] = self.units.get(symbol, 0.0) + direction * units
        self.notional[symbol] = self.notional.get(symbol, 0.0) + signed
        self.currency[base] = self.currency.get(base, 0.0) + signed
        self.currency[profit] = self.currency.get(profit, 0.0) - signed
        self.gross += notional
        self.net += signed

    def units_towards(self, symbol: str, side: int) -> float:
        """Return the units held on a side of a symbol and under way towards it.

        What is on the other side makes no room, here and in the sums below: a position may be closed and a trade
        under way not be filled before the one that is judged.
        """
        held = self.hand_units.get(symbol, self.units.get(symbol, 0.0))
        return max(0.0, side * held) + self.units_under_way.get((symbol, side), 0.0)

    def notional_towards(self, symbol: str, side: int) -> float:
        """Return the same in account currency, without what was set by hand."""
        return max(0.0, side * self.notional.get(symbol, 0.0)) + self.under_way.get((symbol, side), 0.0)

    def currency_towards(self, currency: str, side: int) -> float:
        """Return what is held net of a currency on a side, and under way towards it."""
        return max(0.0, side * self.currency.get(currency, 0.0)) + self.currency_under_way.get((currency, side), 0.0)

    def net_towards(self, side: int) -> float:
        """Return what is held net on a side, and under way towards it."""
        return max(0.0, side * self.net) + self.net_under_way.get(side, 0.0)

    def count_in(self, symbol: str, strategy_id: str, opened: datetime) -> None:
        """Count one position or trade under way."""
        self.count += 1
        self.by_symbol[symbol] = self.by_symbol.get(symbol, 0) + 1
        if strategy_id:
            self.by_strategy[strategy_id] = self.by_strategy.get(strategy_id, 0) + 1
        self.opened.append(opened)

    def copy(self) -> Exposures:
        """Return an independent copy."""
        return Exposures(
            dict(self.units),
            dict(self.notional),
            dict(self.currency),
            self.gross,
            self.net,
            self.count,
            dict(self.by_symbol),
            dict(self.by_strategy),
            list(self.opened),
            self.margin,
            dict(self.hand_units),
            dict(self.units_under_way),
            dict(self.under_way),
            dict(self.currency_under_way),
            dict(self.net_under_way),
            self.unknown,
            self.unpriced,
        )


class ExposureBook:
    """Keeps the sums; not safe for threads, the engine locks.

    Attributes:
        positions: sums over positions alone
        total: with the trades under way added
        under_way: these by intent, oldest first
        traded: names of the latest intents that have become positions
    """

    def __init__(self) -> None:
        self.version = 0
        self.positions = Exposures()
        self.total = Exposures()
        self.under_way: dict[str, Reservation] = {}
        self.traded: dict[str | None, None] = {}
        self._next_expiry = math.inf
        self._seen: tuple[object, ...] | None = None
        self._published: Exposures | None = None
        self._sides: dict[tuple[str, int], float] = {}
        self._written: tuple[dict[str, float], dict[str, float]] = ({}, {})
        self._by_hand: tuple[dict[str, float], dict[str, float]] = ({}, {})

    @property
    def reservations(self) -> list[Reservation]:
        """Return the trades under way, oldest first."""
        return list(self.under_way.values())

    def refresh(self, state: PortfolioState, instrument_of: InstrumentOf, monotonic: float) -> None:
        """Bring the sums up to date: recount if the state changed, let go of trades that were under way too long."""
        seen = state.change_count()
        expired = self._next_expiry <= monotonic
        if expired:
            self.under_way = {name: each for name, each in self.under_way.items() if each.expires > monotonic}
        if seen is not None and seen == self._seen and not self.positions.unpriced:
            if expired:
                self._retotal()
            return
        self._seen = seen
        self.recount(state, instrument_of)

    def recount(self, state: PortfolioState, instrument_of: InstrumentOf) -> None:
        """Count every position anew, and settle trades under way against the positions that have appeared."""
        sums, sides = Exposures(unknown=state.fault()), dict[tuple[str, int], float]()
        held = real_positions(state)
        if len(held) != len(list(state.positions())):
            sums.unknown = sums.unknown or "an open position is no Position"
        for position in held:
            _add_position(sums, position, instrument_of)
            side = (position.symbol, position.direction)
            sides[side] = sides.get(side, 0.0) + (position.units if _sound(position.units) else 0.0)
        self._settle(sides)
        self._sides = sides
        self._take_hand_values(state, sums)
        self.positions = sums
        self._retotal()

    def reserve(self, reservation: Reservation) -> None:
        """Count an approved trade from now on; another under the same intent is replaced."""
        replaced = self.under_way.pop(reservation.intent_id, None)
        self.under_way[reservation.intent_id] = reservation
        if replaced is not None:
            self._retotal()
            return
        _add_reservation(self.total, reservation)
        self._next_expiry = min(self._next_expiry, reservation.expires)
        self.version += 1

    def release(self, intent_id: str) -> bool:
        """Forget a trade under way that will not happen; tell whether there was one."""
        found = self.under_way.pop(intent_id, None) is not None
        if found:
            self._retotal()
        return found

    def is_anothers(self, intent_id: str | None, symbol: str, direction: int) -> bool:
        """Tell whether a name belongs to a trade under way in another symbol or direction."""
        named = None if intent_id is None else self.under_way.get(intent_id)
        return named is not None and (named.symbol, named.direction) != (symbol, direction)

    def without(self, intent_id: str | None) -> Exposures:
        """Return the sums as they would be without the trade under way of one intent."""
        if intent_id not in self.under_way:
            return self.total
        sums = self.positions.copy()
        for each in self.under_way.values():
            if each.intent_id != intent_id:
                _add_reservation(sums, each)
        return sums

    def reducible(self, symbol: str, direction: int, but_intent: str | None) -> float:
        """Return the units that a trade could take off the open position, less what is being taken off already."""
        net = self.positions.units.get(symbol, 0.0)
        if not net * direction < 0.0:
            return 0.0
        under_way = sum(
            each.units
            for each in self.under_way.values()
            if each.reducing and each.symbol == symbol and each.direction == direction and each.intent_id != but_intent
        )
        return max(0.0, abs(net) - under_way)

    def publish(self, state: PortfolioState) -> None:
        """Write symbol and currency exposures to the state, keeping what the program set there by hand."""
        if self._published is self.positions and self._seen is not None and self._seen == state.change_count():
            return  # as after most decisions, there is nothing new to write: 1 us
        symbols = {**self.positions.units, **self._by_hand[0]}
        currencies = {**self.positions.currency, **self._by_hand[1]}
        if dict(state.symbol_exposure) != symbols or dict(state.currency_exposure) != currencies:
            state.symbol_exposure, state.currency_exposure = TrackedDict(symbols), TrackedDict(currencies)
        self._written, self._published = (symbols, currencies), self.positions
        self._seen = state.change_count()

    def forget_hand_values(self) -> None:
        """Drop exposures set by hand: the broker's own positions have just been read."""
        self._by_hand = ({}, {})
        self._seen = None

    def _take_hand_values(self, state: PortfolioState, sums: Exposures) -> None:
        """Let exposures that the program set by hand count, where they are larger than the positions' own."""
        symbols = _changed_by_hand(state.symbol_exposure, self._written[0], self._by_hand[0])
        currencies = _changed_by_hand(state.currency_exposure, self._written[1], self._by_hand[1])
        self._by_hand = (symbols, currencies)
        for name, value in (*symbols.items(), *currencies.items()):
            if not _is_number(value):
                sums.unknown = sums.unknown or f"the exposure of {name} that was set by hand is no number"
        if sums.unknown:
            return
        for symbol, units in symbols.items():
            if not abs(units) < abs(sums.units.get(symbol, 0.0)):
                sums.hand_units[symbol] = units
        for currency, amount in currencies.items():
            if not abs(amount) < abs(sums.currency.get(currency, 0.0)):
                sums.currency[currency] = amount

    def _settle(self, sides: Mapping[tuple[str, int], float]) -> None:
        """Take what has appeared among the positions off the trades under way, oldest first."""
        for reservation in self.reservations:
            direction = -reservation.direction if reservation.reducing else reservation.direction
            side = (reservation.symbol, direction)
            moved = sides.get(side, 0.0) - self._sides.get(side, 0.0)
            arrived = min(reservation.units, max(0.0, -moved if reservation.reducing else moved))
            if arrived > 0.0:
                share = 1.0 - arrived / reservation.units
                self._sides[side] = self._sides.get(side, 0.0) + (-arrived if reservation.reducing else arrived)
                reservation.units -= arrived
                reservation.notional *= share
                reservation.margin *= share
        for each in self.reservations:
            if each.units <= _TINY:
                self.note_traded(each.intent_id)
                del self.under_way[each.intent_id]

    def note_traded(self, intent_id: str) -> None:
        """Remember that an intent has become a position, so that it is not traded again."""
        self.traded[intent_id] = None
        if len(self.traded) > _REMEMBER:
            del self.traded[next(iter(self.traded))]

    def _retotal(self) -> None:
        """Add the trades under way to the positions' sums."""
        self.total = self.positions.copy()
        for each in self.under_way.values():
            _add_reservation(self.total, each)
        self._next_expiry = min((each.expires for each in self.under_way.values()), default=math.inf)
        self.version += 1


def _add_position(sums: Exposures, position: Position, instrument_of: InstrumentOf) -> None:
    """Add one position, at its last known price."""
    symbol, direction, units = position.symbol, position.direction, position.units
    instrument = instrument_of(str(symbol))
    price = position.current_price or position.entry_price
    entry: Any = position.entry_time
    sums.count_in(symbol, position.strategy_id, as_utc(entry) if isinstance(entry, datetime) else _LAST_MOMENT)
    if instrument is None or direction not in (1, -1) or not _sound(units) or not _sound(price):
        sums.unknown = sums.unknown or f"the position in {symbol} cannot be valued"
        return
    if not math.isfinite(instrument.value):
        sums.unpriced = sums.unpriced or symbol
        sums.units[symbol] = sums.units.get(symbol, 0.0) + direction * units
        return
    legs = (instrument.base, instrument.profit)
    sums.add(symbol, direction, units, units * price * instrument.value, legs)


def _is_number(value: Any) -> bool:
    """Tell whether a value that a program set is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _sound(number: Any) -> bool:
    """Tell whether a value is a finite number and not negative."""
    return _is_number(number) and number >= 0.0


def _add_reservation(sums: Exposures, reservation: Reservation) -> None:
    """Add one trade under way; one that reduces frees nothing before it has happened."""
    if reservation.reducing:
        return
    symbol, side, notional = reservation.symbol, reservation.direction, reservation.notional
    _add(sums.units_under_way, (symbol, side), reservation.units)
    _add(sums.under_way, (symbol, side), notional)
    _add(sums.currency_under_way, (reservation.base, side), notional)
    _add(sums.currency_under_way, (reservation.profit, -side), notional)
    _add(sums.net_under_way, side, notional)
    sums.gross += notional
    sums.margin += reservation.margin
    sums.count_in(symbol, reservation.strategy_id, reservation.approved_at)


def _add(amounts: dict[K, float], key: K, amount: float) -> None:
    """Add to an amount, which is 0 before anything was."""
    amounts[key] = amounts.get(key, 0.0) + amount


def _changed_by_hand(now: Any, written: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """Return the entries that the program set: not as the engine wrote them, or set by hand before and still there."""
    if not isinstance(now, Mapping):
        return {}
    return {
        name: plain_number(value)
        for name, value in now.items()
        if name not in written or value != written[name] or name in before
    }
