# SPDX-License-Identifier: MIT
"""The market as a strategy sees it."""

from __future__ import annotations

from enum import StrEnum


class Regime(StrEnum):
    """The market's mood, calm first."""

    TRENDING = "TRENDING"
    RANGING = "RANGING"
    VOLATILE = "VOLATILE"
    STRESSED = "STRESSED"
    CRISIS = "CRISIS"
