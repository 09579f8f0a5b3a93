# SPDX-License-Identifier: MIT
"""The account: what is there, what is at stake, and how old these numbers are."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout

from arbitrex_desktop.desk.presentation.snapshot import AccountRow, RiskRow
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.models.desk import money_tone
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.clamped_label import ClampedLabel
from arbitrex_desktop.ui.widgets.metric import Metric

_CAPTIONS: Final = {
    "capital": N_("Capital"),
    "equity": N_("Equity"),
    "free_margin": N_("Free margin"),
    "margin_level": N_("Margin level"),
    "unrealized": N_("Unrealised profit"),
    "daily": N_("Realised today"),
    "weekly": N_("Realised this week"),
    "drawdown": N_("Drawdown / limit"),
}
_SAMPLE: Final = "1,888,888.88"
_SAMPLES: Final = {"drawdown": "18.8 % / 18.8 %"}
_NEAR_LIMIT: Final = 0.8


class AccountPanel(Panel):
    """Eight figures of the account; grey as soon as they are not the present ones."""

    name = "account"
    title = N_("Account")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(_(self.title))
        self.figures = {
            key: Metric(_(caption), theme, _SAMPLES.get(key, _SAMPLE)) for key, caption in _CAPTIONS.items()
        }
        self.caption = ClampedLabel(theme, Tone.MUTED)
        self._columns = 0
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 12, 6)
        layout.addLayout(self._grid)
        layout.addWidget(self.caption)
        layout.addStretch(1)
        self._arrange(4)

    def refresh(self, fresh: Freshness) -> None:
        """Show the account and the RPM's sums."""
        snapshot = fresh.snapshot
        account = snapshot.account if snapshot else None
        risk = snapshot.risk if snapshot else None
        self._show_account(account, fresh=fresh.account_fresh)
        self._show_risk(risk, account, fresh=fresh.account_fresh)
        self.caption.show_text(*self._caption_of(account, fresh))
        self.caption.setToolTip(self.caption.text())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for two columns: four come when there is more."""
        return QSize(self._width_of(2), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Use two columns where four do not fit."""
        super().resizeEvent(event)
        self._arrange(4 if event.size().width() >= self._width_of(4) else 2)

    def _show_account(self, account: AccountRow | None, *, fresh: bool) -> None:
        digits = account.currency_digits if account else None
        values: dict[str, float | None] = {
            "capital": account.capital if account else None,
            "equity": account.equity if account else None,
            "free_margin": account.free_margin if account else None,
        }
        for key, value in values.items():
            self._show_figure(key, formats.money(value, digits=digits), Tone.TEXT, fresh=fresh)
        level = account.margin_level if account else None
        text = _("no margin used") if account and level is None else formats.percent(level and level / 100.0)
        self._show_figure("margin_level", text, Tone.TEXT, fresh=fresh)
        profit = account.unrealized_pnl if account else None
        self._show_figure(
            "unrealized", formats.money(profit, signed=True, digits=digits), money_tone(profit), fresh=fresh
        )

    def _show_risk(self, risk: RiskRow | None, account: AccountRow | None, *, fresh: bool) -> None:
        currency, digits = (account.currency, account.currency_digits) if account else ("", None)
        for key, value in (("daily", risk.daily_pnl if risk else None), ("weekly", risk.weekly_pnl if risk else None)):
            tip = (
                _("Profit and loss in {currency} since the reset, without what floats").format(currency=currency)
                if risk
                else ""
            )
            self._show_figure(
                key, formats.money(value, signed=True, digits=digits), money_tone(value), fresh=fresh, tip=tip
            )
        if risk is None:
            self._show_figure("drawdown", formats.DASH, Tone.MUTED, fresh=fresh)
            return
        near = risk.max_drawdown > 0 and risk.drawdown >= _NEAR_LIMIT * risk.max_drawdown
        text = f"{formats.percent(risk.drawdown, 1)} / {formats.percent(risk.max_drawdown, 1)}"
        tip = _("Below the peak equity of {money}").format(
            money=formats.money(risk.peak_equity, currency, digits=digits)
        )
        self._show_figure("drawdown", text, Tone.WARN if near else Tone.TEXT, fresh=fresh, tip=tip)

    def _show_figure(self, key: str, text: str, tone: Tone, *, fresh: bool, tip: str = "") -> None:
        self.figures[key].show_value(text, tone if fresh else Tone.MUTED, tip)

    def _caption_of(self, account: AccountRow | None, fresh: Freshness) -> tuple[str, Tone]:
        if account is None:
            return _("The account has not been synced yet."), Tone.MUTED
        who = _("{login} at {server} \N{MIDDLE DOT} amounts in {currency}").format(
            login=account.login, server=account.server, currency=account.currency
        )
        who += _(" \N{MIDDLE DOT} leverage 1:{leverage}").format(leverage=account.leverage)
        if fresh.account_fresh:
            return _("{who} \N{MIDDLE DOT} synced {synced_at}").format(
                who=who, synced_at=formats.clock_time(fresh.synced_at)
            ), Tone.MUTED
        if fresh.synced_at is None:
            return _("Not synced by the Risk & Portfolio Manager yet \N{MIDDLE DOT} {who}").format(who=who), Tone.WARN
        when = formats.clock_time(fresh.synced_at)
        return _("STALE: as of {when}, {age} ago \N{MIDDLE DOT} {who}").format(
            when=when, age=formats.age(fresh.sync_age), who=who
        ), Tone.WARN

    def _width_of(self, columns: int) -> int:
        """Return the pixels that so many columns of figures take, with what is beside them."""
        figures = [figure.sizeHint().width() for figure in self.figures.values()]
        widest = sum(max(figures[place::columns]) for place in range(columns))
        margins = self.layout().contentsMargins()  # type: ignore[union-attr] # set in __init__
        return widest + (columns - 1) * self._grid.horizontalSpacing() + margins.left() + margins.right()

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, figure in enumerate(self.figures.values()):
            self._grid.addWidget(figure, place // columns, place % columns)
        for column in range(4):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
