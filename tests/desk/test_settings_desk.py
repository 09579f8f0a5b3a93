# SPDX-License-Identifier: MIT
"""Settings changed by the window: one file, one journal, limits that count at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import CommandRefused, JournalError
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.settings_desk import SettingsDesk
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.settings.editor import FileSettingsEditor
from arbitrex_desktop.settings.in_force import settings_path
from arbitrex_desktop.settings.start import Settings
from arbitrex_desktop.settings.toml_file import SettingsError
from tests.desk.conftest import Desk

LIMIT = "risk.max_drawdown"


@pytest.fixture
def editor(tmp_path: Path) -> FileSettingsEditor:
    """Return an editor of an empty data folder's settings."""
    return FileSettingsEditor(Settings(data_dir=tmp_path / "settings"))


@pytest.fixture
def settings_desk(desk: Desk, editor: FileSettingsEditor) -> SettingsDesk:
    """Return the settings of a running desk."""
    return SettingsDesk(editor, desk.core._accounts, desk.core._risk, desk.clock)


def text_of(editor: FileSettingsEditor) -> str:
    """Return the file's text, empty where there is none."""
    path = settings_path(editor._start.data_dir)
    return path.read_text("utf-8") if path.exists() else ""


def test_rows_say_what_is_in_force(editor: FileSettingsEditor) -> None:
    """Value, default, source, bounds and choices of every setting, as they are typed."""
    editor.save({"desk.max_pending": "20", "desk.cancel_on_halt": "true"})
    rows = {row.name: row for row in editor.rows()}
    assert (rows["desk.max_pending"].text, rows["desk.max_pending"].source) == ("20", "settings.toml")
    assert (rows["desk.cancel_on_halt"].text, rows["desk.cancel_on_halt"].choices) == ("true", ("true", "false"))
    assert "Standard FX" in rows["risk.preset"].choices
    assert (rows["window.language"].text, rows["window.language"].choices) == ("en", ("en", "de"))
    assert rows["window.colours"].choices == ("blue and orange", "green and red")
    assert rows[LIMIT].default == rows[LIMIT].text


def test_a_changed_limit_counts_at_once_and_is_journalled(
    desk: Desk, settings_desk: SettingsDesk, editor: FileSettingsEditor
) -> None:
    """File, journal and risk manager agree; the journal has old value, new value and reason."""
    before: RPMConfig = desk.rpm.config
    assert settings_desk.change({LIMIT: "0.05", "desk.max_pending": "20"}, "a calm month") == ("desk.max_pending",)
    assert desk.rpm.config.max_drawdown == 0.05 != before.max_drawdown
    assert "max_drawdown = 0.05" in text_of(editor)
    assert desk.core.desk is not None
    event = desk.core.desk.book.journal.newest(EventKind.SETTINGS_CHANGED)
    assert event is not None
    assert event.body["changes"][LIMIT]["new"] == 0.05
    assert event.reason.endswith("why: a calm month")


def test_a_tighter_limit_needs_no_reason(desk: Desk, settings_desk: SettingsDesk) -> None:
    """It counts at once; only what lets more through, by whichever way, is asked about."""
    tighter: dict[str, str | None] = {
        LIMIT: "0.05", "risk.min_margin_level_pct": "500", "risk.max_lots_per_order": "2",
    }  # fmt: skip
    assert settings_desk.check(tighter).loosened == ()
    settings_desk.change(tighter, "")
    assert desk.rpm.config.max_drawdown == 0.05
    looser: dict[str, str | None] = {LIMIT: None, "risk.max_lots_per_order": "0", "risk.risk_base": "equity"}
    assert set(settings_desk.check(looser).loosened) == set(looser)


@pytest.mark.parametrize(
    ("changes", "reason", "error"),
    [
        ({LIMIT: "0.2"}, "  ", CommandRefused),
        ({"risk.max_lots_per_order": "0.5", "risk.min_margin_level_pct": "100"}, "", CommandRefused),
        ({LIMIT: "-1"}, "why", SettingsError),
        ({"desk.max_pending": "many"}, "", SettingsError),
        ({"desk.no_such": "1"}, "", SettingsError),
    ],
)
def test_what_may_not_be_changes_nothing(
    desk: Desk,
    settings_desk: SettingsDesk,
    editor: FileSettingsEditor,
    *,
    changes: dict[str, str | None],
    reason: str,
    error: type[Exception],
) -> None:
    """Neither file nor limits."""
    before = desk.rpm.config
    with pytest.raises(error):
        settings_desk.change(changes, reason)
    assert text_of(editor) == ""
    assert desk.rpm.config is before


def test_without_a_journal_nothing_is_changed(
    desk: Desk, settings_desk: SettingsDesk, editor: FileSettingsEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that cannot be journalled is not made."""
    before = desk.rpm.config

    def full(*_arguments: object, **_more: object) -> None:
        raise JournalError("the disk is full")

    monkeypatch.setattr("arbitrex_desktop.desk.settings_desk.record_settings", full)
    with pytest.raises(JournalError):
        settings_desk.change({LIMIT: "0.05"}, "why")
    assert text_of(editor) == ""
    assert desk.rpm.config is before


def test_a_firms_profile_is_chosen_like_a_preset(
    desk: Desk, settings_desk: SettingsDesk, editor: FileSettingsEditor
) -> None:
    """It is among the choices, one's own too, counts at once, and the journal has both names."""
    own = editor._start.data_dir / "profiles"
    own.mkdir(parents=True)
    (own / "mine.toml").write_text('firm = "me"\n[[profile]]\nname = "Mine"\n', "utf-8")
    row = next(each for each in editor.rows() if each.name == "risk.preset")
    assert {"FTMO Challenge 2-Step", "Topstep Combine 50K", "Mine"} <= set(row.choices)
    assert row.choices[0] == "Conservative"
    settings_desk.change({"risk.preset": "FTMO Challenge 2-Step", "risk.initial_balance": "100000"}, "a challenge")
    assert desk.rpm.config.firm_max_loss == 0.10
    assert desk.rpm.config.initial_balance == 100_000.0
    assert desk.core.desk is not None
    event = desk.core.desk.book.journal.newest(EventKind.SETTINGS_CHANGED)
    assert event is not None
    assert event.body["changes"]["risk.preset"] == {"old": "Standard FX", "new": "FTMO Challenge 2-Step"}
    assert event.body["changes"]["risk.firm_max_loss"] == {"old": 0.0, "new": 0.1}


def test_a_limit_may_change_for_some_minutes(
    desk: Desk, settings_desk: SettingsDesk, editor: FileSettingsEditor
) -> None:
    """It counts at once, the file stays, and the old limit is back after the time; both are journalled."""
    name = "risk.max_spread_bps"
    before = desk.rpm.config.max_spread_bps
    settings_desk.change_for({name: "80"}, "a thin holiday market", 10)
    assert desk.rpm.config.max_spread_bps == 80.0
    assert text_of(editor) == ""
    desk.clock.advance(599.0)
    settings_desk.end_override()
    assert desk.rpm.config.max_spread_bps == 80.0
    desk.clock.advance(1.0)
    settings_desk.end_override()
    assert desk.rpm.config.max_spread_bps == before == 20.0
    assert desk.core.desk is not None
    drafts = desk.core.desk.book.journal.events()
    began, ended = [draft for draft in drafts if draft.kind is EventKind.SETTINGS_CHANGED][-2:]
    assert began.body["changes"][name] == {"old": 20.0, "new": 80.0}
    assert began.reason.endswith("why: for 10 minutes: a thin holiday market")
    assert ended.body["changes"][name] == {"old": 80.0, "new": 20.0}


@pytest.mark.parametrize(
    "name",
    [
        "risk.max_drawdown",
        "risk.daily_loss_limit",
        "risk.firm_max_loss",
        "risk.initial_balance",
        "risk.look_ahead",
        "risk.loss_anchor",
        "risk.max_consecutive_losses",
        "risk.preset",
        "desk.max_pending",
    ],
)
def test_loss_limits_are_never_lifted_for_a_while(desk: Desk, settings_desk: SettingsDesk, name: str) -> None:
    """Nor how they are measured, nor what is no limit; nothing has changed then."""
    before = desk.rpm.config
    with pytest.raises(CommandRefused, match="none of losses"):
        settings_desk.change_for({name: "1"}, "please", 10)
    assert desk.rpm.config is before


@pytest.mark.parametrize(("reason", "minutes"), [("", 10), ("  ", 10), ("why", 0), ("why", 1_441)])
def test_a_while_has_a_reason_and_an_end(desk: Desk, settings_desk: SettingsDesk, reason: str, minutes: int) -> None:
    """Without either it is refused."""
    before = desk.rpm.config
    with pytest.raises(CommandRefused, match="say why, and for how many minutes"):
        settings_desk.change_for({"risk.max_spread_bps": "80"}, reason, minutes)
    assert desk.rpm.config is before


def test_words_among_the_limits_are_chosen_and_typed_as_they_are(editor: FileSettingsEditor) -> None:
    """One of several words is a choice, a text needs no quotation marks."""
    rows = {row.name: row for row in editor.rows()}
    assert rows["risk.firm_floor"].choices == ("static", "end of day", "trailing")
    assert (rows["risk.firm_floor"].text, rows["risk.session_end"].text) == ("static", "")
    typed = {"risk.firm_floor": "end of day", "risk.session_end": "15:10", "risk.reset_timezone": "Asia/Tokyo"}
    risk = editor.check(typed).risk
    assert (risk.firm_floor, risk.session_end, risk.reset_timezone) == tuple(typed.values())


def test_a_check_says_what_a_limit_would_mean_for_what_is_open(
    settings_desk: SettingsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a limit whose use is known and that changes; what only measures, and what has no figure, says nothing."""
    rpm = RiskPortfolioManager(RPMConfig.preset("Standard FX"))
    rpm.portfolio_state.peak_equity, rpm.portfolio_state.equity = 100_000.0, 97_000.0
    monkeypatch.setattr(settings_desk._risk, "_rpm", rpm)
    found = settings_desk.check({LIMIT: "0.02", "risk.warning_share": "0.5", "risk.max_spread_bps": "80"})
    assert found.error == ""
    assert set(found.effects) == {LIMIT}
    effect = found.effects[LIMIT]
    assert effect.verdict.observed == pytest.approx(0.03)
    assert effect.verdict.limit == 0.02
    assert (effect.verdict.outcome, effect.halts) == (Outcome.FAIL, True)
    assert settings_desk.check({"desk.max_pending": "20"}).effects == {}
    assert not rpm.portfolio_state.trading_halted


def test_a_check_says_what_else_a_set_of_limits_changes(
    settings_desk: SettingsDesk, editor: FileSettingsEditor
) -> None:
    """Old and new value of each, but not of what the file sets itself, and nothing of the set's own name."""
    editor.save({"risk.max_var_pct": "0.07"})
    also = settings_desk.check({"risk.preset": "Conservative"}).also
    old, new = RPMConfig.preset("Standard FX").max_drawdown, RPMConfig.preset("Conservative").max_drawdown
    assert old != new
    assert also[LIMIT] == (str(old), str(new))
    assert "risk.preset" not in also
    assert "risk.max_var_pct" not in also
    assert settings_desk.check({LIMIT: "-1"}).error
