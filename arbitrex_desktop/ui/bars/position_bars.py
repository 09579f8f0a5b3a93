# SPDX-License-Identifier: MIT
"""Bars that ask what to do with positions: close a part, move stop and target, close several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from arbitrex_desktop.desk.intents.intent import Which
from arbitrex_desktop.desk.presentation.snapshot import PositionRow
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE
from arbitrex_desktop.texts import _, ngettext
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.prompt_bar import PromptBar
from arbitrex_desktop.ui.commands import ClosePosition, ClosePositions, MoveStops
from arbitrex_desktop.ui.models.positions import more_at_risk, result_text
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.fields import OptionalNumber


class PartBar(PromptBar):
    """Closes a part of one position, on the second press."""

    def __init__(self, theme: Theme) -> None:
        self._row: PositionRow | None = None
        self.lots = OptionalNumber(_("Lots"), _("lots"))
        self.lots.setMinimumWidth(70)
        self.act = ConfirmButton(_("Close part"), theme)
        super().__init__(theme, _("Close a part, lots"), self.lots, self.act)
        self.lots.textChanged.connect(self._changed)
        self.lots.returnPressed.connect(self.act.click)
        self.act.confirmed.connect(self._send_command)

    def open(self, row: PositionRow) -> None:
        """Ask about a position, with the keyboard on the empty field."""
        self.lots.clear()
        self.lots.setFocus(Qt.FocusReason.OtherFocusReason)
        self.follow(row)

    def follow(self, row: PositionRow) -> None:
        """Take over what the position is by now."""
        self._row = row
        try:
            message, tone = (
                _("{lots} lots of {symbol} stay open; the part: {result}").format(
                    lots=formats.lots(row.volume - self._wanted()),
                    symbol=row.symbol,
                    result=result_text((row,), self._wanted() / row.volume),
                ),
                Tone.MUTED,
            )
            self.act.setEnabled(True)
        except ValueError as error:
            message, tone = str(error), Tone.WARN if self.lots.text() else Tone.MUTED
            self.act.disarm()
            self.act.setEnabled(False)
        self.message.show_text(message, tone)

    def _wanted(self) -> float:
        """Return the lots to close; raise ValueError in words for what cannot be."""
        lots, row = self.lots.number(), self._row
        if row is None or lots is None:
            raise ValueError(
                _("Enter how much of {lots} lots to close").format(lots=formats.lots(row.volume))
                if row
                else _("No position")
            )
        if lots >= row.volume - VOLUME_TOLERANCE:
            raise ValueError(
                _("The position has {lots} lots; a part is less than that").format(lots=formats.lots(row.volume))
            )
        self.act.set_subject(
            _("Close {lots}").format(lots=formats.lots(lots)),
            _("Really close {lots} of {whole}?").format(lots=formats.lots(lots), whole=formats.lots(row.volume)),
        )
        return lots

    def _changed(self) -> None:
        self.act.disarm()
        if self._row is not None:
            self.follow(self._row)

    def _send_command(self) -> None:
        if self._row is not None:
            lots = self._wanted()
            self.closed.emit()
            self.asked.emit(ClosePosition(self._row.ticket, lots))


class StopsBar(PromptBar):
    """Sets stop and target of one position, on the second press; an empty field is none."""

    def __init__(self, theme: Theme) -> None:
        self._row: PositionRow | None = None
        self.stop = OptionalNumber(_("Stop"), _("none"))
        self.target = OptionalNumber(_("Target"), _("none"))
        self.act = ConfirmButton(_("Set"), theme)
        super().__init__(theme, _("Stop"), self.stop, _("Target"), self.target, self.act)
        for field in (self.stop, self.target):
            field.setMinimumWidth(80)
            field.textChanged.connect(self._changed)
            field.returnPressed.connect(self.act.click)
        self.act.confirmed.connect(self._send_command)

    def open(self, row: PositionRow) -> None:
        """Ask about a position, beginning with the stop and target that it has."""
        self._row = row
        for field, value in ((self.stop, row.stop_loss), (self.target, row.take_profit)):
            field.setText(formats.price(value, row.digits) if value else "")
        self.stop.setFocus(Qt.FocusReason.OtherFocusReason)
        self.stop.selectAll()
        self.follow(row)

    def follow(self, row: PositionRow) -> None:
        """Take over what the position is by now; what was typed stays."""
        self._row = row
        try:
            stop, target = self._wanted()
            risks_more = _risks_more(row, stop)
            question = _("Really leave no stop?") if stop is None else _("Really risk more?")
            self.act.set_subject(_("Set"), question if risks_more else _("Really set these?"))
            self.act.setEnabled(True)
            self.message.show_text(_plan_text(row, stop, target, risks_more=risks_more), _tone(risks_more=risks_more))
        except ValueError as error:
            self.act.disarm()
            self.act.setEnabled(False)
            self.message.show_text(str(error), Tone.WARN)

    def _wanted(self) -> tuple[float | None, float | None]:
        """Return stop and target; raise ValueError in words for what cannot be."""
        row = self._row
        stop, target = self.stop.number(), self.target.number()
        if row is None:
            raise ValueError(_("No position"))
        if _same(stop, row.stop_loss, row.digits) and _same(target, row.take_profit, row.digits):
            raise ValueError(
                _("{symbol} is at {price}; nothing is changed yet").format(
                    symbol=row.symbol, price=formats.price(row.price_current, row.digits)
                )
            )
        _check_side(row, _("stop"), stop, -row.direction)
        _check_side(row, _("target"), target, row.direction)
        return stop, target

    def _changed(self) -> None:
        self.act.disarm()
        if self._row is not None:
            self.follow(self._row)

    def _send_command(self) -> None:
        if self._row is not None:
            stop, target = self._wanted()
            self.closed.emit()
            self.asked.emit(MoveStops(self._row.ticket, stop, target))


class _Choice(NamedTuple):
    """One entry of the list: which positions, and of which symbol if by symbol."""

    which: Which
    symbol: str
    message: str


class SeveralBar(PromptBar):
    """Closes all positions, the losing or winning ones, or those of a symbol, on the second press."""

    def __init__(self, theme: Theme) -> None:
        self._choices: list[_Choice] = []
        self._rows: tuple[PositionRow, ...] = ()
        self._about: tuple[_Choice | None, frozenset[int]] = (None, frozenset())
        self.which = QComboBox()
        self.which.setAccessibleName(_("Which positions to close"))
        self.act = ConfirmButton(_("Close"), theme)
        super().__init__(theme, _("Close"), self.which, self.act)
        self.which.currentIndexChanged.connect(self._show_chosen)
        self.act.confirmed.connect(self._send_command)

    def open(self, rows: Sequence[PositionRow], symbol: str) -> None:
        """Ask anew; `symbol`, that of the chosen position, is proposed, and all if there is none."""
        self._choices = []
        self.follow(rows)
        wanted = [place for place, each in enumerate(self._choices) if symbol and each.symbol == symbol]
        self.which.setCurrentIndex(wanted[0] if wanted else 0)
        self.which.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, rows: Iterable[PositionRow]) -> None:
        """Take over what is open by now."""
        self._rows = tuple(rows)
        symbols = sorted({row.symbol for row in self._rows})
        choices = [
            _Choice(Which.ALL, "", _("all positions")),
            _Choice(Which.LOSERS, "", _("losing positions")),
            _Choice(Which.WINNERS, "", _("winning positions")),
            *(_Choice(Which.SYMBOL, symbol, _("positions of {symbol}").format(symbol=symbol)) for symbol in symbols),
        ]
        if choices != self._choices:
            self._offer(choices)
        self._show_chosen()

    def _offer(self, choices: list[_Choice]) -> None:
        """Put entries into the list; the chosen one stays chosen, or none is."""
        chosen = self._chosen()
        self._choices = choices
        self.which.blockSignals(True)
        self.which.clear()
        self.which.addItems([each.message for each in choices])
        self.which.setCurrentIndex(choices.index(chosen) if chosen in choices else -1)
        self.which.blockSignals(False)

    def _chosen(self) -> _Choice | None:
        place = self.which.currentIndex()
        return self._choices[place] if 0 <= place < len(self._choices) else None

    def _show_chosen(self) -> None:
        choice = self._chosen()
        hit = [row for row in self._rows if choice is not None and _fits(row, choice)]
        count = _count(len(hit))
        about = (choice, frozenset(row.ticket for row in hit))
        if about != self._about:
            # As many others are not those that the first press was about.
            self._about = about
            self.act.disarm()
        self.act.setEnabled(bool(hit))
        self.act.set_subject(_("Close {count}").format(count=count), _("Really close {count}?").format(count=count))
        self.message.show_text(
            _("{count} at the market: {result}").format(count=count, result=result_text(hit))
            if hit
            else _("There are none"),
            Tone.MUTED,
        )

    def _send_command(self) -> None:
        choice = self._chosen()
        if choice is not None:
            self.closed.emit()
            self.asked.emit(ClosePositions(choice.which, choice.symbol))


def _count(number: int) -> str:
    return ngettext("{count} position", "{count} positions", number).format(count=number)


def _fits(row: PositionRow, choice: _Choice) -> bool:
    """Return whether a position is among those to close, as the desk will."""
    return {
        Which.ALL: True,
        Which.LOSERS: row.profit < 0.0,
        Which.WINNERS: row.profit > 0.0,
        Which.SYMBOL: row.symbol == choice.symbol,
    }[choice.which]


def _same(typed: float | None, present: float | None, digits: int) -> bool:
    """Return whether a typed price is the present one."""
    if not typed or not present:
        return not typed and not present
    return round(typed, digits) == round(present, digits)


def _check_side(row: PositionRow, name: str, price: float | None, side: int) -> None:
    """Raise ValueError when a stop or target is on the wrong side of the price: it would be hit at once."""
    if price is None or (price - row.price_current) * side > 0:
        return
    where = _("above") if side > 0 else _("below")
    now = formats.price(row.price_current, row.digits)
    raise ValueError(
        _("The {name} of what was {bought} belongs {where} the present price {now}").format(
            name=name, bought=_bought(row), where=where, now=now
        )
    )


def _bought(row: PositionRow) -> str:
    return _("bought") if row.direction > 0 else _("sold")


def _risks_more(row: PositionRow, stop: float | None) -> bool:
    """Return whether a new stop is farther away than the present one, or gone."""
    if not row.stop_loss:
        return False
    farther = stop is None or (row.stop_loss - stop) * row.direction > 0
    return farther and not _same(stop, row.stop_loss, row.digits)


def _plan_text(row: PositionRow, stop: float | None, target: float | None, *, risks_more: bool) -> str:
    """Return in words what will be set."""
    parts = [
        f"{name} {formats.price(before, row.digits)} \N{RIGHTWARDS ARROW} {formats.price(after, row.digits)}"
        for name, before, after in ((_("stop"), row.stop_loss, stop), (_("target"), row.take_profit, target))
        if not _same(after, before, row.digits)
    ]
    warning = (
        _("; {more_at_risk}, and is refused while trading is halted").format(more_at_risk=more_at_risk(row, stop))
        if risks_more
        else ""
    )
    return f"{row.symbol} {', '.join(parts)}{warning}"


def _tone(*, risks_more: bool) -> Tone:
    return Tone.WARN if risks_more else Tone.MUTED
