# SPDX-License-Identifier: MIT
"""What the window says of the trading state between the trader's HALT and the core's word of it."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.bars.status import HALTED, ShownTradingState, shown_state
from arbitrex_desktop.ui.freshness import Freshness

UNCONFIRMED_S: Final = 5.0
"""Seconds after which a halt that the core does not confirm is reported."""


class HaltWatch:
    """Shows HALTED from the moment of the HALT on, although the snapshots under way were taken before it."""

    def __init__(self) -> None:
        self._asked_at: float | None = None
        self._reason = ""

    def asked(self, reason: str, monotonic: float) -> None:
        """Note that the core took a HALT at a moment of the window's clock."""
        self._asked_at, self._reason = monotonic, reason

    def state(self, fresh: Freshness) -> ShownTradingState:
        """Return what to show; a snapshot that says HALTED confirms, and from then on snapshots are believed."""
        risk = fresh.snapshot.risk if fresh.snapshot else None
        if risk is not None and risk.trading_state == HALTED:
            self._asked_at = None
        if self._asked_at is not None:
            return ShownTradingState(HALTED, self._reason, unconfirmed=True)
        if risk is None:
            return ShownTradingState(_("NOT SYNCED"))
        return shown_state(risk)

    def overdue(self, fresh: Freshness) -> bool:
        """Return whether the core should have confirmed by now."""
        return self._asked_at is not None and fresh.monotonic - self._asked_at > UNCONFIRMED_S
