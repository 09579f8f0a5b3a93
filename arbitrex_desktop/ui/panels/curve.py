# SPDX-License-Identifier: MIT
"""What an equity curve shows besides the points of this run: the time before, money paid, and limits."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from arbitrex_desktop.desk.presentation.snapshot import EquityPoint, RiskRow
from arbitrex_desktop.desk.review.views import ReviewData
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.theme.colours import Tone

Points = tuple[tuple[float, float], ...]
"""Seconds (UTC) and amounts, oldest first."""


@dataclass(frozen=True, slots=True)
class CurvePast:
    """What was before this run.

    Attributes:
        balance: the balance from each moment on
        equity: as it was kept
        anchors: what the day's loss was measured from, from each moment on
        flows: moments of deposits, withdrawals and charges, in words
        since, until: the time that is shown, seconds (UTC), `until` exclusive
    """

    balance: Points = ()
    equity: Points = ()
    anchors: Points = ()
    flows: tuple[tuple[float, str], ...] = ()
    since: float = -math.inf
    until: float = math.inf


NO_PAST: Final = CurvePast()


@dataclass(frozen=True, slots=True)
class LimitLevel:
    """A limit: the equity at which it is reached, in words, and how grave that is."""

    amount: float
    message: str
    tone: Tone


def past_of(data: ReviewData) -> CurvePast:
    """Return the curve's past from what Review read; the account's first deposit is where it begins and no mark."""
    anchors: list[tuple[float, float]] = []
    for point in data.equity:
        if point.anchor is not None and (not anchors or anchors[-1][1] != point.anchor):
            anchors.append((point.at.timestamp(), point.anchor))
    first = data.balance[0][0] if data.balance else None
    flows = tuple(
        (flow.at.timestamp(), f"{_(flow.kind)} {_paid(flow.amount, data)}") for flow in data.flows if flow.at != first
    )
    return CurvePast(
        balance=tuple((at.timestamp(), level) for at, level in data.balance),
        equity=tuple((point.at.timestamp(), point.equity) for point in data.equity),
        anchors=tuple(anchors),
        flows=flows,
        since=-math.inf if data.query.since is None else data.query.since.timestamp(),
        until=math.inf if data.query.until is None else data.query.until.timestamp(),
    )


def _paid(amount: float, data: ReviewData) -> str:
    return formats.money(amount, data.currency, signed=True, digits=data.money_digits)


def levels_of(risk: RiskRow | None) -> tuple[LimitLevel, ...]:
    """Return the limits that equity must stay above, as far as they are known."""
    if risk is None:
        return ()
    floors = [LimitLevel(risk.peak_equity * (1.0 - risk.max_drawdown), _("drawdown limit"), Tone.BAD)]
    if risk.day_anchor is not None:
        floors.append(LimitLevel(risk.day_anchor, _("day's start"), Tone.MUTED))
        floors.append(LimitLevel(risk.day_anchor - risk.daily_limit, _("day's loss limit"), Tone.WARN))
    return tuple(level for level in floors if level.amount > 0.0)


def equity_at(seconds: float, points: Sequence[EquityPoint], past: CurvePast) -> float | None:
    """Return the equity that was known at a moment, None before the first; where none was kept, the balance."""
    live = [(point.at.timestamp(), point.equity) for point in points]
    for line in (live, past.equity, past.balance):
        place = bisect_right(line, seconds, key=lambda point: point[0])
        if place:
            return line[place - 1][1]
    return None
