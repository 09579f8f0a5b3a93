# SPDX-License-Identifier: MIT
"""How long to wait before the next attempt to connect."""

from __future__ import annotations

from random import Random


class Backoff:
    """Exponential backoff with jitter: attempt n waits between half and all of min(longest, first x 2^n) seconds.

    Jitter keeps several programs on one machine from calling the same terminal in step.
    """

    def __init__(self, first: float, longest: float, randomness: Random) -> None:
        self._first = first
        self._longest = longest
        self._random = randomness
        self._failures = 0

    def next_wait(self) -> float:
        """Return the seconds to wait, and remember one more failure."""
        ceiling = min(self._longest, self._first * 2.0 ** min(self._failures, 32))
        self._failures += 1
        return ceiling * (0.5 + 0.5 * self._random.random())

    def reset(self) -> None:
        """Start over, after a connection that held."""
        self._failures = 0
