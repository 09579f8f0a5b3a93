# SPDX-License-Identifier: MIT
"""Setting an account up in the window: simulated, or tried, cancelled, told and kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.mt5.constants import AccountTradeMode
from arbitrex_desktop.raw_layer.connection.terminal_client import TransportFactory
from arbitrex_desktop.settings.account_setup import AccountSetup
from arbitrex_desktop.settings.in_force import load
from arbitrex_desktop.settings.start import parse
from arbitrex_desktop.ui.onboarding.account_window import AccountWindow
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule
from tests.fakes.passwords import FakePasswordStore
from tests.fakes.records import replace
from tests.fakes.transport import FakeTransport, HangingTransport
from tests.ui.conftest import OPEN_MS

TERMINAL = "C:/Broker/terminal64.exe"


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, private_environment: Path) -> None:
    """Stand in an empty folder with a data folder and locks of one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def store() -> FakePasswordStore:
    """Return a store in memory."""
    return FakePasswordStore()


@pytest.fixture
def transport() -> FakeTransport:
    """Return what reaches the broker."""
    return FakeTransport(FakeModule(), ManualClock())


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, store: FakePasswordStore, transport: FakeTransport) -> Iterator[AccountWindow]:
    """Return the window, open, with nothing set up."""
    setup = AccountSetup(parse([]), lambda: store, transport.factory, lambda: (TERMINAL,))
    made = AccountWindow(setup, theme)
    qtbot.addWidget(made)
    made.begin()
    yield made
    made.close()


def type_account(window: AccountWindow, login: str = "", server: str = "") -> None:
    """Type an account, that of the fake broker where nothing is said."""
    module = FakeModule()
    window.real.click()
    window.terminal.setCurrentText("The terminal used last")
    window.login.setText(login or str(module.account.login))
    window.server.setText(server or module.account.server)
    window.password.setText("hunter2")


def test_the_simulated_account_is_kept_and_begun(window: AccountWindow, qtbot: QtBot) -> None:
    """By one press; the next start finds it, and the trader is shown around."""
    with qtbot.waitSignal(window.chosen) as chosen:
        window.simulated.click()
    assert chosen.args == [False, True]
    assert [account.is_simulated for account in load(parse([])).accounts] == [True]
    assert not window.isVisible()


def test_beside_a_real_account_the_simulated_one_is_for_this_time_only(window: AccountWindow, qtbot: QtBot) -> None:
    """Nothing that is set up is lost by a look at the simulator."""
    type_account(window)
    window.keep.click()
    window.begin()
    window.tour.setChecked(False)
    with qtbot.waitSignal(window.chosen) as chosen:
        window.simulated.click()
    assert chosen.args == [True, False]
    assert [account.is_simulated for account in load(parse([])).accounts] == [False]


def test_a_login_is_tried_before_it_is_kept(
    window: AccountWindow, qtbot: QtBot, store: FakePasswordStore, private_environment: Path
) -> None:
    """The broker's answer in words; the password goes to the store and to no file, and leaves the field."""
    type_account(window)
    window.test.click()
    qtbot.waitUntil(lambda: "answers, DEMO" in window.outcome.text(), timeout=OPEN_MS)
    assert window.outcome.tone is Tone.GOOD
    assert store.kept == {}
    with qtbot.waitSignal(window.chosen) as chosen:
        window.keep.click()
    assert chosen.args == [False, True]
    assert list(store.kept.values()) == ["hunter2"]
    assert "hunter2" not in (private_environment / "settings.toml").read_text(encoding="utf-8")
    assert window.password.text() == ""


def logging_in(qtbot: QtBot, theme: Theme, transport: TransportFactory) -> AccountWindow:
    """Return a window in which an account was typed and its login is tested through a transport."""
    window = AccountWindow(AccountSetup(parse([]), FakePasswordStore, transport, tuple), theme)
    qtbot.addWidget(window)
    window.begin()
    type_account(window)
    window.test.click()
    return window


def test_a_live_account_is_told_as_real_money(qtbot: QtBot, theme: Theme) -> None:
    """In another tone, with what that means."""
    module = FakeModule()
    module.account = replace(module.account, trade_mode=AccountTradeMode.REAL)
    window = logging_in(qtbot, theme, FakeTransport(module, ManualClock()).factory)
    qtbot.waitUntil(lambda: "real money" in window.outcome.text(), timeout=OPEN_MS)
    assert window.outcome.tone is Tone.WARN
    window.close()


def test_a_login_under_way_shows_it_and_can_be_cancelled(qtbot: QtBot, theme: Theme) -> None:
    """Progress in sight, nothing else to press; Cancel ends it and the fields are there again."""
    slow = HangingTransport()
    window = logging_in(qtbot, theme, slow.factory)
    assert window.progress.isVisible()
    assert window.outcome.text().startswith("Logging in, 0 s")
    assert not window.keep.isEnabled()
    assert slow.asked.wait(10.0)
    window.cancel.click()
    qtbot.waitUntil(lambda: window.outcome.text() == "Cancelled", timeout=OPEN_MS)
    assert not window.progress.isVisible()
    assert window.test.isEnabled()
    window.close()


def test_closing_ends_a_login_under_way(qtbot: QtBot, theme: Theme) -> None:
    """A window that is gone keeps no host."""
    slow = HangingTransport()
    window = logging_in(qtbot, theme, slow.factory)
    assert slow.asked.wait(10.0)
    window.close()
    assert slow.killed.is_set()
    qtbot.waitUntil(lambda: not window._asker.is_busy, timeout=OPEN_MS)


@pytest.mark.parametrize(("login", "server", "words"), [("12x", "S", "digits only"), ("1", " ", "Server: as")])
def test_what_cannot_be_an_account_is_told_in_words(
    window: AccountWindow, login: str, server: str, words: str, store: FakePasswordStore
) -> None:
    """Neither tried nor kept."""
    type_account(window, login, server)
    for button in (window.test, window.keep):
        button.click()
        assert words in window.outcome.text()
    assert store.kept == {}
    assert window.isVisible()


def test_a_refusal_and_a_broken_store_are_told(window: AccountWindow, qtbot: QtBot, store: FakePasswordStore) -> None:
    """In the broker's and the store's words; the window stays."""
    type_account(window, "999")
    window.test.click()
    qtbot.waitUntil(lambda: "999" in window.outcome.text(), timeout=OPEN_MS)
    assert window.outcome.tone is Tone.BAD
    store.broken = "there is no store"
    window.keep.click()
    assert window.outcome.text() == "there is no store"
    assert window.isVisible()


def test_terminals_found_are_offered(window: AccountWindow) -> None:
    """The first found stands there; what was typed is not overwritten by looking again."""
    assert window.terminal.currentText() == TERMINAL
    window.terminal.setCurrentText("D:/mine/terminal64.exe")
    window.begin()
    assert window.terminal.currentText() == "D:/mine/terminal64.exe"


def test_what_stands_before_is_told(window: AccountWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account of the environment goes first, and the simulator by environment before all."""
    assert not window.before.isVisible()
    for name, value, words in (("MT5_LOGIN", "1", ".env is tried first"), ("MT5_TERMINAL", "simulated", "wait until")):
        monkeypatch.setenv(name, value)
        window.begin()
        assert words in window.before.text()
        assert window.before.isVisible()


def test_return_takes_the_answer_on_the_first_page(window: AccountWindow, qtbot: QtBot) -> None:
    """It has no field to type into; the button with the keyboard is pressed by Return as by the space bar."""
    qtbot.waitUntil(window.simulated.hasFocus, timeout=OPEN_MS)
    with qtbot.waitSignal(window.chosen):
        QTest.keyClick(window, Qt.Key.Key_Return)
