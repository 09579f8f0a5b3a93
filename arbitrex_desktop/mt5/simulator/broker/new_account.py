# SPDX-License-Identifier: MIT
"""How a simulated account begins: a deposit, and for a demo a few positions opened earlier in the day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from arbitrex_desktop.mt5.constants import DealReason, DealType, OrderFilling, OrderType
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.broker.books import Books
from arbitrex_desktop.mt5.simulator.broker.execution import Execution, FillPlan
from arbitrex_desktop.mt5.simulator.broker.market_walk import MarketWalk
from arbitrex_desktop.mt5.simulator.broker.records import BUY, SELL, Deal, Order, units
from arbitrex_desktop.mt5.simulator.broker.valuation import Valuation
from arbitrex_desktop.mt5.simulator.market.market_feed import MarketFeed
from arbitrex_desktop.mt5.simulator.market.server_clock import HOUR_MSC
from arbitrex_desktop.mt5.simulator.symbols.specs import USD_LEVELS, SymbolSpec

_USUAL_DEPOSIT_DOLLARS: Final = 100_000.0
_DEPOSIT_LEAD_MSC: Final = HOUR_MSC


@dataclass(frozen=True, slots=True)
class _Opening:
    """A position of the demo: how long ago it was opened, for how many lots on a usual deposit, its stop's distance."""

    symbol: str
    side: int
    lots: float
    hours_ago: float
    stop: float


# Small, and on both sides of the dollar, so that the most cautious limits leave room for a first trade.
_OPENINGS: Final = (
    _Opening("GBPUSD", BUY, 0.10, 6.0, 0.020),
    _Opening("USDJPY", BUY, 0.10, 4.5, 0.020),
    _Opening("XAUUSD", BUY, 0.01, 2.5, 0.0),
    _Opening("AUDCAD", SELL, 0.05, 1.25, 0.025),
)


def deposit(spec: SimulationSpec, books: Books, valuation: Valuation, at_msc: int) -> None:
    """Book the first deposit."""
    books.add_deal(
        Deal(
            ticket=books.take_ticket(),
            type=DealType.BALANCE,
            time_msc=at_msc,
            visible_msc=at_msc,
            profit=valuation.minor(spec.deposit),
            comment="Deposit",
            reason=DealReason.CLIENT,
        )
    )


class NewAccount:
    """Opens an account: books its deposit and, for a demo, positions at the prices of some hours ago."""

    def __init__(self, spec: SimulationSpec, feed: MarketFeed, books: Books) -> None:
        self._spec = spec
        self._feed = feed
        self._books = books

    def open(self, valuation: Valuation, execution: Execution, walk: MarketWalk, now_msc: int) -> None:
        """Fill the books as of now; the positions live through the ticks since their opening."""
        openings = [
            (self._tradable(item.symbol, now_msc - round(item.hours_ago * HOUR_MSC)), item)
            for item in (replace(each, symbol=self._spec.named(each.symbol)) for each in _OPENINGS)
            if self._spec.demo_positions and not self._spec.replay and item.symbol in self._feed.symbols
        ]
        first = min((moment for moment, _ in openings), default=now_msc)
        deposit(self._spec, self._books, valuation, first - _DEPOSIT_LEAD_MSC)
        self._books.processed_msc = first
        for moment, item in sorted(openings, key=lambda pair: pair[0]):
            walk.advance(moment)
            self._enter(item, valuation, execution, moment)

    def _tradable(self, symbol: str, moment: int) -> int:
        """Return the moment, or the same time of an earlier day if the market was closed then."""
        while not self._feed.is_open(symbol, moment):
            moment -= 24 * HOUR_MSC
        return moment

    def _enter(self, item: _Opening, valuation: Valuation, execution: Execution, at_msc: int) -> None:
        spec = self._feed.symbols[item.symbol]
        price = valuation.quote(item.symbol, at_msc).opening(item.side)
        volume = self._volume(spec, item.lots)
        order = Order(
            ticket=self._books.take_ticket(),
            symbol=item.symbol,
            type=OrderType.BUY if item.side == BUY else OrderType.SELL,
            volume_initial=volume,
            volume=volume,
            time_msc=at_msc,
            sl=spec.rounded(price * (1.0 - item.side * item.stop)) if item.stop else 0.0,
            filling=OrderFilling.IOC,
            comment="demo",
        )
        execution.fill(order, FillPlan(volume, price, at_msc))

    def _volume(self, spec: SymbolSpec, lots: float) -> int:
        """Return the volume for the account's deposit, on the symbol's steps."""
        dollars = self._spec.deposit * USD_LEVELS.get(self._spec.currency, 1.0)
        steps = round(lots * dollars / _USUAL_DEPOSIT_DOLLARS / spec.volume_step)
        chosen = min(max(steps * spec.volume_step, spec.volume_min), spec.volume_max)
        return units(round(chosen, 2))
