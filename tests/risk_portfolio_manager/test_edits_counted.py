# SPDX-License-Identifier: MIT
"""The audit's findings on edits from threads once more: what is written is counted, whatever way it is written."""

from __future__ import annotations

import copy
import threading
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import OpenPositions, Position
from arbitrex_desktop.risk_portfolio_manager.portfolio import portfolio_state, tracking
from tests.fakes.broker_data import price_of
from tests.fakes.clock import START
from tests.risk_portfolio_manager.helpers import check, intent, static, wide

MANY: dict[str, Any] = {"max_positions_per_symbol": 99, "max_concurrent_positions": 99}


@pytest.mark.parametrize("name", sorted({*tracking._MUTATORS}))
def test_r21_d16_a_table_is_written_before_it_is_counted(name: str) -> None:
    """Whoever reads the count that a change has given reads the change as well, for every way of changing one."""
    table, seen = tracking.TrackedDict[str, float]({"a": 1.0, "b": 2.0}), list[dict[str, float]]()
    table.on_change = lambda: seen.append(dict(table))
    before = table.version
    arguments: dict[str, tuple[Any, ...]] = {
        "__setitem__": ("c", 3.0), "__delitem__": ("a",), "__ior__": ({"c": 3.0},), "clear": (), "pop": ("a",),
        "popitem": (), "setdefault": ("c", 3.0), "update": ({"c": 3.0},),
    }  # fmt: skip
    getattr(table, name)(*arguments[name])
    assert seen == [dict(table)]
    assert seen[0] != {"a": 1.0, "b": 2.0}
    assert table.version > before


@pytest.mark.parametrize("field", ["units", "equity"])
def test_r21_d16_a_field_is_written_before_it_is_counted(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    """At the moment at which the count is given the value is there already, of a position in two books as well."""
    held = Position("EURUSD", 1, 1.0, 1.0, START)
    books = [OpenPositions.of([held]), OpenPositions.of([held, held])]
    assert all(book.listen() for book in books)
    thing: Any = held if field == "units" else portfolio_state.PortfolioState()
    there, before, count = list[float](), [each.version for each in books], tracking.next_version

    def counted() -> int:
        there.append(getattr(thing, field))
        return count()

    for module in (portfolio_state, tracking):
        monkeypatch.setattr(module, "next_version", counted)
    setattr(thing, field, 77_000.0)
    assert set(there) == {77_000.0}
    if field == "units":
        assert all(book.version > old for book, old in zip(books, before, strict=True))


def test_r21_whatever_way_a_position_comes_in_its_edits_count() -> None:
    """Set, updated, merged, by default, copied whole: the next decision has each edit."""
    rpm = static(wide(**MANY))
    state, last = rpm.portfolio_state, 0.0
    held = [Position("EURUSD", 1, 1_000.0, 1.15, START) for _ in range(5)]
    book = OpenPositions({"a": held[0]})
    state.open_positions = book
    book["b"] = held[1]
    book.update({"c": held[2]})
    book |= {"d": held[3]}
    book.setdefault("e", held[4])
    for number, each in enumerate([*held, *held]):
        each.units = 2_000.0 + number
        seen = check(rpm.evaluate(**intent(requested_volume=0.01)), "SYMBOL_EXPOSURE_LIMIT", "symbol exposure").observed
        assert seen == sum(one.units for one in held) + 1_000.0
        assert seen != last
        last = seen
    copied = copy.deepcopy(state.copy())
    rpm.portfolio_state = copied
    for units in (60_000.0, 70_000.0):
        copied.open_positions["a"].units = units
        rpm.evaluate(**intent(requested_volume=0.01))
    assert sum(one.units for one in held) < 70_000.0
    seen = check(rpm.evaluate(**intent(requested_volume=0.01)), "SYMBOL_EXPOSURE_LIMIT", "symbol exposure").observed
    assert seen == sum(one.units for one in copied.positions()) + 1_000.0
    book["f"] = object()  # type: ignore[assignment] # a program may
    assert state.change_count() is None


def test_r21_d16_a_storm_of_limits_and_switches_loses_none() -> None:
    """Threads edit tables in place, fields and switches while others decide; the last edit of each counts."""
    rpm = static(wide(rejection_velocity_count=0, **MANY))
    stop, symbols = threading.Event(), ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD")

    def decide() -> None:
        while not stop.is_set():
            output = rpm.process_trade_intent(**intent(requested_volume=0.01))
            rpm.release_intent(str(output.decision.order_id))

    def edit(symbol: str) -> None:
        for number in range(1, 200):
            rpm.config.max_lots_by_symbol[symbol] = number / 100.0
            rpm.config.max_drawdown = 0.05 + number / 1e4
            rpm.kill_switches.set("SYMBOL", symbol, "SUSPEND", "x")
            rpm.kill_switches.lift("SYMBOL", symbol, "x")
        rpm.config.max_lots_by_symbol[symbol] = 0.07

    deciding = [threading.Thread(target=decide) for _ in range(2)]
    editing = [threading.Thread(target=edit, args=(symbol,)) for symbol in symbols]
    for thread in (*deciding, *editing):
        thread.start()
    for thread in editing:
        thread.join()
    stop.set()
    for thread in deciding:
        thread.join()
    assert rpm.kill_switches.active() == ()
    for symbol in symbols:
        output = rpm.evaluate(**intent(symbol=symbol, current_price=price_of(symbol), requested_volume=0.5))
        assert check(output, "MAX_LOTS").limit == 0.07, symbol
