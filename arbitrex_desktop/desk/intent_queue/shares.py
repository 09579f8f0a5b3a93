# SPDX-License-Identifier: MIT
"""How much of the pending queue each sender may fill, so that none fills it for the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PendingShare:
    """A share of the pending queue.

    Attributes:
        whose: who has it, in words
        capacity: how many intents may wait in it
        covers: whether a source's intents count in it
    """

    whose: str
    capacity: int
    covers: Callable[[str], bool]
