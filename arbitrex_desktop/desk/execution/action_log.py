# SPDX-License-Identifier: MIT
"""Where orders on positions are written down before they leave: the journal, or for an exit the reserve."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import JournalError, JournalUnavailable
from arbitrex_desktop.desk.execution.action_outcomes import SentAction
from arbitrex_desktop.desk.intent_queue.intent_store import DESK, IntentStore
from arbitrex_desktop.desk.intents.events import Event, EventKind, NewEvent
from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.desk.journal.reserve import ExitReserve
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.mt5.constants import DealEntry
from arbitrex_desktop.mt5.results import TradeDeal

_log: Final = logging.getLogger(__name__)


class ActionLog:
    """Writes down what is done to positions and orders.  Safe from any thread.

    An order that adds risk leaves only when the journal has it.  An exit leaves whatever becomes of the disk: what the
    journal cannot take is kept in the reserve until it can.  `store` None where there is no usable journal at all.
    """

    def __init__(self, store: IntentStore | None, context: DeskContext, reserve: ExitReserve | None) -> None:
        self._store = store
        self._context = context
        self._reserve = reserve

    @property
    def book(self) -> IntentStore:
        """Return the intents; raise `JournalUnavailable` where there is no journal."""
        if self._store is None:
            raise JournalUnavailable("this needs the journal, which cannot be used")
        return self._store

    def note(
        self,
        kind: EventKind,
        *,
        actor: str = DESK,
        reason: str,
        symbol: str = "",
        ticket: int,
        body: Mapping[str, Any] | None = None,
        is_exit: bool = True,
    ) -> None:
        """Write an event down; raises `JournalError` unless it is one of an exit."""
        more: dict[str, Any] = {"symbol": symbol, "ticket": ticket, "body": dict(body or {})}
        try:
            if self._store is not None or not is_exit:
                self.book.note(kind, actor=actor, reason=reason, **more)
                return
        except JournalError as error:
            self._context.journal_failed(error)
            if not is_exit:
                raise
        self._keep(NewEvent(at=self._context.clock.now(), kind=kind, actor=actor, reason=reason, **more))

    def end(self, action: SentAction, reason: str, *, symbol: str = "", order: int = 0, lots: float = 0.0) -> None:
        """Write down how an order on a position or a pending order ended: `order` and `lots`, what a close took."""
        body = {"of": action.name, "order": order, "lots": lots}
        self.note(EventKind.ACTION_ENDED, reason=reason, symbol=symbol, ticket=action.ticket, body=body)

    def owner_of_exit(self, deal: TradeDeal) -> str:
        """Return the intent whose own order took from a position; empty for none, or without a journal to know it."""
        if self._store is None:
            return ""
        marked = marked_intent(deal.comment)
        # What closes a position may repeat the comment of the intent that opened it.
        known = bool(marked) and self._store.has_left(marked)
        if known and (deal.entry == DealEntry.INOUT or self._store.get(marked).reduces):
            return marked
        filled = (
            each.intent_id for each in self._store.intents() if each.fill is not None and each.fill.order == deal.order
        )
        return next(filled, "") or self._store.owner_of(deal.order, "")

    def closing_orders(self, position: int) -> frozenset[int]:
        """Return the broker's orders that are known to have carried out closes of a position."""
        waiting = self._reserve.events() if self._reserve is not None and self._reserve.waiting else ()
        orders = (each.body.get("order") for each in waiting if each.ticket == position)
        kept = frozenset(order for order in orders if order)
        return kept if self._store is None else kept | self._store.journal.closing_orders(position)

    def unended_actions(self) -> tuple[Event, ...]:
        """Return the orders whose end was never journalled, oldest first."""
        return self._store.journal.unended_actions() if self._store is not None else ()

    def _keep(self, draft: NewEvent) -> None:
        """Keep an event of an exit in the reserve; the exit goes on also where that cannot be done."""
        try:
            if self._reserve is None:
                raise JournalUnavailable("this desk has no reserve")
            self._reserve.write(draft)
            message = "written to the reserve; the journal takes it over once it can be written"
        except JournalError as error:
            message = f"NOT written down anywhere: {error}"
            _log.exception("an exit could not be written down")
        self._context.post("warning", NoticeSubject.JOURNAL_RESERVE.of(), f"{draft.reason}: {message}")
