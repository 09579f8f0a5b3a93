# SPDX-License-Identifier: MIT
"""What the panels' buttons do, in the menus, too: so that each of it has a place, a key and a line in the palette."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QMenu, QMenuBar, QWidget

from arbitrex_desktop.desk.review.export import ExportKind
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.actions.key_table import FixedKeys
from arbitrex_desktop.ui.panels.chart import ChartPanel
from arbitrex_desktop.ui.panels.intent_form import IntentFormPanel
from arbitrex_desktop.ui.panels.market_watch import MarketWatchPanel
from arbitrex_desktop.ui.panels.notices import NoticesPanel
from arbitrex_desktop.ui.panels.orders import OrdersPanel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.panels.pending import PendingPanel
from arbitrex_desktop.ui.panels.positions import PositionsPanel
from arbitrex_desktop.ui.panels.risk import RiskPanel
from arbitrex_desktop.ui.review.closed_panel import EXPORTS, ClosedPanel

_PANEL_KEYS: Final = {
    "market_watch": "Alt+1",
    "chart": "Alt+2",
    "intent_form": "Alt+3",
    "pending": "Alt+4",
    "positions": "Alt+5",
    "orders": "Alt+6",
    "history": "Alt+7",
    "notices": "Alt+8",
    "account": "Alt+9",
    "risk": "Alt+0",
    "closed": "Alt+Shift+1",
    "statistics": "Alt+Shift+2",
    "intents": "Alt+Shift+3",
    "equity": "Alt+Shift+4",
    "connection": "Alt+Shift+5",
}
_FRAME_KEYS: Final = {
    Timeframe.M1: "Ctrl+Alt+1",
    Timeframe.M5: "Ctrl+Alt+2",
    Timeframe.M15: "Ctrl+Alt+3",
    Timeframe.M30: "Ctrl+Alt+Shift+3",
    Timeframe.H1: "Ctrl+Alt+4",
    Timeframe.H4: "Ctrl+Alt+5",
    Timeframe.D1: "Ctrl+Alt+6",
    Timeframe.W1: "Ctrl+Alt+Shift+6",
    Timeframe.MN1: "Ctrl+Alt+Shift+7",
}

Say = Callable[[str], None]


_CHART_COUNTS: Final = {
    1: (N_("One chart"), "Ctrl+Alt+7"),
    2: (N_("Two charts side by side"), "Ctrl+Alt+8"),
    4: (N_("Four charts"), "Ctrl+Alt+9"),
    9: (N_("Nine charts"), "Ctrl+Alt+0"),
}


@dataclass(frozen=True, slots=True)
class DeskPanels:
    """The panels of a desk: all of them by name, and those that have something to do."""

    panels: Mapping[str, Panel]
    market_watch: MarketWatchPanel
    chart: ChartPanel
    ticket: IntentFormPanel
    pending: PendingPanel
    positions: PositionsPanel
    orders: OrdersPanel
    risk: RiskPanel
    notices: NoticesPanel
    closed: ClosedPanel


@dataclass(frozen=True, slots=True)
class Press:
    """A press on a button of a panel; `then`, where the keyboard goes after it."""

    panel: Panel
    button: QAbstractButton
    then: QWidget | None = None


def local_keys() -> tuple[FixedKeys, ...]:
    """Return keys that act on what is chosen where the keyboard is: elsewhere nobody looks at what they act on."""
    cards = _("among the cards of Pending intents")
    close = _("Close the chosen position, pressed twice; end a level")
    return (
        FixedKeys("Ctrl+Return", _("Approve the chosen intent"), cards, "pending"),
        FixedKeys("Ctrl+Backspace", _("Reject the chosen intent"), cards, "pending"),
        FixedKeys("Del", close, _("in Positions; at a level of the chart"), "positions"),
        FixedKeys("L", _("Draw a level at the pointer"), _("on a chart")),
        FixedKeys("Esc", _("Clear a filter, close a bar, let go of a line"), _("where the keyboard is")),
        FixedKeys("Menu", _("What can be done with a row"), _("in every table")),
    )


class DeskMenus:
    """Fills menus for the panels; `go_to` brings a panel to the front by its name, `say` tells why not."""

    def __init__(self, panels: DeskPanels, go_to: Callable[[str], None], say: Say) -> None:
        self._panels = panels
        self._go_to = go_to
        self._say = say

    def fill(self, bar: QMenuBar, trading: QMenu) -> None:
        """Add the menus of ticket, positions, chart, alerts and closed trades to a menu bar, the rest to `trading`."""
        _add_act(trading, "switch_lift", _("&Lift a kill switch\N{HORIZONTAL ELLIPSIS}"), "", self._to_switches)
        self._ticket_menu(bar.addMenu(_("T&icket")))
        self._trades_menu(bar.addMenu(_("P&ositions")))
        self._chart_menu(bar.addMenu(_("&Chart")))
        self._alerts_menu(bar.addMenu(_("&Alerts")))
        self._review_menu(bar.addMenu(_("&Review")))

    def fill_places(self, menu: QMenu) -> None:
        """Add an entry for each panel that takes the keyboard there."""
        for name, panel in self._panels.panels.items():
            _add_act(menu, f"go_to_{name}", _(panel.title), _PANEL_KEYS.get(name, ""), partial(self._go_to, name))

    def _ticket_menu(self, menu: QMenu) -> None:
        ticket = self._panels.ticket
        head = ticket.head
        volume = ticket.fields.volume.field
        self._add(menu, "ticket_buy", _("&Buy"), "Ctrl+B", Press(ticket, head.buy, volume))
        self._add(menu, "ticket_sell", _("&Sell"), "Ctrl+Shift+B", Press(ticket, head.sell, volume))
        self._add(menu, "ticket_submit", _("S&ubmit"), "Ctrl+Shift+Return", Press(ticket, ticket.submit))
        menu.addSeparator()
        _add_act(menu, "ticket_symbol", _("S&ymbol"), "Ctrl+Y", self._to_symbol)
        _add_act(menu, "watch_filter", _("&Filter the watch list"), "Ctrl+F", self._to_filter)

    def _trades_menu(self, menu: QMenu) -> None:
        positions, orders, pending = self._panels.positions, self._panels.orders, self._panels.pending
        self._add(menu, "position_close", _("&Close"), "Ctrl+Shift+W", Press(positions, positions.close_button))
        self._add(menu, "position_part", _("Close a &part"), "Ctrl+P", Press(positions, positions.part))
        self._add(menu, "position_stops", _("&Stop and target"), "Ctrl+T", Press(positions, positions.stops))
        self._add(
            menu, "position_break_even", _("Stop to &break-even"), "Ctrl+E", Press(positions, positions.break_even)
        )
        self._add(menu, "position_standing", _("Exit &rules"), "Ctrl+I", Press(positions, positions.exit_rules))
        self._add(menu, "position_several", _("Close se&veral"), "Ctrl+Shift+P", Press(positions, positions.several))
        menu.addSeparator()
        self._add(menu, "order_move", _("&Move the order"), "Ctrl+M", Press(orders, orders.move_button))
        self._add(menu, "order_cancel", _("Cancel the &order"), "Ctrl+Shift+M", Press(orders, orders.cancel_button))
        menu.addSeparator()
        self._add(
            menu,
            "pending_reject_all",
            _("&Reject all pending intents"),
            "Ctrl+Shift+Backspace",
            Press(pending, pending.reject_all),
        )

    def _alerts_menu(self, menu: QMenu) -> None:
        notices = self._panels.notices
        alerts = notices.alerts
        self._add(menu, "alert_new", _("&New alert"), "Ctrl+Shift+A", Press(notices, alerts.new))
        self._add(menu, "alert_edit", _("&Edit the alert"), "", Press(notices, alerts.edit))
        self._add(menu, "alert_sleep", _("&Snooze the alert"), "", Press(notices, alerts.snooze))
        self._add(menu, "alert_remove", _("&Remove the alert"), "", Press(notices, alerts.remove))
        self._add(menu, "alert_ways", _("&Notifications"), "Ctrl+Shift+C", Press(notices, alerts.how))

    def _review_menu(self, menu: QMenu) -> None:
        closed = self._panels.closed
        _add_act(menu, "review_search", _("&Search closed trades"), "Ctrl+Shift+F", self._to_search)
        self._add(menu, "review_read", _("&Read again"), "F5", Press(closed, closed.again))
        self._add(menu, "review_chart", _("Show the trade on the &chart"), "Ctrl+G", Press(closed, closed.chart_button))
        _add_act(menu, "review_note", _("&Note on the trade"), "Ctrl+Shift+N", self._to_note)
        menu.addSeparator()
        for kind, text in EXPORTS.items():
            keys = "Ctrl+Shift+X" if kind is ExportKind.HTML else ""
            export = _("Export: {what}").format(what=_(text))
            _add_act(menu, f"review_export_{kind}", export, keys, partial(self._export, kind))

    def _chart_menu(self, menu: QMenu) -> None:
        for frame in Timeframe:
            keys = _FRAME_KEYS.get(frame, "")
            _add_act(menu, f"chart_{frame.name}", frame.name, keys, partial(self._show_frame, frame))
        menu.addSeparator()
        for count, (text, keys) in _CHART_COUNTS.items():
            _add_act(menu, f"chart_count_{count}", _(text), keys, partial(self._panels.chart.show_count, count))

    def _add(self, menu: QMenu, name: str, text: str, keys: str, press: Press) -> None:
        """Add an entry that presses a panel's button where the trader can see it."""
        # A key held down is one press.
        _add_act(menu, name, text, keys, partial(self._press, press)).setAutoRepeat(False)

    def _press(self, press: Press) -> None:
        button = press.button
        self._go_to(press.panel.name)
        if not button.isEnabled():
            self._say(f"{button.text().replace('&', '')}: {button.toolTip() or _('not possible now')}")
            return
        button.click()
        if press.then is not None:
            press.then.setFocus()

    def _to_symbol(self) -> None:
        self._go_to(self._panels.ticket.name)
        self._panels.ticket.symbol.setFocus()
        line = self._panels.ticket.symbol.lineEdit()
        if line is not None:
            line.selectAll()

    def _to_filter(self) -> None:
        self._go_to(self._panels.market_watch.name)
        self._panels.market_watch.focus_filter()

    def _to_switches(self) -> None:
        risk = self._panels.risk
        self._go_to(risk.name)
        by_hand = [line for line, row in zip(risk.switches.lines, risk.switches.rows, strict=False) if not row.by_limit]
        if not by_hand:
            self._say(_("No kill switch is set by hand; those of limits are lifted by Resume"))
        elif len(by_hand) == 1:
            by_hand[0].lift.click()
        else:
            by_hand[0].lift.setFocus()

    def _to_search(self) -> None:
        self._go_to(self._panels.closed.name)
        search = self._panels.closed.filter.search
        search.setFocus()
        search.selectAll()

    def _to_note(self) -> None:
        closed = self._panels.closed
        self._go_to(closed.name)
        if closed.view.chosen is None:
            self._say(_("Choose a closed trade first, by the arrow keys or a click"))
        else:
            closed.notes.note.setFocus()

    def _export(self, kind: ExportKind) -> None:
        closed = self._panels.closed
        self._go_to(closed.name)
        if closed.export_button.isEnabled():
            closed.export_asked.emit(kind)
        else:
            self._say(_("Closed trades are not read yet: try again in a moment"))

    def _show_frame(self, frame: Timeframe) -> None:
        self._panels.chart.chart.show_timeframe(frame)


def _add_act(menu: QMenu, name: str, text: str, keys: str, act: Callable[[], None]) -> QAction:
    """Add an entry that does something, known by a name of no language."""
    action = menu.addAction(text)
    action.setObjectName(name)
    action.setShortcut(QKeySequence(keys))
    action.triggered.connect(lambda _checked=False: act())
    return action
