# SPDX-License-Identifier: MIT
"""How a replay stands, which the host says with each answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplayStatus:
    """What is replayed, and what was found in its files.

    Attributes:
        first_msc, last_msc: the moments of the first and the last tick of all files, UTC milliseconds
        position_msc: the present moment of the market, UTC milliseconds
        speed: market seconds per second, 0 while it is paused
        began_msc: the moment at which the replay began, on the server's clock as shown
        share_read: how much of the files has been read and found sound, 0 to 1; reading goes on while they play
        notes: what a user should know: what each symbol was taken for, rows that were sorted, where a file ends early
    """

    first_msc: int
    last_msc: int
    position_msc: int
    speed: float
    began_msc: int
    share_read: float
    notes: tuple[str, ...]

    @property
    def ended(self) -> bool:
        """Whether the last tick has been played."""
        return self.position_msc >= self.last_msc
