# SPDX-License-Identifier: MIT
"""Which trades Review shows: a period or any days, a symbol, a strategy, and words to search for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QDate, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QLineEdit, QWidget

from arbitrex_desktop.desk.review.views import ReviewQuery
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.widgets.fields import offer_choices, offer_to_clear

_TYPING_MS: Final = 300
ALL_SYMBOLS: Final = N_("All symbols")
ALL_STRATEGIES: Final = N_("All strategies")


class ReviewPeriod(StrEnum):
    """A stretch of whole days by this computer's clock; weeks begin on Monday."""

    ALL = N_("All time")
    TODAY = N_("Today")
    YESTERDAY = N_("Yesterday")
    WEEK = N_("This week")
    LAST_WEEK = N_("Last week")
    MONTH = N_("This month")
    LAST_MONTH = N_("Last month")
    YEAR = N_("This year")
    DAYS = N_("Days\N{HORIZONTAL ELLIPSIS}")


def days_of(period: ReviewPeriod, today: date) -> tuple[date, date] | None:
    """Return the first day of a period and the first one after it; None for all time and for chosen days."""
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    spans = {
        ReviewPeriod.TODAY: (today, today + timedelta(days=1)),
        ReviewPeriod.YESTERDAY: (today - timedelta(days=1), today),
        ReviewPeriod.WEEK: (monday, monday + timedelta(days=7)),
        ReviewPeriod.LAST_WEEK: (monday - timedelta(days=7), monday),
        ReviewPeriod.MONTH: (first, (first + timedelta(days=32)).replace(day=1)),
        ReviewPeriod.LAST_MONTH: ((first - timedelta(days=1)).replace(day=1), first),
        ReviewPeriod.YEAR: (first.replace(month=1), date(today.year + 1, 1, 1)),
    }
    return spans.get(period)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins by this computer's clock, in UTC."""
    return datetime.combine(day, time.min).astimezone(UTC)


class FilterBar(QWidget):
    """A line of fields; what is typed counts when the typing pauses.

    Signals: `changed()`, when other trades are wanted.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.period, self.symbol, self.strategy = QComboBox(), QComboBox(), QComboBox()
        self.first, self.last = QDateEdit(), QDateEdit()
        self.search = QLineEdit()
        self._typed = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._set_up()
        self._lay_out()
        self._connect()

    def query(self, today: date) -> ReviewQuery:
        """Return what is asked for; `today`, the day of the market's present."""
        period = ReviewPeriod(self.period.currentData())
        span = days_of(period, today)
        if period is ReviewPeriod.DAYS:
            ends = sorted((_day(self.first), _day(self.last)))
            span = (ends[0], ends[1] + timedelta(days=1))
        return ReviewQuery(
            since=midnight(span[0]) if span else None,
            until=midnight(span[1]) if span else None,
            symbol=_chosen(self.symbol),
            strategy=_chosen(self.strategy),
            text=self.search.text().strip(),
        )

    def offer(self, symbols: Iterable[str], strategies: Iterable[str]) -> None:
        """Offer these to be chosen; what is chosen stays, though there is no trade of it."""
        _fill_choices(self.symbol, _(ALL_SYMBOLS), symbols)
        _fill_choices(self.strategy, _(ALL_STRATEGIES), strategies)

    def _set_up(self) -> None:
        offer_choices(self.period, ReviewPeriod)
        names = {self.period: _("Period"), self.symbol: _("Symbol"), self.strategy: _("Strategy"),
                 self.search: _("Search trades"), self.first: _("First day"), self.last: _("Last day")}  # fmt: skip
        for field, name in names.items():
            field.setAccessibleName(name)
        for box in (self.symbol, self.strategy):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(11)
        today = QDate.currentDate()
        for day in (self.first, self.last):
            day.setDisplayFormat("yyyy-MM-dd")
            day.setCalendarPopup(True)
            day.setDate(today)
            day.hide()
        self.search.setPlaceholderText(_("Search note, tag, symbol, ticket"))
        self.search.setToolTip(_("Every word must be found in symbol, strategy, reason, ticket, note or tags"))
        offer_to_clear(self.search)
        self.search.setMinimumWidth(90)
        self.offer((), ())

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for field in (self.period, self.first, self.last, self.symbol, self.strategy):
            layout.addWidget(field)
        layout.addWidget(self.search, 1)

    def _connect(self) -> None:
        self.period.currentIndexChanged.connect(self._show_days)
        for box in (self.period, self.symbol, self.strategy):
            box.currentIndexChanged.connect(lambda _index: self.changed.emit())
        for day in (self.first, self.last):
            day.dateChanged.connect(lambda _date: self._typed.start())
        self.search.textChanged.connect(lambda _text: self._typed.start())
        self._typed.timeout.connect(self.changed)

    def _show_days(self) -> None:
        for day in (self.first, self.last):
            day.setVisible(self.period.currentData() == ReviewPeriod.DAYS)


def _day(field: QDateEdit) -> date:
    chosen = field.date()
    return date(chosen.year(), chosen.month(), chosen.day())


def _fill_choices(box: QComboBox, everything: str, names: Iterable[str]) -> None:
    """Have a box offer names, without a word to who listens."""
    chosen = _chosen(box)
    wanted = ["", *dict.fromkeys((*names, *([chosen] if chosen else [])))]
    if [box.itemData(place) for place in range(box.count())] == wanted:
        return
    box.blockSignals(True)
    box.clear()
    for name in wanted:
        box.addItem(_(name) if name else everything, name)
    box.setCurrentIndex(box.findData(chosen))
    box.blockSignals(False)


def _chosen(box: QComboBox) -> str:
    """Return the name that is chosen, empty for all of them."""
    return str(box.currentData() or "")
