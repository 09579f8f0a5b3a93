# SPDX-License-Identifier: MIT
"""Open positions, whoever opened them, and what the trader does with them; all of it works while halted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout

from arbitrex_desktop.desk.presentation.snapshot import PositionRow
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.arming import NOT_ARMED, not_armed
from arbitrex_desktop.ui.bars.exit_rules_bar import ExitRulesBar
from arbitrex_desktop.ui.bars.position_bars import PartBar, SeveralBar, StopsBar
from arbitrex_desktop.ui.bars.prompt_bar import PromptBar
from arbitrex_desktop.ui.commands import (
    ClosePosition,
    ClosePositions,
    CommandResult,
    MoveStops,
    MoveToBreakEven,
    SetExitRules,
    TraderCommand,
)
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.desk import money_tone
from arbitrex_desktop.ui.models.positions import position_columns, result_of, result_text, risk_text
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.empty_offer import NextStep
from arbitrex_desktop.ui.widgets.keyed_table import KeyedTable
from arbitrex_desktop.ui.widgets.metric import TonedLabel
from arbitrex_desktop.ui.widgets.row_menu import row_menu

_SEVERAL = ""
"""The subject of a command about several positions."""
_MORE = "\N{HORIZONTAL ELLIPSIS}"
CLOSE_KEY = "Del"
"""Asks to close the chosen position, and closes it when pressed once more."""
_NONE = N_("No open positions. Plan one in the ticket: Submit, then Approve.")


class PositionsPanel(Panel):
    """A table of positions, their sum, and buttons; what closes does so on its second press.

    A bar that asks for more is about one position: it goes away when another is chosen, or when that one is gone.
    """

    name = "positions"
    title = N_("Positions")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self._busy: set[str] = set()
        self._bar: PromptBar | None = None
        self._bar_ticket: int | None = None
        columns = position_columns(lambda: self._fresh.market_now)
        self.model: RowTableModel[PositionRow] = RowTableModel(columns, lambda row: row.ticket, self)
        self.view = KeyedTable(self.model, theme, _(_NONE), lambda row: row.ticket)
        self.view.own_menu = self.menu
        self.offer = self.offer_in(self.view.viewport())
        self._headline = ("", Tone.MUTED)
        self.close_button = ConfirmButton(_("Close position"), theme)
        self.close_note = TonedLabel(theme)
        self.part = QPushButton(_("Part\N{HORIZONTAL ELLIPSIS}"))
        self.stops = QPushButton(_("Stop, target\N{HORIZONTAL ELLIPSIS}"))
        self.break_even = QPushButton(_("Break-even"))
        self.several = QPushButton(_("Several\N{HORIZONTAL ELLIPSIS}"))
        self.exit_rules = QPushButton(_("Exit rules\N{HORIZONTAL ELLIPSIS}"))
        self.part_bar, self.stops_bar, self.several_bar = PartBar(theme), StopsBar(theme), SeveralBar(theme)
        self.exit_rules_bar = ExitRulesBar(theme)
        self._lay_out()
        self._connect()
        self._show_choice()

    def refresh(self, fresh: Freshness) -> None:
        """Show the positions of the last sync."""
        self._fresh = fresh
        snapshot = fresh.snapshot
        known = snapshot is not None and snapshot.account is not None
        self.view.set_empty_text(_(_NONE) if known else _("Positions are not known yet"))
        # The newest on top, so that what was just opened is in sight.
        newest = sorted(
            snapshot.positions if snapshot else (), key=lambda row: (row.opened_at, row.ticket), reverse=True
        )
        self.view.set_rows(newest)
        self.offer.show_offer(NextStep.INTENT if known and not newest else None)
        self.view.set_dimmed(not fresh.account_fresh)
        self._headline = self._sum()
        self._show_choice()

    def command_done(self, result: CommandResult) -> None:
        """Let the buttons of a ticket, or of several positions, work again: the command has been run."""
        if isinstance(result.command, ClosePosition | ClosePositions | MoveStops | MoveToBreakEven | SetExitRules):
            self._busy.discard(result.command.subject)
            self._show_choice()

    def tab_title(self) -> str:
        """Return the title with the number of positions."""
        count = self.model.rowCount()
        return f"{_(self.title)} ({count})" if count else _(self.title)

    def headline(self) -> tuple[str, Tone]:
        """Return how many there are, what they bring and what they risk."""
        return self._headline

    def menu(self) -> QMenu | None:
        """Return what can be done with the chosen position, None when none is chosen."""
        row = self.view.chosen
        if row is None:
            return None
        menu = row_menu(self)
        for text, button, act in (
            (_("Close\N{HORIZONTAL ELLIPSIS}"), self.close_button, self.close_button.click),
            (_("Close a part\N{HORIZONTAL ELLIPSIS}"), self.part, self.part.click),
            (_("Stop and target\N{HORIZONTAL ELLIPSIS}"), self.stops, self.stops.click),
            (_("Stop to break-even"), self.break_even, self.break_even.click),
            (_("Exit rules\N{HORIZONTAL ELLIPSIS}"), self.exit_rules, self.exit_rules.click),
            (_("Close several\N{HORIZONTAL ELLIPSIS}"), self.several, self.several.click),
        ):
            action = menu.addAction(text)
            action.setEnabled(button.isEnabled())
            action.triggered.connect(lambda _checked=False, act=act: self._act_on(row.ticket, act))
        menu.addAction(
            _("Chart and ticket of {symbol}").format(symbol=row.symbol), lambda: self.symbol_chosen.emit(row.symbol)
        )
        return menu

    def _act_on(self, ticket: int, act: Callable[[], None]) -> None:
        """Act for the menu, unless another position has been chosen since it opened, or none."""
        row = self.view.chosen
        if row is not None and row.ticket == ticket:
            act()

    def _sum(self) -> tuple[str, Tone]:
        snapshot, rows = self._fresh.snapshot, self.model.rows
        if snapshot is None or snapshot.account is None:
            return _("Positions are not known yet"), Tone.MUTED
        total = sum(row.profit + row.swap for row in rows)
        message = _("1 position") if len(rows) == 1 else _("{count} positions").format(count=len(rows))
        currency, digits = snapshot.account.currency, snapshot.account.currency_digits
        risk = risk_text(rows, currency)
        text = _("{message}, profit and swap {money}").format(
            message=message, money=formats.money(total, currency, signed=True, digits=digits)
        )
        text = f"{text} \N{MIDDLE DOT} {risk}" if risk else text
        if self._fresh.account_fresh and not_armed(self._fresh):
            return f"{_(NOT_ARMED)} \N{MIDDLE DOT} {text}", Tone.WARN
        if self._fresh.account_fresh:
            return text, money_tone(round(total, 2))
        if self._fresh.synced_at is None:
            return _("Not synced yet: {text}").format(text=text), Tone.MUTED
        return _("STALE, {age} old: {text}").format(age=formats.age(self._fresh.sync_age), text=text), Tone.MUTED

    def _show_choice(self) -> None:
        row, unarmed = self.view.chosen, not_armed(self._fresh)
        may_send = self._fresh.connected and not unarmed
        able = row is not None and may_send and str(row.ticket) not in self._busy
        for button, tip in (
            (self.close_button, ""),
            (self.part, _("Close a part of the chosen position")),
            (self.stops, _("Set stop and target of the chosen position")),
            (self.exit_rules, _("What the desk does by itself: break-even, trailing stop, partial target")),
        ):
            button.setEnabled(able)
            button.setToolTip(_("Choose a position first") if row is None else unarmed or tip)
        no_break_even = _no_break_even(row)
        self.break_even.setEnabled(able and not no_break_even)
        self.break_even.setToolTip(no_break_even or _("Move the stop to the opening price"))
        self.several.setEnabled(bool(self.model.rows) and may_send and _SEVERAL not in self._busy)
        if row is None:
            self.close_button.set_subject(_("Close position"), _("Close position"))
        else:
            what = f"{formats.lots(row.volume)} {row.symbol}"
            self.close_button.set_subject(
                _("Close {what}").format(what=what),
                _("Really close {what} at the market?").format(what=what),
                result_of((row,)),
            )
            result = result_text((row,))
            self.close_note.show_text(result[:1].upper() + result[1:])
            tip = _(
                "Close ticket {ticket} at the market; also works while halted. Or {close_key}, twice, in the table"
            ).format(ticket=row.ticket, close_key=CLOSE_KEY)
            self.close_button.setToolTip(unarmed or tip)
        self._follow(row)

    def _follow(self, row: PositionRow | None) -> None:
        """Keep the open bar about the position that it was opened for, or close it."""
        if self._bar is None:
            return
        if not self._fresh.connected or not_armed(self._fresh):
            self._close_bar()
        elif self._bar is self.several_bar:
            self.several_bar.follow(self.model.rows)
        elif row is None or row.ticket != self._bar_ticket or str(row.ticket) in self._busy:
            self._close_bar()
        elif self._bar is self.part_bar:
            self.part_bar.follow(row)
        elif self._bar is self.exit_rules_bar:
            self.exit_rules_bar.follow(row)
        else:
            self.stops_bar.follow(row)

    def _open(self, bar: PromptBar) -> None:
        """Show one bar, for the chosen position."""
        self._close_bar()
        row = self.view.chosen
        if row is None and bar is not self.several_bar:
            return
        self._bar, self._bar_ticket = bar, row.ticket if row else None
        bar.show()
        if row is None or bar is self.several_bar:
            self.several_bar.open(self.model.rows, row.symbol if row else "")
        elif bar is self.part_bar:
            self.part_bar.open(row)
        elif bar is self.exit_rules_bar:
            self.exit_rules_bar.open(row)
        else:
            self.stops_bar.open(row)

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.hide()
        self._bar = self._bar_ticket = None

    def _ask(self, command: TraderCommand) -> None:
        """Ask for a command; the buttons wait until it has been run."""
        self._busy.add(command.subject)
        self.asked.emit(command)
        self._show_choice()

    def _close(self) -> None:
        row = self.view.chosen
        if row is not None:
            self._ask(ClosePosition(row.ticket))

    def _close_by_key(self) -> None:
        """Press the button for a key, if the trader sees the row; one that was scrolled away is brought back first."""
        row = self.view.chosen
        index = self.model.index(self.model.row_of(row.ticket), 0) if row is not None else None
        if index is not None and not self.view.viewport().rect().contains(self.view.visualRect(index)):
            self.close_button.disarm()
            self.view.scrollTo(index)
            return
        self.close_button.click()

    def _ask_break_even(self) -> None:
        row = self.view.chosen
        if row is not None:
            self._ask(MoveToBreakEven(row.ticket))

    def _connect(self) -> None:
        # Two positions may read alike, so another choice asks anew whatever the words are.
        self.view.choice_changed.connect(self.close_button.disarm)
        self.view.choice_changed.connect(self._show_choice)
        self.close_button.confirmed.connect(self._close)
        self.close_button.asking_changed.connect(self.close_note.setVisible)
        self.view.activated.connect(lambda _index: self.stops.click())
        key = QShortcut(QKeySequence(CLOSE_KEY), self.view)
        key.setContext(Qt.ShortcutContext.WidgetShortcut)
        # A key held down is one press.
        key.setAutoRepeat(False)
        key.activated.connect(self._close_by_key)
        self.break_even.clicked.connect(self._ask_break_even)
        for button, bar in (
            (self.part, self.part_bar),
            (self.stops, self.stops_bar),
            (self.exit_rules, self.exit_rules_bar),
            (self.several, self.several_bar),
        ):
            button.clicked.connect(lambda _checked=False, bar=bar: self._open(bar))
            bar.closed.connect(self._close_bar)
        for bar in (self.part_bar, self.stops_bar, self.several_bar, self.exit_rules_bar):
            bar.asked.connect(self._ask)

    def _lay_out(self) -> None:
        self.several.setToolTip(_("Close all positions, the losing or winning ones, or those of one symbol"))
        tools = QHBoxLayout()
        tools.addStretch(1)
        tools.addWidget(self.close_button)
        for button in (self.part, self.stops, self.break_even, self.exit_rules, self.several):
            tools.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.view, 1)
        for bar in (self.part_bar, self.stops_bar, self.several_bar, self.exit_rules_bar):
            bar.hide()
            layout.addWidget(bar)
        # Above the buttons: they stay under the mouse.
        self.close_note.setWordWrap(True)
        self.close_note.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.close_note.hide()
        layout.addWidget(self.close_note)
        layout.addLayout(tools)


def _no_break_even(row: PositionRow | None) -> str:
    """Return why a position's stop cannot go to its opening price now, empty when it can."""
    if row is None:
        return _("Choose a position first")
    if (row.price_current - row.price_open) * row.direction <= 0:
        return _("The position is not in profit, so its stop cannot be at the opening price")
    if row.stop_loss and (row.stop_loss - row.price_open) * row.direction >= 0:
        return _("The stop is at the opening price already, or better")
    return ""
