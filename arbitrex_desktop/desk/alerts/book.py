# SPDX-License-Identifier: MIT
"""All rules with their states: judged by facts, changed by the trader."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from arbitrex_desktop.desk.alerts.facts import Facts, readings
from arbitrex_desktop.desk.alerts.machine import AlertState, snooze, step
from arbitrex_desktop.desk.alerts.texts import call_text
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.presentation.alert_rows import (
    ALWAYS,
    OF_SYMBOL,
    AlertCall,
    AlertKind,
    AlertRow,
    AlertRule,
    AlertsView,
    AlertWays,
)

MOST_RULES: Final = 500
_CALLS_KEPT: Final = 200
_PERMANENT: Final = tuple(AlertRule(f"always {kind.name}", kind, level=1.0, wakes=True) for kind in ALWAYS)

Key = tuple[str, str]
"""A rule's id and what its value is about: empty, or an intent's id."""


def is_quiet(ways: AlertWays, local: time) -> bool:
    """Return whether a local time lies in the quiet hours, which may go over midnight."""
    if not ways.quiet_from or not ways.quiet_to:
        return False
    begin, end = time.fromisoformat(ways.quiet_from), time.fromisoformat(ways.quiet_to)
    return begin <= local < end if begin <= end else local >= begin or local < end


class AlertBook:
    """Rules, states and calls of one desk; not safe from several threads, its owner sees to that.

    `local` gives a moment in the trader's own time, for quiet hours.

    Attributes:
        rules: the trader's own, by id
        states: how each stands
        ways: how the trader is called
    """

    def __init__(self, local: Callable[[datetime], datetime] = datetime.astimezone) -> None:
        self.rules: dict[str, AlertRule] = {}
        self.states: dict[Key, AlertState] = {}
        self.ways = AlertWays()
        self._values: dict[Key, float | None] = {}
        self._calls: deque[AlertCall] = deque(maxlen=_CALLS_KEPT)
        self._number = 0
        self._local = local

    @property
    def follows_prices(self) -> bool:
        """Return whether a rule is judged by prices; safe from any thread."""
        return any(rule.is_on and rule.kind in OF_SYMBOL for rule in tuple(self.rules.values()))

    def judge(self, facts: Facts) -> tuple[AlertCall, ...]:
        """Take a moment's facts; return what calls now, oldest first."""
        calls: list[AlertCall] = []
        for rule in (*_PERMANENT, *self.rules.values()):
            if rule.is_on:
                calls.extend(self._judge_rule(rule, facts))
        return tuple(calls)

    def put(self, rule: AlertRule) -> None:
        """Add a rule, or change the one with its id, which then begins anew; raise `CommandRefused` for too many."""
        if rule.is_permanent:
            raise CommandRefused(f"“{rule.kind}” is always watched")
        if rule.rule_id not in self.rules and len(self.rules) >= MOST_RULES:
            raise CommandRefused(f"there are {MOST_RULES} alerts already; remove some first")
        self.rules[rule.rule_id] = rule
        self._forget(rule.rule_id)

    def remove(self, rule_id: str) -> None:
        """Take a rule away; nothing happens when it is gone."""
        self.rules.pop(rule_id, None)
        self._forget(rule_id)

    def snooze(self, rule_id: str, now: datetime, minutes: float) -> None:
        """Have a rule sleep, and call again after that if it still has cause; raise `CommandRefused` for none such."""
        if rule_id not in self.rules:
            raise CommandRefused("this alert is gone, or cannot sleep")
        keys = [key for key in self.states if key[0] == rule_id] or [(rule_id, "")]
        for key in keys:
            self.states[key] = snooze(self.states.get(key, AlertState()), now + timedelta(minutes=minutes))

    def recall(self, calls: Iterable[AlertCall]) -> None:
        """Take calls of earlier runs, newest first: their numbers are below 1, so that nobody is called again."""
        self._calls.extend(replace(call, number=-place) for place, call in enumerate(calls))

    def view(self, trouble: str = "") -> AlertsView:
        """Return all of it, frozen."""
        rows = tuple(self._row(rule) for rule in (*self.rules.values(), *_PERMANENT))
        return AlertsView(rows, tuple(self._calls), self.ways, trouble)

    def _judge_rule(self, rule: AlertRule, facts: Facts) -> Iterable[AlertCall]:
        found = readings(rule, facts)
        if facts.is_known:
            self._drop_others(rule.rule_id, found)
        for subject, value in found.items():
            key = (rule.rule_id, subject)
            self._values[key] = value
            before = self.states.get(key, AlertState())
            after, calls = step(rule, before, value, facts.now)
            if after != before:
                self.states[key] = after
            if calls:
                yield self._call(rule, facts, subject, value)

    def _call(self, rule: AlertRule, facts: Facts, subject: str, value: float | None) -> AlertCall:
        if rule.once:
            self.rules[rule.rule_id] = replace(rule, is_on=False)
        self._number += 1
        quiet = not rule.wakes and is_quiet(self.ways, self._local(facts.now).time())
        risk = facts.snapshot.risk if facts.snapshot is not None and rule.kind is AlertKind.HALT else None
        reason = risk.halt_reason if risk is not None else ""
        call = AlertCall(self._number, facts.now, rule.kind, call_text(rule, facts, subject, value), quiet, reason)
        self._calls.appendleft(call)
        return call

    def _drop_others(self, rule_id: str, found: dict[str, float | None]) -> None:
        """Forget what a rule's value was about and is no more."""
        gone = [key for key in self.states if key[0] == rule_id and key[1] not in found]
        for key in gone:
            del self.states[key]
            self._values.pop(key, None)

    def _forget(self, rule_id: str) -> None:
        for kept in (self.states, self._values):
            for key in [key for key in kept if key[0] == rule_id]:
                del kept[key]

    def _row(self, rule: AlertRule) -> AlertRow:
        states = [state for key, state in self.states.items() if key[0] == rule.rule_id]
        sleeps = [state.snoozed_until for state in states if state.snoozed_until is not None]
        raised = any(state.is_raised for state in states)
        return AlertRow(rule, raised, self._values.get((rule.rule_id, "")), max(sleeps, default=None))
