# SPDX-License-Identifier: MIT
"""What the journal knows of closed trades and of a time: read beside the desk, by index, never whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from arbitrex_desktop.desk.intents.events import RiskAnswer, from_body
from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.desk.journal.check import read_only
from arbitrex_desktop.desk.review.statistics import DecisionCount
from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.desk.review.views import PastIntent
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict

Progress = Callable[[int, int], None]
"""Hears how many of how many are done, now and then; what it raises ends the work."""

_BETWEEN_REPORTS: Final = 500
MOST_INTENTS: Final = 20_000
_TARGET_OR_STOP: Final = frozenset({"stop", "target"})

_INTENT_SQL: Final = """
    SELECT source,
           CASE WHEN kind = 'APPROVED' THEN json_extract(body, '$.judgement.stop_loss') END,
           json_extract(body, '$.fill.slippage_points'), json_extract(body, '$.fill.slippage_amount')
    FROM events WHERE intent_id = ?
      AND kind IN ('RECEIVED', 'TAKEN_IN', 'APPROVED', 'FILLED', 'PARTIAL', 'EVIDENCE', 'CONFIRMED') ORDER BY seq"""

_CHECKS_SQL: Final = """
    SELECT body FROM events WHERE intent_id = ? AND json_extract(body, '$.judgement') IS NOT NULL
    ORDER BY kind = 'APPROVED' DESC, seq DESC LIMIT 1"""

_RECEIVED_SQL: Final = """
    SELECT intent_id, at, symbol, json_extract(body, '$.request.direction'), source FROM events
    WHERE seq BETWEEN ? AND ? AND kind IN ('RECEIVED', 'TAKEN_IN') ORDER BY seq DESC LIMIT ?"""

_NEWEST_SQL: Final = """
    SELECT after, who, coalesce(nullif(why, ''), json_extract(body, '$.judgement.details'), '') FROM events
    WHERE intent_id = ? AND after IS NOT NULL ORDER BY seq DESC LIMIT 1"""

_MOVED_STOP_SQL: Final = """
    SELECT json_extract(body, '$.action.request.sl') FROM events
    WHERE ticket = ? AND kind = 'ACTION_SENDING' AND json_extract(body, '$.action.request.sl') > 0
    ORDER BY seq LIMIT 1"""

_REFUSED_SQL: Final = """
    SELECT coalesce(json_extract(body, '$.judgement.reason'), ''), who, count(*)
    FROM events WHERE seq IN (
        SELECT seq FROM events INDEXED BY events_by_intent WHERE after = 'REJECTED' AND seq BETWEEN ? AND ?)
      AND before IS NOT 'REJECTED' GROUP BY 1, 2"""

_APPROVED_SQL: Final = """
    SELECT count(DISTINCT intent_id) FROM events INDEXED BY events_by_intent
    WHERE after = 'APPROVED' AND seq BETWEEN ? AND ?"""


class OrderPrices(NamedTuple):
    """What a trade's description needs of an order that ended: where it stood, and its stop; 0 for none.

    A week has thousands of orders, and a whole one takes ten times as much memory.
    """

    price: float
    stop_loss: float


class JournalFacts:
    """One account's journal, opened for reading; use it as what `open_facts` gives.  For one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @property
    def began(self) -> datetime | None:
        """When the journal began, None while it is empty."""
        row = self._db.execute("SELECT at FROM events ORDER BY seq LIMIT 1").fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    @property
    def newest(self) -> int:
        """The number of the newest event, 0 while there is none."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])

    def describe(
        self, trades: Iterable[ClosedTrade], orders: Mapping[int, OrderPrices], progress: Progress
    ) -> tuple[ClosedTrade, ...]:
        """Return trades with what journal and orders say of them: intent, source, first stop and slippage."""
        found, wanted = [], tuple(trades)
        for done, trade in enumerate(wanted):
            if done % _BETWEEN_REPORTS == 0:
                progress(done, len(wanted))
            found.append(self._described(trade, orders))
        return tuple(found)

    def decisions(self, since: datetime, until: datetime) -> DecisionCount:
        """Count what became of the intents of a time, `until` exclusive."""
        span = (self._first_at(since), self._first_at(until) - 1)
        refused: dict[str, int] = {}
        rejected = 0
        for reason, who, count in self._db.execute(_REFUSED_SQL, span):
            if reason and who == "desk":
                refused[reason] = refused.get(reason, 0) + count
            else:
                rejected += count
        approved = int(self._db.execute(_APPROVED_SQL, span).fetchone()[0])
        ordered = sorted(refused.items(), key=lambda item: (-item[1], item[0]))
        return DecisionCount(approved, tuple(ordered), rejected)

    def intents(self, since: datetime, until: datetime, most: int = MOST_INTENTS) -> tuple[PastIntent, ...]:
        """Return the newest intents that were received in a time, `until` exclusive."""
        span = (self._first_at(since), self._first_at(until) - 1)
        received = self._db.execute(_RECEIVED_SQL, (*span, most)).fetchall()
        return tuple(self._past_intent(row) for row in received)

    def _past_intent(self, row: Sequence[Any]) -> PastIntent:
        intent_id, at, symbol, direction, source = row
        state, actor, reason = self._db.execute(_NEWEST_SQL, (intent_id,)).fetchone()
        moment = datetime.fromisoformat(at)
        return PastIntent(intent_id, moment, symbol, int(direction or 0), source, state, actor, reason)

    def checks(self, intent_id: str) -> tuple[Verdict, ...]:
        """Return the risk manager's checks of an intent, those it was approved by or the newest; () for none."""
        row = self._db.execute(_CHECKS_SQL, (intent_id,)).fetchone()
        return from_body(json.loads(row[0]), "judgement", RiskAnswer).checks if row else ()

    def _described(self, trade: ClosedTrade, orders: Mapping[int, OrderPrices]) -> ClosedTrade:
        intent_id = self._intent_of(trade)
        source, stop, points, amount = self._of_intent(intent_id)
        opening = (order for ticket in trade.orders if (order := orders.get(ticket)) is not None)
        stop = stop or next((order.stop_loss for order in opening if order.stop_loss), None) or self._moved_stop(trade)
        return replace(
            trade,
            intent_id=intent_id,
            source=source,
            first_stop=stop,
            slippage_points=points,
            slippage_amount=amount,
            exit_slippage=_exit_slippage(trade, orders),
        )

    def _intent_of(self, trade: ClosedTrade) -> str:
        """Return the intent that a trade came from: by its orders, by its position, by the comment; empty for none."""
        tickets = (*trade.orders, trade.position) if trade.life == 0 else trade.orders
        sql = "SELECT intent_id FROM events WHERE ticket = ? AND intent_id != '' ORDER BY seq LIMIT 1"
        for ticket in tickets:
            row = self._db.execute(sql, (ticket,)).fetchone()
            if row:
                return str(row[0])
        return marked_intent(trade.comment)

    def _of_intent(self, intent_id: str) -> tuple[str, float | None, float | None, float | None]:
        """Return an intent's source, the stop it was approved with, and the slippage of its fill as last known."""
        source, stop, points, amount = "", None, None, None
        for row in self._db.execute(_INTENT_SQL, (intent_id,)) if intent_id else ():
            source = source or row[0]
            stop = stop or row[1]
            points, amount = (row[2], row[3]) if row[2] is not None else (points, amount)
        return source, stop, points, amount

    def _moved_stop(self, trade: ClosedTrade) -> float | None:
        """Return the first stop that the desk gave the position."""
        row = self._db.execute(_MOVED_STOP_SQL, (trade.position,)).fetchone() if trade.life == 0 else None
        return float(row[0]) if row else None

    def _first_at(self, moment: datetime) -> int:
        """Return the number of the first event at or after a moment, one beyond the last where there is none."""
        text = moment.astimezone(UTC).isoformat(timespec="microseconds")
        low, high = 1, self.newest + 1
        while low < high:
            middle = (low + high) // 2
            (at,) = self._db.execute("SELECT at FROM events WHERE seq = ?", (middle,)).fetchone()
            low, high = (middle + 1, high) if at < text else (low, middle)
        return low


@contextmanager
def open_facts(path: Path) -> Iterator[JournalFacts]:
    """Open a journal for reading, also while a desk writes to it; raise `JournalError` when that cannot be."""
    with read_only(path) as connection:
        yield JournalFacts(connection)


def _exit_slippage(trade: ClosedTrade, orders: Mapping[int, OrderPrices]) -> float | None:
    """Return by how much worse than they stood a stop or a target was filled, as a price; negative when better."""
    order = orders.get(trade.exit_orders[0]) if len(trade.exit_orders) == 1 and trade.exits == 1 else None
    if order is None or trade.reason not in _TARGET_OR_STOP or not order.price:
        return None
    return (order.price - trade.exit) * trade.direction
