# SPDX-License-Identifier: MIT
"""Alerts living beside a desk: judged at a change of price without the window, kept, and never in anybody's way."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from arbitrex_desktop.desk.alerts.alert_desk import AlertDesk
from arbitrex_desktop.desk.alerts.facts import Facts
from arbitrex_desktop.desk.alerts.store import AlertStore
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.presentation.alert_rows import AlertCall, AlertKind, AlertRule, AlertWays
from arbitrex_desktop.mt5.commands import ListedSymbol
from arbitrex_desktop.raw_layer.symbols import SymbolBook
from tests.desk.conftest import Desk
from tests.fakes.clock import ManualClock
from tests.fakes.core import FakeBoard
from tests.fakes.desk_data import desk_snapshot, quote, risk_row
from tests.fakes.records import replace
from tests.fakes.secrets import FakeSecretStore
from tests.mt5.host.processes import until

CALM = desk_snapshot(intents=(), positions=())
PRICE = AlertRule("p", AlertKind.PRICE, "EURUSD", level=1.2, digits=5)


class Bench:
    """A desk of alerts on fakes."""

    def __init__(self, folder: Path, secrets: FakeSecretStore | None = None) -> None:
        self.board, self.clock = FakeBoard({"EURUSD": 5}), ManualClock()
        self.secrets = secrets or FakeSecretStore()
        self.hidden: list[str] = []
        self.desk = self.again(folder)

    def again(self, folder: Path) -> AlertDesk:
        """Return a desk on the same folder."""

        def hide(texts: Sequence[str]) -> None:
            self.hidden.extend(texts)

        store = AlertStore(folder / "alerts.json")
        return AlertDesk(self.board, store, self.secrets, self.clock, hide=hide)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a bench on an empty folder."""
    return Bench(tmp_path)


def test_a_price_calls_without_the_window(bench: Bench) -> None:
    """Its own thread judges a tick when it comes; stopping leaves nothing running."""
    bench.desk.put(PRICE)
    bench.desk.start()
    try:
        bench.board.put(quote("EURUSD", 1.21))
        until(lambda: bool(bench.desk.view().calls), "no call has come")
    finally:
        bench.desk.stop()
    assert [call.text for call in bench.desk.view().calls] == ["EURUSD price rose to 1.20000, now 1.21000"]
    assert not bench.board.listeners
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("alert")]


def test_a_plain_name_is_the_broker_s_and_what_would_never_call_is_refused(tmp_path: Path) -> None:
    """`EURUSD` typed where the broker has `x.EURUSD` calls; what it lacks, or nobody watches, is told at once."""
    bench = Bench(tmp_path)
    listed = (ListedSymbol(name, name[2:5], "USD", visible=True, tradable=True) for name in ("x.EURUSD", "x.GBPUSD"))
    bench.board = FakeBoard({"x.EURUSD": 5})
    book, store = SymbolBook(tuple(listed)), AlertStore(tmp_path / "alerts.json")
    desk = AlertDesk(bench.board, store, bench.secrets, bench.clock, meant_by=book.resolve)
    desk.put(PRICE)
    bench.board.put(quote("x.EURUSD", 1.21))
    assert [call.text for call in desk.look()] == ["x.EURUSD price rose to 1.20000, now 1.21000"]
    with pytest.raises(CommandRefused, match="NOSUCH: the broker does not have it"):
        desk.put(replace(PRICE, rule_id="q", symbol="NOSUCH"))
    with pytest.raises(CommandRefused, match=r"x\.GBPUSD is not watched"):
        desk.put(replace(PRICE, rule_id="q", symbol="GBPUSD"))
    desk.put(replace(PRICE, rule_id="q", symbol="NOSUCH", is_on=False))


def test_what_a_snapshot_shows_calls_in_that_very_snapshot(bench: Bench) -> None:
    """Account and state are judged when they are shown, so that nobody has to look at them besides."""
    assert bench.desk.take(CALM).calls == ()
    halted = replace(CALM, risk=risk_row(trading_state="HALTED", halt_reason="by you"))
    assert [call.text for call in bench.desk.take(halted).calls] == ["Trading is HALTED: by you"]


def test_without_a_price_nothing_is_woken(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread waits for the next tick, however long that takes; a closed market costs nothing."""
    waits: list[float | None] = []

    class Noted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout)
            return super().wait(timeout)

    monkeypatch.setattr(bench.desk, "_wake", Noted())
    bench.desk.start()
    try:
        until(lambda: bool(waits), "it never waited")
    finally:
        bench.desk.stop()
    assert set(waits) == {None}


def test_prices_wake_nobody_whose_rules_are_not_about_them(bench: Bench) -> None:
    """Without a rule, and with others or one that is off, its thread sleeps through all ticks."""
    bench.desk.start()
    try:
        for rule in (None, replace(PRICE, is_on=False), AlertRule("e", AlertKind.EQUITY, level=9_000.0)):
            if rule is not None:
                bench.desk.put(rule)
            bench.board.put(quote("EURUSD", 1.1))
            assert not bench.desk._wake.is_set()
        bench.desk.put(PRICE)
        bench.board.put(quote("EURUSD", 1.21))
        until(lambda: bool(bench.desk.view().calls), "no call has come")
    finally:
        bench.desk.stop()


@pytest.mark.expects_log_errors("judging the alerts failed")
def test_a_judgement_that_fails_is_told_and_hides_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot is shown all the same, and the next one is judged again."""

    def fail(_facts: Facts) -> tuple[AlertCall, ...]:
        raise ValueError("a rule is missing")

    with monkeypatch.context() as patched:
        patched.setattr(bench.desk._book, "judge", fail)
        assert bench.desk.take(CALM).trouble == "alerts cannot be judged: a rule is missing"
    halted = replace(CALM, risk=risk_row(trading_state="HALTED", halt_reason="by you"))
    assert len(bench.desk.take(halted).calls) == 1


def test_rules_and_states_are_kept(bench: Bench, tmp_path: Path) -> None:
    """A new desk on the folder has the rule, and does not call again for what has called."""
    bench.desk.put(PRICE)
    bench.board.put(quote("EURUSD", 1.21))
    assert len(bench.desk.look()) == 1
    again = bench.again(tmp_path)
    assert again.look() == ()
    assert again.view().rows[0].is_raised
    again.remove("p")
    assert [row.rule for row in bench.again(tmp_path).view().rows if not row.rule.is_permanent] == []


def test_calls_are_still_listed_after_a_restart(bench: Bench, tmp_path: Path) -> None:
    """Also after a second one, newest first; their numbers call nobody again, and new ones count from 1 as before."""
    bench.desk.put(PRICE)
    told = []
    for price in (1.21, 1.19, 1.22):
        bench.board.put(quote("EURUSD", price))
        told += [(call.at, call.text) for call in bench.desk.look()]
        bench.clock.advance(1.0)
    assert len(told) == 2
    first = bench.again(tmp_path)
    first.remove("p")
    kept = bench.again(tmp_path).view().calls
    assert [(call.at, call.text) for call in kept] == told[::-1]
    assert all(call.number < 1 for call in kept)


def test_secrets_go_to_the_store_and_nowhere_else(bench: Bench, tmp_path: Path) -> None:
    """Token and address are in the credential store, hidden from logs, and in no file."""
    ways = AlertWays(telegram=True, chat="42", webhook=True)
    bench.desk.set_ways(ways, token="token-abc", address="https://example.org/hook")
    assert bench.secrets.kept == {"Telegram": "token-abc", "Webhook": "https://example.org/hook"}
    assert set(bench.hidden) == {"token-abc", "https://example.org/hook"}
    made = [bench.desk._messenger(way) for way in ("Telegram", "Webhook")]
    assert [each.name for each in made if each is not None] == ["Telegram", "Webhook"]
    text = (tmp_path / "alerts.json").read_text(encoding="utf-8")
    assert "token-abc" not in text
    assert "example.org" not in text
    assert bench.again(tmp_path).view().ways == ways


def test_what_cannot_be_is_told_in_words(bench: Bench) -> None:
    """No address in clear; no test without a way; a store that is locked is a trouble, not an end."""
    with pytest.raises(CommandRefused, match="https://"):
        bench.desk.set_ways(AlertWays(webhook=True), address="http://example.org")
    with pytest.raises(CommandRefused, match="no blanks"):
        bench.desk.set_ways(AlertWays(webhook=True), address="https://example.org/a b")
    with pytest.raises(CommandRefused, match="no way out"):
        bench.desk.test_ways()
    bench.secrets.broken = "the store is locked"
    bench.desk._book.ways = AlertWays(telegram=True, chat="42")
    bench.desk.test_ways()
    bench.desk._outboxes["Webhook"].send_due()
    bench.desk._outboxes["Telegram"].send_due()
    assert "the store is locked" in bench.desk.view().trouble


def test_a_way_without_a_secret_does_not_cost_the_other_its_message(bench: Bench) -> None:
    """The one that is set up has its messenger; the other's trouble is told, and stands though the first one sends."""
    bench.desk.set_ways(AlertWays(telegram=True, chat="42", webhook=True), address="https://example.org/hook")
    assert getattr(bench.desk._messenger("Webhook"), "name", "") == "Webhook"
    bench.desk.test_ways()
    bench.desk._outboxes["Telegram"].send_due()
    bench.desk._take_trouble("Webhook", "")
    assert bench.desk.view().trouble == "Telegram: Telegram has no secret set up; given up"


def test_a_full_disk_is_told_and_nothing_stops(bench: Bench, tmp_path: Path) -> None:
    """A rule that cannot be kept is refused in words; calls go on."""
    (tmp_path / "alerts.json.new").mkdir()
    with pytest.raises(CommandRefused, match="cannot be kept"):
        bench.desk.put(PRICE)
    bench.board.put(quote("EURUSD", 1.21))
    assert len(bench.desk.look()) == 1
    assert "cannot be kept" in bench.desk.view().trouble


def test_the_core_s_snapshot_has_what_it_calls_for(bench: Bench, desk: Desk) -> None:
    """Whoever takes a snapshot, with the window hidden, too, has it judged, and it shows the call itself."""
    desk.core.alerts = bench.desk
    desk.step()
    assert desk.core.snapshot().alerts.calls == ()
    desk.core.halt("by you")
    assert [call.text for call in desk.core.snapshot().alerts.calls] == ["Trading is HALTED: by you"]
