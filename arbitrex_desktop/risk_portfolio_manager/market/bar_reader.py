# SPDX-License-Identifier: MIT
"""Daily bars of the symbols that matter, each read once an hour."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.raw_layer.errors import PoolError
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader

_EVERY: Final = 3600.0
_AT_ONCE: Final = 2
_BARS: Final = 260
_log = logging.getLogger(__name__)


class BarReader:
    """Asks the terminal; only the syncing thread calls it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._read_at: dict[str, float] = {}

    def read_due(self, pool: PoolReader, symbols: Iterable[str]) -> dict[str, Rows]:
        """Return the bars of up to two symbols that are due; after a failure none is asked for until the next call."""
        moment, found = self._clock.monotonic(), dict[str, Rows]()
        due = [name for name in dict.fromkeys(symbols) if moment - self._read_at.get(name, -math.inf) > _EVERY]
        for symbol in due[:_AT_ONCE]:
            self._read_at[symbol] = moment
            try:
                found[symbol] = pool.read_rates(symbol, Timeframe.D1, _BARS)
            except (PoolError, MT5Error, OSError) as error:
                _log.info("no bars of %s: %s", symbol, error)
                break
        return found
