# SPDX-License-Identifier: MIT
"""How often the pool has to ask for prices: as they come while somebody looks, seldom while nobody needs them."""

from __future__ import annotations

from collections.abc import Callable

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
        self._seen = True
        self._pace = PricePace.LIVE
        self.followers: list[Callable[[], bool]] = []

    def set_seen(self, *, seen: bool) -> None:
        """Note whether the window can be seen; waits for nobody (any thread)."""
        self._seen = seen
        self._set(PricePace.LIVE if seen else PricePace.EACH_SECOND)

    def look(self) -> None:
        """Find out who needs prices now (any thread)."""
        unseen = PricePace.EACH_SECOND if any(follows() for follows in self.followers) else PricePace.NEEDED
        self._set(PricePace.LIVE if self._seen else unseen)

    def _set(self, pace: PricePace) -> None:
        if pace is not self._pace:
            self._pace = pace
            self._set_pace(pace)
