# SPDX-License-Identifier: MIT
"""Registered strategies: a token each, which can be revoked, and limits of their own."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

import pytest

from arbitrex_desktop.__main__ import main
from arbitrex_desktop.client import DeskClient, DeskRefused, NoDesk
from arbitrex_desktop.desk.gateway.gateway import MOST_OF_A_STRATEGY, Gateway
from arbitrex_desktop.desk.gateway.strategies import AutoApproval, RegisterError, Strategy, StrategyRegister
from tests.desk.conftest import BuildDesk, Desk
from tests.desk.gateway.conftest import SUBMIT, until
from tests.fakes.broker_data import make_symbol


@pytest.fixture
def register(folder: Path) -> StrategyRegister:
    """Give the register of the data folder, with one strategy that may do all that the risk manager allows."""
    register = StrategyRegister(folder)
    register.add(Strategy("alpha", ""))
    return register


def token_of(register: StrategyRegister, name: str = "alpha") -> str:
    """Return a strategy's token."""
    return register.token_path(name).read_text("ascii")


@pytest.mark.usefixtures("gateway")
def test_its_client_finds_the_token(register: StrategyRegister, folder: Path) -> None:
    """Registered, a strategy comes in as before: the client finds the token in the data folder."""
    with DeskClient("alpha", folder) as alpha:
        assert alpha.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
    with DeskClient("alpha", folder, token=token_of(register)) as alpha:
        assert alpha.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"


@pytest.mark.usefixtures("gateway")
def test_a_registered_name_needs_its_own_token(
    register: StrategyRegister, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither no token, nor another's, nor a made-up one; and no token is ever in the log or the register."""
    register.add(Strategy("beta", ""))
    tokens = [token_of(register), token_of(register, "beta"), "0" * 64]
    with caplog.at_level(logging.DEBUG):
        for wrong in tokens[1:]:
            with pytest.raises(DeskRefused) as caught:
                DeskClient("alpha", folder, token=wrong)
            assert caught.value.code == "BAD_TOKEN"
        register.token_path("alpha").unlink()
        with pytest.raises(DeskRefused, match="BAD_TOKEN: alpha is registered, and this is not its token"):
            DeskClient("alpha", folder)
    assert not any(token in caplog.text or token in register.path.read_text() for token in tokens)


def test_a_revoked_strategy_is_out_at_once(
    register: StrategyRegister, gateway: Gateway, folder: Path, desk: Desk
) -> None:
    """Its connections end, its token counts no more, and what it had pending stays for the trader to decide."""
    token = token_of(register)
    with DeskClient("alpha", folder) as alpha, DeskClient("other", folder) as other:
        waiting = alpha.submit("EURUSD", "buy", **SUBMIT)
        register.revoke("alpha")
        until(lambda: gateway.clients == 1)
        with pytest.raises(NoDesk):
            alpha.submit("EURUSD", "buy", **SUBMIT)
        assert other.submit("GBPUSD", "buy", **SUBMIT).state == "PENDING"
    assert desk.row(waiting.intent_id).can_approve
    with pytest.raises(DeskRefused, match="NOT_REGISTERED"):
        DeskClient("alpha", folder, token=token)
    assert not register.token_path("alpha").exists()


@pytest.mark.usefixtures("gateway")
def test_its_own_limits(folder: Path, desk: Desk) -> None:
    """Other symbols and larger intents are refused before they are journalled; without a size, its largest is asked."""
    StrategyRegister(folder).add(Strategy("small", "", symbols=("EURUSD",), max_lots=0.05, intents_a_second=1.0))
    with DeskClient("small", folder) as small:
        for symbol, lots, words in (("GBPUSD", 0.01, "may not trade GBPUSD"), ("EURUSD", 0.06, "0.05 lots at most")):
            with pytest.raises(DeskRefused, match=words) as caught:
                small.submit(symbol, "buy", requested_volume=lots, **SUBMIT)
            assert caught.value.code == "NOT_ALLOWED"
        assert desk.core.snapshot().intents == ()
        assert small.submit("EURUSD", "buy", requested_volume=0.05, **SUBMIT).state == "PENDING"
        sized = small.submit("EURUSD", "buy", **SUBMIT)
        assert desk.intent(sized.intent_id).request.requested_volume == 0.05
        for _ in range(16):
            small.submit("EURUSD", "buy", **SUBMIT)
        with pytest.raises(DeskRefused, match="TOO_FAST"):
            small.submit("EURUSD", "buy", **SUBMIT)
        desk.clock.advance(0.9)
        with pytest.raises(DeskRefused, match="TOO_FAST"):
            small.submit("EURUSD", "buy", **SUBMIT)


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize(
    ("listed", "sent", "taken"),
    [
        ("EURUSD", "EURUSDm", True),
        ("EURUSDm", "EURUSD", True),
        ("EURUSD", "EURUSD", True),
        ("GBPUSD", "EURUSDm", False),
        ("AUDUSD", "AUDUSD.r", False),
    ],
)
def test_its_symbols_go_by_either_name(folder: Path, desk: Desk, *, listed: str, sent: str, taken: bool) -> None:
    """Limits and intents may use the plain name or the broker's; an ambiguous plain name lets none of them in."""
    desk.broker.infos = {name: make_symbol(name) for name in ("EURUSDm", "GBPUSDm", "AUDUSD.r", "AUDUSD_x")}
    desk.broker.set_quote("EURUSDm", 1.1)
    StrategyRegister(folder).add(Strategy("small", "", symbols=(listed,)))
    with DeskClient("small", folder) as small:
        if taken:
            assert desk.row(small.submit(sent, "buy", **SUBMIT).intent_id).symbol == "EURUSDm"
        else:
            with pytest.raises(DeskRefused, match=f"NOT_ALLOWED: small may not trade {sent}"):
                small.submit(sent, "buy", **SUBMIT)


@pytest.mark.usefixtures("gateway")
def test_it_has_connections_of_its_own(register: StrategyRegister, folder: Path) -> None:
    """So many of one strategy; the next is told so, and others are not touched."""
    del register
    inside = [DeskClient("alpha", folder) for _ in range(MOST_OF_A_STRATEGY)]
    with pytest.raises(NoDesk, match="TOO_MANY_CLIENTS"):
        DeskClient("alpha", folder)
    DeskClient("other", folder).close()
    for each in inside:
        each.close()


def test_approved_by_itself_up_to_its_size(folder: Path, build: BuildDesk) -> None:
    """What the register allows is approved without the trader, as the settings' own table is; revoked, no more."""
    register = StrategyRegister(folder)
    register.add(Strategy("auto", "", auto_approve_lots=0.1))
    lots = AutoApproval({"chosen": 0.2, "auto": 0.05}, register)
    assert (dict(lots), len(lots), bool(AutoApproval({}, register))) == ({"auto": 0.1, "chosen": 0.2}, 2, True)
    assert lots.get("nobody", 0.0) == 0.0
    register.revoke("auto")
    assert dict(lots) == {"chosen": 0.2, "auto": 0.05}
    assert not AutoApproval({}, register)
    del build


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists, not permission bits")
def test_the_files_are_the_owners_alone(folder: Path) -> None:
    """Register and tokens can be read by nobody else, whatever the umask."""
    before = os.umask(0)
    try:
        register = StrategyRegister(folder)
        register.add(Strategy("alpha", ""))
    finally:
        os.umask(before)
    for path in (register.path, register.token_path("alpha")):
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("gateway")
def test_a_damaged_register_lets_no_strategy_in(register: StrategyRegister, folder: Path) -> None:
    """Nobody comes in under limits that cannot be read, and the words say which file it is."""
    register.path.write_text("{")
    with pytest.raises(DeskRefused, match=r"NOT_REGISTERED.*strategies\.json cannot be read"):
        DeskClient("alpha", folder)
    assert register.auto_approve_lots("alpha") == 0.0
    with pytest.raises(RegisterError):
        register.add(Strategy("beta", ""))


def test_the_command_line(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Add, list and revoke, with words for what cannot be; the token is never printed."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(folder))
    limits = ["--symbols", "EURUSD, GBPUSD", "--max-lots", "0.5", "--rate", "2", "--auto-approve", "0.1"]
    assert main(["strategy", "list"]) == 0
    assert main(["strategy", "add", "alpha", *limits]) == 0
    assert main(["strategy", "add", "beta"]) == 0
    assert main(["strategy", "list"]) == 0
    said = capsys.readouterr().out
    own = "EURUSD, GBPUSD; 0.50 lots at most; 2 intents a second at most; approved by itself up to 0.10 lots"
    assert f"alpha: {own} on SIMULATED and DEMO\n" in said
    assert (
        "beta: all symbols; any size the limits allow; 5 intents a second at most; every intent waits for you" in said
    )
    register = StrategyRegister(folder)
    assert token_of(register) not in said
    assert "token" not in json.loads(register.path.read_text())[0]
    for wrong, words in (
        (["add", "alpha"], "registered already"),
        (["add", "no name"], "cannot be"),
        (["add", "Manual"], "cannot be"),
        (["revoke", "gamma"], "no strategy 'gamma'"),
    ):
        assert main(["strategy", *wrong]) == 2
        assert words in capsys.readouterr().err
    assert main(["strategy", "revoke", "alpha"]) == 0
    assert set(register.all()) == {"beta"}
    with pytest.raises(SystemExit):
        main(["strategy", "add", "gamma", "--max-lots", "-1"])
