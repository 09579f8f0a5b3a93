# SPDX-License-Identifier: MIT
"""A pool of the sync's own, from the environment or `.env`: for trying the risk manager out, not for production."""

from __future__ import annotations

from typing import Protocol

from arbitrex_desktop.raw_layer.connection.environment import read_environment, sessions_from
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader


class OwnPool(PoolReader, Protocol):
    """A pool that can be stopped."""

    def stop(self) -> None:
        """End its thread and its host."""


def open_own_pool() -> OwnPool:
    """Return a started pool for the account that the environment names.

    Raises `SessionConfigError` naming what is missing.  Blocks for the first attempt to connect.
    """
    pool = MT5ConnectionPool(sessions_from(read_environment()))
    pool.start_tick_collection()
    return pool
