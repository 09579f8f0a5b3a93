# SPDX-License-Identifier: MIT
"""Arguments to try, as expressions over the names of `names.py`: something of every type, and every edge of a range."""

from __future__ import annotations

from typing import Final

INTS: Final = (
    *("True", "False", "0", "1", "-1", "7", "123456789"),
    *("2**31-1", "2**31", "-2**31", "-2**31-1", "2**32-1", "2**32", "2**32+1"),
    *("2**53+1", "2**63-1", "2**63", "2**64-1", "2**64", "2**64+1", "-2**32", "-2**63", "-2**63-1", "-2**64"),
    *("10**400", "-10**400", "IE.A", "Flag.A", "Int(3)", "Int(2**40)", "Int(2**80)"),
)
FLOATS: Final = (
    *("0.0", "-0.0", "1.0", "-1.5", "0.1", "1e-300", "5e-324", "1e300", "1700000000.5", "2147483647.9", "2147483648.0"),
    *("-2147483648.9", "-2147483649.0", "4294967296.0", "1e19", "float('nan')", "float('inf')", "float('-inf')"),
    *("Float(2.5)", "FE.A", "np.float64(0.1)", "np.float64('nan')", "np.float64(1e10)"),
)
NUMPY: Final = (
    *("np.bool_(True)", "np.int8(1)", "np.uint8(1)", "np.int32(1)", "np.uint32(1)", "np.int64(1)", "np.int64(-1)"),
    *(
        "np.int64(2**40)",
        "np.uint64(2**63)",
        "np.float16(1)",
        "np.float32(0.1)",
        "np.longdouble(1)",
        "np.complex128(1)",
    ),
    *("np.array(1)", "np.array(1.5)", "np.array([1])", "np.array([1.5])", "np.array([1, 2])", "np.array([])"),
    *("np.array(True)", "np.array('EURUSD')", "np.array(None)", "np.array(['EURUSD'])"),
    *("np.array(1, dtype=object)", "np.array('1', dtype=object)", "np.ma.masked", "np.bytes_(b'1')"),
    *("np.datetime64('2024-01-02')", "np.datetime64('2024-01-02T03:04:05')", "np.datetime64('NaT')"),
    *("np.timedelta64(1, 's')", "np.str_('EURUSD')", "np.str_('a' * 30)", "np.str_('1')"),
)
TEXTS: Final = (
    *("''", "'EURUSD'", "'1'", "'1.5'", "'nan'", "' '", "'a' * 28", "'a' * 29", "'a' * 30", "'a' * 31", "'a' * 300"),
    *("'\\xe9' * 29", "'\\xe9' * 30", "'\\u20ac' * 29", "'\\u20ac' * 30", "ASTRAL * 14", "ASTRAL * 15"),
    *("ASTRAL * 14 + 'a'", "'a' + ASTRAL * 14", "ASTRAL * 14 + 'aa'", "'\\0'", "'a\\0b'", "'a' * 28 + '\\0'"),
    *("'a' * 29 + '\\0'", "'a' * 10 + '\\0' + 'b' * 30", "'\\0' * 29", "'\\0' * 30"),
    *("'\\ud800'", "'\\udc00' * 29", "'\\ud83d' * 30", "'\\ud83d\\ude00' * 14", "'\\ud83d\\ude00' * 15"),
    *("Str('EURUSD')", "Str('a' * 30)", "SE.A", "'%s%n'", "'2024-01-02'"),
)
DATES: Final = (
    *("dt.datetime(2024, 1, 2)", "dt.datetime(2024, 1, 2, 3, 4, 5, 678901)", "dt.datetime(2024, 1, 2, fold=1)"),
    *("dt.datetime(1969, 6, 1)", "dt.datetime(1969, 12, 31, 23, 59, 59)", "dt.datetime(1970, 1, 1)"),
    *("dt.datetime(1970, 1, 1, 23, 59, 59)", "dt.datetime(1970, 1, 2)", "dt.datetime(1970, 1, 1, fold=1)"),
    *("dt.datetime(1970, 1, 2, 0, 0, 1)", "dt.datetime(1969, 12, 31, fold=1)", "dt.datetime(2038, 1, 19, 3, 14, 8)"),
    *("dt.datetime(2040, 1, 1)", "dt.datetime(2107, 1, 1)", "dt.datetime(3000, 12, 31)", "dt.datetime(3001, 1, 1)"),
    *("dt.datetime(3000, 12, 31, 23, 59, 59)", "dt.datetime(3001, 1, 2)", "dt.datetime.min", "dt.datetime.max"),
    *("dt.datetime(2024, 1, 2, tzinfo=dt.UTC)", "dt.datetime(1960, 1, 1, tzinfo=dt.UTC)"),
    *("dt.datetime(2040, 1, 1, tzinfo=dt.UTC)", "dt.datetime.min.replace(tzinfo=dt.UTC)"),
    *("dt.datetime.max.replace(tzinfo=dt.UTC)", "dt.datetime(1901, 1, 1, tzinfo=dt.UTC)"),
    *("dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=23)))",),
    *("dt.datetime.max.replace(tzinfo=dt.timezone(-dt.timedelta(hours=23)))",),
    *("dt.datetime(2024, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=3)))",),
    *("dt.datetime(2024, 1, 2, tzinfo=Zone())", "dt.datetime(1960, 1, 2, tzinfo=Zone())"),
    *("dt.datetime(2024, 1, 2, tzinfo=BadZone())", "Moment(2024, 1, 2)", "MomentInt(2024, 1, 2)"),
    *("MomentFails(2024, 1, 2)", "Timestamped()", "dt.date(2024, 1, 2)", "dt.time(1, 2)", "dt.timedelta(1)"),
)
OBJECTS: Final = (
    *("None", "D('1')", "D('0.1')", "D('NaN')", "D('sNaN')", "D('Infinity')", "F(1, 2)", "F(3, 1)", "1j", "PE.A"),
    *("b'x'", "b'EURUSD'", "Bytes(b'x')", "bytearray(b'x')", "memoryview(b'x')", "[]", "[1]", "()", "(1,)", "{}"),
    *("{'a': 1}", "set()", "{1}", "frozenset()", "range(1)", "object()", "int", "...", "NotImplemented", "len"),
    *("Index()", "Index(2**31)", "Index(2**70)", "Index(-1)", "IndexBool()", "IndexFails()", "ToInt()", "ToFloat()"),
    *("ToFloatInt()", "ToFloatSub()", "FloatFails()", "NoTruth()", "Untrue()", "NoLength()", "Mapping()", "m"),
    *("np", "Exception()", "Exception"),
)
VALUES: Final = (*INTS, *FLOATS, *NUMPY, *TEXTS, *DATES, *OBJECTS)
