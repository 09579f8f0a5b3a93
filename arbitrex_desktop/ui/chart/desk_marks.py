# SPDX-License-Identifier: MIT
"""What was traded in a symbol, as marks on its chart."""

from __future__ import annotations

from datetime import datetime

from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot, IntentRow, PositionRow
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.chart.marks import Mark


def desk_marks(snapshot: DeskSnapshot, symbol: str, offset: int) -> tuple[Mark, ...]:
    """Return a symbol's fills and closes, oldest first; `offset` is the server clock's lead on UTC in seconds.

    An intent's mark stands where the desk heard of the fill; positions opened elsewhere have the broker's moment.
    """
    filled = [row for row in snapshot.intents if row.symbol == symbol and row.filled_lots > 0.0 and row.fill_price]
    own = {row.ticket for row in filled}
    opened = (row for row in snapshot.positions if row.symbol == symbol and row.ticket not in own)
    marks = [*(_fill(row, offset) for row in filled), *(_opening(row, offset) for row in opened)]
    return tuple(sorted(marks, key=lambda mark: mark.seconds))


def _fill(row: IntentRow, offset: int) -> Mark:
    assert row.fill_price is not None
    whose = f"opens #{row.ticket}" if row.closes is None else f"closes #{row.closes}"
    text = _text(row.direction, row.filled_lots, row.fill_price, row.digits)
    return Mark(
        _seconds(row.changed_at, offset),
        row.fill_price,
        row.direction,
        f"{text}  {whose}  {row.source}",
        closes=row.closes is not None,
    )


def _opening(row: PositionRow, offset: int) -> Mark:
    text = _text(row.direction, row.volume, row.price_open, row.digits)
    return Mark(_seconds(row.opened_at, offset), row.price_open, row.direction, f"{text}  opens #{row.ticket}")


def _text(direction: int, lots: float, price: float, digits: int) -> str:
    return f"{formats.side(direction)} {formats.lots(lots)} at {formats.price(price, digits)}"


def _seconds(moment: datetime, offset: int) -> float:
    return moment.timestamp() + offset
