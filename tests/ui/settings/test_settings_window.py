# SPDX-License-Identifier: MIT
"""The settings in a window: read anew, checked while typing, changed with a reason where limits are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.settings_desk import LimitEffect, SettingsCheck
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.ui.commands import HANDLERS, ChangeSettings, CheckSettings, CommandResult, TraderCommand
from arbitrex_desktop.ui.settings.setting_field import SettingField
from arbitrex_desktop.ui.settings.settings_window import SettingsWindow
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.core import FakeCore

LIMIT, PENDING = "risk.max_drawdown", "desk.max_pending"


class Bench:
    """A window whose commands a fake core answers at once, unless `held`."""

    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.core = FakeCore()
        self.asked: list[TraderCommand] = []
        self.window = SettingsWindow(theme)
        qtbot.addWidget(self.window)
        self.window.asked.connect(self._answer)
        self.window.open_and_read()
        qtbot.waitExposed(self.window)
        qtbot.waitUntil(lambda: bool(self.window.fields))

    def type(self, name: str, text: str) -> None:
        """Type a value."""
        editor = self.window.fields[name].editor
        if isinstance(editor, QComboBox):
            editor.setCurrentText(text)
        else:
            assert isinstance(editor, QLineEdit)
            editor.setText(text)

    def _answer(self, command: TraderCommand) -> None:
        self.asked.append(command)
        try:
            result = CommandResult(command, HANDLERS[type(command)](self.core, command))
        except ValueError as error:
            result = CommandResult(command, error=str(error))
        self.window.command_done(result)


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    """Return an opened window."""
    made = Bench(qtbot, theme)
    yield made
    made.window.close()


def checked(qtbot: QtBot, bench: Bench) -> None:
    """Wait until what was typed has been checked."""
    qtbot.waitUntil(lambda: bool(bench.asked) and isinstance(bench.asked[-1], CheckSettings), timeout=5_000)


def visible(bench: Bench) -> set[str]:
    """Return the settings in sight."""
    return {name for name, field in bench.window.fields.items() if not field.isHidden()}


def test_sections_and_search(bench: Bench) -> None:
    """The limits come first; a search looks through all sections by parts of words, and says when nothing is found."""
    assert visible(bench) == {"risk.preset", LIMIT}
    bench.window.sections.setCurrentRow(1)
    assert visible(bench) == {PENDING}
    bench.window.search.setText("max draw")
    assert visible(bench) == {LIMIT}
    bench.window.search.setText("xyz")
    assert visible(bench) == set()
    assert bench.window._nothing.isVisible()


def test_a_tighter_limit_is_saved_at_once(qtbot: QtBot, bench: Bench) -> None:
    """The reason may be given and need not; for a while only, it must be."""
    bench.type(LIMIT, "5")
    checked(qtbot, bench)
    assert "needs no reason" in bench.window.reason.placeholderText()
    bench.window.minutes.setValue(5)
    assert not bench.window.save.isEnabled()
    bench.window.minutes.setValue(0)
    bench.window.save.click()
    assert bench.core.settings_desk.changed == [({LIMIT: "0.05"}, "")]


def test_a_looser_limit_is_changed_with_a_reason(qtbot: QtBot, bench: Bench) -> None:
    """Without a reason it cannot be saved; with one it is, and the settings are read anew."""
    bench.core.settings_desk.meaning = SettingsCheck(loosened=(LIMIT,))
    bench.type(LIMIT, "5")
    checked(qtbot, bench)
    assert bench.window.reason.isVisible()
    assert not bench.window.save.isEnabled()
    bench.window.reason.setText("a calm month")
    bench.window.save.click()
    assert bench.core.settings_desk.changed == [({LIMIT: "0.05"}, "a calm month")]
    assert bench.window.message.text() == "Saved and journalled"
    assert bench.window.changes == {}


def test_a_limit_is_changed_for_a_while(qtbot: QtBot, bench: Bench) -> None:
    """Beside the reason stands for how long; what is saved for good is left alone, and the next change is for good."""
    assert not bench.window.minutes.isVisible()
    bench.type(LIMIT, "5")
    checked(qtbot, bench)
    assert bench.window.minutes.isVisible()
    assert bench.window.minutes.text() == "for good"
    bench.window.minutes.setValue(10)
    bench.window.reason.setText("news")
    bench.window.save.click()
    assert ("change_settings_for", {LIMIT: "0.05"}, "news", 10) in bench.core.settings_desk.asked
    assert bench.core.settings_desk.changed == []
    assert bench.window.message.text().startswith("In force for 10 minutes, and journalled")
    assert bench.window.minutes.value() == 0


def test_other_settings_need_none_and_wait_for_the_next_start(qtbot: QtBot, bench: Bench) -> None:
    """What does not count at once is named."""
    bench.type(PENDING, "20")
    checked(qtbot, bench)
    assert not bench.window.reason.isVisible()
    bench.window.save.click()
    assert bench.core.settings_desk.changed == [({PENDING: "20"}, "")]
    later = "\N{LEFT DOUBLE QUOTATION MARK}Waiting at once\N{RIGHT DOUBLE QUOTATION MARK}"
    assert bench.window.message.text() == f"Saved and journalled; from the next start: {later}"


def test_the_default_is_gone_back_to(qtbot: QtBot, bench: Bench) -> None:
    """The button takes the setting out of the file."""
    bench.window.fields[PENDING].default.click()
    checked(qtbot, bench)
    bench.window.save.click()
    assert bench.core.settings_desk.changed == [({PENDING: None}, "")]


def test_a_wrong_value_is_told_beside_its_field(qtbot: QtBot, bench: Bench) -> None:
    """The error stands at the field it belongs to, in words, and nothing can be saved."""
    bench.core.settings_desk.errors[PENDING] = f"{PENDING}: expected a whole number from 1 to 10,000, found 'many'"
    bench.type(PENDING, "many")
    checked(qtbot, bench)
    note = bench.window.fields[PENDING].note
    assert "expected a whole number" in note.text()
    assert note.tone.value == "bad"
    assert not bench.window.save.isEnabled()
    bench.core.settings_desk.errors.clear()
    bench.type(PENDING, "20")
    checked(qtbot, bench)
    qtbot.waitUntil(bench.window.save.isEnabled, timeout=5_000)
    assert note.text().startswith(f"{PENDING}: in force is 50")


@pytest.mark.parametrize(
    ("limit", "outcome", "halts", "words", "tone"),
    [
        (0.05, Outcome.PASS, True, "in use now 3.1 % of 5.0 %", "muted"),
        (0.02, Outcome.FAIL, True, "in use now 3.1 % of 2.0 %: would halt trading", "bad"),
        (0.02, Outcome.FAIL, False, "in use now 3.1 % of 2.0 %: would refuse every trade that adds to it", "bad"),
        (0.031, Outcome.PASS, False, "in use now 3.1 % of 3.1 %: would refuse every trade that adds to it", "bad"),
    ],
)
def test_the_effect_on_what_is_open_stands_beside_the_limit(
    qtbot: QtBot, bench: Bench, *, limit: float, outcome: Outcome, halts: bool, words: str, tone: str
) -> None:
    """Before it is saved; a value typed over it takes it away until that is checked, and no other field says any."""
    verdict = Verdict("MAX_DRAWDOWN_EXCEEDED", outcome, 0.031, limit, "share", "drawdown")
    bench.core.settings_desk.meaning = SettingsCheck(effects={LIMIT: LimitEffect(verdict, halts)})
    bench.type(LIMIT, f"{limit:%}")
    checked(qtbot, bench)
    effect = bench.window.fields[LIMIT].effect
    assert (effect.isVisible(), effect.text(), effect.tone.value) == (True, words, tone)
    assert bench.window.fields[PENDING].effect.isHidden()
    bench.type(LIMIT, "9")
    assert effect.isHidden()


def test_a_set_of_limits_says_what_it_changes_before_it_is_saved(qtbot: QtBot, bench: Bench) -> None:
    """At the top and beside each field, old and new; saving is one change with one reason."""
    bench.core.settings_desk.meaning = SettingsCheck(also={LIMIT: ("0.1", "0.05")})
    bench.type("risk.preset", "Conservative")
    checked(qtbot, bench)
    assert bench.window.fields[LIMIT].effect.text() == "changes with the set of limits: 10 % \N{RIGHTWARDS ARROW} 5 %"
    at_the_top = bench.window.fields["risk.preset"].effect
    assert at_the_top.text() == "changes 1 other setting: Maximum drawdown 10 % \N{RIGHTWARDS ARROW} 5 %"
    bench.window.reason.setText("a quiet month")
    bench.window.save.click()
    assert bench.core.settings_desk.changed == [({"risk.preset": "Conservative"}, "a quiet month")]


def test_an_error_names_a_setting_as_the_window_does(qtbot: QtBot, bench: Bench) -> None:
    """Not by its key in the file, which stands below the field only; a longer key that holds it is another."""
    bench.type(LIMIT, "500")
    checked(qtbot, bench)
    error = f"{LIMIT} must be in (0, 1.0] (found 5.0), max_drawdown_x is not known"
    bench.window.command_done(CommandResult(bench.asked[-1], SettingsCheck(error)))
    label = "\N{LEFT DOUBLE QUOTATION MARK}Maximum drawdown\N{RIGHT DOUBLE QUOTATION MARK}"
    words = f"{label} must be in (0, 1.0] (found 5.0), max_drawdown_x is not known"
    assert (bench.window.message.text(), bench.window.fields[LIMIT].note.text()) == (words, words)


@pytest.mark.parametrize(
    ("typed", "saved"), [("0.5", "0.005"), ("7", "0.07"), ("0.29 %", "0.0029"), ("10", None), ("many", "many")]
)
def test_a_share_is_typed_in_percent(qtbot: QtBot, bench: Bench, typed: str, saved: str | None) -> None:
    """As people say it, exactly; the file keeps the share, and nothing of the default; what is no number is refused.

    The limit is 10 % in force and by default, and its field says so.
    """
    field = bench.window.fields[LIMIT]
    assert (field.text, field.row.unit, field.is_changed) == ("10", "%", False)
    bench.type(LIMIT, typed)
    assert field.change == saved


def test_an_old_answer_does_not_make_a_new_value_good(qtbot: QtBot, bench: Bench) -> None:
    """Only the check of what stands there now counts."""
    bench.type(PENDING, "20")
    checked(qtbot, bench)
    bench.type(PENDING, "21")
    old = bench.asked[-1]
    bench.window.command_done(CommandResult(old))
    assert not bench.window.save.isEnabled()


def test_discard_puts_back_what_is_in_force(bench: Bench) -> None:
    """Nothing of what was typed is left."""
    bench.type(LIMIT, "50")
    bench.type("risk.preset", "Conservative")
    bench.window.discard.click()
    assert bench.window.changes == {}
    assert not bench.window.discard.isEnabled()


def test_what_cannot_be_read_or_saved_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    """A file that is wrong, and a change that fails on the way, are told in words; what was typed stays."""
    bench.type(PENDING, "20")
    checked(qtbot, bench)
    bench.window.command_done(
        CommandResult(ChangeSettings(tuple(bench.window.changes.items()), ""), error="the disk is full")
    )
    assert bench.window.message.text() == "the disk is full"
    assert bench.window.changes == {PENDING: "20"}

    def broken() -> None:
        raise ValueError("settings.toml, line 3: expected TOML")

    monkeypatch.setattr(bench.core.settings_desk, "rows", broken)
    bench.window.open_and_read()
    assert bench.window.message.text() == "settings.toml, line 3: expected TOML"


def test_the_way_to_the_default_is_offered_away_from_it_only(bench: Bench) -> None:
    """A share that is shown in percent is at its default, too, where the file has it as a number."""
    for field in bench.window.fields.values():
        field.discard()
        assert field.default.isEnabled() == (field.row.text != field.row.default), field.row.name


def test_a_section_is_shown_in_steps(qtbot: QtBot, bench: Bench) -> None:
    """A hundred fields that are shown for the first time take two frames; those in sight come first, all in the end."""
    name = next(iter(bench.window.fields))
    field = bench.window.fields[name]
    many = {f"risk.limit_{count}": SettingField(field.row, bench.window._theme) for count in range(40)}
    for each in many.values():
        qtbot.addWidget(each)
        each.setParent(field.parentWidget())
        each.hide()
    bench.window.fields |= many
    bench.window.sections.setCurrentRow(1)
    bench.window.sections.setCurrentRow(0)
    assert 0 < sum(not each.isHidden() for each in many.values()) <= 12
    qtbot.waitUntil(lambda: not any(each.isHidden() for each in many.values()))
