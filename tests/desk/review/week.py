# SPDX-License-Identifier: MIT
"""A week of a trader who does anything on a simulated broker: parts, reversals, stops, money paid in and out."""

from __future__ import annotations

from random import Random

from arbitrex_desktop.mt5.constants import DealReason, DealType, TradeAction
from arbitrex_desktop.mt5.results import TradeDeal
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.broker.records import Deal
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS
from tests.fakes.broker_house import FIRST_QUOTES, BrokerHouse

_SYMBOLS = ("EURUSD", "USDJPY", "EURGBP", "GDAXIm")
_VOLUMES = (0.1, 0.3, 0.7, 1.0, 2.5)
_STEPS = 120
_STEP_SECONDS = 5_000.0
_DEPOSITS = {"USD": 100_000.0, "EUR": 90_000.0, "JPY": 15_000_000.0}


class Week:
    """The week, step by step; everything of it comes from `seed`."""

    def __init__(self, seed: int, *, hedging: bool, currency: str) -> None:
        self._random = Random(seed)
        spec = SimulationSpec(
            demo_positions=False, server_clock="UTC", deposit=_DEPOSITS[currency], currency=currency, hedging=hedging
        )
        self.house = BrokerHouse(spec)

    def run(self) -> None:
        """Live through it."""
        acts = (self._trade, self._trade, self._close, self._close, self._move, self._move, self._pay, self._close_by)
        for _ in range(_STEPS):
            self._random.choice(acts)()

    def deals(self) -> tuple[TradeDeal, ...]:
        """Return what the terminal shows of the history."""
        return tuple(TradeDeal.from_module(deal) for deal in self.house.deals())

    def _trade(self) -> None:
        symbol, side = self._random.choice(_SYMBOLS), self._random.choice((1, -1))
        quote = self.house.module.symbol_info_tick(symbol)
        near = (quote.bid if side > 0 else quote.ask) if quote else FIRST_QUOTES[symbol][0]
        wide = self._random.uniform(0.002, 0.01)
        levels = {"sl": near * (1 - side * wide), "tp": near * (1 + side * wide)} if self._random.random() < 0.5 else {}
        magic = self._random.choice((0, 770_000_001))
        self.house.deal(symbol, side, self._random.choice(_VOLUMES), magic=magic, **levels)

    def _close(self) -> None:
        positions = self.house.module.positions_get()
        if not positions:
            return
        position = self._random.choice(positions)
        part = self._random.choice((position.volume, position.volume, max(0.1, round(position.volume / 2, 1))))
        self.house.close(position.ticket, min(part, position.volume))

    def _close_by(self) -> None:
        positions = self.house.module.positions_get()
        if len(positions) > 1:
            one, other = self._random.sample(list(positions), 2)
            request = {"symbol": one.symbol, "position": one.ticket, "position_by": other.ticket}
            self.house.send(action=TradeAction.CLOSE_BY, **request)

    def _move(self) -> None:
        symbol = self._random.choice(_SYMBOLS)
        bid = round(FIRST_QUOTES[symbol][0] * (1 + self._random.uniform(-0.02, 0.02)), SYMBOLS[symbol].digits)
        self.house.quote(symbol, bid, after=self._random.uniform(0.1, _STEP_SECONDS * 2))

    def _pay(self) -> None:
        """Book money in or out, or a charge that no position bears."""
        books, at = self.house.terminal.books, self.house.now_msc
        kind = self._random.choice((DealType.BALANCE, DealType.BALANCE, DealType.INTEREST, DealType.CREDIT))
        amount = self._random.randint(-30_000, 50_000)
        books.add_deal(
            Deal(books.take_ticket(), kind, at, at, profit=amount, comment="booked", reason=DealReason.CLIENT)
        )
        books.commit()
