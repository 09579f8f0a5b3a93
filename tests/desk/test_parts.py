# SPDX-License-Identifier: MIT
"""The desk's small parts: volatility, equity curve, notices, rate limit, retcodes, records."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.desk.execution.retcodes import RetcodeAction, meaning
from arbitrex_desktop.desk.gateway.rate_limit import TokenBucket
from arbitrex_desktop.desk.intents.events import Event, EventKind, RiskAnswer, apply, from_body, to_body
from arbitrex_desktop.desk.intents.intent import ENDED, TRANSITIONS, IllegalIntentTransition, IntentRequest, IntentState
from arbitrex_desktop.desk.presentation.equity import MOST_POINTS, EquityTrack
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.notices import NoticeBoard
from arbitrex_desktop.mt5.arrays import RATE_DTYPE
from arbitrex_desktop.mt5.constants import TradeRetcode
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.risk_portfolio_manager.market.atr import AtrMeter, wilder_atr
from tests.desk.conftest import intent
from tests.fakes.clock import START, ManualClock
from tests.fakes.pool import FakePool
from tests.fakes.records import replace


def bars(highs: list[float], lows: list[float], closes: list[float]) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Return bars."""
    rows = np.zeros(len(highs), dtype=RATE_DTYPE)
    rows["high"], rows["low"], rows["close"] = highs, lows, closes
    return rows


def test_the_atr_is_wilders() -> None:
    """The mean of the first true ranges, gaps included, and each further one weighs 1/14."""
    rows = bars([11.0] * 15 + [12.0], [10.0] * 15 + [9.0], [10.5] * 16)
    assert wilder_atr(rows[:15]) == pytest.approx(1.0)
    assert wilder_atr(rows) == pytest.approx(1.0 + (3.0 - 1.0) / 14.0)
    gap = bars([1.0] * 14 + [5.0], [1.0] * 14 + [5.0], [1.0] * 15)
    assert wilder_atr(gap) == pytest.approx(4.0 / 14.0)


@pytest.mark.parametrize("rows", [bars([1.0] * 14, [1.0] * 14, [1.0] * 14), bars([1.0] * 20, [1.0] * 20, [1.0] * 20)])
def test_no_atr_from_too_few_or_dead_bars(rows: np.ndarray[tuple[int], np.dtype[np.void]]) -> None:
    """Fewer bars than the window needs, or a market that never moved, give no number."""
    assert wilder_atr(rows) is None


def test_nan_bars_give_no_atr() -> None:
    """A bar that is no number makes the measure unknown, never zero."""
    assert wilder_atr(bars([math.nan] * 20, [1.0] * 20, [1.0] * 20)) is None


def test_the_atr_has_the_window_of_the_settings() -> None:
    """Each window is measured and kept by itself, from enough bars."""
    pool = FakePool()
    pool.rates["EURUSD"] = bars([1.0] * 90 + [3.0] * 10, [0.0] * 100, [0.5] * 100)
    meter = AtrMeter(pool, pool.clock)
    short, long = meter.measure("EURUSD", 3), meter.measure("EURUSD", 50)
    assert short is not None
    assert long is not None
    assert short > long
    assert meter.measure("EURUSD", 3) == short


def test_an_unknown_atr_says_when_it_will_be_known() -> None:
    """With too few bars: how many there are, how many are needed, and how long the rest takes."""
    pool = FakePool()
    meter = AtrMeter(pool, pool.clock)
    pool.rates["EURUSD"] = bars([1.2] * 4, [1.1] * 4, [1.15] * 4)
    assert meter.measure("EURUSD") is None
    assert meter.shortfall("EURUSD") == (
        "it needs 15 bars of 15 minutes and there are 4; it will be known after 165 more minutes of trading"
    )
    pool.rates["EURUSD"] = bars([1.2] * 20, [1.1] * 20, [1.15] * 20)
    assert meter.measure("EURUSD") == pytest.approx(0.1)
    assert meter.shortfall("EURUSD") == meter.shortfall("GBPUSD") == ""


def test_the_atr_is_kept_for_a_minute() -> None:
    """The terminal is asked once a minute for each symbol; a failure is not kept."""
    pool = FakePool()
    meter = AtrMeter(pool, pool.clock)
    assert meter.measure("EURUSD") is None
    pool.rates["EURUSD"] = bars([1.2] * 20, [1.1] * 20, [1.15] * 20)
    assert meter.measure("EURUSD") == pytest.approx(0.1)
    pool.fail("read_rates")
    pool.clock.advance(59.0)
    assert meter.measure("EURUSD") == pytest.approx(0.1)
    pool.clock.advance(1.0)
    assert meter.measure("EURUSD") is None
    assert pool.calls["read_rates"] == 3


def test_the_equity_curve_is_thinned_and_keeps_its_span() -> None:
    """Any number of syncs makes at most five thousand points, from the first on, in order."""
    pool, track = FakePool(), EquityTrack()
    for _ in range(3 * MOST_POINTS):
        pool.clock.advance(1.0)
        track.add(pool.poll())
    points = track.points(pool.latest_account())
    assert MOST_POINTS / 4 < len(points) <= MOST_POINTS
    assert points[0].at == START + timedelta(seconds=1)
    steps = {(after.at - before.at).total_seconds() for before, after in pairwise(points[1:])}
    assert len(steps) <= 3  # the thinned ones, and the newest reading at the end


def test_notices_say_a_thing_once_and_again_after_it_passed() -> None:
    """A trouble that repeats itself each second is one line, until it has passed and comes again."""
    board = NoticeBoard(ManualClock())
    for _ in range(5):
        board.post("error", NoticeSubject.SYNC.of(), "no account")
    board.resolve(NoticeSubject.SYNC.of(), "synced again")
    board.resolve(NoticeSubject.SYNC.of(), "synced again")
    board.post("error", NoticeSubject.SYNC.of(), "no account")
    assert [notice.text for notice in board.newest()] == ["no account", "synced again", "no account"]
    for number in range(500):
        board.post("info", NoticeSubject.LIMIT.of(), str(number))
    assert len(board.newest()) == 200


def test_notices_remember_what_stands_and_not_each_order_for_ever() -> None:
    """Weeks of fills, each a topic of its own: a trouble that is told again and again stays one line, and is ended."""
    board = NoticeBoard(ManualClock())
    for number in range(5000):
        board.post("info", NoticeSubject.ORDER.of(str(number)), "filled")
        board.post("error", NoticeSubject.SYNC.of(), "no account")
    assert len(board._last) <= 1000
    texts = [notice.text for notice in board.newest()]
    assert "no account" not in texts, "it was told once, before the newest two hundred"
    board.resolve(NoticeSubject.SYNC.of(), "synced again")
    assert board.newest()[0].text == "synced again"


@settings(max_examples=100)
@given(pauses=st.lists(st.floats(0.0, 2.0), max_size=60))
def test_a_bucket_never_gives_more_than_its_rate(pauses: list[float]) -> None:
    """However the askers come, no more pass than the burst and the rate allow; who waits as told passes."""
    clock = ManualClock()
    bucket = TokenBucket(clock, rate=2.0, burst=3.0)
    passed, elapsed = 0, 0.0
    for pause in pauses:
        clock.advance(pause)
        elapsed += pause
        wait = bucket.take()
        passed += wait == 0.0
        assert passed <= 3.0 + 2.0 * elapsed + 1e-6
        if wait > 0.0:
            clock.advance(wait + 1e-9)
            elapsed += wait + 1e-9
            assert bucket.take() == 0.0
            passed += 1


def test_every_retcode_of_the_package_has_words() -> None:
    """No retcode that exists is unknown to the desk; one that does not exist is looked into."""
    for code in TradeRetcode:
        assert "not known" not in meaning(code).message
    assert meaning(99_999).answer is RetcodeAction.RECONCILE
    assert meaning(TradeRetcode.TIMEOUT).answer is RetcodeAction.RECONCILE
    assert meaning(TradeRetcode.CONNECTION).answer is RetcodeAction.RECONCILE
    assert meaning(TradeRetcode.ERROR).answer is RetcodeAction.RECONCILE
    assert "says: busy" in meaning(TradeRetcode.REJECT, "busy").message


@given(
    judgement=st.builds(
        RiskAnswer,
        status=st.sampled_from(["APPROVED", "REJECTED"]),
        at=st.just(START),
        lots=st.floats(),
        price=st.none() | st.floats(),
        details=st.text(max_size=20),
        checks=st.lists(
            st.builds(
                Verdict,
                st.text(max_size=5),
                st.sampled_from(Outcome),
                st.none() | st.floats(),
                st.none() | st.floats(),
                st.text(max_size=5),
                st.text(max_size=5),
            ),
            max_size=2,
        ).map(tuple),
    )
)
@settings(max_examples=80)
def test_a_record_reads_back_as_it_was_written(judgement: RiskAnswer) -> None:
    """Whatever the RPM answered, infinities included, comes back from the journal as it went in."""
    back = from_body(to_body(judgement=judgement), "judgement", RiskAnswer)
    assert repr(back) == repr(judgement)


def test_ended_states_lead_nowhere_but_to_the_truth() -> None:
    """From an end there is no way back to sending; only what the broker's books show later may correct one."""
    for state in ENDED:
        assert TRANSITIONS[state] <= {IntentState.FILLED, IntentState.PARTIAL, IntentState.PLACED, IntentState.UNKNOWN}
    assert set(TRANSITIONS) == set(IntentState)


def test_events_keep_the_texts_of_the_first_journals() -> None:
    """What a journal of the first version holds is read as what it was: no text of an event ever changes."""
    first = (
        "RECEIVED JUDGED REJUDGED APPROVED REJECTED EXPIRED CANCELLED SENDING ANSWERED FILLED PARTIAL FAILED "
        "UNKNOWN EVIDENCE CONFIRMED OPENED SET_ASIDE HALTED RESUMED ARMED DISARMED SETTINGS_CHANGED ACTION_SENDING "
        "ACTION_ENDED"
    )
    assert {*first.split()} <= {kind.value for kind in EventKind}
    assert EventKind("SENDING") is EventKind.SUBMITTED


def test_an_event_that_cannot_follow_is_illegal() -> None:
    """Reading a journal that jumps a state raises, instead of inventing a life."""
    body = to_body(request=intent(), expires_at=START)
    received = Event(START, EventKind.RECEIVED, "bot", intent_id="A", body=body, seq=1)
    life = apply(None, received)
    jump = Event(START, EventKind.FILLED, "desk", intent_id="A", new_state=IntentState.FILLED, seq=2)
    with pytest.raises(IllegalIntentTransition):
        apply(life, jump)
    with pytest.raises(ValueError, match="never received"):
        apply(None, jump)
    assert life.request == IntentRequest("EURUSD", 1, 0.8, "TRENDING", 0.4)
    assert replace(life, seq=1) == life
