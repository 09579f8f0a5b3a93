# SPDX-License-Identifier: MIT
"""The pool as its owner sees it: what the desk needs, and its life and tick board besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from arbitrex_desktop.mt5.commands import ReplayStatus
from arbitrex_desktop.mt5.replay_control import SteerReplay
from arbitrex_desktop.raw_layer.events import PoolEvent
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.quote_board import QuoteBoard
from arbitrex_desktop.raw_layer.views import PricePace


class TradingPool(PoolReader, Protocol):
    """`MT5ConnectionPool`, with what its owner may do."""

    @property
    def board(self) -> QuoteBoard:
        """Return the tick board."""

    def subscribe(self, listener: Callable[[PoolEvent], None]) -> Callable[[], None]:
        """Call `listener` with every event, on the thread that caused it; return what ends the subscription."""

    def start_tick_collection(self, wait: float = 20.0) -> None:
        """Connect and collect ticks, and go on trying; blocks at most `wait` seconds for the first attempt."""

    def steer_replay(self, command: SteerReplay) -> ReplayStatus:
        """Change how a replay goes on; raise `MT5Error` with the reason where that cannot be (asks)."""

    def set_pace(self, pace: PricePace) -> None:
        """Ask for prices as often as that from now on; returns at once."""

    def stop(self) -> None:
        """End everything; nothing is left running."""
