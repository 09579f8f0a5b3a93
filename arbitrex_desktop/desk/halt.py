# SPDX-License-Identifier: MIT
"""Whether trading is halted: the one place that is asked, by the gate, by the window and by the desk's own policies."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Final

from arbitrex_desktop.desk.journal.halt_note import HaltNote
from arbitrex_desktop.desk.risk.risk_client import RiskClient

HALTED_ANEW: Final = "trading was halted again meanwhile, and stays so; resume once more if it is to go on"


@dataclass(frozen=True, slots=True, eq=False)
class Engaged:
    """One act of halting, for a reason; another for the same reason is another."""

    reason: str


class TradingHalt:
    """Trading is halted by the trader, or by a limit of the risk manager, until it is resumed manually.

    `engage` counts from the moment it returns and waits for nothing, whatever risk manager and disk are busy with; the
    risk manager's own state and the note make the halt outlive the program, and are written afterwards.  Safe from
    any thread.
    """

    def __init__(self, risk: RiskClient, note: HaltNote | None = None) -> None:
        self._risk = risk
        self._note = note
        self._engaged: Engaged | None = None
        self._lock = Lock()

    @property
    def reason(self) -> str | None:
        """Why trading is halted, None while it is not."""
        engaged, rpm = self._engaged, self._risk.rpm
        if engaged is not None:
            return engaged.reason
        if rpm is None or not rpm.portfolio_state.trading_halted:
            return None
        return rpm.portfolio_state.halt_reason or "no reason was given"

    def engage(self, reason: str) -> None:
        """Halt trading at once."""
        with self._lock:
            self._engaged = Engaged(reason or "halted manually")

    @property
    def engaged(self) -> Engaged | None:
        """What the trader, and no limit, has halted it with last; None while nobody has."""
        return self._engaged

    def read_note(self) -> str:
        """Return why trading was halted when the program ended, empty if it was not; raise `DeskError`."""
        return self._note.prepare() if self._note is not None else ""

    def write_note(self) -> None:
        """Have the halt outlive the program also on a full disk, unless it was lifted meanwhile; raise `DeskError`."""
        engaged = self._engaged
        if self._note is not None and engaged is not None:
            self._note.write(engaged.reason)

    def latch(self) -> None:
        """Have the risk manager halt too, unless the halt was lifted meanwhile."""
        engaged, rpm = self._engaged, self._risk.rpm
        if engaged is not None and rpm is not None:
            rpm.kill_switches.manual_halt(rpm.portfolio_state, engaged.reason)

    def clear_note(self) -> None:
        """Note that trading goes on; raise `DeskError`."""
        if self._note is not None:
            self._note.clear()

    def lift(self, reason: str, seen: Engaged | None) -> None:
        """Let trading go on, unless it was halted anew since `seen` was what it was halted with."""
        with self._lock:
            if self._engaged is not seen:
                return
            self._engaged = None
        if self._risk.rpm is not None:
            self._risk.rpm.kill_switches.manual_resume(self._risk.rpm.portfolio_state, reason)
