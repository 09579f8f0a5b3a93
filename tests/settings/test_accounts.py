# SPDX-License-Identifier: MIT
"""The sessions that `.env` and the accounts of settings.toml add up to."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.settings import Settings
from arbitrex_desktop.settings.accounts import sessions_of
from arbitrex_desktop.settings.catalogue import Account

ENV = {"MT5_LOGIN": "123", "MT5_PASSWORD": "hunter2", "MT5_SERVER": "Broker-Demo"}
FIRST = {"terminal_path": None, "login": 123, "password": "hunter2", "server": "Broker-Demo"}
SECOND = Account("second-one", 456, "Other-Live", r"C:\MT5\terminal64.exe")
SECOND_SESSION = {"terminal_path": SECOND.terminal, "login": 456, "password": None, "server": "Other-Live"}
SIMULATED = {"main": {"terminal_path": "simulated"}}


def test_the_account_of_the_environment_comes_first() -> None:
    """Then those of settings.toml in their order; one that is the same account is not tried twice."""
    same = Account("again", 123, "Broker-Demo")
    sessions = sessions_of(Settings(), ENV, (SECOND, same))
    assert list(sessions.items()) == [("main", FIRST), ("second-one", SECOND_SESSION)]


def test_accounts_of_the_file_need_no_environment() -> None:
    """Without MT5_ variables the file's accounts are the whole list."""
    assert list(sessions_of(Settings(), {}, (SECOND,))) == ["second-one"]


def test_each_account_has_a_variable_for_its_password() -> None:
    """MT5_PASSWORD_ and the name in capitals; without one the terminal uses what it has saved."""
    assert SECOND.password_variable == "MT5_PASSWORD_SECOND_ONE"
    sessions = sessions_of(Settings(), {"MT5_PASSWORD_SECOND_ONE": "geheim"}, (SECOND,))
    assert sessions["second-one"]["password"] == "geheim"


def test_the_simulated_terminal_stands_in_for_nothing() -> None:
    """MT5_TERMINAL=simulated is the whole list, whatever accounts the file has."""
    assert sessions_of(Settings(), {"MT5_TERMINAL": "simulated"}, (SECOND,)) == SIMULATED


def test_a_simulated_account_of_the_file() -> None:
    """The word simulated selects it, with a login and server of its own."""
    sessions = sessions_of(Settings(), {}, (Account("a", 7, "Sim-A", "Simulated"),))
    assert sessions == {"a": {"terminal_path": "simulated", "login": 7, "password": None, "server": "Sim-A"}}


def test_two_accounts_of_one_name_are_told_apart() -> None:
    """`main` is the one of `.env`; another account of that name has to be renamed."""
    with pytest.raises(SessionConfigError, match="another name"):
        sessions_of(Settings(), ENV, (Account("main", 9, "Else"),))


def test_without_any_account_the_words_say_what_to_do() -> None:
    """Neither environment nor file: the way to set one up is named."""
    with pytest.raises(SessionConfigError, match="no account is set up"):
        sessions_of(Settings(), {}, ())


def test_a_wrong_account_is_told_with_the_file_that_is_meant(tmp_path: Path) -> None:
    """There may be several of that name: its whole path."""
    file = tmp_path / ".env"
    file.write_text("MT5_LOGIN=12\n", encoding="utf-8")
    with pytest.raises(SessionConfigError) as raised:
        sessions_of(Settings(env_file=file), {"MT5_LOGIN": "12", "MT5_SERVER": "S"}, ())
    assert str(raised.value) == f"MT5_PASSWORD is missing in .env ({file})"


@pytest.mark.parametrize("start", [Settings(replay=Path()), Settings(self_test=True)])
def test_a_replay_and_the_self_test_are_simulated(start: Settings) -> None:
    """They select the simulated terminal where the environment names nothing, and never the file's accounts."""
    assert sessions_of(start, {}, (SECOND,)) == SIMULATED


def test_a_self_test_on_a_demo_account_takes_the_accounts_as_they_are() -> None:
    """The account that it may trade on can be one of settings.toml; it is not quietly run on the simulator instead."""
    assert list(sessions_of(Settings(self_test=True, demo_login=456), {}, (SECOND,))) == ["second-one"]


def test_a_replay_on_a_real_account_is_refused() -> None:
    """What the environment says is not overruled in silence."""
    with pytest.raises(SessionConfigError, match="--replay plays on the simulated terminal"):
        sessions_of(Settings(replay=Path()), ENV, ())
