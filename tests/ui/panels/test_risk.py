# SPDX-License-Identifier: MIT
"""Every limit that the rules know has its bar with today's worst; switches, open risk and exposure stand beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QBoxLayout
from pytestqt.qtbot import QtBot

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.ui.formats import DASH
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.risk import RiskPanel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.desk_data import position_row, risk_row

Make = Callable[..., Freshness]
LIMITS = (
    Verdict("MAX_DRAWDOWN_EXCEEDED", Outcome.PASS, 0.01, 0.1, "share", "drawdown 1.0%, limit 10.0%"),
    Verdict("CURRENCY_EXPOSURE_LIMIT", Outcome.PASS, 0.45, 0.5, "share", "currency exposure 45.0%, limit 50.0%"),
    Verdict("MARGIN_LEVEL_LIMIT", Outcome.PASS, 400.0, 200.0, "%", "margin level 400.0%, minimum 200.0%"),
)


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> RiskPanel:
    """Return a shown panel."""
    panel = RiskPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(360, 500)
    panel.show()
    return panel


def test_every_limit_has_one_bar(panel: RiskPanel, fresh: Make) -> None:
    """With use, limit and today's worst; what has a bar above has no second, and what is no longer known is a dash."""
    panel.refresh(fresh(risk=risk_row(limits=LIMITS, worst={"CURRENCY_EXPOSURE_LIMIT": 0.97})))
    assert list(panel.limits) == ["CURRENCY_EXPOSURE_LIMIT", "MARGIN_LEVEL_LIMIT"]
    bar = panel.limits["CURRENCY_EXPOSURE_LIMIT"]
    assert (bar.text, bar.tone) == ("45.0 % of 50.0 %", Tone.WARN)
    assert (
        bar.toolTip() == "Currency exposure 45.0%, limit 50.0%\nMost used today, since this program's start: 97 % of it"
    )
    assert panel.limits["MARGIN_LEVEL_LIMIT"].text == "400 % min 200 %"
    panel.grab()
    panel.refresh(fresh(risk=risk_row(limits=LIMITS[:1])))
    assert (bar.text, bar.tone) == (DASH, Tone.MUTED)


def test_amounts_say_their_currency(panel: RiskPanel, fresh: Make) -> None:
    """Sums of limits and of exposures: without one they could be lots, or another account's money."""
    verdict = Verdict("OPEN_RISK_LIMIT", Outcome.PASS, 1_640.0, 2_000.0, "money", "open risk")
    panel.refresh(fresh(risk=risk_row(limits=(verdict,))))
    assert panel.limits["OPEN_RISK_LIMIT"].text == "1,640 of 2,000 EUR"
    assert {bars._unit for bars in (panel.open_risk, panel.currencies, panel.symbols)} == {"EUR"}


def test_old_limits_are_grey(panel: RiskPanel, fresh: Make) -> None:
    """What was used a minute ago may be more by now."""
    panel.refresh(fresh(age=60.0, risk=risk_row(limits=LIMITS)))
    assert {bar.tone for bar in panel.limits.values()} == {Tone.MUTED}


def test_the_worst_of_the_day_has_a_mark(panel: RiskPanel, fresh: Make) -> None:
    """It is painted where the bar has been, and only there; the tip says since when."""
    panel.refresh(fresh(risk=risk_row()))
    assert "Most used" not in panel.daily.toolTip()
    plain = panel.daily.grab().toImage()
    panel.refresh(fresh(risk=risk_row(worst={"DAILY_LOSS_LIMIT": 0.9})))
    assert panel.daily.grab().toImage() != plain
    assert panel.daily.toolTip().endswith("\nMost used today, since this program's start: 90 % of it")
    panel.refresh(fresh(risk=risk_row(worst={"DAILY_LOSS_LIMIT": 0.01})))
    assert panel.daily.grab().toImage() == plain


def test_kill_switches_are_told_with_their_reasons(panel: RiskPanel, fresh: Make) -> None:
    """Each in a line of its own, and none of them takes room."""
    panel.refresh(fresh(risk=risk_row(switches=("HALT of symbol XAUUSD: news", "HALT of strategy a: test"))))
    assert panel.switches.isVisible()
    assert panel.switches.text() == "Kill switch: HALT of symbol XAUUSD: news\nKill switch: HALT of strategy a: test"
    panel.refresh(fresh())
    assert not panel.switches.isVisible()


def test_open_risk_stands_by_position_and_those_without_stop_first(panel: RiskPanel, fresh: Make) -> None:
    """In money, the greatest first after what has no end."""
    positions = (
        position_row(1, price_value=1_000.0), position_row(2, symbol="XAUUSD", stop_loss=None),
        position_row(3, symbol="GBPUSD", price_value=50_000.0),
    )  # fmt: skip
    panel.refresh(fresh(positions=positions))
    assert [(bar.name, bar.text) for bar in panel.open_risk.bars] == [
        ("XAUUSD", "no stop"), ("GBPUSD", "355.00"), ("EURUSD", "7.10"),
    ]  # fmt: skip


def test_exposure_and_correlation_come_from_the_risk_manager(panel: RiskPanel, fresh: Make) -> None:
    """Symbols in account currency, the largest first, in the colours of direction."""
    risk = risk_row(notional={"EURUSD": 10.0, "USDJPY": -20.0}, correlated=("EURUSD", "USDJPY"),
                    correlations=((1.0, -0.5), (-0.5, 1.0)))  # fmt: skip
    panel.refresh(fresh(risk=risk))
    assert [(bar.name, bar.tone) for bar in panel.symbols.bars] == [("USDJPY", Tone.DOWN), ("EURUSD", Tone.UP)]
    assert panel.together.names == ("EURUSD", "USDJPY")


def test_a_wide_panel_shows_limits_and_exposure_side_by_side(panel: RiskPanel) -> None:
    """Below one another where there is no room for both."""
    assert panel._columns.direction() is QBoxLayout.Direction.TopToBottom
    panel.resize(900, 500)
    assert panel._columns.direction() is QBoxLayout.Direction.LeftToRight


@pytest.mark.parametrize(("count", "tone"), [(8.0, Tone.WARN), (9.0, Tone.BAD)])
def test_all_places_taken_is_no_breach(panel: RiskPanel, fresh: Make, count: float, tone: Tone) -> None:
    """The bar has the colour of the gauge on top: amber while no place is free, red beyond."""
    verdict = Verdict("MAX_POSITIONS_REACHED", Outcome.PASS, count, 8.0, "count", "position count")
    panel.refresh(fresh(risk=risk_row(limits=(verdict,))))
    assert panel.limits["MAX_POSITIONS_REACHED"].tone is tone
