# SPDX-License-Identifier: MIT
"""Numbers and times in words never lie: what is missing is a dash, what is shown can be read back."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.ui import formats


@given(st.floats(-1e12, 1e12), st.integers(0, 5), st.booleans())
def test_a_number_reads_back(value: float, decimals: int, signed: bool) -> None:
    """Taking separators and signs away gives the rounded number back, and zero has no sign."""
    text = formats.number(value, decimals, signed=signed)
    plain = text.replace(",", "").replace(formats.MINUS, "-").replace("+", "")
    assert float(plain) == pytest.approx(value, abs=0.5000001 * 10**-decimals, rel=1e-9)
    if float(plain) == 0:
        assert text[0] == "0"
    elif signed:
        assert text[0] == ("+" if value > 0 else formats.MINUS)


@pytest.mark.parametrize("missing", [None, math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_a_dash(missing: float | None) -> None:
    """Neither money nor prices nor ages invent a zero."""
    shown = [
        formats.number(missing),
        formats.money(missing, "EUR", signed=True),
        formats.percent(missing),
        formats.price(missing, 5),
        formats.lots(missing),
        formats.whole(missing),
        formats.age(missing),
    ]
    assert set(shown) == {formats.DASH}


def test_money_prices_and_shares_look_as_traders_write_them() -> None:
    """Thousands are separated in money, not in prices; shares become percent."""
    assert formats.money(1234567.891, "EUR") == "1,234,567.89 EUR"
    assert formats.money(-12.3, signed=True) == f"{formats.MINUS}12.30"
    assert formats.money(1234567.891, "JPY") == "1,234,568 JPY"
    assert formats.money(0.05, "BTC", signed=True, digits=4) == "+0.0500 BTC"
    assert formats.lots(0.004) == "0.004"
    assert formats.price(43810.5, 2) == "43810.50"
    assert formats.percent(0.0123) == "1.23 %"
    assert formats.side(1) == "▲ BUY"
    assert formats.side(-1) == "▼ SELL"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3.0, "0.0 s"), (0.44, "0.4 s"), (9.99, "9.9 s"), (12.9, "12 s"), (99.9, "99 s"), (100, "1 min"),
     (3599, "59 min"), (3600, "1 h"), (86399, "23 h"), (86400 * 3, "3 d")],
)  # fmt: skip
def test_ages_are_short_and_never_rounded_up(seconds: float, text: str) -> None:
    """An age is told in its largest whole unit, with tenths below ten seconds."""
    assert formats.age(seconds) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (0.2, "0:01"),
        (-5, "0:00"),
        (61, "1:01"),
        (600, "10:00"),
        (3_600, "1:00:00"),
        (7_384, "2:03:04"),
        (3.5 * 86_400, "3 d 12 h"),
    ],
)
def test_a_countdown_ends_at_zero(left: float, text: str) -> None:
    """What has run out shows zero, what has not shows at least a second."""
    assert formats.countdown(left) == text


def test_moments_need_a_zone() -> None:
    """A time without zone is not guessed at, text or not; the first usable key counts."""
    noon = datetime(2025, 3, 12, 12, tzinfo=UTC)
    assert formats.moment_of({"at": noon}, "at") == noon
    assert formats.moment_of({"at": noon.isoformat()}, "at") == noon
    assert formats.moment_of({"at": "2025-03-12T12:00:00"}, "at") is None
    assert formats.moment_of({"at": "soon", "then": noon}, "at", "then") == noon
    assert formats.moment_of({}, "at") is None


def test_times_name_their_zone_in_the_tool_tip() -> None:
    """Local on the surface, UTC below."""
    noon = datetime(2025, 3, 12, 12, 0, 5, tzinfo=UTC)
    assert formats.utc_tip(noon) == "2025-03-12 12:00:05 UTC"
    assert formats.clock_time(noon) == noon.astimezone().strftime("%H:%M:%S")
    assert formats.clock_time(None) == formats.DASH
    assert formats.day_and_time(None) == formats.DASH
    assert formats.utc_tip(None) == ""


def test_words_of_any_figure() -> None:
    """Booleans keep Python's names, as the interfaces write them."""
    assert formats.fact(value=True) == "True"
    assert formats.fact(None) == formats.fact("") == formats.DASH
    assert formats.fact(datetime(2025, 3, 12, tzinfo=UTC)).startswith("2025-03-1")
    assert formats.short_id("0123456789") == "01234567"


def test_a_short_time_never_reads_as_another_days() -> None:
    """Today's time of day, this year's day and time, the date of another year, in English whatever the computer's."""
    noon = datetime(2025, 3, 12, 12).astimezone()
    assert formats.short_time(noon, noon + timedelta(hours=5)) == "12:00:00"
    assert formats.short_time(noon, noon + timedelta(days=1)) == "12 Mar 12:00"
    assert formats.short_time(noon, noon - timedelta(days=1)) == "12 Mar 12:00"
    assert formats.short_time(noon, None) == "12 Mar 12:00"
    assert formats.short_time(noon, noon + timedelta(days=365)) == "2025-03-12"


def test_what_is_not_of_today_shows_its_day() -> None:
    """The same local day shows the time alone; another day, or no known present, the date as well."""
    noon = datetime(2025, 3, 12, 12, tzinfo=UTC).astimezone()
    assert formats.time_or_day(noon, noon) == noon.strftime("%H:%M:%S")
    for now in (noon + timedelta(days=1), noon - timedelta(days=365), None):
        assert formats.time_or_day(noon, now) == noon.strftime("%Y-%m-%d %H:%M")
