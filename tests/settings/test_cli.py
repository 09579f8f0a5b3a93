# SPDX-License-Identifier: MIT
"""`arbitrex-desktop settings show | set | reset`, as a trader types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.__main__ import main
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.intents.events import Event, EventKind
from arbitrex_desktop.desk.journal.journal import Journal, journal_path
from arbitrex_desktop.desk.journal.settings_record import record_settings
from arbitrex_desktop.settings.in_force import defaults

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stand in an empty folder, where no `.env` is."""
    monkeypatch.chdir(tmp_path)


def newest(path: Path) -> Event | None:
    """Return what a journal last heard of the settings."""
    journal = Journal(path)
    found = journal.newest(EventKind.SETTINGS_CHANGED)
    journal.close()
    return found


def line(capsys: Output, name: str, *options: str) -> list[str]:
    """Return the columns that `settings show` has of a setting."""
    assert main(["settings", "show", name, *options]) == 0
    rows = capsys.readouterr().out.splitlines()
    return next(row for row in rows if row.startswith(f"{name} ")).split(maxsplit=4)


def test_a_change_is_shown_with_its_source(capsys: Output) -> None:
    """Value, default and where the value comes from, before and after."""
    assert line(capsys, "desk.max_pending")[1:4] == ["200", "200", "default"]
    assert main(["settings", "set", "desk.max_pending", "5"]) == 0
    assert "desk.max_pending is 5 from the next start on (settings.toml)" in capsys.readouterr().out
    assert line(capsys, "desk.max_pending")[1:4] == ["5", "200", "settings.toml"]
    assert main(["settings", "reset", "desk.max_pending"]) == 0
    capsys.readouterr()
    assert line(capsys, "desk.max_pending")[1:4] == ["200", "200", "default"]


def test_sources_outside_the_file_are_shown(capsys: Output, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command line, the environment and `.env`; a password is said to be there and not shown."""
    (tmp_path / ".env").write_text("MT5_LOGIN=77\nMT5_PASSWORD=hunter2\n", encoding="utf-8")
    monkeypatch.setenv("MT5_SERVER", "Broker-Demo")
    assert line(capsys, "ticks.record", "--record")[1:4] == ["true", "false", "command"]
    assert main(["--data-dir", str(tmp_path / "d"), "settings", "show"]) == 0
    out = capsys.readouterr().out
    rows = {row.split()[0]: row for row in out.splitlines()}
    assert "command line" in rows["data-dir"]
    assert ".env" in rows["MT5_LOGIN"]
    assert "77" in rows["MT5_LOGIN"]
    assert "environment" in rows["MT5_SERVER"]
    assert "(not shown)" in rows["MT5_PASSWORD"]
    assert "hunter2" not in out


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("desk.auto_approve_lots.my-bot", "0.5", "auto_approve_lots.my-bot = 0.5"),
        ("desk.auto_approve_lots.my.bot", "0.5", 'auto_approve_lots."my.bot" = 0.5'),
        ("risk.max_lots_by_symbol.EURUSD", "5", "max_lots_by_symbol.EURUSD = 5"),
        ("desk.cancel_on_halt", "true", "cancel_on_halt = true"),
        ("news.calendar", "5.csv", 'calendar = "5.csv"'),
        ("ticks.redis_prefix", "12", 'redis_prefix = "12"'),
        ("risk.preset", "Conservative", 'preset = "Conservative"'),
        ("risk.reset_timezone", "Europe/Prague", 'reset_timezone = "Europe/Prague"'),
        ("risk.allowed_symbols", '["EURUSD"]', 'allowed_symbols = ["EURUSD"]'),
    ],
)
def test_values_are_read_as_they_are_meant(private_environment: Path, name: str, value: str, written: str) -> None:
    """Numbers and lists as TOML has them, texts without quotes, names of a table behind its name."""
    assert main(["settings", "set", name, value]) == 0
    assert written in (private_environment / "settings.toml").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("desk.max_pending", "0", "desk.max_pending: expected a whole number from 1 to 10,000, found 0"),
        ("desk.max_pending", "many", 'found "many"'),
        ("desk.max_pendng", "5", "is desk.max_pending meant?"),
        ("x", "5", "`arbitrex-desktop settings show` lists them"),
        (
            "risk.max_drawdown",
            "3",
            "risk.max_drawdown: expected a share above 0 and up to 100 % (1 in the file), found 300 % (3)",
        ),
        ("ticks.redis_url", "redis://u:hunter2@h/0", "without user and password"),
    ],
)
def test_a_wrong_value_changes_nothing(
    private_environment: Path, capsys: Output, name: str, value: str, words: str
) -> None:
    """The file is not even made, the words name no line that is not there, and the exit code is 2."""
    assert main(["settings", "set", name, value]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "line" not in said
    assert "hunter2" not in said
    assert not private_environment.exists()


def test_a_change_is_journalled_with_old_and_new_value(private_environment: Path, capsys: Output) -> None:
    """Every account's journal hears of it at once; one that a desk holds is named, and hears at that desk's start."""
    idle, held = (journal_path(private_environment, "S", login) for login in (1, 2))
    Journal(idle).close()
    desk = Journal(held)
    assert main(["settings", "set", "desk.max_pending", "5"]) == 0
    assert "S_2.sqlite3 learns of it at the next start" in capsys.readouterr().out
    desk.close()
    event = newest(idle)
    assert event is not None
    assert (event.actor, event.reason) == ("trader", "desk.max_pending: 200 -> 5")
    assert newest(held) is None


def test_an_edit_of_the_file_is_noticed(private_environment: Path) -> None:
    """What counts is compared with what the journal heard last, so that no way of changing it is missed."""
    path, clock = journal_path(private_environment, "S", 1), SystemClock()
    journal = Journal(path)
    usual = defaults()
    assert record_settings(journal, usual, usual, clock, "desk") == {}
    edited = usual | {"desk.max_pending": 7, "risk.max_drawdown": 0.05}
    assert record_settings(journal, edited, usual, clock, "desk") == {
        "desk.max_pending": (200, 7),
        "risk.max_drawdown": (0.1, 0.05),
    }
    head = journal.head
    assert record_settings(journal, edited, usual, clock, "desk") == {}
    assert journal.head == head
    older = {name: value for name, value in edited.items() if name != "desk.max_pending"}
    assert record_settings(journal, older, usual, clock, "desk") == {"desk.max_pending": (7, None)}
    journal.close()


def test_a_file_that_was_wrong_before_is_told_with_its_line(private_environment: Path, capsys: Output) -> None:
    """A change of another setting is refused with the line to mend; the wrong setting itself can be set."""
    private_environment.mkdir()
    (private_environment / "settings.toml").write_text("[desk]\n\nmax_pending = 0\n", encoding="utf-8")
    assert main(["settings", "set", "desk.requote_retries", "1"]) == 2
    assert "settings.toml, line 3: desk.max_pending" in capsys.readouterr().err
    assert main(["settings", "set", "desk.max_pending", "9"]) == 0


def test_profiles_are_listed_with_their_sources(capsys: pytest.CaptureFixture[str]) -> None:
    """Whose they are, where and when they were read, and what of them is not verified."""
    assert main(["settings", "profiles"]) == 0
    printed = capsys.readouterr().out
    assert "FTMO Challenge 1-Step (FTMO, read on 2026-11-28)\n    https://ftmo.com/en/trading-objectives\n" in printed
    assert "    not verified: the profits at which the plan's steps of 3, 4, 5, 10 and 15 lots begin\n" in printed
