# SPDX-License-Identifier: MIT
"""The pool's times and sizes, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How often the pool asks, and how long it waits; seconds unless said otherwise.

    Attributes: `poll_interval` between two polls; `poll_deadline`, after which a poll's host counts as hung;
    `connect_deadline` for `initialize`, which blocks up to 100 s while a terminal starts; `first_connect_wait`, how
    long `start_tick_collection` waits for the first attempt; `heartbeat_interval` between two lines of the session
    log; `symbols_interval` between two readings of symbol properties and margins; `backoff_first`,
    `backoff_longest` between attempts; `recheck_interval` between two looks at a wrong account; `selection_interval`
    between two attempts to select again what vanished; `ring_capacity`,
    ticks kept in memory per symbol.
    """

    poll_interval: float = 0.1
    poll_deadline: float = 3.0
    connect_deadline: float = 170.0
    first_connect_wait: float = 20.0
    heartbeat_interval: float = 30.0
    symbols_interval: float = 60.0
    backoff_first: float = 0.5
    backoff_longest: float = 30.0
    recheck_interval: float = 2.0
    selection_interval: float = 10.0
    ring_capacity: int = 8192
