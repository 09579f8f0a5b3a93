# SPDX-License-Identifier: MIT
"""Keeping the desk on the account that is connected, and its journal usable."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Final

from arbitrex_desktop.desk.account_desk import AccountDesk
from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused, JournalDamaged, JournalError
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.journal.journal import JournalOpener
from arbitrex_desktop.desk.presentation.notices import NoticeBoard

_RETRY_SECONDS: Final = 5.0


class ActiveAccount:
    """Holds the desk of the connected account, None before the first.

    `sending` is held by whatever sends or reconciles, so that one order at a time is on its way and no account is
    left while one is.  `follow` runs on the worker's thread, the rest may be called from any.
    """

    def __init__(
        self, context: DeskContext, notices: NoticeBoard, open_journal: JournalOpener, new_id: Callable[[], str]
    ) -> None:
        self.desk: AccountDesk | None = None
        self.problem = ""
        self.sending = RLock()
        self._context = context
        self._notices = notices
        self._open_journal = open_journal
        self._new_id = new_id
        self._next_try = -math.inf

    def follow(self) -> None:
        """Open the journal of the account that is connected, when it is another one than before."""
        self._retry()
        reading = self._context.pool.latest_account()
        if reading is None or not self._context.pool.is_connected():
            return
        account = (reading.account.server, reading.account.login)
        if account == self._context.gate.account or not self._due():
            return
        with self.sending:
            self.leave()
            try:
                self.desk = self._enter(*account)
            except JournalError as error:
                self.report_error(error)
                return
            self._context.gate.account = account
        self.problem = ""
        self._notices.resolve("journal", "the journal is open again")

    def leave(self) -> None:
        """Close the desk of the account before; nothing can be sent until there is another."""
        self._context.gate.account = None
        self._context.gate.disarm()
        if self.desk is not None:
            self.desk.close()
        self.desk = None

    def connected(self) -> AccountDesk:
        """Return the account's desk; raise `CommandRefused` without one."""
        desk = self.desk
        if desk is None:
            raise CommandRefused(self.problem or "no account has been connected yet")
        return desk

    @contextmanager
    def journal_session(self) -> Iterator[AccountDesk]:
        """Give the account's desk for work that is journalled, and remember what is wrong with the journal."""
        desk = self.connected()
        try:
            yield desk
        except JournalError as error:
            self.report_error(error)
            raise
        if self.problem:
            self.problem = ""
            self._notices.resolve("journal", "the journal can be written again")

    def report_error(self, error: JournalError) -> None:
        """Show what is wrong with the journal."""
        self.problem = str(error)
        remedy = "it can be written"
        if isinstance(error, JournalDamaged):
            remedy = "it is set aside: close this window and see 'A damaged journal' in the help"
        self._notices.post("error", "journal", f"{error}; nothing is sent until {remedy}")

    def _enter(self, server: str, login: int) -> AccountDesk:
        """Open an account's journal and the desk on it."""
        journal = self._open_journal(server, login)
        try:
            return AccountDesk(journal, self._context, self._new_id)
        except BaseException:
            journal.close()
            raise

    def _retry(self) -> None:
        """Try from time to time whether a journal that failed can be written again."""
        if self.desk is not None and self.problem and self._due():
            with self.journal_session() as desk:
                desk.book.note(EventKind.OPENED, reason="the journal could not be written for a while")

    def _due(self) -> bool:
        """Tell whether it is time to try the journal, at most every five seconds."""
        now = self._context.clock.monotonic()
        if now < self._next_try:
            return False
        self._next_try = now + _RETRY_SECONDS
        return True
