# SPDX-License-Identifier: MIT
"""Small widgets: notices, buttons, labels, tables, each keeping the one promise it is there for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QPalette, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QToolBar, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars import notice_bar as notice_module
from arbitrex_desktop.ui.bars.notice_bar import NoticeBar
from arbitrex_desktop.ui.models.desk import notice_columns
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.widgets.badges import Badge, FilledButton
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.fields import Share
from arbitrex_desktop.ui.widgets.limit_bar import LimitBar
from arbitrex_desktop.ui.widgets.metric import ElidedLabel
from arbitrex_desktop.ui.widgets.table_view import TableView
from arbitrex_desktop.ui.widgets.vertical_scroll import VerticalScrollArea
from tests.fakes.clock import ManualClock
from tests.ui.conftest import OPEN_MS


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme) -> NoticeBar:
    """Return a shown notice bar."""
    bar = NoticeBar(theme)
    qtbot.addWidget(bar)
    bar.resize(500, 30)
    bar.show()
    return bar


def shown(qtbot: QtBot, widget: QWidget) -> None:
    """Show a widget until the test ends."""
    qtbot.addWidget(widget)
    widget.show()


def test_the_gravest_message_is_shown_first(bar: NoticeBar) -> None:
    """An error is not hidden by what comes after it; closing it shows the next."""
    bar.post("info", "hello", "a")
    bar.post("error", "broken", "b")
    bar.post("warning", "careful", "c")
    assert bar.text == "ERROR: broken  (and 2 more)"
    bar._close_shown()
    assert bar.text == "WARNING: careful  (and 1 more)"
    bar.clear("c")
    bar.clear("unknown")
    assert bar.texts == ("hello",)
    bar.grab()


def test_what_passed_last_stays_in_the_strip(qtbot: QtBot, theme: Theme, clock: ManualClock) -> None:
    """With its time and muted, until there is something else to say; it counts as no message."""
    bar = NoticeBar(theme, clock=clock)
    shown(qtbot, bar)
    bar.post("info", "CLOSED 1.94 GBPCHF", "close")
    bar._timers["close"].start(1)
    qtbot.waitUntil(lambda: not bar.texts, timeout=OPEN_MS)
    assert bar._label.text() == f"{formats.clock_time(clock.now())}  CLOSED 1.94 GBPCHF"
    assert bar._label.palette().color(bar._label.foregroundRole()) == theme.colours.muted
    assert bar._label.isVisible()
    assert bar.text == ""
    bar.post("error", "broken", "b")
    assert bar.text == "ERROR: broken"


def test_what_just_happened_is_not_hidden_by_what_is_known(bar: NoticeBar) -> None:
    """A fill or a close while trading is halted is told; the warning is there again when that has passed."""
    bar.post("warning", "HALTED: by the trader", "halt")
    bar.post("info", "CLOSED 1.94 GBPCHF", "close")
    assert bar.text == "INFO: CLOSED 1.94 GBPCHF  (and 1 more)"
    bar.clear("close")
    assert bar.text == "WARNING: HALTED: by the trader"


def test_repeats_are_counted_not_piled_up(bar: NoticeBar) -> None:
    """One topic is one message; the same words again are counted, others replace them."""
    for _ in range(3):
        bar.post("error", "no line", "step")
    assert bar.text == "ERROR: no line  (3 times)"
    bar.post("error", "other", "step")
    assert bar.text == "ERROR: other"


def test_passing_messages_pass_and_standing_ones_stand(
    bar: NoticeBar, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Infos go by themselves; errors, and whatever stands, stay until cleared."""
    monkeypatch.setattr(notice_module, "_STAY_MS", {"info": 1, "warning": 1})
    bar.post("info", "stands", "s", stands=True)
    bar.post("error", "stays", "e")
    bar.post("info", "goes", "i")
    bar.post("warning", "goes too", "w")
    qtbot.waitUntil(lambda: bar.texts == ("stands", "stays"))


def test_a_bar_keeps_the_newest_errors_and_all_that_stands(bar: NoticeBar) -> None:
    """A desk that nobody looks after for a week does not pile up thousands of them."""
    bar.post("warning", "the connection is gone", "connection", stands=True)
    for number in range(1_000):
        bar.post("error", f"order {number} failed", f"order {number}")
    assert bar.texts == ("the connection is gone", *(f"order {number} failed" for number in range(950, 1_000)))


def test_the_bar_says_when_it_is_needed(bar: NoticeBar) -> None:
    """It appears with the first message and goes with the last."""
    needed: list[bool] = []
    bar.shown_changed.connect(needed.append)
    bar.post("error", "x", "t")
    bar.clear("t")
    assert needed == [True, False]
    assert bar.text == ""


def test_a_message_that_comes_or_goes_moves_nothing(bar: NoticeBar) -> None:
    """The strip is as high empty as with any message, and low."""
    empty = bar.sizeHint().height()
    bar.post("error", "a long story\n" * 30, "t")
    bar.post("error", "another", "u")
    assert (bar.sizeHint().height(), bar.minimumSizeHint().height()) == (empty, empty)
    assert empty <= max(26, bar.fontMetrics().height() + 8)
    bar._close.click()
    bar._close.click()
    assert bar.text == ""
    assert bar.sizeHint().height() == empty
    assert not bar._close.isVisible()


def test_a_cut_message_can_be_read_whole(bar: NoticeBar, qtbot: QtBot) -> None:
    """Its tool tip, which a click shows, and the clipboard have all of it; how many more there are is never cut."""
    bar.post("warning", "first", "t")
    bar.post("error", "a long story " * 30, "u")
    whole = "ERROR: " + " ".join(["a long story"] * 30)
    qtbot.waitUntil(lambda: bar._label.toolTip() == whole)
    qtbot.waitUntil(lambda: bar._more.width() >= bar._more.sizeHint().width())
    QTest.mouseClick(bar._label, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: QToolTip.text() == whole)
    QToolTip.hideText()
    bar.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == whole + "  (and 1 more)"


def test_a_bar_that_cannot_be_closed_wraps(qtbot: QtBot, theme: Theme) -> None:
    """What blocks sending is shown whole, however long."""
    bar = NoticeBar(theme, closable=False)
    bar.resize(500, 30)
    shown(qtbot, bar)
    bar.post("error", "short", "t")
    one_line = bar.sizeHint().height()
    bar.post("error", "a long story " * 30, "t")
    assert bar.sizeHint().height() > 2 * one_line
    assert not bar._close.isVisible()


def test_a_confirm_button_forgets_the_first_press(qtbot: QtBot, theme: Theme) -> None:
    """After some seconds, or when its subject changes, the next press only asks."""
    button = ConfirmButton("Do", theme)
    shown(qtbot, button)
    done: list[bool] = []
    button.confirmed.connect(lambda: done.append(True))
    button.set_subject("Do", "Sure?")
    button._timer.setInterval(1)
    button.click()
    assert button.text() == "Sure?"
    qtbot.waitUntil(lambda: button.text() == "Do")
    button._timer.setInterval(60_000)
    button.click()
    button.set_subject("Do it", "Really?")
    assert button.text() == "Do it"
    button.click()
    assert button.text() == "Really?"
    assert done == []
    button.click()
    assert done == [True]
    button.grab()


def test_filled_buttons_paint_in_every_state(qtbot: QtBot, theme: Theme) -> None:
    """Enabled, focused, pressed, disabled, checked: each differs, and the text always fits."""
    button = FilledButton("&Approve", theme, lambda colours: colours.buy)
    shown(qtbot, button)
    pictures = [button.grab().toImage()]
    button.setDown(True)
    pictures.append(button.grab().toImage())
    button.setDown(False)
    button.setEnabled(False)
    pictures.append(button.grab().toImage())
    assert len({picture.pixelColor(8, 8).name() for picture in pictures}) == 3
    assert button.minimumSizeHint() == button.sizeHint()
    assert button.sizeHint().width() > button.fontMetrics().horizontalAdvance("Approve")


def test_a_badge_shows_its_word_in_readable_colours(qtbot: QtBot, theme: Theme) -> None:
    """Word and colour change together, and with the theme."""
    badge = Badge(theme)
    shown(qtbot, badge)
    badge.show_word("LIVE", lambda colours: colours.live)
    assert badge.palette().color(badge.foregroundRole()) == theme.colours.live.text
    assert badge.grab().toImage().pixelColor(6, badge.height() // 2) == theme.colours.live.back
    theme.choose(ThemeChoice.LIGHT)
    theme.choose(ThemeChoice.DARK)


def test_a_badge_keeps_its_words_colour_when_the_palette_around_it_changes(qtbot: QtBot, theme: Theme) -> None:
    """As from dark to light: a colour that it had from around it by chance would go, and dark words stand on dark."""
    around = QWidget()
    qtbot.addWidget(around)
    badge = Badge(theme, parent=around)
    words = theme.colours.simulated.text
    for colour in (words, "#000000"):
        palette = around.palette()
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        around.setPalette(palette)
        badge.show_word("REPLAY", lambda colours: colours.simulated)
    assert badge.palette().color(badge.foregroundRole()) == words


def test_a_badge_keeps_its_words_colour_in_a_bar_that_it_is_put_into_later(qtbot: QtBot, theme: Theme) -> None:
    """As REPLAY into a tool bar, which gives what is in it the colour of its buttons: dark words on dark in light."""
    bar = QToolBar()
    qtbot.addWidget(bar)
    badge = Badge(theme)
    badge.show_word("REPLAY", lambda colours: colours.simulated)
    bar.addWidget(badge)
    assert badge.palette().color(badge.foregroundRole()) == theme.colours.simulated.text


def test_an_elided_label_keeps_the_whole_in_its_tool_tip(qtbot: QtBot, theme: Theme) -> None:
    """What is cut can still be read; what fits has no tool tip."""
    label = ElidedLabel(theme)
    shown(qtbot, label)
    label.show_text("a rather long reason in words", Tone.WARN)
    label.resize(60, 20)
    label.grab()
    assert label.toolTip() == "a rather long reason in words"
    label.resize(600, 20)
    label.grab()
    assert label.toolTip() == ""


def test_a_limit_bar_paints_known_and_unknown_shares(qtbot: QtBot, theme: Theme) -> None:
    """More used is more painted; nothing known is nothing painted."""
    bar = LimitBar("Loss", theme)
    shown(qtbot, bar)
    bar.resize(200, bar.sizeHint().height())
    y = bar.height() - 5

    def filled() -> int:
        line = theme.colours.line
        picture = bar.grab().toImage()
        return sum(picture.pixelColor(x, y) != line for x in range(5, 195))

    bar.show_used(None, "-")
    assert filled() == 0
    bar.show_used(0.5, "half")
    half = filled()
    bar.show_used(1.0, "all")
    assert 70 < half < 120 < filled()
    tones = [bar.tone]
    bar.show_used(float("nan"), "?")
    assert [*tones, bar.tone] == [Tone.BAD, Tone.MUTED]


def test_the_mouse_wheel_scrolls_past_numbers_and_choices(qtbot: QtBot) -> None:
    """Also past one that has the keyboard: who scrolls down the ticket changes neither confidence nor regime."""
    share, choice, column = Share("Confidence", 0.5), QComboBox(), QWidget()
    choice.addItems(["TRENDING", "RANGING"])
    fields = QVBoxLayout(column)
    for field in (share, choice):
        fields.addWidget(field)
    area = VerticalScrollArea(column)
    shown(qtbot, area)
    share.setFocus()
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    for field in (share, choice):
        QApplication.sendEvent(field, wheel)
        assert field.focusPolicy() is Qt.FocusPolicy.StrongFocus
        assert not wheel.isAccepted()
    assert (share.value(), choice.currentText()) == (0.5, "TRENDING")


def test_a_share_above_one_is_refused_in_words(qtbot: QtBot) -> None:
    """What is typed stays as it was typed: 1.5 is no 1.0; the arrow keys stop at 1."""
    share = Share("Confidence", 0.98)
    shown(qtbot, share)
    share.stepBy(3)
    assert share.share() == 1.0
    share.selectAll()
    QTest.keyClicks(share, "1.5")
    assert share.text() == "1.5"
    with pytest.raises(ValueError, match="Confidence must be from 0 to 1"):
        share.share()


def test_an_emptied_share_is_the_usual_one_once_it_is_left(qtbot: QtBot) -> None:
    """Not what stood there before, which the trader took away."""
    form = QWidget()
    share, other = Share("Confidence", 0.7), QLineEdit()
    column = QVBoxLayout(form)
    for part in (share, other):
        column.addWidget(part)
    shown(qtbot, form)
    form.activateWindow()
    share.setFocus()
    qtbot.waitUntil(share.hasFocus)
    share.selectAll()
    QTest.keyClicks(share, "1.5")
    share.selectAll()
    QTest.keyClick(share, Qt.Key.Key_Delete)
    QTest.keyClick(share, Qt.Key.Key_Tab)
    qtbot.waitUntil(other.hasFocus)
    assert (share.text(), share.share()) == ("0.70", 0.7)


def test_a_header_click_sorts_and_shows_it(qtbot: QtBot, theme: Theme) -> None:
    """A click sorts upwards, the next downwards, and a table of nothing says what it is."""
    model: RowTableModel[object] = RowTableModel(notice_columns(str), id)  # type: ignore[arg-type]
    table = TableView(model, theme, "No alerts")
    shown(qtbot, table)
    table.resize(600, 200)
    table.grab()
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(1) + 5, 5)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert (header.sortIndicatorSection(), header.sortIndicatorOrder()) == (1, Qt.SortOrder.AscendingOrder)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
    table.set_dimmed(True)
    table.grab()
    QApplication.sendEvent(table, QEvent(QEvent.Type.StyleChange))
