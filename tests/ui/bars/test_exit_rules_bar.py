# SPDX-License-Identifier: MIT
"""Exit rules from the positions' panel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.exit_rules import Distance, DistanceUnit, ExitRulesRequest
from arbitrex_desktop.ui.commands import CommandResult, SetExitRules, TraderCommand
from arbitrex_desktop.ui.formats import DASH
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.positions import PositionsPanel
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.desk_data import position_row

Make = Callable[..., Freshness]
HAS = position_row(1, exit_rules="stop trails by 20 pips")


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, fresh: Make) -> PositionsPanel:
    """Return a shown panel with two positions, the first of which has instructions and is asked about."""
    panel = PositionsPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(1200, 300)
    panel.show()
    panel.refresh(fresh(positions=(HAS, position_row(2))))
    panel.view.choose(1)
    panel.exit_rules.click()
    return panel


@pytest.fixture
def asked(panel: PositionsPanel) -> list[TraderCommand]:
    """Return what was asked for."""
    commands: list[TraderCommand] = []
    panel.asked.connect(commands.append)
    return commands


def test_the_row_shows_what_there_is(panel: PositionsPanel) -> None:
    """In a column of its own, in the tip, and in the bar."""
    headers = [panel.model.headerData(at, panel.view.horizontalHeader().orientation()) for at in range(20)]
    column = headers.index("Exit rules")
    shown = {row.ticket: panel.model.index(at, column).data() for at, row in enumerate(panel.model.rows)}
    assert shown == {1: "stop trails by 20 pips", 2: DASH}
    assert panel.exit_rules_bar.message.text().startswith("EURUSD has: stop trails by 20 pips.")


def test_all_three_are_set_at_once(panel: PositionsPanel, asked: list[TraderCommand]) -> None:
    """Distances in their units, the part in percent; the buttons wait until that was run."""
    bar = panel.exit_rules_bar
    bar.break_even.number.setText("1")
    bar.trailing.number.setText("2.5")
    bar.trailing.unit.setCurrentText("ATR")
    bar.partial.number.setText("30")
    bar.partial.unit.setCurrentText("pips")
    bar.share.setText("40")
    bar.act.click()
    wanted = ExitRulesRequest(
        Distance(1.0, DistanceUnit.R), Distance(2.5, DistanceUnit.ATR), Distance(30.0, DistanceUnit.PIPS), 0.4
    )
    assert asked == [SetExitRules(1, wanted)]
    assert not panel.exit_rules.isEnabled()
    panel.command_done(CommandResult(asked[0]))
    assert panel.exit_rules.isEnabled()


def test_they_are_taken_back(panel: PositionsPanel, asked: list[TraderCommand]) -> None:
    """By a button of its own, which is off for a position that has none."""
    panel.exit_rules_bar.take_back.click()
    assert asked == [SetExitRules(1, ExitRulesRequest())]
    panel.command_done(CommandResult(asked[0]))
    panel.view.choose(2)
    panel.exit_rules.click()
    assert not panel.exit_rules_bar.take_back.isEnabled()


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("share", "100", "Enter a distance"),
        ("break_even", "1,5", "Break-even must be a number"),
        ("trailing", "0", "Trailing must be a number above zero"),
    ],
)
def test_what_cannot_be_is_refused_in_words(panel: PositionsPanel, field: str, text: str, words: str) -> None:
    """The button is off, with the reason."""
    target = getattr(panel.exit_rules_bar, field)
    (target if field == "share" else target.number).setText(text)
    assert not panel.exit_rules_bar.act.isEnabled()
    assert words in panel.exit_rules_bar.message.text()


def test_all_of_a_position_is_no_part(panel: PositionsPanel) -> None:
    """A hundred percent is what Close does."""
    panel.exit_rules_bar.partial.number.setText("1")
    panel.exit_rules_bar.share.setText("100")
    assert not panel.exit_rules_bar.act.isEnabled()
    assert "less than 100" in panel.exit_rules_bar.message.text()


def test_the_bar_never_slips_to_another_position(panel: PositionsPanel) -> None:
    """It closes when another one is chosen."""
    panel.view.choose(2)
    assert not panel.exit_rules_bar.isVisible()
