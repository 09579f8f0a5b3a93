# SPDX-License-Identifier: MIT
"""Columns of closed trades, and of figures by group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from arbitrex_desktop.desk.presentation.core_text import core_text
from arbitrex_desktop.desk.review.report import duration, percent
from arbitrex_desktop.desk.review.statistics import Statistics
from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.desk.review.views import PastIntent, ReviewData, source_name, strategy_of
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.desk import money_tone
from arbitrex_desktop.ui.models.table import Column
from arbitrex_desktop.ui.theme.colours import Tone

_WHEN: Final = "88 Mmm 88:88"


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """A closed trade as it is shown: with the decimals of its symbol's prices, and the account's currency and its."""

    trade: ClosedTrade
    price_digits: int
    money_digits: int
    currency: str = ""


def closed_rows(data: ReviewData) -> tuple[ClosedRow, ...]:
    """Return all trades as rows, the newest first."""
    return tuple(
        ClosedRow(trade, data.price_digits.get(trade.symbol, 5), data.money_digits, data.currency)
        for trade in data.trades
    )


def trade_text(row: ClosedRow) -> str:
    """Return what was traded, in words."""
    trade = row.trade
    part = "" if trade.whole else _(" of {lots}").format(lots=formats.lots(trade.volume))
    prices = _("{entry} to {exit}").format(entry=_price(trade.entry, row), exit=_price(trade.exit, row))
    return f"{formats.side(trade.direction)} {formats.lots(trade.closed_volume)}{part} {trade.symbol}, {prices}"


def _price(price: float | None, row: ClosedRow) -> str:
    return formats.price(price, row.price_digits)


def _money(amount: float | None, row: ClosedRow) -> str:
    return formats.money(amount, signed=True, digits=row.money_digits)


def _money_of(amount: float, row: ClosedRow) -> str:
    """Return an amount in a sentence, where no heading says of what it is."""
    return formats.money(amount, row.currency, signed=True, digits=row.money_digits)


def _costs(trade: ClosedTrade) -> float:
    return trade.commission + trade.swap + trade.fee


def _tip(row: ClosedRow) -> str:
    trade = row.trade
    lines = [
        _("Position {position}, {exits} closing deals").format(position=trade.position, exits=trade.exits),
        _("Closed {closed_at}").format(closed_at=formats.utc_tip(trade.closed_at)),
    ]
    lines.append(
        _("Opened {opened_at}").format(opened_at=formats.utc_tip(trade.opened_at))
        if trade.opened_at
        else _("Opened before the history begins")
    )
    lines.append(
        _("Intent {intent_id} from {source}").format(intent_id=trade.intent_id, source=trade.source)
        if trade.intent_id
        else _("Not opened by this desk")
    )
    costs = {
        name: _money_of(amount, row)
        for name, amount in (("commission", trade.commission), ("swap", trade.swap), ("fees", trade.fee))
    }
    text = _("Price {profit}, commission {commission}, swap {swap}, fees {fees}")
    lines.append(text.format(profit=_money_of(trade.profit, row), **costs))
    lines.append(
        _("First stop {price}").format(price=_price(trade.first_stop, row))
        if trade.first_stop
        else _("It had no stop that is known")
    )
    if trade.exit_slippage is not None:
        worse, better = _("Stop or target filled {price} worse than it stood"), _("Filled {price} better than it stood")
        price = formats.price(abs(trade.exit_slippage), row.price_digits)
        lines.append((worse if trade.exit_slippage >= 0.0 else better).format(price=price))
    return "\n".join((*lines, trade.note) if trade.note else lines)


def _slippage(row: ClosedRow) -> str:
    return formats.number(row.trade.slippage_points, 1, signed=True)


def _exit_slippage(row: ClosedRow) -> float | None:
    """Return in points by how much worse than it stood a stop or target was filled, None for other exits."""
    price = row.trade.exit_slippage
    return None if price is None else round(price * 10.0**row.price_digits, 1)


def _reason(row: ClosedRow) -> str:
    reason = _(row.trade.reason)
    return reason if row.trade.whole else _("{reason}, partly").format(reason=reason)


def closed_columns(when: Callable[[datetime], str]) -> tuple[Column[ClosedRow], ...]:
    """Return the columns of closed trades."""
    return (
        Column(N_("Closed"), lambda row: when(row.trade.closed_at), lambda row: row.trade.closed_at.timestamp(), _WHEN,
               tip=_tip, hint=N_("Local time of the last closing deal, with the day when it was not today")),
        Column(N_("Symbol"), lambda row: row.trade.symbol, lambda row: row.trade.symbol, "XAUUSDm", number=False,
               tip=_tip),
        Column(N_("Side"), lambda row: formats.side(row.trade.direction), lambda row: row.trade.direction,
               formats.side(-1), number=False, tip=_tip,
               tone=lambda row: Tone.UP if row.trade.direction > 0 else Tone.DOWN),
        Column(N_("Lots"), lambda row: formats.lots(row.trade.closed_volume), lambda row: row.trade.closed_volume,
               "188.88",
               tip=_tip, hint=N_("Volume that was closed")),
        Column(N_("Entry"), lambda row: _price(row.trade.entry, row), lambda row: row.trade.entry, "18888.88", tip=_tip,
               digits=lambda row: row.price_digits,
               spare=5, hint=N_("Price weighted by the volume of all opening deals")),
        Column(N_("Exit"), lambda row: _price(row.trade.exit, row), lambda row: row.trade.exit, "18888.88", tip=_tip,
               digits=lambda row: row.price_digits,
               spare=6, hint=N_("Price weighted by the volume of all closing deals")),
        Column("R", lambda row: formats.number(row.trade.r, 2, signed=True), lambda row: row.trade.r, "+8.88",
               tone=lambda row: money_tone(round(row.trade.r or 0.0, 2)), tip=_tip, spare=1,
               hint=N_("Way of the price as a multiple of the distance to the first stop, costs left out")),
        Column(N_("Result"), lambda row: _money(row.trade.net, row), lambda row: row.trade.net, "+18,888.88",
               tone=lambda row: money_tone(row.trade.net), tip=_tip,
               hint=N_("With commission, swap and fees, in account currency")),
        Column(N_("Slip"), _slippage, lambda row: row.trade.slippage_points, "+18.8", tip=_tip, spare=8,
               hint=N_("Slippage of the entry in points; above zero is worse than asked")),
        Column(N_("Exit slip"), lambda row: formats.number(_exit_slippage(row), 1, signed=True), _exit_slippage,
               "+18.8", tip=_tip, spare=10,
               hint=N_("By how many points a stop or target was filled worse than it stood")),
        Column(N_("Costs"), lambda row: _money(_costs(row.trade), row), lambda row: _costs(row.trade), "-188.88",
               tip=_tip, spare=9, hint=N_("Commission, swap and fees")),
        Column(N_("Open for"), lambda row: duration(row.trade.seconds), lambda row: row.trade.seconds, "88 h 88 min",
               tip=_tip, spare=4),
        Column(N_("Closed by"), _reason, _reason, "program, partly", least="program", number=False, tip=_tip, spare=3,
               hint=N_("Stop, target, stop out, by hand at the terminal, a program such as this desk, or reversed")),
        Column(N_("Strategy"), lambda row: _(strategy_of(row.trade)), lambda row: strategy_of(row.trade),
               "mean-reversion", least="trend-fol", number=False, tip=_tip, spare=2,
               hint=N_("The trader here, a strategy, or other: opened elsewhere")),
        Column(N_("Tags"), lambda row: " ".join(row.trade.tags), lambda row: " ".join(row.trade.tags), "x" * 10,
               number=False, tip=_tip, spare=7),
        Column(N_("Position"), lambda row: str(row.trade.position), lambda row: row.trade.position, "8888888888",
               tip=_tip,
               spare=10),
    )  # fmt: skip


def intent_columns(when: Callable[[datetime], str]) -> tuple[Column[PastIntent], ...]:
    """Return the columns of intents of the journal."""

    def tip(row: PastIntent) -> str:
        return _("Intent {intent_id}\nReceived {at}\n{state} by {actor}: {reason}").format(
            intent_id=row.intent_id,
            at=formats.utc_tip(row.at),
            state=core_text(row.state),
            actor=_(row.actor),
            reason=core_text(row.reason),
        )

    return (
        Column(N_("Received"), lambda row: when(row.at), lambda row: row.at.timestamp(), _WHEN, tip=tip,
               hint=N_("Local time, with the day when it was not today")),
        Column(N_("Symbol"), lambda row: row.symbol, lambda row: row.symbol, "XAUUSDm", number=False, tip=tip),
        Column(N_("Side"), lambda row: formats.side(row.direction), lambda row: row.direction, formats.side(-1),
               number=False, tip=tip, tone=lambda row: Tone.UP if row.direction > 0 else Tone.DOWN),
        Column(N_("State"), lambda row: core_text(row.state), lambda row: row.state, N_("CANCELLED "), number=False,
               tip=tip),
        Column(N_("By"), lambda row: _(row.actor), lambda row: row.actor, "trend-fol", number=False, tip=tip, spare=1,
               hint=N_("Who brought it to this state: the trader, the desk, a policy or a strategy")),
        Column(N_("Source"), lambda row: _(source_name(row.source)), lambda row: row.source, "trend-fol", number=False,
               tip=tip, spare=2),
        Column(N_("Why"), lambda row: core_text(row.reason), lambda row: row.reason, "x" * 24, number=False, tip=tip),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A line of the statistics: its place, its name and its figures; `count` alone for refusals."""

    place: int
    name: str
    figures: Statistics | None
    money_digits: int
    count: int = 0


def group_columns() -> tuple[Column[GroupRow], ...]:
    """Return the columns of figures by group."""

    def money(pick: Callable[[Statistics], float | None]) -> Callable[[GroupRow], str]:
        return lambda row: formats.money(_of(row, pick), signed=True, digits=row.money_digits)

    def net(figures: Statistics) -> float | None:
        return figures.net

    def expectancy(figures: Statistics) -> float | None:
        return figures.expectancy

    return (
        Column(N_("Group"), lambda row: row.name, lambda row: row.place, "Wednesday mor", number=False, least="Wednes"),
        Column(N_("Count"), lambda row: formats.whole(_count(row)), _count, "8,888",
               hint=N_("Trades that are wholly closed; of rules, how often they refused")),
        Column(N_("Net"), money(net), lambda row: _of(row, net), "+18,888.88",
               tone=lambda row: money_tone(_of(row, net)), hint=N_("With all costs, in account currency")),
        Column(N_("Expectancy"), money(expectancy), lambda row: _of(row, expectancy), "+1,888.88",
               tone=lambda row: money_tone(_of(row, expectancy)), hint=N_("Result of a trade on average")),
        Column(N_("Win rate"), lambda row: percent(_of(row, lambda each: each.win_rate)),
               lambda row: _of(row, lambda each: each.win_rate), "100.0 %"),
        Column(N_("Factor"), lambda row: formats.number(_of(row, lambda each: each.profit_factor)),
               lambda row: _of(row, lambda each: each.profit_factor), "18.88", spare=2,
               hint=N_("Profit factor: what was won for each unit lost")),
        Column(N_("Mean R"), lambda row: formats.number(_of(row, lambda each: each.mean_r), signed=True),
               lambda row: _of(row, lambda each: each.mean_r), "+8.88", spare=1),
    )  # fmt: skip


def _of(row: GroupRow, pick: Callable[[Statistics], float | None]) -> float | None:
    return None if row.figures is None else pick(row.figures)


def _count(row: GroupRow) -> float:
    return row.count if row.figures is None else row.figures.trades
