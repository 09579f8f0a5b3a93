# SPDX-License-Identifier: MIT
"""Making, changing and silencing alerts by hand; what is wrong is said beside its field."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.presentation.alert_rows import AlertKind, AlertRow, AlertRule, AlertsView, AlertWays
from arbitrex_desktop.ui.alerts.alert_editor import KINDS, AlertEditor
from arbitrex_desktop.ui.alerts.alert_list import AlertList
from arbitrex_desktop.ui.alerts.notification_settings import NotificationSettings
from arbitrex_desktop.ui.commands import PutAlert, RemoveAlert, SetAlertWays, SnoozeAlert, TryAlertWays
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.clock import START

Fresh = Callable[..., Freshness]
MINE = AlertRule("p", AlertKind.PRICE, "EURUSD", level=1.2, digits=5, note="sell there")
ALWAYS_ON = AlertRule("always HALT", AlertKind.HALT)


@pytest.fixture
def editor(qtbot: QtBot, theme: Theme) -> AlertEditor:
    """Return an editor of a new alert."""
    editor = AlertEditor(theme)
    qtbot.addWidget(editor)
    editor.open_rule(None, ("EURUSD", "USDJPY"), START)
    return editor


def test_a_price_alert_is_made(editor: AlertEditor, qtbot: QtBot) -> None:
    """Symbol, direction, level and note go into the rule, which has an id and its moment."""
    editor.symbol.setCurrentText("USDJPY")
    editor.way.setCurrentIndex(1)
    editor.level.setText("149.500")
    editor.back.setText("0.05")
    editor.note.setText("buy there")
    with qtbot.waitSignal(editor.ready) as ready:
        editor.save.click()
    (rule,) = ready.args
    assert rule.rule_id
    assert (rule.kind, rule.symbol, rule.above, rule.level, rule.back, rule.note, rule.digits, rule.created_at) == (
        AlertKind.PRICE, "USDJPY", False, 149.5, 0.05, "buy there", 3, START,
    )  # fmt: skip
    assert editor.isHidden()


@pytest.mark.parametrize(
    ("kind", "level", "symbol", "name", "words"),
    [
        (AlertKind.PRICE, "", "EURUSD", "level", "Level: write a number like 1.2345"),
        (AlertKind.PRICE, "1,17", "EURUSD", "level", "write a number"),
        (AlertKind.PRICE, "-1", "EURUSD", "level", "not below zero"),
        (AlertKind.PRICE, "1.2", "", "symbol", "Which symbol?"),
        (AlertKind.INTENT, "", "", "strategy", "Whose intents?"),
        (AlertKind.EQUITY, "1.123456789", "", "level", "at most 8 decimals"),
        (AlertKind.EQUITY, "nan", "", "level", "write a number"),
    ],
)
def test_what_is_wrong_stands_at_its_field(  # noqa: PLR0917 - the columns of the table above
    editor: AlertEditor, kind: AlertKind, level: str, symbol: str, name: str, words: str
) -> None:
    """Nothing is made of it."""
    editor.kind.setCurrentIndex(KINDS.index(kind))
    editor.level.setText(level)
    editor.symbol.setCurrentText(symbol)
    assert editor.rule() is None
    assert words in editor.errors[name].text()


def test_a_loss_may_be_below_zero_and_a_rule_comes_back_as_it_was(editor: AlertEditor) -> None:
    """What is opened and kept unchanged is the same rule."""
    loss = AlertRule("l", AlertKind.POSITION, "EURUSD", above=False, level=-100.0, back=10.0, wakes=True, once=True)
    intent = AlertRule("i", AlertKind.INTENT, strategy="alpha")
    for rule in (loss, intent, MINE):
        editor.open_rule(rule, ("EURUSD",), START)
        assert editor.rule() == rule


def view_of(fresh: Fresh, *rows: AlertRow, trouble: str = "") -> Freshness:
    """Return a snapshot with these alerts."""
    return fresh(alerts=AlertsView(rows, trouble=trouble))


def test_the_list_asks_for_what_its_buttons_say(qtbot: QtBot, theme: Theme, fresh: Fresh) -> None:
    """Sleep, remove and switch off one's own; what is always on can only be looked at."""
    shown = AlertList(theme)
    qtbot.addWidget(shown)
    shown.refresh(view_of(fresh, AlertRow(MINE, is_raised=True, value=1.21), AlertRow(ALWAYS_ON)))
    cells = [shown.model.index(0, column).data() for column in range(4)]
    assert cells == ["EURUSD price rises to 1.20000", "1.21000", "RAISED", "sell there"]
    asked: list[object] = []
    shown.asked.connect(asked.append)
    shown.view.choose("always HALT")
    assert not shown.remove.isEnabled()
    assert shown.menu() is None
    shown.view.choose("p")
    shown.snooze.click()
    shown.remove.click()
    menu = shown.menu()
    assert menu is not None
    menu.actions()[1].trigger()
    assert asked[:2] == [SnoozeAlert("p", 15), RemoveAlert("p")]
    assert isinstance(asked[2], PutAlert)
    assert not asked[2].rule.is_on


def test_new_and_edit_open_the_editor(qtbot: QtBot, theme: Theme, fresh: Fresh) -> None:
    """Edit shows the chosen rule; what is ready is asked for."""
    shown = AlertList(theme)
    qtbot.addWidget(shown)
    assert not shown.new.isEnabled()
    shown.refresh(view_of(fresh, AlertRow(MINE)))
    shown.new.click()
    assert shown.editor.isVisible()
    shown.view.choose("p")
    shown.edit.click()
    with qtbot.waitSignal(shown.asked) as asked:
        shown.editor.save.click()
    assert asked.args == [PutAlert(MINE)]


def test_ways_are_kept_and_secrets_never_shown(qtbot: QtBot, theme: Theme) -> None:
    """Typed secrets go with the command, whose text does not have them, and are gone from the form."""
    window = NotificationSettings(theme)
    qtbot.addWidget(window)
    window.open_ways(AlertsView(ways=AlertWays(chat="42", quiet_from="22:00", quiet_to="07:00")))
    window.telegram.setChecked(True)
    window.token.setText("token-abc")
    with qtbot.waitSignal(window.asked) as asked:
        window.keep.click()
    (command,) = asked.args
    expected = AlertWays(telegram=True, chat="42", quiet_from="22:00", quiet_to="07:00")
    assert command == SetAlertWays(expected, "token-abc", None)
    assert "token-abc" not in repr(command)
    assert window.token.text() == ""
    with qtbot.waitSignal(window.asked) as asked:
        window.test.click()
    assert asked.args == [TryAlertWays()]
    window.follow(AlertsView(trouble="Telegram: the server answers 401; given up"))
    assert "401" in window.message.text()


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("quiet_from", "", "write both times"),
        ("quiet_from", "9 pm", "is no time"),
        ("chat", "", "write the id"),
        ("address", "http://example.org", "https://"),
    ],
)
def test_ways_that_cannot_be_are_refused_in_words(
    qtbot: QtBot, theme: Theme, field: str, text: str, words: str
) -> None:
    """Nothing is asked for, and the reason is said."""
    window = NotificationSettings(theme)
    qtbot.addWidget(window)
    window.open_ways(AlertsView(ways=AlertWays(telegram=True, chat="1", quiet_from="22:00", quiet_to="07:00")))
    getattr(window, field).setText(text)
    asked: list[object] = []
    window.asked.connect(asked.append)
    window.keep.click()
    assert asked == []
    assert words in window.message.text()


def test_a_new_alert_is_of_the_symbol_in_the_ticket(qtbot: QtBot, theme: Theme, fresh: Fresh) -> None:
    """Not of the first one of the alphabet; an alert that is changed keeps its own."""
    alerts = AlertList(theme)
    qtbot.addWidget(alerts)
    alerts.refresh(fresh(alerts=AlertsView((AlertRow(MINE),))))
    alerts.prefer_symbol("XAUUSD")
    alerts.open_new()
    assert alerts.editor.symbol.currentText() == "XAUUSD"
    alerts.view.choose(MINE.rule_id)
    alerts.edit.click()
    assert alerts.editor.symbol.currentText() == MINE.symbol


@pytest.mark.parametrize("set_up", [False, True])
def test_a_secret_is_called_saved_only_where_it_is(qtbot: QtBot, theme: Theme, *, set_up: bool) -> None:
    """Before anything was set up the fields say where it is to be had; quiet hours that are not set are none."""
    window = NotificationSettings(theme)
    qtbot.addWidget(window)
    window.open_ways(AlertsView(ways=AlertWays(telegram=set_up, webhook=set_up)))
    for field in (window.token, window.address):
        assert field.placeholderText().startswith("saved") == set_up
    assert window.quiet_from.placeholderText().startswith("none")
