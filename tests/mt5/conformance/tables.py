# SPDX-License-Identifier: MIT
"""Calls that are written out one by one: shapes of a request, the package's Python functions, its result types."""

from __future__ import annotations

from typing import Final

REQUEST_SHAPES: Final = (
    *("", "{}", "R()", "**R()", "*[]", "R(), R()", "R(), {}", "{}, {}", "R(), **R()", "{}, **R()"),
    *("R(), magic=1", "{}, magic=None", "magic=1", "action=1", "request=R()", "request=None", "unknown=1"),
    *("Dict(R())", "Dict()", "Dict(volume=1)", "**Dict(R())", "collections.OrderedDict(R())", "{'': 1}"),
    *("collections.defaultdict(int, R())", "collections.Counter()", "Mapping(R())", "**Mapping(R())"),
    *("collections.ChainMap(R())", "m.TradeRequest(range(17))", "*m.TradeRequest(range(17))", "list(R())"),
    *("R().items()", "list(R().items())", "tuple(R())", "{1: 2}", "{None: None}", "{b'volume': None}"),
    *("{('a',): 1}", "{'Volume': None}", "{'volume ': None}", "{'volum\\xe9': None}", "{SE.A: 1}"),
    *("{Str('volume'): None}", "{Str('volume'): 0.1}", "{AlwaysEqual('x'): None}", "{AlwaysEqual('x'): 0.1}"),
    *("{NeverCompares('x'): 0.1}", "{NeverCompares('x'): 0.1, 'volume': 0.2}", "{np.str_('volume'): None}"),
    *("None, magic=1", "None, None", "R(), None", "None, **R()", "R(unknown=object())", "R(comment='')"),
    *("R(symbol='')", "{'symbol': 'EURUSD', 'volume': 0.1}", "{**R(), 'TYPE': None}", "types.MappingProxyType(R())"),
)
"""What `order_send` and `order_check` are called with.  An empty `**{}` is left out: Python code cannot tell it."""

MARKET_ORDERS: Final = (
    *("", "'EURUSD'", "'EURUSD', 0.1", "'EURUSD', 0.1, 1.1", "'EURUSD', 0.1, 1.1, 'c'", "symbol='EURUSD'"),
    *("symbol='EURUSD', volume=0.1", "symbol='EURUSD', volume=0.1, price=1.1", "1, 0.1", "1, 0.1, 1.1"),
    *("'EURUSD', 1, 1.1", "'EURUSD', 0.1, 1", "'EURUSD', None, 1.1", "None, None", "'EURUSD', 0.1, None"),
    *("'EURUSD', 0.1, 1.1, comment='c'", "'EURUSD', 0.1, 1.1, comment=1", "'EURUSD', 0.1, 1.1, comment=None"),
    *("'EURUSD', 0.1, 1.1, ticket=1", "'EURUSD', 0.1, 1.1, ticket='1'", "'EURUSD', 0.1, 1.1, ticket=-1"),
    *("'EURUSD', 0.1, 1.1, ticket=None", "'EURUSD', 0.1, 1.1, ticket=0", "'EURUSD', 0.1, 1.1, magic=1"),
    *("'EURUSD', 0.1, 0", "'EURUSD', 0.1, 0.0", "'EURUSD', 0.1, ''", "'EURUSD', 0.1, float('nan')"),
    *("'EURUSD', 0.1, []", "'EURUSD', 0.1, 1.1, comment='a' * 30", "'a' * 30, 0.1", "'EURUSD', 0.1, ticket='x'"),
    *("'EURUSD', 0.1, 1.1, comment=''", "'EURUSD', 0.1, 1.1, comment=1, ticket='1'", "2**80, 0.1, 1.1"),
    *("'EURUSD', 2**80, 1.1", "'EURUSD', 0.1, np.array([1, 2])", "'EURUSD', 0.1, NoTruth()"),
    *("'EURUSD', 0.1, 1.1, comment=NoTruth()", "'EURUSD', 0.1, 1.1, ticket=NoTruth()"),
)
"""What `Buy` and `Sell` are called with."""

CLOSES: Final = (
    *("", "'EURUSD'", "'EURUSD', 1", "symbol='EURUSD'", "'EURUSD', ticket=1", "'EURUSD', ticket='1'", "1", "None"),
    *("'EURUSD', comment='c'", "'EURUSD', comment=1", "'EURUSD', ticket=0", "'EURUSD', ticket=None"),
    *("'a' * 30", "'EURUSD', ticket=-1", "None, ticket=1", "None, ticket=None", "1, ticket=1", "ticket=1"),
    *("'EURUSD', magic=1", "'EURUSD', ticket=NoTruth()", "''", "'', ticket=0", "b'x', comment=object()"),
)
"""What `Close` is called with."""

TYPES: Final = (
    *("TradePosition", "TradeOrder", "TradeDeal", "TradeRequest", "SymbolInfo", "OrderCheckResult"),
    *("OrderSendResult", "Tick", "TerminalInfo", "AccountInfo", "BookInfo"),
)

ABOUT_A_TYPE: Final = (
    *("m.{k}.n_fields", "m.{k}.n_sequence_fields", "m.{k}.n_unnamed_fields", "m.{k}.__match_args__"),
    *("m.{k}.__name__", "m.{k}.__qualname__", "m.{k}.__module__", "repr(m.{k})"),
    *("isinstance({v}, tuple)", "{v}", "repr({v})", "str({v})", "len({v})", "list({v})", "{v}._asdict()"),
    *("hash({v}) == hash(tuple({v}))", "{v} == tuple({v})", "{v}[0], {v}[-1], {v}[1:3]", "type({v}[1:3])"),
    *("pickle.dumps({v})", "copy.copy({v})", "type(copy.deepcopy({v}))", "{v}.__reduce__()", "type({v})"),
    *("m.{k}()", "m.{k}(1)", "m.{k}([])", "m.{k}(range(m.{k}.n_fields - 1))", "m.{k}(range(m.{k}.n_fields + 1))"),
    *("type('Sub', (m.{k},), {{}})", "m.{k}(*range(m.{k}.n_fields))", "type({v}.__dict__)", "{v}.__match_args__"),
    "[n for n in dir(m.{k}) if n not in m.{k}.__match_args__ and not n.startswith('__')]",
)
"""Asked of each result type `k` and a value of it `v`."""

ABOUT_A_TICK: Final = (
    *("{v}.bid", "{v}.time_msc", "{v}.nothing", "{v}._fields", "{v}._replace(bid=1)", "m.Tick._make(range(8))"),
    *("setattr({v}, 'bid', 1)", "setattr({v}, 'new', 1)", "delattr({v}, 'bid')", "{v}.__setitem__(0, 1)"),
    *("{v}[8]", "{v}['bid']", "{v}[np.int64(1)]", "{v}[Index()]", "{v}[1.0]", "{v}[True]", "{v}[::2]", "{v}[:]"),
    *("{v} == m.Tick(range(8))", "{v} < m.Tick(range(1, 9))", "{v} == list(range(8))", "{v} != 1", "{v} < 1"),
    *("{v} + (1,)", "type({v} + (1,))", "{v} * 2", "type({v} * 1)", "3 in {v}", "{v}.index(3)", "{v}.count(3)"),
    *("hash({v})", "hash(m.Tick([[]] * 8))", "bool({v})", "list(reversed({v}))", "max({v})", "sorted({v})"),
    *("m.Tick(sequence=range(8))", "m.Tick(range(8), {{}})", "m.Tick(range(8), dict={{}})", "m.Tick(range(8), None)"),
    *("m.Tick(range(8), {{'bid': 5}})", "m.Tick(range(8), [])", "m.Tick(range(8), 1)", "m.Tick(range(8), x=1)"),
    *("m.Tick(range(8), {{}}, 1)", "m.Tick(None)", "m.Tick('abcdefgh')", "m.Tick({{i: 1 for i in range(8)}})"),
    *("m.Tick(i for i in range(8))", "m.Tick({v})", "m.Tick(np.arange(8))", "m.Tick(set(range(8)))"),
    *("m.Tick(b'abcdefgh')", "m.Tick(m.BookInfo(range(4)))", "m.Tick([None] * 8)", "m.Tick([m] * 7)"),
    "repr(m.Tick(['x', None, 1.5, (), [], {{}}, m.BookInfo(range(4)), b'x']))",
    *("m.Tick.bid.__get__({v})", "m.Tick.bid.__set__({v}, 1)"),
    *("{v}._asdict(1)", "{v}._asdict(x=1)", "m.Tick._asdict({v})", "m.Tick._asdict()"),
    "m.Tick.__new__(m.Tick, range(8))",
    *("object.__new__(m.Tick)", "m.Tick.x"),
    *("{v}.__getnewargs__()", "format({v})", "'%s' % {v}"),
    *("m.TradeRequest(range(17)).symbol", "m.OrderSendResult([m.TradeRequest(range(17))] * 10)._asdict()"),
    *("[*{v}]", "dict({v}._asdict()) == {v}._asdict()", "{v} is {v}[:]", "{v} is copy.copy({v})", "{v} is m.Tick({v})"),
    *(
        "pickle.dumps({v}, 0)",
        "pickle.dumps({v}, 2)",
        "pickle.dumps([{v}])",
        "{v}.__sizeof__() > 0",
        "iter({v}).__next__()",
    ),
    *(
        "attempt(eval, 'type(n.Tick(range(8))).__name__', {{'n': m}})",
        "m.Tick.__doc__ is None",
        "m.Tick(range(8)) > (0,)",
    ),
    *(
        "(0, 1) < {v}",
        "{v} == (0, 1, 2, 3, 4, 5, 6, 7)",
        "{v} in [(0, 1, 2, 3, 4, 5, 6, 7)]",
        "{{{v}: 1}}[tuple(range(8))]",
    ),
)
"""Asked of one value of a result type, `v`, since all types behave alike."""

ABOUT_THE_MODULE: Final = (
    *("m.__version__", "m.__author__", "m.nothing", "callable(m.initialize)", "type(m.COPY_TICKS_ALL)"),
    *("m.initialize.__name__", "m.Buy.__name__", "m.last_error()", "m.version()"),
    "sorted(n for n in dir(m) if n.isupper() and not n.startswith('_')) == sorted(n for n in dir(m) if n.isupper())",
    *("len([n for n in dir(m) if n.isupper()])", "type(m.last_error())", "type(m.version())"),
)

PATHS: Final = (
    *(
        "'x\"y'",
        "'\"'",
        "'\"x\" y'",
        "'a b c'",
        "'.'",
        "'zz.'",
        "'C:\\\\nope\\\\'",
        "'C:/nope/x.exe'",
        "'%20s'",
        "'zz\\t'",
    ),
    *("'\\0x'", "'x' * 257 + '\\0'", "'zz' + ASTRAL", "'zz\\xe9y'", "'\\xc3\\xa9'", "'\\xc3'", "'zz\\u20acy'"),
    *(
        "'zz\\u0101y'",
        "'\\u0141\\xf3d\\u017a'",
        "'zz\\u0142'",
        "'\\u017e'",
        "'\\u4e2d'",
        "'zz\\u0416y'",
        "'\\x81'",
        "'\\x80'",
    ),
    *("'\\xff'", "'\\ud800'", "'zz\\u0149'"),
)
"""Paths of terminals that are not there."""

STEPS: Final = (
    *(
        "m.symbol_info(1)",
        "m.symbol_info('EURUSD')",
        "m.symbol_info(symbol=1)",
        "m.copy_rates_from_pos('EURUSD', 1, 0.0, 1)",
    ),
    *(
        "m.market_book_add('EURUSD')",
        "m.shutdown()",
        "m.shutdown(1)",
        "m.version()",
        "m.last_error()",
        "m.last_error(1)",
    ),
    *(
        "m.initialize()",
        "m.initialize(None)",
        "m.initialize('Z:/nope.exe')",
        "m.login(1)",
        "m.login()",
        "m.symbols_total()",
    ),
    *("m.initialize(login=-1)", "m.history_deals_get(2**40, 1)", "m.order_send(R(action=-1))", "m.order_send({})"),
    *("m.Buy('EURUSD', 0.1)", "m.Buy()", "m.Close('EURUSD')", "m.Tick(1)", "m.TIMEFRAME_M1", "m.terminal_info(1)"),
)
"""Calls of which any may follow any."""
