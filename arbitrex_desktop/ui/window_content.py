# SPDX-License-Identifier: MIT
"""What fills the main window: panels, bars and menus put together with the worker; it holds no truth of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer, Slot
from PySide6.QtWidgets import QMainWindow, QMenu

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.actions.desk_menus import DeskPanels
from arbitrex_desktop.ui.actions.window_actions import WindowActions
from arbitrex_desktop.ui.bars.arming import ArmingBar, arming_state
from arbitrex_desktop.ui.bars.closing import Closing
from arbitrex_desktop.ui.bars.halt_watch import HaltWatch
from arbitrex_desktop.ui.bars.notice_bar import NoticeBar
from arbitrex_desktop.ui.bars.replay_bar import ReplayBar
from arbitrex_desktop.ui.bars.resume_bar import ResumeBar
from arbitrex_desktop.ui.bars.status import StatusBar, TopBar, stacked, tool_bar
from arbitrex_desktop.ui.chart.history import HistoryLoader
from arbitrex_desktop.ui.commands import (
    QUIET,
    ArmAccount,
    ChangeSettings,
    CommandResult,
    Phase,
    ResumeTrading,
    TakeInUnknown,
)
from arbitrex_desktop.ui.docks import Docks
from arbitrex_desktop.ui.freshness import Freshness, NoCore
from arbitrex_desktop.ui.help import TextWindow
from arbitrex_desktop.ui.menus import HELP_MENU, Acts, build_menus
from arbitrex_desktop.ui.notice_sources import NoticeSources
from arbitrex_desktop.ui.onboarding.newcomer_help import NewcomerHelp
from arbitrex_desktop.ui.panels.account import AccountPanel
from arbitrex_desktop.ui.panels.chart import ChartPanel
from arbitrex_desktop.ui.panels.connection import ConnectionPanel
from arbitrex_desktop.ui.panels.decisions import DecisionsPanel
from arbitrex_desktop.ui.panels.equity import EquityPanel
from arbitrex_desktop.ui.panels.intent_form import IntentFormPanel
from arbitrex_desktop.ui.panels.market_watch import MarketWatchPanel
from arbitrex_desktop.ui.panels.notices import NoticesPanel
from arbitrex_desktop.ui.panels.orders import OrdersPanel
from arbitrex_desktop.ui.panels.panel import Panel, tables_of
from arbitrex_desktop.ui.panels.pending import PendingPanel
from arbitrex_desktop.ui.panels.positions import PositionsPanel
from arbitrex_desktop.ui.panels.risk import RiskPanel
from arbitrex_desktop.ui.review.review import Review
from arbitrex_desktop.ui.seam import Core
from arbitrex_desktop.ui.settings.settings_window import SettingsWindow
from arbitrex_desktop.ui.theme.appearance import COLOURS, LANGUAGE
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.typed import type_into, typed_in
from arbitrex_desktop.ui.window_state import WindowState
from arbitrex_desktop.ui.worker import CoreWorker
from arbitrex_desktop.ui.workspaces.switch import WorkspaceSwitch
from arbitrex_desktop.ui.workspaces.workspaces import Workspaces

TITLE: Final = "Arbitrex Desktop"

_BEAT_MS: Final = 1_500
"""Longer than the longest time between two snapshots: each of them draws all that a beat would draw."""
_HISTORY_WAIT_MS: Final = 500
_SETTLED_SYMBOLS: Final = 10
_HALT_REASON: Final = N_("by the trader")

_log = logging.getLogger(__name__)


class WindowContent(QObject):
    """Everything in the main window, on one core.  Lives on the GUI thread and never waits there for the core.

    Attributes:
        panels: the panels by name
    """

    def __init__(self, window: QMainWindow, worker: CoreWorker, theme: Theme, chart: ChartPanel, clock: Clock) -> None:
        super().__init__(window)
        self._window = window
        self._worker = worker
        self._theme = theme
        self.chart = chart
        self._clock = clock
        self._fresh = Freshness(None, clock.monotonic(), clock.monotonic())
        self._halt_watch = HaltWatch()
        self._no_core = NoCore()
        self._seen = True
        self._curves = HistoryLoader(self)
        self._prices_turn = QTimer(self, singleShot=True)
        self._beat = QTimer(self, interval=_BEAT_MS)

    def build(self) -> Iterator[None]:
        """Make all of it, once, in steps: no other function may be called before the last."""
        yield from self._make_panels()
        self._make_bars()
        yield
        self._docks = Docks(self._window, self.panels.values())
        self._docks.came_in_sight = lambda panel: panel.refresh(self._fresh)
        self.workspaces = Workspaces(self._window, self._docks)
        self.newcomer_help = NewcomerHelp(self._window, self._theme, self._docks, self.top_bar, self.intent_form)
        self.status.connection_asked.connect(partial(self._docks.bring_forward, self.connection.name))
        self._make_menus()
        self._connect_worker()
        self._connect_panels()
        self._prices_turn.timeout.connect(lambda: self.market_watch.refresh(self._fresh))
        self._beat.timeout.connect(self.refresh)
        self._beat.start()

    def is_settled(self) -> bool:
        """Return whether an account synced by the RPM, ten quotes (or all there are) and the curve are shown."""
        snapshot = self._fresh.snapshot
        return (
            snapshot is not None
            and snapshot.account is not None
            and snapshot.risk is not None
            and self._fresh.synced_at is not None
            and self.market_watch.quoted >= min(_SETTLED_SYMBOLS, max(1, len(snapshot.pool.symbols)))
            and (self.equity.has_plot or self.equity.visibleRegion().isEmpty())
        )

    @Slot()
    def halt(self) -> None:
        """Stop all sending now: straight to the core on this thread, whatever the worker is busy with."""
        try:
            self._worker.halt(_HALT_REASON)
        except Exception as error:  # noqa: BLE001 - whatever it was, the trader must know
            _log.exception("HALT failed")
            message = _("HALT FAILED, close the terminal's connection by hand: {error}")
            self.notice_bar.post("error", message.format(error=error_text(error)), "halt")
            return
        self._halt_watch.asked(_HALT_REASON, self._clock.monotonic())
        self.refresh()

    @Slot()
    def disarm(self) -> None:
        """Let nothing leave to the LIVE account any more: straight to the core, like HALT."""
        try:
            self._worker.disarm()
        except Exception as error:  # noqa: BLE001 - whatever it was, the trader must know
            _log.exception("disarming failed")
            message = _("DISARMING FAILED, press HALT: {error}")
            self.notice_bar.post("error", message.format(error=error_text(error)), "disarm")
            return
        snapshot = self._fresh.snapshot
        if snapshot is not None:
            disarmed = replace(snapshot, arming=replace(snapshot.arming, until=None))
            self._fresh = replace(self._fresh, snapshot=disarmed)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Draw the newest snapshot, as old as it is by now."""
        now = self._clock.monotonic()
        task, began, began_at = self._worker.at_work
        self._fresh = Freshness(
            self._fresh.snapshot, self._fresh.received, now, task, now - began, began_at, self._no_core
        )
        state = self._halt_watch.state(self._fresh)
        self._alerts.refresh(self._fresh, halt_overdue=self._halt_watch.overdue(self._fresh))
        if not self._seen:
            return
        for panel in self._docks.panels_in_use():
            if panel is not self.market_watch:
                panel.refresh(self._fresh)
        # Forty rows of prices are a third of all painting: they have a turn of their own, so that none is long.
        self._prices_turn.start()
        self.review.follow(self._fresh)
        self.top_bar.show_state(self._fresh, state)
        self.status.show_state(self._fresh, state)
        self.arming_bar.follow(self._fresh)
        self._replay_toolbar.setVisible(self.replay_bar.follow(self._fresh))
        self._docks.show_counts()
        core = self._worker.core
        if core is not None:
            self.intent_form.set_symbols(core.board.symbols, core.watch_list)
        self.intent_form.show_quote(self.market_watch.model.quote_of(self.intent_form.chosen))

    def lay_out(self, kept: WindowState) -> Iterator[None]:
        """Take the remembered layout, or the one for the window's size where none was remembered; in steps."""
        for name, view in tables_of(self.panels).items():
            view.recall(kept.tables.get(name, {}))
        self.actions.table.recall(kept.keys)
        yield
        self.workspaces.recall(kept.docks, kept.workspaces)

    def go_on_from(self, other: WindowContent) -> None:
        """Take over what another one on the same core knows, and what was typed into its ticket."""
        core = self._worker.core
        if core is not None:
            self._on_core(core)
        self._fresh, self._no_core = other._fresh, other._no_core
        self._halt_watch = other._halt_watch
        self.refresh()
        type_into(self.intent_form, typed_in(other.intent_form))
        self.chart.recall(other.chart.look)

    def state(self) -> WindowState:
        """Return what is to be remembered, for `lay_out`."""
        return WindowState(
            geometry=bytes(self._window.saveGeometry().data()),
            docks=self.workspaces.layout,
            workspaces=self.workspaces.kept,
            theme=self._theme.choice.value,
            light=not self._theme.colours.is_dark,
            tables={name: view.choices for name, view in tables_of(self.panels).items()},
            chart=self.chart.look,
            chart_place=self._chart_place(),
            keys=self.actions.table.kept,
        )

    def _chart_place(self) -> tuple[float, ...]:
        """Return left, top, width and height of the chart as shares of the window's; empty where it is not in sight."""
        chart, whole = self.chart, self._window.rect()
        if chart.window() is not self._window or not chart.isVisibleTo(self._window):
            return ()
        place = QRect(chart.mapTo(self._window, QPoint(0, 0)), chart.size())
        if not whole.contains(place):  # behind a tab Qt puts it beside the window
            return ()
        across, down = whole.width(), whole.height()
        return place.left() / across, place.top() / down, place.width() / across, place.height() / down

    def follow_size(self) -> None:
        """Have the layout follow the window's size."""
        self._docks.follow()

    def focus_first(self) -> None:
        """Put the keyboard into the watch list: with HALT, the first in line, the space bar could halt by chance."""
        self.market_watch.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop(self) -> None:
        """Draw no more and close the windows that belong to this one."""
        self._beat.stop()
        self._prices_turn.stop()
        self.equity.stop()
        self.market_watch.stop()
        self.chart.stop()
        self._texts.close()
        self.settings_window.close()
        self.newcomer_help.tour.close()

    def stop_history(self) -> bool:
        """End the reading of bars, once the pool has ended; return False where one had to be left behind."""
        ended = [self.chart.stop_reading(_HISTORY_WAIT_MS)]
        ended += [each.stop(_HISTORY_WAIT_MS) for each in (self._curves, self.review)]
        return all(ended)

    def _make_panels(self) -> Iterator[None]:
        self.market_watch = MarketWatchPanel(self._theme, self._clock)
        yield
        self.account = AccountPanel(self._theme)
        self.equity = EquityPanel(self._theme)
        self.pending = PendingPanel(self._theme)
        self.positions = PositionsPanel(self._theme)
        yield
        self.orders = OrdersPanel(self._theme)
        self.history = DecisionsPanel(self._theme)
        self.intent_form = IntentFormPanel(self._theme)
        yield
        self.risk = RiskPanel(self._theme)
        self.connection = ConnectionPanel(self._theme)
        self.notices = NoticesPanel(self._theme)
        self.review = Review(self._theme, self._clock, (self.equity,), self)
        panels: tuple[Panel, ...] = (
            self.market_watch, self.chart, self.account, self.equity, self.pending, self.positions, self.orders,
            self.history, self.intent_form, self.risk, self.connection, self.notices, *self.review.panels,
        )  # fmt: skip
        self.panels = {panel.name: panel for panel in panels}
        yield

    def _make_bars(self) -> None:
        self.top_bar = TopBar(self._theme)
        self.notice_bar = NoticeBar(self._theme, clock=self._clock)
        self.resume_bar = ResumeBar(self._theme)
        self.arming_bar = ArmingBar(self._theme)
        self.fixed_bar = NoticeBar(self._theme, closable=False)
        self._alerts = NoticeSources(self.notice_bar, self.fixed_bar)
        self.status = StatusBar(self._theme)
        self._window.setStatusBar(self.status)
        self._texts = TextWindow(TITLE, self._window)
        self.settings_window = SettingsWindow(self._theme, self._window)
        self.settings_window.asked.connect(self._worker.send)
        # The strip of notices keeps its place: what the core tells by itself must not move a button under the mouse.
        tool_bar(self._window, "top", stacked(self.top_bar, self.notice_bar))
        self.replay_bar = ReplayBar(self._theme)
        self.replay_bar.asked.connect(self._worker.send)
        self._replay_toolbar = tool_bar(self._window, "replay", self.replay_bar)
        self._replay_toolbar.hide()
        self.closing = Closing(self._window, self._theme, lambda: self._fresh.snapshot)
        passing = {"fixed": self.fixed_bar, "resume": self.resume_bar, "arming": self.arming_bar}
        fixed, resume, arming = bars = tuple(tool_bar(self._window, name, bar) for name, bar in passing.items())
        self._passing_bars = (*bars, self.closing.tool_bar)
        for bar in self._passing_bars:
            bar.hide()
        self.fixed_bar.shown_changed.connect(fixed.setVisible)
        self.resume_bar.closed.connect(resume.hide)
        self.top_bar.resume_asked.connect(self._open_resume)
        self.arming_bar.closed.connect(arming.hide)
        self.top_bar.arming.arm_asked.connect(self._open_arming)
        self._resume_toolbar, self._arming_toolbar = resume, arming

    def _make_menus(self) -> None:
        acts = Acts(
            halt=self.halt,
            resume=self._open_resume,
            arm=self._open_arming,
            disarm=self.disarm,
            decide=self._go_to_pending,
            take_in=partial(self._worker.send, TakeInUnknown()),
            reset_layout=self.workspaces.reset,
            guide=self._texts.show_guide,
            about=self._texts.show_about,
            settings=self.settings_window.open_and_read,
            accounts=self.newcomer_help.accounts_asked.emit,
            tour=self.newcomer_help.tour.begin,
            language=lambda code: self._worker.send(ChangeSettings(((LANGUAGE, code),), "")),
            colours=lambda pair: self._worker.send(ChangeSettings(((COLOURS, pair),), "")),
            quit=self.closing.quit,
        )
        switch, docks = WorkspaceSwitch(self._window, self.workspaces), self._docks.docks.values()
        build_menus(self._window, docks, self._theme, acts, self._make_actions(), workspaces=switch.menu)

    def _make_actions(self) -> WindowActions:
        """Make what works the window by keyboard."""
        desk = DeskPanels(
            self.panels, self.market_watch, self.chart, self.intent_form, self.pending, self.positions, self.orders,
            self.risk, self.notices, self.review.closed,
        )  # fmt: skip
        self.actions = WindowActions(self._window, self._theme, self._docks.docks, desk, self.say)
        self.actions.open_settings_by(self.settings_window.open_at)
        self.actions.sheet.guide_asked.connect(self._texts.show_guide)
        return self.actions

    def say(self, message: str) -> None:
        """Tell the trader why something that was asked for cannot be done."""
        self.notice_bar.post("info", message, "actions")

    def add_help(self, text: str, act: Callable[[], None]) -> None:
        """Add an entry to the help menu, for what the composition root brings along."""
        menu = self._window.menuBar().findChild(QMenu, HELP_MENU)
        assert isinstance(menu, QMenu)
        menu.addAction(text).triggered.connect(lambda _checked=False: act())
        self.actions.table.entries()

    def _connect_worker(self) -> None:
        worker = self._worker
        worker.core_ready.connect(self._on_core)
        worker.snapshot_changed.connect(self._on_snapshot)
        worker.command_done.connect(self._on_command_done)
        worker.phase_failed.connect(self._on_phase_failed)

    def _connect_panels(self) -> None:
        worker = self._worker
        for panel in self.panels.values():
            panel.asked.connect(worker.send)
            panel.symbol_chosen.connect(self.intent_form.choose_symbol)
            panel.offer_taken.connect(self.newcomer_help.follow)
        self.market_watch.history_asked.connect(self._curves.ask)
        self._curves.answered.connect(self.market_watch.take_history)
        self.intent_form.go_with(self.chart)
        self.intent_form.symbol_changed.connect(self.notices.alerts.prefer_symbol)
        self.market_watch.symbol_clicked.connect(self.chart.look_at)
        self.review.chart_asked.connect(lambda _trade: self.newcomer_help.bring_forward(self.chart.name))
        self.review.chart_asked.connect(self.chart.show_trade)
        self.review.past_changed.connect(self.equity.show_past)
        self.top_bar.halt_asked.connect(self.halt)
        self.resume_bar.resume_asked.connect(lambda reason: worker.send(ResumeTrading(reason)))
        self.arming_bar.arm_asked.connect(lambda typed_login: worker.send(ArmAccount(typed_login)))
        self.top_bar.arming.disarm_asked.connect(self.disarm)

    def set_seen(self, *, seen: bool) -> None:
        """Draw only while the window can be seen."""
        if seen == self._seen:
            return
        self._seen = seen
        self._worker.set_seen(seen=seen)
        self.market_watch.set_seen(seen=seen)
        if seen:
            self.refresh()

    @Slot(object)
    def _on_core(self, core: Core) -> None:
        self._worker.set_seen(seen=self._seen)
        self.market_watch.watch(core.board)
        self.chart.follow(core)
        self._curves.start(core.bars)
        self.review.start(core.review)

    @Slot(object)
    def _on_snapshot(self, snapshot: DeskSnapshot) -> None:
        self._fresh = Freshness(snapshot, self._clock.monotonic(), self._clock.monotonic())
        if self._beat.isActive():
            self._beat.start()  # the next beat is due where no snapshot comes
        self.refresh()

    @Slot(object)
    def _on_command_done(self, result: CommandResult) -> None:
        for panel in self.panels.values():
            panel.command_done(result)
        self.settings_window.command_done(result)
        # The form and the settings say themselves what is wrong, but a menu changes settings, too.
        unseen = isinstance(result.command, ChangeSettings) and not self.settings_window.isVisible()
        if unseen or not isinstance(result.command, QUIET):
            self._alerts.command_done(result)

    @Slot(object, str)
    def _on_phase_failed(self, phase: Phase, message: str) -> None:
        if phase in (Phase.START, Phase.ACCOUNT):
            # This stands for as long as the window does: nothing else would tell why it stays empty.
            self._no_core = NoCore(message, lacks_account=phase is Phase.ACCOUNT)
            self.refresh()
        else:
            self._alerts.phase_failed(phase, message)

    @Slot()
    def _go_to_pending(self) -> None:
        """Bring the pending intents to the front, the keyboard into their list, and choose the first of them."""
        self._docks.bring_forward(self.pending.name)
        self.pending.deck.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.pending.choose_first()

    @Slot()
    def _open_resume(self) -> None:
        self._resume_toolbar.show()
        self.resume_bar.open()

    @Slot()
    def _open_arming(self) -> None:
        if not arming_state(self._fresh).needed:
            self.say(_("There is nothing to arm: only a LIVE account needs it"))
            return
        self._arming_toolbar.show()
        self.arming_bar.open(self._fresh)
