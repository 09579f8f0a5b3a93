# SPDX-License-Identifier: MIT
"""Columns of open positions, with what each stands to lose at its stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from arbitrex_desktop.desk.presentation.snapshot import PositionRow
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.desk import money_tone, price_column, side_tone
from arbitrex_desktop.ui.models.table import Column
from arbitrex_desktop.ui.models.ticket import pip_size
from arbitrex_desktop.ui.theme.colours import Tone

NO_STOP = N_("no stop")
_BY_HAND = "manual"


def pips_of(row: PositionRow) -> float:
    """Return the profit in pips."""
    return (row.price_current - row.price_open) * row.direction / pip_size(row.digits)


def result_of(rows: Iterable[PositionRow], share: float = 1.0) -> str:
    """Return what a share of positions brings at the present prices, with all costs that are known, in money."""
    rows = tuple(rows)
    amount = math.fsum(row.profit + row.swap + (row.commission or 0.0) for row in rows)
    return _sum(rows, amount * share)


def result_text(rows: Iterable[PositionRow], share: float = 1.0) -> str:
    """Return the same in words: profit, swap and commission, and the sum; what nobody can know is said to be unknown.

    The commission is what was charged for opening; what the broker charges for a close is told by its deal only.
    """
    rows = tuple(rows)
    parts = {
        "profit": _sum(rows, math.fsum(row.profit for row in rows) * share),
        "swap": _sum(rows, math.fsum(row.swap for row in rows) * share),
        "result": result_of(rows, share),
    }
    if any(row.commission is None for row in rows):
        return _("profit {profit}, swap {swap}: {result}, commission not known").format(**parts)
    commission = _sum(rows, math.fsum(row.commission or 0.0 for row in rows) * share)
    text = _("profit {profit}, swap {swap}, commission so far {commission}: {result}")
    return text.format(**parts, commission=commission)


def _sum(rows: Sequence[PositionRow], amount: float) -> str:
    """Return an amount of some positions with their account's currency."""
    currency, digits = (rows[0].currency, rows[0].money_digits) if rows else ("", None)
    return formats.money(amount, currency, signed=True, digits=digits)


def _commission(row: PositionRow) -> str:
    return formats.DASH if row.commission is None else _money(row, row.commission)


def origin(row: PositionRow) -> str:
    """Return who opened a position: the trader here, a strategy by its name, or somebody elsewhere."""
    return _("trader") if row.source == _BY_HAND else row.source or (_("desk") if row.intent_id else _("other"))


def risk_text(rows: Iterable[PositionRow], currency: str) -> str:
    """Return in words what is lost when every stop is hit, and how many positions have none; empty for no position."""
    rows = tuple(rows)
    bare = sum(not row.stop_loss for row in rows)
    known = [risk for row in rows if (risk := row.risk_to_stop) is not None]
    parts = [_("{money} at risk to the stops").format(money=formats.money(sum(known), currency))] if known else []
    return ", ".join((*parts, _("{bare} without stop").format(bare=bare)) if bare else parts)


def more_at_risk(row: PositionRow, stop: float | None) -> str:
    """Return in words how much more a farther stop risks."""
    if stop is None:
        return _("nothing ends the loss any more")
    before, after = row.risk_to_stop, row.loss_at(stop)
    if before is None or after is None:
        pips = abs(stop - (row.stop_loss or row.price_current)) / pip_size(row.digits)
        return _("this risks {pips} pips more").format(pips=formats.number(pips, 1))
    more, in_all = (formats.money(amount, row.currency, digits=row.money_digits) for amount in (after - before, after))
    return _("this risks {more} more, {in_all} in all").format(more=more, in_all=in_all)


def _money(row: PositionRow, amount: float) -> str:
    return formats.money(amount, signed=True, digits=row.money_digits)


def risk_amount(row: PositionRow) -> str:
    """Return what is lost at the stop, or that there is none."""
    return formats.money(row.risk_to_stop, digits=row.money_digits) if row.stop_loss else _(NO_STOP)


def _position_tip(row: PositionRow) -> str:
    came = _("intent {intent_id}").format(intent_id=row.intent_id) if row.intent_id else _("not opened by this desk")
    lines = [
        _("Ticket {ticket}, magic {magic}, {came}").format(ticket=row.ticket, magic=row.magic, came=came),
        _("Opened {opened_at}").format(opened_at=formats.utc_tip(row.opened_at)),
    ]
    lines += [_("Exit rules: {rules}").format(rules=row.exit_rules)] if row.exit_rules else []
    lines += [row.comment] if row.comment else []
    if not row.stop_loss:
        lines.append(_("It has no stop: set one with Stop, target\N{HORIZONTAL ELLIPSIS}"))
    return "\n".join(lines)


def position_columns(now: Callable[[], datetime | None]) -> tuple[Column[PositionRow], ...]:
    """Return the columns of open positions; the panel knows what time it is `now`."""

    def age(row: PositionRow) -> str:
        moment = now()
        return formats.DASH if moment is None else formats.age((moment - row.opened_at).total_seconds())

    return (
        Column(N_("Symbol"), lambda row: row.symbol, lambda row: row.symbol, "XAUUSDm", number=False,
               tip=_position_tip),
        Column(N_("Side"), lambda row: formats.side(row.direction), lambda row: row.direction, formats.side(-1),
               number=False, tone=side_tone, tip=_position_tip),
        Column(N_("Lots"), lambda row: formats.lots(row.volume), lambda row: row.volume, "188.88", tip=_position_tip),
        price_column(N_("Open"), lambda row: row.price_open, _position_tip, spare=3),
        price_column(N_("Current"), lambda row: row.price_current, _position_tip, spare=4),
        price_column(N_("Stop"), lambda row: row.stop_loss, _position_tip, absent=NO_STOP, absent_tone=Tone.WARN),
        price_column(N_("Target"), lambda row: row.take_profit, _position_tip, spare=2),
        Column(N_("Pips"), lambda row: formats.number(pips_of(row), 1, signed=True), pips_of, "+888.8",
               tone=lambda row: money_tone(round(pips_of(row), 1)), tip=_position_tip),
        Column("R", lambda row: formats.number(row.r_multiple, 2, signed=True), lambda row: row.r_multiple, "+8.88",
               tone=lambda row: money_tone(round(row.r_multiple or 0.0, 2)), tip=_position_tip, spare=1,
               hint=N_("Profit as a multiple of what the first stop risked")),
        Column(N_("Profit"), lambda row: _money(row, row.profit), lambda row: row.profit, "+18,888.88",
               tone=lambda row: money_tone(row.profit), tip=_position_tip),
        Column(N_("At risk"), risk_amount,
               lambda row: row.risk_to_stop, "8,888.88", tone=lambda row: Tone.TEXT if row.stop_loss else Tone.WARN,
               tip=_position_tip, spare=1,
               hint=N_("What equity loses from now when the stop is hit, in account currency")),
        Column(N_("Swap"), lambda row: _money(row, row.swap), lambda row: row.swap, "+88.88",
               tip=_position_tip, spare=7),
        Column(N_("Commission"), _commission, lambda row: row.commission, "+88.88", tip=_position_tip, spare=8,
               hint=N_("Charged for opening it, with fees, in account currency; a dash where no deal tells it")),
        Column(N_("Age"), age, lambda row: -row.opened_at.timestamp(), "88 min", spare=5,
               tip=lambda row: formats.utc_tip(row.opened_at), hint=N_("How long it has been open")),
        Column(N_("Opened"), lambda row: formats.time_or_day(row.opened_at, now()),
               lambda row: row.opened_at.timestamp(),
               "2088-88-88 88:88", tip=lambda row: formats.utc_tip(row.opened_at), spare=9),
        Column(N_("Ticket"), lambda row: str(row.ticket), lambda row: row.ticket, "8888888888", tip=_position_tip,
               spare=10),
        Column(N_("By"), origin, origin, "trend-fol", number=False, tip=_position_tip, spare=4,
               hint=N_("The trader here, a strategy, or other: by hand elsewhere or an expert advisor")),
        Column(N_("Exit rules"), lambda row: row.exit_rules or formats.DASH, lambda row: row.exit_rules, "x" * 12,
               number=False,
               tone=lambda row: Tone.TEXT if row.exit_rules else Tone.MUTED, tip=_position_tip, least="x" * 8, spare=6,
               hint=N_("What the desk does by itself with it: stop to break-even, trailing stop, partial target")),
    )  # fmt: skip
