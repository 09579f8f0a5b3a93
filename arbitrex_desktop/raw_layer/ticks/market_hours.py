# SPDX-License-Identifier: MIT
"""Whether a quiet quote is stale, or its market simply closed.

MT5's Python API does not export trading sessions.  What all brokers share is the currency week: from Sunday 17:00
to Friday 17:00 in New York.  Metals and index CFDs follow it but for a daily break, during which they read as
stale, which is the safe side.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_NEW_YORK: Final = ZoneInfo("America/New_York")
# Seven hours ahead of New York the week is Monday to Friday, midnight to midnight.
_AHEAD: Final = timedelta(hours=7)
_SATURDAY: Final = 5


def market_is_open(moment: datetime) -> bool:
    """Return whether the currency week is open at a moment (timezone-aware)."""
    local = moment.astimezone(_NEW_YORK).replace(tzinfo=None) + _AHEAD
    return local.weekday() < _SATURDAY
