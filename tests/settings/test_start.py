# SPDX-License-Identifier: MIT
"""The command line of the window."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

import arbitrex_desktop
from arbitrex_desktop.__main__ import main
from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.settings import Settings, parse


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stand in an empty folder, where no `.env` is."""
    monkeypatch.chdir(tmp_path)


def test_the_data_folder_holds_for_the_whole_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--data-dir` is where library code called without it looks, too."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", "elsewhere")
    settings = parse(["--data-dir", str(tmp_path / "mine")])
    assert settings.data_dir == tmp_path / "mine"
    assert os.environ["ARBITREX_DATA_DIR"] == str(tmp_path / "mine")


def test_an_installed_program_finds_its_account_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The data folder's .env counts where the working folder has none; a named file counts before both."""
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(data))
    assert parse([]).env_file is None
    (data / ".env").write_text("MT5_TERMINAL=simulated\n", encoding="utf-8")
    assert parse([]).env_file == data / ".env"
    assert parse(["--env", "other"]).env_file == Path("other")
    Path(".env").write_text("", encoding="utf-8")
    assert parse([]).env_file is None


def test_a_replay_has_books_of_its_own(tmp_path: Path) -> None:
    """What is played, how fast, and no file of books, so that yesterday's replay is no part of today's."""
    simulation = parse(["--replay", str(tmp_path), "--speed", "50", "--from", "2026-03-02", "--strict"]).simulation()
    assert simulation is not None
    assert (simulation.replay, simulation.speed, simulation.store) == ((tmp_path,), 50.0, None)
    assert (simulation.replay_from, simulation.strict) == (datetime(2026, 3, 2), True)  # noqa: DTZ001 - the broker's clock


def test_the_usual_start_leaves_the_simulation_to_the_pool() -> None:
    """Without replay and faults nothing special is asked of the simulated terminal."""
    assert Settings().simulation() is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "yesterday"],
        ["--speed", "0"],
        ["--speed", "nan"],
        ["--speed", "x"],
        ["--size", "big"],
        ["--nonsense"],
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong argument ends with exit code 2 and names itself, and no function of the program's."""
    with pytest.raises(SystemExit) as caught:
        parse(arguments)
    assert caught.value.code == 2
    words = capsys.readouterr().err
    assert arguments[0] in words
    assert "invalid _" not in words


def test_a_file_of_faults_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A wrong `--faults` file is named, with the reason."""
    (tmp_path / "faults.toml").write_text("[[fault]]\nkind = 'NOPE'\n", encoding="utf-8")
    with pytest.raises(SessionConfigError, match=r"faults\.toml"):
        Settings(faults=tmp_path / "faults.toml").simulation()


def test_the_version_is_told_without_a_window(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints the version and ends."""
    with pytest.raises(SystemExit) as caught:
        parse(["--version"])
    assert caught.value.code == 0
    assert arbitrex_desktop.__version__ in capsys.readouterr().out


def test_the_journal_command_needs_no_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`arbitrex-desktop journal verify` is handed to the desk, with the folder to look in."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", "elsewhere")
    assert main(["--data-dir", str(tmp_path), "journal", "verify"]) == 2
