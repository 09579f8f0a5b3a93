# SPDX-License-Identifier: MIT
"""Command line, environment and `.env`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import arbitrex_desktop
from arbitrex_desktop.__main__ import main
from arbitrex_desktop.raw_layer.connection.environment import read_environment, sessions_from
from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.settings import Settings, parse

ACCOUNT = {"MT5_LOGIN": "123", "MT5_PASSWORD": "hunter2", "MT5_SERVER": "Broker-Demo"}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the machine's own account, and stand in an empty folder."""
    for name in (*ACCOUNT, "MT5_TERMINAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_an_account_becomes_the_session_of_the_guide() -> None:
    """Login as a number, the other values as they are, no terminal where none is named."""
    assert sessions_from(ACCOUNT) == {
        "main": {"terminal_path": None, "login": 123, "password": "hunter2", "server": "Broker-Demo"}
    }


def test_the_word_simulated_needs_no_account() -> None:
    """MT5_TERMINAL=simulated is a session by itself, whatever else is set."""
    assert sessions_from({**ACCOUNT, "MT5_TERMINAL": " Simulated "}) == {"main": {"terminal_path": "simulated"}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"MT5_LOGIN": "hunter2"}, "MT5_LOGIN must be the account's number"),
        ({"MT5_LOGIN": "-5"}, "MT5_LOGIN must be the account's number"),
        ({"MT5_PASSWORD": ""}, "MT5_PASSWORD is missing"),
        ({"MT5_SERVER": "", "MT5_PASSWORD": ""}, "MT5_PASSWORD and MT5_SERVER are missing"),
        (dict.fromkeys(ACCOUNT, ""), "no account is set up"),
    ],
)
def test_wrong_values_are_named_without_being_shown(changes: dict[str, str], words: str) -> None:
    """Each mistake names its variable; no value, least of all a password in the wrong place, is repeated."""
    with pytest.raises(SessionConfigError, match=words) as caught:
        sessions_from({**ACCOUNT, **changes})
    assert "hunter2" not in str(caught.value)


def test_nothing_falls_back_to_the_simulated_terminal() -> None:
    """An incomplete real account is an error, never a simulated one."""
    with pytest.raises(SessionConfigError):
        sessions_from({"MT5_TERMINAL": "C:/terminal64.exe"})


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is set in both places counts as the process has it."""
    (tmp_path / ".env").write_text("MT5_LOGIN=1\nMT5_SERVER=File\n", encoding="utf-8")
    monkeypatch.setenv("MT5_LOGIN", "2")
    environment = read_environment()
    assert (environment["MT5_LOGIN"], environment["MT5_SERVER"]) == ("2", "File")


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """`--env` with a wrong path is an error, not a start without an account."""
    with pytest.raises(SessionConfigError, match=r"nowhere\.env"):
        read_environment(tmp_path / "nowhere.env")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    """A binary file gives words, not a traceback."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00MT5")
    with pytest.raises(SessionConfigError, match="cannot be read"):
        read_environment(tmp_path / "binary")


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
    assert parse([]).sessions()["main"]["terminal_path"] == "simulated"
    assert parse(["--env", "other"]).env_file == Path("other")
    Path(".env").write_text("", encoding="utf-8")
    assert parse([]).env_file is None


def test_a_replay_selects_the_simulated_terminal(tmp_path: Path) -> None:
    """Without an account `--replay` plays simulated; with a real one it is refused."""
    settings = parse(["--replay", str(tmp_path), "--speed", "50"])
    assert settings.sessions() == {"main": {"terminal_path": "simulated"}}
    simulation = settings.simulation()
    assert simulation is not None
    assert (simulation.replay, simulation.speed, simulation.store) == ((tmp_path,), 50.0, None)
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in ACCOUNT.items()), encoding="utf-8")
    with pytest.raises(SessionConfigError, match="--replay plays on the simulated terminal"):
        settings.sessions()


def test_the_usual_start_leaves_the_simulation_to_the_pool() -> None:
    """Without replay and faults nothing special is asked of the simulated terminal."""
    assert Settings().simulation() is None


@pytest.mark.parametrize(
    "arguments", [["--speed", "0"], ["--speed", "nan"], ["--speed", "x"], ["--size", "big"], ["--nonsense"]]
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
