# SPDX-License-Identifier: MIT
"""Keeping pending intents current: they expire, are judged again as things move, and say what blocks them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest
from typing import Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused, JournalError
from arbitrex_desktop.desk.intent_queue.intent_store import IntentStore
from arbitrex_desktop.desk.intents.events import EventKind, Intent, RiskAnswer, to_body
from arbitrex_desktop.desk.intents.intent import MANUAL, IntentState, SeenTrade
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import working_name

_UNSEEN_FILL: Final = timedelta(seconds=5)
_AT_ONCE: Final = 8
"""So many intents are judged again before something else has its turn."""
_MORE_RISK: Final = 1.1
"""By this factor a risk has grown: below it, it only follows the price."""


class PendingQueue:
    """Watches the pending intents of one account.  Called on the worker's thread; `current` from any."""

    def __init__(self, store: IntentStore, context: DeskContext) -> None:
        self._store = store
        self._pool = context.pool
        self._risk = context.risk
        self._gate = context.gate
        self._clock = context.clock
        self._settings = context.settings
        self._synced = context.synced
        self._awaited = context.awaited
        self._journal_failed = context.journal_failed
        self._latest: dict[str, RiskAnswer] = {}
        self._deadlines: dict[str, float] = {}
        self._round = deque[Intent]()

    def expire(self) -> None:
        """End what waited too long, by the wall clock or by the one that is never set, whichever is first."""
        over = list(filter(self._has_expired, self._store.in_state(IntentState.PENDING)))
        if over:
            reason = "nobody decided in time"
            self._store.record_each(over, EventKind.EXPIRED, reason=reason, state=IntentState.EXPIRED)

    def _has_expired(self, intent: Intent) -> bool:
        """Return whether an intent has lived its time; a clock that is set back gives it no more."""
        now = self._clock.now()
        if intent.intent_id not in self._deadlines:
            life = min(intent.expires_at - now, intent.expires_at - intent.created_at)
            self._deadlines[intent.intent_id] = self._clock.monotonic() + life.total_seconds()
        return now >= intent.expires_at or self._clock.monotonic() >= self._deadlines[intent.intent_id]

    def cancel_all(self, reason: str) -> None:
        """Take back whatever waits."""
        if waiting := self._store.in_state(IntentState.PENDING):
            self._store.record_each(waiting, EventKind.CANCELLED, reason=reason, state=IntentState.CANCELLED)

    def reevaluate(self) -> None:
        """Begin to judge every pending intent as things stand now, unless that is under way; `go_on` does it."""
        if self._round:
            return
        pending = self._store.in_state(IntentState.PENDING)
        ids = {each.intent_id for each in pending}
        self._latest = {intent_id: answer for intent_id, answer in self._latest.items() if intent_id in ids}
        for intent_id in self._deadlines.keys() - ids:
            self._deadlines.pop(intent_id, None)
        self._round.extend(in_turn(pending))

    @property
    def is_judging(self) -> bool:
        """Whether some intents are to be judged still."""
        return bool(self._round)

    def go_on(self) -> None:
        """Judge the next few again; journal only when the answer turned.

        A few at a time: what the trader and others want meanwhile comes in between, however many wait.
        """
        if not self._pool.is_connected():
            self._round.clear()
        for _ in range(min(_AT_ONCE, len(self._round))):
            self._awaited.give_way()
            intent = self._store.get(self._round.popleft().intent_id)
            if intent.state is IntentState.PENDING:
                # Somebody may decide it while we look.
                with suppress(CommandRefused):
                    self._evaluate(intent)

    def current(self, intent: Intent) -> RiskAnswer | None:
        """Return the judgement that the trader sees: the latest look of a pending intent, else what was journalled."""
        if intent.state is not IntentState.PENDING:
            return intent.approved or intent.judgement
        return self._latest.get(intent.intent_id, intent.judgement)

    def blocker(self, intent: Intent) -> str:
        """Return why an intent cannot be approved now, in words; empty when it can.  From memory, asks nobody."""
        current = self.current(intent)
        refused = current is not None and current.refused and (current.details or "the risk manager refuses it")
        return self.blocking_reason(intent) or (refused or "")

    def blocking_reason(self, intent: Intent) -> str:
        """Return what is in the way besides the RPM's answer, in words; empty when nothing is."""
        current = self.current(intent)
        if intent.state is not IntentState.PENDING or current is None:
            return f"the intent is {intent.state}"
        if self._has_expired(intent):
            return "the intent has expired"
        reasons = (
            self._connection_blocker(),
            self._gate.blocker(reducing=current.reducing),
            self._symbol_blocker(intent),
            self._partner_blocker(intent),
            self._fill_blocker(),
            self._price_blocker(intent),
        )
        return next((reason for reason in reasons if reason), "")

    def reevaluate_for_approval(self, intent: Intent, seen: SeenTrade | None = None) -> RiskAnswer:
        """Let the RPM look again for an approval; return what is to be sent, never more than was seen.

        `seen`, what whoever approves had before the eyes; None for the newest answer.  Raises `CommandRefused`, with
        the RPM's reason, and then the row shows it too.
        """
        current = self.current(intent)
        if seen is None and current is not None and not current.refused:
            seen = SeenTrade(current.lots, current.closes)
        answer = self._evaluate(intent)
        if answer.refused:
            raise CommandRefused(f"the risk manager now refuses it: {answer.details or answer.reason}")
        if seen is not None and seen.closes != answer.closes:
            raise CommandRefused(
                f"it now {_effect(answer.closes)}, while what was shown {_effect(seen.closes)}; please look again"
            )
        if seen is None or answer.lots <= seen.lots:
            return answer
        share = seen.lots / answer.lots
        risk = None if answer.risk_amount is None else answer.risk_amount * share
        risk_pct = None if answer.risk_pct is None else answer.risk_pct * share
        return replace(answer, lots=seen.lots, risk_amount=risk, risk_pct=risk_pct)

    def escalation(self, intent: Intent) -> str:
        """Return in words how a pending intent is more than what arrived; empty when it is not.

        It has become another kind of trade, or grown in size or in risk.
        """
        first, current = intent.judgement, self.current(intent)
        if intent.state is not IntentState.PENDING or first is None or current is None:
            return ""
        if first.refused or current.refused or first is current:
            return ""
        if first.closes != current.closes:
            was = "open one" if first.closes is None else f"close #{first.closes}"
            return f"it now {_effect(current.closes)}; when it arrived it was to {was}"
        if current.lots > first.lots + VOLUME_TOLERANCE:
            return (
                f"it is larger now: {amounts.lots(first.lots)} \N{RIGHTWARDS ARROW} {amounts.lots(current.lots)} lots"
            )
        if (current.risk_amount or 0.0) > (first.risk_amount or 0.0) * _MORE_RISK:
            reading = self._pool.latest_account()
            of = ("", None) if reading is None else (reading.account.currency, reading.account.currency_digits)
            before, now = (amounts.money(each or 0.0, *of) for each in (first.risk_amount, current.risk_amount))
            return f"it risks more now: {before} \N{RIGHTWARDS ARROW} {now}"
        return ""

    def changes(self, intent: Intent) -> str:
        """Return in words how the answer that the trader sees differs from the RPM's first; empty when it does not.

        Price and stop follow the market all the time; an answer is another one when decision, size or the position
        that it closes are others.
        """
        first, current = intent.judgement, self.current(intent)
        if intent.state is not IntentState.PENDING or first is None or current is None or first is current:
            return ""
        pairs = (
            (first.status, current.status, ""),
            (f"{amounts.lots(first.lots)}", f"{amounts.lots(current.lots)}", " lots"),
            (_short_effect(first), _short_effect(current), ""),
        )
        return ", ".join(
            f"{before} \N{RIGHTWARDS ARROW} {now}{unit}"
            for before, now, unit in pairs
            if before != now and before and now
        )

    def differences(self, intent: Intent, answer: RiskAnswer) -> str:
        """Return in words what is different from the RPM's first answer."""
        first = intent.judgement
        if first is None or first.refused:
            return ""
        pairs = (
            ("lots", first.lots, answer.lots),
            ("stop", first.stop_loss, answer.stop_loss),
            ("price", first.price, answer.price),
        )
        said = (
            f"{name} {_format_number(before)} to {_format_number(now)}" for name, before, now in pairs if before != now
        )
        return ", ".join(said)

    def _evaluate(self, intent: Intent) -> RiskAnswer:
        """Judge one intent again and keep the answer."""
        before = self.current(intent)
        atr = intent.judgement.atr if intent.judgement else None
        instead_of = in_flight_names(self._store.partner(intent))
        answer = self._risk.evaluate(intent.request, intent.intent_id, atr, instead_of)
        self._latest[intent.intent_id] = answer
        if before is None or before.refused != answer.refused:
            try:
                self._store.record(intent, EventKind.REJUDGED, reason=answer.details, body=to_body(look=answer))
            except JournalError as error:
                # What lets an exit go need not be written down: its approval will be.
                if answer.refused or not answer.reducing:
                    raise
                self._journal_failed(error)
        return answer

    def _connection_blocker(self) -> str:
        """Return why the connection does not do."""
        if not self._pool.is_connected():
            stats = self._pool.stats()
            return f"not connected ({stats.state}{': ' + stats.reason if stats.reason else ''})"
        age = None if self._synced.at is None else self._clock.monotonic() - self._synced.at
        if age is None:
            return "the account was not synced yet"
        return f"the account was not synced for {age:.0f} s" if age > self._settings.max_sync_age else ""

    def _symbol_blocker(self, intent: Intent) -> str:
        """Return which order of unknown fate blocks the symbol."""
        unknown = self._store.in_state(IntentState.UNKNOWN, IntentState.SENDING)
        ids = [each.intent_id for each in unknown if each.request.symbol == intent.request.symbol]
        return f"{intent.request.symbol} is blocked: the fate of order {ids[0]} is not known" if ids else ""

    def _partner_blocker(self, intent: Intent) -> str:
        """Return that the other leg of its pair was filled: only one of them is to be."""
        partner = self._store.partner(intent)
        if partner is None or partner.fill is None or partner.fill.volume <= 0.0:
            return ""
        return f"the other order of its pair, {partner.intent_id}, was filled"

    def _fill_blocker(self) -> str:
        """Return which fill the account does not show yet, since the RPM could not count it."""
        since = self._clock.now() - _UNSEEN_FILL
        filled = self._store.changed_since(since, IntentState.FILLED, IntentState.PARTIAL)
        unseen = any(each.fill and not each.fill.confirmed for each in filled)
        return "the last fill is not in the broker's books yet; one moment" if unseen else ""

    def _price_blocker(self, intent: Intent) -> str:
        """Return why the price does not do."""
        quote = self._pool.quote(intent.request.symbol)
        if quote is None:
            return f"there is no price of {intent.request.symbol}"
        age = quote.age(self._clock.monotonic())
        return f"the price is {age:.0f} s old" if age > self._settings.max_quote_age else ""


def in_turn(intents: Iterable[Intent]) -> list[Intent]:
    """Return intents in the order in which they are served: one of each sender in turn, the trader first."""
    by_sender: dict[str, list[Intent]] = {MANUAL: []}
    for intent in intents:
        by_sender.setdefault(intent.request.source, []).append(intent)
    return [intent for turn in zip_longest(*by_sender.values()) for intent in turn if intent is not None]


def in_flight_names(intent: Intent | None) -> tuple[str, ...]:
    """Return the names under which the RPM knows an intent in flight, as approved and as an order that works."""
    if intent is None:
        return ()
    order = intent.fill.order if intent.fill else 0
    return (intent.intent_id, working_name(order)) if order else (intent.intent_id,)


def _effect(closes: int | None) -> str:
    """Return what a trade does: it closes a position, or opens one."""
    return "opens a position" if closes is None else f"closes position #{closes}"


def _short_effect(judgement: RiskAnswer) -> str:
    """Return what a trade does in a word or two, empty for a refused one."""
    if judgement.refused:
        return ""
    return "opens" if judgement.closes is None else f"closes #{judgement.closes}"


def _format_number(value: float | None) -> str:
    """Return a number as short as it can be read."""
    return "none" if value is None else f"{value:.8g}"
