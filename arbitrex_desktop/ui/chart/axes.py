# SPDX-License-Identifier: MIT
"""Where the time axis has its labels, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.raw_layer.server_zone import UNKNOWN_ZONE, ServerZone
from arbitrex_desktop.ui.chart.options import TimeZone
from arbitrex_desktop.ui.chart.timeframes import seconds_of
from arbitrex_desktop.ui.formats import day_and_month, month_and_year, weekday

_DAY: Final = 86_400
_STEPS: Final = (
    60,
    300,
    900,
    1800,
    3600,
    7200,
    14_400,
    28_800,
    43_200,
    _DAY,
    7 * _DAY,
    30 * _DAY,
    91 * _DAY,
    365 * _DAY,
)


@dataclass(frozen=True, slots=True)
class AxisClock:
    """Turns seconds of the server clock into what the trader reads.

    Attributes:
        zone: the clock chosen.
        server: how the server clock is set.
        local: the zone of LOCAL, None for the computer's.
    """

    zone: TimeZone = TimeZone.UTC
    server: ServerZone = UNKNOWN_ZONE
    local: tzinfo | None = None

    def moment(self, seconds: float) -> datetime:
        """Return the moment as the chosen clock shows it."""
        if self.zone is TimeZone.BROKER:
            return datetime.fromtimestamp(seconds, UTC)
        utc = self.server.to_utc(seconds)
        return utc if self.zone is TimeZone.UTC else utc.astimezone(self.local)

    def shift(self, seconds: float) -> float:
        """Return what to add to server seconds so that whole hours and days are the chosen clock's."""
        moment = self.moment(seconds)
        shown = moment.utcoffset() or timedelta(0)
        return shown.total_seconds() - (0 if self.zone is TimeZone.BROKER else self.server.offset_at(moment))


def label_places(times: NDArray[np.int64], shift: float, pixels_a_bar: float, least_pixels: float) -> NDArray[np.intp]:
    """Return which of the bars in sight begin a round stretch of time, at least `least_pixels` apart on average."""
    if len(times) < 2:  # noqa: PLR2004 - one bar says nothing of time
        return np.empty(0, dtype=np.intp)
    least_step = float(times[-1] - times[0]) * least_pixels / (len(times) * pixels_a_bar) / 4.0
    for step in (one for one in _STEPS if one >= least_step):
        stretches = (times + int(shift)) // step
        places = np.flatnonzero(np.diff(stretches)) + 1
        if len(places) * least_pixels <= len(times) * pixels_a_bar:
            return places
    years = np.flatnonzero(np.diff((times + int(shift)) // _STEPS[-1])) + 1
    return years[:: max(1, int(np.ceil(len(years) * least_pixels / (len(times) * pixels_a_bar))))]


def label_text(moment: datetime, before: datetime | None, timeframe: Timeframe) -> str:
    """Return a label: the day where it changes, the time elsewhere, month and year for long bars."""
    if seconds_of(timeframe) >= _DAY:
        is_new_year = before is None or moment.year != before.year
        return month_and_year(moment) if is_new_year or timeframe is Timeframe.MN1 else day_and_month(moment)
    if before is None or moment.date() != before.date():
        return day_and_month(moment)
    return f"{moment:%H:%M}"


def full_text(moment: datetime, timeframe: Timeframe) -> str:
    """Return a moment whole, for the crosshair."""
    day = f"{weekday(moment)} {day_and_month(moment)}"
    return f"{day} {moment:%Y}" if seconds_of(timeframe) >= _DAY else f"{day} {moment:%H:%M}"


def day_starts(times: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return which bars are the first of a server day."""
    return np.flatnonzero(np.diff(times // _DAY)) + 1
