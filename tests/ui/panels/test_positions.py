# SPDX-License-Identifier: MIT
"""Closing, a part or several, and moving stops: always the position that was meant, and never by one slip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.execution.positions import Which
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.ui.commands import (
    ClosePosition,
    ClosePositions,
    CommandResult,
    MoveStops,
    MoveToBreakEven,
    TraderCommand,
)
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.models.positions import position_columns
from arbitrex_desktop.ui.panels.positions import PositionsPanel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.price_type import PriceType
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.header import CELL_MARGIN
from tests.fakes.clock import START
from tests.fakes.desk_data import pool_stats, position_row, risk_row

Make = Callable[..., Freshness]

BIG = 2**40
LONG = position_row(BIG)
SHORT = position_row(
    2, symbol="USDJPY", direction=-1, digits=3, price_open=150.0, price_current=150.5, stop_loss=None,
    take_profit=None, profit=-205.0,
)  # fmt: skip


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, fresh: Make) -> PositionsPanel:
    """Return a shown panel with a winning EURUSD buy, which is chosen, and a losing USDJPY sale without a stop."""
    panel = PositionsPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(600, 400)
    panel.show()
    panel.refresh(fresh(positions=(LONG, SHORT)))
    panel.view.choose(BIG)
    return panel


def commands_of(panel: PositionsPanel) -> list[TraderCommand]:
    """Return a list that fills with what the panel asks for."""
    seen: list[TraderCommand] = []
    panel.asked.connect(seen.append)
    return seen


def test_a_part_is_bounded_by_the_position(panel: PositionsPanel) -> None:
    """Nothing, all of it, more than it, and what is no number cannot be closed as a part; a part takes two presses."""
    asked = commands_of(panel)
    panel.part.click()
    bar = panel.part_bar
    for text in ("", "0", "0.5", "7", "0,2", "x", "-0.1"):
        bar.lots.setText(text)
        assert not bar.act.isEnabled(), text
        assert bar.message.text()
    bar.lots.setText("0.2")
    assert bar.message.text() == (
        "0.30 lots of EURUSD stay open; the part: profit +42.00 EUR, swap \N{MINUS SIGN}0.32 EUR: +41.68 EUR, "
        "commission not known"
    )
    bar.act.click()
    assert bar.act.text() == "Really close 0.20 of 0.50?"
    bar.lots.setText("0.3")
    assert bar.act.text() == "Close 0.30"
    bar.act.click()
    assert asked == []
    bar.act.click()
    assert asked == [ClosePosition(BIG, 0.3)]
    assert not bar.isVisible()


def test_a_position_waits_for_its_own_command(panel: PositionsPanel) -> None:
    """Until the command has been run, nothing more is asked of that ticket; others can be dealt with."""
    asked = commands_of(panel)
    panel.close_button.click()
    panel.close_button.click()
    for button in (panel.close_button, panel.part, panel.stops, panel.break_even):
        assert not button.isEnabled()
    panel.view.choose(2)
    assert panel.close_button.isEnabled()
    panel.view.choose(BIG)
    panel.command_done(CommandResult(ClosePosition(BIG)))
    assert panel.close_button.isEnabled()
    assert asked == [ClosePosition(BIG)]


def test_the_question_before_a_close_says_what_it_brings(panel: PositionsPanel, fresh: Make) -> None:
    """Profit, swap and commission by now, and their sum, with the currency; that they move asks nothing anew."""
    assert not panel.close_note.isVisible()
    panel.close_button.click()
    minus = "\N{MINUS SIGN}"
    for profit, commission, total, words in (
        (99.0, -3.5, "+94.00 EUR", f"Profit +99.00 EUR, swap {minus}1.50 EUR, commission so far {minus}3.50 EUR"),
        (-7.25, None, f"{minus}8.75 EUR", f"Profit {minus}7.25 EUR, swap {minus}1.50 EUR"),
    ):
        panel.refresh(fresh(positions=(position_row(BIG, profit=profit, swap=-1.5, commission=commission),)))
        assert panel.close_button.text() == f"Really close 0.50 EURUSD at the market? {total}"
        unknown = "" if commission is not None else ", commission not known"
        assert panel.close_note.text() == f"{words}: {total}{unknown}"
        assert panel.close_note.isVisible()
    asked = commands_of(panel)
    panel.close_button.click()
    assert [type(each) for each in asked] == [ClosePosition]
    assert not panel.close_note.isVisible()


def test_commission_that_no_deal_tells_is_no_number(panel: PositionsPanel, fresh: Make) -> None:
    """A dash, not 0.00: MT5 has it on deals, and they may not be read yet."""
    place = next(at for at, each in enumerate(position_columns(lambda: None)) if each.title == "Commission")
    panel.refresh(fresh(positions=(position_row(BIG), position_row(3, commission=-0.7))))
    assert {panel.model.index(row, place).data() for row in (0, 1)} == {"\N{EN DASH}", "\N{MINUS SIGN}0.70"}


def test_two_positions_that_read_alike_are_told_apart(panel: PositionsPanel, fresh: Make) -> None:
    """A first press on one ticket is none on another, though symbol and volume are the same."""
    panel.refresh(fresh(positions=(LONG, position_row(3))))
    asked = commands_of(panel)
    panel.close_button.click()
    panel.view.choose(3)
    panel.close_button.click()
    assert asked == []
    assert panel.close_button.text().startswith("Really close")


def test_a_double_click_closes_nothing(panel: PositionsPanel) -> None:
    """A double click counts as one press."""
    asked = commands_of(panel)
    QTest.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(panel.close_button, Qt.MouseButton.LeftButton)
    assert asked == []
    assert panel.close_button.text().startswith("Really close")


def test_a_bar_never_slips_to_another_position(panel: PositionsPanel, fresh: Make) -> None:
    """When another position is chosen, or the one meant is gone, or the line is lost, the bar goes away."""
    leaves: tuple[Callable[[], None], ...] = (
        lambda: panel.view.choose(2),
        lambda: panel.refresh(fresh(positions=(SHORT,))),
        lambda: panel.refresh(fresh(pool=pool_stats(state=ConnectionState.LOST))),
    )
    for leave in leaves:
        panel.refresh(fresh(positions=(LONG, SHORT)))
        panel.view.choose(BIG)
        for button, bar in ((panel.part, panel.part_bar), (panel.stops, panel.stops_bar)):
            button.click()
            assert bar.isVisible()
        assert not panel.part_bar.isVisible()
        leave()
        assert not panel.stops_bar.isVisible()


def test_stops_start_from_what_is_set_and_need_two_presses(panel: PositionsPanel, fresh: Make) -> None:
    """Present prices stand in the fields; what is typed survives new snapshots; tickets and prices go out."""
    asked = commands_of(panel)
    panel.stops.click()
    bar = panel.stops_bar
    assert (bar.stop.text(), bar.target.text()) == ("1.09500", "1.11000")
    assert "nothing is changed" in bar.message.text()
    assert not bar.act.isEnabled()
    bar.stop.setText("1.0990")
    panel.refresh(fresh(positions=(LONG, SHORT)))
    assert bar.message.text() == "EURUSD stop 1.09500 \N{RIGHTWARDS ARROW} 1.09900"
    assert bar.message.tone is Tone.MUTED
    bar.act.click()
    assert bar.act.text() == "Really set these?"
    bar.act.click()
    assert asked == [MoveStops(BIG, 1.099, 1.11)]


@pytest.mark.parametrize(
    ("stop", "target", "words"),
    [
        ("1.10210", "1.11", "The stop of what was bought belongs below the present price 1.10210"),
        ("1.095", "1.1", "The target of what was bought belongs above the present price 1.10210"),
        ("1,095", "1.11", "Stop must be a number above zero, written like 1.2345"),
    ],
)
def test_prices_that_cannot_be_are_refused_in_words(panel: PositionsPanel, stop: str, target: str, words: str) -> None:
    """A stop or target on the wrong side, or that cannot be read, never leaves the window."""
    panel.stops.click()
    panel.stops_bar.stop.setText(stop)
    panel.stops_bar.target.setText(target)
    assert panel.stops_bar.message.text() == words
    assert not panel.stops_bar.act.isEnabled()


def test_a_stop_that_risks_more_is_called_that(panel: PositionsPanel) -> None:
    """Moving a stop away, or taking it off, is told in words before it is asked for."""
    panel.stops.click()
    bar = panel.stops_bar
    bar.stop.setText("1.08")
    assert "this risks 150.0 pips more, and is refused while trading is halted" in bar.message.text()
    assert bar.message.tone is Tone.WARN
    bar.act.click()
    assert bar.act.text() == "Really risk more?"
    bar.stop.clear()
    bar.act.click()
    assert bar.act.text() == "Really leave no stop?"
    asked = commands_of(panel)
    bar.act.click()
    assert asked == [MoveStops(BIG, None, 1.11)]


def test_stops_of_a_sale_are_on_the_other_side(panel: PositionsPanel) -> None:
    """A sale's stop belongs above the price; a first stop never risks more."""
    panel.view.choose(2)
    panel.stops.click()
    bar = panel.stops_bar
    bar.stop.setText("149")
    assert "belongs above" in bar.message.text()
    bar.stop.setText("151")
    bar.act.click()
    assert bar.act.text() == "Really set these?"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Move the stop to the opening price"),
        ({"price_current": 1.0999}, "is not in profit"),
        ({"stop_loss": 1.1}, "at the opening price already"),
        ({"stop_loss": 1.101}, "at the opening price already"),
    ],
)
def test_break_even_never_loosens_a_stop(
    panel: PositionsPanel, fresh: Make, changes: dict[str, float], words: str
) -> None:
    """It is offered only where the price is beyond the opening price and the stop is not."""
    panel.refresh(fresh(positions=(position_row(BIG, **changes),)))
    asked = commands_of(panel)
    assert words in panel.break_even.toolTip()
    panel.break_even.click()
    assert asked == ([] if changes else [MoveToBreakEven(BIG)])


def test_several_are_counted_before_they_are_closed(panel: PositionsPanel, fresh: Make) -> None:
    """All, losers, winners, or one symbol, that of the chosen position first; on the second press."""
    asked = commands_of(panel)
    bar = panel.several_bar
    for place, words, wanted in (
        (0, "2 positions", ClosePositions(Which.ALL)),
        (1, "1 position", ClosePositions(Which.LOSERS)),
        (2, "1 position", ClosePositions(Which.WINNERS)),
        (4, "1 position", ClosePositions(Which.SYMBOL, "USDJPY")),
    ):
        panel.several.click()
        assert bar.which.currentText() == "positions of EURUSD"
        bar.which.setCurrentIndex(place)
        assert bar.message.text().endswith(" EUR, commission not known")
        bar.act.click()
        assert bar.act.text() == f"Really close {words}?"
        bar.act.click()
        assert asked[-1] == wanted
        assert not panel.several.isEnabled()
        panel.command_done(CommandResult(wanted))
    panel.view.choose(None)
    panel.several.click()
    assert bar.which.currentText() == "all positions"
    bar.which.setCurrentIndex(4)
    panel.refresh(fresh(positions=(LONG,)))
    assert bar.which.currentIndex() == -1
    assert not bar.act.isEnabled()
    QTest.keyClick(bar, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_several_others_are_asked_about_anew(panel: PositionsPanel, fresh: Make) -> None:
    """A first press about the losers is none about the winners, nor about what else is open by then, however many."""
    asked = commands_of(panel)
    bar = panel.several_bar
    panel.several.click()
    bar.which.setCurrentIndex(1)
    bar.act.click()
    bar.which.setCurrentIndex(2)
    bar.act.click()
    panel.refresh(fresh(positions=(position_row(4), SHORT)))
    bar.act.click()
    assert asked == []
    assert bar.act.text() == "Really close 1 position?"
    bar.act.click()
    assert asked == [ClosePositions(Which.WINNERS)]


def test_a_halt_keeps_nothing_from_being_closed(panel: PositionsPanel, fresh: Make) -> None:
    """What reduces risk works while halted."""
    panel.refresh(fresh(positions=(LONG,), risk=risk_row(trading_state="HALTED")))
    for button in (panel.close_button, panel.part, panel.stops, panel.break_even, panel.several):
        assert button.isEnabled()


def test_the_menu_acts_on_the_position_that_it_was_opened_for(panel: PositionsPanel, qtbot: QtBot) -> None:
    """The menu blocks nothing, offers what the buttons offer, and does nothing once another position is chosen."""
    asked = commands_of(panel)
    menu = panel.view.row_menu()
    menu.popup(panel.mapToGlobal(QPoint(5, 5)))
    actions = {action.text(): action for action in menu.actions()}
    assert all(action.isEnabled() for action in actions.values())
    panel.view.choose(2)
    actions["Stop to break-even"].trigger()
    assert asked == []
    panel.view.choose(BIG)
    actions["Stop to break-even"].trigger()
    assert asked == [MoveToBreakEven(BIG)]
    menu.close()
    qtbot.waitUntil(lambda: not panel.findChildren(QMenu))
    panel.view.choose(None)
    assert panel.menu() is None
    assert not panel.close_button.isEnabled()


def test_a_position_of_another_day_shows_its_date(panel: PositionsPanel, fresh: Make) -> None:
    """Today's need the time only; older ones would look like today's without their day."""
    place = [column.title for column in panel.model.columns].index("Opened")
    old, new = replace(LONG, opened_at=START - timedelta(days=3)), replace(SHORT, opened_at=START)
    panel.refresh(fresh(positions=(old, new)))
    shown = [str(panel.model.index(row, place).data()) for row in (1, 0)]
    assert shown == [
        old.opened_at.astimezone().strftime("%Y-%m-%d %H:%M"), new.opened_at.astimezone().strftime("%H:%M:%S"),
    ]  # fmt: skip


def test_the_newest_position_stands_on_top(panel: PositionsPanel, fresh: Make) -> None:
    """What was just opened is in sight, whatever else is open, and what is chosen stays chosen."""
    new = position_row(7, opened_at=START)
    panel.refresh(fresh(positions=(LONG, SHORT, new)))
    assert panel.model.rows[0] == new
    assert panel.view.chosen == LONG


def test_a_key_asks_once_and_closes_when_pressed_once_more(panel: PositionsPanel) -> None:
    """Delete in the table is a press on the button; the keyboard elsewhere closes nothing."""
    asked = commands_of(panel)
    panel.view.setFocus()
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert panel.close_button.text().startswith("Really close 0.50 EURUSD")
    assert asked == []
    panel.several.setFocus()
    QTest.keyClick(panel.several, Qt.Key.Key_Delete)
    assert asked == []
    panel.view.setFocus()
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert asked == [ClosePosition(BIG)]


def test_a_key_does_not_close_what_is_out_of_sight(panel: PositionsPanel, fresh: Make) -> None:
    """The first press only brings the row back."""
    rows = [position_row(number, opened_at=START - timedelta(minutes=number)) for number in range(1, 60)]
    panel.refresh(fresh(positions=rows))
    asked = commands_of(panel)
    panel.view.choose(1)
    panel.view.scrollToBottom()
    panel.view.setFocus()
    for _press in range(2):
        QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert asked == []
    assert panel.close_button.text().startswith("Really close")


def test_a_missing_stop_stands_out(panel: PositionsPanel) -> None:
    """In words and amber, in the row and in the sum."""
    columns = {column.title: column for column in panel.model.columns}
    for title in ("Stop", "At risk"):
        assert columns[title].text(SHORT) == "no stop"
        assert columns[title].tone(SHORT) is Tone.WARN
    assert "1 without stop" in panel.headline()[0]


def test_the_stop_is_edited_by_a_double_click(panel: PositionsPanel) -> None:
    """Enter on a row, or a double click, opens its bar."""
    panel.view.activated.emit(panel.model.index(0, 0))
    assert panel.stops_bar.isVisible()


def painted_cell(panel: PositionsPanel, row: int, title: str) -> tuple[QImage, QRect]:
    """Return a picture of a cell, and where a text stands in it."""
    place = [column.title for column in panel.model.columns].index(title)
    rect = panel.view.visualRect(panel.model.index(row, place))
    inner = QRect(CELL_MARGIN, 0, rect.width() - 2 * CELL_MARGIN, rect.height())
    return panel.view.viewport().grab(rect).toImage().convertToFormat(QImage.Format.Format_RGB32), inner


def test_pips_are_set_off_in_prices(panel: PositionsPanel, theme: Theme) -> None:
    """Prices read as on the watch list, in their big-figure form; the word for none is no price."""
    panel.resize(960, 400)
    panel.view.clearSelection()
    row = panel.model.row_of(2)
    for title, text in (("Open", "150.000"), ("Current", "150.500"), ("Stop", "no stop")):
        cell, inner = painted_cell(panel, row, title)
        drawn = QImage(cell.size(), QImage.Format.Format_RGB32)
        drawn.fill(theme.colours.alternate if row % 2 else theme.colours.base)
        painter = QPainter(drawn)
        painter.setFont(panel.view.font())
        painter.setPen(theme.colours.tone(Tone.WARN if title == "Stop" else Tone.TEXT))
        if title == "Stop":
            painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        else:
            PriceType(panel.view.font()).paint_in(painter, inner, text, 3)
        painter.end()
        assert not cell.isNull()
        assert cell == drawn, title


def test_whose_a_position_is_has_room_before_what_no_position_has(panel: PositionsPanel) -> None:
    """Strategy and age are in sight in a roomy window, beside exit rules, of which most have none."""
    titles = [column.title for column in panel.model.columns]
    panel.resize(960, 400)
    hidden = {title for place, title in enumerate(titles) if panel.view.isColumnHidden(place)}
    assert not hidden & {"By", "Age", "Pips", "R", "At risk", "Open", "Current"}
