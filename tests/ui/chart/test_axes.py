# SPDX-License-Identifier: MIT
"""The time axis says the hour of the clock that was chosen."""

from __future__ import annotations

from datetime import timedelta, timezone

import numpy as np

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.raw_layer.server_zone import ServerZone
from arbitrex_desktop.ui.chart.axes import AxisClock, day_starts, full_text, label_places, label_text
from arbitrex_desktop.ui.chart.options import TimeZone
from tests.fakes.bars import MONDAY

BROKER_AHEAD = 7200


def test_three_clocks_show_one_moment() -> None:
    """Midnight at a broker two hours ahead of UTC is 22:00 UTC, and 17:00 in a zone five hours behind."""
    new_york = timezone(timedelta(hours=-5))
    texts = {
        zone: f"{AxisClock(zone, ServerZone(BROKER_AHEAD), new_york).moment(MONDAY):%H:%M}"
        for zone in (TimeZone.BROKER, TimeZone.UTC, TimeZone.LOCAL)
    }
    assert texts == {TimeZone.BROKER: "00:00", TimeZone.UTC: "22:00", TimeZone.LOCAL: "17:00"}


def test_labels_stand_at_round_times_of_the_chosen_clock() -> None:
    """With an offset of half an hour, labels are at whole hours of the clock shown, not of the broker's."""
    clock = AxisClock(TimeZone.UTC, ServerZone(5 * 3600 + 1800))
    times = MONDAY + 900 * np.arange(200)
    places = label_places(times, clock.shift(MONDAY), 7.0, 84.0)
    assert len(places)
    assert {clock.moment(float(times[place])).minute for place in places} == {0}
    assert len(places) * 84.0 <= 200 * 7.0


def test_labels_name_the_day_where_it_changes() -> None:
    """The first label and the first of each day say the day, the others the time."""
    clock = AxisClock(TimeZone.BROKER)
    evening, midnight, morning = (clock.moment(MONDAY + hours * 3600) for hours in (-2, 0, 8))
    assert label_text(midnight, evening, Timeframe.H1) == "21 Sep"
    assert label_text(morning, midnight, Timeframe.H1) == "08:00"
    assert label_text(midnight, None, Timeframe.D1) == "Sep 2026"
    assert label_text(morning, midnight, Timeframe.MN1) == "Sep 2026"
    assert full_text(morning, Timeframe.H1) == "Mon 21 Sep 08:00"


def test_days_begin_where_the_server_day_does() -> None:
    """The first bar of each server day is found."""
    times = MONDAY + 3600 * np.arange(60)
    assert list(day_starts(times)) == [24, 48]
