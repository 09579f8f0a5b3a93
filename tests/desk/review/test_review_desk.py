# SPDX-License-Identifier: MIT
"""Review of a desk that traded: deals, journal and notes put together."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.review.review_desk import ReviewDesk
from arbitrex_desktop.desk.review.store import Annotation
from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.desk.review.views import ReviewData, ReviewQuery
from arbitrex_desktop.mt5.commands import History
from arbitrex_desktop.mt5.constants import DealType
from arbitrex_desktop.mt5.results import TradeDeal
from tests.desk.conftest import Desk, intent
from tests.fakes.broker_data import make, make_position
from tests.fakes.pool import FakePool
from tests.fakes.records import replace


def read(desk: Desk, query: ReviewQuery | None = None) -> ReviewData:
    """Return what Review says."""
    review = desk.core.review
    assert review is not None
    return review.read(query or ReviewQuery(), lambda _words, _share: None)


def round_trip(desk: Desk, **more: Any) -> str:
    """Open a position by an intent and close it; return the intent's id."""
    intent_id = desk.core.submit(intent(requested_volume=0.1, **more))
    desk.core.approve(intent_id)
    desk.step(5.0)
    assert desk.row(intent_id).state is IntentState.FILLED
    desk.core.close_position(desk.broker.positions[-1].ticket)
    desk.step(5.0)
    return intent_id


def only(data: ReviewData) -> ClosedTrade:
    """Return the one trade there is."""
    (trade,) = data.trades
    return trade


def test_a_trade_bears_its_intent(reviewed: Desk) -> None:
    """Intent, source, first stop and slippage come from the journal, the rest from the broker's deals."""
    reviewed.broker.slip = 0.0001
    intent_id = round_trip(reviewed, stop_loss=1.10, source="alpha")
    trade = only(read(reviewed))
    assert (trade.intent_id, trade.source, trade.first_stop) == (intent_id, "alpha", 1.10)
    assert trade.slippage_points == reviewed.row(intent_id).slippage_points != 0.0
    assert trade.volume == 0.1
    assert trade.r is not None


def test_an_overwritten_comment_hides_nothing(reviewed: Desk) -> None:
    """The order's ticket in the journal tells the intent, too."""
    reviewed.broker.keep_comments = False
    intent_id = round_trip(reviewed)
    assert only(read(reviewed)).intent_id == intent_id


def test_a_trade_made_elsewhere_is_there(reviewed: Desk) -> None:
    """It has no intent and no strategy, and its result counts."""
    reviewed.broker.positions = (make_position("EURUSD", 1, 0.3, ticket=11),)
    reviewed.broker.poll()
    reviewed.core.close_position(11)
    reviewed.step()
    trade = only(read(reviewed))
    assert (trade.intent_id, trade.source, trade.position) == ("", "", 11)
    assert read(reviewed).strategies == ("other",)


def test_notes_and_tags_outlive_the_program(reviewed: Desk, tmp_path: Path) -> None:
    """What was written on a trade is there for the next program, and can be searched."""
    round_trip(reviewed)
    review = reviewed.core.review
    assert review is not None
    review.annotate(only(read(reviewed)).key, Annotation("entered late", ("news", "tired")))
    again = ReviewDesk(reviewed.broker, reviewed.clock, tmp_path)
    trade = only(again.read(ReviewQuery(text="TIRED late"), lambda *_: None))
    assert (trade.note, trade.tags) == ("entered late", ("news", "tired"))
    assert again.read(ReviewQuery(text="tired early"), lambda *_: None).trades == ()


def test_a_time_is_kept_to(reviewed: Desk) -> None:
    """Only what was closed in it counts, and `until` is not in it any more."""
    round_trip(reviewed)
    closed = only(read(reviewed)).closed_at
    assert read(reviewed, ReviewQuery(since=closed)).figures.trades == 1
    assert read(reviewed, ReviewQuery(until=closed)).figures.trades == 0
    assert read(reviewed, ReviewQuery(since=closed + timedelta(seconds=1))).trades == ()


def test_decisions_are_counted_by_rule(reviewed: Desk) -> None:
    """Approved, refused by a rule, and turned down by the trader are three things."""
    round_trip(reviewed)
    waiting = reviewed.core.submit(intent(symbol="GBPUSD"))
    reviewed.core.reject(waiting, "no")
    reviewed.rpm.refusal = ("REGIME", "stressed")
    for _ in range(3):
        reviewed.core.submit(intent(symbol="USDJPY"))
    reviewed.rpm.refusal = ("SPREAD", "too wide")
    reviewed.core.submit(intent(symbol="USDJPY"))
    counted = read(reviewed).decisions
    assert (counted.approved, counted.refused, counted.rejected) == (1, (("REGIME", 3), ("SPREAD", 1)), 1)
    day_after = reviewed.clock.now() + timedelta(days=1)
    assert read(reviewed, ReviewQuery(since=day_after)).decisions.refused == ()


def test_a_deposit_is_no_gain(reviewed: Desk) -> None:
    """It is among the flows, ends at the present balance, and does not touch the drawdown."""
    at = round(reviewed.clock.now().timestamp())
    paid = make(TradeDeal, ticket=1, type=DealType.BALANCE, time=at - 20, profit=500.0)
    lost = make(TradeDeal, ticket=2, type=DealType.INTEREST, time=at - 10, profit=-1000.0)
    reviewed.broker.deals += [paid, lost]
    data = read(reviewed)
    balance = reviewed.broker.account.balance
    assert [flow.amount for flow in data.flows] == [500.0, -1000.0]
    assert data.balance[-1][1] == pytest.approx(balance)
    assert data.drawdown_share == pytest.approx(1000.0 / (balance + 1000.0))


def test_deals_that_come_late_are_read(reviewed: Desk) -> None:
    """What is read again has what a broker shows two days late, and once."""
    round_trip(reviewed)
    assert len(read(reviewed).trades) == 1
    late = reviewed.broker.deals[-1]
    ticket = late.ticket + 50
    reviewed.broker.deals += [replace(late, ticket=ticket, position_id=ticket, time=late.time - 86_400)]
    assert len(read(reviewed).trades) == 2


def test_equity_is_kept_each_minute(reviewed: Desk) -> None:
    """A point a minute, with what the day's loss is measured from; it is there after a restart."""
    for _ in range(150):
        reviewed.broker.poll()
        reviewed.step(2.0)
    kept = read(reviewed).equity
    assert 5 <= len(kept) <= 6
    assert kept[0].equity == reviewed.broker.account.equity


def test_giving_up_ends_the_reading(reviewed: Desk) -> None:
    """What `told` raises comes through."""
    review = reviewed.core.review
    assert review is not None

    def give_up(words: str, _share: float) -> None:
        raise InterruptedError(words)

    with pytest.raises(InterruptedError):
        review.read(ReviewQuery(), give_up)


def test_without_an_account_it_says_so(tmp_path: Path) -> None:
    """There is nothing to review before the first connection."""
    pool = FakePool()
    with pytest.raises(CommandRefused, match="no account"):
        ReviewDesk(pool, pool.clock, tmp_path).read(ReviewQuery(), lambda *_: None)


def test_intents_of_a_time_say_where_they_stand(reviewed: Desk) -> None:
    """The newest first, with who brought them there and why; the filter counts."""
    filled = round_trip(reviewed)
    reviewed.rpm.refusal = ("REGIME", "stressed")
    refused = reviewed.core.submit(intent(symbol="USDJPY", source="alpha"))
    found = read(reviewed).intents
    assert [(each.intent_id, each.state) for each in found] == [(refused, "REJECTED"), (filled, "FILLED")]
    assert (found[0].source, found[0].direction, found[0].actor, found[0].reason) == ("alpha", 1, "desk", "stressed")
    assert [each.intent_id for each in read(reviewed, ReviewQuery(strategy="alpha")).intents] == [refused]
    assert read(reviewed, ReviewQuery(until=found[1].at)).intents == ()


def test_a_chart_reads_trades_without_the_journals_intents(reviewed: Desk) -> None:
    """Intents are many more than trades, and a chart that marks trades would keep them all for nothing."""
    round_trip(reviewed)
    light = read(reviewed, ReviewQuery(intents=False))
    whole = read(reviewed)
    assert (light.trades, light.began) == (whole.trades, whole.began)
    assert (light.intents, light.decisions.approved) == ((), 0)
    assert (len(whole.intents), whole.decisions.approved) == (1, 1)


def test_a_filter_reads_the_journal_once(reviewed: Desk) -> None:
    """What is typed finds among what was read; a new event, a new trade or another time is read, and a note shows."""
    first = round_trip(reviewed, source="alpha")
    review = reviewed.core.review
    assert review is not None
    said: list[str] = []

    def ask(**wanted: Any) -> ReviewData:
        said.clear()
        return review.read(ReviewQuery(**wanted), lambda text, _share: said.append(text))

    def looked() -> bool:
        return any("of 1 trades" in text or "of 2 trades" in text for text in said)

    trade = only(ask())
    assert looked()
    assert only(ask(text="alpha")) == trade
    assert ask(text="beta").trades == ()
    assert not looked()
    review.annotate(trade.key, Annotation("late"))
    assert only(ask(text="late")).note == "late"
    assert not looked()
    assert ask(since=trade.closed_at + timedelta(days=1)).trades == ()
    second = reviewed.core.submit(intent(requested_volume=0.1, source="beta"))
    assert {each.intent_id for each in ask().intents} == {first, second}
    assert looked()
    reviewed.core.reject(second)
    assert next(each.state for each in ask(text=second).intents) == "REJECTED"
    round_trip(reviewed, source="beta")
    assert len(ask().trades) == 2
    assert looked()


def test_another_account_s_deals_are_not_this_one_s(reviewed: Desk) -> None:
    """A fail-over before the deals are read: nothing is shown, and nothing is kept for the next look."""
    round_trip(reviewed)
    pool = reviewed.broker
    ours, history = pool.account, pool.read_history

    def of_another(*span: Any) -> History:
        pool.account = replace(ours, login=7)
        return history(*span)

    pool.read_history = of_another  # type: ignore[method-assign,assignment] # as before, once the pool went over
    with pytest.raises(CommandRefused, match="another account"):
        read(reviewed)
    pool.account, pool.read_history, pool.deals = ours, history, []  # type: ignore[method-assign] # as before
    assert read(reviewed).trades == ()


def test_a_position_has_its_commission_once_its_deals_are_read(reviewed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """None before; none again where its size is another than the deals say, or the account is another."""
    reviewed.core.approve(reviewed.core.submit(intent(requested_volume=0.1)))
    reviewed.step(5.0)

    def commissions() -> list[float | None]:
        return [row.commission for row in reviewed.core.snapshot().positions]

    assert commissions() == [None]
    deals = reviewed.broker.deals
    deals[-1] = replace(deals[-1], commission=-0.7)
    read(reviewed)
    assert commissions() == [-0.7]
    (held,) = reviewed.broker.positions
    monkeypatch.setattr(reviewed.broker, "positions", [replace(held, volume=0.05)])
    reviewed.step()
    assert commissions() == [None]
    monkeypatch.setattr(reviewed.broker, "positions", [held])
    reviewed.step()
    assert commissions() == [-0.7]
    monkeypatch.setattr(reviewed.broker, "account", replace(reviewed.broker.account, login=4711))
    reviewed.step()
    assert commissions() == [None]
