# SPDX-License-Identifier: MIT
"""The ticket's limit and stop orders: kind, price, expiry and pair, with what is wrong beside its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDateTime

from arbitrex_desktop.desk.intents.intent import GoodFor, IntentRequest, IntentState
from arbitrex_desktop.desk.presentation.snapshot import RestingOrder
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.models.quotes import QuoteRow
from arbitrex_desktop.ui.models.ticket import LevelUnit
from arbitrex_desktop.ui.panels.intent_form import IntentFormPanel
from tests.fakes.desk_data import intent_row, quote

Make = Callable[..., Freshness]


@pytest.fixture
def ticket(form: IntentFormPanel) -> IntentFormPanel:
    """Give a ticket for EURUSD at 1.10000 / 1.10010, with a limit chosen."""
    form.show_quote(QuoteRow("EURUSD", 5, quote(bid=1.1), 0.2, live=True))
    form.entry.kind.setCurrentText("Limit")
    return form


def test_an_order_at_the_market_has_no_more_fields(form: IntentFormPanel) -> None:
    """Price, expiry and pair are out of sight, and the request has none of them."""
    assert not form.entry.price.isVisible()
    assert form.request() == IntentRequest("EURUSD", 1)


def test_a_limit_by_its_price(ticket: IntentFormPanel) -> None:
    """What stands in the fields is what is asked for; how far that is from the market stands below."""
    ticket.entry.price.put("1.098", LevelUnit.PRICE)
    ticket.entry.good_for.setCurrentText("for the day")
    request = ticket.request()
    assert (request.order_kind, request.order_price) == (OrderKind.LIMIT, 1.098)
    assert (request.good_for, request.good_until, request.oco_with) == (GoodFor.DAY, None, "")
    assert ticket.entry.price.note.text() == "21.0 pips from the market"
    assert ticket.submit.text() == "Submit \N{BLACK UP-POINTING TRIANGLE} BUY LIMIT EURUSD"


@pytest.mark.parametrize(
    ("kind", "side", "price"),
    [("Limit", "buy", 1.0981), ("Stop", "buy", 1.1021), ("Limit", "sell", 1.102), ("Stop", "sell", 1.098)],
)
def test_pips_count_to_the_side_on_which_it_waits(ticket: IntentFormPanel, kind: str, side: str, price: float) -> None:
    """20 pips below the ask for a limit to buy, above it for a stop; the other way round from the bid to sell."""
    ticket.entry.kind.setCurrentText(kind)
    getattr(ticket, side).click()
    ticket.entry.price.put("20", LevelUnit.PIPS)
    assert ticket.request().order_price == pytest.approx(price)
    assert ticket.entry.price.note.text() == f"{price:.5f}"


def test_stop_and_target_count_from_the_order(ticket: IntentFormPanel) -> None:
    """Ten pips below 1.09800, and twice that above it."""
    ticket.entry.price.put("1.098", LevelUnit.PRICE)
    ticket.fields.stop_loss.put("10", LevelUnit.PIPS)
    ticket.fields.take_profit.put("2", LevelUnit.R)
    request = ticket.request()
    assert (request.stop_loss, request.take_profit) == (1.097, 1.1)
    plan = ticket.plan()
    assert plan is not None
    assert (plan.entry, plan.order_kind) == (1.098, "LIMIT")


def test_a_moment_is_local_and_sent_in_utc(ticket: IntentFormPanel) -> None:
    """What the clock on the wall says is turned into UTC; the field is there only where it counts."""
    ticket.entry.price.put("1.098", LevelUnit.PRICE)
    assert not ticket.entry.moment.isVisible()
    ticket.entry.good_for.setCurrentText("until")
    assert ticket.entry.moment.isVisible()
    moment = datetime(2030, 1, 31, 17, 0, tzinfo=UTC)
    ticket.entry.moment.setDateTime(QDateTime.fromSecsSinceEpoch(round(moment.timestamp())))
    assert (ticket.request().good_for, ticket.request().good_until) == (GoodFor.TIME, moment)


class TestWrong:
    """Submit is off, and the words are at the field."""

    def test_no_price(self, ticket: IntentFormPanel) -> None:
        """An order that rests has to rest somewhere."""
        assert not ticket.submit.isEnabled()
        assert ticket.submit.toolTip() == "Entry: say at which price the order rests"

    def test_an_unreadable_price(self, ticket: IntentFormPanel) -> None:
        """A comma is refused as everywhere."""
        ticket.entry.price.put("1,1", LevelUnit.PRICE)
        assert ticket.entry.price.field._mark is not None
        assert "Entry must be a number" in ticket.entry.price.note.text()
        assert not ticket.submit.isEnabled()

    @pytest.mark.parametrize(
        ("kind", "side", "price", "words"),
        [
            ("Limit", "buy", "1.2", "a limit to buy waits below 1.10010"),
            ("Stop", "buy", "1.05", "a stop to buy waits above 1.10010"),
            ("Limit", "sell", "1.05", "a limit to sell waits above 1.10000"),
            ("Stop", "sell", "1.2", "a stop to sell waits below 1.10000"),
        ],
    )
    def test_the_wrong_side_of_the_market(
        self, ticket: IntentFormPanel, kind: str, side: str, price: str, words: str
    ) -> None:
        """The field is marked and says where it would wait."""
        ticket.entry.kind.setCurrentText(kind)
        getattr(ticket, side).click()
        ticket.entry.price.put(price, LevelUnit.PRICE)
        assert ticket.entry.price.field._mark is not None
        assert ticket.entry.price.note.text() == words

    def test_pips_without_a_fresh_price(self, ticket: IntentFormPanel) -> None:
        """There is nothing to count from."""
        ticket.show_quote(QuoteRow("EURUSD", 5, quote(), 99.0, live=True))
        ticket.entry.price.put("20", LevelUnit.PIPS)
        assert not ticket.submit.isEnabled()


def test_a_pair_is_formed_with_an_order_of_ones_own(ticket: IntentFormPanel, fresh: Make) -> None:
    """Orders of the trader on the symbol that rest or wait are offered, no others; one that ends goes away."""
    ticket.entry.price.put("1.098", LevelUnit.PRICE)
    resting = {"resting": RestingOrder(1.09), "order_kind": "STOP"}
    rows = (
        intent_row("placed", state=IntentState.PLACED, **resting),
        intent_row("pending", **resting),
        intent_row("filled", state=IntentState.FILLED, **resting),
        intent_row("strategy", source="trend", **resting),
        intent_row("elsewhere", symbol="AUDUSD", **resting),
        intent_row("market"),
    )
    ticket.refresh(fresh(intents=rows))
    offered = [ticket.entry.pair.itemData(at) for at in range(ticket.entry.pair.count())]
    assert offered == ["", "placed", "pending"]
    ticket.entry.pair.setCurrentIndex(1)
    assert ticket.request().oco_with == "placed"
    ticket.refresh(fresh(intents=rows[1:]))
    assert ticket.request().oco_with == ""


def test_another_symbol_forgets_the_price(ticket: IntentFormPanel) -> None:
    """A price of EURUSD means nothing for AUDUSD."""
    ticket.entry.price.put("1.098", LevelUnit.PRICE)
    ticket.choose_symbol("AUDUSD")
    assert ticket.entry.price.field.text() == ""
