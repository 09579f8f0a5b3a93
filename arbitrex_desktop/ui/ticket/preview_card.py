# SPDX-License-Identifier: MIT
"""What the RPM would answer to the ticket, in a few lines."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from arbitrex_desktop.desk.presentation.check_text import check_text
from arbitrex_desktop.desk.presentation.core_text import blocker_text, reason_text
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.desk import cut_lots, gravest_first
from arbitrex_desktop.ui.models.preview_text import REJECTED, preview_text
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, tabular
from arbitrex_desktop.ui.widgets.clamped_label import ClampedLabel
from arbitrex_desktop.ui.widgets.metric import TonedLabel

_CAPTIONS: Final = (N_("Lots"), N_("Loss at stop"), N_("Stop"), N_("Margin level"))
_SPEAKS: Final = frozenset({Outcome.FAIL, Outcome.UNKNOWN, Outcome.ADJUST})
_MOST_REASONS: Final = 2
"""More are only in the tool tip."""


class PreviewCard(QWidget):
    """Decision, volume, stop, risk and what decides; always as tall, and grey while the form has changed since."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.decision = TonedLabel(theme, Tone.MUTED)
        self.decision.setFont(tabular(self.font(), bold=True))
        self.reasons = ClampedLabel(theme, Tone.MUTED)
        self.values = {caption: TonedLabel(theme, Tone.MUTED) for caption in _CAPTIONS}
        self._row: IntentRow | None = None
        self._current = False
        head = QHBoxLayout()
        caption = TonedLabel(theme, Tone.MUTED)
        caption.setText(_("The RPM answers"))
        head.addWidget(caption)
        head.addStretch(1)
        head.addWidget(self.decision)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addLayout(self._grid(theme))
        layout.addWidget(self.reasons)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.show_message("")

    @property
    def row(self) -> IntentRow | None:
        """The preview shown, None while there is none."""
        return self._row

    @property
    def is_current(self) -> bool:
        """Whether the preview answers what stands in the form now."""
        return self._current

    def show_preview(self, row: IntentRow, currency: str = "") -> None:
        """Show an answer to what stands in the form, amounts in the account's currency."""
        self._row, self._current = row, True
        self.decision.show_text(*preview_text(row.decision, row.checks))
        texts = {
            "Lots": formats.lots(row.lots),
            "Loss at stop": _loss(row, currency),
            "Stop": formats.price(row.stop_loss, row.digits),
            "Margin level": _margin(row),
        }
        for caption, label in self.values.items():
            label.show_text(texts[caption], Tone.TEXT)
        reasons = [check_text(each) for each in gravest_first(row.checks) if each.outcome in _SPEAKS]
        cut = cut_lots(row)
        text = reason_text(row) or _few(reasons) or _("Every check passes.")
        text = f"{cut}. {text}" if cut else text
        if row.blocker and row.decision != REJECTED:
            text = _("Could not be approved now: {blocker}. {text}").format(blocker=blocker_text(row), text=text)
        self.reasons.setToolTip("\n".join(reasons or [text]))
        if row.closing_text:
            self.reasons.show_text(f"{row.closing_text}. {text}", Tone.WARN)
        else:
            plain = Tone.TEXT if reasons or row.reason else Tone.MUTED
            self.reasons.show_text(text, Tone.WARN if row.blocker or cut else plain)

    def show_message(self, message: str, tone: Tone = Tone.MUTED) -> None:
        """Show why there is no preview."""
        self._row, self._current = None, False
        self.decision.show_text(formats.DASH, Tone.MUTED)
        self.reasons.setToolTip(message)
        for label in self.values.values():
            label.show_text(formats.DASH, Tone.MUTED)
        self.reasons.show_text(message, tone)

    def outdate(self) -> None:
        """Grey what is shown: the form has changed since."""
        self._current = False
        if self._row is None:
            self.reasons.show_text("", Tone.MUTED)
        for label in (self.decision, self.reasons, *self.values.values()):
            label.show_text(label.text(), Tone.MUTED)

    def _grid(self, theme: Theme) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(1)
        for place, (caption, label) in enumerate(self.values.items()):
            name = TonedLabel(theme, Tone.MUTED)
            name.setText(_(caption))
            label.setFont(tabular(self.font()))
            grid.addWidget(name, place // 2, place % 2 * 2)
            grid.addWidget(label, place // 2, place % 2 * 2 + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        return grid


def _loss(row: IntentRow, currency: str) -> str:
    loss = formats.money(row.risk_amount, currency, digits=row.money_digits)
    return loss if loss == formats.DASH else f"{loss} \N{MIDDLE DOT} {formats.percent(row.risk_pct)}"


def _margin(row: IntentRow) -> str:
    """Return the margin level that the account would have with the trade."""
    level = next((each.observed for each in row.checks if each.code == "MARGIN_LEVEL_LIMIT"), None)
    return formats.DASH if level is None else _("{percent} after it").format(percent=formats.percent(level / 100.0, 0))


def _few(reasons: list[str]) -> str:
    """Return the gravest reasons in one text, and how many more there are."""
    more = len(reasons) - _MOST_REASONS
    shown = "; ".join(reasons[:_MOST_REASONS])
    return _("{shown}; and {more} more").format(shown=shown, more=more) if more > 0 else shown
