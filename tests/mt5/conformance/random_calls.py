# SPDX-License-Identifier: MIT
"""Calls with a terminal drawn at random: what nobody thought of writing into `connected.py`.

Sound and unsound calls of all functions, in an order that changes the broker's state as it goes: orders of every kind
on whatever positions and orders there are by then, questions in the types that a caller may hold, and now and then a
value of `samples.py` where none of its kind belongs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Final

from tests.mt5.conformance.calls import FIELDS, TIMEFRAMES
from tests.mt5.conformance.connected import NOW
from tests.mt5.conformance.samples import VALUES

SHOWN: Final = int(NOW.timestamp()) + 7200
"""What the broker's clock shows, in seconds."""
_SYMBOLS: Final = ("EURUSD", "EURUSD", "USDJPY", "XAUUSD", "GBPJPY", "AUDCHF", "GDAXIm", "NOSUCH", "eurusd", "")
_AFTER: Final = "m.positions_total(), m.orders_total(), m.account_info()"
_SLOW: Final = frozenset({"time", "count"})
"""Kinds of argument that no sample stands in for: years of ticks would come of it."""
_ODD: Final = 0.06
"""The share of arguments that are of a kind which does not belong there."""
_LONGEST: Final = 9 * 86_400


class Draw:
    """Draws calls from a seed; texts of Python over the module `m` and the names of `names.py`."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._made: tuple[Callable[[], list[str]], ...] = (
            *(self._order,) * 6,
            *(self._on_position,) * 4,
            *(self._on_pending,) * 4,
            *(self._bars,) * 3,
            *(self._ticks,) * 3,
            *(self._history,) * 3,
            self._filters,
            self._symbol,
            self._sums,
        )

    def program(self) -> list[str]:
        """Return a few calls that belong together."""
        return self._random.choice(self._made)()

    def _of(self, *texts: object) -> str:
        return str(self._random.choice(texts))

    def _argument(self, kind: str, sound: object) -> str:
        """Return a sound argument, or now and then one of any other kind."""
        if kind not in _SLOW and self._random.random() < _ODD:
            return self._of(*VALUES)
        return str(sound)

    def _name(self) -> str:
        return self._argument("symbol", repr(self._random.choice(_SYMBOLS)))

    def _moment(self, earliest: int = _LONGEST) -> str:
        """Return a time in one of the forms that a caller may hold, at most so many seconds before now."""
        at = SHOWN - self._random.randrange(earliest)
        naive = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
        words = f"{naive.year}, {naive.month}, {naive.day}, {naive.hour}, {naive.minute}, {naive.second}"
        zone = f"dt.timezone(dt.timedelta(hours={self._of(0, 3, -5)}))"
        return self._of(
            at,
            f"{at}.75",
            f"np.int64({at})",
            f"np.float64({at})",
            f"dt.datetime({words})",
            f"dt.datetime({words}, tzinfo={zone})",
        )

    def _bars(self) -> list[str]:
        frame = self._argument("frame", self._of(*(f"m.TIMEFRAME_{name}" for name in TIMEFRAMES), 7, 0, "np.int32(5)"))
        what, count = f"{self._name()}, {frame}", self._of(0, 1, 3, 17, 60, -1, "np.int64(4)")
        moment = self._moment()
        return [
            self._of(
                f"m.copy_rates_from_pos({what}, {self._of(0, 1, 9, 200, -1)}, {count})",
                f"m.copy_rates_from({what}, {moment}, {count})",
                f"m.copy_rates_range({what}, {moment}, {self._moment()})",
            )
        ]

    def _ticks(self) -> list[str]:
        name, flags = self._name(), self._argument("flags", self._of("m.COPY_TICKS_ALL", 1, 2, 3, 0, 6, 4, 8, -2))
        since = SHOWN - self._random.randrange(3 * 86_400)
        count = self._of(0, 1, 5, 40, -1)
        return [
            self._of(
                f"m.copy_ticks_from({name}, {since}, {count}, {flags})",
                f"m.copy_ticks_from({name}, {self._moment(86_400)}, {count}, {flags})",
                f"m.copy_ticks_range({name}, {since}, {since + self._random.randrange(-60, 400)}, {flags})",
            )
        ]

    def _history(self) -> list[str]:
        name = self._of("orders", "deals")
        ticket = self._argument("ticket", self._of(*range(100_000, 100_030), "m.positions_get()[-1].ticket"))
        dates = f"{self._moment()}, {self._of(SHOWN + 999, self._moment())}"
        group = self._of("*USD*", "EUR*", "!*", "*,!*JPY*", "EURUSD, USDJPY", "*usd*", "", " *", "?URUSD")
        return [
            self._of(
                f"m.history_{name}_total({dates})",
                f"m.history_{name}_get({dates})",
                f"m.history_{name}_get({dates}, group={group!r})",
                f"m.history_{name}_get({self._of('ticket', 'position')}={ticket})",
                f"m.history_{name}_get({dates}, {self._of('ticket', 'position', 'symbol')}={ticket})",
            )
        ]

    def _filters(self) -> list[str]:
        name, key = self._of("positions", "orders"), self._of("symbol", "ticket", "group", "magic")
        value = self._argument("filter", self._of(self._name(), "100003", "'*JPY*'", "m.positions_get()[0].ticket"))
        group = self._of("*", "*JPY", "EUR*,!EURUSD", "!EUR*, *", "", "*,*", "XAU*,XAG*")
        return [
            self._of(f"m.{name}_get({key}={value})", f"m.{name}_get({value})", f"m.symbols_get(group={group!r})[:3]")
        ]

    def _symbol(self) -> list[str]:
        name = self._name()
        on = self._of(True, False, 1, 0)
        asks = (
            f"m.symbol_info({name})",
            f"m.symbol_info_tick({name})",
            f"m.symbol_select({name})",
            f"m.symbol_select({self._argument('symbol', repr('AUDCHF'))}, {on})",
            f"m.market_book_add({name})",
            f"m.market_book_get({name})",
            f"m.market_book_release({name})",
            "m.terminal_info()",
            "m.symbols_total()",
        )
        return [self._of(*asks) for _ in range(2)]

    def _sums(self) -> list[str]:
        what = f"{self._argument('type', self._of(0, 1, 2, -1, 7))}, {self._name()}, {self._volume()}"
        first, second = (self._argument("price", round(self._random.uniform(0.2, 300.0), 5)) for _ in range(2))
        return [self._of(f"m.order_calc_margin({what}, {first})", f"m.order_calc_profit({what}, {first}, {second})")]

    def _volume(self) -> str:
        return self._argument(
            "volume", self._of(*(0.01, 0.02, 0.1, 0.13, 0.2, 0.05) * 2, 1, 0.015, 60.0, "np.float64(0.05)")
        )

    def _sent(self, request: str) -> list[str]:
        """Return a request checked, sent, or both, and what is there afterwards."""
        check, send = f"m.order_check({request})", f"m.order_send({request})"
        return [*self._random.choice(((check, send), (send,), (send,), (check,))), _AFTER]

    def _price(self, name: str, *, near: bool = False) -> str:
        share = 1.0 if near else self._random.choice((0.95, 0.99, 0.9999, 1.0001, 1.01, 1.05))
        return f"round(m.symbol_info_tick({name!r}).{self._of('ask', 'bid')} * {share}, {self._of(5, 3, 2)})"

    def _fields(self, fields: dict[str, str]) -> str:
        """Return a request with these fields: in any order, now and then with one wrong, missing, or in excess."""
        items = list(fields.items())
        self._random.shuffle(items)
        chance = self._random.random()
        if chance < _ODD:
            items.pop()
        elif chance < 2 * _ODD:
            items.append((self._of(*FIELDS, "nonsense"), self._of(*VALUES)))
        return "{" + ", ".join(f"{key!r}: {value}" for key, value in dict(items).items()) + "}"

    def _order(self) -> list[str]:
        """Return a market or a pending order, with stops or without, by no means always a sound one."""
        name = self._random.choice(_SYMBOLS[:7])
        rests = self._random.random() < 0.4
        fields = {
            "action": "5" if rests else "1",
            "symbol": repr(name),
            "volume": self._volume(),
            "type": self._of(*range(2, 8)) if rests else self._of(0, 0, 0, 0, 1, 1, 1, 8),
            "price": self._price(name, near=not rests),
            "type_filling": self._of(*((0, 2, 2, 3) if rests else (0, 1, 1, 2))),
            "type_time": self._of(0, 0, 1, 2, 3),
            "deviation": self._of(0, 20, 100_000),
            "magic": self._of(0, 7, 9, "2**40", "np.int64(9)"),
            "comment": self._of("''", "'x'", "'grid 7'", "'Hedge-\\u00e9'"),
        }
        chosen = {
            "sl": self._price(name),
            "tp": self._price(name),
            "stoplimit": self._price(name),
            "expiration": self._of(SHOWN + 3600, SHOWN - 3600, SHOWN + 9 * 86_400),
        }
        often = 0.6 if rests else 0.3
        fields |= {key: value for key, value in chosen.items() if self._random.random() < often}
        return self._sent(self._fields(fields))

    def _on_position(self) -> list[str]:
        """Return stops moved, a part closed, all closed, or one closed by another."""
        name, at = self._random.choice(_SYMBOLS[:5]), self._of(0, -1, 1)
        ticket = f"m.positions_get(symbol={name!r})[{at}].ticket"
        other = f"m.positions_get(symbol={self._random.choice(_SYMBOLS[:5])!r})[{self._of(0, -1)}].ticket"
        stops = {"action": "6", "position": ticket, "sl": self._price(name), "tp": self._price(name)}
        closes = {
            "action": "1",
            "symbol": repr(name),
            "position": ticket,
            "volume": self._volume(),
            "type": self._of(0, 1),
            "price": self._price(name, near=True),
            "type_filling": self._of(0, 1),
        }
        by = {"action": "10", "position": ticket, "position_by": other}
        return self._sent(
            self._fields(self._random.choice((stops, stops | {"symbol": repr(name)}, closes, closes, by)))
        )

    def _on_pending(self) -> list[str]:
        """Return an order changed or removed, there or not."""
        ticket = self._of(
            "m.orders_get()[-1].ticket", "m.orders_get()[0].ticket", 100_004, 1, "m.positions_get()[0].ticket"
        )
        name = self._random.choice(_SYMBOLS[:5])
        changes = {
            "action": "7",
            "order": ticket,
            "price": self._price(name),
            "sl": self._of("0.0", self._price(name)),
            "type_time": self._of(0, 1, 2),
            "expiration": self._of(0, SHOWN + 7200, SHOWN - 9),
        }
        return self._sent(self._fields(self._random.choice((changes, changes, {"action": "8", "order": ticket}))))


def programs(seed: int, count: int) -> list[tuple[str, list[str]]]:
    """Return so many programs, after one that shows their symbols in the Market Watch.

    They change the broker's state, so their order counts.
    """
    draw = Draw(seed)
    shown = [f"m.symbol_select({name!r}, True)" for name in dict.fromkeys(_SYMBOLS)]
    return [("random", shown), *(("random", draw.program()) for _ in range(count))]
