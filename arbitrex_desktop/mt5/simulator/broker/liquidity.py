# SPDX-License-Identifier: MIT
"""What the market has to offer for a market order: everything at the price shown, or what a real one would.

Not proven against a broker: the sizes and delays are plausible, and a volume that must be filled as a whole and is not
there is refused with retcode 10006.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from arbitrex_desktop.mt5.constants import OrderFilling, TradeRetcode
from arbitrex_desktop.mt5.simulator.broker.records import units
from arbitrex_desktop.mt5.simulator.broker.rules import RequestRefused
from arbitrex_desktop.mt5.simulator.broker.valuation import BrokerQuote, quote_of
from arbitrex_desktop.mt5.simulator.market.market_feed import MarketFeed
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

_LEVELS: Final = 5
_TOP_SHARE: Final = 1 / 40
_FASTEST_MSC: Final = 30.0
_MEAN_MORE_MSC: Final = 90.0
_SLOWEST_MSC: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Demand:
    """A market order as the market sees it: `side` 1 or -1, `volume` in hundred-millionths of a lot."""

    spec: SymbolSpec
    side: int
    volume: int
    filling: OrderFilling


@dataclass(frozen=True, slots=True)
class Offer:
    """What it gets: `volume` in hundred-millionths of a lot, all of the demand or a part, at an average price."""

    volume: int
    price: float


class Liquidity(Protocol):
    """What a market order is filled with."""

    def offer(self, demand: Demand, quote: BrokerQuote, at_msc: int) -> Offer:
        """Return what is to be had at a moment; raise `RequestRefused` where that is not enough."""


class EndlessLiquidity:
    """Any volume at the price shown."""

    def offer(self, demand: Demand, quote: BrokerQuote, at_msc: int) -> Offer:
        """Return all of it."""
        del at_msc
        return Offer(demand.volume, quote.opening(demand.side))


class LimitedLiquidity:
    """A market of some depth that moves on while an order is on its way.

    The order meets the price of some tenths of a second later, so that what it costs depends on how much the market
    moves; a large one goes through several levels of the book, each further away and larger than the one before.  What
    the book does not hold is left unfilled (IOC), or refused (FOK), or takes the last level's price.  The same order
    at the same moment gets the same, by the seed.
    """

    def __init__(self, feed: MarketFeed, seed: int) -> None:
        self._feed = feed
        self._seed = seed

    def offer(self, demand: Demand, quote: BrokerQuote, at_msc: int) -> Offer:
        """Return what the book holds when the order arrives."""
        spec = demand.spec
        random = np.random.default_rng([self._seed, zlib.crc32(spec.name.encode()), at_msc, demand.volume])
        delay = min(_FASTEST_MSC + random.exponential(_MEAN_MORE_MSC), _SLOWEST_MSC)
        row = self._feed.last_tick(spec.name, at_msc + round(delay))
        best = (quote if row is None else quote_of(row)).opening(demand.side)
        levels = _taken(demand, random.uniform(0.7, 1.3, _LEVELS))
        held = sum(levels)
        if held < demand.volume and demand.filling is OrderFilling.FOK:
            raise RequestRefused(TradeRetcode.REJECT)
        if demand.filling is OrderFilling.RETURN:
            levels[-1] += demand.volume - held
            held = demand.volume
        step = max(round(spec.spread / 4), 1) * spec.point
        paid = sum(volume * (best + demand.side * level * step) for level, volume in enumerate(levels))
        return Offer(held, spec.rounded(paid / held))


def _taken(demand: Demand, sizes: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[int]:
    """Return how much of a demand each level of the book takes, whole steps of the symbol's volume."""
    step = units(demand.spec.volume_step)
    left = demand.volume
    levels: list[int] = []
    for level, size in enumerate(sizes.tolist()):
        lots = demand.spec.volume_max * _TOP_SHARE * (level + 1) * size
        taken = min(left, max(units(lots) // step * step, units(demand.spec.volume_min)))
        levels.append(taken)
        left -= taken
    return levels
