# SPDX-License-Identifier: MIT
"""How soon a symbol is worth another look."""

from __future__ import annotations

from typing import ClassVar, Final, Protocol

_SHORTEST: Final = 0.010
_LONGEST: Final = 0.25
_ASLEEP: Final = 1.0
_ASLEEP_AFTER: Final = 300.0
_QUIET_SHARE: Final = 1 / 3
_BUSY_SHARE: Final = 0.2
_AVERAGED: Final = 0.05


class Rhythm(Protocol):
    """Says when to look at a symbol again; times in monotonic seconds.

    Attributes:
        announces: whether a symbol whose moment has come is known to have a new tick
    """

    announces: ClassVar[bool]

    def next_look(self, symbol: str, time_msc: int | None, now: float, spent: float) -> float:
        """Return the moment for the next look, after one at `now` that found a last tick, None for a failure.

        `spent` is how long that look took, in seconds.
        """


class AdaptiveRhythm:
    """For a terminal that announces nothing: symbols that tick often are looked at often.

    A symbol that has been quiet for some time is looked at again after a third of that time, between 10 and 250 ms;
    after five quiet minutes, as in a closed market, once a second.  All intervals stretch alike so that looking takes
    no more than a fifth of the host's time, however many symbols there are.
    """

    announces: ClassVar[bool] = False

    def __init__(self) -> None:
        self._newest: dict[str, tuple[int | None, float]] = {}
        self._rates: dict[str, float] = {}
        self._rate = 0.0
        self._spent = 0.0

    def next_look(self, symbol: str, time_msc: int | None, now: float, spent: float) -> float:
        """Return the moment for the next look."""
        known, since = self._newest.get(symbol, (-1, now))
        if time_msc != known:
            self._newest[symbol] = (time_msc, now)
            since = now
        quiet = now - since
        wanted = _ASLEEP if quiet > _ASLEEP_AFTER else min(_LONGEST, max(_SHORTEST, quiet * _QUIET_SHARE))
        self._rate += 1.0 / wanted - self._rates.get(symbol, 0.0)
        self._rates[symbol] = 1.0 / wanted
        self._spent += (spent - self._spent) * _AVERAGED
        return now + wanted * max(1.0, self._rate * self._spent / _BUSY_SHARE)


class Announcer(Protocol):
    """A simulated terminal, which knows when its next tick comes."""

    def seconds_to_next_tick(self, symbol: str, after_msc: int) -> float:
        """Return the seconds until a symbol's first tick later than a moment of the server clock; 0 when it is there.

        Infinite when there will be none.
        """


class AnnouncedRhythm:
    """For a simulated terminal: a quiet symbol costs nothing, since it is looked at when its next tick is there."""

    announces: ClassVar[bool] = True

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    def next_look(self, symbol: str, time_msc: int | None, now: float, spent: float) -> float:
        """Return the moment for the next look."""
        del spent
        if time_msc is None:
            return now + _LONGEST
        return now + self._announcer.seconds_to_next_tick(symbol, time_msc)
