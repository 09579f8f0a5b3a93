# SPDX-License-Identifier: MIT
"""What lives and ends with the core."""

from __future__ import annotations

from typing import Protocol


class Service(Protocol):
    """What lives and ends with the core."""

    @property
    def name(self) -> str:
        """Return what the trader knows it by."""

    def start(self) -> None:
        """Begin; what it raises is posted to the trader and keeps nothing else from starting."""

    def stop(self) -> None:
        """End; nothing of it is left running."""
