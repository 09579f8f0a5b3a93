# SPDX-License-Identifier: MIT
"""What can be set about the desk, with cautious defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """The desk's settings; times in seconds.

    Attributes: `sync_seconds` between account syncs; `max_quote_age` and `max_sync_age`, beyond which nothing is
    approved; `deviation_points`, how far a fill may be from the price asked, and how far the price may move between
    retries; `requote_retries`, further tries after a requote; `settle_seconds`, how long the broker's books must show
    no trace of an order before it counts as never executed; `max_pending`, intents waiting at once; `arming_seconds`,
    how long a LIVE account stays armed; `magic_base`, from which strategies' magic numbers are counted, and
    `magic_numbers`, those given by hand; `auto_approve_lots`, by strategy, up to which size its intents are approved
    without a person on SIMULATED and DEMO accounts (off where a strategy is not named); `cancel_on_halt`, whether HALT
    cancels the pending intents, and the desk's own orders that the broker has not filled yet.
    """

    sync_seconds: float = 1.0
    max_quote_age: float = 15.0
    max_sync_age: float = 5.0
    deviation_points: int = 20
    requote_retries: int = 2
    settle_seconds: float = 15.0
    max_pending: int = 200
    arming_seconds: float = 900.0
    magic_base: int = 770_000_000
    magic_numbers: Mapping[str, int] = field(default_factory=dict)
    auto_approve_lots: Mapping[str, float] = field(default_factory=dict)
    cancel_on_halt: bool = False
