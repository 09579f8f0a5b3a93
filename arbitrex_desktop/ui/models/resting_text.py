# SPDX-License-Identifier: MIT
"""How long an intent's order rests, in words."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.desk.intents.intent import GoodFor
from arbitrex_desktop.desk.presentation.snapshot import RestingOrder
from arbitrex_desktop.texts import N_, _

_FORMS: Final = {
    GoodFor.CANCELLED: N_("until it is cancelled"),
    GoodFor.DAY: N_("for the day"),
    GoodFor.TIME: N_("until {day} {time} UTC"),
    GoodFor.DATE: N_("until the end of {day}"),
}


def resting_text(order: RestingOrder) -> str:
    """Return what ends an order, and which other one of its pair."""
    day, time = (f"{order.until:{form}}" if order.until else "" for form in ("%Y-%m-%d", "%H:%M"))
    text = _(_FORMS[order.good_for]).format(day=day, time=time)
    if not order.oco_with:
        return text
    pair = _("the first one filled of it and {other} cancels the other").format(other=order.oco_with)
    return f"{text}; {pair}"
