# SPDX-License-Identifier: MIT
"""`arbitrex-desktop account ...`, with a credential store in memory."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from arbitrex_desktop.command_line import make_parser
from arbitrex_desktop.mt5.host.messages import HostSpec
from arbitrex_desktop.raw_layer.connection.sessions import SessionConfig
from arbitrex_desktop.settings.account_cli import run
from arbitrex_desktop.settings.terminal_use import TerminalsInUse
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule
from tests.fakes.passwords import FakePasswordStore
from tests.fakes.transport import FakeTransport

Output = pytest.CaptureFixture[str]
ADD = ("add", "live", "--login", "123", "--server", "Broker-Live", "--password-stdin")


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stand in an empty folder, where no `.env` is, with a folder of one's own for locks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what puts a text on standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def account(store: FakePasswordStore, *words: str, **more: Callable[[HostSpec], FakeTransport]) -> int:
    """Run a command."""
    return run(make_parser().parse_args(["account", *words]), store, **more)


def test_an_account_is_added_listed_and_removed(
    private_environment: Path, type_in: Callable[[str], None], capsys: Output
) -> None:
    """The file has all but the password, the store has that; removing takes both away."""
    store = FakePasswordStore()
    type_in("p$x ü\n")
    assert account(store, *ADD) == 0
    type_in("q\n")
    assert account(store, "add", "reserve", "--login", "5", "--server", "S", "--password-stdin") == 0
    assert account(store, "add", "sim", "--login", "5", "--server", "S", "--terminal", "simulated") == 2
    assert "cannot be mixed" in capsys.readouterr().err
    assert account(store, "remove", "reserve") == 0
    assert store.kept == {(123, "Broker-Live"): "p$x ü"}
    assert account(store, "list") == 0
    shown = capsys.readouterr().out
    assert "live: 123 at Broker-Live, the terminal used last; password: the system's credential store" in shown
    assert "p$x" not in shown + (private_environment / "settings.toml").read_text(encoding="utf-8")
    assert account(store, "remove", "live") == 0
    assert store.kept == {}
    assert account(store, "list") == 2
    assert "no account is set up" in capsys.readouterr().err


def test_without_a_store_nothing_is_written(
    private_environment: Path, type_in: Callable[[str], None], capsys: Output
) -> None:
    """An account whose password was not kept is not half there."""
    type_in("hunter2\n")
    assert account(FakePasswordStore("there is no store"), *ADD) == 2
    assert "there is no store" in capsys.readouterr().err
    assert not (private_environment / "settings.toml").exists()


def test_a_password_of_a_refused_account_is_not_kept(type_in: Callable[[str], None], capsys: Output) -> None:
    """A name that is none is refused by the file's own rules, and the store forgets what it was given."""
    store = FakePasswordStore()
    type_in("hunter2\n")
    assert account(store, "add", "my live", "--login", "1", "--server", "S", "--password-stdin") == 2
    assert "expected a text of letters" in capsys.readouterr().err
    assert store.kept == {}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--login=0", "--server", "S"), "--login must be the account's number"),
        (("--login=1_000", "--server", "S"), "--login must be the account's number"),
        (("--login=-5", "--server", "S"), "--login must be the account's number"),
        (("--login=5", "--server", "  "), "--server must name the broker's server"),
        (("--login=5", "--server", "a\nb"), "account.server: expected a text of one line"),
        (("--login=5", "--server", "a\0b"), "account.server: expected a text of one line"),
        (("--login=5", "--server", "S", "--terminal", "C:\\x\n"), "account.terminal: expected a text of one line"),
    ],
)
def test_an_account_that_cannot_be_meant_is_refused(
    type_in: Callable[[str], None], capsys: Output, words: tuple[str, ...], told: str
) -> None:
    """Nothing of it is kept, neither in the file nor in the store."""
    store = FakePasswordStore()
    type_in("hunter2\n")
    assert account(store, "add", "live", *words, "--password-stdin") == 2
    assert told in capsys.readouterr().err
    assert store.kept == {}


def test_names_that_share_a_variable_are_one(type_in: Callable[[str], None], capsys: Output) -> None:
    """`my-live` and `MY_LIVE` would both have their password in MT5_PASSWORD_MY_LIVE."""
    store = FakePasswordStore()
    type_in("one\ntwo\n")
    assert account(store, "add", "my-live", "--login", "1", "--server", "S", "--password-stdin") == 0
    assert account(store, "add", "MY_LIVE", "--login", "2", "--server", "S", "--password-stdin") == 2
    assert "there is another account 'my-live' above" in capsys.readouterr().err
    assert store.kept == {(1, "S"): "one"}


def test_one_account_on_two_terminals_keeps_its_password_until_the_last_is_gone(
    type_in: Callable[[str], None],
) -> None:
    """The store knows accounts by number and server."""
    store = FakePasswordStore()
    for name, path in (("one", "C:\\one\\terminal64.exe"), ("two", '"C:\\two two\\terminal64.exe"')):
        type_in("pw\n")
        words = ("--login", "1", "--server", " S ", "--terminal", path, "--password-stdin")
        assert account(store, "add", name, *words) == 0
    assert account(store, "remove", "two") == 0
    assert store.kept == {(1, "S"): "pw"}
    assert account(store, "remove", "one") == 0
    assert store.kept == {}


@pytest.mark.parametrize("password", ['"q"', "'q'", "  sp  ", "\ttab", "a#b", "$x${Y}", "C:\\new", "é漢🎉", "export x"])
def test_a_password_is_kept_as_it_was_typed(type_in: Callable[[str], None], password: str) -> None:
    """Nothing in it means anything, but for the mark that PowerShell may put before it, and NUL, which none has."""
    store = FakePasswordStore()
    for line in (f"{password}\n", f"\ufeff{password}\r\n"):
        type_in(line)
        account(store, "remove", "live")
        assert account(store, *ADD) == 0
        assert store.kept == {(123, "Broker-Live"): password}
    account(store, "remove", "live")
    type_in(f"{password}\0\n")
    assert account(store, *ADD) == 2
    assert store.kept == {}


def test_a_password_is_changed(type_in: Callable[[str], None], capsys: Output) -> None:
    """The account stays where it is; an empty password changes nothing."""
    store = FakePasswordStore()
    type_in("old\n")
    account(store, *ADD)
    type_in("new\n")
    assert account(store, "password", "live", "--password-stdin") == 0
    type_in("\n")
    assert account(store, "password", "live", "--password-stdin") == 2
    assert store.kept == {(123, "Broker-Live"): "new"}
    assert account(store, "password", "nobody", "--password-stdin") == 2
    assert "known are live" in capsys.readouterr().err


def test_a_login_is_tried_with_the_kept_password(type_in: Callable[[str], None], capsys: Output) -> None:
    """The broker's answer in a line; the host is ended afterwards."""
    store, module = FakePasswordStore(), FakeModule()
    transport = FakeTransport(module, ManualClock())
    login, server = module.account.login, module.account.server
    type_in("geheim\n")
    account(store, "add", "live", "--login", str(login), "--server", server, "--password-stdin")
    capsys.readouterr()
    assert account(store, "test", "live", transport_factory=lambda _: transport) == 0
    assert f"live: {login} at {server} answers, DEMO" in capsys.readouterr().out
    assert module.passwords == ["geheim"]
    assert transport.pid is None


def test_a_refused_login_is_told(type_in: Callable[[str], None], capsys: Output) -> None:
    """With the module's own words, and exit code 1."""
    store, module = FakePasswordStore(), FakeModule()
    type_in("wrong\n")
    account(store, *ADD)
    module.refused_logins.add(123)
    assert account(store, "test", "live", transport_factory=lambda _: FakeTransport(module, ManualClock())) == 1
    assert "Authorization failed" in capsys.readouterr().err


def test_no_login_is_tried_while_a_desk_uses_the_terminal(type_in: Callable[[str], None], capsys: Output) -> None:
    """It would switch the desk's account; the host is not even started."""
    store = FakePasswordStore()
    type_in("x\n")
    account(store, *ADD)
    desk = TerminalsInUse([SessionConfig("other", None)])
    desk.start()
    try:
        assert account(store, "test", "live", transport_factory=lambda _: pytest.fail("a host was made")) == 2
    finally:
        desk.stop()
    assert "uses this terminal, and its account would change" in capsys.readouterr().err
    assert account(store, "test", "nobody") == 2


def test_a_readable_env_file_is_told(tmp_path: Path, capsys: Output) -> None:
    """`list` says how to mend it."""
    env = tmp_path / ".env"
    env.write_text("MT5_LOGIN=1\nMT5_PASSWORD=x\nMT5_SERVER=S\n", encoding="utf-8")
    env.chmod(0o644)
    assert account(FakePasswordStore(), "list") == 0
    shown = capsys.readouterr().out
    assert "main: 1 at S, the terminal used last; password: in .env" in shown
    assert "may be read by others" in shown or sys.platform == "win32"
