# SPDX-License-Identifier: MIT
"""Risk: how much of each limit is used, and what the account is exposed to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from arbitrex_desktop.desk.presentation.core_text import core_text
from arbitrex_desktop.desk.presentation.limits import used_of
from arbitrex_desktop.desk.presentation.snapshot import PositionRow, RiskRow, SwitchRow
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.gauges import TITLES, limit_gauge
from arbitrex_desktop.ui.bars.status import ACTIVE, REDUCING, shown_state
from arbitrex_desktop.ui.bars.switch_bar import LiftBar, SwitchList
from arbitrex_desktop.ui.exposure.heat_map import HeatMap
from arbitrex_desktop.ui.exposure.signed_bars import Bar, SignedBars
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.desk import check_name
from arbitrex_desktop.ui.models.positions import risk_amount
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.focus_ring import ring_when_focused
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.limit_bar import LimitBar
from arbitrex_desktop.ui.widgets.metric import TonedLabel
from arbitrex_desktop.ui.widgets.vertical_scroll import VerticalScrollArea

_WITHOUT_CENTS: Final = 100_000.0
"""A limit of so much money is told without cents, and its loss, too."""


_SHOWN_ABOVE: Final = frozenset(
    {"MAX_DRAWDOWN_EXCEEDED", "DAILY_DRAWDOWN_LIMIT", "DAILY_LOSS_LIMIT", "WEEKLY_LOSS_LIMIT"}
)
"""Limits with bars of their own, which say more than the rules' verdicts."""
_TWO_COLUMNS_FROM: Final = 620
_LEAST_HEIGHT: Final = 200
"""Room for the state and the four losses; the rest scrolls."""
_NO_EXPOSURE: Final = N_("none")
_DRAWDOWN_TIP: Final = N_("Fall of equity below its peak, floating loss included")
_LOSS_TIP: Final = N_("Realised since the {}'s reset; what floats is in the drawdowns")


class RiskPanel(Panel):
    """Trading state and kill switches, a bar for every limit with today's worst, and what the account is exposed to."""

    name = "risk"
    title = N_("Risk")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self.state = TonedLabel(theme)
        self.switches, self.lift_bar = SwitchList(theme), LiftBar(theme)
        self.drawdown = LimitBar(_("Drawdown"), theme)
        self.today = LimitBar(_("Drawdown today"), theme)
        self.daily = LimitBar(_("Loss today"), theme)
        self.weekly = LimitBar(_("Loss this week"), theme)
        self.bars = (self.drawdown, self.today, self.daily, self.weekly)
        self.limits: dict[str, LimitBar] = {}
        self.open_risk = SignedBars(_("At risk to the stops"), theme, empty=_("no positions"), signed=False)
        self.currencies = SignedBars(_("Exposure by currency"), theme, empty=_(_NO_EXPOSURE))
        self.symbols = SignedBars(_("Exposure by symbol"), theme, empty=_(_NO_EXPOSURE))
        self.together = HeatMap(theme)
        self._lay_out()

    def refresh(self, fresh: Freshness) -> None:
        """Show the RPM's view."""
        self._fresh = fresh
        snapshot = fresh.snapshot
        risk = snapshot.risk if snapshot else None
        self.state.show_text(*self._state_of(risk))
        switches = risk.switches if risk else ()
        self.switches.show_switches(switches, fresh.now)
        self.lift_bar.follow(switches)
        self._show_bars(risk, fresh.currency)
        self._show_limits(risk)
        self._show_exposure(risk, snapshot.positions if snapshot else ())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put limits and exposure side by side where there is room for both."""
        super().resizeEvent(event)
        wide = event.size().width() >= _TWO_COLUMNS_FROM
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._columns.direction() is not direction:
            self._columns.setDirection(direction)

    def _ask_to_lift(self, row: SwitchRow) -> None:
        """Ask why a kill switch may be lifted."""
        self.lift_bar.show()
        self.lift_bar.open(row)
        self.area.ensureWidgetVisible(self.lift_bar)

    def _lay_out(self) -> None:
        self.drawdown.setToolTip(_(_DRAWDOWN_TIP))
        self.daily.setToolTip(_(_LOSS_TIP).format(_("day")))
        self.weekly.setToolTip(_(_LOSS_TIP).format(_("week")))
        self._limits = QVBoxLayout()
        exposure = QVBoxLayout()
        for widget in self.bars:
            self._limits.addWidget(widget)
        for picture in (self.open_risk, self.currencies, self.symbols, self.together):
            exposure.addWidget(picture)
        self._columns = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._columns.setSpacing(10)
        for column in (self._limits, exposure):
            column.setSpacing(5)
            whole = QVBoxLayout()
            whole.addLayout(column)
            whole.addStretch(1)
            self._columns.addLayout(whole, 1)
        content = QWidget()
        below = QVBoxLayout(content)
        below.setContentsMargins(10, 6, 10, 4)
        below.setSpacing(5)
        self.state.setWordWrap(True)
        below.addWidget(self.state)
        below.addWidget(self.switches)
        below.addWidget(self.lift_bar)
        self.lift_bar.hide()
        self.switches.lift_asked.connect(self._ask_to_lift)
        self.lift_bar.closed.connect(self.lift_bar.hide)
        self.lift_bar.asked.connect(self.asked)
        below.addLayout(self._columns)
        below.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.area = VerticalScrollArea(content, least_height=_LEAST_HEIGHT)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(_(self.title))
        ring_when_focused(self.area)
        layout.addWidget(self.area)

    def _show_limits(self, risk: RiskRow | None) -> None:
        """Show every other limit that the rules have a figure of; each keeps its place once it is there."""
        stale = not self._fresh.account_fresh
        present = {verdict.code: verdict for verdict in risk.limits if verdict.code not in _SHOWN_ABOVE} if risk else {}
        for code, verdict in present.items():
            title = _title(verdict)
            gauge = limit_gauge(verdict, title)
            if code not in self.limits:
                self.limits[code] = LimitBar(title, self.theme)
                self._limits.addWidget(self.limits[code])
            worst = risk.worst.get(code) if risk else None
            bar = self.limits[code]
            unit = f" {self._fresh.currency}" if verdict.unit == "money" else ""
            bar.show_used(
                used_of(verdict),
                f"{gauge.value} {gauge.limit}{unit}",
                stale=stale,
                worst=worst,
                may_be_full=gauge.tone is not Tone.BAD,
            )
            bar.setToolTip(f"{gauge.tip[:1].upper()}{gauge.tip[1:]}{_worst_text(worst)}")
        for code, bar in self.limits.items():
            if code not in present:
                bar.show_used(None, formats.DASH, stale=True)

    def _show_exposure(self, risk: RiskRow | None, positions: Iterable[PositionRow]) -> None:
        stale = not self._fresh.account_fresh
        empty, unit = _(_NO_EXPOSURE) if risk else _("not known yet"), self._fresh.currency
        self.open_risk.show_bars(
            _open_risk(positions), stale=stale, unit=unit, empty=_("no positions") if risk else _("not known yet")
        )
        self.currencies.show_bars(
            _exposure(risk.currency_exposure if risk else {}), stale=stale, unit=unit, empty=empty
        )
        self.symbols.show_bars(_exposure(risk.notional if risk else {}), stale=stale, unit=unit, empty=empty)
        names, values = (risk.correlated, risk.correlations) if risk else ((), ())
        self.together.show_values(names, values, stale=stale)

    def _state_of(self, risk: RiskRow | None) -> tuple[str, Tone]:
        if risk is None:
            return _("Limits are not known before the first sync"), Tone.MUTED
        fresh, shown = self._fresh.account_fresh, shown_state(risk)
        text = (_("Trading is {state}") if fresh else _("Trading was {state}")).format(state=_(shown.word))
        if risk.halted_at is not None:
            text += _(" since {halted_at}").format(halted_at=formats.short_time(risk.halted_at, self._fresh.now))
        if shown.reason:
            text += f": {core_text(shown.reason)}"
        if risk.trading_state == REDUCING:
            text += _reducing_ends(risk, self._fresh.now)
        if not fresh:
            text += _(" (STALE, {age} old)").format(age=formats.age(self._fresh.sync_age))
        return text, Tone.TEXT if shown.word == ACTIVE and fresh else Tone.WARN

    def _show_bars(self, risk: RiskRow | None, currency: str) -> None:
        stale = not self._fresh.account_fresh
        if risk is None:
            for bar in self.bars:
                bar.show_used(None, formats.DASH, stale=True)
            return
        self._show_today(risk, currency, stale=stale)
        text = _("{percent} of {limit}").format(
            percent=formats.percent(risk.drawdown), limit=formats.percent(risk.max_drawdown)
        )
        worst = risk.worst.get
        self.drawdown.show_used(
            used_share(risk.drawdown, risk.max_drawdown), text, stale=stale, worst=worst("MAX_DRAWDOWN_EXCEEDED")
        )
        self.drawdown.setToolTip(_(_DRAWDOWN_TIP) + _worst_text(worst("MAX_DRAWDOWN_EXCEEDED")))
        for bar, span, pnl, limit, code in (
            (self.daily, _("day"), risk.daily_pnl, risk.daily_limit, "DAILY_LOSS_LIMIT"),
            (self.weekly, _("week"), risk.weekly_pnl, risk.weekly_limit, "WEEKLY_LOSS_LIMIT"),
        ):
            loss = max(0.0, -pnl) if pnl == pnl else pnl  # noqa: PLR0124 - false for NaN, which is not "no loss"
            cents = 0 if abs(limit) >= _WITHOUT_CENTS else amounts.currency_digits(currency)
            text = (
                _("{loss} of {limit} {currency}")
                .format(loss=formats.number(loss, cents), limit=formats.number(abs(limit), cents), currency=currency)
                .rstrip()
            )
            bar.show_used(used_share(loss, abs(limit)), text, stale=stale, worst=worst(code))
            bar.setToolTip(_(_LOSS_TIP).format(span) + _worst_text(worst(code)))

    def _show_today(self, risk: RiskRow, currency: str, *, stale: bool) -> None:
        """Show the day's fall of equity, with what floats; before a daily reset there is nothing to measure it from."""
        anchor = _("Fall of equity, floating loss included, below today's {money}").format(
            money=formats.money(risk.day_anchor, currency)
        )
        known = risk.day_anchor is not None and risk.daily_drawdown is not None
        worst = risk.worst.get("DAILY_DRAWDOWN_LIMIT")
        self.today.setToolTip(anchor + _worst_text(worst) if known else _("Not known before a daily reset was seen"))
        used = None if risk.daily_drawdown is None else used_share(risk.daily_drawdown, risk.max_daily_drawdown)
        text = _("{percent} of {limit}").format(
            percent=formats.percent(risk.daily_drawdown), limit=formats.percent(risk.max_daily_drawdown)
        )
        self.today.show_used(used, text, stale=stale, worst=worst)


def _reducing_ends(risk: RiskRow, now: datetime | None) -> str:
    """Return in words when only reducing trades pass no longer."""
    if risk.reducing_until is None:
        return _("; Resume in the menu Trading ends it")
    return _(" until {until}").format(until=formats.short_time(risk.reducing_until, now))


def used_share(used: float, limit: float) -> float | None:
    """Return how much of a limit is used; without a limit above zero any use is all of it, and none is unknown."""
    if limit > 0:
        return used / limit
    return 1.0 if used > 0 else None


def _title(verdict: Verdict) -> str:
    """Return what a limit is called: its short title, or the name of its check."""
    return _(TITLES.get(verdict.code, "")) or check_name(verdict)


def _worst_text(worst: float | None) -> str:
    """Return the most used of a limit; it is kept in memory only, so that a start begins it anew."""
    return (
        ""
        if worst is None
        else _("\nMost used today, since this program's start: {percent} of it").format(
            percent=formats.percent(worst, 0)
        )
    )


def _exposure(amounts: Mapping[str, float]) -> list[Bar]:
    """Return the largest first, long in the one colour of direction and short in the other."""
    rows = sorted(amounts.items(), key=lambda row: -abs(row[1]))
    return [
        Bar(name, amount, _signed(amount), Tone.UP if amount > 0 else Tone.DOWN)
        for name, amount in rows
        if round(amount)
    ]


def _signed(amount: float) -> str:
    return formats.number(amount, 0, signed=True)


def _open_risk(positions: Iterable[PositionRow]) -> list[Bar]:
    """Return what each position loses at its stop, those without one first."""
    rows = sorted(positions, key=lambda row: -math.inf if not row.stop_loss else -(row.risk_to_stop or 0.0))
    return [
        Bar(row.symbol, row.risk_to_stop, risk_amount(row), Tone.TEXT if row.stop_loss else Tone.WARN)
        for row in rows
    ]  # fmt: skip
