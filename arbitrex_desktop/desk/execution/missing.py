# SPDX-License-Identifier: MIT
"""Trades of this desk that the broker's books do not have, and positions that left them without a deal: told.

The other side of `unjournalled`: a broker that takes a trade back, a history that was cut, a simulated one that forgot.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.execution.reconcile import conclusive_positions
from arbitrex_desktop.desk.intent_queue.intent_store import IntentStore
from arbitrex_desktop.desk.intents.events import Fill, Intent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.mt5.constants import AccountMarginMode, DealEntry
from arbitrex_desktop.mt5.results import TradeDeal
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE
from arbitrex_desktop.raw_layer.views import AccountReading

_BACK: Final = timedelta(days=7)
_LOOK_BACK: Final = timedelta(minutes=10)
_SETTLED: Final = timedelta(seconds=60)
"""How old a fill is before it counts: deals come later than positions."""
_EVERY_SECONDS: Final = 600.0
_AGAIN_SECONDS: Final = 10.0


class MissingTrades:
    """Holds the journal against the broker's books.  Called on the worker's thread; asks the terminal."""

    def __init__(self, store: IntentStore, context: DeskContext) -> None:
        self._store = store
        self._context = context
        self._pool = context.pool
        self._clock = context.clock
        self._post = context.post
        self._suspects: dict[int, str] = {}
        self._posted: set[int] = set()
        self._next = -math.inf

    def look(self) -> None:
        """Look when it is due: at the start and every ten minutes; what misses in two looks running is told, once."""
        now = self._clock.monotonic()
        filled = self._filled()
        if now < self._next or not filled or not self._pool.is_connected():
            return
        market_now = self._pool.market_now()
        since = min(intent.attempt.market_at for intent, _ in filled if intent.attempt) - _LOOK_BACK
        history = self._context.read_history(since, market_now)
        missing = dict(_missing_trades(filled, history.deals, self._context.read_account()))
        for ticket, message in missing.items():
            if ticket in self._suspects and ticket not in self._posted:
                self._posted.add(ticket)
                self._post("error", NoticeSubject.MISSING.of(ticket), message)
        self._suspects = missing
        self._next = now + (_AGAIN_SECONDS if missing.keys() - self._posted else _EVERY_SECONDS)

    def _filled(self) -> list[tuple[Intent, Fill]]:
        """Return the intents that were filled within the last days, but not just now."""
        now = self._clock.now()
        filled = self._store.changed_since(now - _BACK, IntentState.FILLED, IntentState.PARTIAL)
        return [
            (each, each.fill)
            for each in filled
            if each.fill is not None and each.fill.order and each.attempt and now - each.changed_at >= _SETTLED
        ]


def _missing_trades(
    filled: Iterable[tuple[Intent, Fill]], deals: tuple[TradeDeal, ...], reading: AccountReading
) -> Iterable[tuple[int, str]]:
    """Return ticket and words of each trade that the books do not show, and of each position gone unexplained."""
    orders = {deal.order for deal in deals}
    hedging = reading.account.margin_mode == AccountMarginMode.RETAIL_HEDGING
    still_open = {each.identifier or each.ticket: each.volume for each in conclusive_positions(reading)}
    for intent, fill in filled:
        name = f"{amounts.lots(fill.volume)} {intent.request.symbol} ({intent.intent_id})"
        if fill.order not in orders and fill.position not in still_open and fill.order not in still_open:
            yield fill.order, f"order #{fill.order}, {name}, was filled, and the broker's books do not show it any more"
        elif hedging and fill.position and intent.approved is not None and not intent.approved.reducing:
            left = _lots_left_open(fill.position, deals)
            if left > VOLUME_TOLERANCE and fill.position not in still_open:
                message = (
                    f"position #{fill.position}, {name}, is gone, and the broker's history has no deal that closed"
                )
                yield fill.position, f"{message} {amounts.lots(left)} lots of it"


def _lots_left_open(position: int, deals: tuple[TradeDeal, ...]) -> float:
    """Return how much of a position its deals leave open, in lots."""
    return sum(
        deal.volume if deal.entry == DealEntry.IN else -deal.volume for deal in deals if deal.position_id == position
    )
