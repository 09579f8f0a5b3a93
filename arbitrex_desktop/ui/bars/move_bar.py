# SPDX-License-Identifier: MIT
"""Asks once before a stop, a target or an order that was dragged on the chart is moved at the broker."""

from __future__ import annotations

from dataclasses import dataclass

from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot, OrderRow, PositionRow
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.order_bar import order_plan, order_risks_more
from arbitrex_desktop.ui.bars.prompt_bar import PromptBar
from arbitrex_desktop.ui.chart.desk_lines import level_pulled, pips_text
from arbitrex_desktop.ui.chart.marks import LineOwner, LinePart, LineRef
from arbitrex_desktop.ui.commands import ModifyOrder, MoveStops
from arbitrex_desktop.ui.models.positions import more_at_risk
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.badges import FilledButton, quiet


@dataclass(frozen=True, slots=True)
class Move:
    """A stop or target that was let go at another price.

    Attributes:
        position: whose it is, as it stands at the broker.
        part: its stop or its target.
        price: where it was let go.
    """

    position: PositionRow
    part: LinePart
    price: float

    @property
    def key(self) -> LineRef:
        """The line that was dragged."""
        return LineRef(LineOwner.POSITION, self.position.ticket, self.part)

    @property
    def title(self) -> str:
        """What the button does."""
        row = self.position
        form = _("Move stop of {side} {symbol} #{ticket}")
        if self.part is LinePart.TARGET:
            form = _("Move target of {side} {symbol} #{ticket}")
        return form.format(side=formats.side(row.direction), symbol=row.symbol, ticket=row.ticket)

    @property
    def command(self) -> MoveStops:
        """What to ask of the core: this one moved, the other as it is."""
        row = self.position
        if self.part is LinePart.STOP:
            return MoveStops(row.ticket, self.price, row.take_profit)
        return MoveStops(row.ticket, row.stop_loss, self.price)

    @property
    def risks_more(self) -> bool:
        """Whether a stop would stand farther away than it does."""
        before = self.position.stop_loss
        if self.part is not LinePart.STOP or not before:
            return False
        return (self.price - before) * self.position.direction < 0.0

    @property
    def message(self) -> str:
        """What the move would do, in words."""
        row = self.position
        before = row.stop_loss if self.part is LinePart.STOP else row.take_profit
        from_open = pips_text((self.price - row.price_open) * row.direction, row.digits)
        text = f"{formats.price(before, row.digits)} \N{RIGHTWARDS ARROW} {formats.price(self.price, row.digits)}"
        text += _(", {from_open} from the opening price").format(from_open=from_open)
        if self.risks_more:
            text += _("; {more_at_risk}, and is refused while trading is halted").format(
                more_at_risk=more_at_risk(row, self.price)
            )
        return text


@dataclass(frozen=True, slots=True)
class OrderMove:
    """A working order, its stop or its target, that was let go at another price; the other two stay.

    Attributes:
        order: as it stands at the broker, with a price.
        price: where it was let go.
        part: which of the three.
    """

    order: OrderRow
    price: float
    part: LinePart = LinePart.ENTRY

    @property
    def key(self) -> LineRef:
        """The line that was dragged."""
        return LineRef(LineOwner.ORDER, self.order.ticket, self.part)

    @property
    def title(self) -> str:
        """What the button does."""
        row = self.order
        part = {LinePart.STOP: _("stop of "), LinePart.TARGET: _("target of ")}.get(self.part, "")
        return _("Move {part}{kind} {lots} {symbol} #{ticket}").format(
            part=part, kind=row.kind, lots=formats.lots(row.volume), symbol=row.symbol, ticket=row.ticket
        )

    @property
    def levels(self) -> tuple[float, float | None, float | None]:
        """Price, stop and target as they are to be."""
        row = self.order
        assert row.price is not None
        return (
            self.price if self.part is LinePart.ENTRY else row.price,
            self.price if self.part is LinePart.STOP else row.stop_loss,
            self.price if self.part is LinePart.TARGET else row.take_profit,
        )

    @property
    def command(self) -> ModifyOrder:
        """What to ask of the core."""
        return ModifyOrder(self.order.ticket, *self.levels)

    @property
    def risks_more(self) -> bool:
        """Whether the order would stand farther from its stop than it does."""
        price, stop, _target = self.levels
        return order_risks_more(self.order, price, stop)

    @property
    def message(self) -> str:
        """What the move would do, in words."""
        row = self.order
        assert row.price is not None
        plan = order_plan(row, self.levels, more=self.risks_more)
        moved = f"{pips_text(self.price - row.price, row.digits)}; " if self.part is LinePart.ENTRY else ""
        return f"{plan}; {moved}{self._risk()}"

    def _risk(self) -> str:
        price, stop, _target = self.levels
        if not stop:
            return _("no stop ends its loss")
        result = (stop - price) * self.order.direction
        if result >= 0.0:
            return _("its stop would stand on the wrong side")
        return _("{pips_text} at its stop").format(pips_text=pips_text(result, self.order.digits))


def move_of(key: LineRef, price: float, snapshot: DeskSnapshot | None) -> Move | OrderMove | None:
    """Return what a chart's line let go at a price asks for; None for the plan's, levels, and for what is no more."""
    if snapshot is None:
        return None
    if key.owner is LineOwner.ORDER:
        order = next((row for row in snapshot.orders if row.ticket == key.number), None)
        return OrderMove(order, price, key.part) if order is not None and order.price is not None else None
    if key.owner is not LineOwner.POSITION:
        return None
    position = next((row for row in snapshot.positions if row.ticket == key.number), None)
    if position is None:
        return None
    return Move(position, level_pulled(position, price) if key.part is LinePart.ENTRY else key.part, price)


class MoveBar(PromptBar):
    """Shows what a drag would do, and does it when asked; the next drag replaces the question."""

    def __init__(self, theme: Theme) -> None:
        self.act = FilledButton(_("Move"), theme, quiet)
        super().__init__(theme, self.act, beside=True)
        self._move: Move | OrderMove | None = None
        self.act.clicked.connect(self._answer)
        self.closed.connect(self.hide)
        self.hide()

    @property
    def move_asked(self) -> Move | OrderMove | None:
        """The move in question, None while the bar is closed."""
        return self._move if not self.isHidden() else None

    def ask(self, move: Move | OrderMove) -> None:
        """Ask about a move."""
        self._move = move
        self.act.setText(move.title)
        self.message.show_text(move.message, Tone.WARN if move.risks_more else Tone.MUTED)
        self.show()

    def _answer(self) -> None:
        if self._move is not None:
            self.asked.emit(self._move.command)
        self.closed.emit()
