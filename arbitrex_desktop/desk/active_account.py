# SPDX-License-Identifier: MIT
"""Keeping the desk on the account that is connected, and its journal usable."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Final

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.desk.account_desk import AccountDesk
from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import (
    CommandRefused,
    DeskError,
    JournalDamaged,
    JournalError,
    JournalOccupied,
    JournalUnavailable,
)
from arbitrex_desktop.desk.execution.action_log import ActionLog
from arbitrex_desktop.desk.execution.lost_exits import LostExits
from arbitrex_desktop.desk.execution.positions import PositionActions
from arbitrex_desktop.desk.intent_queue.shares import PendingShare
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.desk.journal.chain_watch import ChainWatch
from arbitrex_desktop.desk.journal.journal import JournalOpener
from arbitrex_desktop.desk.journal.reserve import ExitReserve, ReserveOpener
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.notices import NoticeBoard
from arbitrex_desktop.desk.presentation.rows import order_row, position_row
from arbitrex_desktop.desk.presentation.snapshot import OrderRow, PositionRow
from arbitrex_desktop.desk.risk.risk_client import under_broker_name
from arbitrex_desktop.mt5.results import AccountKey
from arbitrex_desktop.raw_layer.views import AccountReading

_log: Final = logging.getLogger(__name__)
_RETRY_SECONDS: Final = 5.0
_FIRST_CHECK_SECONDS: Final = 0.2
"""How long the start waits for the check of a journal: most are checked by then."""
_CHECK: Final = NoticeSubject.JOURNAL_CHECK.of()
_CHECKING: Final = "the journal is being checked; until that is done only exits are sent"


class ActiveAccount:
    """Holds the desk of the connected account, None before the first, and without a journal that can be used.

    `sending` is held by whatever sends or reconciles, so that one order at a time is on its way and no account is
    left while one is.  `follow` and `leave` run on the worker's thread, the rest may be called from any.
    """

    def __init__(
        self,
        context: DeskContext,
        notices: NoticeBoard,
        open_journal: JournalOpener,
        new_id: Callable[[], str],
        reserves: ReserveOpener | None = None,
    ) -> None:
        self.desk: AccountDesk | None = None
        self.sending = RLock()
        self._problem = ""
        self._context = context
        self._notices = notices
        self._open_journal = open_journal
        self._new_id = new_id
        self._reserves = reserves
        self._reserve: ExitReserve | None = None
        self._watch: ChainWatch | None = None
        self._exits: PositionActions | None = None
        self._next_try = -math.inf
        context.gate.journal = self._blocker

    @property
    def problem(self) -> str:
        """Return why nothing can be journalled, in words; empty when it can."""
        rest = "; positions can still be closed" if self.desk is not None or self._exits is not None else ""
        return f"{self._problem}{rest}" if self._problem else ""

    def follow(self) -> None:
        """Keep the journal watched, and open that of the account that is connected when it is another than before."""
        self._look()
        self._retry()
        reading = self._context.pool.latest_account()
        if reading is None or not self._context.pool.is_connected():
            return
        account = reading.account.key
        entered = self._context.gate.account if self.desk is not None else None
        if account == entered or not self._due():
            return
        with self.sending:
            if account != self._context.gate.account:
                self.leave()
            self._try_to_enter(account)

    def leave(self) -> None:
        """Close the desk of the account before; nothing can be sent until there is another."""
        self._context.gate.account = None
        self._context.gate.disarm()
        if self._watch is not None:
            self._watch.close()
        if self.desk is not None:
            self.desk.close()
        self.desk = self._watch = self._exits = self._reserve = None

    def position_actions(self) -> PositionActions:
        """Return what closes positions, which works without a journal, too; raise `CommandRefused` without account."""
        if self.desk is not None:
            return self.desk.positions
        if self._exits is not None:
            return self._exits
        raise CommandRefused(self._problem or "no account has been connected yet")

    def reconcile_actions(self) -> None:
        """See what became of orders on positions whose answers never came."""
        actions = self.desk.positions if self.desk is not None else self._exits
        reading = self._context.latest_account()
        if actions is not None and reading is not None:
            actions.unanswered.reconcile(reading)

    def position_rows(self, reading: AccountReading | None) -> tuple[PositionRow, ...]:
        """Return the open positions for the window."""
        if self.desk is not None and reading is not None:
            return self.desk.position_rows(reading)
        shown = reading.positions if reading is not None and self._exits is not None else ()
        return tuple(position_row(each, self._context.pool) for each in shown)

    def order_rows(self, reading: AccountReading | None) -> tuple[OrderRow, ...]:
        """Return the orders that wait at the broker, for the window."""
        if self.desk is not None and reading is not None:
            return self.desk.order_rows(reading)
        shown = reading.orders if reading is not None and self._exits is not None else ()
        return tuple(order_row(each, self._context.pool, "") for each in shown)

    def connected(self) -> AccountDesk:
        """Return the account's desk; raise `CommandRefused` without one."""
        desk = self.desk
        if desk is None:
            raise CommandRefused(self._problem or "no account has been connected yet")
        return desk

    def submit(self, request: IntentRequest, shares: tuple[PendingShare, ...]) -> str:
        """Take an intent in and return its id; one that cannot be journalled, and is an exit, is not lost for that."""
        try:
            if self.desk is None and self._problem:
                raise JournalUnavailable(self._problem)
            with self.journal_session() as desk:
                return desk.submit(request, shares).intent_id
        except JournalError as error:
            with self.sending:
                self._lost_exits.take(under_broker_name(self._context.pool, request), error)
            raise

    @property
    def _lost_exits(self) -> LostExits:
        """What becomes of exits that cannot be journalled; without a desk nobody knows who opened what."""
        policy = self.desk.policy if self.desk is not None else None
        return LostExits(self.position_actions(), policy, self._context)

    @contextmanager
    def journal_session(self) -> Iterator[AccountDesk]:
        """Give the account's desk for work that is journalled, and remember what is wrong with the journal."""
        desk = self.connected()
        try:
            yield desk
        except JournalError as error:
            self.report_error(error)
            raise
        if self._problem and not (self._reserve is not None and self._reserve.waiting):
            self._problem = ""
            self._notices.resolve(NoticeSubject.JOURNAL.of(), "the journal can be written again")

    def report_error(self, error: JournalError) -> None:
        """Show what is wrong with the journal."""
        self._problem = str(error)
        remedy = "it can be written"
        if isinstance(error, JournalDamaged):
            remedy = "it is set aside: close this window and see 'A damaged journal' in the help"
        allowed = "nothing is sent" if isinstance(error, JournalOccupied) else "only exits are sent"
        self._notices.post("error", NoticeSubject.JOURNAL.of(), f"{error}; {allowed} until {remedy}")

    def _try_to_enter(self, account: AccountKey) -> None:
        """Open an account's journal and desk; where the journal cannot be used, what is open can be closed at least."""
        if self._reserve is None and self._reserves is not None:
            self._reserve = self._reserves(*account)
        try:
            self.desk = self._enter(*account)
        except JournalError as error:
            self.report_error(error)
            if isinstance(error, JournalOccupied):
                self.leave()
            elif self._exits is None:
                self._context.gate.account = account
                self._exits = PositionActions(ActionLog(None, self._context, self._reserve), self._context)
            return
        self._exits = None
        self._context.gate.account = account
        self._problem = ""
        self._notices.resolve(NoticeSubject.JOURNAL.of(), "the journal is open again")

    def _enter(self, server: str, login: int) -> AccountDesk:
        """Open an account's journal and the desk on it."""
        journal = self._open_journal(server, login)
        try:
            if self._reserve is not None and self._reserve.waiting:
                self._say_taken_over(self._reserve.hand_over(journal))
            desk = AccountDesk(journal, self._context, self._new_id, self._reserve)
        except DeskError:
            journal.close()
            raise
        except Exception as error:
            journal.close()
            # Whatever somebody did to its events, what is open can be closed.
            _log.warning("the journal's events cannot be read: %r", error)
            message = f"its events cannot be read: {error_text(error)}"
            raise JournalDamaged(f"the journal {journal.path.name} is not whole: {message}") from error
        except BaseException:
            journal.close()
            raise
        self._watch = ChainWatch(journal, self._context.clock)
        if not journal.whole:
            self._watch.wait(_FIRST_CHECK_SECONDS)
        return desk

    def _blocker(self) -> str:
        """Return why nothing that adds risk may leave, as far as the journal is concerned."""
        watch = self._watch
        return self._problem or (watch.blocker if watch is not None else "")

    def _look(self) -> None:
        """Look after the open journal, its files and the check of its chain, and take the reserve's room."""
        if self._reserve is not None:
            self._reserve.prepare()
        if self._watch is None:
            return
        self._watch.step()
        if self._watch.trouble is not None:
            self.report_error(self._watch.trouble)
        elif self._watch.blocker:
            self._notices.post("warning", _CHECK, _CHECKING)
        else:
            self._notices.resolve(_CHECK, "the journal was checked and is whole")

    def _retry(self) -> None:
        """Try from time to time whether a journal that failed can be written again, and hand the reserve over."""
        waiting = self._reserve is not None and self._reserve.waiting
        if self.desk is None or not (self._problem or waiting) or not self._due():
            return
        with self.journal_session() as desk:
            if self._problem:
                desk.book.note(EventKind.OPENED, reason="the journal could not be written for a while")
            if self._reserve is not None and waiting:
                self._say_taken_over(desk.book.take_over(self._reserve))

    def _say_taken_over(self, events: int) -> None:
        """Tell that the journal has what the reserve kept."""
        self._notices.resolve(NoticeSubject.JOURNAL_RESERVE.of())
        self._notices.post(
            "info", NoticeSubject.JOURNAL_RESERVE.of(), f"the journal took over {events} entries from the reserve"
        )

    def _due(self) -> bool:
        """Return whether it is time to try the journal, at most every five seconds."""
        now = self._context.clock.monotonic()
        if now < self._next_try:
            return False
        self._next_try = now + _RETRY_SECONDS
        return True
