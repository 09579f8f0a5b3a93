# SPDX-License-Identifier: MIT
"""The environment and `.env`: read as typed, and the session that they describe."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.raw_layer.connection.environment import (
    others_may_read,
    parse_env,
    read_environment,
    secrets_in,
    sessions_from,
)
from arbitrex_desktop.raw_layer.errors import SessionConfigError

ACCOUNT = {"MT5_LOGIN": "123", "MT5_PASSWORD": "hunter2", "MT5_SERVER": "Broker-Demo"}
TERMINAL = r"C:\Program Files\Broker MT5\new\terminal64.exe"


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stand in an empty folder, where no `.env` is."""
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


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_a_windows_path_stays_as_it_is_typed(quote: str) -> None:
    r"""In either quotes or none, `\t` and `\n` of a path are a backslash and a letter."""
    assert parse_env(f"MT5_TERMINAL={quote}{TERMINAL}{quote}") == {"MT5_TERMINAL": TERMINAL}


@pytest.mark.parametrize(
    "password",
    ["p${X}q", "$X", "a#b", "a #b", '"abc', "abc'", 'a"b', "a=b=c", r"a\nb", "pässwörd", "%X%", "`id`", "a'b\"c"],
)
def test_a_password_is_what_was_typed(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No character means anything: none is a variable, a comment, an escape or the end."""
    monkeypatch.setenv("X", "zzz")
    Path(".env").write_text(f"# mine\nMT5_PASSWORD={password}\nMT5_LOGIN=1\n", encoding="utf-8")
    assert read_environment()["MT5_PASSWORD"] == password
    assert read_environment()["MT5_LOGIN"] == "1"


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])))
def test_any_text_comes_back_in_quotes(text: str) -> None:
    """Whatever a value is, in a pair of quotes it comes back whole, blanks and other quotes included."""
    assert parse_env(f"NAME='{text}'") == {"NAME": text}


def test_lines_as_people_write_them() -> None:
    """Blanks around name and value, `export`, empty values; what is no assignment says nothing."""
    text = "\r\n  export A = 1 \n# B=2\n\nC\nD=\n E=  x y \n= 5\nF-G=1"
    assert parse_env(text) == {"A": "1", "D": "", "E": "x y"}


def test_blanks_of_a_password_stay_in_quotes() -> None:
    """A password may begin and end with blanks; login and server may not."""
    values = parse_env("MT5_LOGIN= 7 \nMT5_PASSWORD=' p '\nMT5_SERVER=' S '")
    assert sessions_from(values)["main"]["password"] == " p "
    assert sessions_from(values)["main"]["server"] == "S"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_or_without_its_mark(encoding: str, tmp_path: Path) -> None:
    """Notepad puts a byte order mark in front; the first variable is read all the same."""
    (tmp_path / ".env").write_text("MT5_LOGIN=1\r\nMT5_SERVER=Bröker\r\n", encoding=encoding, newline="")
    environment = read_environment()
    assert (environment["MT5_LOGIN"], environment["MT5_SERVER"]) == ("1", "Bröker")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("MT5_LOGIN=1".encode("utf-16"), "UTF-16"),
        ("MT5_LOGIN=1".encode("utf-16-le"), "UTF-16"),
        ("A=1\nMT5_PASSWORD=hünter2".encode("cp1252"), r"not UTF-8 \(line 2\)"),
        (b"A=1\nMT5_PASSWORD=hunter2\0", r"NUL character.*\(line 2\)"),
    ],
)
def test_another_encoding_is_refused_in_words(data: bytes, words: str, tmp_path: Path) -> None:
    """The words name the encoding or the letter and how to mend it, and repeat nothing of the file."""
    (tmp_path / ".env").write_bytes(data)
    with pytest.raises(SessionConfigError, match=f"{words}.*(save it as UTF-8|write that line anew)") as caught:
        read_environment()
    assert "nter2" not in str(caught.value)


def test_every_password_of_ours_is_a_secret() -> None:
    """The log is told of each account's password and of the Redis's, and of nobody else's."""
    names = ("MT5_PASSWORD", "MT5_PASSWORD_LIVE", "ARBITREX_REDIS_PASSWORD", "OTHER_PASSWORD", "MT5_LOGIN")
    assert secrets_in({name: name for name in names}) == list(names[:3])


@pytest.mark.skipif(os.name != "posix", reason="on Windows a user's folders are private by their access lists")
def test_a_file_that_others_may_read_is_known(tmp_path: Path) -> None:
    """Any bit for the group or the world counts; a file that is not there is nobody's to read."""
    path = tmp_path / ".env"
    assert not others_may_read(path)
    path.write_text("MT5_LOGIN=1\n", encoding="utf-8")
    path.chmod(0o600)
    assert not others_may_read(path)
    path.chmod(0o640)
    assert others_may_read(path)
