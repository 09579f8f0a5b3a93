# SPDX-License-Identifier: MIT
"""Kill switches in the trader's hand: one that a person has set is lifted here; a limit's only ends by resuming."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.desk.active_account import ActiveAccount
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import TRADER
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.notices import NoticeBoard
from arbitrex_desktop.desk.presentation.rows import switch_row
from arbitrex_desktop.desk.presentation.snapshot import SwitchRow
from arbitrex_desktop.desk.risk.risk_client import RiskClient

NO_REASON: Final = "say why trading may go on; it is written to the journal"
_TOPIC: Final = NoticeSubject.KILL_SWITCH.of()


class SwitchDesk:
    """Lifts kill switches, each in the journal before it takes effect.  Worker thread."""

    def __init__(self, accounts: ActiveAccount, risk: RiskClient, notices: NoticeBoard) -> None:
        self._accounts = accounts
        self._risk = risk
        self._notices = notices

    def lift(self, seen: SwitchRow, reason: str) -> None:
        """Lift a switch as the trader saw it; the reason may not be empty.

        Raises `CommandRefused` when there is no reason, when a limit has set the switch, or when it is not the one
        that was seen any more; `JournalError` when it cannot be journalled, and then it stays.
        """
        rpm = self._risk.rpm
        if not reason.strip():
            raise CommandRefused(NO_REASON)
        if seen.by_limit:
            raise CommandRefused("a limit has set this kill switch: Resume lifts it")
        if rpm is None or seen not in map(switch_row, rpm.kill_switches.active()):
            raise CommandRefused("this kill switch was lifted or set again meanwhile")
        what = f"{seen.action} of {seen.scope}: {seen.reason}"
        with self._accounts.journal_session() as desk:
            desk.book.note(EventKind.SWITCH_LIFTED, actor=TRADER, reason=f"{reason} ({what})")
        rpm.kill_switches.lift(seen.level, seen.name, reason)
        self._notices.post("info", _TOPIC, f"kill switch lifted: {what}; {reason}")
