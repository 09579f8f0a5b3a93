# SPDX-License-Identifier: MIT
"""Which intent an order at the broker belongs to when its comment does not say so: none is given to two of them."""

from __future__ import annotations

from collections.abc import Collection

from arbitrex_desktop.desk.execution.reconcile import BrokerRecords, Fate, ReconcileResult, reconcile
from arbitrex_desktop.desk.execution.unanswered import UnansweredActions
from arbitrex_desktop.desk.intent_queue.intent_store import IntentStore
from arbitrex_desktop.desk.intents.events import Intent
from arbitrex_desktop.desk.intents.intent import IntentState

_SAME_ORDER = ("symbol", "type", "volume", "magic", "position")


class Claims:
    """Looks intents' orders up, past those that belong to others.  For one thread at a time."""

    def __init__(self, store: IntentStore, closes: UnansweredActions) -> None:
        self._store = store
        self._closes = closes

    def find(self, intent: Intent, books: BrokerRecords, waiting: Collection[Intent] = ()) -> ReconcileResult:
        """Return what the books say of an intent's order; `waiting` are all whose orders are looked for.

        Where as many intents wait for the very same order as there are orders that fit, it does not matter which is
        whose: each takes the first that is left.
        """
        claimed = self._of_others(intent) | self._of_closes(intent, books)
        finding = reconcile(intent, books, claimed, self._reduces)
        while others := self._tickets_of_others(intent, finding) - claimed:
            claimed |= others
            finding = reconcile(intent, books, claimed, self._reduces)
        rivals = sum(1 for each in waiting if _order_of(each) == _order_of(intent))
        if finding.found is Fate.AMBIGUOUS and len(finding.tickets) <= rivals:
            return reconcile(intent, books, claimed | set(finding.tickets[1:]), self._reduces)
        return finding

    def _of_others(self, intent: Intent) -> set[int]:
        """Return the tickets that belong to other intents in memory."""
        others = (each.fill for each in self._store.intents() if each.intent_id != intent.intent_id and each.fill)
        return {ticket for fill in others for ticket in (fill.order, fill.position) if ticket}

    def _of_closes(self, intent: Intent, books: BrokerRecords) -> set[int]:
        """Return the orders that took from the position which an intent was to reduce, and are not intents'.

        A close whose fate is open is more likely than an intent that counts as failed, and the other way round.
        """
        position = intent.attempt.request.get("position", 0) if intent.attempt else 0
        if not position:
            return set()
        failed = intent.state is IntentState.FAILED
        return self._closes.claims(books, position, watched=failed)

    def _reduces(self, intent_id: str) -> bool:
        """Return whether an intent only reduced what was open; one that is not known may have."""
        return not self._store.journal.has_intent(intent_id) or self._store.get(intent_id).reduces

    def _tickets_of_others(self, intent: Intent, finding: ReconcileResult) -> set[int]:
        """Return the tickets that the journal knows as another's, however long ago it ended."""
        return {each for each in finding.tickets if self._store.owner_of(each, "") not in ("", intent.intent_id)}


def _order_of(intent: Intent) -> tuple[object, ...]:
    """Return what makes two orders look the same at the broker."""
    if intent.attempt is None:
        return (intent.intent_id,)
    return tuple(intent.attempt.request.get(name) for name in _SAME_ORDER)
