# SPDX-License-Identifier: MIT
"""Ticks into Redis Streams, for those who run a Redis (`pip install arbitrex-desktop[redis]`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import redis

from arbitrex_desktop.causes import why_no_answer
from arbitrex_desktop.mt5.module import Rows

_FIELDS: Final = ("time_msc", "bid", "ask", "last", "volume", "flags", "volume_real")
_TIMEOUT_SECONDS: Final = 2.0


class RedisStreamSink:
    """A `TickSink` that appends each tick to the stream `<prefix>:<symbol>`, about the latest `keep` of them.

    Fields are those of MT5's tick, times on the server clock in milliseconds.  Put it behind a `BackgroundSink`.
    `url` may carry a password, or it is given by itself; it appears in no message of ours.
    """

    def __init__(self, url: str, prefix: str = "arbitrex:ticks", keep: int = 1_000_000, password: str = "") -> None:
        secret = {"password": password} if password else {}
        self._client = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS, **secret
        )
        self._prefix = prefix
        self._keep = keep

    def write(self, batch: Mapping[str, Rows]) -> None:
        """Append a batch in one transaction; raises OSError when Redis does not take it."""
        try:
            with self._client.pipeline(transaction=True) as pipeline:
                for stream, entry in self._entries(batch):
                    pipeline.xadd(stream, entry, maxlen=self._keep, approximate=True)
                pipeline.execute()
        except redis.RedisError as error:
            raise OSError(f"Redis does not take ticks: {why_no_answer(error)}") from error

    def _entries(self, batch: Mapping[str, Rows]) -> Iterator[tuple[str, Any]]:
        """Yield each tick's stream and fields, in order."""
        for symbol, rows in batch.items():
            columns = (rows[name].tolist() for name in _FIELDS)
            for values in zip(*columns, strict=True):
                yield f"{self._prefix}:{symbol}", dict(zip(_FIELDS, values, strict=True))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
