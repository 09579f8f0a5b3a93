# SPDX-License-Identifier: MIT
"""The calls to record, in groups: a sound call with one argument changed at a time, pairs of bad ones, and sequences.

Some 27 000 expressions over `m`, the module, and the names of `names.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations, product
from typing import Final

from tests.mt5.conformance import tables
from tests.mt5.conformance.samples import VALUES

Grouped = Iterator[tuple[str, str]]
"""Name of a group and a call."""

NO_ARGUMENTS: Final = (
    *("shutdown", "version", "last_error", "terminal_info", "account_info"),
    *("symbols_total", "orders_total", "positions_total"),
)
SOUND: Final[dict[str, tuple[str, ...]]] = {
    "symbol_info": ("'EURUSD'",),
    "symbol_info_tick": ("'EURUSD'",),
    "market_book_add": ("'EURUSD'",),
    "market_book_get": ("'EURUSD'",),
    "market_book_release": ("'EURUSD'",),
    "symbol_select": ("'EURUSD'", "True"),
    "copy_rates_from": ("'EURUSD'", "1", "1700000000", "10"),
    "copy_rates_from_pos": ("'EURUSD'", "1", "0", "10"),
    "copy_rates_range": ("'EURUSD'", "1", "1700000000", "1700000100"),
    "copy_ticks_from": ("'EURUSD'", "1700000000", "10", "-1"),
    "copy_ticks_range": ("'EURUSD'", "1700000000", "1700000100", "-1"),
    "history_orders_total": ("1700000000", "1700000100"),
    "history_deals_total": ("1700000000", "1700000100"),
    "history_orders_get": ("1700000000", "1700000100"),
    "history_deals_get": ("1700000000", "1700000100"),
    "order_calc_margin": ("0", "'EURUSD'", "0.1", "1.1"),
    "order_calc_profit": ("0", "'EURUSD'", "0.1", "1.1", "1.2"),
    "login": ("123", "'p'", "'s'"),
    "symbols_get": ("'*'",),
    "positions_get": (),
    "orders_get": (),
    "initialize": ("'Z:/nope/terminal64.exe'",),
    "order_send": ("R()",),
    "order_check": ("R()",),
}
"""Functions that take positional arguments, and sound ones."""
DATE_PLACES: Final = {"copy_rates_range": 2, "copy_ticks_range": 1, "history_orders_get": 0, "history_deals_total": 0}
"""Functions of two dates, and where the first of them stands."""
KEYWORDS: Final[dict[str, tuple[str, ...]]] = {
    "symbols_get": ("group",),
    "positions_get": ("ticket", "symbol", "group"),
    "orders_get": ("ticket", "symbol", "group"),
    "login": ("login", "password", "server", "timeout"),
    "initialize": ("path", "login", "password", "server", "timeout", "portable"),
}
FIELDS: Final = (
    *("action", "magic", "order", "symbol", "volume", "price", "stoplimit", "sl", "tp", "deviation", "type"),
    *("type_filling", "type_time", "expiration", "comment", "position", "position_by"),
)
BAD: Final = ("None", "1.5", "2**70", "dt.datetime(1969, 1, 1)", "'a' * 30", "np.array([1, 2])")
"""Wrong for one kind of argument or another, with and without an exception of its own: tells the order of checks."""
ODD_DATES: Final = (
    *("2**31", "-2**40", "float('nan')", "dt.datetime(2024, 1, 2)", "dt.datetime(2024, 1, 2, tzinfo=dt.UTC)", "None"),
    *("dt.datetime(1969, 1, 1)", "MomentFails(2024, 1, 2)", "Moment(2024, 1, 2)", "True", "Int(2**80)"),
)
TIMEFRAMES: Final = (
    *("M1", "M2", "M3", "M4", "M5", "M6", "M10", "M12", "M15", "M20", "M30"),
    *("H1", "H2", "H3", "H4", "H6", "H8", "H12", "D1", "W1", "MN1"),
)


def _call(name: str, args: Iterable[str] = (), **keywords: str) -> str:
    return f"m.{name}({', '.join([*args, *(f'{key}={value}' for key, value in keywords.items())])})"


def _changed(sound: tuple[str, ...], *changes: tuple[int, str]) -> list[str]:
    return [dict(changes).get(position, value) for position, value in enumerate(sound)]


def _values(key: str) -> list[str]:
    return [value for value in VALUES if key != "path" or value != "' '"]  # Windows may make something of a blank


def _without_arguments() -> Grouped:
    for name, inner in product(NO_ARGUMENTS, ("", "1", "None", "*()", "**{}", "x=1", "**{'': 1}", "1, x=1")):
        yield name, f"m.{name}({inner})"


def _positional() -> Grouped:
    for name, sound in SOUND.items():
        for position in range(len(sound)):
            for value in _values("path" if name == "initialize" else ""):
                yield f"{name}.{position}", _call(name, _changed(sound, (position, value)))
        for count in range(len(sound) + 3):
            yield f"{name}.count", _call(name, (*sound, "1", "'x'")[:count])
            yield f"{name}.count", _call(name, ["None"] * count)
        for first, second in permutations(range(len(sound)), 2):
            for one, two in product(BAD, BAD):
                yield f"{name}.order", _call(name, _changed(sound, (first, one), (second, two)))
        yield f"{name}.keywords", _call(name, sound, x="1")
        yield f"{name}.keywords", _call(name, [f"**{{'a{i}': {value}}}" for i, value in enumerate(sound)])


def _keywords() -> Grouped:
    for name, keys in KEYWORDS.items():
        for key in keys:
            login = {"login": "1"} if name == "login" and key != "login" else {}
            for value in _values(key):
                yield f"{name}.{key}", _call(name, **login, **{key: value})
            for args, value in product((SOUND[name], ["None"], ["'x'", "'y'"]), ("None", "1", "'1'")):
                yield f"{name}.{key}", _call(name, args, **{key: value})
            yield f"{name}.{key}", _call(name, **{key.upper(): "None"})
        for (one, two), (first, second) in product(permutations(keys, 2), product(BAD, BAD)):
            yield f"{name}.order", _call(name, **{one: first, two: second})
        for value in ("None", "1"):
            yield f"{name}.keywords", _call(name, **dict.fromkeys(keys, value))
        for odd in ("unknown=1", "**{'': 1}", "**{Str('login'): 'x', Str('group'): 1, Str('ticket'): 1.0}"):
            yield f"{name}.keywords", _call(name, [odd])


def _lengths() -> Grouped:
    units = ("'a'", "'\\0'", "'\\xe9'")
    for count, unit in [*product((252, 253, 254, 255, 256), units), *product((125, 126, 127, 128), ["ASTRAL"])]:
        for inner in ("password={}", "server={}"):
            yield "login.lengths", f"m.login(1, {inner.format(f'{unit} * {count}')})"
            yield "initialize.lengths", f"m.initialize({inner.format(f'{unit} * {count}')})"
        yield "login.lengths", f"m.login(1, {unit} * {count})"
        yield "login.lengths", f"m.login(1, 'p', {unit} * {count})"
    for count, unit in [*product((256, 257, 258, 259, 260), units), *product((127, 128, 129, 130), ["ASTRAL"])]:
        yield "initialize.lengths", f"m.initialize({unit} * {count})"
        yield "initialize.lengths", f"m.initialize(path={unit} * {count})"
    for count, unit in product((998, 999, 1996, 1997, 1998, 1999, 4000), ("'a'", "ASTRAL", "'\\0'")):
        yield "group.lengths", f"m.symbols_get({unit} * {count})"
        for name, dates in (("symbols", ""), ("positions", ""), ("orders", ""), ("history_deals", "1, 2, ")):
            yield "group.lengths", f"m.{name}_get({dates}group={unit} * {count})"


def _history() -> Grouped:
    mixed = (
        *("ticket=1", "ticket=None", "position=1", "position=None", "group='*'", "group=None"),
        *("ticket=1, position=None", "ticket=None, position=1", "position=1, ticket=None", "ticket=-1"),
        *("ticket=1, group=None", "position=1, group=None", "group='*', date_from=1, date_to=2", "x=1"),
        *("ticket=1, x=1", "ticket=-1, position=None", "date_from=1", "date_to=None", "TICKET=1"),
    )
    before = ("", "1, ", "None, ", "1, 2, ", "1, None, ", "2**40, ", "2**40, 2, ", "1, 2, 3, ", "1, 2, 3, 4, ")
    for name in ("history_orders_get", "history_deals_get"):
        for value in VALUES:
            yield f"{name}.group", f"m.{name}(1, 2, group={value})"
            yield f"{name}.ticket", f"m.{name}(ticket={value})"
            yield f"{name}.position", f"m.{name}(position={value})"
        for keys, args in product(mixed, before):
            yield f"{name}.mixed", f"m.{name}({args}{keys})"


def _dates() -> Grouped:
    for (name, place), one, two in product(DATE_PLACES.items(), ODD_DATES, ODD_DATES):
        yield f"{name}.dates", _call(name, _changed(SOUND[name], (place, one), (place + 1, two)))
    days = ("1969, 12, 31", "1970, 1, 1", "1970, 1, 2", "3000, 12, 31", "3001, 1, 1", "3001, 1, 2")
    for day, hour, fold in product(days, range(24), (0, 1)):
        yield "local_times", f"m.copy_ticks_from('EURUSD', dt.datetime({day}, {hour}, fold={fold}), 10, -1)"


def _choices() -> Grouped:
    for frame in (*(f"m.TIMEFRAME_{frame}" for frame in TIMEFRAMES), "7", "-1", "0", "16384", "99999"):
        yield "timeframes", f"m.copy_rates_from('EURUSD', {frame}, 1700000000, 5)"
        yield "timeframes", f"m.copy_rates_from_pos('EURUSD', {frame}, 0, 5)"
        yield "timeframes", f"m.copy_rates_range('EURUSD', {frame}, 1700000000, 1700000100)"
    for flag in ("m.COPY_TICKS_ALL", "m.COPY_TICKS_INFO", "m.COPY_TICKS_TRADE", "0", "3", "4", "99", "-2"):
        yield "flags", f"m.copy_ticks_from('EURUSD', 1700000000, 5, {flag})"
        yield "flags", f"m.copy_ticks_range('EURUSD', 1700000000, 1700000100, {flag})"
    for kind in range(-1, 10):
        yield "calculation", f"m.order_calc_margin({kind}, 'EURUSD', 1.0, 1.1)"
        yield "calculation", f"m.order_calc_profit({kind}, 'EURUSD', 1.0, 1.1, 1.2)"


def _requests() -> Grouped:
    for field in FIELDS:
        for value in VALUES:
            yield f"order_send.{field}", f"m.order_send(R({field}={value}))"
        for value in BAD:
            yield f"order_check.{field}", f"m.order_check(R({field}={value}))"
            yield f"order_send.{field}", f"m.order_send(**R({field}={value}))"
            yield f"order_send.{field}", f"m.order_send({field}={value})"
            yield f"order_check.{field}", f"m.order_check({{{field!r}: {value}}})"
    for one, two in permutations(FIELDS, 2):
        yield "order_send.order", f"m.order_send({{{one!r}: None, {two!r}: None}})"
        yield "order_check.order", f"m.order_check({{{one!r}: 2**70, {two!r}: []}})"
    for name in ("order_send", "order_check"):
        for shape in tables.REQUEST_SHAPES:
            yield f"{name}.shape", f"m.{name}({shape})"
        for field in FIELDS:
            missing = f"{{k: v for k, v in R().items() if k != {field!r}}}"
            yield f"{name}.missing", f"m.{name}({missing})"
            yield f"{name}.missing", f"m.{name}(**{missing})"


def _written_out() -> Grouped:
    for name, inner in [*product(("Buy", "Sell"), tables.MARKET_ORDERS), *product(["Close"], tables.CLOSES)]:
        yield name, f"m.{name}({inner})"
    for kind, question in product(tables.TYPES, tables.ABOUT_A_TYPE):
        yield "types", question.format(k=kind, v=f"m.{kind}(range(m.{kind}.n_fields))")
    for question in tables.ABOUT_A_TICK:
        yield "ticks", question.format(v="m.Tick(range(8))")
    for question in tables.ABOUT_THE_MODULE:
        yield "module", question
    for path, inner in product(tables.PATHS, ("{}", "path={}", "{}, login=1, portable=True")):
        yield "initialize.paths", f"m.initialize({inner.format(path)})"


def programs() -> dict[str, list[list[str]]]:
    """Return groups of programs, a program being calls that are made one after the other."""
    groups: dict[str, list[list[str]]] = {}
    makers = (_without_arguments, _positional, _keywords, _lengths, _history, _dates, _choices, _requests)
    for maker in (*makers, _written_out):
        for group, call in maker():
            calls = groups.setdefault(group, [])
            calls.append([call])
    steps = product(tables.STEPS, tables.STEPS)
    return groups | {"sequences": [[first, second, "m.last_error()"] for first, second in steps]}
