# SPDX-License-Identifier: MIT
"""The bar that moves a pending order: its price, its stop and its target."""

from __future__ import annotations

from PySide6.QtCore import Qt

from arbitrex_desktop.desk.presentation.snapshot import OrderRow
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.prompt_bar import PromptBar
from arbitrex_desktop.ui.commands import ModifyOrder
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.fields import OptionalNumber


class OrderBar(PromptBar):
    """Asks where an order is to rest, on the second press; an empty stop or target is none."""

    def __init__(self, theme: Theme) -> None:
        self._row: OrderRow | None = None
        self.price = OptionalNumber(_("Price"), _("price"))
        self.stop = OptionalNumber(_("Stop"), _("none"))
        self.target = OptionalNumber(_("Target"), _("none"))
        self.act = ConfirmButton(_("Move"), theme)
        super().__init__(theme, _("Price"), self.price, _("Stop"), self.stop, _("Target"), self.target, self.act)
        for field in (self.price, self.stop, self.target):
            field.setMinimumWidth(80)
            field.textChanged.connect(self._changed)
            field.returnPressed.connect(self.act.click)
        self.act.confirmed.connect(self._ask_to_move)

    def open(self, row: OrderRow) -> None:
        """Ask about an order, beginning with what it has."""
        self._row = row
        for field, value in ((self.price, row.price), (self.stop, row.stop_loss), (self.target, row.take_profit)):
            field.setText(formats.price(value, row.digits) if value else "")
        self.price.setFocus(Qt.FocusReason.OtherFocusReason)
        self.price.selectAll()
        self.follow(row)

    def follow(self, row: OrderRow) -> None:
        """Take over what the order is by now; what was typed stays."""
        self._row = row
        try:
            price, stop, target = self._wanted()
            more = order_risks_more(row, price, stop)
            self.act.set_subject(_("Move"), _("Really risk more?") if more else _("Really move it?"))
            self.act.setEnabled(True)
            self.message.show_text(order_plan(row, (price, stop, target), more=more), Tone.WARN if more else Tone.MUTED)
        except ValueError as error:
            self.act.disarm()
            self.act.setEnabled(False)
            self.message.show_text(str(error), Tone.WARN)

    def _wanted(self) -> tuple[float, float | None, float | None]:
        """Return price, stop and target; raise ValueError in words for what cannot be."""
        row, price = self._row, self.price.number()
        if row is None or price is None:
            raise ValueError(_("Enter the price at which the order is to rest") if row else _("No order"))
        levels = (price, self.stop.number(), self.target.number())
        if all(_same(*pair, row.digits) for pair in zip(levels, _levels(row), strict=True)):
            raise ValueError(_("Nothing is changed yet; the expiry stays as it is"))
        return levels

    def _changed(self) -> None:
        self.act.disarm()
        if self._row is not None:
            self.follow(self._row)

    def _ask_to_move(self) -> None:
        if self._row is not None:
            price, stop, target = self._wanted()
            self.closed.emit()
            self.asked.emit(ModifyOrder(self._row.ticket, price, stop, target))


def _levels(row: OrderRow) -> tuple[float | None, float | None, float | None]:
    """Return the order's present price, stop and target."""
    return row.price, row.stop_loss, row.take_profit


def _same(typed: float | None, present: float | None, digits: int) -> bool:
    """Return whether a typed price is the present one."""
    if not typed or not present:
        return not typed and not present
    return round(typed, digits) == round(present, digits)


def order_risks_more(row: OrderRow, price: float, stop: float | None) -> bool:
    """Return whether the order would lose more at its stop than now."""
    if not row.stop_loss or not row.price:
        return False
    return stop is None or abs(price - stop) > abs(row.price - row.stop_loss) + 10.0**-row.digits / 2.0


def order_plan(row: OrderRow, levels: tuple[float, float | None, float | None], *, more: bool) -> str:
    """Return in words what will be moved."""
    parts = [
        f"{name} {formats.price(before, row.digits)} \N{RIGHTWARDS ARROW} {formats.price(after, row.digits)}"
        for name, before, after in zip((_("price"), _("stop"), _("target")), _levels(row), levels, strict=True)
        if not _same(after, before, row.digits)
    ]
    warning = _("; this risks more, so the risk manager is asked") if more else ""
    return f"{row.symbol} {', '.join(parts)}{warning}"
