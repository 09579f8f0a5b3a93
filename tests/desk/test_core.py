# SPDX-License-Identifier: MIT
"""The core: from an intent to a position, with a person in between and every step on disk."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from arbitrex_desktop.desk.errors import CommandRefused, UnknownIntent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.constants import OrderType
from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from arbitrex_desktop.raw_layer.views import AccountMode, ConnectionState, PricePace
from tests.desk.conftest import PATIENCE, BuildDesk, Desk, intent
from tests.fakes.broker import FakeBroker, Mood
from tests.fakes.broker_data import make_order, make_position
from tests.fakes.records import replace


def test_an_approved_intent_becomes_a_position(desk: Desk) -> None:
    """Submitted, judged, approved, sent with a stop, filled, and seen among the positions."""
    intent_id = desk.core.submit(intent())
    row = desk.row(intent_id)
    assert (row.state, row.can_approve, row.blocker, row.decision) == (IntentState.PENDING, True, "", "APPROVED")
    desk.core.approve(intent_id)
    row = desk.row(intent_id)
    assert row.state is IntentState.FILLED
    assert row.fill_price == pytest.approx(desk.broker.quotes["EURUSD"].ask)
    assert row.slippage_points == pytest.approx(0.0, abs=0.5)
    (request,) = desk.broker.sent
    assert request["sl"] < request["price"]
    assert len(request["comment"]) <= 27
    desk.step()
    (position,) = desk.core.snapshot().positions
    assert position.intent_id == intent_id
    assert desk.row(intent_id).ticket == position.ticket
    assert desk.intent(intent_id).fill is not None
    assert verify(desk.journal).intact


def test_request_types_are_the_packages_own(desk: Desk) -> None:
    """The package refuses an int volume, a numpy price or an enumeration's float: types are exact."""
    desk.core.approve(desk.core.submit(intent(take_profit=1.2)))
    (request,) = desk.broker.sent
    kinds = {name: type(value) for name, value in request.items()}
    assert {name for name, kind in kinds.items() if kind is float} == {"volume", "price", "sl", "tp"}
    assert {name for name, kind in kinds.items() if kind is str} == {"symbol", "comment"}
    assert set(kinds.values()) == {float, str, int}


def test_a_refused_intent_shows_its_checks(desk: Desk) -> None:
    """What the RPM refuses is shown with its reason and cannot be approved."""
    desk.rpm.refusal = ("MAX_DRAWDOWN_EXCEEDED", "the drawdown is 12.0%, the limit 10.0%")
    intent_id = desk.core.submit(intent())
    row = desk.row(intent_id)
    assert row.state is IntentState.REJECTED
    assert (row.reason, row.details) == ("MAX_DRAWDOWN_EXCEEDED", "the drawdown is 12.0%, the limit 10.0%")
    assert row.checks[0].blocks
    assert not row.can_approve
    with pytest.raises(CommandRefused, match="REJECTED"):
        desk.core.approve(intent_id)
    assert desk.broker.sent == []


def test_a_refusal_at_the_click_sends_nothing(desk: Desk) -> None:
    """The RPM looks again at the click; if it refuses then, nothing is sent and the row says why."""
    intent_id = desk.core.submit(intent())
    desk.rpm.refusal = ("SPREAD", "the spread is too wide")
    with pytest.raises(CommandRefused, match="the spread is too wide"):
        desk.core.approve(intent_id)
    row = desk.row(intent_id)
    assert (row.state, row.can_approve, row.blocker) == (IntentState.PENDING, False, "the spread is too wide")
    assert desk.broker.sent == []
    desk.rpm.refusal = None
    desk.step()
    assert desk.row(intent_id).can_approve
    assert desk.row(intent_id).details == ""
    desk.core.approve(intent_id)
    assert len(desk.broker.sent) == 1


def test_never_more_lots_than_were_shown(desk: Desk) -> None:
    """If the RPM would allow more at the click, what the trader saw is sent; if less, the less."""
    first, second = desk.core.submit(intent()), desk.core.submit(intent(symbol="GBPUSD"))
    desk.rpm.lots = 0.5
    desk.core.approve(first)
    desk.rpm.lots = 0.05
    desk.core.approve(second)
    assert [request["volume"] for request in desk.broker.sent] == [0.1, 0.05]
    assert "lots 0.1 to 0.05" in "".join(
        event.reason
        for event in desk.core.desk.book.journal.events(intent_id=second)  # type: ignore[union-attr] # a desk is there
    )


def test_approving_twice_sends_once(desk: Desk) -> None:
    """A second click finds the intent gone on its way."""
    intent_id = desk.core.submit(intent())
    desk.core.approve(intent_id)
    with pytest.raises(CommandRefused, match="FILLED"):
        desk.core.approve(intent_id)
    assert len(desk.broker.sent) == 1


def test_live_accounts_send_nothing_before_arming(desk: Desk) -> None:
    """On a LIVE account the approval says that arming comes first, and nothing leaves, a close included."""
    desk.broker.account_mode = AccountMode.LIVE
    intent_id = desk.core.submit(intent())
    assert "nothing is sent on LIVE accounts yet" in desk.row(intent_id).blocker
    with pytest.raises(CommandRefused, match="nothing is sent on LIVE accounts yet"):
        desk.core.approve(intent_id)
    assert desk.broker.sent == []
    assert desk.core.snapshot().arming.needed
    with pytest.raises(CommandRefused, match="not the connected account's"):
        desk.core.arm("1")
    desk.core.arm(f" {desk.broker.account.login} ")
    assert desk.core.snapshot().arming.until is not None
    desk.core.approve(intent_id)
    assert len(desk.broker.sent) == 1


def test_an_unknown_mode_counts_as_live(desk: Desk) -> None:
    """An account whose mode is not known may be real money."""
    desk.broker.account_mode = None
    with pytest.raises(CommandRefused, match="LIVE"):
        desk.core.approve(desk.core.submit(intent()))


def test_halt_stops_sending_at_once_and_outlives_the_program(desk: Desk, build: BuildDesk) -> None:
    """After halt() nothing leaves, the RPM and the journal know; resume wants a reason."""
    intent_id = desk.core.submit(intent())
    desk.core.halt("news")
    with pytest.raises(CommandRefused, match="halted: news"):
        desk.core.approve(intent_id)
    assert desk.broker.sent == []
    snapshot = desk.core.snapshot()
    assert snapshot.risk is not None
    assert (snapshot.risk.trading_state, snapshot.risk.halt_reason) == ("HALTED", "news")
    with pytest.raises(CommandRefused, match="say why"):
        desk.core.resume(" ")
    desk.core.resume("the news are over")
    assert desk.rpm.kill_switches.resumed == ["the news are over"]
    desk.step()
    desk.core.approve(intent_id)
    kinds = [event.kind for event in desk.core.desk.book.journal.events()]  # type: ignore[union-attr] # a desk is there
    assert kinds.index("HALTED") < kinds.index("RESUMED") < kinds.index("APPROVED")


def test_halt_between_journal_and_sending_still_stops_it(desk: Desk) -> None:
    """The gate is looked at immediately before the call, after everything else."""
    intent_id = desk.core.submit(intent())
    assert desk.core.desk is not None
    desk.core.desk.book.listeners.append(lambda _, event: desk.core.halt("now") if event.kind == "SENDING" else None)
    desk.core.approve(intent_id)
    row = desk.row(intent_id)
    assert row.state is IntentState.FAILED
    assert "halted: now; nothing was sent" in row.details
    assert desk.broker.sent == []


def test_halt_does_not_wait_for_a_hung_terminal(desk: Desk) -> None:
    """While the worker hangs in the terminal, halt() returns at once, shows, and the next order stays."""
    inside, release = Event(), Event()

    def hang(moment: str) -> None:
        if moment == "before the broker has it":
            inside.set()
            assert release.wait(PATIENCE)

    desk.broker.step = hang
    first, second = desk.core.submit(intent()), desk.core.submit(intent(symbol="GBPUSD"))
    worker = Thread(target=desk.core.approve, args=(first,))
    worker.start()
    assert inside.wait(PATIENCE)
    desk.core.halt("now")
    snapshot = desk.core.snapshot()
    assert snapshot.risk is not None
    assert snapshot.risk.trading_state == "HALTED"
    assert desk.row(first).state is IntentState.SENDING
    release.set()
    worker.join(PATIENCE)
    assert desk.row(first).state is IntentState.FILLED
    with pytest.raises(CommandRefused, match="halted"):
        desk.core.approve(second)


def test_closing_works_while_halted(desk: Desk) -> None:
    """A reducing action passes the closed gate, and the position is gone after it."""
    desk.core.approve(desk.core.submit(intent()))
    desk.step()
    (position,) = desk.core.snapshot().positions
    desk.core.halt("stop")
    desk.core.close_position(position.ticket)
    assert desk.core.snapshot().positions == ()
    request = desk.broker.sent[-1]
    assert (request["position"], request["type"], request["volume"]) == (position.ticket, 1, 0.1)


def test_intents_expire(desk: Desk) -> None:
    """What nobody decided in time is over, and says so."""
    intent_id = desk.core.submit(intent(time_to_live=30.0))
    desk.step(29.0)
    assert desk.row(intent_id).state is IntentState.PENDING
    desk.step(2.0)
    assert desk.row(intent_id).state is IntentState.EXPIRED


def test_reject_takes_a_reason(desk: Desk) -> None:
    """A trader's no ends the intent, with the reason on the row; there is no way back."""
    intent_id = desk.core.submit(intent())
    desk.core.reject(intent_id, "not today")
    row = desk.row(intent_id)
    assert (row.state, row.details) == (IntentState.REJECTED, "not today")
    with pytest.raises(CommandRefused):
        desk.core.reject(intent_id)
    with pytest.raises(UnknownIntent):
        desk.core.reject("NOSUCHINTENT")


def test_what_blocks_an_approval_is_said(desk: Desk) -> None:
    """Stale price, lost connection and stale sync each block the approval, in words."""
    intent_id = desk.core.submit(intent())
    desk.broker.set_quote("EURUSD", 1.15, age=60.0)
    assert desk.row(intent_id).blocker == "the price is 60 s old"
    with pytest.raises(CommandRefused, match="60 s old"):
        desk.core.approve(intent_id)
    desk.broker.refresh_quotes()
    desk.broker.connected, desk.broker.state = False, ConnectionState.UNRESPONSIVE
    assert desk.row(intent_id).blocker == "not connected (UNRESPONSIVE)"
    with pytest.raises(CommandRefused, match="not connected"):
        desk.core.approve(intent_id)
    desk.broker.connected, desk.broker.state = True, ConnectionState.CONNECTED
    desk.broker.fail("read_account")
    desk.step(10.0)
    assert "was not synced for" in desk.row(intent_id).blocker
    with pytest.raises(CommandRefused, match="could not be read"):
        desk.core.approve(intent_id)
    assert desk.broker.sent == []
    assert any("could not be synced" in notice.text for notice in desk.core.snapshot().notices)


def test_the_atr_is_measured_when_none_is_given(desk: Desk) -> None:
    """An intent without ATR is judged with the one of the bars; if they cannot be read it is refused in words."""
    desk.core.submit(intent())
    assert desk.rpm.recorded[-1].atr == pytest.approx(1.15 * 0.002)
    desk.broker.rates.clear()
    row = desk.row(desk.core.submit(intent(symbol="USDJPY")))
    assert (row.state, row.reason) == (IntentState.REJECTED, "ATR_UNKNOWN")
    desk.core.submit(intent(symbol="USDJPY", atr=0.3))
    assert desk.rpm.recorded[-1].atr == 0.3


@pytest.mark.expects_log_errors("risk manager failed")
def test_a_failing_risk_manager_refuses(desk: Desk) -> None:
    """Whatever breaks inside the RPM, the answer is no."""
    desk.rpm.error = ZeroDivisionError("oops")
    row = desk.row(desk.core.submit(intent()))
    assert (row.state, row.reason) == (IntentState.REJECTED, "JUDGE_FAILED")


def test_preview_records_nothing(desk: Desk) -> None:
    """The form's preview gives the RPM's answer and leaves no trace."""
    preview = desk.core.preview(intent(), 7)
    assert (preview.number, preview.intent.decision, preview.intent.lots) == (7, "APPROVED", 0.1)
    assert desk.rpm.recorded == []
    assert desk.core.snapshot().intents == ()


def test_without_a_connection_the_core_is_usable(build: BuildDesk) -> None:
    """A pool that cannot connect shows its state; once it does, account, journal and sync come by themselves."""
    broker = FakeBroker()
    broker.connected, broker.state, broker._latest = False, ConnectionState.RECONNECTING, None
    desk = build(broker)
    snapshot = desk.core.snapshot()
    assert snapshot.pool.state is ConnectionState.RECONNECTING
    assert (snapshot.account, snapshot.risk) == (None, None)
    with pytest.raises(CommandRefused, match="no account has been connected yet"):
        desk.core.submit(intent())
    broker.connected, broker.state = True, ConnectionState.CONNECTED
    desk.step()
    desk.step()
    assert desk.core.snapshot().account is not None
    assert desk.row(desk.core.submit(intent())).state is IntentState.PENDING


def test_a_pool_that_cannot_start_is_told(build: BuildDesk) -> None:
    """A start that raises is a notice, and the core lives."""
    broker = FakeBroker()
    broker.fail("start_tick_collection", PoolUnavailable("no terminal there"))
    desk = build(broker)
    assert any("no terminal there" in notice.text for notice in desk.core.snapshot().notices)


def test_the_risk_manager_comes_with_the_first_connection_and_learns_of_a_halt(build: BuildDesk) -> None:
    """While the first attempt to connect lasts there is no risk manager; a halt that came meanwhile is told to it."""
    broker = FakeBroker()
    broker.connected, broker.state = False, ConnectionState.CONNECTING
    desk = build(broker)
    desk.core.halt("wait")
    desk.step()
    assert desk.core.snapshot().sync == {}
    broker.connected, broker.state = True, ConnectionState.CONNECTED
    desk.step()
    assert desk.core.snapshot().sync != {}
    assert desk.rpm.portfolio_state.halt_reason == "wait"


def test_a_failed_first_attempt_gives_a_risk_manager_all_the_same(build: BuildDesk) -> None:
    """Without a connection the window still shows how the risk manager reads the account, and why it cannot."""
    broker = FakeBroker()
    broker.connected, broker.state, broker.last_error = False, ConnectionState.DISCONNECTED, "no terminal"
    assert build(broker).core.rpm is not None


def test_another_account_has_another_book(desk: Desk) -> None:
    """When the pool comes to another account, its own journal is opened and the intents are its own."""
    desk.core.submit(intent())
    desk.broker.account = replace(desk.broker.account, login=7)
    desk.broker.poll()
    desk.step(10.0)
    assert desk.core.snapshot().intents == ()
    assert desk.journal.with_name("Arbitrex-Simulated_7.sqlite3").is_file()


def test_a_policy_approves_small_trades_of_a_named_strategy(build: BuildDesk) -> None:
    """Off by default; where set, only that strategy's small trades pass, and never on a LIVE account."""
    desk = build(settings=DeskSettings(auto_approve_lots={"bot": 0.1}))
    by_hand = desk.core.submit(intent())
    small = desk.core.submit(intent(source="bot", symbol="GBPUSD"))
    large = desk.core.submit(intent(source="bot", symbol="USDCHF", requested_volume=0.2))
    desk.step()
    states = [desk.row(each).state for each in (by_hand, small, large)]
    assert states == [IntentState.PENDING, IntentState.FILLED, IntentState.PENDING]
    desk.broker.account_mode = AccountMode.LIVE
    live = desk.core.submit(intent(source="bot", symbol="USDCAD"))
    desk.step()
    assert desk.row(live).state is IntentState.PENDING


def test_halt_may_cancel_what_waits(build: BuildDesk) -> None:
    """With that setting, HALT takes the pending intents back, and our unfilled orders; not those of others."""
    desk = build(settings=DeskSettings(cancel_on_halt=True))
    waiting, placed = desk.core.submit(intent()), desk.core.submit(intent(symbol="GBPUSD"))
    desk.broker.moods.append(Mood.PLACED)
    desk.core.approve(placed)
    desk.broker.orders = (*desk.broker.orders, make_order("EURUSD", OrderType.BUY_LIMIT, 0.1, ticket=5))
    desk.broker.poll()
    desk.core.halt("enough")
    desk.step()
    assert desk.row(waiting).state is IntentState.CANCELLED
    assert [order.ticket for order in desk.broker.orders] == [5]
    for _ in range(20):
        desk.step()
    assert desk.row(placed).state is IntentState.FAILED


def test_nothing_leaves_for_another_account(desk: Desk) -> None:
    """The pool came to another account and the desk has not followed yet: the order stays."""
    intent_id = desk.core.submit(intent())
    desk.broker.account = replace(desk.broker.account, login=7)
    with pytest.raises(CommandRefused, match="another account"):
        desk.core.close_position(_strange_position(desk))
    desk.core.approve(intent_id)
    assert desk.row(intent_id).state is IntentState.FAILED
    assert "another account" in desk.row(intent_id).details
    assert desk.broker.sent == []


def _strange_position(desk: Desk) -> int:
    """Put a position on the account and return its ticket."""
    desk.broker.positions = (make_position("EURUSD", 1, 0.1, ticket=3),)
    return 3


def test_partial_fills_are_shown_as_such(desk: Desk) -> None:
    """Half filled is PARTIAL, with the lots that were had."""
    desk.broker.moods.append(Mood.PART)
    intent_id = desk.core.submit(intent())
    desk.core.approve(intent_id)
    desk.step()
    row = desk.row(intent_id)
    assert (row.state, row.filled_lots) == (IntentState.PARTIAL, 0.05)


def test_requotes_are_tried_again_a_few_times(desk: Desk) -> None:
    """Two requotes are tried again at a new price; a third ends it, and nothing was executed."""
    desk.broker.moods.extend([Mood.REQUOTE, Mood.REQUOTE])
    good = desk.core.submit(intent())
    desk.core.approve(good)
    assert desk.row(good).state is IntentState.FILLED
    desk.step()
    desk.broker.moods.extend([Mood.REQUOTE] * 3)
    bad = desk.core.submit(intent(symbol="GBPUSD"))
    desk.core.approve(bad)
    row = desk.row(bad)
    assert row.state is IntentState.FAILED
    assert "given up after 3 tries" in row.details
    assert len(desk.broker.sent) == 6
    assert len(desk.broker.opening_deals) == 1


def test_slippage_is_recorded_in_points_and_money(desk: Desk) -> None:
    """A fill two points worse than asked is +2 points, and costs that in account currency."""
    desk.broker.slip = 0.00002
    intent_id = desk.core.submit(intent())
    desk.core.approve(intent_id)
    row = desk.row(intent_id)
    assert row.slippage_points == pytest.approx(2.0, abs=0.5)
    assert row.slippage_amount == pytest.approx(0.2, abs=0.05)


def test_too_many_pending_intents_are_refused(build: BuildDesk) -> None:
    """The desk has room for so many and says so."""
    desk = build(settings=DeskSettings(max_pending=2))
    desk.core.submit(intent())
    desk.core.submit(intent())
    with pytest.raises(CommandRefused, match="2 intents are waiting"):
        desk.core.submit(intent())


def test_the_same_client_id_is_the_same_intent(desk: Desk, build: BuildDesk) -> None:
    """A sender that repeats itself gets the intent it has, also after a restart."""
    first = desk.core.submit(intent(client_id="a1", source="bot"))
    assert desk.core.submit(intent(client_id="a1", source="bot")) == first
    assert desk.core.submit(intent(client_id="a1", source="other")) != first
    desk.core.stop()
    again = build(desk.broker)
    assert again.core.submit(intent(client_id="a1", source="bot")) == first


def _pace(desk: Desk) -> PricePace:
    return desk.broker.pace


def test_an_intent_that_waits_has_prices_each_second(desk: Desk) -> None:
    """It is judged again and again, and a policy may let it pass."""
    desk.core.set_seen(seen=False)
    desk.step()
    assert _pace(desk) is PricePace.NEEDED
    intent_id = desk.core.submit(intent())
    desk.step()
    assert _pace(desk) is PricePace.EACH_SECOND
    desk.core.reject(intent_id)
    desk.step()
    assert _pace(desk) is PricePace.NEEDED
