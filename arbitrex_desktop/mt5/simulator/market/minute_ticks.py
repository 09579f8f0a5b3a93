# SPDX-License-Identifier: MIT
"""Ticks of the generated market, made to fit the minute bars exactly: open, extremes, close, number, least spread.

Within a minute the bid follows the drivers' path of seconds, stretched so that it reaches the bar's extremes.  The
spread goes up and down between the minute's least and `spread_width` more, and never repeats, so that every tick
changes something.  The tick at the high has the widest spread and the one at the low the least: the ask's own extremes
follow from the bar.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import TICK_DTYPE, Rows, read_only
from arbitrex_desktop.mt5.constants import TickFlag
from arbitrex_desktop.mt5.simulator.market.liveliness import SPREAD_SWINGS, below_middle, usual_spread
from arbitrex_desktop.mt5.simulator.market.minute_bars import DayMinutes
from arbitrex_desktop.mt5.simulator.market.price_paths import MINUTES, Path
from arbitrex_desktop.mt5.simulator.market.trading_calendar import TradingHour
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_MINUTE_MSC: Final = 60_000
_SAME_MILLISECOND: Final = 0.01
_MOST_STEPS: Final = 2


class _Swing(NamedTuple):
    """How the spread moves within an hour: between 0 and `steps` times `size` points above the minute's least."""

    steps: int
    size: float


class TickLayout(NamedTuple):
    """Which tick of an hour belongs to which minute: the minute of each tick, and the first and last of each minute."""

    minute: Indices
    first: Indices
    last: Indices


def spread_width(spec: SymbolSpec, hour: int) -> float:
    """Return by how many points the spread rises above a minute's least within an hour of the trading day."""
    swing = _swing(spec, hour)
    return swing.steps * swing.size


def _swing(spec: SymbolSpec, hour: int) -> _Swing:
    width = max(round(usual_spread(spec, hour) * SPREAD_SWINGS), 1)
    steps = min(width, _MOST_STEPS)
    return _Swing(steps, float(round(width / steps)))


def ticks_of_hour(
    random: np.random.Generator, spec: SymbolSpec, at: TradingHour, minutes: DayMinutes, path: Path
) -> Rows:
    """Return the ticks of a trading hour.

    `minutes` are the hour's 60; `path` is the logarithm of the middle at each second, both ends included.
    """
    last = np.cumsum(minutes.ticks) - 1
    layout = TickLayout(np.repeat(np.arange(MINUTES), minutes.ticks), last - minutes.ticks + 1, last)
    times = _arrivals(random, layout, minutes.ticks)
    swing = _swing(spec, at.hour)
    above = _never_the_same(random, len(times), swing.steps)
    middle = np.exp(np.interp(times / 1000.0, np.arange(len(path)), path)) * 10.0**spec.digits
    bid = _fitted(middle - below_middle(spec, at.hour), minutes, layout, above, swing.steps)
    ask = bid + minutes.spread[layout.minute] + above * swing.size
    rows = _rows(spec, times + at.start_msc, bid, ask)
    if spec.is_exchange:
        _add_deals(rows, layout, minutes)
    return read_only(rows)


def _add_deals(rows: Rows, layout: TickLayout, minutes: DayMinutes) -> None:
    """Let every second tick of a minute tell of a deal: at the bid and at the ask in turn; its price stays."""
    place = np.arange(len(rows)) - layout.first[layout.minute]
    deals = place % 2 == 0
    newest = np.maximum.accumulate(np.where(deals, np.arange(len(rows)), 0))
    rows["last"] = np.where(place // 2 % 2 == 0, rows["bid"], rows["ask"])[newest]
    rows["volume"] = np.where(deals, minutes.lots[layout.minute], 0)
    rows["volume_real"] = rows["volume"]
    rows["flags"] |= np.where(deals, np.uint32(TickFlag.LAST | TickFlag.VOLUME), np.uint32(0))


def _arrivals(random: np.random.Generator, layout: TickLayout, counts: Indices) -> Indices:
    """Return the milliseconds of the hour at which ticks arrive, sorted; about 1% repeat the one before."""
    place = np.arange(len(layout.minute)) - layout.first[layout.minute]
    within = (place + random.random(len(place))) * (_MINUTE_MSC / counts[layout.minute])
    times: Indices = (layout.minute * _MINUTE_MSC + within).astype(np.int64)
    same = np.flatnonzero((random.random(len(place)) < _SAME_MILLISECOND) & (place > 0))
    times[same] = times[same - 1]  # reads all before it writes any, so the order stands
    return times


def _never_the_same(random: np.random.Generator, count: int, steps: int) -> Indices:
    """Return numbers from 0 to `steps`, none twice in a row, each within any `2 * steps + 1` of them."""
    rounds = count // (steps + 1) + 1
    begins = np.cumsum(random.integers(0, steps, rounds))
    numbers: Indices = ((begins[:, np.newaxis] + np.arange(steps + 1)) % (steps + 1)).ravel()[:count]
    return numbers


def _fitted(price: Floats, minutes: DayMinutes, layout: TickLayout, above: Indices, steps: int) -> Floats:
    """Return the bids bent to the bars: first, last, highest where the spread is widest, lowest where it is least."""
    inner = np.ones(len(price), dtype=np.bool_)
    inner[layout.first] = inner[layout.last] = False
    upper, lower = np.maximum(minutes.open, minutes.close), np.minimum(minutes.open, minutes.close)
    highest = _peaks(np.where(inner & (above == steps), price, -np.inf), layout)
    lowest = _peaks(np.where(inner & (above == 0), -price, -np.inf), layout)
    bent = price + _stretched(price, upper, minutes.high, price[highest], layout)
    bent += _stretched(price, lower, minutes.low, price[lowest], layout)
    fitted: Floats = np.clip(np.rint(bent), minutes.low[layout.minute], minutes.high[layout.minute])
    fitted[layout.first], fitted[layout.last] = minutes.open, minutes.close
    fitted[highest], fitted[lowest] = minutes.high, minutes.low
    return fitted


def _peaks(price: Floats, layout: TickLayout) -> Indices:
    """Return the index of the highest price of each minute."""
    top = np.maximum.reduceat(price, layout.first)
    candidates = np.flatnonzero(price == top[layout.minute])
    _, places = np.unique(layout.minute[candidates], return_index=True)
    peaks: Indices = candidates[places]
    return peaks


def _stretched(price: Floats, base: Floats, extreme: Floats, reached: Floats, layout: TickLayout) -> Floats:
    """Return what to add to the prices beyond each minute's base, so that the one that reached furthest is extreme."""
    beyond = (reached - base) * np.sign(extreme - base) > 0
    factor = np.divide(extreme - base, reached - base, out=np.ones(len(base)), where=beyond)
    outside = (price - base[layout.minute]) * np.sign(extreme - base)[layout.minute] > 0
    more: Floats = np.where(outside, (price - base[layout.minute]) * (factor[layout.minute] - 1.0), 0.0)
    return more


def _rows(spec: SymbolSpec, times: Indices, bid: Floats, ask: Floats) -> Rows:
    """Return ticks of prices in points; the hour's first counts as a change of both."""
    flags = np.full(len(times), TickFlag.BID | TickFlag.ASK, dtype=np.uint32)
    flags[1:] = np.where(np.diff(bid) != 0, TickFlag.BID, 0) + np.where(np.diff(ask) != 0, TickFlag.ASK, 0)
    rows = np.zeros(len(times), dtype=TICK_DTYPE)
    scale = 10.0**spec.digits
    rows["time_msc"] = times
    rows["time"] = times // 1000
    rows["bid"] = bid / scale
    rows["ask"] = ask / scale
    rows["flags"] = flags
    return rows
