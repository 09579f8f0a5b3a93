# SPDX-License-Identifier: MIT
"""Orders on positions and pending orders whose answer was lost: what became of each is looked up as what it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from arbitrex_desktop.desk.execution.positions import PositionActions
from arbitrex_desktop.desk.execution.recovery import Recovery
from arbitrex_desktop.desk.intents.events import EventKind, Fill, to_body
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.intents.order_tags import magic_of
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.constants import AccountMarginMode, OrderState, TradeAction
from tests.desk.execution.conftest import Held, answer
from tests.fakes.broker import Mood
from tests.fakes.clock import START
from tests.fakes.records import replace

SETTLE = DeskSettings().settle_seconds
NOT_DONE = "it was not carried out"


def act(held: Held, what: str) -> Callable[[], None]:
    """Return one of the things that are done to what is open."""
    acts: dict[str, Callable[[], None]] = {
        "close": lambda: held.actions.close(11),
        "part": lambda: held.actions.close(11, 0.1),
        "stop": lambda: held.actions.move_stops(11, 1.135, 1.2),
        "target": lambda: held.actions.move_stops(11, 1.13, None),
        "cancel": lambda: held.actions.cancel(21),
    }
    return acts[what]


@pytest.mark.parametrize(
    ("what", "ticket", "words"),
    [
        ("close", 11, "it was carried out: 0.30 lots at 1.1499425"),
        ("part", 11, "it was carried out: 0.10 lots at 1.1499425"),
        ("stop", 11, "it was carried out: stop 1.135, target 1.2"),
        ("target", 11, "it was carried out: stop 1.13, target none"),
        ("cancel", 21, "it was carried out"),
    ],
)
def test_what_was_done_is_told_as_what_it_was(held: Held, what: str, ticket: int, words: str) -> None:
    """The broker did it and the answer was lost: the next reading tells, in journal and window."""
    held.lose(act(held, what), Mood.FILL_LOST)
    held.look(0.5)
    assert held.parts.told == [("info", f"position {ticket}", f"#{ticket}: {words}")]
    ended = held.parts.events()[-1]
    assert (ended.kind, ended.ticket) == ("ACTION_ENDED", ticket)
    assert ended.reason == f"#{ticket}: {words}, as the broker's books show"
    assert held.parts.book.journal.unended_actions() == ()


@pytest.mark.parametrize(
    ("what", "ticket", "words"),
    [
        ("close", 11, "it was not carried out"),
        ("part", 11, "it was not carried out"),
        ("stop", 11, "it was not carried out: stop 1.13, target 1.2"),
        ("cancel", 21, "it was not carried out: the order waits as before"),
    ],
)
def test_unchanged_for_the_settling_time_means_not_done(held: Held, what: str, ticket: int, words: str) -> None:
    """Unchanged books prove nothing before that, and at its end that nothing was done; then it may be tried again."""
    held.lose(act(held, what))
    for _ in range(int(SETTLE) - 1):
        held.look(1.0)
    assert held.parts.told == []
    held.look(1.0)
    assert held.parts.told == [("warning", f"position {ticket}", f"#{ticket}: {words}")]
    act(held, what)()
    assert len(held.broker.sent) == 2


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (OrderState.FILLED, "it was not carried out: the order was filled: 0.10 lots at 1.15"),
        (OrderState.EXPIRED, "it was not carried out: it expired meanwhile"),
        (OrderState.REJECTED, "it was not carried out: the broker had rejected it"),
    ],
)
def test_an_order_that_ended_otherwise_was_not_cancelled(held: Held, state: OrderState, words: str) -> None:
    """That an order is gone does not mean that it was cancelled: it may have been filled first."""
    held.lose(act(held, "cancel"))
    held.broker.end_order(21, state)
    held.look(1.0)
    assert held.parts.told == [("warning", "position 21", f"#21: {words}")]


def test_an_order_placed_long_ago_is_found_in_the_history(held: Held) -> None:
    """Histories go by when an order was placed, which may be days before it was cancelled."""
    windows = []
    history = held.broker.read_history
    held.broker.orders = (replace(held.broker.orders[0], time_setup=int(START.timestamp()) - 3 * 86_400),)

    def listen(since: object, until: object) -> object:
        windows.append((since, until))
        return history(since, until)  # type: ignore[arg-type] # passed on as they came

    held.broker.read_history = listen  # type: ignore[method-assign,assignment] # listens only
    held.lose(act(held, "cancel"), Mood.FILL_LOST)
    held.look(1.0)
    assert windows == [(START - timedelta(days=3, minutes=10), START + timedelta(seconds=1))]


def test_gone_without_a_word_in_the_history_is_told_as_unknown(held: Held) -> None:
    """While the history may still come nothing is claimed; when it does not, that is what is told."""
    held.lose(act(held, "cancel"))
    held.broker.orders = ()
    held.look(1.0)
    assert held.parts.told == []
    held.look(SETTLE)
    words = "#21: the order is gone, and the broker's history does not tell how it ended"
    assert held.parts.told == [("warning", "position 21", words)]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("close", "it was not carried out: its stop closed the position"),
        (
            "stop",
            "the position was closed meanwhile by its stop, and the books no longer tell whether it was carried out",
        ),
    ],
)
def test_what_a_stop_closed_is_not_ours(held: Held, what: str, words: str) -> None:
    """The position's own stop closed it while the answer was lost: nothing of ours is claimed."""
    held.lose(act(held, what))
    held.broker.close_by_stop(11)
    held.look(1.0)
    assert held.parts.told == [("warning", "position 11", f"#11: {words}")]


@pytest.mark.parametrize("what", ["close", "part", "stop"])
def test_less_without_a_deal_waits_for_the_history(held: Held, what: str) -> None:
    """Deals may come later than the positions change; after the settling time it is told that there are none."""
    held.lose(act(held, what))
    held.broker.positions = ()
    held.look(1.0)
    assert held.parts.told == []
    held.look(SETTLE)
    ((level, _, words),) = held.parts.told
    assert level == "warning"
    assert ("no deal of that" if what != "stop" else "no longer tell") in words


def test_an_earlier_part_is_not_taken_for_a_later_one(held: Held) -> None:
    """A part that was closed seconds before is no evidence for the next close."""
    held.actions.close(11, 0.1)
    held.lose(act(held, "part"))
    held.look(1.0)
    assert held.parts.told[-1][0] == "info"
    assert held.parts.book.journal.unended_actions() != ()
    held.look(SETTLE)
    assert held.parts.told[-1] == ("warning", "position 11", "#11: it was not carried out")


def test_a_netted_position_is_found_by_its_identifier(held: Held) -> None:
    """After a reversal a netted position's deals bear another number than its ticket."""
    held.broker.account = replace(held.broker.account, margin_mode=int(AccountMarginMode.RETAIL_NETTING))
    held.broker.positions = tuple(replace(each, identifier=each.ticket + 500) for each in held.broker.positions)
    held.lose(act(held, "close"), Mood.FILL_LOST)
    held.broker.deals = [replace(deal, position_id=511) for deal in held.broker.deals]
    held.look(1.0)
    assert held.parts.told[0][0] == "info"


def test_a_changed_order_is_known_by_its_prices(held: Held) -> None:
    """A lost change of a waiting order was carried out when price, stop and target are those asked for."""
    for price, level in ((1.1, "warning"), (1.05, "info")):
        request = {"action": int(TradeAction.MODIFY), "order": 21, "price": 1.05, "sl": 0.0, "tp": 0.0}
        held.broker.orders = (replace(held.broker.orders[0], price_open=price),)
        held.actions.unanswered.add(held.actions.unanswered.before(held.broker.orders[0], request))
        held.look(SETTLE)
        assert held.parts.told[-1][0] == level


def test_a_reading_of_the_same_moment_says_nothing(held: Held) -> None:
    """Books that were read before the order left, or as it left, do not show what became of it."""
    before = held.broker.read_account()
    held.lose(act(held, "close"), Mood.FILL_LOST)
    held.actions.unanswered.reconcile(before)
    held.actions.unanswered.reconcile(held.broker.read_account())
    assert held.parts.told == []
    held.look(0.001)
    assert held.parts.told != []


def test_one_fate_holds_up_no_other_position(held: Held) -> None:
    """While one order is looked for, the other position can be closed."""
    held.lose(act(held, "close"))
    held.actions.close(12)
    held.look(SETTLE)
    assert [each.ticket for each in held.broker.positions] == [11]


def test_without_a_line_nothing_is_claimed(held: Held) -> None:
    """While the broker cannot be asked, time proves nothing."""
    held.lose(act(held, "close"))
    reading = held.broker.read_account()
    held.broker.connected = False
    held.actions.unanswered.reconcile(replace(reading, monotonic=reading.monotonic + 100.0))
    assert held.parts.told == []


@pytest.mark.parametrize(("mood", "level"), [(Mood.FILL_LOST, "info"), (Mood.LOST, "warning")])
def test_an_earlier_runs_order_is_looked_up_too(held: Held, mood: Mood, level: str) -> None:
    """What was sent before a restart is told, looked for in the books, and ended in the journal with what they say."""
    held.lose(act(held, "close"), mood)
    held.actions = PositionActions(held.parts.log, held.parts.context)
    held.actions.unanswered.resume()
    words = "the desk was interrupted during: close 0.30 lots of EURUSD #11; looking at the broker's books"
    assert held.parts.told == [("warning", "position 11", words)]
    held.look(1.0)
    held.look(SETTLE)
    assert [each[0] for each in held.parts.told] == ["warning", level]
    again = PositionActions(held.parts.log, held.parts.context)
    again.unanswered.resume()
    # A close without a trace may still come, so that the next run looks for it, too.
    assert len(held.parts.told) == (2 if mood is Mood.FILL_LOST else 3)


@pytest.mark.parametrize("restart", [False, True])
def test_a_close_that_comes_late_is_an_alarm(held: Held, restart: bool) -> None:
    """It left no trace for the settling time, and was executed hours later: told, and only then journalled as ended."""
    held.broker.keep_comments = False
    held.lose(act(held, "part"))
    held.look(SETTLE)
    assert held.parts.told[-1] == ("warning", "position 11", "#11: it was not carried out")
    assert len(held.parts.book.journal.unended_actions()) == 1
    if restart:
        held.actions = PositionActions(held.parts.log, held.parts.context)
        held.actions.unanswered.resume()
        held.look(SETTLE)
    held.look(2 * 3600.0)
    held.broker._deal(held.broker.sent[-1], 0.1)
    held.look(1.0)
    words = "#11: it was carried out: 0.10 lots at 1.1499425"
    assert held.parts.told[-1] == ("error", "position 11", f"{words}, late")
    assert held.parts.book.journal.unended_actions() == ()


def test_a_close_that_never_comes_ends_after_a_day(held: Held) -> None:
    """Until then the position can be closed anew; the day over, the journal has its end, as was told before."""
    held.lose(act(held, "close"))
    held.look(SETTLE)
    told = len(held.parts.told)
    held.look(3_600.0)
    assert len(held.parts.book.journal.unended_actions()) == 1
    held.look(86_400.0)
    assert len(held.parts.told) == told
    assert held.parts.book.journal.unended_actions() == ()


@pytest.mark.parametrize("late", [True, False])
def test_a_close_without_a_trace_is_looked_for_beside_the_next_one(held: Held, late: bool) -> None:
    """The trader closes another part meanwhile: that is the new order's, and the late one is told all the same."""
    held.broker.keep_comments = False
    held.lose(act(held, "part"))
    held.look(SETTLE)
    held.actions.close(11, 0.1)
    told = len(held.parts.told)
    held.look(60.0)
    assert len(held.parts.told) == told
    if late:
        held.broker._deal(held.broker.sent[0], 0.1)
    held.look(60.0)
    words = ("error", "position 11", "#11: it was carried out: 0.10 lots at 1.1499425, late")
    assert held.parts.told[told:] == ([words] if late else [])
    assert len(held.parts.book.journal.unended_actions()) == (0 if late else 1)


def test_a_stop_that_moves_late_is_an_alarm(held: Held) -> None:
    """A lost stop counts as not moved; when it moves after all, however late, that is told."""
    held.lose(act(held, "stop"))
    held.look(SETTLE)
    assert held.parts.told[-1][0] == "warning"
    held.look(3_600.0)
    held.broker._change(held.broker.sent[-1])
    held.look(1.0)
    words = "#11: it was carried out: stop 1.135, target 1.2, late"
    assert held.parts.told[-1] == ("error", "position 11", words)
    assert held.parts.book.journal.unended_actions() == ()


def test_an_order_that_is_cancelled_late_is_an_alarm(held: Held) -> None:
    """A lost cancellation counts as not done; when the broker cancels after all, that is told."""
    held.lose(act(held, "cancel"))
    held.look(SETTLE)
    held.look(3_600.0)
    held.broker.end_order(21, OrderState.CANCELED)
    held.look(1.0)
    assert held.parts.told[-1] == ("error", "position 21", "#21: it was carried out, late")


@pytest.mark.parametrize("what", ["stop", "cancel"])
def test_what_is_ordered_anew_is_looked_for_once(held: Held, what: str) -> None:
    """The same stop or cancellation once more: nobody could tell which of them did it, so the answered one did."""
    held.lose(act(held, what))
    held.look(SETTLE)
    act(held, what)()
    told = len(held.parts.told)
    held.look(60.0)
    assert len(held.parts.told) == told
    assert held.parts.book.journal.unended_actions() == ()


def test_a_history_that_is_behind_is_waited_for(held: Held) -> None:
    """The close came at the very end of the settling time, and its deal reaches the history later: it is found."""
    held.lose(act(held, "part"))
    held.look(SETTLE - 1.0)
    deal = held.broker._deal(held.broker.sent[-1], 0.1)
    held.broker.deals.remove(deal)
    held.look(1.5)
    assert held.parts.told == []
    held.broker.deals.append(deal)
    held.look(2.0)
    assert held.parts.told == [("info", "position 11", "#11: it was carried out: 0.10 lots at 1.1499425")]


def test_a_close_may_repeat_the_comment_of_its_position(held: Held) -> None:
    """A broker that gives a close its position's comment: the close is found all the same, and is no intent's."""
    opened = held.parts.send(judgement=answer(lots=0.3))
    assert opened.fill is not None
    ticket = opened.fill.order
    held.lose(lambda: held.actions.close(ticket, 0.1))
    held.broker._deal({**held.broker.sent[-1], "comment": f"ABX {opened.intent_id}"}, 0.1)
    held.look(1.0)
    assert held.parts.told[-1][0] == "info"
    assert "it was carried out: 0.10 lots" in held.parts.told[-1][2]


@pytest.mark.parametrize("lost", ["close", "intent"])
def test_each_deal_is_told_of_one_order(held: Held, lost: str) -> None:
    """A close and an intent that look the same, one lost and one answered: the deal is its own order's alone."""
    held.broker.keep_comments = False
    closing = answer(lots=0.1, stop_loss=None, take_profit=None, closes=11)
    magic = magic_of("manual", DeskSettings())
    held.broker.positions = (replace(held.broker.positions[0], magic=magic),)
    recovery = Recovery(held.parts.book, held.parts.context, held.actions.unanswered)
    if lost == "close":
        held.lose(act(held, "part"))
        held.parts.send(judgement=closing, direction=-1)
    else:
        intent = held.parts.send(Mood.LOST, judgement=closing, direction=-1)
        held.actions.close(11, 0.1)
    for _ in range(int(SETTLE) + 2):
        held.broker.clock.advance(1.0)
        recovery.reconcile()
        held.actions.unanswered.reconcile(held.broker.read_account())
    if lost == "close":
        assert held.parts.told[-1] == ("warning", "position 11", f"#11: {NOT_DONE}")
    else:
        assert held.parts.book.get(intent.intent_id).state is IntentState.FAILED


def test_a_deal_that_fits_both_is_the_close_s_first(held: Held) -> None:
    """Both lost, one came late under the broker's words: it is told of one, and the other of the next deal."""
    held.broker.keep_comments = False
    closing = answer(lots=0.1, stop_loss=None, take_profit=None, closes=11)
    held.broker.positions = (replace(held.broker.positions[0], magic=magic_of("manual", DeskSettings())),)
    recovery = Recovery(held.parts.book, held.parts.context, held.actions.unanswered)
    intent = held.parts.send(Mood.LOST, judgement=closing, direction=-1)
    held.lose(act(held, "part"))
    for _ in range(2):
        held.broker._deal(held.broker.sent[-1], 0.1)
        held.broker.clock.advance(1.0)
        recovery.reconcile()
        held.actions.unanswered.reconcile(held.broker.read_account())
        if len(held.broker.deals) == 1:
            assert held.parts.book.get(intent.intent_id).state is IntentState.UNKNOWN
    assert [each[0] for each in held.parts.told if each[1] == "position 11"] == ["info"]
    found = held.parts.book.get(intent.intent_id)
    assert (found.state, found.fill and found.fill.order) == (IntentState.FILLED, held.broker.deals[-1].order)


@pytest.mark.parametrize("rest", [True, False])
def test_what_an_intent_closed_is_not_ours(held: Held, rest: bool) -> None:
    """An intent's own order took from the position meanwhile, or closed it: nothing of the lost close is claimed."""
    held.lose(act(held, "part" if rest else "close"))
    other = held.parts.send(judgement=answer(lots=0.1, closes=11))
    held.broker._deal(
        {**held.broker.sent[0], "comment": f"ABX {other.intent_id}", "volume": 0.1 if rest else 0.3},
        0.1 if rest else 0.3,
    )
    held.look(1.0)
    assert [each for each in held.parts.told if each[1] == "position 11"] == []
    held.look(SETTLE)
    why = "" if rest else ": another order closed the position"
    assert held.parts.told[-1] == ("warning", "position 11", f"#11: {NOT_DONE}{why}")


def test_an_older_deal_does_not_stand_for_one_that_is_not_in_the_history_yet(held: Held) -> None:
    """A part was closed seconds before the rest, whose deal comes late: the rest is not told as another's doing."""
    held.actions.close(11, 0.2)
    held.broker.clock.advance(1.0)
    held.lose(lambda: held.actions.close(11), Mood.FILL_LOST)
    newest = held.broker.deals.pop()
    held.look(1.0)
    held.broker.deals.append(newest)
    held.look(1.0)
    assert held.parts.told[-1] == ("info", "position 11", "#11: it was carried out: 0.10 lots at 1.1499425")


def test_what_an_intent_closed_late_is_not_ours(held: Held) -> None:
    """An intent's closing order that came late, with the broker's own words, is the intent's by its fill alone."""
    held.lose(act(held, "part"))
    other = held.parts.send(Mood.LOST)
    held.broker.keep_comments = False
    deal = held.broker._deal({**held.broker.sent[0], "comment": ""}, 0.1)
    fill = Fill(order=deal.order, deal=deal.ticket, position=11, volume=0.1, price=deal.price)
    body = to_body(fill=fill)
    held.parts.book.record(other, EventKind.FILLED, state=IntentState.FILLED, ticket=11, body=body)
    held.look(1.0)
    assert [each for each in held.parts.told if each[1] == "position 11"] == []


def test_an_action_of_which_the_journal_has_no_request_is_for_the_trader(held: Held) -> None:
    """It cannot be looked up: it is told, and ended in the journal under its position's number."""
    log = held.parts.log
    log.note(EventKind.ACTION_SUBMITTED, reason="close EURUSD #11", symbol="EURUSD", ticket=11)
    held.actions.unanswered.resume()
    words = "the desk was interrupted during: close EURUSD #11; please look at the position"
    assert held.parts.told == [("warning", "position 11", words)]
    ended = held.parts.events()[-1]
    assert (ended.kind, ended.symbol, ended.ticket, ended.reason) == (EventKind.ACTION_ENDED, "EURUSD", 11, words)


def test_what_an_intent_only_took_from_is_not_its_own_position(held: Held) -> None:
    """A position that somebody else opened stays somebody else's when an intent closed a part of it."""
    reducing = held.parts.send(judgement=answer(lots=0.1, stop_loss=None, take_profit=None, closes=11), direction=-1)
    held.broker.clock.advance(1.0)
    Recovery(held.parts.book, held.parts.context, held.actions.unanswered).reconcile()
    assert held.parts.kinds(reducing.intent_id)[-1] == "CONFIRMED"
    assert held.parts.book.owner_of(11, "") == ""
