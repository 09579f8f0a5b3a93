# SPDX-License-Identifier: MIT
"""Calls with a terminal: one broker whose clock stands still, and what is asked of it, in a fixed order.

The genuine package and the simulated one are put before this same broker in the same state (`BROKER`, a few positions
of a new account); the first through its pipe (`tests.native`), the second directly.  So equal answers prove what the
package makes of calls and answers; what a real broker decides is not in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import Simulation, build_simulation
from tests.fakes.clock import ManualClock
from tests.mt5.conformance.recording import load

NOW: Final = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
"""A Wednesday."""
_SHOWN: Final = int(NOW.timestamp()) + 7200
"""What the broker's clock shows, in seconds."""
LOGIN: Final = 12_345_678
PASSWORD: Final = "not-a-secret"
SERVER: Final = "Broker-Demo"
SETTINGS: Final[dict[str, Any]] = {"seed": 7, "login": LOGIN, "server": SERVER, "password": PASSWORD}
"""What the broker is made of besides the defaults; stands in the recording."""
BROKER: Final = SimulationSpec(**SETTINGS, epoch=NOW)
ACCOUNT: Final[dict[str, Any]] = {"login": LOGIN, "password": PASSWORD, "server": SERVER}

_WITHOUT: Final = Path(__file__).resolve().parents[2] / "data" / "mt5_no_terminal_calls.json.gz"
_CONNECTION: Final = ("shutdown", "initialize", "login", "last_error")
_AFTER: Final = "m.positions_get(), m.orders_get(), m.account_info()"
_HERE: Final = "m.positions_get(symbol='{s}')[-1].ticket"
_PRICE: Final = "m.symbol_info_tick('{s}').{side}"
_LONG: Final = frozenset({"copy_rates_range.2", "copy_ticks_range.1"})
"""Groups whose ranges begin in 1970: years of minutes."""
_HUGE: Final = (
    "2**",
    "10**",
    "123456789",
    "3000",
    "3001",
    "2040",
    "2107",
    "2038",
    "1e",
    "4294967296",
    "2147483",
    "max",
)
"""Signs of numbers and dates that would make the broker hand out years of ticks."""


class StandingClock(ManualClock):
    """A day's time that stands at `NOW`, while a second passes at each look at the time that runs.

    So the broker counts no two requests within a second, of which it refuses the many.
    """

    def monotonic(self) -> float:
        """Return a time a second after the one before."""
        self._monotonic += 1.0
        return self._monotonic


def open_broker() -> Simulation:
    """Return the broker, its clock standing at `NOW`."""
    return build_simulation(BROKER, StandingClock(NOW))


def _arguments() -> Iterator[tuple[str, list[str]]]:
    """Yield the calls that are recorded without a terminal and do not end the connection."""
    for program in load(_WITHOUT).programs:
        words = " ".join(program.steps)
        heavy = "copy_" in words and any(sign in words for sign in _HUGE)
        if program.group not in _LONG and not heavy and not any(name in words for name in _CONNECTION):
            yield program.group, program.steps


def _market_orders() -> Iterator[tuple[str, list[str]]]:
    """Yield market orders of every kind, sound and unsound, each followed by what is there afterwards."""
    for symbol, (side, kind), filling in product(("EURUSD", "USDJPY", "XAUUSD"), (("ask", 0), ("bid", 1)), range(4)):
        price = _PRICE.format(s=symbol, side=side)
        order = f"R(symbol='{symbol}', type={kind}, type_filling={filling}, price={price})"
        yield "market", [f"m.order_check({order})", f"m.order_send({order})", _AFTER]
    for change in (
        *("volume=0.001", "volume=0.015", "volume=1000.0", "volume=float('nan')", "price=0.0", "price=2.0", "type=9"),
        *("sl=2.0", "tp=1.0", "sl=-1.0", "symbol='NOSUCH'", "symbol=''", "action=0", "action=99", "deviation=0"),
        *("position=1", "magic=2**63", "comment='a' * 29", "comment='\\xe9'", "type_time=9", "expiration=1"),
    ):
        yield "market", [f"m.order_check(R({change}))", f"m.order_send(R({change}))", _AFTER]


def _on_positions() -> Iterator[tuple[str, list[str]]]:
    """Yield stops moved, parts closed, closings by another position, and the same on tickets that are not there."""
    for symbol, share in product(("EURUSD", "USDJPY"), (0.99, 1.01, 0.0)):
        ticket, price = _HERE.format(s=symbol), _PRICE.format(s=symbol, side="bid")
        stop = f"round({price} * {share}, 5)"
        yield "stops", [f"m.order_send({{'action': 6, 'position': {ticket}, 'sl': {stop}, 'tp': 0.0}})", _AFTER]
        yield (
            "stops",
            [f"m.order_send({{'action': 6, 'symbol': '{symbol}', 'position': {ticket}, 'sl': {stop}}})", _AFTER],
        )
    for symbol, volume, kind in product(("EURUSD", "USDJPY"), (0.01, 0.05, 9.0), (0, 1)):
        ticket = _HERE.format(s=symbol)
        price = _PRICE.format(s=symbol, side=("ask", "bid")[kind])
        order = f"R(symbol='{symbol}', type={kind}, volume={volume}, price={price}, position={ticket})"
        yield "closing", [f"m.order_send({order})", _AFTER]
    pair = "m.positions_get(symbol='EURUSD')"
    yield (
        "close by",
        [f"m.order_send({{'action': 10, 'position': {pair}[0].ticket, 'position_by': {pair}[1].ticket}})", _AFTER],
    )
    yield "close by", [f"m.order_send({{'action': 10, 'position': {pair}[0].ticket, 'position_by': 1}})", _AFTER]


def _pending_orders() -> Iterator[tuple[str, list[str]]]:
    """Yield pending orders of every type on either side of the price, changed and removed."""
    for kind, share, time in product(range(2, 8), (0.98, 1.02), (0, 1)):
        price = f"round(m.symbol_info_tick('EURUSD').bid * {share}, 5)"
        order = f"R(action=5, type={kind}, type_filling=2, type_time={time}, price={price}, stoplimit={price})"
        yield "pending", [f"m.order_check({order})", f"m.order_send({order})", _AFTER]
    last = "m.orders_get()[-1].ticket"
    for change in ("'price': 1.0", "'price': 1.0, 'sl': 0.9", "'price': 5.0", "'price': 0.0"):
        yield "pending", [f"m.order_send({{'action': 7, 'order': {last}, {change}}})", _AFTER]
    for ticket in (last, last, "1", "0"):
        yield "pending", [f"m.order_send({{'action': 8, 'order': {ticket}}})", _AFTER]


def _questions() -> Iterator[tuple[str, list[str]]]:
    """Yield what is asked of all that there is, by every filter."""
    for ask in (_filters, _groups, _history, _prices, _symbols):
        yield from ask()
    yield "terminal", ["m.version()", "m.terminal_info()", "m.account_info()", "m.symbols_total()", "m.symbols_get()"]


def _filters() -> Iterator[tuple[str, list[str]]]:
    keys = ("", "symbol='EURUSD'", "symbol='NOSUCH'", "symbol=''", "ticket=1", "ticket=0", "group='*'")
    for name, key in product(("positions", "orders"), keys):
        yield "filters", [f"m.{name}_get({key})", f"m.{name}_total()"]


def _groups() -> Iterator[tuple[str, list[str]]]:
    groups = ("*", "*EUR*", "*USD*,!EUR*", "!EUR*", "EURUSD", "", "*,!*USD*", "EUR*, GBP*", "NOSUCH", "!*", "*JPY")
    for group in groups:
        for name in ("symbols", "positions", "orders"):
            yield "groups", [f"m.{name}_get(group={group!r})"]
        for name in ("history_orders", "history_deals"):
            yield "groups", [f"m.{name}_get(0, {_SHOWN + 9999}, group={group!r})"]


def _history() -> Iterator[tuple[str, list[str]]]:
    for name in ("history_orders", "history_deals"):
        for since, until in ((0, _SHOWN + 9999), (_SHOWN - 3600, _SHOWN + 9999), (_SHOWN, 0), (0, 0)):
            yield "history", [f"m.{name}_total({since}, {until})", f"m.{name}_get({since}, {until})"]
        for key in ("ticket", "position"):
            yield "history", [f"m.{name}_get({key}={n})" for n in (0, 1, 100001, 100002, 100003, 100004)]


def _prices() -> Iterator[tuple[str, list[str]]]:
    for symbol, frame in product(("EURUSD", "XAUUSD", "NOSUCH"), (1, 5, 16385, 16408, 32769, 49153)):
        what = f"{symbol!r}, {frame}"
        yield "bars", [f"m.copy_rates_from_pos({what}, 0, 20)", f"m.copy_rates_from_pos({what}, 5, 3)"]
        yield "bars", [f"m.copy_rates_from({what}, {_SHOWN}, 5)"]
        yield "bars", [f"m.copy_rates_range({what}, {_SHOWN - 90000}, {_SHOWN})"]
    for symbol, flags in product(("EURUSD", "AUDCHF", "NOSUCH"), (-1, 1, 2)):
        yield "ticks", [f"m.copy_ticks_from({symbol!r}, {_SHOWN - 60}, 20, {flags})"]
        yield "ticks", [f"m.copy_ticks_range({symbol!r}, {_SHOWN - 60}, {_SHOWN}, {flags})"]


def _symbols() -> Iterator[tuple[str, list[str]]]:
    for symbol in ("EURUSD", "USDJPY", "XAUUSD", "AUDCHF", "NOSUCH"):
        yield "symbols", [f"m.symbol_info{part}({symbol!r})" for part in ("", "_tick")]
        yield "symbols", [f"m.symbol_select({symbol!r}, {on})" for on in (True, False, True)]
        yield "book", [f"m.market_book_{part}({symbol!r})" for part in ("get", "add", "get", "release", "get")]
        for action, volume in product((0, 1, 2), (0.01, 1.0)):
            yield "sums", [f"m.order_calc_margin({action}, {symbol!r}, {volume}, 1.5)"]
            yield "sums", [f"m.order_calc_profit({action}, {symbol!r}, {volume}, 1.5, 1.6)"]


def programs() -> list[tuple[str, list[str]]]:
    """Return all programs with their groups; they change the broker's state, so their order counts."""
    parts = (_questions, _market_orders, _on_positions, _pending_orders, _arguments, _questions)
    return [program for part in parts for program in part()]
