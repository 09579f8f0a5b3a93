# SPDX-License-Identifier: MIT
"""The whole window without a connection, and without a core: what it claims, and what it says instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.snapshot import Notice, SwitchRow
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.ui.chart.options import ChartOptions
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.window_state import FileWindowState, WindowState
from arbitrex_desktop.ui.worker import CoreWorker
from tests.fakes.clock import START, ManualClock
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot, pool_stats, risk_row
from tests.ui.conftest import OPEN_MS, WindowMaker
from tests.ui.test_main_window import RememberedState


@pytest.mark.parametrize("state", [ConnectionState.LOST, ConnectionState.WRONG_ACCOUNT, ConnectionState.STALE])
def test_without_a_connection_nothing_claims_that_there_is_trading(
    open_window: WindowMaker, qtbot: QtBot, state: ConnectionState
) -> None:
    """The badge says so instead of the RPM's last word, which a halt still outweighs."""
    core = FakeCore(shown=desk_snapshot(pool=pool_stats(state=state)))
    window = open_window(core)
    top = window.content.top_bar
    assert top.state.text() == "NOT CONNECTED"
    assert all(badge.isVisible() for badge in (top.mode, top.state, top.account, top.reason, top.halt))
    assert top.account.tone is Tone.MUTED
    assert window.content.status.labels["trading"].text() == "Trading: waits for the connection"
    core.shown = desk_snapshot()
    qtbot.waitUntil(lambda: top.state.text() == "TRADING ACTIVE", timeout=OPEN_MS)
    account = window.content.top_bar.account
    assert account.tone is Tone.TEXT
    core.shown = desk_snapshot(pool=pool_stats(state=state))
    qtbot.waitUntil(lambda: top.state.text() == "NOT CONNECTED", timeout=OPEN_MS)
    window.content.halt()
    assert window.content.top_bar.state.text() == "TRADING HALTED"


def test_the_button_of_a_halted_desk_says_that_it_is_done(open_window: WindowMaker, qtbot: QtBot) -> None:
    """HALTED, and what pressing it again does; HALT again once trading goes on.  It can always be pressed."""
    core = FakeCore(shown=desk_snapshot())
    button = open_window(core).content.top_bar.halt
    assert (button.text(), button.toolTip()) == ("HALT  F12", "Stop all sending at once (F12 or Ctrl+Shift+H)")
    core.shown = desk_snapshot(risk=risk_row(trading_state="HALTED", halt_reason="by the trader"))
    qtbot.waitUntil(lambda: button.text() == "HALTED  F12", timeout=OPEN_MS)
    assert (button.isEnabled(), "it stays stopped" in button.toolTip()) == (True, True)
    core.shown = desk_snapshot()
    qtbot.waitUntil(lambda: button.text() == "HALT  F12", timeout=OPEN_MS)


def test_trading_is_not_called_plainly_active_under_a_kill_switch(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The top bar says how many are on and where, whichever panel is open, until they are lifted."""
    switches = tuple(SwitchRow("SYMBOL", name, "SUSPEND", "news", START) for name in ("EURUSD", "XAUUSD"))
    core = FakeCore(shown=desk_snapshot(risk=risk_row(switches=switches)))
    top = open_window(core).content.top_bar
    assert (top.reason.text(), top.reason.tone) == ("2 kill switches are on, see Risk", Tone.WARN)
    core.shown = desk_snapshot(risk=risk_row(switches=switches[:1]))
    qtbot.waitUntil(lambda: top.reason.text() == "1 kill switch is on, see Risk", timeout=OPEN_MS)
    everything = SwitchRow("GLOBAL", "", "SUSPEND", "holidays", START)
    core.shown = desk_snapshot(risk=risk_row(switches=(everything,)))
    qtbot.waitUntil(lambda: (top.state.text(), top.reason.text()) == ("TRADING SUSPENDED", "holidays"), timeout=OPEN_MS)
    core.shown = desk_snapshot(risk=risk_row(switches=(replace(everything, action="THROTTLE"),)))
    qtbot.waitUntil(lambda: top.state.text() == "TRADING ACTIVE", timeout=OPEN_MS)
    core.shown = desk_snapshot(risk=risk_row(trading_state="REDUCING", reducing_reason="before the weekend"))
    qtbot.waitUntil(lambda: top.reason.text() == "before the weekend", timeout=OPEN_MS)


@pytest.mark.parametrize("choice", [ThemeChoice.DARK, ThemeChoice.LIGHT])
def test_the_first_picture_tells_bars_from_panels(qtbot: QtBot, theme: Theme, choice: ThemeChoice) -> None:
    """Before anything is loaded the window shows where things will be; what comes then takes the place of that."""
    theme.choose(choice)
    window = MainWindow(CoreWorker(FakeCore), theme)
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.first_painted):
        window.show()
    picture = window.grab().toImage()
    middle, height = picture.width() // 2, picture.height()
    colours = [picture.pixelColor(middle, at) for at in (0, height // 2, height - 1)]
    assert colours == [theme.colours.window, theme.colours.base, theme.colours.window]
    window.fill()
    assert not window._outline.isVisible()


def test_nothing_half_made_is_seen(qtbot: QtBot, theme: Theme) -> None:
    """The screen shows the frame, the chart in its place, and then all: the chart never vanishes on the way."""
    window = MainWindow(CoreWorker(FakeCore), theme)
    qtbot.addWidget(window)
    window.show()
    pictures: list[QImage] = []
    for _step in window.filling():
        QApplication.processEvents()
        picture = window.screen().grabWindow(window.winId()).toImage()
        if picture not in pictures:
            pictures.append(picture)
    assert 2 <= len(pictures) <= 3
    assert window.updatesEnabled()


@pytest.fixture
def coreless(theme: Theme, clock: ManualClock) -> Iterator[MainWindow]:
    """Return a shown window whose core cannot be built."""

    def fail() -> FakeCore:
        raise ValueError("MT5_LOGIN must be the account's number")

    window = MainWindow(CoreWorker(fail), theme, clock=clock)
    window.show()
    window.fill()
    window._worker.start()
    yield window
    window.close()
    window.deleteLater()


def test_a_core_that_cannot_be_built_says_why_for_as_long_as_the_window_stands(
    coreless: MainWindow, qtbot: QtBot, clock: ManualClock
) -> None:
    """Its cause stands in the notice, the top bar and the connection panel; that nothing answers does not hide it."""
    window = coreless
    words = "The trading core could not be started: MT5_LOGIN must be the account's number"
    qtbot.waitUntil(lambda: window.content.notice_bar.text == f"ERROR: {words}", timeout=OPEN_MS)
    clock.advance(60)
    window.content.refresh()
    assert window.content.notice_bar.text == f"ERROR: {words}"
    assert window.content.top_bar.reason.text() == words
    window.content.newcomer_help.bring_forward("connection")
    assert window.content.connection.view.empty_text == words
    assert window.content.status.labels["connection"].text() == "The trading core does not run"
    assert window.content.intent_form.submit.toolTip() == words
    assert not window.content.intent_form.submit.isEnabled()


def test_notices_of_one_moment_are_all_told(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Two orders that end in the same instant are two messages; what stands of the connection is not told twice."""
    core = FakeCore()
    window = open_window(core)
    lost = Notice(START, "error", NoticeSubject.CONNECTION.of(), "LOST: no connection to the broker")
    ends = tuple(Notice(START, "error", NoticeSubject.ORDER.of(name), f"{name} FAILED") for name in ("one", "two"))
    core.shown = replace(core.shown, notices=(lost, *ends))
    qtbot.waitUntil(lambda: window.content.notice_bar.texts == ("two FAILED", "one FAILED"), timeout=OPEN_MS)
    assert window.content.notices.model.rowCount() == 3


def test_the_charts_look_survives_a_restart(open_window: WindowMaker, tmp_path: Path) -> None:
    """Timeframe, style, indicators, panes and clock are shown the next time as chosen, ticks in the menus included."""
    memory = FileWindowState(tmp_path / "window.json")
    first = open_window(memory=memory)
    charts = first.content.chart.grid
    assert charts is not None
    charts.toolbar._frames[Timeframe.H4].click()
    for text in ("Line", "UTC", "RSI 14", "EMA 20", "Volume", "Sessions"):
        charts.toolbar._actions[text].trigger()
    chosen = charts.toolbar.options
    assert not chosen.shows_volume
    first.close()
    open_window(memory=memory).close()
    again = open_window(memory=memory).content.chart.grid
    assert again is not None
    assert again.chart.timeframe is Timeframe.H4
    assert again.toolbar._frames[Timeframe.H4].isChecked()
    assert again.toolbar.options == again.chart.view._options == chosen
    looks = {"Candles", "Bars", "Line", "Local time", "UTC", "Broker time", "RSI 14", "EMA 20", "Volume", "Sessions"}
    ticked = {text for text in looks if again.toolbar._actions[text].isChecked()}
    assert ticked == {"Line", "UTC", "RSI 14", "EMA 20", "Sessions"}
    again.toolbar._actions["Bars"].trigger()
    assert {text for text in ("Candles", "Bars", "Line") if again.toolbar._actions[text].isChecked()} == {"Bars"}


def test_the_chart_is_seen_where_it_stood_before_the_panels_are_loaded(open_window: WindowMaker, theme: Theme) -> None:
    """The next start shows it at the same place, to the pixel, in the look that was chosen; behind a tab it is not."""
    memory = RememberedState(WindowState())
    first = open_window(memory=memory)
    chart = first.content.chart
    where = QRect(chart.mapTo(first, QPoint(0, 0)), chart.size())
    chart.grid.toolbar._frames[Timeframe.H4].click()
    first.close()
    early = MainWindow(CoreWorker(FakeCore), theme, memory=memory)
    early.show()
    early.resize(first.size())
    seen = early._make_chart()
    assert seen.isVisible()
    assert seen.geometry() == where
    assert seen.chart.timeframe is Timeframe.H4
    early.close()
    memory.save(replace(memory.state or WindowState(), chart_place=()))
    hidden = MainWindow(CoreWorker(FakeCore), theme, memory=memory)._make_chart()
    assert not hidden.isVisible()
    assert hidden.parent() is None


def test_a_chart_out_of_sight_costs_no_layout(open_window: WindowMaker, tmp_path: Path, qtbot: QtBot) -> None:
    """Behind a tab, or in a window of its own, it has no place, but all that was kept comes back."""
    memory = FileWindowState(tmp_path / "window.json")
    window = open_window(memory=memory)
    docks, content = window.content._docks.docks, window.content
    window.hide()
    assert content.state().chart_place
    window.show()
    docks["chart"].setFloating(True)
    assert content.state().chart_place == ()
    docks["chart"].setFloating(False)
    window.tabifyDockWidget(docks["market_watch"], docks["chart"])
    docks["market_watch"].raise_()
    qtbot.waitUntil(lambda: content.chart.visibleRegion().isEmpty(), timeout=OPEN_MS)
    assert content.state().chart_place == ()
    kept = content.state()
    window.close()
    assert memory.load() == kept


def test_a_look_that_means_nothing_is_a_new_charts(open_window: WindowMaker) -> None:
    """Whatever stands in the file, the chart is drawn as at the first start."""
    look: dict[str, object] = {"style": "Renko", "zone": 7, "indicators": "RSI 14", "timeframe": ["H1"]}
    chart = open_window(memory=RememberedState(WindowState(chart=look))).content.chart.chart
    assert chart.timeframe is Timeframe.M15
    assert chart.options == ChartOptions()
