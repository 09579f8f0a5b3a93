# SPDX-License-Identifier: MIT
"""Edits from any thread count, however many are made at once."""

from __future__ import annotations

import threading

import pytest

from arbitrex_desktop.risk_portfolio_manager import OpenPositions, Position, RiskPortfolioManager, RPMConfig
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState
from tests.fakes.clock import START
from tests.risk_portfolio_manager.helpers import check, intent, static, wide

THREADS, EDITS = 6, 400


def release_all(rpm: RiskPortfolioManager) -> None:
    """Forget every trade in flight."""
    for each in rpm._state.book.reservations:
        rpm.release_intent(each.intent_id)


def join(threads: list[threading.Thread]) -> None:
    """Wait for threads."""
    for each in threads:
        each.join()


def test_a_storm_of_edits_loses_none() -> None:
    """R21: threads change their own positions while decisions are made; after each edit the next decision has it."""
    rpm = static(wide(max_concurrent_positions=99, max_positions_per_symbol=99, rejection_velocity_count=0))
    positions = [Position("EURUSD", 1, 1_000.0, 1.15, START) for _ in range(THREADS)]
    rpm.portfolio_state.open_positions = OpenPositions.of(positions)
    stop, wrong = threading.Event(), list[tuple[float, float]]()

    def decide() -> None:
        while not stop.is_set():
            rpm.process_trade_intent(**intent(requested_volume=0.01, direction=1))
            release_all(rpm)

    def edit(own: Position) -> None:
        for number in range(EDITS):
            own.units = 1_000.0 + number
        own.units = 7_000.0

    deciding = [threading.Thread(target=decide) for _ in range(2)]
    editing = [threading.Thread(target=edit, args=(each,)) for each in positions]
    for thread in (*deciding, *editing):
        thread.start()
    join(editing)
    for each in positions:
        each.units = 11_000.0
        output = rpm.evaluate(**intent(requested_volume=0.01))
        seen = sum(position.units for position in output.portfolio_state.open_positions.values())
        wrong += [(seen, each.units)] if seen != sum(one.units for one in positions) else []
    stop.set()
    join(deciding)
    release_all(rpm)
    assert wrong == []
    last = check(rpm.evaluate(**intent(requested_volume=0.01)), "SYMBOL_EXPOSURE_LIMIT", "symbol exposure")
    assert last.observed == THREADS * 11_000.0 + 1_000.0


def test_an_edit_between_counting_and_publishing_is_counted() -> None:
    """What changed after the sums were made is not taken for seen."""
    rpm = static(wide(max_positions_per_symbol=99))
    position = Position("EURUSD", 1, 11_000.0, 1.15, START)
    rpm.portfolio_state.open_positions = OpenPositions.of([position])
    book, state = rpm._state.book, rpm.portfolio_state
    rpm.evaluate(**intent(requested_volume=0.01))
    position.units = 300_000.0
    book.publish(state)
    output = rpm.evaluate(**intent(requested_volume=0.01))
    assert check(output, "SYMBOL_EXPOSURE_LIMIT", "symbol exposure").observed == 301_000.0


@pytest.mark.parametrize("thing", [PortfolioState(), RPMConfig()])
def test_no_version_is_given_twice(thing: object) -> None:
    """A thread that read the count before another's edit cannot set it back to what was seen."""
    field, counter = ("equity", "version") if isinstance(thing, PortfolioState) else ("risk_per_trade", "revision")
    seen = set[int]()

    def edit() -> None:
        for _ in range(EDITS):
            setattr(thing, field, 0.01)
            seen.add(getattr(thing, counter))

    threads = [threading.Thread(target=edit) for _ in range(3)]
    for each in threads:
        each.start()
    join(threads)
    before = getattr(thing, counter)
    setattr(thing, field, 0.02)
    assert getattr(thing, counter) not in {*seen, before}
