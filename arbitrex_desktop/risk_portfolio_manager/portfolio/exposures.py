# SPDX-License-Identifier: MIT
"""Sums over positions, and over what is in flight: approved trades, and orders that work at the broker."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec

from arbitrex_desktop.mt5.constants import SymbolTradeMode
from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import Position, as_utc
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import Reservation, Side
from arbitrex_desktop.texts import N_

K = TypeVar("K")
_NUMBERS: Final = frozenset({float, int})
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
    unknown: str | Phrase = ""
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
    """What is held and what is in flight."""

    held: HeldExposure
    in_flight: InFlight


def towards(held: Mapping[str, float], in_flight: Mapping[Side, float], name: str, side: int) -> float:
    """Return what is held net of a symbol or currency on a side, and in flight to it.

    What is on the other side makes no room: a position may be closed and an order not be filled before the trade that
    is judged.
    """
    net, waiting = side * held.get(name, 0.0), in_flight.get((name, side), 0.0) if in_flight else 0.0
    return waiting + net if net > 0.0 else waiting


def closable_units(position: Position) -> float:
    """Return the units that a close takes off, lots where the symbol's contract size is not known; 0 for neither."""
    known = _is_amount(position.units) and position.units > 0.0
    units = position.units if known else position.lots
    return units if units is not None and _is_amount(units) else 0.0


def closing_instrument(symbol: str, positions: Iterable[Position]) -> Instrument | None:
    """Return enough of an instrument to close an open position whose symbol the pool no longer knows."""
    for position in positions:
        if position.symbol == symbol and position.lots and position.lots > 0.0:
            contract, mode = closable_units(position) / position.lots, SymbolTradeMode.DISABLED
            return Instrument(symbol, "other", symbol, "", contract, math.nan, trade_mode=mode)
    return None


def add_position(sums: HeldExposure, position: Position, instrument: Instrument | None) -> None:
    """Add one position, at its last known price."""
    symbol, direction, units = position.symbol, position.direction, position.units
    price = position.current_price or position.entry_price
    entry: Any = position.entry_time
    sums.count += 1
    sums.opened.append(as_utc(entry) if isinstance(entry, datetime) else _LAST_MOMENT)
    _count_one(sums, symbol, position.strategy_id)
    if instrument is None or direction not in (1, -1) or not _is_amount(units) or not _is_amount(price):
        sums.unknown = sums.unknown or Phrase(N_("the position in {symbol} cannot be valued"), {"symbol": symbol})
        return
    add(sums.units, symbol, direction * units)
    sums.lots += units / instrument.contract
    if not math.isfinite(instrument.value):
        sums.unpriced = sums.unpriced or symbol
        return
    notional = units * price * instrument.value
    add(sums.notional, symbol, direction * notional)
    add(sums.currency, instrument.base, direction * notional)
    if instrument.counter:
        add(sums.currency, instrument.counter, -direction * notional)
    sums.gross += notional
    sums.net += direction * notional
    _add_risk(sums, position, price, notional, units * instrument.value)


def _add_risk(sums: HeldExposure, position: Position, price: float, notional: float, value: float) -> None:
    """Add what a position loses at its stop; `value`, what a price move of 1 is worth in account currency."""
    stop = position.stop_loss
    if not stop or not _is_amount(stop):
        sums.without_stop += notional
        return
    sums.open_risk += max(0.0, position.direction * (price - stop)) * value
    entry = position.entry_price
    sums.entry_risk += max(0.0, position.direction * ((entry if _is_amount(entry) else price) - stop)) * value


def in_flight_of(reservations: Iterable[Reservation]) -> InFlight:
    """Sum trades in flight; one that reduces frees nothing before it has happened."""
    sums = InFlight()
    for each in reservations:
        if each.reducing:
            continue
        symbol, side, notional = each.symbol, each.direction, each.notional
        add(sums.units, (symbol, side), each.units)
        add(sums.notional, (symbol, side), notional)
        add(sums.currency, (each.base, side), notional)
        if each.profit:
            add(sums.currency, (each.profit, -side), notional)
        add(sums.net, side, notional)
        sums.gross += notional
        sums.margin += each.margin
        sums.risk += each.risk
        sums.lots += each.lots
        sums.opened.append(each.approved_at)
        _count_one(sums, symbol, each.strategy_id)
    return sums


def _count_one(sums: HeldExposure | InFlight, symbol: str, strategy_id: str) -> None:
    """Count one in its symbol and for its strategy; all that name none are one strategy."""
    sums.by_symbol[symbol] = sums.by_symbol.get(symbol, 0) + 1
    sums.by_strategy[strategy_id] = sums.by_strategy.get(strategy_id, 0) + 1


def is_number(value: Any) -> bool:
    """Return whether a value that a program set is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_amount(value: Any) -> bool:
    """Return whether a value is a finite number and not negative."""
    return type(value) in _NUMBERS and 0.0 <= value < math.inf


def add(amounts: dict[K, float], key: K, amount: float) -> None:
    """Add to an amount, which is 0 before anything was."""
    amounts[key] = amounts.get(key, 0.0) + amount
