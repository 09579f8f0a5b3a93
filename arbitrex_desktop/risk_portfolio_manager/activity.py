# SPDX-License-Identifier: MIT
"""What happened lately: intents, approvals and refusals in moving windows of time.

Moments are monotonic seconds, so that a jump of the computer's clock neither forgets nor repeats anything.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

_KEEP_SECONDS = 4 * 3600.0
_KEEP_ENTRIES = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """An intent that was judged."""

    at: float
    strategy_id: str
    symbol: str
    direction: int
    volume: float | None
    intent_id: str


@dataclass(slots=True)
class Activity:
    """The memory of the pacing rules.

    Attributes: `asked`, intents as they came; `approvals`, moments of approvals; `added`, moment and size of
    exposure added; `last_by_symbol`, last approval of each symbol; `refusals`, moments by strategy; `throttled`,
    strategy to the moment its throttle ends; `heard`, last intent that a throttled strategy got through;
    `admitted`, when each approved intent was, so that none is counted against itself.
    """

    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=_KEEP_ENTRIES))
    approvals: deque[float] = field(default_factory=lambda: deque(maxlen=_KEEP_ENTRIES))
    added: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_KEEP_ENTRIES))
    last_by_symbol: dict[str, float] = field(default_factory=dict)
    refusals: dict[str, deque[float]] = field(default_factory=dict)
    throttled: dict[str, float] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    admitted: dict[str, float] = field(default_factory=dict)

    def admits(self, intent_id: str | None) -> bool:
        """Tell whether an intent was approved before, and so has been counted."""
        return intent_id in self.admitted

    def asked_since(self, moment: float, most: int) -> int:
        """Return how many intents were judged after a moment; counting stops at `most`."""
        count = 0
        for each in reversed(self.asked):
            if each.at <= moment or count >= most:
                break
            count += 1
        return count

    def approved_since(self, moment: float, most: int) -> int:
        """Return how many trades were approved after a moment; counting stops at `most`."""
        return _newer(self.approvals, moment, most)

    def added_since(self, moment: float) -> float:
        """Return the exposure added after a moment, in account currency."""
        total = 0.0
        for at, notional in reversed(self.added):
            if at <= moment:
                break
            total += notional
        return total

    def refused_since(self, strategy_id: str, moment: float, most: int) -> int:
        """Return how many intents of a strategy were refused after a moment; counting stops at `most`."""
        return _newer(self.refusals.get(strategy_id), moment, most)

    def same_since(self, wanted: Asked, moment: float) -> float | None:
        """Return the moment of the newest intent, other than itself, that asked for the same trade after a moment."""
        for each in reversed(self.asked):
            if each.at < moment:
                break
            same = (each.strategy_id, each.symbol, each.direction, each.volume)
            if same == (wanted.strategy_id, wanted.symbol, wanted.direction, wanted.volume) and not (
                wanted.intent_id and each.intent_id == wanted.intent_id
            ):
                return each.at
        return None

    def note_refusal(self, strategy_id: str, at: float) -> None:
        """Remember a refusal of a strategy's intent."""
        self.refusals.setdefault(strategy_id, deque(maxlen=1_000)).append(at)

    def note_approval(self, symbol: str, notional: float, at: float, intent_id: str | None = None) -> None:
        """Remember an approval that adds exposure."""
        if intent_id:
            self.admitted[intent_id] = at
            if len(self.admitted) > _KEEP_ENTRIES:
                del self.admitted[next(iter(self.admitted))]
        self.approvals.append(at)
        self.added.append((at, notional))
        self.last_by_symbol[symbol] = at

    def to_dict(self, monotonic: float) -> dict[str, Any]:
        """Return what must outlive the program, as ages in seconds."""
        return {
            "approvals": [monotonic - at for at in self.approvals if monotonic - at < _KEEP_SECONDS],
            "last_by_symbol": {name: monotonic - at for name, at in self.last_by_symbol.items()},
            "admitted": {name: monotonic - at for name, at in self.admitted.items() if monotonic - at < _KEEP_SECONDS},
            "throttled": {name: end - monotonic for name, end in self.throttled.items() if end > monotonic},
        }

    def restore(self, saved: dict[str, Any], monotonic: float, away: float) -> None:
        """Take up what was saved `away` seconds ago."""
        ages = sorted((float(age) + away for age in saved.get("approvals", ())), reverse=True)
        self.approvals.extend(monotonic - age for age in ages)
        for name, age in saved.get("last_by_symbol", {}).items():
            self.last_by_symbol[str(name)] = monotonic - float(age) - away
        for name, age in saved.get("admitted", {}).items():
            self.admitted[str(name)] = monotonic - float(age) - away
        for name, left in saved.get("throttled", {}).items():
            self.throttled[str(name)] = monotonic + float(left) - away


def _newer(moments: deque[float] | None, moment: float, most: int) -> int:
    """Return how many of the moments, oldest first, are newer than one; counting stops at `most`."""
    count = 0
    for each in reversed(moments or ()):
        if each <= moment or count >= most:
            break
        count += 1
    return count
