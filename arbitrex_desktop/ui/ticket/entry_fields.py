# SPDX-License-Identifier: MIT
"""How the ticket's trade is entered: at the market, or by an order that rests, its price, expiry and pair."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from PySide6.QtCore import QDateTime, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QDateTimeEdit, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from arbitrex_desktop.desk.intents.intent import MANUAL, GoodFor, IntentState
from arbitrex_desktop.desk.presentation.snapshot import IntentRow, RestingOrder
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.ticket import LevelUnit, Market, NotYetKnownError
from arbitrex_desktop.ui.theme.theme import Theme, tabular
from arbitrex_desktop.ui.ticket.unit_field import UnitField
from arbitrex_desktop.ui.widgets.fields import offer_choices

KINDS: Final = {N_("Market"): OrderKind.MARKET, N_("Limit"): OrderKind.LIMIT, N_("Stop"): OrderKind.STOP}
LIFETIMES: Final = {
    N_("until cancelled"): GoodFor.CANCELLED,
    N_("for the day"): GoodFor.DAY,
    N_("until"): GoodFor.TIME,
    N_("through the day of"): GoodFor.DATE,
}
_TIMED: Final = (GoodFor.TIME, GoodFor.DATE)
_ALONE: Final = N_("no other order")
_WAITING: Final = frozenset({IntentState.PENDING, IntentState.PLACED})


class EntryFields(QWidget):
    """Kind, price, expiry and pair; all but the kind are out of sight for an order at the market.

    Signals:
        changed(): something was changed.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.kind = QComboBox()
        offer_choices(self.kind, KINDS)
        self.kind.setAccessibleName(_("Kind of order"))
        self.kind.setToolTip(
            _("Market: at once. Limit: at a better price than now. Stop: once the price has gone there")
        )
        self.price = UnitField(theme, _("Entry"), _("price"), (LevelUnit.PRICE, LevelUnit.PIPS))
        self.price.field.setToolTip(_("Price at which the order rests, or how many pips from the market"))
        self.good_for = QComboBox()
        offer_choices(self.good_for, LIFETIMES)
        self.good_for.setAccessibleName(_("How long the order rests"))
        self.moment = QDateTimeEdit(_soon())
        self.moment.setDisplayFormat("d MMM yyyy HH:mm")
        self.moment.setCalendarPopup(True)
        self.moment.setAccessibleName(_("Moment at which the order ends"))
        self.moment.setToolTip(_("Local time"))
        self.moment.setFont(tabular(self.font()))
        self.pair = QComboBox()
        self.pair.addItem(_(_ALONE), "")
        self.pair.setAccessibleName(_("The other order of the pair"))
        self.pair.setToolTip(_("Of a pair, the first order filled cancels the other"))
        self._rest = QWidget()
        self._lay_out()
        self._connect()
        self._show_fields()

    @property
    def order_kind(self) -> OrderKind:
        """The kind chosen."""
        return KINDS[self.kind.currentData()]

    @property
    def oco_with(self) -> str:
        """The intent that it is to form a pair with, empty for none."""
        return str(self.pair.currentData() or "") if self.order_kind is not OrderKind.MARKET else ""

    def clear(self) -> None:
        """Forget what was about another symbol."""
        self.price.clear()

    def rest_at(self, kind: OrderKind, price: str) -> None:
        """Have it rest at a price, as one change."""
        with QSignalBlocker(self.kind):
            self.kind.setCurrentIndex(list(KINDS.values()).index(kind))
        self._show_fields()
        self.price.put(price, LevelUnit.PRICE)

    def order_price(self, market: Market) -> float | None:
        """Return the price at which it rests, None at the market; raise ValueError in words for none that could be."""
        if self.order_kind is OrderKind.MARKET:
            return None
        value = self.price.number()
        if value is None:
            raise ValueError(_("Entry: say at which price the order rests"))
        return market.price(value, LevelUnit(self.price.unit.currentData()), self._side_of_order)

    def lifetime(self) -> tuple[GoodFor, datetime | None]:
        """Return how long it rests, and the moment in UTC where there is one."""
        if self.order_kind is OrderKind.MARKET:
            return GoodFor.CANCELLED, None
        good_for = LIFETIMES[self.good_for.currentData()]
        if good_for not in _TIMED:
            return good_for, None
        seconds = self.moment.dateTime().toSecsSinceEpoch()
        return good_for, datetime.fromtimestamp(seconds, UTC)

    def offer_pairs(self, intents: Iterable[IntentRow], symbol: str) -> None:
        """Offer the trader's own orders on the symbol that rest or wait, as the other one of a pair."""
        wanted = [
            (_order_text(row, row.resting), row.intent_id)
            for row in intents
            if row.symbol == symbol and row.source == MANUAL and row.resting is not None and row.state in _WAITING
        ]
        offered = [(_(_ALONE), ""), *wanted]
        if offered == [(self.pair.itemText(at), self.pair.itemData(at)) for at in range(self.pair.count())]:
            return
        chosen = self.pair.currentData()
        with QSignalBlocker(self.pair):
            self.pair.clear()
            for text, intent_id in offered:
                self.pair.addItem(text, intent_id)
            self.pair.setCurrentIndex(max(0, self.pair.findData(chosen)))
        if self.pair.currentData() != chosen:
            self.changed.emit()

    def show_note(self, market: Market) -> None:
        """Say below the price what it means now, or what is wrong with it."""
        if self.order_kind is OrderKind.MARKET:
            return
        if not self.price.field.text().strip():
            self.price.say("")
            return
        try:
            price = self.order_price(market)
        except ValueError as error:
            self.price.say(str(error), problem=not isinstance(error, NotYetKnownError))
            return
        if price is None or market.entry is None:
            self.price.say(_("no fresh price to compare it with"))
            return
        pips = market.distance(price, LevelUnit.PIPS, self._side_of_order)
        if pips <= 0.0:
            where = _("below") if self._side_of_order * market.direction < 0 else _("above")
            side, kind = (_("buy") if market.direction > 0 else _("sell")), self.order_kind.lower()
            now = formats.price(market.entry, market.digits)
            self.price.say(
                _("a {kind} to {side} waits {where} {now}").format(kind=kind, side=side, where=where, now=now),
                problem=True,
            )
        elif self.price.unit.currentData() == LevelUnit.PIPS:
            self.price.say(formats.price(price, market.digits))
        else:
            self.price.say(_("{pips:.1f} pips from the market").format(pips=pips))

    @property
    def _side_of_order(self) -> int:
        """On which side of the market it rests for one that buys, 1 above."""
        return -1 if self.order_kind is OrderKind.LIMIT else 1

    def _show_fields(self) -> None:
        self._rest.setVisible(self.order_kind is not OrderKind.MARKET)
        self.moment.setVisible(LIFETIMES[self.good_for.currentData()] in _TIMED)

    def _changed(self) -> None:
        self._show_fields()
        self.changed.emit()

    def _connect(self) -> None:
        for combo in (self.kind, self.good_for, self.pair):
            combo.currentIndexChanged.connect(self._changed)
        self.price.changed.connect(self.changed)
        self.price.unit_chosen.connect(lambda _old: self.price.clear())
        self.moment.dateTimeChanged.connect(self.changed)

    def _lay_out(self) -> None:
        rows: list[tuple[str, QWidget]] = [(_("Rests"), self.good_for), (_("Cancels"), self.pair)]
        width = self.fontMetrics().horizontalAdvance(_("Cancels "))
        rest = QVBoxLayout(self._rest)
        rest.addWidget(self.price)
        for caption, field in rows:
            rest.addLayout(_row(caption, width, field))
            if field is self.good_for:
                rest.addWidget(self.moment)
        column = QVBoxLayout(self)
        column.addLayout(_row(_("Order"), width, self.kind))
        column.addWidget(self._rest)
        for layout in (rest, column):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(3)


def _order_text(row: IntentRow, order: RestingOrder) -> str:
    """Return which of the trader's orders it is."""
    return _("{side} {kind} at {price} ({intent_id})").format(
        side=formats.side(row.direction),
        kind=row.order_kind,
        price=formats.price(order.price, row.digits),
        intent_id=row.intent_id,
    )


def _row(caption: str, width: int, *fields: QWidget) -> QHBoxLayout:
    """Return a row of a caption and fields."""
    label, row = QLabel(caption), QHBoxLayout()
    label.setMinimumWidth(width)
    label.setBuddy(fields[0])
    row.addWidget(label)
    for field in fields:
        field.setMinimumWidth(60)
        row.addWidget(field, 1)
    return row


def _soon() -> QDateTime:
    """Return a moment tomorrow, at a full hour."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    return QDateTime.fromSecsSinceEpoch(round(tomorrow.replace(minute=0, second=0, microsecond=0).timestamp()))
