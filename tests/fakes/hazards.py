# SPDX-License-Identifier: MIT
"""Hazards that only say what they would have done."""

from __future__ import annotations


class Crashed(BaseException):
    """The process would be gone now; not an `Exception`, since nothing may catch a crash."""


class RecordedHazards:
    """Implements `Hazards`.  Attribute: `log`, what was done and for how many seconds."""

    def __init__(self) -> None:
        self.log: list[tuple[str, float]] = []

    def hold(self, seconds: float) -> None:
        """Write the hang down."""
        self.log.append(("hold", seconds))

    def pause(self, seconds: float) -> None:
        """Write the delay down."""
        self.log.append(("pause", seconds))

    def crash(self) -> None:
        """Write the crash down and leave the call, as a dead process does."""
        self.log.append(("crash", 0.0))
        raise Crashed
