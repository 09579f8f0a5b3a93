# SPDX-License-Identifier: MIT
"""What was traded in a symbol, as marks on its chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from arbitrex_desktop.desk.presentation.snapshot import AccountRow, DeskSnapshot, IntentRow, PositionRow
from arbitrex_desktop.raw_layer.server_zone import ServerZone
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.chart.marks import Mark

if TYPE_CHECKING:
    from arbitrex_desktop.desk.review.trades import ClosedTrade

_REASONS: Final = {"stop": N_("by its stop"), "target": N_("by its target"), "stop out": N_("by a stop out")}


def desk_marks(
    snapshot: DeskSnapshot, symbol: str, server: ServerZone, closed: Sequence[ClosedTrade] = (), digits: int = 5
) -> tuple[Mark, ...]:
    """Return a symbol's fills and closes, oldest first.

    `server` is how the server clock is set, `digits` the decimals of the symbol's prices.  The broker's
    deals count first, also for what its stops and targets did and what was traded elsewhere; an intent's own mark,
    where the desk heard of the fill, stands as long as no deal is known for it.
    """
    trades = [trade for trade in closed if trade.symbol == symbol]
    dealt = {order for trade in trades for order in (*trade.orders, *trade.exit_orders)}
    filled = [row for row in snapshot.intents if row.symbol == symbol and row.filled_lots > 0.0 and row.fill_price]
    known = {row.ticket for row in filled} | {trade.position for trade in trades}
    opened = (row for row in snapshot.positions if row.symbol == symbol and row.ticket not in known)
    account = snapshot.account
    marks = [
        *(_fill_mark(row, server) for row in filled if row.ticket not in dealt),
        *(_opening(row, server) for row in opened),
        *(mark for trade in trades for mark in trade_marks(trade, digits, server, account)),
    ]
    return tuple(sorted(marks, key=lambda mark: mark.seconds))


def trade_marks(
    trade: ClosedTrade, digits: int, server: ServerZone, account: AccountRow | None = None
) -> Iterator[Mark]:
    """Return where a trade was opened, if that is known, and where it was closed, with its result."""
    side = trade.direction
    if trade.opened_at is not None and trade.entry is not None:
        text = _("{text}  opens #{position}").format(
            text=_trade_text(side, trade.volume, trade.entry, digits), position=trade.position
        )
        yield Mark(_seconds(trade.opened_at, server), trade.entry, side, text)
    currency, cents = (account.currency, account.currency_digits) if account is not None else ("", 2)
    money = formats.money(trade.net, currency, signed=True, digits=cents)
    in_r = "" if trade.r is None else f"  {formats.number(trade.r, 1, signed=True)} R"
    text = _("{text}  closes #{position}, {reasons}  {money}{in_r}").format(
        text=_trade_text(-side, trade.closed_volume, trade.exit, digits),
        position=trade.position,
        reasons=_(_REASONS.get(trade.reason, trade.reason)),
        money=money,
        in_r=in_r,
    )
    yield Mark(
        _seconds(trade.closed_at, server), trade.exit, -side, text, closes=True, label=money, is_loss=trade.net < 0.0
    )


def _fill_mark(row: IntentRow, server: ServerZone) -> Mark:
    assert row.fill_price is not None
    whose = (
        _("opens #{ticket}").format(ticket=row.ticket)
        if row.closes is None
        else _("closes #{closes}").format(closes=row.closes)
    )
    text = _trade_text(row.direction, row.filled_lots, row.fill_price, row.digits)
    return Mark(
        _seconds(row.changed_at, server),
        row.fill_price,
        row.direction,
        f"{text}  {whose}  {row.source}",
        closes=row.closes is not None,
    )


def _opening(row: PositionRow, server: ServerZone) -> Mark:
    text = _trade_text(row.direction, row.volume, row.price_open, row.digits)
    return Mark(
        _seconds(row.opened_at, server),
        row.price_open,
        row.direction,
        _("{text}  opens #{ticket}").format(text=text, ticket=row.ticket),
    )


def _trade_text(direction: int, lots: float, price: float, digits: int) -> str:
    return _("{side} {lots} at {price}").format(
        side=formats.side(direction), lots=formats.lots(lots), price=formats.price(price, digits)
    )


def _seconds(moment: datetime, server: ServerZone) -> float:
    return server.to_server(moment)
