# SPDX-License-Identifier: MIT
"""The marks on a chart are what was traded in its symbol, at its price, at the moment of the server clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.raw_layer.server_zone import ServerZone
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.chart.desk_marks import desk_marks
from arbitrex_desktop.ui.chart.marks import Mark
from tests.fakes.clock import START
from tests.fakes.desk_data import desk_snapshot, intent_row, position_row
from tests.fakes.review import closed_trade

SECONDS = START.timestamp()


def filled(intent_id: str, minutes: int, price: float, **changes: object) -> IntentRow:
    """Return an intent that was filled so many minutes after the start."""
    at = START + timedelta(minutes=minutes)
    state = {"state": IntentState.FILLED, "changed_at": at, "fill_price": price, "filled_lots": 0.5, "ticket": 7}
    return intent_row(intent_id, **(state | changes))


def test_fills_and_closes_are_marked_oldest_first() -> None:
    """A close is told from an opening, and names the position that it ends."""
    intents = (filled("b", 9, 1.102, direction=-1, closes=7, ticket=9), filled("a", 3, 1.1))
    assert desk_marks(desk_snapshot(positions=(), intents=intents), "EURUSD", ServerZone(7200)) == (
        Mark(SECONDS + 180 + 7200, 1.1, 1, "\N{BLACK UP-POINTING TRIANGLE} BUY 0.50 at 1.10000  opens #7  manual"),
        Mark(
            SECONDS + 540 + 7200,
            1.102,
            -1,
            "\N{BLACK DOWN-POINTING TRIANGLE} SELL 0.50 at 1.10200  closes #7  manual",
            closes=True,
        ),
    )


def test_what_was_not_traded_has_no_mark() -> None:
    """Neither what waits, nor what failed, nor a fill whose price is not known, nor another symbol's."""
    intents = (
        intent_row("a"),
        intent_row("b", state=IntentState.FAILED),
        filled("c", 1, 1.1, fill_price=None),
        filled("d", 1, 1.1, symbol="USDJPY"),
    )
    positions = (position_row(8, symbol="USDJPY"),)
    assert desk_marks(desk_snapshot(positions=positions, intents=intents), "EURUSD", ServerZone()) == ()


def test_a_position_opened_elsewhere_is_marked_and_an_own_one_once() -> None:
    """The broker's moment and price stand for what no intent tells."""
    positions = (position_row(7), position_row(8, direction=-1, price_open=1.2, volume=0.3))
    marks = desk_marks(desk_snapshot(positions=positions, intents=(filled("a", 3, 1.1),)), "EURUSD", ServerZone())
    assert sorted((mark.direction, mark.price) for mark in marks) == [(-1, 1.2), (1, 1.1)]
    (other,) = (mark for mark in marks if mark.direction < 0)
    assert other.seconds == positions[1].opened_at.timestamp()
    assert other.text == "\N{BLACK DOWN-POINTING TRIANGLE} SELL 0.30 at 1.20000  opens #8"


def test_what_the_broker_closed_is_marked_with_its_result() -> None:
    """Entry and exit of the deals, why, and what it brought; hollow, since it ends a position."""
    trade = replace(closed_trade(), symbol="EURUSD", entry=1.16, exit=1.1588, profit=-120.0, commission=-1.0, swap=0.0)
    trade = replace(trade, reason="stop", first_stop=1.159, direction=1, volume=0.1, closed_volume=0.1)
    marks = desk_marks(desk_snapshot(positions=(), intents=()), "EURUSD", ServerZone(7200), (trade,))
    assert trade.opened_at is not None
    assert [(mark.seconds - 7200, mark.price, mark.direction, mark.closes, mark.label) for mark in marks] == [
        (trade.opened_at.timestamp(), 1.16, 1, False, ""),
        (trade.closed_at.timestamp(), 1.1588, -1, True, "\N{MINUS SIGN}121.00 EUR"),
    ]
    assert marks[1].text == (
        f"{formats.side(-1)} 0.10 at 1.15880  closes #{trade.position}, by its stop"
        "  \N{MINUS SIGN}121.00 EUR  \N{MINUS SIGN}1.2 R"
    )
    assert desk_marks(desk_snapshot(positions=(), intents=()), "GBPUSD", ServerZone(), (trade,)) == ()


def test_a_deal_and_the_intent_that_made_it_are_one_mark() -> None:
    """The intents' own marks stand until the broker's history has their orders; a part closed is no second entry."""
    trade = replace(closed_trade(), symbol="EURUSD", position=7, orders=(7,), exit_orders=(9,), volume=0.5)
    intents = (filled("b", 9, 1.102, direction=-1, closes=7, ticket=9), filled("a", 3, 1.1))
    snapshot = desk_snapshot(positions=(position_row(7),), intents=intents)
    assert len(desk_marks(snapshot, "EURUSD", ServerZone())) == 2
    marks = desk_marks(snapshot, "EURUSD", ServerZone(), (trade,))
    assert [mark.closes for mark in marks] == [False, True]
    assert {mark.price for mark in marks} == {trade.entry, trade.exit}
