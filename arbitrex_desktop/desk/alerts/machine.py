# SPDX-License-Identifier: MIT
"""When an alert calls: a value that reaches a level calls once, and again only after it went back far enough."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from arbitrex_desktop.desk.presentation.alert_rows import AlertRule


@dataclass(frozen=True, slots=True)
class AlertState:
    """How one alert stands.

    Attributes:
        is_raised: whether the level is reached, and the value did not go back far enough since
        has_called: whether that was told
        snoozed_until: no call before this moment, UTC; None when it does not sleep
    """

    is_raised: bool = False
    has_called: bool = False
    snoozed_until: datetime | None = None


def is_reached(rule: AlertRule, value: float) -> bool:
    """Return whether a value is at the level or beyond it."""
    return value >= rule.level if rule.above else value <= rule.level


def is_back(rule: AlertRule, value: float) -> bool:
    """Return whether a value is on the calm side of the level, by more than what has to be gone back."""
    return value < rule.level - rule.back if rule.above else value > rule.level + rule.back


def step(rule: AlertRule, state: AlertState, value: float | None, now: datetime) -> tuple[AlertState, bool]:
    """Return the state after a value, and whether that calls; a value that is not known changes nothing."""
    if value is None:
        return state, False
    raised = not is_back(rule, value) if state.is_raised else is_reached(rule, value)
    asleep = state.snoozed_until is not None and now < state.snoozed_until
    has_called = raised and state.has_called
    calls = raised and not has_called and not asleep
    return AlertState(raised, has_called or calls, state.snoozed_until if asleep else None), calls


def snooze(state: AlertState, until: datetime) -> AlertState:
    """Return a state that calls no earlier than at a moment, and then again if the level is still reached."""
    return replace(state, has_called=False, snoozed_until=until)
