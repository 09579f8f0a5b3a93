# SPDX-License-Identifier: MIT
"""The limits in use, always in sight: a strip of small gauges, amber from where the rules warn, red at the limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from arbitrex_desktop.desk.presentation.check_text import check_text
from arbitrex_desktop.desk.presentation.snapshot import AccountRow, RiskRow
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import SMALL, Theme, tabular

WARN_FROM: Final = 0.8
"""Share of a limit from which its gauge is amber."""

TITLES: Final = {
    "MAX_DRAWDOWN_EXCEEDED": N_("Drawdown"),
    "DAILY_LOSS_LIMIT": N_("Day loss"),
    "OPEN_RISK_LIMIT": N_("Open risk"),
    "MAX_POSITIONS_REACHED": N_("Positions"),
    "MARGIN_LEVEL_LIMIT": N_("Margin level"),
    "WEEKLY_LOSS_LIMIT": N_("Week loss"),
    "TOTAL_EXPOSURE_LIMIT": N_("Exposure"),
    "VALUE_AT_RISK_LIMIT": N_("VaR 1 day"),
    "DAILY_DRAWDOWN_LIMIT": N_("Day drawdown"),
    "NET_EXPOSURE_LIMIT": N_("Net exposure"),
    "EXPECTED_SHORTFALL_LIMIT": N_("Shortfall"),
}
"""What a gauge is called, by the code of its rule, in the order in which they get room."""

_WIDTH, _HEIGHT, _GAP = 102, 44, 12
_LEAST_GAP: Final = 3.0
_LONG, _MILLION = 100_000.0, 1_000_000.0
"""Sums from which on two have no room side by side."""
_TIMES: Final = 3.0
"""Where a limit is three times the capital or more, what is used of it is told as a multiple, too."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure beside what it is held against.

    Attributes:
        title: what it is.
        value: the figure, as it is read.
        limit: what it is held against, in words; empty where there is none.
        share: how much of the limit is used, 0 to 1 and more; None where there is no limit.
        tip: the rule's own sentence.
        tone: colour of the figure.
    """

    title: str
    value: str
    limit: str = ""
    share: float | None = None
    tip: str = ""
    tone: Tone = Tone.TEXT


def gauges_of(account: AccountRow | None, risk: RiskRow | None) -> tuple[Gauge, ...]:
    """Return equity with the day's result, then the limits that the risk manager has figures of."""
    if account is None or risk is None:
        return ()
    used = {verdict.code: verdict for verdict in risk.limits}
    return (
        _equity(account, risk),
        *(limit_gauge(used[code], _(title), short=True) for code, title in TITLES.items() if code in used),
    )


def _equity(account: AccountRow, risk: RiskRow) -> Gauge:
    """Return equity; beside it the result since the day's anchor, once that is known."""
    value = formats.money(account.equity, digits=account.currency_digits)
    if not risk.day_anchor:
        return Gauge(_("Equity"), value, account.currency)
    result = account.equity - risk.day_anchor
    today = _("today {money}").format(
        money=formats.money(result, account.currency, signed=True, digits=account.currency_digits)
    )
    tip = _("{today} since the day's reset, {percent}").format(
        today=today, percent=formats.percent(result / risk.day_anchor, signed=True)
    )
    return Gauge(_("Equity"), value, today, None, tip)


def limit_gauge(verdict: Verdict, title: str, *, short: bool = False) -> Gauge:
    """Return a limit's gauge, large sums in thousands or millions if `short`; a least value is used up from above."""
    observed, limit = verdict.observed or 0.0, verdict.limit or 0.0
    is_least = verdict.unit == "%"
    share = (limit / observed if observed > 0.0 else math.inf) if is_least else observed / limit if limit > 0.0 else 0.0
    tone = Tone.BAD if share >= 1.0 else Tone.WARN if share >= WARN_FROM else Tone.TEXT
    if verdict.code == "MAX_POSITIONS_REACHED" and observed <= limit:
        tone = Tone.WARN if share >= WARN_FROM else Tone.TEXT
    unit = "times" if verdict.unit == "share" and limit >= _TIMES else verdict.unit
    least = "\N{GREATER-THAN OR EQUAL TO}" if short else _("min")
    beside = f"{least if is_least else _('of')} {_figure(limit, unit, short=short)}"
    return Gauge(title, _figure(observed, unit, short=short), beside, share, check_text(verdict), tone)


def _figure(value: float, unit: str, *, short: bool) -> str:
    if unit == "times":
        return f"{formats.number(value, 1)}x"
    if unit == "share":
        return formats.percent(value, 1)
    if unit == "%":
        return f"{formats.number(value, 0)} %"
    if short and abs(value) >= _LONG:
        millions = abs(value) >= _MILLION
        digits = 1 if _MILLION <= abs(value) < 100.0 * _MILLION else 0
        return f"{formats.number(value / (_MILLION if millions else 1_000.0), digits)}{'M' if millions else 'k'}"
    return formats.number(value, 0)


class GaugeStrip(QWidget):
    """Paints as many gauges as there is room for, none near its limit left out for a calm one; tool tips say more.

    Attributes:
        gauges: those there are.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._fresh = True
        self.gauges: tuple[Gauge, ...] = ()
        self._small: QFont = tabular(self.font(), SMALL)
        self._large: QFont = tabular(self.font(), bold=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName(_("Limits in use"))
        theme.changed.connect(self.update)

    def show_state(self, fresh: Freshness) -> None:
        """Show the newest figures, grey when they are not fresh."""
        snapshot = fresh.snapshot
        gauges = gauges_of(snapshot.account, snapshot.risk) if snapshot is not None else ()
        if (gauges, fresh.account_fresh) != (self.gauges, self._fresh):
            self.gauges, self._fresh = gauges, fresh.account_fresh
            self.setAccessibleDescription("; ".join(f"{each.title} {each.value} {each.limit}" for each in gauges))
            self.update()

    @property
    def shown(self) -> tuple[Gauge, ...]:
        """Those for which there is room: equity, those near or beyond their limit, and the first of the rest."""
        room = max(0, (self.width() - self._first_width() + _WIDTH + _GAP) // (_WIDTH + _GAP))
        by_weight = sorted(self.gauges[1:], key=lambda each: each.tone is Tone.TEXT)
        chosen = (*self.gauges[:1], *by_weight)[:room]
        return tuple(each for each in self.gauges if each in chosen)

    def _first_width(self) -> int:
        """Return the room of the first, equity, which has two sums of any length."""
        if not self.gauges:
            return _WIDTH
        texts = ((self._large, self.gauges[0].value), (self._small, self.gauges[0].limit))
        return max(_WIDTH, *(QFontMetrics(font).horizontalAdvance(text) for font, text in texts))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return no width, of which it takes all that is left: what has no room is left out."""
        return QSize(0, _HEIGHT)

    def event(self, event: object) -> bool:
        """Show a gauge's sentence as its tool tip."""
        if isinstance(event, QHelpEvent) and event.type() is QHelpEvent.Type.ToolTip:
            place = max(0, event.pos().x() - self._first_width() + _WIDTH) // (_WIDTH + _GAP)
            shown = self.shown
            QToolTip.showText(event.globalPos(), shown[place].tip if place < len(shown) else "", self)
            return True
        return super().event(event)  # type: ignore[arg-type] # Qt's stubs want QEvent, which it is

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the gauges."""
        del event
        painter = QPainter(self)
        beyond = self._first_width() - _WIDTH
        for place, gauge in enumerate(self.shown):
            left = place * (_WIDTH + _GAP) + (beyond if place else 0)
            self._paint(painter, gauge, QRectF(left, 0.0, _WIDTH, _HEIGHT))
        painter.end()

    def _paint(self, painter: QPainter, gauge: Gauge, area: QRectF) -> None:
        colours = self._theme.colours
        painter.setFont(self._small)
        painter.setPen(colours.muted)
        painter.drawText(QPointF(area.left(), area.top() + 11.0), gauge.title)
        painter.setFont(self._large)
        painter.setPen(colours.tone(gauge.tone) if self._fresh else colours.muted)
        painter.drawText(QPointF(area.left(), area.top() + 28.0), gauge.value)
        painter.setFont(self._small)
        painter.setPen(colours.muted)
        if gauge.share is None:
            painter.drawText(QPointF(area.left(), area.top() + 41.0), gauge.limit)
            return
        right = area.right() - painter.fontMetrics().horizontalAdvance(gauge.limit)
        # A figure so long that nothing fits beside it is far from any limit, and the tip has both.
        if right > area.left() + QFontMetrics(self._large).horizontalAdvance(gauge.value) + _LEAST_GAP:
            painter.drawText(QPointF(right, area.top() + 28.0), gauge.limit)
        bar = QRectF(area.left(), area.top() + 35.0, area.width(), 4.0)
        painter.fillRect(bar, colours.line)
        bar.setWidth(area.width() * min(max(gauge.share, 0.0), 1.0))
        tone = Tone.GOOD if gauge.tone is Tone.TEXT else gauge.tone
        painter.fillRect(bar, colours.tone(tone) if self._fresh else colours.muted)
