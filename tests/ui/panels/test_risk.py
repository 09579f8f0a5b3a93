# SPDX-License-Identifier: MIT
"""Every limit that the rules know has its bar with today's worst; switches, open risk and exposure stand beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QBoxLayout
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.presentation.snapshot import SwitchRow
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.ui.commands import LiftSwitch
from arbitrex_desktop.ui.formats import DASH, short_time
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.risk import RiskPanel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.clock import START
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


BY_HAND = SwitchRow("SYMBOL", "XAUUSD", "SUSPEND", "news", START - timedelta(minutes=5))
BY_LIMIT = SwitchRow("STRATEGY", "a", "SUSPEND", "20 trades", START, by_limit=True)


def test_kill_switches_are_told_with_who_set_them_since_when_and_why(panel: RiskPanel, fresh: Make) -> None:
    """Each in a line of its own, a person's with a button; without any nothing takes room."""
    panel.refresh(fresh(risk=risk_row(switches=(BY_HAND, BY_LIMIT))))
    assert panel.switches.isVisible()
    rest, way = "only trades that reduce risk pass", "Resume in the menu Trading lifts it"
    since, latched = (short_time(row.since, START) for row in (BY_HAND, BY_LIMIT))
    assert [line.label.text() for line in panel.switches.lines] == [
        f"Kill switch: the symbol XAUUSD is suspended: {rest}. Set by hand, {since}: news",
        f"Kill switch: the strategy a is suspended: {rest}. Set by a limit, {latched}: 20 trades. {way}.",
    ]
    assert [line.lift.isVisible() for line in panel.switches.lines] == [True, False]
    assert panel.switches.lines[0].lift.accessibleName() == "Lift the kill switch on the symbol XAUUSD"
    panel.refresh(fresh())
    assert not panel.switches.isVisible()


def test_a_switch_over_everything_is_no_active_trading(panel: RiskPanel, fresh: Make) -> None:
    """The state says so before the switch does."""
    panel.refresh(fresh(risk=risk_row(switches=(SwitchRow("GLOBAL", "", "SUSPEND", "holidays", START),))))
    assert (panel.state.text(), panel.state.tone) == ("Trading is SUSPENDED: holidays", Tone.WARN)


def test_a_switch_is_lifted_with_a_reason_on_the_second_press(panel: RiskPanel, fresh: Make) -> None:
    """Without a reason the button is off; the first press asks; the command holds what was seen."""
    asked: list[object] = []
    panel.asked.connect(asked.append)
    panel.refresh(fresh(risk=risk_row(switches=(BY_HAND,))))
    panel.switches.lines[0].lift.click()
    bar = panel.lift_bar
    assert bar.isVisible()
    assert not bar.act.isEnabled()
    assert bar.message.text() == (
        "The symbol XAUUSD: news. Trades of the symbol XAUUSD that add risk are judged by the limits again"
    )
    bar.reason.setText("the news are over")
    bar.act.click()
    assert (bar.act.text(), asked) == ("Really lift it?", [])
    bar.act.click()
    assert asked == [LiftSwitch(BY_HAND, "the news are over")]
    assert not bar.isVisible()


def test_the_question_goes_with_its_switch(panel: RiskPanel, fresh: Make) -> None:
    """Another reason on the same symbol is another switch: what was typed was not about it."""
    panel.refresh(fresh(risk=risk_row(switches=(BY_HAND,))))
    panel.switches.lines[0].lift.click()
    panel.refresh(fresh(risk=risk_row(switches=(BY_HAND,))))
    assert panel.lift_bar.isVisible()
    panel.refresh(fresh(risk=risk_row(switches=(replace(BY_HAND, reason="spread"),))))
    assert not panel.lift_bar.isVisible()


def test_reducing_says_why_and_how_it_ends(panel: RiskPanel, fresh: Make) -> None:
    """By hand it ends by Resume, a cool-down by itself."""
    by_hand = risk_row(trading_state="REDUCING", reducing_reason="weekend")
    panel.refresh(fresh(risk=by_hand))
    assert panel.state.text() == "Trading is REDUCING: weekend; Resume in the menu Trading ends it"
    until = START + timedelta(minutes=10)
    panel.refresh(fresh(risk=replace(by_hand, reducing_until=until)))
    assert panel.state.text() == f"Trading is REDUCING: weekend until {short_time(until, START)}"


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
