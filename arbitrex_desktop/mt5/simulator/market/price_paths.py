# SPDX-License-Identifier: MIT
"""Price paths as a pure function of seed and time: a restarted simulation goes on with the very same market.

Each currency, metal and index is driven by one or more *drivers*, random paths of its logarithm.  A driver moves from
one trading day's anchor to the next (a mean-reverting walk), within the day from hour to hour, within the hour from
minute to minute, and within the minute from second to second, each level a Brownian bridge between the points of the
one above.  A pair's logarithm is the difference of its two sides, so that triangular arbitrage holds.  A day's minutes
are drawn at once, since history is read by the month.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

# Named here, so that NumPy loads it with the rest and not at the first price, for which the window waits.
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from arbitrex_desktop.mt5.simulator.market.cache import BoundedCache
from arbitrex_desktop.mt5.simulator.market.trading_calendar import HOURS_A_DAY, TradingHour
from arbitrex_desktop.mt5.simulator.symbols.specs import PATH_LEVELS, USD_LEVELS, SymbolSpec

Path = NDArray[np.float64]

SECONDS: Final = 3600
MINUTES: Final = 60
"""Minutes of an hour, and seconds of a minute."""

_MEMORY_DAYS: Final = 150
_REVERSION: Final = 0.97
_BLOCK_DAYS: Final = 256
_NEWS_A_DAY: Final = 0.7
_NEWS_HOURS: Final = (3, 10, 11, 12, 15, 16, 17, 20)
_NEWS_DECAY_SECONDS: Final = 180.0
_NEWS_SWELL: Final = 3.0
_FADING: Final[Path] = np.power(_REVERSION, np.arange(_MEMORY_DAYS - 1, -1, -1), dtype=np.float64)
_EVENLY: Final[Path] = np.arange(1, MINUTES + 1) / MINUTES

# Daily standard deviation of the logarithm, and what of another driver an instrument follows.
_DRIVERS: Final[dict[str, tuple[float, dict[str, float]]]] = {
    "USD": (0.0028, {}),
    "EUR": (0.0032, {}),
    "GBP": (0.0032, {"EUR": 0.5}),
    "AUD": (0.0046, {}),
    "NZD": (0.0030, {"AUD": 0.75}),
    "CAD": (0.0032, {"AUD": 0.2}),
    "CHF": (0.0028, {"EUR": 0.6}),
    "JPY": (0.0048, {}),
    "XAU": (0.0085, {"CHF": 0.3}),
    "XAG": (0.0110, {"XAU": 0.9}),
    "XPD": (0.0180, {}),
    "XPT": (0.0120, {"XAU": 0.4}),
    "MAYM": (0.0080, {}),
    "GDAXIm": (0.0070, {"MAYM": 0.6}),
    "MXSHAR": (0.0075, {"MAYM": 0.4}),
    "CHINAH": (0.0120, {"MAYM": 0.2}),
    "BTC": (0.0250, {}),
    "ETH": (0.0150, {"BTC": 1.1}),
    "AAPL": (0.0110, {"MAYM": 1.0}),
    "MSFT": (0.0100, {"MAYM": 0.9}),
    "CL": (0.0180, {}),
    "GC": (0.0005, {"XAU": 1.0}),
}

_PROFILE: Final = (
    *(0.35, 0.40, 0.50, 0.55, 0.50, 0.45, 0.45, 0.50, 0.70, 1.10, 1.40, 1.30),
    *(1.10, 1.00, 1.20, 1.60, 1.80, 1.60, 1.30, 1.00, 0.80, 0.60, 0.45, 0.35),
)
VOLATILITY: Final[Path] = np.array(_PROFILE) / np.mean(_PROFILE)
"""Variance of each trading hour relative to the average: a thin night in Asia, busy London and New York."""

_HOUR_SHARES: Final[Path] = np.sqrt(VOLATILITY / HOURS_A_DAY)
_MINUTE_SHARES: Final[Path] = np.repeat(VOLATILITY / (HOURS_A_DAY * MINUTES), MINUTES).reshape(HOURS_A_DAY, MINUTES)
_MINUTE_ROOTS: Final[Path] = np.sqrt(_MINUTE_SHARES)


@dataclass(frozen=True, slots=True)
class News:
    """A moment at which a driver jumps: the hour and second of the trading day, and the jump of its logarithm."""

    hour: int
    second: int
    jump: float


@dataclass(frozen=True, slots=True)
class Mixture:
    """An instrument's logarithm: a constant level, and how much of each driver."""

    level: float
    weights: tuple[tuple[str, float], ...]


def mixture(spec: SymbolSpec) -> Mixture:
    """Return what drives a symbol: its own path where it has one, base minus quote for pairs and metals."""
    if spec.driver:
        return Mixture(log(PATH_LEVELS[spec.driver]), _flat({spec.driver: 1.0}))
    level = log(USD_LEVELS[spec.base] / USD_LEVELS[spec.profit])
    return Mixture(level, _flat({spec.base: 1.0, spec.profit: -1.0}))


def _flat(weights: dict[str, float]) -> tuple[tuple[str, float], ...]:
    """Resolve what follows what, until only drivers are left."""
    total: dict[str, float] = {}
    pending = list(weights.items())
    while pending:
        name, weight = pending.pop()
        total[name] = total.get(name, 0.0) + weight
        pending += [(other, weight * share) for other, share in _DRIVERS[name][1].items()]
    return tuple(sorted((name, weight) for name, weight in total.items() if weight))


class DriverPaths:
    """The paths of all drivers for one seed; computed when asked for and kept for a while.  For one thread."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._shocks: BoundedCache[tuple[str, int], Path] = BoundedCache(64)
        self._days: BoundedCache[tuple[str, int], Path] = BoundedCache(256)
        self._hours: BoundedCache[tuple[str, TradingHour], Path] = BoundedCache(192)
        self._known_news: BoundedCache[tuple[str, int], tuple[News, ...]] = BoundedCache(1024)
        self._anchors: BoundedCache[tuple[str, int], float] = BoundedCache(1024)
        self._day_minutes: BoundedCache[tuple[str, int], tuple[Path, Path]] = BoundedCache(128)

    def logarithm(self, mix: Mixture, at: TradingHour) -> Path:
        """Return an instrument's logarithm at each second of a trading hour, both ends included (3601 values)."""
        total = np.full(SECONDS + 1, mix.level)
        for driver, weight in mix.weights:
            total += weight * self._hour(driver, at)
        return total

    def news(self, mix: Mixture, day: int) -> list[News]:
        """Return the news of a trading day that moves an instrument."""
        return [item for driver, _ in mix.weights for item in self._news(driver, day)]

    def minutes(self, mix: Mixture, day: int) -> tuple[Path, Path]:
        """Return an instrument's path of a trading day by the minute; news falls on a whole minute.

        The logarithm at each minute, both ends of the day included (1441 values), and each minute's variance (1440).
        """
        path = np.full(HOURS_A_DAY * MINUTES + 1, mix.level)
        variances = np.zeros(HOURS_A_DAY * MINUTES)
        for driver, weight in mix.weights:
            driven, its_own = self._minutes(driver, day)
            path += weight * driven
            variances += weight**2 * its_own
        return path, variances

    def _random(self, driver: str, *path: int) -> Generator:
        """Return the random source of one piece of a driver's path."""
        return default_rng([self._seed, zlib.crc32(driver.encode()), *path])

    def _shock_block(self, driver: str, block: int) -> Path:
        """Return the daily shocks, of variance 1, of one block of trading days."""
        return self._shocks.get((driver, block), lambda: self._random(driver, 1, block).standard_normal(_BLOCK_DAYS))

    def _anchor(self, driver: str, day: int) -> float:
        """Return the logarithm at a trading day's start: a walk that forgets 3% of the past each day."""
        return self._anchors.get((driver, day), lambda: self._make_anchor(driver, day))

    def _make_anchor(self, driver: str, day: int) -> float:
        first = day - _MEMORY_DAYS
        blocks = range(first // _BLOCK_DAYS, day // _BLOCK_DAYS + 1)
        shocks = np.concatenate([self._shock_block(driver, block) for block in blocks])
        offset = first - blocks[0] * _BLOCK_DAYS
        recent = shocks[offset : offset + _MEMORY_DAYS]
        return float(_DRIVERS[driver][0] * (recent @ _FADING))

    def _news(self, driver: str, day: int) -> tuple[News, ...]:
        """Return a driver's news of a trading day."""
        return self._known_news.get((driver, day), lambda: self._make_news(driver, day))

    def _make_news(self, driver: str, day: int) -> tuple[News, ...]:
        random = self._random(driver, 2, day)
        size = _DRIVERS[driver][0] * 0.5
        return tuple(
            News(
                _NEWS_HOURS[random.integers(0, len(_NEWS_HOURS))],
                int(random.integers(60, SECONDS - 60)),
                float(size * shock),
            )
            for shock in random.standard_normal(random.poisson(_NEWS_A_DAY))
        )

    def _day(self, driver: str, day: int) -> Path:
        """Return the logarithm at each full hour of a trading day, both ends included (25 values)."""
        return self._days.get((driver, day), lambda: self._make_day(driver, day))

    def _make_day(self, driver: str, day: int) -> Path:
        steps = self._random(driver, 3, day).standard_normal(HOURS_A_DAY)
        steps *= _DRIVERS[driver][0] * _HOUR_SHARES
        for item in self._news(driver, day):
            steps[item.hour] += item.jump
        return _bridge(steps, VOLATILITY, self._anchor(driver, day), self._anchor(driver, day + 1))

    def _hour(self, driver: str, at: TradingHour) -> Path:
        """Return a driver's logarithm at each second of a trading hour (3601 values)."""
        return self._hours.get((driver, at), lambda: self._make_hour(driver, at))

    def _make_hour(self, driver: str, at: TradingHour) -> Path:
        path, variances = self._minutes(driver, at.day)
        first = at.hour * MINUTES
        steps = self._random(driver, 4, at.day, at.hour).standard_normal((MINUTES, MINUTES))
        steps *= np.sqrt(variances[first : first + MINUTES, np.newaxis] / MINUTES)
        return _bridges(steps, path[first : first + MINUTES + 1])

    def _minutes(self, driver: str, day: int) -> tuple[Path, Path]:
        """Return a driver's logarithm at each minute of a trading day (1441 values), and each minute's variance."""
        return self._day_minutes.get((driver, day), lambda: self._make_minutes(driver, day))

    def _make_minutes(self, driver: str, day: int) -> tuple[Path, Path]:
        variances = _DRIVERS[driver][0] ** 2 * _MINUTE_SHARES
        steps = self._random(driver, 6, day).standard_normal(variances.shape)
        steps *= _DRIVERS[driver][0] * _MINUTE_ROOTS
        news = self._news(driver, day)
        for item in news:
            minute = item.second // MINUTES
            swell = 1.0 + _NEWS_SWELL * news_fade(np.arange(MINUTES - minute, dtype=np.float64) * MINUTES)
            variances[item.hour, minute:] *= swell**2
            steps[item.hour, minute:] *= swell
            steps[item.hour, minute] += item.jump
        return _bridges(steps, self._day(driver, day)), variances.ravel()


def news_fade(seconds: Path) -> Path:
    """Return how much of a piece of news is still felt after so many seconds, 1 falling to 0."""
    fade: Path = np.exp(-seconds / _NEWS_DECAY_SECONDS)
    return fade


def _bridge(steps: Path, variances: Path, start: float, end: float) -> Path:
    """Return the path of the steps, bent so that it leads from start to end; its ends are exact."""
    walk = np.concatenate(([0.0], np.cumsum(steps)))
    elapsed = np.concatenate(([0.0], np.cumsum(variances)))
    path: Path = start + walk + elapsed / elapsed[-1] * (end - start - walk[-1])
    path[-1] = end
    return path


def _bridges(steps: Path, ends: Path) -> Path:
    """Return the joined paths of the steps, a row for each stretch, bent evenly to lead from one end to the next."""
    path = np.empty(steps.size + 1)
    path[0] = ends[0]
    walk = steps.cumsum(axis=1, out=path[1:].reshape(steps.shape))
    walk += ends[:-1, np.newaxis] + _EVENLY * (ends[1:] - ends[:-1] - walk[:, -1])[:, np.newaxis]
    walk[:, -1] = ends[1:]
    return path
