# SPDX-License-Identifier: MIT
"""Review as a whole: asks for trades when they are looked at, and gives what comes to its panels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.review.export import ExportKind, export
from arbitrex_desktop.desk.review.store import Annotation
from arbitrex_desktop.desk.review.views import ReviewData, ReviewQuery
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.closed import ClosedRow, closed_rows
from arbitrex_desktop.ui.models.save_dialog import save_dialog
from arbitrex_desktop.ui.panels.curve import CurvePast, past_of
from arbitrex_desktop.ui.review.closed_panel import ClosedPanel
from arbitrex_desktop.ui.review.intents_panel import IntentsPanel
from arbitrex_desktop.ui.review.loader import Finished, ReportProgress, ReviewLoader, Task, Topic
from arbitrex_desktop.ui.review.statistics_panel import StatisticsPanel
from arbitrex_desktop.ui.seam import ReviewAccess
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme

_READ: Final = Topic(Task.READ)
_CHECKS: Final = Topic(Task.READ_CHECKS_OF_TRADE)
_INTENT: Final = Topic(Task.READ_CHECKS_OF_INTENT)
_EXPORT: Final = Topic(Task.EXPORT)
_SETTLE_MS: Final = 1_500
"""Deals reach a broker's history a moment after the position is gone."""

_FILTERS: Final = {
    ExportKind.CSV: N_("Trades (*.csv)"),
    ExportKind.JSON: N_("Everything (*.json)"),
    ExportKind.HTML: N_("Report (*.html)"),
}


class Review(QObject):
    """Keeps closed trades and statistics up to date while they, or `also` others, can be seen.  On the GUI thread.

    Signals:
        past_changed(CurvePast): trades and figures were read; what equity was meanwhile.
        chart_asked(ClosedTrade): a trade is to be shown on the chart.
    """

    past_changed = Signal(object)
    chart_asked = Signal(object)

    def __init__(self, theme: Theme, clock: Clock, also: Iterable[QWidget] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self.closed, self.statistics, self.intents = ClosedPanel(theme), StatisticsPanel(theme), IntentsPanel(theme)
        self.panels = (self.closed, self.statistics, self.intents)
        self._watched: tuple[QWidget, ...] = (*self.panels, *also)
        self.data: ReviewData | None = None
        self._fresh = NOTHING_YET
        self._held: tuple[object, ...] | None = None
        self._stale = True
        self._loader = ReviewLoader(self)
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._connect()

    def start(self, access: ReviewAccess | None) -> None:
        """Read from this from now on; None where nothing is kept."""
        if access is not None:
            self._loader.start(access)

    def stop(self, wait_ms: int) -> bool:
        """Read no more; return False where a reading had to be left behind."""
        self._soon.stop()
        return self._loader.stop(wait_ms)

    def follow(self, fresh: Freshness) -> None:
        """Read again when positions came or went, as soon as a panel of Review can be seen."""
        self._fresh = fresh
        snapshot = fresh.snapshot
        if snapshot is None or snapshot.account is None or not fresh.connected:
            return
        account = snapshot.account
        held = (account.login, account.capital, *((row.ticket, row.volume) for row in snapshot.positions))
        if held != self._held:
            first, self._held, self._stale = self._held is None, held, True
            if not first:
                self._soon.start()
        seen = any(not panel.visibleRegion().isEmpty() for panel in self._watched)
        if seen and self._stale and not self._soon.isActive():
            self.read()

    @Slot()
    def read(self) -> None:
        """Read what the filter asks for."""
        query = self.closed.filter.query(self._today())
        if self._loader.ask(_READ, partial(_read, query)):
            self._stale = False

    def export_to(self, kind: ExportKind, path: Path) -> None:
        """Write what is shown to a file."""
        if self.data is not None:
            self._loader.ask(_EXPORT, partial(_export, self.data, kind, path))

    def _today(self) -> date:
        return (self._fresh.market_now or self._clock.now()).astimezone().date()

    def _connect(self) -> None:
        closed, loader = self.closed, self._loader
        closed.wanted.connect(self.read)
        closed.given_up.connect(self._give_up)
        closed.trade_chosen.connect(lambda trade: self._ask_for_checks(_CHECKS, trade.intent_id if trade else ""))
        self.intents.intent_chosen.connect(partial(self._ask_for_checks, _INTENT))
        closed.chart_asked.connect(self.chart_asked)
        closed.annotated.connect(self._annotate)
        closed.export_asked.connect(self._choose_file)
        loader.progressed.connect(self._on_progress)
        loader.done.connect(self._on_done)

    @Slot()
    def _give_up(self) -> None:
        for topic in (_READ, _EXPORT):
            self._loader.cancel(topic)
        self.closed.show_text(_("Cancelled: what is shown may be old"), Tone.MUTED)

    def _ask_for_checks(self, topic: Topic, intent_id: str) -> None:
        if intent_id:
            self._loader.ask(topic, partial(_checks, intent_id))
        else:
            self._loader.cancel(topic)

    @Slot(str, str, object)
    def _annotate(self, trade: str, note: str, tags: tuple[str, ...]) -> None:
        self._loader.ask(Topic(Task.ANNOTATE, trade), partial(_annotate, trade, Annotation(note, tags)))

    @Slot(object)
    def _choose_file(self, kind: ExportKind) -> None:
        """Ask where to: the dialog is the trader's own doing, and trading goes on behind it."""
        dialog = save_dialog(self.closed, _("Export closed trades"), f"trades.{kind}")
        dialog.setNameFilter(_(_FILTERS[kind]))
        dialog.setDefaultSuffix(kind.value)
        dialog.fileSelected.connect(lambda name: self.export_to(kind, Path(name)))
        dialog.open()

    def _show_data(self, reading: ReviewReading) -> None:
        self.data = reading.data
        self.closed.show_idle()
        self.closed.show_data(reading.data, reading.rows)
        self.statistics.show_data(reading.data)
        self.intents.show_data(reading.data)
        self.past_changed.emit(reading.past)

    @Slot(object, str, float)
    def _on_progress(self, topic: Topic, message: str, share: float) -> None:
        if topic in (_READ, _EXPORT):
            self.closed.show_progress(message, share)

    @Slot(object)
    def _on_done(self, outcome: Finished) -> None:
        topic = outcome.topic
        if outcome.error:
            self.closed.show_text(f"{_(_FAILED[topic.task])}: {outcome.error}", Tone.WARN)
        elif isinstance(outcome.result, ReviewReading):
            self._show_data(outcome.result)
        elif topic in (_CHECKS, _INTENT) and isinstance(outcome.result, tuple):
            (self.closed if topic == _CHECKS else self.intents).show_checks(outcome.result)
        elif topic.task is Task.ANNOTATE:
            self.read()
        elif isinstance(outcome.result, Path):
            self.closed.show_exported(outcome.result)


@dataclass(frozen=True, slots=True)
class ReviewReading:
    """What was read, made ready to be shown: thousands of rows and points are made on the thread that reads.

    Attributes:
        data: what was found
        rows: its trades
        past: its curve
    """

    data: ReviewData
    rows: tuple[ClosedRow, ...]
    past: CurvePast


_FAILED: Final = {
    Task.READ: N_("Trades cannot be read now"),
    Task.ANNOTATE: N_("The note was not kept"),
    Task.READ_CHECKS_OF_TRADE: N_("The intent's checks cannot be read"),
    Task.READ_CHECKS_OF_INTENT: N_("The intent's checks cannot be read"),
    Task.EXPORT: N_("Not exported"),
}


def _read(query: ReviewQuery, access: ReviewAccess, report: ReportProgress) -> ReviewReading:
    data = access.read(query, report)
    return ReviewReading(data, closed_rows(data), past_of(data))


def _checks(intent_id: str, access: ReviewAccess, _report: ReportProgress) -> object:
    return access.checks(intent_id)


def _annotate(trade: str, annotation: Annotation, access: ReviewAccess, _report: ReportProgress) -> None:
    access.annotate(trade, annotation)


def _export(data: ReviewData, kind: ExportKind, path: Path, _access: ReviewAccess, report: ReportProgress) -> Path:
    writing = _("Writing {name}").format(name=path.name)
    export(data, kind, path, lambda _stage, share: report(writing, share))
    return path
