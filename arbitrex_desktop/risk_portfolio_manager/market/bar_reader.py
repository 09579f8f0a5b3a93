# SPDX-License-Identifier: MIT
"""Daily bars of the symbols that matter, each read once an hour, after a failure once a minute."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from itertools import islice
from threading import Lock
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.raw_layer.errors import PoolError
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader

_EVERY: Final = 3600.0
_AGAIN: Final = 60.0
"""Seconds until a symbol whose bars could not be read is asked for again."""
_AT_ONCE: Final = 2
_BARS: Final = 260
_log = logging.getLogger(__name__)


class BarReader:
    """Asks the terminal.  Safe from any thread; one reads at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._read_at: dict[str, float] = {}
        self._reading = Lock()

    def due(self, symbols: Iterable[str]) -> list[str]:
        """Return up to two of the symbols, those whose bars are to be read next."""
        moment = self._clock.monotonic()
        due = (name for name in dict.fromkeys(symbols) if moment - self._read_at.get(name, -math.inf) > _EVERY)
        return list(islice(due, _AT_ONCE))

    def read_due(self, pool: PoolReader, symbols: Iterable[str]) -> dict[str, Rows]:
        """Return the bars of those that are due (blocks); after a failure none is asked for until the next call."""
        found: dict[str, Rows] = {}
        with self._reading:
            for symbol in self.due(symbols):
                self._read_at[symbol] = self._clock.monotonic()
                try:
                    found[symbol] = pool.read_rates(symbol, Timeframe.D1, _BARS)
                except (PoolError, MT5Error, OSError) as error:
                    self._read_at[symbol] += _AGAIN - _EVERY
                    _log.info("no bars of %s: %s", symbol, error)
                    break
        return found
