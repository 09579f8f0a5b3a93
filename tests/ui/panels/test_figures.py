# SPDX-License-Identifier: MIT
"""Account, risk, positions, history and connection show the snapshot's numbers, and grey when they are old."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.raw_layer.views import CallStats, ConnectionState, PoolStats
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.ui.commands import ClosePosition
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models import desk
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.panels.account import AccountPanel
from arbitrex_desktop.ui.panels.connection import ConnectionPanel
from arbitrex_desktop.ui.panels.decisions import DecisionsPanel
from arbitrex_desktop.ui.panels.positions import PositionsPanel
from arbitrex_desktop.ui.panels.risk import RiskPanel, used_share
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.clock import START
from tests.fakes.desk_data import CHECKS, account_row, intent_row, pool_stats, position_row, risk_row
from tests.ui.connection_facts import value_of

Make = Callable[..., Freshness]
DASH = "\N{EN DASH}"


def test_the_account_shows_the_snapshots_values(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """Eight figures, with signs where they are gains and losses."""
    panel = AccountPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh())
    assert {key: figure.text for key, figure in panel.figures.items()} == {
        "capital": "100,000.00",
        "equity": "100,412.35",
        "free_margin": "98,066.75",
        "margin_level": "4,280.88 %",
        "unrealized": "+412.35",
        "daily": "\N{MINUS SIGN}312.50",
        "weekly": "+812.25",
        "drawdown": "0.6 % / 10.0 %",
    }
    assert panel.figures["unrealized"].tone is Tone.UP
    assert panel.figures["daily"].tone is Tone.DOWN
    assert "EUR" in panel.caption.text()


def test_old_account_figures_are_grey_and_dated(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """A stale account keeps its numbers, all grey, with the moment they are from."""
    panel = AccountPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(age=70.0))
    assert {figure.tone for figure in panel.figures.values()} == {Tone.MUTED}
    assert panel.caption.text().startswith("STALE: as of ")
    assert "70 s ago" in panel.caption.text()
    assert panel.caption.tone is Tone.WARN


def test_an_unknown_account_shows_dashes(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """Before the first sync no number is invented, and no margin in use is told in words."""
    panel = AccountPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(NOTHING_YET)
    assert {figure.text for figure in panel.figures.values()} == {DASH}
    panel.refresh(fresh(sync={}))
    assert panel.caption.text().startswith("Not synced by the Risk & Portfolio Manager yet")
    panel.refresh(fresh(account=account_row(margin_level=None), risk=risk_row(drawdown=0.09)))
    assert panel.figures["margin_level"].text == "no margin used"
    assert panel.figures["drawdown"].tone is Tone.WARN


def test_a_narrow_account_panel_uses_two_columns(qtbot: QtBot, theme: Theme) -> None:
    """Figures wrap instead of being cut."""
    panel = AccountPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(300, 300)
    panel.resizeEvent(QResizeEvent(panel.size(), panel.size()))
    assert panel._columns == 2


@pytest.mark.parametrize("width", range(300, 620, 4))
def test_no_figure_of_the_account_reaches_beyond_its_panel(qtbot: QtBot, theme: Theme, width: int) -> None:
    """Four columns come only where they have room: at 484 pixels the last digits were cut off."""
    dock, panel = QWidget(), AccountPanel(theme)
    qtbot.addWidget(dock)
    panel.setParent(dock)
    panel.setGeometry(0, 0, width, 300)
    dock.show()
    QApplication.processEvents()
    assert [figure for figure in panel.figures.values() if figure.width() < figure.minimumSizeHint().width()] == []


def test_limits_show_what_is_used(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """A loss counts against its limit, a gain does not; near and past the limit look different."""
    panel = RiskPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(300, 400)
    panel.show()
    panel.refresh(fresh(risk=risk_row(daily_pnl=-1_700.0, drawdown=0.12)))
    assert panel.daily.text == "1,700.00 of 2,000.00 EUR"
    assert panel.daily.tone is Tone.WARN
    assert panel.drawdown.tone is Tone.BAD
    assert panel.weekly.text == "0.00 of 5,000.00 EUR"
    assert panel.weekly.tone is Tone.TEXT
    assert panel.state.text() == "Trading is ACTIVE"
    assert [(bar.name, bar.text) for bar in panel.currencies.bars] == [
        ("USD", "\N{MINUS SIGN}61,000"), ("EUR", "+58,000"),
    ]  # fmt: skip
    panel.grab()


def test_unknown_and_stale_limits_are_grey(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """What is not known is a dash, never an empty bar that looks like no loss."""
    panel = RiskPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(risk=None))
    assert panel.currencies._empty == "not known yet"
    assert panel.daily.text == DASH
    assert panel.daily.tone is Tone.MUTED
    panel.refresh(fresh(risk=risk_row(daily_pnl=math.nan)))
    assert panel.daily.text.startswith(DASH)
    assert panel.daily.tone is Tone.MUTED
    panel.refresh(fresh(age=60.0))
    assert panel.drawdown.tone is Tone.MUTED


def test_the_days_drawdown_has_its_bar(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """Floating loss counts, the tip names what it is measured from; before a reset it is not known, not zero."""
    panel = RiskPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(risk=risk_row(daily_drawdown=0.0287, max_daily_drawdown=0.03, day_anchor=100_724.0)))
    assert panel.today.text == "2.87 % of 3.00 %"
    tones = [panel.today.tone]
    assert "100,724.00 EUR" in panel.today.toolTip()
    panel.refresh(fresh(risk=risk_row(daily_drawdown=0.0301, max_daily_drawdown=0.03)))
    tones.append(panel.today.tone)
    panel.refresh(fresh(risk=risk_row(daily_drawdown=None, max_daily_drawdown=0.03, day_anchor=None)))
    assert panel.today.text == f"{DASH} of 3.00 %"
    assert [*tones, panel.today.tone] == [Tone.WARN, Tone.BAD, Tone.MUTED]
    assert panel.today.toolTip() == "Not known before a daily reset was seen"


def test_great_limits_are_told_without_cents(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """Loss and limit in the same form, with the currency."""
    panel = RiskPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(risk=risk_row(daily_pnl=-23_456_789.4, daily_limit=22_000_000.0)))
    assert panel.daily.text == "23,456,789 of 22,000,000 EUR"
    assert panel.weekly.text == "0.00 of 5,000.00 EUR"


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (99_999.99, "1,234.56 of 99,999.99 EUR"),
        (100_000.0, "1,235 of 100,000 EUR"),
        (-100_000.0, "1,235 of 100,000 EUR"),
    ],
)
def test_cents_are_left_out_from_a_hundred_thousand_on(
    qtbot: QtBot, theme: Theme, fresh: Make, limit: float, text: str
) -> None:
    """A limit just below the bound is told with its cents, at the bound without them, and its loss likewise."""
    panel = RiskPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(
        fresh(risk=risk_row(daily_pnl=-1_234.56, daily_limit=limit, weekly_pnl=-1_234.56, weekly_limit=limit))
    )
    assert [bar.text for bar in (panel.daily, panel.weekly)] == [text, text]


def test_an_old_trading_state_is_told_as_such(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """What the RPM said before the line was lost is not the present."""
    panel = RiskPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(age=60.0))
    assert panel.state.text() == "Trading was ACTIVE (STALE, 60 s old)"
    assert panel.state.tone is Tone.WARN


def test_a_halt_tells_since_when_and_why(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """State, time and reason stand together."""
    panel = RiskPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(risk=risk_row(trading_state="HALTED", halt_reason="news", halted_at=START)))
    assert panel.state.text().startswith("Trading is HALTED since ")
    assert panel.state.text().endswith(": news")
    assert panel.state.tone is Tone.WARN


@pytest.mark.parametrize(
    ("used", "limit", "share"), [(1.0, 2.0, 0.5), (3.0, 2.0, 1.5), (0.0, 0.0, None), (1.0, 0.0, 1.0), (1.0, -1.0, 1.0)]
)
def test_a_limit_of_nothing_is_used_up_by_anything(used: float, limit: float, share: float | None) -> None:
    """Without a limit above zero, use is never shown as harmless."""
    assert used_share(used, limit) == share


def test_positions_are_listed_and_summed(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """Each position with its side, prices and profit; the sum below, with the currency."""
    panel = PositionsPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(positions=(position_row(1), position_row(2, symbol="USDJPY", profit=-205.0, stop_loss=None))))
    assert panel.headline()[0] == "2 positions, profit and swap \N{MINUS SIGN}101.60 EUR · 1 without stop"
    assert panel.headline()[1] is Tone.DOWN
    assert [panel.model.index(row, 9).data() for row in (1, 0)] == ["+105.00", "\N{MINUS SIGN}205.00"]
    assert panel.model.index(0, 5).data() == "no stop"
    assert panel.tab_title() == "Positions (2)"
    panel.refresh(fresh(age=60.0))
    assert panel.headline()[0].startswith("STALE, 60 s old: 1 position,")
    panel.refresh(fresh(sync={}))
    assert panel.headline()[0].startswith("Not synced yet: 1 position,")
    panel.refresh(fresh(positions=()))
    assert panel.view.empty_text.startswith("No open positions. ")
    panel.refresh(NOTHING_YET)
    assert panel.headline()[0] == panel.view.empty_text == "Positions are not known yet"


def test_closing_a_position_takes_two_presses_on_the_same_one(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """The first press asks; when another position is chosen meanwhile, it asks anew."""
    panel = PositionsPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(positions=(position_row(2**40), position_row(2, symbol="USDJPY"))))
    asked: list[ClosePosition] = []
    panel.asked.connect(asked.append)
    assert not panel.close_button.isEnabled()
    panel.view.choose(2)
    panel.close_button.click()
    assert panel.close_button.text() == "Really close 0.50 USDJPY at the market? +104.20 EUR"
    panel.view.choose(2**40)
    assert panel.close_button.text() == "Close 0.50 EURUSD"
    panel.close_button.click()
    panel.close_button.click()
    assert asked == [ClosePosition(2**40)]


def tones(model: RowTableModel[Any], title: str) -> list[Tone]:
    """Return the tones of a column's cells."""
    column = next(column for column in model.columns if column.title == title)
    return [column.tone(row) for row in model.rows]


def test_the_history_tells_what_was_filled_from_what_was_not(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """A part shows its own size, not what was approved; what was never filled shows that in grey."""
    panel = DecisionsPanel(theme)
    qtbot.addWidget(panel)
    part = intent_row("p", state=IntentState.PARTIAL, lots=0.6, filled_lots=0.2)
    never = intent_row("n", state=IntentState.EXPIRED, lots=0.6)
    panel.refresh(fresh(intents=(part, never)))
    place = [column.title for column in panel.model.columns].index("Lots")
    assert [panel.model.index(row, place).data() for row in range(2)] == ["0.20", "0.60"]
    assert tones(panel.model, "Lots") == [Tone.TEXT, Tone.MUTED]
    assert tones(panel.model, "State") == [Tone.BAD, Tone.TEXT]


def test_history_has_what_ended_and_why(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """Ended intents with their fate in words; the checks of the chosen one below."""
    panel = DecisionsPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    rejected = intent_row(
        "r", state=IntentState.REJECTED, decision="REJECTED", reason="MAX_DRAWDOWN", details="too deep"
    )
    filled = intent_row("f", state=IntentState.FILLED, fill_price=1.10012, slippage_points=1.2)
    panel.refresh(fresh(intents=(rejected, filled, intent_row("p"))))
    assert panel.model.rowCount() == 2
    cells = [panel.model.index(row, column).data() for row in range(2) for column in (3, 6, 7, 9)]
    assert cells == ["✕ REFUSED", DASH, DASH, "too deep", "✓ FILLED", "1.10012", "+1.2", ""]
    assert tones(panel.model, "State") == [Tone.BAD, Tone.GOOD]
    panel.refresh(fresh(intents=(replace(rejected, decided_by="trader", lots=0.0, requested_lots=0.4), filled)))
    assert [panel.model.index(0, column).data() for column in (3, 5)] == ["✕ REJECTED", "0.40"]
    panel.refresh(fresh(intents=(rejected, filled)))
    assert panel.checks.isHidden()
    panel.view.choose("r")
    assert panel.checks.isVisible()
    assert set(panel.checks.shown) == set(CHECKS)


def test_the_connection_panel_names_every_figure(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """The proof of the one connection, under the names that the interfaces use."""
    panel = ConnectionPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(NOTHING_YET)
    assert value_of(panel, "state") == ""
    pool = pool_stats(missing_symbols={"MXSHAR": "unknown to the broker"}, resolved_symbols={"EURUSD": "EURUSDm"},
                      bad_ticks={"crossed": 3}, last_error="late",
                      calls={"Poll": CallStats(9, 1, 1.0, 2.0, 3.0)})  # fmt: skip
    panel.refresh(fresh(pool=pool))
    wanted = {
        "state": "CONNECTED",
        "using_mt5_pool": "True",
        "initialized_by_sync": "False",
        "mt5_initialized": "True",
        "initialize calls": "1",
        "attempts": "1, 1 connected",
        "session": "main",
        "server": "Simulated-Demo",
        "login": "5001234",
        "host process": "4242",
        "host restarts": "0",
        "resolved symbols": "EURUSD is EURUSDm",
        "missing symbols": "MXSHAR",
        "bad ticks": "crossed 3",
        "server clock": "UTC+02:00",
        "last error": "late",
        "sync_count": "42",
        "Poll p50 / p99": "1.0 / 2.0 ms, 9\N{MULTIPLICATION SIGN}, 1 failed",
    }
    assert {name: value_of(panel, name) for name in wanted} == wanted
    assert value_of(panel, "last_sync_time").endswith("0.0 s ago")


def test_the_connection_panel_before_a_connection(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """No sync is never, no offset is not measured, a silent core says so on top."""
    panel = ConnectionPanel(theme)
    qtbot.addWidget(panel)
    early = PoolStats(ConnectionState.CONNECTING, START - timedelta(seconds=4), "starting", "main")
    panel.refresh(fresh(age=60.0, pool=early, sync={"last_sync_time": None, "last_error": "no connection"}))
    assert value_of(panel, "last_sync_time") == "never"
    assert value_of(panel, "last sync error") == "no connection"
    assert value_of(panel, "server clock") == "not measured yet"
    assert value_of(panel, "trading core").startswith("The trading core has not answered since ")
    assert value_of(panel, "reason") == "starting"
    panel.refresh(fresh(pool=pool_stats(server_offset_seconds=-12_600)))
    assert value_of(panel, "server clock") == "UTC\N{MINUS SIGN}03:30"


@pytest.mark.parametrize(
    ("observed", "limit", "unit", "text"),
    [
        (0.0123, 0.05, "fraction", "1.23 % / 5.00 %"),
        (90_000.0, 60_000.0, "units", "90,000 / 60,000"),
        (0.74, 0.6, "", "0.7400 / 0.6000"),
        (312.5, 2_000.0, "EUR", "312.50 / 2,000"),
        (None, None, "", DASH),
        (None, 3.0, "positions", f"{DASH} / 3"),
    ],
)
def test_checks_show_observed_and_limit(observed: float | None, limit: float | None, unit: str, text: str) -> None:
    """Numbers in a form that fits their unit, the unit in the tool tip."""
    check = desk.NumberedCheck(0, Verdict("CODE", Outcome.PASS, observed, limit, unit, "words"))
    column = desk.CHECK_COLUMNS[2]
    assert column.text(check) == text
    assert "words" in column.tip(check)
    assert unit in column.tip(check)


def test_without_decisions_the_way_to_one_is_offered(
    qtbot: QtBot, theme: Theme, fresh: Callable[..., Freshness]
) -> None:
    """In words and by a button, once it is known that there are none; gone with the first."""
    panel = DecisionsPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    for snapshot, offered in (
        (fresh(account=None, intents=()), False),
        (fresh(intents=()), True),
        (fresh(intents=(intent_row("a", state=IntentState.FILLED),)), False),
    ):
        panel.refresh(snapshot)
        assert panel.offer.isVisible() is offered
