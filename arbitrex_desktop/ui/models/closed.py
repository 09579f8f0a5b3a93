# SPDX-License-Identifier: MIT
"""Columns of closed trades, and of figures by group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from arbitrex_desktop.desk.review.report import duration, percent
from arbitrex_desktop.desk.review.statistics import Statistics
from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.desk.review.views import PastIntent, ReviewData, source_name, strategy_of
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.desk import money_tone
from arbitrex_desktop.ui.models.table import Column
from arbitrex_desktop.ui.theme.colours import Tone

_WHEN: Final = "88 Mmm 88:88"


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """A closed trade as it is shown: with the decimals of its symbol's prices and of the account's currency."""

    trade: ClosedTrade
    price_digits: int
    money_digits: int


def closed_rows(data: ReviewData, most: int) -> tuple[ClosedRow, ...]:
    """Return the newest trades as rows."""
    return tuple(
        ClosedRow(trade, data.price_digits.get(trade.symbol, 5), data.money_digits) for trade in data.trades[:most]
    )


def trade_words(row: ClosedRow) -> str:
    """Return what was traded, in words."""
    trade = row.trade
    part = "" if trade.whole else f" of {formats.lots(trade.volume)}"
    prices = f"{_price(trade.entry, row)} to {_price(trade.exit, row)}"
    return f"{formats.side(trade.direction)} {formats.lots(trade.closed_volume)}{part} {trade.symbol}, {prices}"


def _price(price: float | None, row: ClosedRow) -> str:
    return formats.price(price, row.price_digits)


def _money(amount: float | None, row: ClosedRow) -> str:
    return formats.money(amount, signed=True, digits=row.money_digits)


def _costs(trade: ClosedTrade) -> float:
    return trade.commission + trade.swap + trade.fee


def _tip(row: ClosedRow) -> str:
    trade = row.trade
    lines = [f"Position {trade.position}, {trade.exits} closing deals", f"Closed {formats.utc_tip(trade.closed_at)}"]
    lines.append(
        f"Opened {formats.utc_tip(trade.opened_at)}" if trade.opened_at else "Opened before the history begins"
    )
    lines.append(f"Intent {trade.intent_id} from {trade.source}" if trade.intent_id else "Not opened by this desk")
    lines.append(f"Price {_money(trade.profit, row)}, commission {_money(trade.commission, row)}, "
                 f"swap {_money(trade.swap, row)}, fees {_money(trade.fee, row)}")  # fmt: skip
    lines.append(f"First stop {_price(trade.first_stop, row)}" if trade.first_stop else "It had no stop that is known")
    if trade.exit_slippage is not None:
        lines.append(
            f"Stop or target filled {formats.price(trade.exit_slippage, row.price_digits)} worse than it stood"
        )
    return "\n".join((*lines, trade.note) if trade.note else lines)


def _slippage(row: ClosedRow) -> str:
    return formats.number(row.trade.slippage_points, 1, signed=True)


def _reason(row: ClosedRow) -> str:
    return row.trade.reason if row.trade.whole else f"{row.trade.reason}, partly"


def closed_columns(when: Callable[[datetime], str]) -> tuple[Column[ClosedRow], ...]:
    """Return the columns of closed trades."""
    return (
        Column("Closed", lambda row: when(row.trade.closed_at), lambda row: row.trade.closed_at.timestamp(), _WHEN,
               tip=_tip, hint="Local time of the last closing deal, with the day when it was not today"),
        Column("Symbol", lambda row: row.trade.symbol, lambda row: row.trade.symbol, "XAUUSDm", number=False, tip=_tip),
        Column("Side", lambda row: formats.side(row.trade.direction), lambda row: row.trade.direction,
               formats.side(-1), number=False, tip=_tip,
               tone=lambda row: Tone.UP if row.trade.direction > 0 else Tone.DOWN),
        Column("Lots", lambda row: formats.lots(row.trade.closed_volume), lambda row: row.trade.closed_volume, "188.88",
               tip=_tip, hint="Volume that was closed"),
        Column("Entry", lambda row: _price(row.trade.entry, row), lambda row: row.trade.entry, "18888.88", tip=_tip,
               spare=5, hint="Price weighted by the volume of all opening deals"),
        Column("Exit", lambda row: _price(row.trade.exit, row), lambda row: row.trade.exit, "18888.88", tip=_tip,
               spare=6, hint="Price weighted by the volume of all closing deals"),
        Column("R", lambda row: formats.number(row.trade.r, 2, signed=True), lambda row: row.trade.r, "+8.88",
               tone=lambda row: money_tone(round(row.trade.r or 0.0, 2)), tip=_tip, spare=1,
               hint="Way of the price as a multiple of the distance to the first stop, costs left out"),
        Column("Result", lambda row: _money(row.trade.net, row), lambda row: row.trade.net, "+18,888.88",
               tone=lambda row: money_tone(row.trade.net), tip=_tip,
               hint="With commission, swap and fees, in account currency"),
        Column("Slip", _slippage, lambda row: row.trade.slippage_points, "+18.8", tip=_tip, spare=8,
               hint="Slippage of the entry in points; above zero is worse than asked"),
        Column("Costs", lambda row: _money(_costs(row.trade), row), lambda row: _costs(row.trade), "-188.88", tip=_tip,
               spare=9, hint="Commission, swap and fees"),
        Column("Open for", lambda row: duration(row.trade.seconds), lambda row: row.trade.seconds, "88 h 88 min",
               tip=_tip, spare=4),
        Column("Closed by", _reason, _reason, "program, partly", least="program", number=False, tip=_tip, spare=3,
               hint="Stop, target, stop out, by hand at the terminal, a program such as this desk, or reversed"),
        Column("Strategy", lambda row: strategy_of(row.trade), lambda row: strategy_of(row.trade), "trend-fol",
               number=False, tip=_tip, spare=2, hint="The trader here, a strategy, or other: opened elsewhere"),
        Column("Tags", lambda row: " ".join(row.trade.tags), lambda row: " ".join(row.trade.tags), "x" * 10,
               number=False, tip=_tip, spare=7),
        Column("Position", lambda row: str(row.trade.position), lambda row: row.trade.position, "8888888888", tip=_tip,
               spare=10),
    )  # fmt: skip


def intent_columns(when: Callable[[datetime], str]) -> tuple[Column[PastIntent], ...]:
    """Return the columns of intents of the journal."""

    def tip(row: PastIntent) -> str:
        return f"Intent {row.intent_id}\nReceived {formats.utc_tip(row.at)}\n{row.state} by {row.actor}: {row.reason}"

    return (
        Column("Received", lambda row: when(row.at), lambda row: row.at.timestamp(), _WHEN, tip=tip,
               hint="Local time, with the day when it was not today"),
        Column("Symbol", lambda row: row.symbol, lambda row: row.symbol, "XAUUSDm", number=False, tip=tip),
        Column("Side", lambda row: formats.side(row.direction), lambda row: row.direction, formats.side(-1),
               number=False, tip=tip, tone=lambda row: Tone.UP if row.direction > 0 else Tone.DOWN),
        Column("State", lambda row: row.state, lambda row: row.state, "CANCELLED ", number=False, tip=tip),
        Column("By", lambda row: row.actor, lambda row: row.actor, "trend-fol", number=False, tip=tip, spare=1,
               hint="Who brought it to this state: the trader, the desk, a policy or a strategy"),
        Column("Source", lambda row: source_name(row.source), lambda row: row.source, "trend-fol", number=False,
               tip=tip, spare=2),
        Column("Why", lambda row: row.reason, lambda row: row.reason, "x" * 24, number=False, tip=tip),
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
        Column("Group", lambda row: row.name, lambda row: row.place, "Wednesday mor", number=False, least="Wednes"),
        Column("Count", lambda row: formats.whole(_count(row)), _count, "8,888",
               hint="Trades that are wholly closed; of rules, how often they refused"),
        Column("Net", money(net), lambda row: _of(row, net), "+18,888.88",
               tone=lambda row: money_tone(_of(row, net)), hint="With all costs, in account currency"),
        Column("Expectancy", money(expectancy), lambda row: _of(row, expectancy), "+1,888.88",
               tone=lambda row: money_tone(_of(row, expectancy)), hint="Result of a trade on average"),
        Column("Win rate", lambda row: percent(_of(row, lambda each: each.win_rate)),
               lambda row: _of(row, lambda each: each.win_rate), "100.0%"),
        Column("Factor", lambda row: formats.number(_of(row, lambda each: each.profit_factor)),
               lambda row: _of(row, lambda each: each.profit_factor), "18.88", spare=2,
               hint="Profit factor: what was won for each unit lost"),
        Column("Mean R", lambda row: formats.number(_of(row, lambda each: each.mean_r), signed=True),
               lambda row: _of(row, lambda each: each.mean_r), "+8.88", spare=1),
    )  # fmt: skip


def _of(row: GroupRow, pick: Callable[[Statistics], float | None]) -> float | None:
    return None if row.figures is None else pick(row.figures)


def _count(row: GroupRow) -> float:
    return row.count if row.figures is None else row.figures.trades
