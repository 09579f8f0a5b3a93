# SPDX-License-Identifier: MIT
"""Sums over positions and trades under way, and how the one becomes the other."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager import OpenPositions, PortfolioState, Position
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposure_book import ExposureBook
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposures import towards
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument, instrument_by_class
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import Reservation
from tests.fakes.broker_data import price_of
from tests.fakes.clock import START
from tests.fakes.records import replace


def instrument(symbol: str) -> Instrument | None:
    """Return a symbol's instrument at the fakes' prices; one symbol is not known, one has no price."""
    if symbol == "UNKNOWN":
        return None
    return instrument_by_class(symbol, "USD", lambda name: price_of(name) if "CHF" not in name else None)


def state(*held: tuple[str, int, float]) -> PortfolioState:
    """Return a portfolio of positions at their usual prices: symbol, direction, units."""
    positions = [Position(name, side, units, price_of(name), START) for name, side, units in held]
    return PortfolioState(open_positions=OpenPositions.of(positions))


def booked(*held: tuple[str, int, float]) -> tuple[ExposureBook, PortfolioState]:
    """Return a book that has counted a portfolio."""
    book, portfolio = ExposureBook(), state(*held)
    book.refresh(portfolio, instrument, 0.0)
    return book, portfolio


def reservation(symbol: str = "EURUSD", side: int = 1, units: float = 1_000.0, **changes: Any) -> Reservation:
    """Return a trade under way at the usual price, margin a hundredth of its worth."""
    values: dict[str, Any] = {
        "intent_id": "a",
        "symbol": symbol,
        "direction": side,
        "units": units,
        "notional": units * 1.15,
        "base": symbol[:3],
        "profit": symbol[3:],
        "margin": units * 0.0115,
        "strategy_id": "alpha",
        "approved_at": START,
        "expires": 100.0,
    }
    return Reservation(**{**values, **changes})


def refill(book: ExposureBook, portfolio: PortfolioState, *held: tuple[str, int, float]) -> None:
    """Let the portfolio hold other positions, and count them."""
    portfolio.open_positions = state(*held).open_positions
    book.refresh(portfolio, instrument, 0.0)


def units_of(book: ExposureBook, side: int) -> float:
    """Return what is held and in flight of EURUSD on a side."""
    held, flying = book.total.held, book.total.in_flight
    return towards(held.manual_units or held.units, flying.units, "EURUSD", side)


def count_of(book: ExposureBook) -> int:
    """Return how many positions and trades in flight there are."""
    return book.total.held.count + len(book.total.in_flight.opened)


def gross_of(book: ExposureBook) -> float:
    """Return the sum of all sizes."""
    return book.total.held.gross + book.total.in_flight.gross


def test_positions_are_summed_by_symbol_currency_and_altogether() -> None:
    """Net by symbol and currency, sizes for the gross sum, long minus short for the net one."""
    book, _ = booked(("EURUSD", 1, 1_000.0), ("EURUSD", -1, 400.0), ("USDJPY", -1, 2_000.0))
    sums = book.total.held
    assert sums.units == {"EURUSD": 600.0, "USDJPY": -2_000.0}
    assert sums.notional == pytest.approx({"EURUSD": 690.0, "USDJPY": -2_000.0})
    assert sums.currency == pytest.approx({"EUR": 690.0, "USD": -2_690.0, "JPY": 2_000.0})
    assert [sums.gross, sums.net] == pytest.approx([3_610.0, -1_310.0])
    assert (sums.count, sums.by_symbol, sums.opened) == (3, {"EURUSD": 2, "USDJPY": 1}, [START] * 3)


@pytest.mark.parametrize(
    ("side", "units", "money", "euros", "net"),
    [(1, 1_000.0 + 300.0, 1_150.0 + 345.0, 1_150.0 + 345.0, 1_150.0 + 345.0), (-1, 200.0, 230.0, 230.0, 230.0)],
)
def test_each_side_counts_what_is_held_and_under_way_on_it(
    side: int, units: float, money: float, euros: float, net: float
) -> None:
    """A buy under way adds to the buys, a sale under way to the sales; neither takes anything off the other side."""
    book, _ = booked(("EURUSD", 1, 1_000.0))
    book.reserve(reservation(units=300.0, intent_id="buy"))
    book.reserve(reservation(units=200.0, side=-1, intent_id="sale"))
    held, flying = book.total.held, book.total.in_flight
    assert towards(held.units, flying.units, "EURUSD", side) == pytest.approx(units)
    assert towards(held.notional, flying.notional, "EURUSD", side) == pytest.approx(money)
    assert towards(held.currency, flying.currency, "EUR", side) == pytest.approx(euros)
    assert towards(held.currency, flying.currency, "USD", -side) == pytest.approx(euros)
    assert max(0.0, side * held.net) + flying.net[side] == pytest.approx(net)
    assert (held.count, len(flying.opened), held.by_symbol, flying.by_symbol) == (1, 2, {"EURUSD": 1}, {"EURUSD": 2})
    assert (held.by_strategy, flying.by_strategy) == ({"": 1}, {"alpha": 2})
    assert held.gross + flying.gross == pytest.approx(1_150.0 + 345.0 + 230.0)
    assert flying.margin == pytest.approx(500 * 0.0115)


@given(st.floats(-1e6, 1e6), st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.sampled_from((1, -1)))
def test_what_is_on_the_other_side_makes_no_room(held: float, buys: float, sales: float, side: int) -> None:
    """A side is never below what is in flight to it, and is that plus what is held net on it."""
    found = towards({"X": held}, {("X", 1): buys, ("X", -1): sales}, "X", side)
    assert found == {1: buys, -1: sales}[side] + max(0.0, side * held)
    assert towards({"X": held}, {}, "X", side) == max(0.0, side * held)
    assert towards({}, {}, "X", side) == 0.0


def test_a_reduction_under_way_frees_nothing_before_it_has_happened() -> None:
    """It is in no sum, but what it takes off cannot be taken off twice."""
    book, _ = booked(("EURUSD", 1, 1_000.0))
    before = book.total
    book.reserve(reservation(side=-1, units=700.0, reducing=True))
    assert book.total == before
    assert book.reducible("EURUSD", -1, None) == pytest.approx(300.0)
    assert book.reducible("EURUSD", -1, "a") == pytest.approx(1_000.0)
    assert book.reducible("EURUSD", 1, None) == 0.0
    assert book.reducible("GBPUSD", -1, None) == 0.0


def test_the_same_intent_is_counted_once_and_can_be_left_out() -> None:
    """A second approval of an intent replaces the first; `without` shows the sums as if it were not there."""
    book, _ = booked()
    book.reserve(reservation(units=300.0))
    book.reserve(reservation(units=500.0, intent_id="b"))
    book.reserve(reservation(units=100.0))
    assert book.total.in_flight.units == {("EURUSD", 1): 600.0}
    assert book.without(("a",)).in_flight.units == {("EURUSD", 1): 500.0}
    assert book.without(("a",)).in_flight.margin == pytest.approx(500 * 0.0115)
    assert book.without(("c",)) is book.total
    assert book.without((None,)) is book.total
    assert list(book.reserved) == ["b", "a"]


def test_a_trade_ends_with_the_position_that_it_became() -> None:
    """A part that appears leaves the rest under way, with its share of worth and margin."""
    book, portfolio = booked()
    book.reserve(reservation(units=1_000.0))
    refill(book, portfolio, ("EURUSD", 1, 400.0))
    assert book.total.in_flight.units == {("EURUSD", 1): pytest.approx(600.0)}
    assert book.total.in_flight.notional["EURUSD", 1] == pytest.approx(690.0)
    assert book.total.in_flight.margin == pytest.approx(6.9)
    assert units_of(book, 1) == pytest.approx(1_000.0)
    assert "a" not in book.traded
    refill(book, portfolio, ("EURUSD", 1, 1_000.0))
    assert (book.reservations, count_of(book), "a" in book.traded) == ([], 1, True)


def test_positions_settle_the_oldest_trade_of_their_side_first() -> None:
    """What is more than the oldest one wanted belongs to the next; the other side and other symbols stay."""
    book, portfolio = booked()
    for name, side, symbol in (("a", 1, "EURUSD"), ("b", 1, "EURUSD"), ("c", -1, "EURUSD"), ("d", 1, "GBPUSD")):
        book.reserve(reservation(symbol, side, 1_000.0, intent_id=name))
    refill(book, portfolio, ("EURUSD", 1, 1_200.0))
    left = {each.intent_id: each.units for each in book.reservations}
    assert left == {"b": pytest.approx(800.0), "c": 1_000.0, "d": 1_000.0}


def test_a_position_that_was_there_before_settles_nothing() -> None:
    """Only what is new is a fill; a position that shrinks is none either."""
    book, portfolio = booked(("EURUSD", 1, 5_000.0))
    book.reserve(reservation(units=1_000.0))
    refill(book, portfolio, ("EURUSD", 1, 4_000.0))
    assert [each.units for each in book.reservations] == [1_000.0]


def test_a_reduction_ends_when_the_position_has_shrunk() -> None:
    """What is taken off settles it; a new position on its own side does not."""
    book, portfolio = booked(("EURUSD", 1, 1_000.0))
    book.reserve(reservation(side=-1, units=700.0, reducing=True))
    refill(book, portfolio, ("EURUSD", 1, 1_000.0), ("EURUSD", -1, 700.0))
    assert len(book.reservations) == 1
    refill(book, portfolio, ("EURUSD", 1, 300.0))
    assert (book.reservations, "a" in book.traded) == ([], True)


def test_time_ends_a_trade_under_way() -> None:
    """At its end, not before, it is counted no longer; it does not become a traded one."""
    book, portfolio = booked()
    book.reserve(reservation(expires=100.0))
    book.refresh(portfolio, instrument, 99.9)
    assert count_of(book) == 1
    book.refresh(portfolio, instrument, 100.0)
    assert (count_of(book), gross_of(book), "a" in book.traded) == (0, 0.0, False)


def test_every_change_makes_new_sums_and_nothing_else_does() -> None:
    """What was derived from the sums is made anew exactly when they changed; those given out stay as they were."""
    book, portfolio = booked(("EURUSD", 1, 1_000.0))
    known = book.total
    book.refresh(portfolio, instrument, 0.0)
    assert book.total is known
    for change in (
        lambda: book.reserve(reservation()),
        lambda: book.reserve(reservation(units=5.0)),
        lambda: book.release("a"),
        lambda: setattr(next(iter(portfolio.positions())), "units", 5.0),
        portfolio.open_positions.clear,
        lambda: portfolio.symbol_exposure.update(EURUSD=7.0),
        lambda: setattr(portfolio, "currency_exposure", {"EUR": 1.0}),
    ):
        before = msgspec.json.encode(known.held)
        change()
        book.refresh(portfolio, instrument, 0.0)
        assert book.total is not known
        assert msgspec.json.encode(known.held) == before
        known = book.total


def test_positions_of_other_portfolios_change_nothing() -> None:
    """A position that is made or edited elsewhere is none of this portfolio's changes."""
    book, portfolio = booked(("EURUSD", 1, 1_000.0))
    known = book.total
    Position("GBPUSD", 1, 5.0, 1.3, START).units = 6.0
    book.refresh(portfolio, instrument, 0.0)
    assert book.total is known


@pytest.mark.parametrize(
    ("by_hand", "held", "buys", "sales"),
    [
        (5_000.0, (), 5_000.0, 0.0),
        (-5_000.0, (), 0.0, 5_000.0),
        (5_000.0, (("EURUSD", 1, 1_000.0),), 5_000.0, 0.0),
        (500.0, (("EURUSD", 1, 1_000.0),), 1_000.0, 0.0),
        (-5_000.0, (("EURUSD", 1, 1_000.0),), 0.0, 5_000.0),
    ],
)
def test_units_set_by_hand_count_where_they_are_more(
    by_hand: float, held: tuple[tuple[str, int, float], ...], buys: float, sales: float
) -> None:
    """The larger of the program's own figure and the positions' sum is the one that counts."""
    portfolio = state(*held)
    portfolio.symbol_exposure["EURUSD"] = by_hand
    book = ExposureBook()
    book.refresh(portfolio, instrument, 0.0)
    assert (units_of(book, 1), units_of(book, -1)) == (buys, sales)


def test_what_was_set_by_hand_stays_until_the_broker_was_read() -> None:
    """Publishing the sums keeps the program's own figures, as its own; a sync drops them."""
    portfolio = state(("EURUSD", 1, 1_000.0))
    portfolio.symbol_exposure["GBPUSD"], portfolio.currency_exposure["GBP"] = 9.0, 10.0
    book = ExposureBook()
    for profit in (0.0, 1.0, 2.0):
        portfolio.daily_pnl = profit  # whatever changes, all is counted anew
        book.refresh(portfolio, instrument, 0.0)
        book.publish(portfolio)
        assert portfolio.symbol_exposure == {"EURUSD": 1_000.0, "GBPUSD": 9.0}
        assert portfolio.currency_exposure == pytest.approx({"EUR": 1_150.0, "USD": -1_150.0, "GBP": 10.0})
        assert towards(book.total.held.currency, book.total.in_flight.currency, "GBP", 1) == 10.0
    book.forget_manual_values()
    portfolio.symbol_exposure, portfolio.currency_exposure = {}, {}
    book.refresh(portfolio, instrument, 0.0)
    book.publish(portfolio)
    assert portfolio.symbol_exposure == {"EURUSD": 1_000.0}


@pytest.mark.parametrize(
    ("symbol", "changes", "unknown", "unpriced"),
    [
        ("EURUSD", {}, "", ""),
        ("UNKNOWN", {}, "UNKNOWN", ""),
        ("CHFJPY", {}, "", ""),
        ("USDCHF", {}, "", "USDCHF"),
        ("EURUSD", {"units": math.nan}, "EURUSD", ""),
        ("EURUSD", {"entry_price": -1.0}, "EURUSD", ""),
        ("EURUSD", {"direction": 2}, "EURUSD", ""),
    ],
)
def test_what_cannot_be_valued_is_named(symbol: str, changes: dict[str, Any], unknown: str, unpriced: str) -> None:
    """Unknown is what can never be reckoned with, unpriced what only lacks a rate; both are counted as positions."""
    position = Position(symbol, 1, 1_000.0, 1.0, START)
    for name, value in changes.items():
        setattr(position, name, value)
    portfolio = PortfolioState(open_positions={"x": position})
    book = ExposureBook()
    book.refresh(portfolio, instrument, 0.0)
    assert unknown in str(book.total.held.unknown)
    assert bool(book.total.held.unknown) is bool(unknown)
    assert book.total.held.unpriced == unpriced
    assert count_of(book) == 1


def test_a_position_is_valued_at_its_present_price() -> None:
    """At its entry only while no other price is known."""
    position = Position("EURUSD", 1, 1_000.0, 1.0, START, current_price=2.0)
    portfolio = PortfolioState(open_positions={"x": position})
    book = ExposureBook()
    book.refresh(portfolio, instrument, 0.0)
    assert gross_of(book) == 2_000.0
    position.current_price = None
    book.refresh(portfolio, instrument, 0.0)
    assert gross_of(book) == 1_000.0


def test_only_the_latest_traded_names_are_kept() -> None:
    """The memory of names is bounded; the oldest is forgotten first."""
    book = ExposureBook()
    for number in range(2_001):
        book.note_traded(f"intent-{number}")
    assert (len(book.traded), "intent-0" in book.traded, "intent-2000" in book.traded) == (2_000, False, True)


def test_figures_of_the_account_alone_count_no_position_anew() -> None:
    """New equity leaves the sums as they are; a symbol that is worth something else does not, nor does a position."""
    book, portfolio = booked(("EURUSD", 1, 1_000.0))
    before = book.total
    portfolio.equity = 99_000.0
    book.refresh(portfolio, instrument, 1.0)
    assert book.total is before

    def twice(symbol: str) -> Instrument | None:
        known = instrument(symbol)
        return known and replace(known, value=2.0 * known.value)

    portfolio.equity = 98_000.0
    book.refresh(portfolio, twice, 2.0)
    assert book.total.held.gross == pytest.approx(2.0 * before.held.gross)
    next(iter(portfolio.open_positions.values())).units = 500.0
    book.refresh(portfolio, instrument, 3.0)
    assert book.total.held.gross == pytest.approx(0.5 * before.held.gross)


def test_while_a_trade_is_in_flight_every_change_is_counted() -> None:
    """A newer reading may have ended it, whatever the positions are."""
    book, portfolio = booked(("EURUSD", 1, 1_000.0))
    book.reserve(reservation())
    before = book.total
    portfolio.equity = 99_000.0
    book.refresh(portfolio, instrument, 1.0)
    assert book.total is not before
