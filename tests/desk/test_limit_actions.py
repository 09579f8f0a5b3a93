# SPDX-License-Identifier: MIT
"""What happens at a limit is chosen: nothing, an alert, orders cancelled, positions closed, locked until the reset."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.gate import LIMITS
from arbitrex_desktop.desk.intents.events import EventKind, NewEvent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.settings import DeskSettings, Limit
from arbitrex_desktop.mt5.constants import OrderType
from arbitrex_desktop.raw_layer.views import AccountMode, ConnectionState
from arbitrex_desktop.risk_portfolio_manager import Outcome, RPMConfig, Verdict
from arbitrex_desktop.risk_portfolio_manager.rules.registry import LATCHING
from tests.desk.conftest import BuildDesk, Desk, intent
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_order, make_position
from tests.fakes.records import replace


def build_held(build: BuildDesk, **settings: Any) -> Desk:
    """Return a desk with two positions and an order that were not opened here, and a pending intent."""
    desk = build(settings=DeskSettings(**settings))
    desk.broker.positions = (
        make_position("EURUSD", 1, 0.3, ticket=11),
        make_position("GBPUSD", -1, 0.2, ticket=12),
    )
    desk.broker.orders = (make_order("EURUSD", OrderType.BUY_LIMIT, 0.1, ticket=21),)
    desk.core.submit(intent())
    desk.step()
    assert [len(desk.broker.positions), len(desk.broker.orders)] == [2, 1]
    return desk


def latch(desk: Desk, code: str = "DAILY_LOSS_LIMIT") -> None:
    """Let a limit halt trading."""
    desk.rpm.kill_switches.latch(desk.rpm.portfolio_state, code, "daily loss 2.1% has reached the limit of 2.0%")


def open_things(desk: Desk) -> tuple[int, int, int]:
    """Return how many positions, orders and pending intents there are."""
    pending = [row for row in desk.core.snapshot().intents if row.state is IntentState.PENDING]
    return len(desk.broker.positions), len(desk.broker.orders), len(pending)


def drafts(desk: Desk, kind: EventKind) -> list[NewEvent]:
    """Return the journalled events of a kind."""
    assert desk.core.desk is not None
    return [event for event in desk.core.desk.book.journal.events() if event.kind is kind]


@pytest.mark.parametrize(
    ("action", "left"),
    [("", (2, 1, 1)), ("alert", (2, 1, 1)), ("cancel", (2, 0, 0)), ("close", (0, 0, 0)), ("lock", (0, 0, 0))],
)
def test_each_action_does_what_it_says_and_no_more(build: BuildDesk, action: str, left: tuple[int, int, int]) -> None:
    """Off by default; each further action does what those before it do."""
    desk = build_held(build, at_limit={"DAILY_LOSS_LIMIT": action} if action else {})
    latch(desk)
    desk.step()
    desk.step()
    assert open_things(desk) == left
    told = [notice.text for notice in desk.core.snapshot().notices if notice.text.startswith("LIMIT")]
    assert len(told) == bool(action)
    assert len(drafts(desk, EventKind.LIMIT_REACHED)) == bool(action)


def test_another_limit_does_nothing(build: BuildDesk) -> None:
    """An action is of the limit that it is named for, and HALT by hand is none."""
    desk = build_held(build, at_limit={"MAX_DRAWDOWN_EXCEEDED": "close"})
    latch(desk)
    desk.step()
    desk.core.halt("enough")
    desk.step()
    assert open_things(desk) == (2, 1, 1)


def test_exits_are_the_limits_own_and_need_no_arming_on_live(build: BuildDesk) -> None:
    """Naming the action has authorised them; each is journalled under its own name, and nothing else passes so."""
    desk = build_held(build, at_limit={"DAILY_LOSS_LIMIT": "close"})
    desk.broker.account_mode = AccountMode.LIVE
    with pytest.raises(CommandRefused, match="arming"):
        desk.core.close_position(11)
    latch(desk)
    desk.step()
    assert open_things(desk) == (0, 0, 0)
    sending = drafts(desk, EventKind.ACTION_SUBMITTED)
    assert {draft.ticket for draft in sending} == {11, 12, 21}
    assert {draft.actor for draft in sending} == {LIMITS}
    assert drafts(desk, EventKind.LIMIT_REACHED)[0].reason.startswith("DAILY_LOSS_LIMIT: close: daily loss 2.1%")


def test_only_reductions_are_ever_sent(build: BuildDesk) -> None:
    """What leaves closes a position by its number, or removes an order."""
    desk = build_held(build, at_limit={"DAILY_LOSS_LIMIT": "lock"})
    latch(desk)
    desk.step()
    assert desk.broker.sent
    assert all(request.get("position") in (11, 12) or request.get("order") == 21 for request in desk.broker.sent)


def test_what_could_not_be_closed_is_tried_again_with_longer_waits(build: BuildDesk) -> None:
    """A broker that rejects is asked again after 4, 8, 16 seconds, not at every step; the trader is told."""
    desk = build_held(build, at_limit={"DAILY_LOSS_LIMIT": "close"})
    desk.broker.moods.extend([Mood.FILL, Mood.REJECT, Mood.FILL, Mood.REJECT, Mood.FILL])
    latch(desk)
    desk.step()
    assert [each.ticket for each in desk.broker.positions] == [11]
    assert any("not everything was closed" in notice.text for notice in desk.core.snapshot().notices)
    moments = []
    for second in range(1, 16):
        before = len(desk.broker.sent)
        desk.step()
        if len(desk.broker.sent) > before:
            moments.append(second)
    assert moments[0] == 4
    assert desk.broker.positions == ()


def test_a_limit_that_is_broken_while_halted_by_hand_counts(build: BuildDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The halt keeps the person's reason; the broken limit is seen all the same."""
    desk = build_held(build, at_limit={"ACCOUNT_FLOOR": "close"})
    desk.core.halt("lunch")
    desk.step()
    assert open_things(desk)[0] == 2
    broken = Verdict("ACCOUNT_FLOOR", Outcome.FAIL, 1.0, 2.0, "money", "equity 1.00 is under the minimum of 2.00")
    monkeypatch.setattr(desk.rpm, "limits_in_use", lambda: (broken,))
    desk.step()
    assert open_things(desk) == (0, 0, 0)


def test_a_lock_holds_until_the_days_reset(build: BuildDesk) -> None:
    """It is not resumed by hand, nor by halting by hand in between; after the reset it is."""
    desk = build_held(build, at_limit={"DAILY_LOSS_LIMIT": "lock"})
    latch(desk)
    desk.step()
    with pytest.raises(CommandRefused, match="locked trading until the day's reset"):
        desk.core.resume("I feel lucky")
    desk.core.halt("by hand")
    with pytest.raises(CommandRefused, match="locked trading until the day's reset"):
        desk.core.resume("I feel lucky")
    tomorrow = desk.clock.now().replace(hour=0, minute=0, second=1) + timedelta(days=1)
    desk.step((tomorrow - desk.clock.now()).total_seconds())
    desk.core.resume("a new day")
    desk.step()
    assert desk.core.snapshot().risk is not None
    assert not desk.rpm.portfolio_state.trading_halted


@pytest.mark.parametrize("allowed", [True, False])
def test_everything_is_flat_before_the_sessions_end(build: BuildDesk, *, allowed: bool) -> None:
    """Five minutes before the end, not six; only where the desk was allowed to."""
    desk = build_held(build, flat_at_session_end=allowed)
    desk.rpm.config = RPMConfig(session_end="10:20", session_start="12:00", flat_minutes=5.0)
    ten = desk.clock.now().replace(hour=10, minute=0, second=0, microsecond=0)
    assert desk.clock.now() < ten + timedelta(minutes=14)
    desk.step((ten + timedelta(minutes=14, seconds=58) - desk.clock.now()).total_seconds())
    assert open_things(desk)[0] == 2
    desk.step(5.0)
    assert (open_things(desk)[:2] == (0, 0)) is allowed


def test_a_lost_connection_cancels_what_waits(build: BuildDesk) -> None:
    """Pending intents at once, orders when the broker is back, positions never; off by default nothing."""
    desk = build_held(build, cancel_on_disconnect=True)
    desk.broker.connected, desk.broker.state = False, ConnectionState.LOST
    desk.step()
    assert open_things(desk) == (2, 1, 0)
    desk.broker.connected, desk.broker.state = True, ConnectionState.CONNECTED
    desk.step()
    assert open_things(desk) == (2, 0, 0)
    desk.broker.orders = (make_order("EURUSD", OrderType.BUY_LIMIT, 0.1, ticket=22),)
    desk.step()
    desk.step(10.0)
    assert len(desk.broker.orders) == 1, "an order of after the return is left alone"


def test_messages_are_counted_and_exits_never_refused(build: BuildDesk) -> None:
    """Two a minute: the second entry passes, the third is refused, a close and a cancellation pass and are counted."""
    desk = build(settings=DeskSettings(max_messages_per_minute=2))
    for _ in range(2):
        desk.core.approve(desk.core.submit(intent()))
    third = desk.core.submit(intent())
    with pytest.raises(CommandRefused, match="2 messages were sent to the broker within a minute"):
        desk.core.approve(third)
    desk.core.close_position(desk.broker.positions[0].ticket)
    desk.broker.orders = (make_order("EURUSD", OrderType.BUY_LIMIT, 0.1, ticket=21),)
    desk.core.cancel_order(21)
    desk.step(50.0)
    with pytest.raises(CommandRefused, match="4 messages were sent"):
        desk.core.approve(desk.core.submit(intent()))
    desk.step(60.0)
    desk.core.approve(desk.core.submit(intent()))


def test_every_limit_that_halts_can_be_named_and_no_other() -> None:
    """The names are those of the rules that latch."""
    assert set(get_args(Limit)) == {rule.code.value for rule in LATCHING}


def test_positions_of_others_are_part_of_the_account(build: BuildDesk) -> None:
    """A floor is of the whole account: what was opened elsewhere is closed, too."""
    desk = build_held(build, at_limit={"ACCOUNT_FLOOR": "close"})
    desk.broker.positions = tuple(replace(each, magic=777) for each in desk.broker.positions)
    latch(desk, "ACCOUNT_FLOOR")
    desk.step()
    assert desk.broker.positions == ()
