# SPDX-License-Identifier: MIT
"""What can be set about the connection (`[pool]` in settings.toml) and the ticks (`[ticks]`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

_SECONDS: Final = {"unit": "s"}


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How often the pool asks, and how long it waits; each field declares its own meaning, unit and bounds."""

    poll_interval: Annotated[
        float,
        Meta(
            ge=0.005,
            le=5,
            description="pause between two polls, less three times what a poll takes; at least a quarter of it",
            extra=_SECONDS,
        ),
    ] = 0.035
    account_interval: Annotated[
        float, Meta(ge=0.02, le=5, description="least time between two readings of the account", extra=_SECONDS)
    ] = 0.2
    poll_deadline: Annotated[
        float, Meta(ge=0.5, le=60, description="a poll unanswered for this long: the terminal hangs", extra=_SECONDS)
    ] = 3.0
    connect_deadline: Annotated[
        float,
        Meta(ge=5, le=600, description="patience with a terminal that starts, which takes up to 100 s", extra=_SECONDS),
    ] = 170.0
    backoff_first: Annotated[
        float, Meta(ge=0.1, le=60, description="wait after the first failed attempt to connect", extra=_SECONDS)
    ] = 0.5
    backoff_longest: Annotated[
        float, Meta(ge=1, le=3600, description="longest wait between two attempts to connect", extra=_SECONDS)
    ] = 30.0
    recheck_interval: Annotated[
        float, Meta(ge=0.5, le=60, description="between two looks at a terminal on a wrong account", extra=_SECONDS)
    ] = 2.0
    selection_interval: Annotated[
        float,
        Meta(ge=1, le=600, description="between two attempts to select vanished symbols again", extra=_SECONDS),
    ] = 10.0
    symbols: Annotated[
        tuple[str, ...],
        Meta(
            description="the symbols to watch, by the broker's names or plain ones such as EURUSD; empty: the usual "
            "pairs, metals and indices, and whatever Market Watch shows"
        ),
    ] = ()
    ring_capacity: Annotated[
        int,
        Meta(ge=256, le=1_000_000, description="kept in memory of each symbol", extra={"unit": "ticks"}),
    ] = 8192


@dataclass(frozen=True, slots=True)
class TickSettings:
    """Where ticks go besides the window; each field declares its own meaning, unit and bounds."""

    record: Annotated[bool, Meta(description="whether all ticks are recorded in the data folder, for --replay")] = False
    redis_url: Annotated[
        str,
        Meta(
            pattern=r"^$|^(redis|rediss|unix)://(?!.*password)[^@]*$",
            description="a Redis that takes the ticks as streams, such as redis://localhost:6379/0; empty for none; "
            "its password goes into .env as ARBITREX_REDIS_PASSWORD",
            extra={"form": "such as redis://localhost:6379/0, without user and password"},
        ),
    ] = ""
    redis_prefix: Annotated[
        str, Meta(min_length=1, max_length=200, description="the streams are named PREFIX:SYMBOL")
    ] = "arbitrex:ticks"
    redis_keep: Annotated[
        int,
        Meta(ge=1, le=1_000_000_000, description="kept of each symbol in Redis, about", extra={"unit": "ticks"}),
    ] = 1_000_000
