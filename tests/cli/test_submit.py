# SPDX-License-Identifier: MIT
"""`arbitrex-desktop submit`: an intent from the command line, and the example strategy of the help."""

from __future__ import annotations

import argparse
import json
import runpy
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from arbitrex_desktop import client
from arbitrex_desktop.__main__ import main
from arbitrex_desktop.cli import submit
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.gateway.gateway import Gateway
from arbitrex_desktop.desk.gateway.messages import channel_schema
from arbitrex_desktop.desk.journal.journal import journal_opener
from tests.fakes.broker import FakeBroker
from tests.fakes.rpm import FakeRiskManager


def run(*arguments: str) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser()
    submit.add_parser(parser.add_subparsers())
    return submit.run(parser.parse_args(["submit", *arguments]))


@pytest.fixture
def rpm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRiskManager]:
    """Give the risk manager of a desk whose door is open."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(tmp_path))
    broker = FakeBroker()
    monkeypatch.setattr(client, "_now", broker.clock.now)
    manager = FakeRiskManager(broker)
    core = TradingCore(broker, lambda _: manager, clock=broker.clock, journal=journal_opener(tmp_path))
    core.attach(Gateway(core, tmp_path, broker.clock))
    core.start()
    yield manager
    core.stop()


def test_an_intent_is_submitted(rpm: FakeRiskManager, capsys: pytest.CaptureFixture[str]) -> None:
    """The desk's answer is printed, and the options reach the RPM."""
    assert run("EURUSD", "buy", "--confidence", "0.8", "--stop", "1.1", "--atr", "0.002", "--lots", "0.3") == 0
    assert "PENDING 0.30 lots" in capsys.readouterr().out
    (asked,) = rpm.recorded
    assert (asked.confidence_score, asked.stop_loss, asked.atr) == (0.8, 1.1, 0.002)
    assert (asked.strategy_id, asked.direction) == ("command-line", 1)


def test_an_order_that_rests_is_submitted(rpm: FakeRiskManager) -> None:
    """A price for a limit, a moment until which it rests: both reach the RPM; a moment needs its time zone."""
    until = "2030-01-31T17:00:00+01:00"
    assert run("EURUSD", "buy", "--confidence", "0.8", "--limit", "1.14", "--until", until) == 0
    assert run("EURUSD", "sell", "--confidence", "0.8", "--stop-entry", "1.13", "--day") == 0
    first, second = rpm.recorded
    assert (first.order_kind, first.order_price, first.expires_at) == ("LIMIT", 1.14, datetime.fromisoformat(until))
    assert (second.order_kind, second.order_price, second.expires_at) == ("STOP", 1.13, None)
    with pytest.raises(SystemExit):
        run("EURUSD", "buy", "--confidence", "0.8", "--limit", "1.14", "--until", "2030-01-31T17:00")


def test_a_refusal_ends_with_one(rpm: FakeRiskManager, capsys: pytest.CaptureFixture[str]) -> None:
    """The RPM's no is an exit code, with its words on the screen."""
    rpm.refusal = ("SPREAD", "the spread is too wide")
    assert run("EURUSD", "sell", "--confidence", "0.8", "--wait", "1") == 1
    assert "the spread is too wide" in capsys.readouterr().out


def test_without_a_desk_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No desk, no trade: exit code 2 and a clear word, without the system's own about a missing file."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(tmp_path))
    assert run("EURUSD", "buy", "--confidence", "0.8") == 2
    told = capsys.readouterr().err
    assert "no desk is running" in told
    assert "Errno" not in told


def test_the_example_strategy_runs(
    rpm: FakeRiskManager, project_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example in the help does what the help says."""
    example = runpy.run_path(str(project_root / "resources" / "help" / "example_strategy.py"))
    example["run"](rounds=2, pause=0.0)
    assert capsys.readouterr().out.count("PENDING 0.1 lots") == 2
    assert [asked.strategy_id for asked in rpm.recorded] == ["example", "example"]


@pytest.mark.parametrize(("option", "value"), [("--lots", "nan"), ("--stop", "inf"), ("--atr", "much")])
def test_a_number_that_is_none_is_named(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The option and what was typed are told; nothing is sent."""
    with pytest.raises(SystemExit, match="2"):
        run("EURUSD", "buy", "--confidence", "0.8", option, value)
    assert f"argument {option}: must be a finite number, not '{value}'" in capsys.readouterr().err


def test_a_symbol_that_the_broker_lacks_is_named(rpm: FakeRiskManager, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped symbol is called that, and not one whose volatility cannot be measured."""
    assert run("NOPE", "buy", "--confidence", "0.8") == 1
    assert "the broker has no symbol NOPE among those that this program watches" in capsys.readouterr().out
    assert rpm.recorded == []


def test_the_schema_of_the_channel_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """`arbitrex-desktop schema` prints one JSON document, the same whose parts the desk checks messages against."""
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == channel_schema()
