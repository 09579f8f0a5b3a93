# SPDX-License-Identifier: MIT
"""A line of bid and ask, in their big-figure form."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.quotes import QuoteRow
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.price_type import PriceType
from arbitrex_desktop.ui.theme.theme import Theme, tabular
from arbitrex_desktop.ui.widgets.metric import ElidedLabel

_BETWEEN: Final = " / "


class QuoteLabel(ElidedLabel):
    """Shows a quote on the right, grey with its age when it is stale; plain where it has to be shortened."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, Tone.MUTED)
        self.setFont(tabular(self.font()))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._prices: tuple[str, ...] = ()
        self._digits = 0
        self._type = PriceType(self.font())

    def show_quote(self, row: QuoteRow | None) -> None:
        """Show a symbol's present price, or that there is none."""
        if row is None or row.quote is None:
            self._prices = ()
            self.show_text(_("no price"), Tone.MUTED)
            return
        self._digits = row.digits
        self._prices = tuple(formats.price(each, row.digits) for each in (row.quote.bid, row.quote.ask))
        text = _BETWEEN.join(self._prices)
        if row.is_fresh:
            self.show_text(text)
            return
        closed = _("closed, ") if row.closed else ""
        self.show_text(
            _("{text}, {closed}{age} old").format(text=text, closed=closed, age=formats.age(row.age)), Tone.MUTED
        )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint, from the right to the left, what stands behind the prices, ask and bid."""
        area, metrics = self.contentsRect(), self.fontMetrics()
        rest = self.text().removeprefix(_BETWEEN.join(self._prices))
        # (text, width, whether it is a price), the last first
        parts = [(each, self._type.width(each, self._digits), True) for each in reversed(self._prices)]
        parts[1:1] = [(_BETWEEN, float(metrics.horizontalAdvance(_BETWEEN)), False)]
        parts[:0] = [(rest, float(metrics.horizontalAdvance(rest)), False)]
        if not self._prices or sum(width for _text, width, _is_price in parts) > area.width():
            super().paintEvent(event)
            return
        self.setToolTip("")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        right, baseline = area.right() + 1.0, (area.height() + metrics.ascent() - metrics.descent()) / 2.0
        for text, width, is_price in parts:
            if is_price:
                self._type.paint(painter, right, baseline, text, self._digits)
            else:
                painter.setFont(self.font())
                painter.drawText(QPointF(right - width, baseline), text)
            right -= width
        painter.end()
