# SPDX-License-Identifier: MIT
"""A broker for the reckoning: it knows the truth of two accounts, and shows what a terminal shows of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from arbitrex_desktop.mt5.results import AccountInfo, SymbolInfo, TradeDeal
from tests.fakes.broker_data import make_account, make_deal, make_order, make_position, make_symbol, price_of
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool

SYMBOLS: Final = ("EURUSD", "GBPUSD", "USDJPY", "EURJPY", "XAUUSD")
NETTING, HEDGING = 0, 2
BUY, SELL, BALANCE = 0, 1, 2
IN, OUT, INOUT = 0, 1, 2
BUY_LIMIT, SELL_LIMIT = 2, 3
START: Final = datetime(2025, 3, 5, 9, 0, tzinfo=ZoneInfo("UTC"))


@dataclass
class Held:
    """A position at the broker."""

    ticket: int
    symbol: str
    side: int
    lots: float
    entry: float
    stop: float
    comment: str = ""


@dataclass
class Flight:
    """An approved trade that the books do not show yet, what is left of it, and what of that closes a position."""

    name: str
    symbol: str
    side: int
    lots: float
    at: float
    ticket: int = 0
    risk: float = 0.0
    closing: float = 0.0


@dataclass
class House:
    """One account at the broker, with all that really happened; `shown` says when a deal comes into the history."""

    login: int
    currency: str
    mode: int
    balance: float
    held: list[Held] = field(default_factory=list)
    deals: list[TradeDeal] = field(default_factory=list)
    shown: dict[int, float] = field(default_factory=dict)
    orders: list[Held] = field(default_factory=list)
    flights: list[Flight] = field(default_factory=list)
    index: float = 1.0
    equity_then: float = 0.0
    peak: float = 0.0
    known_since: datetime | None = None
    changes: list[tuple[datetime, float, float]] = field(default_factory=list)

    def digits(self) -> int:
        """Return the digits of its currency."""
        return 0 if self.currency == "JPY" else 2


class Street:
    """The market and the broker of two accounts, of which one is connected; `pool` is what a terminal shows of them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.clock = ManualClock(START + timedelta(minutes=random.randrange(3 * 24 * 60)))
        self.currency = random.choice(("USD", "EUR", "JPY"))
        scale = 150.0 if self.currency == "JPY" else 1.0
        modes = [random.choice((NETTING, HEDGING)) for _ in range(2)]
        self.houses = [
            House(number, self.currency, mode, 100_000.0 * scale * random.choice((0.1, 1, 5)))
            for number, mode in enumerate(modes, start=1)
        ]
        self.house = self.houses[0]
        self.infos: dict[str, SymbolInfo] = {name: make_symbol(name, self.currency) for name in SYMBOLS}
        self.price = {name: round(price_of(name), self.infos[name].digits) for name in SYMBOLS}
        self.pool = FakePool(self.clock, symbols=SYMBOLS, account=self.account())
        self.pool.infos = dict(self.infos)
        self.number = 100

    def worth(self, symbol: str) -> float:
        """Return what a price move of 1 brings a lot, by the symbol's own tick value."""
        info = self.infos[symbol]
        return info.trade_tick_value_loss / info.trade_tick_size

    def closing_price(self, symbol: str, side: int) -> float:
        """Return what a position is closed at: the bid for a long one."""
        half = self.spread(symbol) / 2.0
        return self.price[symbol] - half if side > 0 else self.price[symbol] + half

    def spread(self, symbol: str) -> float:
        """Return the spread, ten points."""
        return 10.0 * self.infos[symbol].point

    def floating(self, each: Held) -> float:
        """Return what a position has made so far."""
        made = (
            each.side * (self.closing_price(each.symbol, each.side) - each.entry) * each.lots * self.worth(each.symbol)
        )
        return round(made, self.house.digits())

    def equity(self) -> float:
        """Return the balance with all that floats."""
        return self.house.balance + sum(map(self.floating, self.house.held))

    def account(self) -> AccountInfo:
        """Return the account as the terminal shows it."""
        house = self.house
        floating = sum(map(self.floating, house.held))
        return make_account(
            login=house.login, currency=house.currency, currency_digits=house.digits(), margin_mode=house.mode,
            leverage=10_000, balance=house.balance, equity=house.balance + floating, profit=floating,
            margin_free=1e15,
        )  # fmt: skip

    def show(self) -> None:
        """Put what there is before the manager: the books of now, and the deals that are in the history by now."""
        house, now = self.house, self.clock.monotonic()
        for name in SYMBOLS:
            self.pool.set_quote(name, self.price[name], spread=self.spread(name))
        self.pool.account = self.account()
        self.pool.positions = tuple(
            make_position(
                each.symbol, each.side, each.lots, ticket=each.ticket, price_open=each.entry, sl=each.stop,
                price_current=self.closing_price(each.symbol, each.side), profit=self.floating(each),
                comment=each.comment, time=1,
            )
            for each in house.held
        )  # fmt: skip
        self.pool.orders = tuple(
            make_order(
                each.symbol, BUY_LIMIT if each.side > 0 else SELL_LIMIT, each.lots, ticket=each.ticket,
                price_open=each.entry, sl=each.stop, comment=each.comment,
            )
            for each in house.orders
        )  # fmt: skip
        self.pool.deals = [deal for deal in house.deals if house.shown[deal.ticket] <= now]

    def deal(self, late: float, **what: Any) -> None:
        """Write a deal, which is in the history after `late` seconds."""
        self.number += 1
        when = int(self.clock.now().timestamp())
        self.house.deals.append(make_deal(self.number, when, **what))
        self.house.shown[self.number] = self.clock.monotonic() + late

    def flow(self, amount: float, late: float) -> None:
        """Let money come or go."""
        house, before = self.house, self.equity()
        house.index *= before / house.equity_then
        house.balance += amount
        house.equity_then = self.equity()
        house.changes.append((self.clock.now(), house.equity_then / before, amount))
        self.deal(late, type=BALANCE, entry=IN, profit=amount, position_id=0, symbol="", volume=0.0)

    def fill(  # noqa: PLR0917 - an order is all of these
        self, symbol: str, side: int, lots: float, stop: float, comment: str, late: float
    ) -> None:
        """Execute a market order by the rules of the account."""
        price = self.price[symbol] + side * self.spread(symbol) / 2.0
        same = [each for each in self.house.held if each.symbol == symbol] if self.house.mode == NETTING else []
        self.number += 1
        order = self.number
        if not same:
            self.house.held.append(Held(order, symbol, side, lots, price, stop, comment))
            self.deal(late, type=BUY if side > 0 else SELL, entry=IN, symbol=symbol, volume=lots, order=order,
                      position_id=order, comment=comment)  # fmt: skip
            return
        own = same[0]
        if own.side == side:
            entry = (own.entry * own.lots + price * lots) / (own.lots + lots)
            own.entry, own.lots, own.stop = entry, round(own.lots + lots, 2), stop or own.stop
            self.deal(late, type=BUY if side > 0 else SELL, entry=IN, symbol=symbol, volume=lots, order=order,
                      position_id=own.ticket, comment=comment)  # fmt: skip
            return
        rest = round(lots - own.lots, 2)
        self.close(
            own, min(lots, own.lots), late, comment=comment, order=order, entry=INOUT if rest > 0 else OUT, volume=lots
        )
        if rest > 0.0:
            self.house.held.append(Held(own.ticket, symbol, side, rest, price, stop, comment))

    def close(self, own: Held, lots: float, late: float, **deal: Any) -> None:
        """Close a position or a part of it; its result goes to the balance, with a commission."""
        price = self.closing_price(own.symbol, own.side)
        made = round(own.side * (price - own.entry) * lots * self.worth(own.symbol), self.house.digits())
        cost = -float(round(self.random.random() * 3.0, self.house.digits()))
        self.house.balance += made + cost
        own.lots = round(own.lots - lots, 2)
        if own.lots <= 0.0:
            self.house.held.remove(own)
        what = {"entry": OUT, "volume": lots, "order": self.number, **deal}
        self.deal(late, type=SELL if own.side > 0 else BUY, symbol=own.symbol, profit=made, commission=cost,
                  position_id=own.ticket, **what)  # fmt: skip
