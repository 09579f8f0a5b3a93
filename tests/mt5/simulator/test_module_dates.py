# SPDX-License-Identifier: MIT
"""Which moments the module takes: local times as CPython finds them on Windows, and datetimes of one's own."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest

from arbitrex_desktop.mt5.simulator.module.arguments import Leftover, date_seconds
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5

NO_CONNECTION = (-10004, "No IPC connection")
INVALID_ARGUMENTS = (-2, "Invalid arguments")

pytestmark = pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process cannot be changed here")


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let local time be that of the zone which the test names."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def local(*parts: int, fold: int = 0) -> dt.datetime:
    """Return a local time."""
    return dt.datetime(*parts, fold=fold)  # type: ignore[arg-type]  # noqa: DTZ001 - local time is meant


def accepted(date: Any) -> bool:
    """Return whether a date is taken; the other possibility is SystemError, since a conversion failed."""
    module = SimulatedMetaTrader5()
    try:
        module.copy_ticks_from("EURUSD", date, 10, -1)
    except SystemError:
        assert module.last_error() == INVALID_ARGUMENTS
        return False
    assert module.last_error() == NO_CONNECTION
    return True


@pytest.mark.parametrize(
    ("zone", "date", "expected"),
    [
        ("UTC", local(1970, 1, 1, 23), False),  # a day earlier is looked up too, and there is none
        ("UTC", local(1970, 1, 2), True),
        ("UTC", local(1969, 12, 31, 23, fold=1), False),
        ("UTC", local(1970, 1, 1, fold=1), True),  # with fold the day after is looked up
        ("UTC", local(3001, 1, 1, 7, 59, 59), True),
        ("UTC", local(3001, 1, 1, 8), False),
        ("UTC", local(3000, 12, 31, 7, fold=1), True),
        ("UTC", local(3000, 12, 31, 8, fold=1), False),
        ("JST-9", local(1970, 1, 2, 8), False),
        ("JST-9", local(1970, 1, 2, 9), True),
        ("EST5", local(1970, 1, 1, 18), False),
        ("EST5", local(1970, 1, 1, 19), True),
    ],
    indirect=["zone"],
)
@pytest.mark.usefixtures("zone")
def test_ends_of_the_range(date: dt.datetime, expected: bool) -> None:
    """A local time is taken when Windows can convert every moment that Python looks up to find it."""
    assert accepted(date) is expected


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "JST-9"], indirect=True)
@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.usefixtures("zone")
def test_same_moment_as_timestamp(fold: int) -> None:
    """Within the range, hours which are skipped or come twice included, a local time is what `timestamp()` says."""
    for month, first in ((3, 9), (3, 30), (10, 26), (11, 2), (7, 1)):
        for half_hours in range(96):
            moment = local(2025, month, first, fold=fold) + dt.timedelta(minutes=30 * half_hours, milliseconds=250)
            moment = moment.replace(fold=fold)
            assert date_seconds(moment, Leftover()) == int(moment.timestamp())


class Own(dt.datetime):
    """A datetime with a `timestamp` of its own."""

    answer: Any = None

    def timestamp(self) -> float:
        """Return or raise the answer."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer  # type: ignore[no-any-return]  # a wrong type is the point


def own(answer: Any) -> dt.datetime:
    """Return a datetime from long ago whose `timestamp` gives the answer."""
    return type("Answering", (Own,), {"answer": answer})(1900, 1, 1)  # type: ignore[no-any-return]


@pytest.mark.parametrize("answer", [17, 17.5, True])
def test_timestamp_of_ones_own_is_asked(answer: float) -> None:
    """A subclass's `timestamp` is what counts, whatever the time would be otherwise."""
    assert date_seconds(own(answer), Leftover()) == int(answer)
    assert accepted(own(answer))


@pytest.mark.parametrize("answer", ["soon", None])
def test_timestamp_that_is_no_number(answer: Any) -> None:
    """A `timestamp` that gives no number is no refusal: the call goes its way and ends in SystemError."""
    module = SimulatedMetaTrader5()
    with pytest.raises(SystemError):
        module.history_deals_get(own(answer), 1_700_000_000)
    assert module.last_error() == NO_CONNECTION


def test_timestamp_that_raises() -> None:
    """A `timestamp` that raises is a refusal, and ends in SystemError."""
    assert not accepted(own(KeyError("no time")))
