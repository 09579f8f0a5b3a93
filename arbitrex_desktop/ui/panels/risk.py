# SPDX-License-Identifier: MIT
"""Risk: how much of each limit is used, and what the account is exposed to."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtWidgets import QVBoxLayout

from arbitrex_desktop.desk.presentation.snapshot import RiskRow
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.table import Column, RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.limit_bar import LimitBar
from arbitrex_desktop.ui.widgets.metric import TonedLabel
from arbitrex_desktop.ui.widgets.table_view import TableView

_WITHOUT_CENTS: Final = 100_000.0
"""A limit of so much money is told without cents, and its loss, too."""


class _Exposure(NamedTuple):
    name: str
    amount: float
    kind: str


def _arrow(row: _Exposure) -> str:
    return f"{formats.UP_ARROW} long" if row.amount > 0 else f"{formats.DOWN_ARROW} short"


_COLUMNS: Final[tuple[Column[_Exposure], ...]] = (
    Column("Exposure", lambda row: row.name, lambda row: row.name, "XAUUSDm", number=False),
    Column("Side", _arrow, lambda row: row.amount, formats.DOWN_ARROW + " short", number=False,
           tone=lambda row: Tone.UP if row.amount > 0 else Tone.DOWN),
    Column("Net", lambda row: formats.whole(row.amount), lambda row: abs(row.amount), "-8,888,888",
           hint="Signed and netted; currencies in account currency, symbols in units"),
    Column("in", lambda row: row.kind, lambda row: row.kind, "units", number=False, spare=1),
)  # fmt: skip


class RiskPanel(Panel):
    """Trading state, bars of the limits, and net exposures."""

    name = "risk"
    title = "Risk"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self.state = TonedLabel(theme)
        self.state.setWordWrap(True)
        self.drawdown = LimitBar("Drawdown", theme)
        self.today = LimitBar("Drawdown today", theme)
        self.daily = LimitBar("Loss today", theme)
        self.weekly = LimitBar("Loss this week", theme)
        self.bars = (self.drawdown, self.today, self.daily, self.weekly)
        self.model: RowTableModel[_Exposure] = RowTableModel(_COLUMNS, lambda row: (row.kind, row.name), self)
        self.view = TableView(self.model, theme, "No exposure")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 4)
        layout.setSpacing(5)
        self.drawdown.setToolTip("Fall of equity below its peak, floating loss included")
        self.daily.setToolTip("Realised since the day's reset; what floats is in the drawdowns")
        self.weekly.setToolTip("Realised since the week's reset; what floats is in the drawdowns")
        for widget in (self.state, *self.bars):
            layout.addWidget(widget)
        layout.addWidget(self.view, 1)

    def refresh(self, fresh: Freshness) -> None:
        """Show the RPM's view."""
        self._fresh = fresh
        snapshot = fresh.snapshot
        risk = snapshot.risk if snapshot else None
        currency = snapshot.account.currency if snapshot and snapshot.account else ""
        self.state.show_text(*self._state_of(risk))
        self._show_bars(risk, currency)
        self.view.set_empty_text("No exposure" if risk else "Exposure is not known yet")
        self.model.set_rows(_exposures(risk, currency) if risk else ())
        self.view.set_dimmed(not fresh.account_fresh)

    def _state_of(self, risk: RiskRow | None) -> tuple[str, Tone]:
        if risk is None:
            return "Limits are not known before the first sync", Tone.MUTED
        fresh = self._fresh.account_fresh
        text = f"Trading {'is' if fresh else 'was'} {risk.trading_state}"
        if risk.halted_at is not None:
            text += f" since {formats.short_time(risk.halted_at, self._fresh.now)}"
        if risk.halt_reason:
            text += f": {risk.halt_reason}"
        if not fresh:
            text += f" (STALE, {formats.age(self._fresh.sync_age)} old)"
        return text, Tone.TEXT if risk.trading_state == "ACTIVE" and fresh else Tone.WARN

    def _show_bars(self, risk: RiskRow | None, currency: str) -> None:
        stale = not self._fresh.account_fresh
        if risk is None:
            for bar in self.bars:
                bar.show_used(None, formats.DASH, stale=True)
            return
        self._show_today(risk, currency, stale=stale)
        text = f"{formats.percent(risk.drawdown)} of {formats.percent(risk.max_drawdown)}"
        self.drawdown.show_used(used_share(risk.drawdown, risk.max_drawdown), text, stale=stale)
        for bar, pnl, limit in (
            (self.daily, risk.daily_pnl, risk.daily_limit),
            (self.weekly, risk.weekly_pnl, risk.weekly_limit),
        ):
            loss = max(0.0, -pnl) if pnl == pnl else pnl  # noqa: PLR0124 - false for NaN, which is not "no loss"
            cents = 0 if abs(limit) >= _WITHOUT_CENTS else 2
            text = f"{formats.number(loss, cents)} of {formats.number(abs(limit), cents)} {currency}".rstrip()
            bar.show_used(used_share(loss, abs(limit)), text, stale=stale)

    def _show_today(self, risk: RiskRow, currency: str, *, stale: bool) -> None:
        """Show the day's fall of equity, with what floats; before a daily reset there is nothing to measure it from."""
        anchor = f"Fall of equity, floating loss included, below today's {formats.money(risk.day_anchor, currency)}"
        known = risk.day_anchor is not None and risk.daily_drawdown is not None
        self.today.setToolTip(anchor if known else "Not known before a daily reset was seen")
        used = None if risk.daily_drawdown is None else used_share(risk.daily_drawdown, risk.max_daily_drawdown)
        text = f"{formats.percent(risk.daily_drawdown)} of {formats.percent(risk.max_daily_drawdown)}"
        self.today.show_used(used, text, stale=stale)


def used_share(used: float, limit: float) -> float | None:
    """Return how much of a limit is used; without a limit above zero any use is all of it, and none is unknown."""
    if limit > 0:
        return used / limit
    return 1.0 if used > 0 else None


def _exposures(risk: RiskRow, currency: str) -> list[_Exposure]:
    by_currency = [_Exposure(name, amount, currency) for name, amount in risk.currency_exposure.items()]
    by_symbol = [_Exposure(name, amount, "units") for name, amount in risk.symbol_exposure.items()]
    both = [sorted(part, key=lambda row: -abs(row.amount)) for part in (by_currency, by_symbol)]
    return [row for part in both for row in part if row.amount]
