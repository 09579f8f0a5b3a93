# SPDX-License-Identifier: MIT
"""The cache forgets what was used longest ago."""

from __future__ import annotations

from functools import partial

from arbitrex_desktop.mt5.simulator.market.cache import BoundedCache


def test_values_are_made_once_and_the_stalest_is_forgotten() -> None:
    """A value is made when first asked for, and again only after it had to make room."""
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    cache: BoundedCache[str, str] = BoundedCache(2)
    for key in ("a", "b", "a", "c", "a", "b"):
        assert cache.get(key, partial(make, key)) == key.upper()
    assert made == ["a", "b", "c", "b"]
    assert len(cache) == 2
