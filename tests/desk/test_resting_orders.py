# SPDX-License-Identifier: MIT
"""Limit and stop entries: judged, placed with their expiry, followed to whatever end, told in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import GoodFor, IntentState
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.snapshot import RestingOrder
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.constants import OrderState, OrderTime, OrderType, TradeAction
from arbitrex_desktop.mt5.symbol_modes import SymbolExpiration, SymbolOrderMode
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from tests.desk.conftest import BuildDesk, Desk, intent
from tests.fakes.broker import Mood
from tests.fakes.clock import START
from tests.fakes.records import replace


def limit(**changes: Any) -> Any:
    """Return an intent to buy EURUSD, which is at 1.15, at 1.14."""
    return intent(**{"order_kind": OrderKind.LIMIT, "order_price": 1.14, "stop_loss": 1.13, **changes})


def place(desk: Desk, **changes: Any) -> str:
    """Have a limit order approved, and return its intent."""
    intent_id = desk.core.submit(limit(**changes))
    desk.core.approve(intent_id)
    return intent_id


def told(desk: Desk, intent_id: str) -> list[str]:
    """Return what was told of an intent's order, newest first."""
    return [each.text for each in desk.core.snapshot().notices if each.topic == NoticeSubject.ORDER.of(intent_id)]


def ticket_of(desk: Desk, intent_id: str) -> int:
    """Return the ticket of an intent's order."""
    fill = desk.intent(intent_id).fill
    assert fill is not None
    return fill.order


def journalled_ticket(desk: Desk, intent_id: str) -> int | None:
    """Return the ticket with which the journal has it that an intent's order rests."""
    assert desk.core.desk is not None
    events = desk.core.desk.book.journal.events(intent_id=intent_id)
    return next(each.ticket for each in events if each.kind is EventKind.PLACED)


class TestPlacing:
    """What leaves is what was approved, in the form that the symbol declares."""

    def test_an_approved_limit_rests(self, desk: Desk) -> None:
        """It is PLACED, with its ticket, where it waits is told, and nothing is open."""
        intent_id = place(desk)
        assert desk.intent(intent_id).state is IntentState.PLACED
        assert journalled_ticket(desk, intent_id) == ticket_of(desk, intent_id)
        (sent,) = desk.broker.sent
        assert (sent["action"], sent["type"], sent["price"]) == (TradeAction.PENDING, OrderType.BUY_LIMIT, 1.14)
        assert (sent["sl"], sent["volume"], sent["expiration"]) == (1.13, 0.1, 0)
        assert told(desk, intent_id)[0] == (
            f"BUY LIMIT 0.10 EURUSD PLACED at 1.14000, order #{ticket_of(desk, intent_id)}, until it is cancelled"
        )
        assert desk.row(intent_id).resting == RestingOrder(1.14)
        assert not desk.broker.positions

    def test_the_risk_manager_judges_the_order(self, desk: Desk) -> None:
        """Kind, price and expiry are put before the RPM, when it is submitted and when it is approved."""
        until = START + timedelta(hours=3)
        place(
            desk, order_kind=OrderKind.STOP, order_price=1.16, stop_loss=1.15, good_for=GoodFor.TIME, good_until=until
        )
        for asked in (desk.rpm.recorded[-1], desk.rpm.evaluated[-1]):
            assert (asked.order_kind, asked.order_price, asked.expires_at) == (OrderKind.STOP, 1.16, until)

    @pytest.mark.parametrize(
        ("good_for", "until", "sent"),
        [
            (GoodFor.CANCELLED, None, (OrderTime.GTC, False)),
            (GoodFor.DAY, None, (OrderTime.DAY, False)),
            (GoodFor.TIME, START + timedelta(hours=2), (OrderTime.SPECIFIED, True)),
            (GoodFor.DATE, START + timedelta(days=2), (OrderTime.SPECIFIED_DAY, True)),
        ],
    )
    def test_each_expiry_leaves_in_the_brokers_time(
        self, desk: Desk, good_for: GoodFor, until: datetime | None, sent: tuple[OrderTime, bool]
    ) -> None:
        """A moment is said on the server's clock, three hours ahead here."""
        desk.broker.server_offset = 10_800
        place(desk, good_for=good_for, good_until=until)
        kind, timed = sent
        assert desk.broker.sent[-1]["type_time"] == kind
        expected = round(until.timestamp()) + 10_800 if timed and until else 0
        assert desk.broker.sent[-1]["expiration"] == expected

    def test_an_expiry_behind_the_change_of_clocks_is_the_broker_s_hour_then(self, desk: Desk) -> None:
        """Given in March for a moment in April: the server, two hours ahead now, is three ahead by then."""
        desk.broker.server_offset, desk.broker.learns = 7_200, "Europe/Athens"
        until = datetime(2025, 4, 2, 12, tzinfo=UTC)
        place(desk, good_for=GoodFor.TIME, good_until=until)
        assert desk.broker.sent[-1]["expiration"] == round(until.timestamp()) + 10_800

    @pytest.mark.parametrize(
        ("changes", "properties", "words"),
        [
            ({}, {"order_mode": int(SymbolOrderMode.MARKET)}, "takes no limit orders on EURUSD"),
            ({}, {"expiration_mode": int(SymbolExpiration.DAY)}, "lets orders rest for the day only"),
            (
                {"good_for": GoodFor.TIME, "good_until": START + timedelta(hours=1)},
                {"expiration_mode": int(SymbolExpiration.GTC | SymbolExpiration.DAY)},
                "until it is cancelled or for the day only",
            ),
            ({"good_for": GoodFor.TIME}, {}, "needs that moment"),
            ({"good_until": START + timedelta(hours=1)}, {}, "has no moment"),
            ({"good_for": GoodFor.DATE, "good_until": datetime(2030, 1, 1)}, {}, "no time zone"),  # noqa: DTZ001 - the fault
            ({"good_for": GoodFor.TIME, "good_until": datetime(2020, 1, 1, tzinfo=UTC)}, {}, "has passed already"),
            ({"order_kind": OrderKind.MARKET}, {}, "neither a price of its own nor an expiry"),
        ],
    )
    def test_what_the_symbol_does_not_take_is_refused_in_words(
        self, desk: Desk, changes: dict[str, Any], properties: dict[str, Any], words: str
    ) -> None:
        """In the preview and at once when submitted, before anybody approves it."""
        desk.broker.infos["EURUSD"] = replace(desk.broker.infos["EURUSD"], **properties)
        assert words in desk.core.preview(limit(**changes), 1).intent.details
        row = desk.row(desk.core.submit(limit(**changes)))
        assert (row.state, row.reason) == (IntentState.REJECTED, "ORDER_NOT_TAKEN")
        assert words in row.details
        assert desk.broker.sent == []

    @pytest.mark.parametrize(
        ("price", "words"),
        [(1.1501, "has passed the limit price 1.1501"), (1.14999, "the broker asks for 10 at least")],
    )
    def test_a_price_that_the_market_reached_meanwhile_is_not_sent(self, desk: Desk, price: float, words: str) -> None:
        """The desk looks again at the price of the moment, as the broker would."""
        intent_id = place(desk, order_price=price)
        assert desk.intent(intent_id).state is IntentState.FAILED
        assert words in desk.intent(intent_id).reason
        assert desk.broker.sent == []

    def test_halt_lets_none_out(self, desk: Desk) -> None:
        """It adds risk, so none is approved while halted; those that rest stay, and can be cancelled."""
        first = place(desk)
        second = desk.core.submit(limit(order_price=1.12, stop_loss=1.11))
        desk.core.halt("enough")
        with pytest.raises(CommandRefused, match="halted"):
            desk.core.approve(second)
        desk.step()
        assert desk.intent(first).state is IntentState.PLACED
        desk.core.cancel_order(ticket_of(desk, first))
        desk.step()
        assert desk.intent(first).state is IntentState.CANCELLED

    def test_halt_cancels_them_where_the_settings_say_so(self, build: BuildDesk) -> None:
        """With `cancel_on_halt` the desk's own orders go, and the journal says that they did."""
        desk = build(settings=DeskSettings(cancel_on_halt=True))
        intent_id = place(desk)
        desk.core.halt("enough")
        desk.step()
        desk.step()
        assert desk.intent(intent_id).state is IntentState.CANCELLED
        assert desk.broker.orders == ()


class TestEnds:
    """What became of an order that rests is found in the broker's books, and told."""

    def test_it_waits_on_while_the_broker_lists_it(self, desk: Desk) -> None:
        """Nothing is written while nothing happens, and its reservation goes once the account shows the order."""
        intent_id = place(desk)
        desk.step()
        before = desk.intent(intent_id).seq
        for _ in range(5):
            desk.step()
        assert desk.intent(intent_id).seq == before
        assert desk.rpm.released == [intent_id]

    def test_it_is_filled(self, desk: Desk) -> None:
        """Its deal, its price and its position are the intent's, and the trader is told."""
        intent_id = place(desk)
        ticket = ticket_of(desk, intent_id)
        desk.broker.trigger(ticket)
        desk.step()
        row = desk.row(intent_id)
        assert (row.state, row.ticket, row.filled_lots) == (IntentState.FILLED, ticket, 0.1)
        assert row.fill_price == pytest.approx(1.14)
        assert row.slippage_points == pytest.approx(0.0)
        assert told(desk, intent_id)[0].startswith("BUY LIMIT 0.10 EURUSD FILLED at 1.14000")
        assert desk.core.snapshot().positions[0].intent_id == intent_id

    @pytest.mark.parametrize(
        ("end", "state", "words"),
        [
            (OrderState.EXPIRED, IntentState.EXPIRED, "its time at the broker was over"),
            (OrderState.CANCELED, IntentState.CANCELLED, "it was cancelled"),
            (OrderState.REJECTED, IntentState.FAILED, "could not execute it when its price was reached"),
        ],
    )
    @pytest.mark.parametrize("down", [False, True])
    def test_it_ends_without_a_deal(
        self, build: BuildDesk, end: OrderState, state: IntentState, words: str, down: bool
    ) -> None:
        """Expired, cancelled in the terminal, rejected when reached: also while the program was down."""
        desk = build()
        intent_id = place(desk)
        ticket = ticket_of(desk, intent_id)
        if down:
            desk.core.stop()
            desk.clock.advance(3 * 86_400.0)
        desk.broker.end_order(ticket, end)
        if down:
            desk = build(desk.broker)
        desk.step()
        assert desk.intent(intent_id).state is state
        assert words in told(desk, intent_id)[0]
        assert intent_id in desk.rpm.released

    def test_it_is_filled_while_the_program_is_down(self, build: BuildDesk) -> None:
        """Two days later, its position closed again meanwhile: it was filled, and is told."""
        desk = build()
        intent_id = place(desk)
        ticket = ticket_of(desk, intent_id)
        desk.core.stop()
        desk.clock.advance(86_400.0)
        desk.broker.trigger(ticket)
        desk.broker.close_by_stop(ticket)
        desk.clock.advance(86_400.0)
        again = build(desk.broker)
        again.step()
        assert again.intent(intent_id).state is IntentState.FILLED
        assert "FILLED at 1.14000" in told(again, intent_id)[0]

    def test_a_part_of_it_is_filled(self, desk: Desk) -> None:
        """The part is told while the rest waits on; when that ends, the intent is PARTIAL."""
        intent_id = place(desk, requested_volume=0.3)
        ticket = ticket_of(desk, intent_id)
        desk.broker.trigger(ticket, 0.1)
        desk.step()
        held = desk.intent(intent_id)
        assert (held.state, held.fill and held.fill.volume) == (IntentState.PLACED, 0.1)
        before = held.seq
        desk.step()
        assert desk.intent(intent_id).seq == before
        desk.broker.end_order(ticket, OrderState.EXPIRED)
        desk.step()
        assert desk.intent(intent_id).state is IntentState.PARTIAL
        assert desk.row(intent_id).filled_lots == pytest.approx(0.1)

    def test_one_that_vanished_without_a_trace_is_an_alarm_only_in_the_end(self, desk: Desk) -> None:
        """The history may be late: nothing is said before the settling time, then it has failed, in words."""
        intent_id = place(desk)
        desk.step()
        desk.broker.orders = ()
        desk.step()
        assert desk.intent(intent_id).state is IntentState.PLACED
        for _ in range(30):
            desk.step()
        assert desk.intent(intent_id).state is IntentState.FAILED
        assert "no trace" in told(desk, intent_id)[0]

    def test_a_late_one_is_found_again(self, desk: Desk) -> None:
        """An order that counted as failed and rests after all is PLACED again, with an alarm."""
        desk.broker.moods.append(Mood.LOST)
        intent_id = place(desk)
        for _ in range(30):
            desk.step()
        assert desk.intent(intent_id).state is IntentState.FAILED
        attempt = desk.intent(intent_id).attempt
        assert attempt is not None
        desk.broker.send_order(attempt.request)
        desk.step()
        assert desk.intent(intent_id).state is IntentState.PLACED
        assert journalled_ticket(desk, intent_id) == ticket_of(desk, intent_id)
        assert any("had counted as failed, but rests" in each.text for each in desk.core.snapshot().notices)


class TestLostAnswers:
    """An order whose answer was lost is looked up among those that rest, the filled and the ended."""

    @pytest.mark.parametrize("comments", [True, False])
    @pytest.mark.parametrize(
        ("after", "state"),
        [
            ("rests", IntentState.PLACED),
            ("filled", IntentState.FILLED),
            ("expired", IntentState.EXPIRED),
            ("never came", IntentState.FAILED),
        ],
    )
    def test_it_is_looked_up(self, desk: Desk, after: str, state: IntentState, comments: bool) -> None:
        """By its mark, or where the broker overwrites that, by magic number, kind, size and time."""
        desk.broker.keep_comments = comments
        desk.broker.moods.append(Mood.LOST if after == "never came" else Mood.FILL_LOST)
        intent_id = place(desk)
        assert desk.intent(intent_id).state is not IntentState.PLACED
        ticket = desk.broker.orders[0].ticket if desk.broker.orders else 0
        if after == "filled":
            desk.broker.trigger(ticket)
        elif after == "expired":
            desk.broker.end_order(ticket, OrderState.EXPIRED)
        for _ in range(30):
            desk.step()
        assert desk.intent(intent_id).state is state
        if state is not IntentState.FAILED:
            assert len(desk.broker.sent) == 1
        if state is IntentState.PLACED:
            fill = desk.intent(intent_id).fill
            assert fill is not None
            assert (fill.order, fill.volume) == (ticket, 0.0)


class TestWithdrawing:
    """Whoever sent it may take it back while it rests."""

    def test_its_sender_cancels_it(self, desk: Desk) -> None:
        """The order is cancelled at the broker, the journal says by whom, and the intent is CANCELLED at once."""
        intent_id = place(desk, source="trend")
        desk.core.cancel(intent_id, "trend")
        assert desk.intent(intent_id).state is IntentState.CANCELLED
        assert desk.broker.orders == ()
        sending = [each for each in desk.core.desk.book.journal.events() if each.kind == "ACTION_SENDING"]  # type: ignore[union-attr]
        assert [(each.actor, each.ticket) for each in sending] == [("trend", desk.broker.sent[-1]["order"])]
