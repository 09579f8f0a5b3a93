# SPDX-License-Identifier: MIT
"""Orders that wait at the broker, whoever placed them: they are moved, or cancelled, which works while halted."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout

from arbitrex_desktop.desk.presentation.snapshot import OrderRow
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.arming import NOT_ARMED, not_armed
from arbitrex_desktop.ui.bars.order_bar import OrderBar
from arbitrex_desktop.ui.commands import CancelOrder, CommandResult, ModifyOrder
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.desk import order_columns
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.empty_offer import NextStep
from arbitrex_desktop.ui.widgets.keyed_table import KeyedTable
from arbitrex_desktop.ui.widgets.metric import ElidedLabel
from arbitrex_desktop.ui.widgets.row_menu import row_menu

_MORE = "\N{HORIZONTAL ELLIPSIS}"
_NONE = N_("No pending orders. Choose Limit or Stop in the ticket to have one rest at the broker.")
_NOT_KNOWN = N_("Orders are not known yet")


class OrdersPanel(Panel):
    """A table of pending orders, their number, a bar that moves the chosen one, and a button that cancels it.

    Both act on the second press; the bar goes away when another order is chosen, or when its own is gone.
    """

    name = "orders"
    title = N_("Orders")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self._busy: set[int] = set()
        columns = order_columns(lambda moment: formats.short_time(moment, self._fresh.market_now))
        self.model: RowTableModel[OrderRow] = RowTableModel(columns, lambda row: row.ticket, self)
        self.view = KeyedTable(self.model, theme, _(_NOT_KNOWN), lambda row: row.ticket)
        self.view.own_menu = self.menu
        self.offer = self.offer_in(self.view.viewport())
        self.sum = ElidedLabel(theme)
        self.cancel_button = ConfirmButton(_("Cancel order"), theme)
        self.move_button = QPushButton(_("Move\N{HORIZONTAL ELLIPSIS}"))
        self.bar, self._bar_ticket = OrderBar(theme), 0
        self._lay_out()
        # Two orders may read alike, so another choice asks anew whatever the words are.
        self.view.choice_changed.connect(self.cancel_button.disarm)
        self.view.choice_changed.connect(self._show_choice)
        self.cancel_button.confirmed.connect(self._cancel)
        self.move_button.clicked.connect(self._open_bar)
        self.bar.closed.connect(self._close_bar)
        self.bar.asked.connect(self._send_command)
        self._show_choice()

    def refresh(self, fresh: Freshness) -> None:
        """Show the pending orders of the last reading of the account."""
        self._fresh = fresh
        snapshot = fresh.snapshot
        known = snapshot is not None and snapshot.account is not None
        self.view.set_empty_text(_(_NONE) if known else _(_NOT_KNOWN))
        self.view.set_rows(snapshot.orders if snapshot else ())
        self.offer.show_offer(NextStep.INTENT if snapshot and known and not snapshot.orders else None)
        self.view.set_dimmed(not fresh.account_fresh)
        self._show_sum(known=known)
        self._show_choice()

    def command_done(self, result: CommandResult) -> None:
        """Let the button of a ticket work again: its command has been run."""
        if isinstance(result.command, CancelOrder | ModifyOrder):
            self._busy.discard(result.command.ticket)
            self._show_choice()

    def tab_title(self) -> str:
        """Return the title with the number of pending orders."""
        count = self.model.rowCount()
        return f"{_(self.title)} ({count})" if count else _(self.title)

    def menu(self) -> QMenu | None:
        """Return what can be done with the chosen order, None when none is chosen."""
        row = self.view.chosen
        if row is None:
            return None
        menu = row_menu(self)
        for text, button in (
            (_("Move\N{HORIZONTAL ELLIPSIS}"), self.move_button),
            (_("Cancel\N{HORIZONTAL ELLIPSIS}"), self.cancel_button),
        ):
            menu.addAction(text, partial(self._act_on, row.ticket, button)).setEnabled(button.isEnabled())
        menu.addAction(
            _("Chart and ticket of {symbol}").format(symbol=row.symbol), lambda: self.symbol_chosen.emit(row.symbol)
        )
        return menu

    def _act_on(self, ticket: int, button: QPushButton) -> None:
        """Press a button for the menu, unless another order has been chosen since it opened, or none."""
        row = self.view.chosen
        if row is not None and row.ticket == ticket:
            button.click()

    def _show_sum(self, *, known: bool) -> None:
        count = self.model.rowCount()
        text = _("1 pending order") if count == 1 else _("{count} pending orders").format(count=count)
        if not known:
            self.sum.show_text(_(_NOT_KNOWN), Tone.MUTED)
        elif self._fresh.account_fresh and not_armed(self._fresh):
            self.sum.show_text(f"{_(NOT_ARMED)} \N{MIDDLE DOT} {text}", Tone.WARN)
        elif self._fresh.account_fresh:
            self.sum.show_text(text, Tone.TEXT)
        elif self._fresh.synced_at is None:
            self.sum.show_text(_("Not synced yet: {text}").format(text=text), Tone.MUTED)
        else:
            self.sum.show_text(
                _("STALE, {age} old: {text}").format(age=formats.age(self._fresh.sync_age), text=text), Tone.MUTED
            )

    def _show_choice(self) -> None:
        row, unarmed = self.view.chosen, not_armed(self._fresh)
        able = row is not None and self._fresh.connected and not unarmed
        free = able and row is not None and row.ticket not in self._busy
        self.cancel_button.setEnabled(free)
        self.move_button.setEnabled(free)
        self._follow(row if free else None)
        moves = _("Move price, stop and target of the chosen order")
        self.move_button.setToolTip(_("Choose an order first") if row is None else unarmed or moves)
        if row is None:
            self.cancel_button.set_subject(_("Cancel order"), _("Cancel order"))
            self.cancel_button.setToolTip(_("Choose an order first"))
        else:
            what = f"{row.kind} {formats.lots(row.volume)} {row.symbol}"
            self.cancel_button.set_subject(
                _("Cancel {what}").format(what=what), _("Really cancel {what}?").format(what=what)
            )
            tip = _("Cancel order {ticket} at the broker; also works while halted").format(ticket=row.ticket)
            self.cancel_button.setToolTip(unarmed or tip)

    def _cancel(self) -> None:
        """Ask for the chosen order to be cancelled; its button waits until that has been run."""
        row = self.view.chosen
        if row is not None:
            self._send_command(CancelOrder(row.ticket))

    def _send_command(self, command: CancelOrder | ModifyOrder) -> None:
        """Ask for a command; its order's buttons wait until it has been run."""
        self._busy.add(command.ticket)
        self.asked.emit(command)
        self._show_choice()

    def _open_bar(self) -> None:
        row = self.view.chosen
        if row is not None:
            self._bar_ticket = row.ticket
            self.bar.show()
            self.bar.open(row)

    def _follow(self, row: OrderRow | None) -> None:
        """Keep the open bar about the order that it was opened for, or close it."""
        if self._bar_ticket and (row is None or row.ticket != self._bar_ticket):
            self._close_bar()
        elif self._bar_ticket and row is not None:
            self.bar.follow(row)

    def _close_bar(self) -> None:
        self.bar.hide()
        self._bar_ticket = 0

    def _lay_out(self) -> None:
        bottom = QHBoxLayout()
        bottom.addWidget(self.sum, 1)
        bottom.addWidget(self.move_button)
        bottom.addWidget(self.cancel_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.view, 1)
        self.bar.hide()
        layout.addWidget(self.bar)
        layout.addLayout(bottom)
