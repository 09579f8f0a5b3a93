# SPDX-License-Identifier: MIT
"""What the chart says of positions, orders, intents and the plan is what the desk knows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.risk_portfolio_manager.decision.wording import DecidedSize, Wording
from arbitrex_desktop.ui.chart.desk_lines import (
    PLAN_ENTRY,
    PLAN_STOP,
    PLAN_TARGET,
    TradePlan,
    desk_lines,
    pips_text,
    plan_lines,
)
from arbitrex_desktop.ui.chart.marks import LineKind, LineOwner, LinePart, LineRef
from arbitrex_desktop.ui.models.ticket import pip_size
from tests.fakes.desk_data import desk_snapshot, intent_row, order_row, position_row

POSITION = LineRef(LineOwner.POSITION, 7)
STOP = LineRef(LineOwner.POSITION, 7, LinePart.STOP)
TARGET = LineRef(LineOwner.POSITION, 7, LinePart.TARGET)
ORDER = LineRef(LineOwner.ORDER, 31)
ORDER_STOP = LineRef(LineOwner.ORDER, 31, LinePart.STOP)
ORDER_TARGET = LineRef(LineOwner.ORDER, 31, LinePart.TARGET)
PLAN = TradePlan("EURUSD", 1, 5, 1.1, 1.099, 1.102, 0.5, 50.0, "EUR", "APPROVED")


def test_positions_orders_and_intents_of_the_symbol_have_lines() -> None:
    """Other symbols' are left out; stop, target and order can be dragged, nothing else can."""
    snapshot = desk_snapshot(
        positions=(position_row(7), position_row(8, symbol="USDJPY")),
        orders=(order_row(31),),
        intents=(intent_row("a1", price=1.1012),),
    )
    lines = {line.key: line for line in desk_lines(snapshot, "EURUSD")}
    traded = {POSITION, STOP, TARGET, ORDER, ORDER_STOP, ORDER_TARGET}
    ghosts = {LineRef(LineOwner.INTENT, "a1", part) for part in LinePart}
    assert set(lines) == traded | ghosts
    assert {key for key, line in lines.items() if line.is_draggable} == traded
    assert lines[STOP].price == 1.095
    assert "\N{MINUS SIGN}50.0 pips" in lines[STOP].text
    assert {lines[key].kind for key in lines if key.owner is LineOwner.INTENT} == {LineKind.GHOST}


def test_an_order_that_has_no_one_price_to_move_stays() -> None:
    """A stop limit order has two prices, a CLOSE BY none of its own."""
    orders = (order_row(31, limit_price=1.088), order_row(32, direction=0))
    lines = desk_lines(desk_snapshot(positions=(), orders=orders, intents=()), "EURUSD")
    assert {line.is_draggable for line in lines} == {False}


def test_lines_say_what_they_would_bring_also_while_they_are_moved() -> None:
    """In pips from the entry and in money; the stop of an order counts from where the order is pulled to."""
    position = position_row(7, price_value=50_000.0)
    order = order_row(31, price=1.09, stop_loss=1.085, take_profit=None, price_value=30_000.0)
    snapshot = desk_snapshot(positions=(position,), orders=(order,), intents=())
    still = {line.key: line.text for line in desk_lines(snapshot, "EURUSD")}
    assert still[STOP] == "Stop #7  \N{MINUS SIGN}50.0 pips  \N{MINUS SIGN}250.00 EUR"
    assert still[TARGET] == "Target #7  +100.0 pips  +500.00 EUR"
    assert still[ORDER_STOP] == "Stop of order #31  \N{MINUS SIGN}50.0 pips  \N{MINUS SIGN}150.00 EUR"
    moved = {line.key: line for line in desk_lines(snapshot, "EURUSD", {STOP: 1.101, ORDER: 1.088})}
    assert (moved[STOP].price, moved[STOP].text) == (1.101, "Stop #7  +10.0 pips  +50.00 EUR")
    assert moved[ORDER].price == 1.088
    assert moved[ORDER].text.endswith(
        "\N{MINUS SIGN}20.0 pips  at its stop \N{MINUS SIGN}30.0 pips  \N{MINUS SIGN}90.00 EUR"
    )
    assert moved[ORDER_STOP].text == "Stop of order #31  \N{MINUS SIGN}30.0 pips  \N{MINUS SIGN}90.00 EUR"


@pytest.mark.parametrize(
    ("direction", "price", "what"), [(1, 1.09, "Stop"), (1, 1.11, "Target"), (-1, 1.09, "Target"), (-1, 1.11, "Stop")]
)
def test_a_level_is_pulled_from_an_entry(direction: int, price: float, what: str) -> None:
    """Which one it becomes is decided by the side of the market."""
    position = position_row(7, direction=direction, price_current=1.1021, stop_loss=None, take_profit=None)
    (line,) = desk_lines(desk_snapshot(positions=(position,), orders=(), intents=()), "EURUSD", {POSITION: price})
    assert line.text.startswith(f"{what} #7  ")


def test_a_position_without_a_stop_says_so() -> None:
    """The missing stop stands on the position's own line."""
    (line,) = desk_lines(
        desk_snapshot(positions=(position_row(7, stop_loss=None, take_profit=None),), orders=(), intents=()), "EURUSD"
    )
    assert "no stop" in line.text


def test_the_plan_says_lots_money_and_r() -> None:
    """Entry, stop and target name size, loss and gain of the answer that was given."""
    lines, zones = plan_lines(PLAN)
    texts = {line.key: line.text for line in lines}
    assert texts[PLAN_ENTRY].endswith("BUY 0.50 at market  would pass")
    assert texts[PLAN_STOP] == "Stop \N{MINUS SIGN}10.0 pips  \N{MINUS SIGN}50.00 EUR"
    assert texts[PLAN_TARGET] == "Target +20.0 pips  +2.0 R  +100.00 EUR"
    assert [zone.kind for zone in zones] == [LineKind.STOP, LineKind.TARGET]


def test_a_refused_plan_says_why() -> None:
    """The reason stands on the line of the entry."""
    lines, _ = plan_lines(TradePlan("EURUSD", -1, entry=1.1, answer="REJECTED", reason="trading is halted"))
    assert lines[0].text.endswith("SELL at market  would be refused: trading is halted")


def test_the_plan_says_what_decides_its_size_and_the_margin_left() -> None:
    """Below the answer stand the largest size with its limit and the margin level; no word speaks of an approval."""
    size = Wording(size=DecidedSize(0.5, "risk per trade", 0.5))
    checks = (
        Verdict("SIZE_BELOW_MINIMUM", Outcome.PASS, 0.5, None, "lots", "0.50 lots by volatility"),
        Verdict("SIZE_BELOW_MINIMUM", Outcome.PASS, None, None, "", "", "largest size", size),
        Verdict("MARGIN_LEVEL_LIMIT", Outcome.PASS, 2914.4, 200.0, "%", "margin level after the trade 2914 %"),
    )
    for answer, passes in (("APPROVED", "would pass"), ("ADJUSTED", "would be cut")):
        text = plan_lines(replace(PLAN, answer=answer, checks=checks))[0][0].text
        assert text.endswith(
            f"at market  {passes}\nlargest 0.50 lots, by risk per trade \N{MIDDLE DOT} margin level 2,914 %"
        )
        assert answer not in text


def test_without_a_price_there_is_no_plan_to_show() -> None:
    """No entry, no lines."""
    assert plan_lines(TradePlan("EURUSD", 1)) == ((), ())


@given(st.floats(0.5, 2.0), st.floats(1e-4, 0.1), st.floats(0.1, 10.0), st.sampled_from((1, -1)))
def test_the_ratio_is_reward_over_risk(entry: float, risk: float, ratio: float, direction: int) -> None:
    """Whatever the side, a target at so many times the stop's distance has that ratio."""
    plan = TradePlan(
        "X",
        direction,
        entry=entry,
        stop_loss=entry - risk * direction,
        take_profit=entry + ratio * risk * direction,
    )
    assert plan.reward_ratio == pytest.approx(ratio, rel=1e-6)


def test_a_stop_on_the_wrong_side_has_no_ratio() -> None:
    """A reward over a negative risk would be a number that lies."""
    assert TradePlan("X", 1, entry=1.0, stop_loss=1.1, take_profit=1.2).reward_ratio is None


def test_pips() -> None:
    """Ten points where there is a fractional pip, a point elsewhere."""
    assert [pip_size(digits) for digits in (5, 3, 2, 1)] == pytest.approx([1e-4, 1e-2, 1e-2, 1e-1])
    assert pips_text(0.0012, 5) == "+12.0 pips"
