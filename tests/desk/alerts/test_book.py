# SPDX-License-Identifier: MIT
"""The book of alerts: what each kind watches, what always calls, quiet hours, and what is kept over a restart."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.desk.alerts.book import MOST_RULES, AlertBook, is_quiet
from arbitrex_desktop.desk.alerts.facts import Facts, Price
from arbitrex_desktop.desk.alerts.store import AlertStore
from arbitrex_desktop.desk.alerts.texts import rule_text
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.alert_rows import AlertKind, AlertRule, AlertWays
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.fakes.clock import START
from tests.fakes.desk_data import account_row, desk_snapshot, intent_row, pool_stats, position_row, risk_row
from tests.fakes.records import replace

CALM = desk_snapshot(intents=(), positions=())
PRICE = AlertRule("p", AlertKind.PRICE, "EURUSD", level=1.2, digits=5)


def facts(snapshot: DeskSnapshot | None = CALM, seconds: float = 0.0, **prices: Price) -> Facts:
    """Return a moment's facts."""
    return Facts(START + timedelta(seconds=seconds), START, snapshot, prices)


def book_with(*rules: AlertRule, ways: AlertWays | None = None) -> AlertBook:
    """Return a book of these rules, whose local time is UTC."""
    book = AlertBook(local=lambda moment: moment)
    for rule in rules:
        book.put(rule)
    book.ways = ways or AlertWays()
    return book


def texts(book: AlertBook, *moments: Facts) -> list[str]:
    """Return what calls at these moments."""
    return [call.text for moment in moments for call in book.judge(moment)]


@pytest.mark.parametrize(
    ("rule", "snapshot", "words"),
    [
        (PRICE, CALM, "EURUSD price rose to 1.20000, now 1.20010"),
        (
            AlertRule("s", AlertKind.SPREAD, "EURUSD", level=20.0, digits=0, note="news?"),
            CALM,
            "EURUSD spread rose to 20 points, now 30 points. news?",
        ),
        (
            AlertRule("m", AlertKind.MARGIN, above=False, level=200.0, digits=0),
            replace(CALM, account=account_row(margin_level=150.0)),
            "Margin level fell to 200 %, now 150 %",
        ),
        (
            AlertRule("d", AlertKind.DRAWDOWN, level=5.0),
            replace(CALM, risk=risk_row(drawdown=0.061)),
            "Drawdown rose to 5.00 %, now 6.10 %",
        ),
        (
            AlertRule("e", AlertKind.EQUITY, above=False, level=90_000.0),
            replace(CALM, account=account_row(equity=89_000.5)),
            "Equity fell to 90,000.00 EUR, now 89,000.50 EUR",
        ),
        (
            AlertRule("l", AlertKind.POSITION, "EURUSD", above=False, level=-100.0),
            replace(CALM, positions=(position_row(symbol="EURUSD", profit=-150.0, swap=-1.0),)),
            "EURUSD profit of positions fell to -100.00 EUR, now -151.00 EUR",
        ),
        (
            AlertRule("i", AlertKind.INTENT, strategy="alpha"),
            replace(CALM, intents=(intent_row(source="alpha", state=IntentState.FILLED, created_at=START),)),
            "alpha sent BUY 0.60 EURUSD: FILLED",
        ),
    ],
)
def test_each_kind_calls_in_words(rule: AlertRule, snapshot: DeskSnapshot, words: str) -> None:
    """Each watches its own figure, says which level, and what the value is."""
    moment = facts(snapshot, EURUSD=Price(1.2001, 1.2004, 5))
    book = book_with(rule)
    assert texts(book, moment, moment) == [words]
    assert rule_text(rule)


@pytest.mark.parametrize(
    ("snapshot", "words"),
    [
        (replace(CALM, risk=risk_row(trading_state="HALTED", halt_reason="by you")), "Trading is HALTED: by you"),
        (
            replace(CALM, pool=pool_stats(state=ConnectionState.LOST, reason="the host ended")),
            "The connection is LOST: the host ended",
        ),
        (
            replace(CALM, intents=(intent_row(state=IntentState.UNKNOWN),)),
            "The fate of an order is UNKNOWN: BUY 0.60 EURUSD; EURUSD is blocked until you answer",
        ),
        (
            replace(CALM, intents=(intent_row(source="alpha", state=IntentState.PENDING),)),
            "BUY 0.60 EURUSD from alpha waits for your decision",
        ),
    ],
)
def test_what_is_grave_always_calls(snapshot: DeskSnapshot, words: str) -> None:
    """HALT, lost connection, unknown order and a decision call without a rule, in quiet hours, too, once each."""
    book = book_with(ways=AlertWays(quiet_from="00:00", quiet_to="23:59"))
    calls = [call for moment in (facts(CALM), facts(snapshot), facts(snapshot)) for call in book.judge(moment)]
    assert [(call.text, call.is_quiet, call.is_urgent) for call in calls] == [(words, False, True)]


def test_the_start_and_ones_own_intents_are_no_news() -> None:
    """Before the first connection nothing is lost; one's own intent calls nobody, nor does an old one."""
    early = replace(CALM, pool=pool_stats(state=ConnectionState.DISCONNECTED, login=None), account=None, risk=None)
    old = intent_row(source="alpha", state=IntentState.FILLED, created_at=START - timedelta(hours=1))
    mine = intent_row(intent_id="M", source="manual", state=IntentState.PENDING)
    book = book_with(AlertRule("i", AlertKind.INTENT, strategy="alpha"))
    assert texts(book, facts(None), facts(early), facts(replace(CALM, intents=(old, mine)))) == []


def test_each_new_intent_calls() -> None:
    """Two intents of a strategy are two calls."""
    one = intent_row(intent_id="A", source="alpha", state=IntentState.PENDING)
    two = intent_row(intent_id="B", source="alpha", state=IntentState.PENDING)
    found = texts(book_with(), facts(replace(CALM, intents=(one,))), facts(replace(CALM, intents=(two, one))))
    assert len(found) == 2


def test_quiet_hours_keep_the_call_and_let_it_not_out() -> None:
    """In quiet hours a call is kept and marked; one that wakes is not."""
    ways = AlertWays(quiet_from="09:00", quiet_to="11:00")
    loud = replace(PRICE, rule_id="loud", wakes=True)
    calls = book_with(PRICE, loud, ways=ways).judge(facts(EURUSD=Price(1.3, 1.3, 5)))
    assert [call.is_quiet for call in calls] == [True, False]


@given(st.times(), st.times(), st.times())
def test_quiet_hours_are_one_stretch_of_the_clock(begin: time, end: time, now: time) -> None:
    """Inside from begin to end, outside from end to begin, over midnight, too."""
    ways = AlertWays(quiet_from=begin.isoformat("minutes"), quiet_to=end.isoformat("minutes"))
    turned = AlertWays(quiet_from=ways.quiet_to, quiet_to=ways.quiet_from)
    if ways.quiet_from != ways.quiet_to:
        assert is_quiet(ways, now) != is_quiet(turned, now)
    assert not is_quiet(replace(ways, quiet_from=""), now)


def test_one_that_calls_once_is_off_afterwards() -> None:
    """It stays in the list, switched off."""
    book = book_with(replace(PRICE, once=True))
    assert len(texts(book, facts(EURUSD=Price(1.3, 1.3, 5)), facts(EURUSD=Price(1.1, 1.1, 5)))) == 1
    assert not book.rules["p"].is_on
    assert texts(book, facts(EURUSD=Price(1.3, 1.3, 5))) == []


def test_all_is_kept_over_a_restart(tmp_path: Path) -> None:
    """Rules, states, sleep and ways come back; what has called does not call again."""
    store, book = AlertStore(tmp_path / "alerts.json"), book_with(PRICE, ways=AlertWays(chat="42", quiet_from="22:00"))
    waiting = replace(CALM, intents=(intent_row(source="alpha", state=IntentState.PENDING),))
    high = facts(waiting, EURUSD=Price(1.3, 1.3, 5))
    assert len(texts(book, high)) == 2
    store.save(book)
    again = AlertBook(local=lambda moment: moment)
    store.load(again)
    assert (again.rules, again.states, again.ways) == (book.rules, book.states, book.ways)
    assert texts(again, facts(None), facts(replace(CALM, account=None)), high) == []
    again.snooze("p", START, minutes=1)
    assert texts(again, facts(waiting, 59.0, EURUSD=Price(1.3, 1.3, 5))) == []
    assert len(texts(again, facts(waiting, 60.0, EURUSD=Price(1.3, 1.3, 5)))) == 1


@pytest.mark.parametrize("content", [b"", b"{", b'{"rules": [{"kind": "odd"}]}', b"\xff\xfe"])
def test_a_damaged_file_is_put_aside(tmp_path: Path, content: bytes) -> None:
    """Nothing is taken from it, and it is there to be looked at."""
    path = tmp_path / "alerts.json"
    path.write_bytes(content)
    book = AlertBook()
    AlertStore(path).load(book)
    assert book.rules == {}
    assert (tmp_path / "alerts.damaged").read_bytes() == content


def test_what_cannot_be_is_refused_in_words() -> None:
    """What always calls cannot be made or put to sleep; there is an end of rules."""
    book = book_with()
    with pytest.raises(CommandRefused, match="always watched"):
        book.put(AlertRule("x", AlertKind.HALT))
    with pytest.raises(CommandRefused, match="gone"):
        book.snooze("always HALT", START, 5)
    for number in range(MOST_RULES):
        book.put(replace(PRICE, rule_id=str(number)))
    with pytest.raises(CommandRefused, match="already"):
        book.put(PRICE)
    book.remove("1")
    book.put(PRICE)
    assert len(book.view().rows) == MOST_RULES + 4
