# SPDX-License-Identifier: MIT
"""The desk of one account: its book, and what acts on it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused, JournalError
from arbitrex_desktop.desk.execution.action_log import ActionLog
from arbitrex_desktop.desk.execution.executor import Executor
from arbitrex_desktop.desk.execution.exit_rules import ExitRuleRunner
from arbitrex_desktop.desk.execution.missing import MissingTrades
from arbitrex_desktop.desk.execution.pairs import OrderPairs
from arbitrex_desktop.desk.execution.positions import PositionActions
from arbitrex_desktop.desk.execution.recovery import Recovery
from arbitrex_desktop.desk.execution.unjournalled import UnjournalledTrades
from arbitrex_desktop.desk.intent_queue.intent_store import IntentStore
from arbitrex_desktop.desk.intent_queue.kept_exits import KeptExits
from arbitrex_desktop.desk.intent_queue.pending import PendingQueue, in_flight_names
from arbitrex_desktop.desk.intent_queue.policy import ApprovalPolicy
from arbitrex_desktop.desk.intent_queue.shares import PendingShare
from arbitrex_desktop.desk.intents.events import Event, EventKind, Intent, RiskAnswer, to_body
from arbitrex_desktop.desk.intents.intent import ENDED, TRADER, IntentRequest, IntentState, SeenTrade
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.journal.reserve import ExitReserve
from arbitrex_desktop.desk.presentation.closing import closing_text
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.order_notices import order_notice
from arbitrex_desktop.desk.presentation.rows import (
    OwnerCache,
    digits_of,
    intent_row,
    money_digits_of,
    order_row,
    position_row,
)
from arbitrex_desktop.desk.presentation.snapshot import IntentRow, OrderRow, PositionRow
from arbitrex_desktop.desk.risk.risk_client import under_broker_name
from arbitrex_desktop.mt5.results import TradePosition
from arbitrex_desktop.raw_layer.views import AccountReading

POLICY: Final = "policy"
_REPOSTED_SPAN: Final = timedelta(days=1)
_UNDONE: Final = frozenset({IntentState.REJECTED, IntentState.EXPIRED, IntentState.CANCELLED, IntentState.FAILED})


class AccountDesk:
    """Everything that the desk knows and does for one account.

    `submit`, `reject` and the rows may be asked for from any thread; what sends or reconciles runs one at a time,
    which the core sees to.
    """

    def __init__(
        self, journal: Journal, context: DeskContext, new_id: Callable[[], str], reserve: ExitReserve | None = None
    ) -> None:
        self._context = context
        self._journal = journal
        self.book = IntentStore(journal, context.clock, new_id, KeptExits(reserve, self._report_reserve))
        self.book.listeners.append(self._follow)
        self.pending = PendingQueue(self.book, context)
        self.policy = ApprovalPolicy(self.book, self.pending, context)
        self.executor = Executor(self.book, context)
        self.positions = PositionActions(ActionLog(self.book, context, reserve), context)
        self.recovery = Recovery(self.book, context, self.positions.unanswered)
        self.unjournalled = UnjournalledTrades(self.book, context, self.positions.unanswered)
        self.missing = MissingTrades(self.book, context)
        self.pairs = OrderPairs(self.book, context, self.positions)
        self.exit_rules = ExitRuleRunner(self.book, context, self.positions)
        self._owners = OwnerCache(self.book.owner_of)
        self._rows: dict[str, tuple[int, IntentRow]] = {}
        self._confirmed: list[str] = []
        self.recovery.settle_interrupted()
        self.positions.unanswered.resume()
        self._repost_notices()

    def submit(self, request: IntentRequest, shares: tuple[PendingShare, ...] = ()) -> Intent:
        """Take an intent in and have it judged; without `shares`, as many of its source's as may wait in all."""
        risk, request = self._context.risk, under_broker_name(self._context.pool, request)
        instead_of = in_flight_names(self.pairs.check(request))
        capacity = self._context.settings.max_pending
        return self.book.receive(
            request, lambda intent_id: risk.judge(request, intent_id, instead_of), capacity, shares
        )

    def approve(self, intent_id: str, actor: str, sync: Callable[[], bool], seen: SeenTrade | None) -> Intent:
        """Judge the intent by the price and account of now and send it; raise `CommandRefused` if it may not live."""
        intent = self.book.get(intent_id)
        if intent.state is not IntentState.PENDING:
            raise CommandRefused(f"the intent is {intent.state}; only a pending one is approved")
        if self._context.pool.is_connected() and not sync():
            raise CommandRefused("the account could not be read just now, so nothing was sent")
        if self.unjournalled.executed(intent_id):
            raise CommandRefused("the broker has executed it already, and the journal has lost that: take it in first")
        self._reconcile_before(intent)
        blocking_reason = self.pending.blocking_reason(intent)
        if blocking_reason:
            raise CommandRefused(blocking_reason)
        answer = self.pending.reevaluate_for_approval(intent, seen)
        differences = self.pending.differences(intent, answer)
        intent = self.book.record(
            intent,
            EventKind.APPROVED,
            actor=actor,
            reason=f"as things are now: {differences}" if differences else "",
            state=IntentState.APPROVED,
            body=to_body(judgement=answer),
        )
        return self.executor.send(intent)

    def _reconcile_before(self, intent: Intent) -> None:
        """See what became of the orders before; no exit waits for that to be written down."""
        current = self.pending.current(intent)
        try:
            self.recovery.reconcile()
        except JournalError as error:
            if current is None or not current.reducing:
                raise
            self._context.journal_failed(error)

    def _repost_notices(self) -> None:
        """Tell once more, with their times, the outcomes of the last day that need the trader's eyes."""
        for event in self.book.journal.troubles(self._context.clock.now() - _REPOSTED_SPAN):
            intent = self.book.get(event.intent_id)
            # What the trader decided himself, and what has become another thing since, is over.
            if intent.state is not event.new_state or event.actor == TRADER:
                continue
            notice = order_notice(intent, event, digits_of(self._context.pool, intent.request.symbol))
            if notice is not None:
                self._context.post(notice.level, notice.topic, notice.text, at=event.at)

    def _report_reserve(self, error: JournalError, message: str) -> None:
        """Tell that the journal failed, and that an exit goes on."""
        self._context.journal_failed(error)
        self._context.post("warning", NoticeSubject.JOURNAL_RESERVE.of(), message)

    def reject(self, intent_id: str, actor: str, reason: str) -> None:
        """End a pending intent by the trader's will."""
        intent = self.book.get(intent_id)
        if intent.state is not IntentState.PENDING:
            raise CommandRefused(f"the intent is {intent.state}; only a pending one is rejected")
        self.book.record(intent, EventKind.REJECTED, actor=actor, reason=reason, state=IntentState.REJECTED)

    def cancel(self, intent_id: str, actor: str) -> None:
        """Let the sender of an intent withdraw it while it waits, or cancel its order while that rests."""
        intent = self.book.get(intent_id)
        if intent.state is IntentState.PLACED and intent.fill is not None:
            self.positions.cancel(intent.fill.order, actor=actor, reason=f"withdrawn by {actor}")
            return
        if intent.state is not IntentState.PENDING:
            raise CommandRefused(f"the intent is {intent.state}; only a pending one is withdrawn")
        self.book.record(intent, EventKind.CANCELLED, actor=actor, reason="withdrawn", state=IntentState.CANCELLED)

    def cancel_all(self, reason: str) -> None:
        """Cancel every pending intent, and every order of this desk that the broker has not filled yet."""
        self.pending.cancel_all(reason)
        reading = self._context.latest_account()
        for order in reading.orders if reading is not None else ():
            if self.book.owner_of(order.ticket, order.comment):
                with suppress(CommandRefused):
                    self.positions.cancel(order.ticket)

    def settle(self, sync: Callable[[], bool]) -> None:
        """Bring orders of unknown fate to an end, and do what pairs and exit rules ask for."""
        self.recovery.settle_interrupted()
        self.recovery.reconcile()
        self.pairs.enforce()
        self.settle_confirmed(sync)
        self._warn_of_others()
        reading = self._context.latest_account()
        if reading is not None and self.exit_rules.act(reading):
            sync()

    def _warn_of_others(self) -> None:
        """Warn when another program of this computer trades the account."""
        rpm = self._context.risk.rpm
        message = "" if rpm is None else rpm.get_mt5_sync_stats().get("account_traded_by_others", "")
        if message:
            self._context.post("warning", NoticeSubject.SHARED_ACCOUNT.of(), str(message))

    def settle_confirmed(self, sync: Callable[[], bool]) -> None:
        """Let the RPM forget the reservations of trades that the broker's books have confirmed.

        What is open counts as a position from the sync on; what was closed again in between would count as open until
        its reservation runs out.
        """
        rpm = self._context.risk.rpm
        if rpm is None or not self._confirmed or not sync():
            return
        while self._confirmed:
            rpm.release_intent(self._confirmed.pop())

    @property
    def has_more_to_do(self) -> bool:
        """Whether there may be intents to be judged again, or approved by a policy, whose turn has not come yet."""
        return self.pending.is_judging or self.policy.busy

    def intent_rows(self) -> tuple[IntentRow, ...]:
        """Return the intents for the window, newest first; those that ended are made once."""
        rows = {intent.intent_id: (intent.seq, self._row(intent)) for intent in self.book.intents()}
        self._rows = rows
        return tuple(row for _, row in rows.values())

    def position_rows(self, reading: AccountReading) -> tuple[PositionRow, ...]:
        """Return the open positions for the window."""
        pool = self._context.pool
        return tuple(
            position_row(
                each, pool, self._intent_of(each), self.exit_rules.text(each.ticket, digits_of(pool, each.symbol))
            )
            for each in reading.positions
        )

    def _intent_of(self, position: TradePosition) -> Intent | None:
        """Return the intent that a position came from, None for one that does not come from here."""
        owner = self._owners.owner(position)
        return self.book.get(owner) if owner else None

    def order_rows(self, reading: AccountReading) -> tuple[OrderRow, ...]:
        """Return the orders that wait at the broker, for the window."""
        pool = self._context.pool
        return tuple(order_row(each, pool, self._owners.owner(each)) for each in reading.orders)

    def closing(self, request: IntentRequest, judgement: RiskAnswer | None) -> str:
        """Return in words which position a trade closes, empty for one that closes none."""
        own = judgement is None or judgement.closes is None or self.policy.opened_by(judgement.closes, request.source)
        return closing_text(request, judgement, self._context.pool.latest_account(), own=own)

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def _follow(self, intent: Intent, event: Event) -> None:
        """Release trades that will not happen at the RPM, post ends to the trader, and announce everything."""
        rpm = self._context.risk.rpm
        if rpm is not None and intent.state in _UNDONE:
            rpm.release_intent(intent.intent_id)
        if event.kind is EventKind.CONFIRMED:
            self._confirmed.append(intent.intent_id)
        notice = order_notice(intent, event, digits_of(self._context.pool, intent.request.symbol))
        if notice is not None:
            self._context.post(notice.level, notice.topic, notice.text, replace=notice.replaces)
        self._context.announce(intent, event)

    def _row(self, intent: Intent) -> IntentRow:
        """Return an intent's row, the one made before when nothing changed."""
        known = self._rows.get(intent.intent_id)
        if known is not None and known[0] == intent.seq and intent.state in ENDED:
            return known[1]
        digits = digits_of(self._context.pool, intent.request.symbol)
        self._context.awaited.give_way()
        current = self.pending.current(intent)
        closing = self.closing(intent.request, current)
        return intent_row(
            intent,
            current,
            self.pending.blocker(intent),
            digits,
            closing=closing,
            changed=self.pending.changes(intent),
            escalation=self.pending.escalation(intent),
            money_digits=money_digits_of(self._context.pool),
        )
