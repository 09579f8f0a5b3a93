# SPDX-License-Identifier: MIT
"""How often the pool has to ask for prices: as they come while somebody looks, seldom while nobody needs them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from arbitrex_desktop.raw_layer.views import PricePace


class PriceDemand:
    """Sets the pool's pace by `set_pace`.

    While the window cannot be seen, `followers` decide: where one of them acts on prices, all come once a second.
    Otherwise those do by which something is judged, and the rest ten seconds later at most.

    Attributes:
        followers: each says whether it acts on prices now; called on any thread
    """

    def __init__(self, set_pace: Callable[[PricePace], None]) -> None:
        self._set_pace = set_pace
        self._lock = Lock()
        self._seen = True
        self._pace = PricePace.LIVE
        self.followers: list[Callable[[], bool]] = []

    def set_seen(self, *, seen: bool) -> None:
        """Note whether the window can be seen; waits for nobody (any thread)."""
        with self._lock:
            self._seen = seen
            self._set(PricePace.EACH_SECOND)

    def look(self) -> None:
        """Find out who needs prices now (any thread)."""
        needed = any(follows() for follows in self.followers)
        with self._lock:
            self._set(PricePace.EACH_SECOND if needed else PricePace.NEEDED)

    def _set(self, unseen: PricePace) -> None:
        """Set the pace (under the lock), which is `unseen` while the window cannot be seen."""
        pace = PricePace.LIVE if self._seen else unseen
        if pace is not self._pace:
            self._pace = pace
            self._set_pace(pace)
