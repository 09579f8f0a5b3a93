# SPDX-License-Identifier: MIT
"""What things are worth in the account's currency: conversion, profit, margin, and the account's sums.

Formulas are those of MetaTrader's help ("Margin calculation: retail Forex"): profit is the price difference times
contract size times lots, in the profit currency; margin of a pair is lots times contract size over leverage, in the
base currency.  A gain is converted at the worse side of the quote, and so is a loss.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import OrderType, SymbolCalcMode
from arbitrex_desktop.mt5.simulator.broker.books import Books
from arbitrex_desktop.mt5.simulator.broker.records import BUY, BrokerPosition, lots
from arbitrex_desktop.mt5.simulator.market.market_feed import MarketFeed
from arbitrex_desktop.mt5.simulator.symbols.specs import USD_LEVELS, SymbolSpec

_DECIMALS: Final = {"JPY": 0, "BTC": 8, "ETH": 8}
_LEVERAGED: Final = frozenset({SymbolCalcMode.FOREX, SymbolCalcMode.CFDLEVERAGE})
_BONDS: Final = frozenset({SymbolCalcMode.EXCH_BONDS, SymbolCalcMode.EXCH_BONDS_MOEX})
_UNPRICED: Final = frozenset(
    {
        SymbolCalcMode.FUTURES,
        SymbolCalcMode.EXCH_FUTURES,
        SymbolCalcMode.SERV_COLLATERAL,
    }
)
"""Modes that take their margin from `margin_initial` alone, or none at all."""
_IN_BASE: Final = frozenset({SymbolCalcMode.FOREX, SymbolCalcMode.FOREX_NO_LEVERAGE})


class NoQuote(Exception):  # noqa: N818 - a state of the market, named as one
    """A symbol has no price yet."""


def currency_digits(currency: str) -> int:
    """Return the decimals of a currency's amounts."""
    return _DECIMALS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class BrokerQuote:
    """The newest price of a symbol; `time_msc` in UTC, `last` that of the last deal, 0 where none are told of."""

    bid: float
    ask: float
    time_msc: int
    last: float = 0.0

    def opening(self, side: int) -> float:
        """Return the price at which a position of this side is opened."""
        return self.ask if side == BUY else self.bid

    def closing(self, side: int) -> float:
        """Return the price at which a position of this side is closed."""
        return self.bid if side == BUY else self.ask


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """The account's sums in minor units; `profit` has the swaps in it, so that equity = balance + credit + profit."""

    balance: int
    credit: int
    profit: int
    margin: int

    @property
    def equity(self) -> int:
        """Return balance, credit and floating profit."""
        return self.balance + self.credit + self.profit

    @property
    def free(self) -> int:
        """Return what is left for new positions; negative when the account is under water."""
        return self.equity - self.margin

    @property
    def level(self) -> float:
        """Return equity over margin in percent, 0 without margin."""
        return self.equity / self.margin * 100.0 if self.margin else 0.0


class Valuation:
    """Prices, conversions and sums at a moment of market time (milliseconds of UTC).  For one thread."""

    def __init__(self, feed: MarketFeed, currency: str, leverage: int) -> None:
        self._feed = feed
        self.currency = currency
        self.leverage = leverage
        self.scale: int = 10 ** currency_digits(currency)
        pairs = (spec for spec in feed.symbols.values() if spec.calc_mode is SymbolCalcMode.FOREX)
        self._pairs = {spec.base + spec.profit: spec.name for spec in pairs} | {name: name for name in feed.symbols}

    def quote(self, symbol: str, at_msc: int) -> BrokerQuote:
        """Return the newest price; raise `NoQuote` when there is none yet."""
        row = self._feed.last_tick(symbol, at_msc)
        if row is None:
            raise NoQuote(symbol)
        return quote_of(row)

    def price_or_none(self, symbol: str, side: int, at_msc: int) -> float | None:
        """Return the price at which a position of this side is opened, None when there is none yet."""
        try:
            return self.quote(symbol, at_msc).opening(side)
        except NoQuote:
            return None

    def minor(self, amount: float) -> int:
        """Return an amount of account currency in minor units."""
        return round(amount * self.scale)

    def money(self, minor: int) -> float:
        """Return an amount in account currency, the very float that its text reads as."""
        return minor / self.scale

    def rate(self, source: str, at_msc: int, *, gain: bool) -> float:
        """Return what one unit of a currency is worth in account currency, if gained or else if owed."""
        return self._rate(source, self.currency, at_msc, gain=gain)

    def _rate(self, source: str, target: str, at_msc: int, *, gain: bool) -> float:
        """Convert by the pair of the two, or over the dollar, or by a plausible level where nothing is quoted."""
        if source == target:
            return 1.0
        direct, inverse = self._known(source + target, at_msc), self._known(target + source, at_msc)
        if direct is not None:
            return direct.bid if gain else direct.ask
        if inverse is not None:
            return 1.0 / (inverse.ask if gain else inverse.bid)
        if "USD" not in {source, target}:
            return self._rate(source, "USD", at_msc, gain=gain) * self._rate("USD", target, at_msc, gain=gain)
        return USD_LEVELS.get(source, 1.0) / USD_LEVELS.get(target, 1.0)

    def _known(self, pair: str, at_msc: int) -> BrokerQuote | None:
        """Return a pair's price, whatever its name has besides; None when it is not traded or has none yet."""
        name = self._pairs.get(pair)
        row = None if name is None else self._feed.last_tick(name, at_msc)
        return None if row is None else quote_of(row)

    def profit(self, spec: SymbolSpec, side: int, volume: float, *, opened: float, closed: float, at_msc: int) -> int:
        """Return the profit of a round trip in minor units; volume in lots."""
        raw = (closed - opened) * side * spec.contract_size * volume
        return self.minor(raw * self.rate(spec.profit, at_msc, gain=raw > 0))

    def margin(self, spec: SymbolSpec, volume: float, price: float, at_msc: int) -> int:
        """Return the margin of a position in minor units; volume in lots, price in the profit currency."""
        leverage = self.leverage if spec.calc_mode in _LEVERAGED else 1
        if spec.margin_initial and spec.calc_mode is not SymbolCalcMode.SERV_COLLATERAL:
            fixed = volume * spec.margin_initial / leverage
            return self.minor(fixed * self.rate(spec.margin, at_msc, gain=False))
        if spec.calc_mode in _UNPRICED:
            return 0
        amount = volume * spec.contract_size / leverage
        if spec.calc_mode not in _IN_BASE or spec.profit == self.currency:
            worth = amount * price * _price_factor(spec)
            return self.minor(worth * self.rate(spec.profit, at_msc, gain=False))
        return self.minor(amount * self.rate(spec.margin, at_msc, gain=False))

    def floating(self, position: BrokerPosition, at_msc: int) -> int:
        """Return a position's profit at the newest price in minor units, without its swap."""
        spec = self._feed.symbols[position.symbol]
        closed = self.quote(position.symbol, at_msc).closing(position.side)
        return self.profit(
            spec, position.side, lots(position.volume), opened=position.price_open, closed=closed, at_msc=at_msc
        )

    def figures(self, books: Books, at_msc: int) -> AccountFigures:
        """Return the account's sums."""
        positions = books.positions.values()
        return AccountFigures(
            balance=books.balance,
            credit=books.credit,
            profit=sum(self.floating(position, at_msc) + position.swap for position in positions),
            margin=held_margin(positions),
        )


def _price_factor(spec: SymbolSpec) -> float:
    """Return by what a price is multiplied for the margin: a bond's is in percent of its face, an index's in ticks."""
    if spec.calc_mode in _BONDS:
        return spec.face_value / 100.0
    # TickPrice / TickSize, and a tick of one lot is worth its size times the contract.
    return spec.contract_size if spec.calc_mode is SymbolCalcMode.CFDINDEX else 1.0


def held_margin(positions: Iterable[BrokerPosition]) -> int:
    """Return the margin of positions in minor units: of opposite ones in a symbol, the larger side's alone."""
    sides: dict[str, dict[int, int]] = {}
    for position in positions:
        held = sides.setdefault(position.symbol, {})
        held[position.side] = held.get(position.side, 0) + position.margin
    return sum(max(held.values()) for held in sides.values())


def quote_of(row: Rows) -> BrokerQuote:
    """Return the price of an array of one tick."""
    _, bid, ask, last, _, time_msc, *_ = row.item()
    return BrokerQuote(bid, ask, time_msc, last)


def order_side(order_type: int) -> int:
    """Return 1 for the buying kinds of orders, -1 for the selling ones; the kinds alternate."""
    return BUY if order_type % 2 == OrderType.BUY else -BUY
