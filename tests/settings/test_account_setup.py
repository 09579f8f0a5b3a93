# SPDX-License-Identifier: MIT
"""Setting an account up: terminals found, a login tried and cancelled, accounts kept in their order."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest

from arbitrex_desktop.mt5.errors import HostDied
from arbitrex_desktop.raw_layer.connection.sessions import SessionConfig
from arbitrex_desktop.settings.account_setup import (
    SIMULATED_ACCOUNT,
    LoginTrial,
    found_terminals,
    keep_account,
    name_for,
)
from arbitrex_desktop.settings.catalogue import Account
from arbitrex_desktop.settings.in_force import load
from arbitrex_desktop.settings.start import parse
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule
from tests.fakes.passwords import FakePasswordStore
from tests.fakes.transport import FakeTransport, HangingTransport


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stand in an empty folder with a folder of one's own for locks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def kept() -> list[str]:
    """Return the names of the accounts kept, in their order."""
    return [account.name for account in load(parse([])).accounts]


def test_terminals_are_found_where_they_noted_themselves_and_where_programs_are(tmp_path: Path) -> None:
    """Each once; a note that cannot be read, or of a terminal that is gone, is none."""
    portable, installed = tmp_path / "Portable", tmp_path / "Programs" / "Broker MT5"
    for folder in (portable, installed):
        folder.mkdir(parents=True)
        (folder / "terminal64.exe").touch()
    (tmp_path / "Programs" / "Other").mkdir()
    for name, text in (("A", str(portable)), ("B", str(installed)), ("C", str(tmp_path / "gone"))):
        data = tmp_path / "Roaming" / "MetaQuotes" / "Terminal" / name
        data.mkdir(parents=True)
        (data / "origin.txt").write_text(text, encoding="utf-16")
    broken = tmp_path / "Roaming" / "MetaQuotes" / "Terminal" / "D"
    broken.mkdir()
    (broken / "origin.txt").write_bytes(b"\xff")
    environment = {"APPDATA": str(tmp_path / "Roaming"), "PROGRAMFILES": str(tmp_path / "Programs")}
    expected = (str(portable / "terminal64.exe"), str(installed / "terminal64.exe"))
    assert found_terminals(environment) == expected
    assert found_terminals({}) == ()


def test_a_name_is_made_of_server_and_number() -> None:
    """Of the letters that settings.toml allows, and no longer than that."""
    assert name_for(123, "Broker Ltd.-Demo") == "Broker-Ltd-Demo-123"
    assert name_for(2**63 - 1, "x" * 60) == f"{'x' * 20}-{2**63 - 1}"


def test_an_account_chosen_is_tried_first(private_environment: Path) -> None:
    """Before those that are there, whose comments stay; chosen again, it is not there twice."""
    store = FakePasswordStore()
    for login in (1, 2):
        keep_account(Account(f"a{login}", login, "S"), "p", store, print, first=True)
    assert kept() == ["a2", "a1"]
    file = private_environment / "settings.toml"
    file.write_text(f"# mine\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    keep_account(Account("again", 1, "S"), "q", store, print, first=True)
    assert kept() == ["again", "a2"]
    assert file.read_text(encoding="utf-8").startswith("# mine\n")
    assert store.kept == {(1, "S"): "q", (2, "S"): "p"}


def test_real_and_simulated_take_each_others_place(private_environment: Path) -> None:
    """They cannot be mixed, so choosing one lets the other go."""
    store = FakePasswordStore()
    keep_account(SIMULATED_ACCOUNT, "", store, print, first=True)
    assert kept() == ["simulated"]
    keep_account(Account("real", 1, "S"), "", store, print, first=True)
    assert kept() == ["real"]
    assert store.kept == {}


def test_a_login_is_tried_and_told() -> None:
    """The broker's answer in a sentence; nothing of the host is left."""
    module = FakeModule()
    transport = FakeTransport(module, ManualClock())
    session = SessionConfig("x", None, module.account.login, "p", module.account.server)
    answer = LoginTrial(session, transport.factory).run()
    assert answer.message.startswith(f"{module.account.login} at {module.account.server} answers, DEMO, balance ")
    assert transport.pid is None


def test_a_login_that_hangs_is_cancelled() -> None:
    """At once, in the word of the one who cancelled it; the terminal is free for the next."""
    transport = HangingTransport()
    trial = LoginTrial(SessionConfig("x"), lambda _: transport)
    errors: list[Exception] = []

    def run() -> None:
        try:
            trial.run()
        except HostDied as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert transport.asked.wait(10.0)
    trial.cancel()
    thread.join(10.0)
    assert [str(error) for error in errors] == ["cancelled"]
    assert LoginTrial(SessionConfig("x"), FakeTransport(FakeModule(), ManualClock()).factory).run().account.login
