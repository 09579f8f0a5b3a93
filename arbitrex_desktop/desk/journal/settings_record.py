# SPDX-License-Identifier: MIT
"""The settings in the journal: which values counted from when on, and every change with its old and new value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.intents.events import EventKind, NewEvent
from arbitrex_desktop.desk.journal.journal import Journal


def record_settings(
    journal: Journal,
    values: Mapping[str, Any],
    defaults: Mapping[str, Any],
    clock: Clock,
    who: str,
    *,
    reason: str = "",
) -> dict[str, tuple[Any, Any]]:
    """Journal how the settings differ from those that the journal heard of last, or from the defaults at first.

    `values` and `defaults` are by name and safe for JSON; `reason` is why, in the trader's words.  Whether they were
    changed by a command or by an editor makes no difference: the journal itself is what they are compared with.
    Returns the changes, old and new by name; nothing is written when there are none.  Raises `JournalError`.
    """
    heard = journal.newest(EventKind.SETTINGS_CHANGED)
    before = defaults if heard is None else heard.body["values"]
    names = [*values, *(name for name in before if name not in values)]
    pairs = {name: (before.get(name), values.get(name)) for name in names}
    changes = {name: (old, new) for name, (old, new) in pairs.items() if old != new}
    if changes or heard is None:
        text = "; ".join(f"{name}: {_shown_value(old)} -> {_shown_value(new)}" for name, (old, new) in changes.items())
        body = {"changes": {name: {"old": old, "new": new} for name, (old, new) in changes.items()}, "values": values}
        message = text or "all settings are the defaults"
        message += f"; why: {reason}" if reason else ""
        event = NewEvent(clock.now(), EventKind.SETTINGS_CHANGED, who, message, body=body)
        journal.append(event)
    return changes


def _shown_value(value: Any) -> str:
    """Return a value as the journal's words have it."""
    return json.dumps(value, ensure_ascii=False)
