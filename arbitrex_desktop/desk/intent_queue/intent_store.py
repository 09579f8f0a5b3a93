# SPDX-License-Identifier: MIT
"""The intents of one account: in the journal first, then in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, takewhile
from threading import RLock
from typing import Any, Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.errors import CommandRefused, JournalError, UnknownIntent
from arbitrex_desktop.desk.intent_queue.commit_queue import CommitQueue, JournalChange
from arbitrex_desktop.desk.intent_queue.kept_exits import KeptExits
from arbitrex_desktop.desk.intent_queue.shares import PendingShare
from arbitrex_desktop.desk.intents.events import (
    Event,
    EventKind,
    Fill,
    Intent,
    NewEvent,
    RiskAnswer,
    apply,
    journalled,
    to_body,
)
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.journal.reserve import ExitReserve

_log: Final = logging.getLogger(__name__)
Listener = Callable[[Intent, Event], None]
KEPT: Final = 500
"""How many ended intents stay in memory; the journal has them all."""
DESK: Final = "desk"
_LONGEST_LIFE: Final = 7 * 86_400.0


class IntentStore:
    """Intents and their events.  Safe from any thread; each change is one journalled step.

    An intent changes only if it is still in the state that the caller saw, so that two approvals at once cannot
    both succeed: the second raises `CommandRefused`.  Raises `JournalError`, and then nothing changed.  An approved
    exit goes on all the same: `kept` has the events that the journal could not take.
    """

    def __init__(
        self, journal: Journal, clock: Clock, new_id: Callable[[], str], kept: KeptExits | None = None
    ) -> None:
        self.journal = journal
        self._kept = kept or KeptExits(None, lambda _error, _words: None)
        self._clock = clock
        self._new_id = new_id
        self._lock = RLock()
        self._intents: dict[str, Intent] = {}
        self._order: dict[str, None] = {}
        # A flood of pending intents must not make every question about them slow.
        self._by_state: dict[IntentState, dict[str, None]] = {state: {} for state in IntentState}
        self._judging: set[str] = set()
        self._coming: dict[str, str] = {}
        self._commits = CommitQueue(self._commit)
        self._seq = 0
        self.listeners: list[Listener] = []
        self._load()

    def get(self, intent_id: str) -> Intent:
        """Return an intent; raise `UnknownIntent`."""
        with self._lock:
            return self._intents.get(intent_id) or self._read(intent_id)

    def partner(self, intent: Intent) -> Intent | None:
        """Return the other leg of a pair of which the first one filled cancels the other; None without a pair."""
        if not intent.request.rests:
            return None
        named = intent.request.oco_with
        if named:
            return self.get(named)
        return next((each for each in self.intents() if each.request.oco_with == intent.intent_id), None)

    def intents(self) -> tuple[Intent, ...]:
        """Return all intents in memory, newest first."""
        with self._lock:
            return tuple(self._intents[intent_id] for intent_id in reversed(self._order))

    def in_state(self, *states: IntentState) -> tuple[Intent, ...]:
        """Return the intents that are in one of the states, by state, and by when they came to it."""
        with self._lock:
            return tuple(self._intents[each] for state in states for each in self._by_state[state])

    def changed_since(self, moment: datetime, *states: IntentState) -> tuple[Intent, ...]:
        """Return the intents that came to one of the states after a moment (UTC), newest first."""
        with self._lock:
            newest = (
                takewhile(lambda each: each.changed_at >= moment, map(self._intents.__getitem__, reversed(ids)))
                for ids in (self._by_state[state] for state in states)
            )
            return tuple(chain.from_iterable(newest))

    def receive(
        self,
        request: IntentRequest,
        judge: Callable[[str], RiskAnswer],
        capacity: int,
        shares: Collection[PendingShare] = (),
    ) -> Intent:
        """Take an intent in with the RPM's first answer; one known by its client id is given back as it stands.

        Raises `CommandRefused` when one of the sender's `shares` of the pending queue is full; without any, when
        `capacity` intents of its source wait.
        """
        known, taken = list[Intent](), list[str]()

        def prepare() -> tuple[NewEvent, ...]:
            found = self.journal.find_client(request.source, request.client_id) if request.client_id else None
            if found is not None:
                known.append(self.get(found))
                return ()
            self._check_room(shares or (PendingShare("", capacity, lambda source: source == request.source),))
            if not taken:
                taken.append(self._free_id())
            self._judging.update(taken)
            return (self._received(taken[0], request),)

        try:
            self._journal(prepare, request.source)
            # The RPM and the terminal are asked outside of the lock: a hung terminal must not hold the desk.
            return known[0] if known else self._judged(taken[0], judge(taken[0]))
        finally:
            self._judging.difference_update(taken)

    def _received(self, intent_id: str, request: IntentRequest) -> NewEvent:
        """Return the event of an intent that came in."""
        # In this order: what is no number comes out as the second.
        life = min(max(1.0, request.time_to_live), _LONGEST_LIFE)
        self._coming[intent_id] = request.source
        draft = self._draft(intent_id, request, EventKind.RECEIVED, actor=request.source)
        body = to_body(request=request, expires_at=draft.at + timedelta(seconds=life))
        return replace(draft, new_state=IntentState.RECEIVED, body=body)

    def _check_room(self, shares: Collection[PendingShare]) -> None:
        """Raise `CommandRefused` when a share of the pending queue is full."""
        waiting = [each.request.source for each in self.in_state(IntentState.PENDING, IntentState.RECEIVED)]
        waiting += self._coming.values()
        for share in shares:
            if sum(1 for source in waiting if share.covers(source)) >= share.capacity:
                whose = f" of {share.whose}" if share.whose else ""
                raise CommandRefused(f"{share.capacity} intents{whose} are waiting already; decide some first")

    def has_left(self, intent_id: str) -> bool:
        """Return whether an intent is known, and known to have left for the broker."""
        with self._lock:
            known = self._intents.get(intent_id)
        if known is not None:
            return known.attempt is not None or known.fill is not None
        return self.journal.has_left(intent_id)

    def unjudged(self) -> tuple[Intent, ...]:
        """Return the intents whose judgement was lost on the way: nobody is working on it any more."""
        with self._lock:
            return tuple(each for each in self.in_state(IntentState.RECEIVED) if each.intent_id not in self._judging)

    def record(
        self,
        intent: Intent,
        kind: EventKind,
        *,
        actor: str = DESK,
        reason: str = "",
        state: IntentState | None = None,
        ticket: int | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Intent:
        """Journal an event of an intent and apply it; `state` None leaves the state as it is.

        Raises `CommandRefused` when the intent is no longer in the state that the caller saw.
        """
        draft = self._draft(intent.intent_id, intent.request, kind, actor=actor)
        draft = replace(draft, reason=reason, old_state=intent.state, new_state=state or intent.state, ticket=ticket)
        draft = replace(draft, body=dict(body or {}))

        def prepare() -> tuple[NewEvent, ...]:
            current = self.get(intent.intent_id)
            if current.state is not intent.state:
                raise CommandRefused(f"the intent is {current.state} by now")
            apply(current, journalled(draft, 0))
            return (draft,)

        try:
            if cause := self._kept.cause(intent.intent_id):
                raise cause
            return self._journal(prepare, intent.request.source)[0]
        except JournalError as error:
            if not apply(intent, journalled(draft, intent.seq)).reduces:
                raise
            return self._keep(prepare, error)

    def _keep(self, prepare: Callable[[], tuple[NewEvent, ...]], error: JournalError) -> Intent:
        """Have the reserve keep an event of an approved exit, and apply it."""
        with self._commits.turn:
            (draft,) = prepare()
            self._kept.keep(draft, error)
            with self._lock:
                event = journalled(draft, self._intents[draft.intent_id].seq + 1)
                intent = self._take(event)
            self._notify([(intent, event)])
            return intent

    def record_each(self, intents: Collection[Intent], kind: EventKind, *, reason: str, state: IntentState) -> None:
        """Journal the same of several intents in one go; those that are in another state by then are left alone."""

        def prepare() -> tuple[NewEvent, ...]:
            same = [each for each in intents if self.get(each.intent_id).state is each.state]
            drafts = [self._draft(each.intent_id, each.request, kind, actor=DESK) for each in same]
            return tuple(
                replace(draft, reason=reason, old_state=each.state, new_state=state)
                for draft, each in zip(drafts, same, strict=True)
            )

        self._journal(prepare, *(each.request.source for each in intents))

    def note(self, kind: EventKind, *, actor: str = DESK, reason: str = "", **more: Any) -> None:
        """Journal an event of the desk as a whole, or of a position; `more` are fields of `NewEvent`."""
        draft = NewEvent(at=self._clock.now(), kind=kind, actor=actor, reason=reason, **more)
        self._journal(lambda: (draft,))

    def take_in(self, intent_id: str, request: IntentRequest, fill: Fill, *, actor: str, reason: str) -> Intent:
        """Journal a trade that the broker has and the journal does not know, as an intent that was filled.

        `intent_id`, as its comment has it; empty to have one made.
        """

        def prepare() -> tuple[NewEvent, ...]:
            draft = self._draft(intent_id or self._free_id(), request, EventKind.TAKEN_IN, actor=actor)
            body = to_body(request=request, expires_at=draft.at, fill=fill)
            ticket = fill.order or None
            return (replace(draft, reason=reason, new_state=IntentState.FILLED, ticket=ticket, body=body),)

        return self._journal(prepare, request.source)[0]

    def take_over(self, reserve: ExitReserve) -> int:
        """Journal what the reserve kept while that could not be done, each event once; return how many were new."""
        with self._commits.turn:
            self._notify(self._catch_up())
            taken = reserve.hand_over(self.journal)
            with self._lock:
                self._seq = self.journal.head[0]
                for intent_id in self._kept.handed_over():
                    self._put(self._read(intent_id))
            return taken

    def owner_of(self, ticket: int, comment: str) -> str:
        """Return the intent that a position came from, empty for one that the desk did not open."""
        marked = marked_intent(comment)
        if marked and (marked in self._intents or self.journal.has_intent(marked)):
            return marked
        return self.journal.find_ticket(ticket) or ""

    def _judged(self, intent_id: str, judgement: RiskAnswer) -> Intent:
        """Journal the RPM's first answer."""
        state = IntentState.REJECTED if judgement.refused else IntentState.PENDING
        body = to_body(judgement=judgement)
        return self.record(self.get(intent_id), EventKind.JUDGED, reason=judgement.details, state=state, body=body)

    def _draft(self, intent_id: str, request: IntentRequest, kind: EventKind, *, actor: str) -> NewEvent:
        """Begin an event of an intent."""
        return NewEvent(
            at=self._clock.now(),
            kind=kind,
            actor=actor,
            intent_id=intent_id,
            client_id=request.client_id,
            source=request.source,
            symbol=request.symbol,
        )

    def _journal(self, prepare: Callable[[], tuple[NewEvent, ...]], *senders: str) -> list[Intent]:
        """Have events journalled, together with what others wait for; return the intents as the events left them."""
        return self._commits.run(JournalChange(frozenset(senders), prepare))

    def _commit(self, batch: list[JournalChange]) -> None:
        """Journal changes in one go, then apply them and tell who listens; one thread at a time."""
        self._notify(self._catch_up())
        with self._lock:
            self._coming.clear()
            drafts = [(change, draft) for change in batch for draft in self._prepared(change)]
        # Who only reads does not wait for the disk.
        events = self.journal.append(*(draft for _, draft in drafts)) if drafts else ()
        for change, _ in drafts:
            change.written = True
        with self._lock:
            news = list[tuple[Intent, Event]]()
            for (change, _), event in zip(drafts, events, strict=True):
                self._seq = event.seq
                if event.kind in _OF_INTENTS:
                    change.intents.append(self._take(event))
                    news.append((change.intents[-1], event))
            self._coming.clear()
        self._notify(news)

    def _prepared(self, change: JournalChange) -> tuple[NewEvent, ...]:
        """Return the events of a change, none for one that cannot be made."""
        try:
            return change.prepare()
        except Exception as error:  # noqa: BLE001 - it is raised where the change is waited for
            change.error = error
            return ()

    def _notify(self, news: Iterable[tuple[Intent, Event]]) -> None:
        """Tell who listens; what is journalled stays so, whatever a listener does with it."""
        for intent, event in news:
            for listener in self.listeners:
                try:
                    listener(intent, event)
                except Exception:  # noqa: BLE001 - nobody's ear may keep the others from hearing
                    _log.exception("an event of intent %s could not be passed on", intent.intent_id)

    def _take(self, event: Event) -> Intent:
        """Apply an event that is in the journal."""
        intent_id = event.intent_id
        intent = apply(self._intents.get(intent_id), event)
        self._put(intent)
        self._forget_old()
        return intent

    def _put(self, intent: Intent) -> None:
        """Keep an intent as it is now."""
        before = self._intents.get(intent.intent_id)
        if before is None or before.state is not intent.state:
            if before is not None:
                del self._by_state[before.state][intent.intent_id]
            self._by_state[intent.state][intent.intent_id] = None
        self._intents[intent.intent_id] = intent
        self._order.setdefault(intent.intent_id)

    def _catch_up(self) -> list[tuple[Intent, Event]]:
        """After a failed append: take over what reached the disk nevertheless, and return it."""
        if not self.journal.doubtful:
            return []
        found = []
        for event in self.journal.catch_up(self._seq):
            with self._lock:
                known = event.intent_id in self._intents or event.kind in _BEGINS
                if known and event.intent_id not in self._kept:
                    found.append((self._take(event), event))
                self._seq = event.seq
        return found

    def _load(self) -> None:
        """Read the open intents, those that failed and may still change, and the latest ended ones."""
        journal = self.journal
        wanted = dict.fromkeys((*journal.open_intents(), *journal.watched_intents(), *journal.latest_intents(KEPT)))
        loaded = [self._read(intent_id) for intent_id in wanted]
        self._order = dict.fromkeys(each.intent_id for each in sorted(loaded, key=lambda each: each.created_at))
        for intent in sorted(loaded, key=lambda each: each.changed_at):
            self._put(intent)
        self._seq = self.journal.head[0]

    def _read(self, intent_id: str) -> Intent:
        """Build an intent from its events."""
        intent: Intent | None = None
        for event in self.journal.events(intent_id=intent_id):
            if event.kind in _OF_INTENTS:
                intent = apply(intent, event)
        if intent is None:
            raise UnknownIntent(f"there is no intent {intent_id}")
        return intent

    def _forget_old(self) -> None:
        """Drop the oldest ended intents beyond what is kept."""
        surplus = len(self._order) - KEPT
        if surplus <= 0:
            return
        ended = [each for each in self._order if self._intents[each].final]
        for intent_id in ended[:surplus]:
            del self._by_state[self._intents.pop(intent_id).state][intent_id], self._order[intent_id]

    def _free_id(self) -> str:
        """Return an id that no intent of this account ever had."""
        while True:
            intent_id = self._new_id()
            taken = intent_id in self._intents or intent_id in self._coming
            if not taken and not self.journal.has_intent(intent_id):
                return intent_id


_BEGINS: Final = (EventKind.RECEIVED, EventKind.TAKEN_IN)
_OF_INTENTS: Final = frozenset(EventKind) - {
    EventKind.OPENED,
    EventKind.SET_ASIDE,
    EventKind.HALTED,
    EventKind.RESUMED,
    EventKind.ARMED,
    EventKind.DISARMED,
    EventKind.LIMIT_REACHED,
    EventKind.SWITCH_LIFTED,
    EventKind.ACTION_SUBMITTED,
    EventKind.ACTION_ENDED,
    EventKind.STANDING_SET,
    EventKind.STANDING_ENDED,
}
