# SPDX-License-Identifier: MIT
"""MetaTrader's group filters, such as `*EUR*,!*USD*`."""

from __future__ import annotations

import re


def in_group(name: str, group: str | None) -> bool:
    """Return whether a name passes a filter: conditions apply in turn, `!` takes out, `*` stands for any letters.

    An empty condition passes nothing, not even the empty symbol of a deposit.
    """
    if group is None:
        return True
    passed = False
    for condition in filter(None, (part.strip() for part in group.split(","))):
        wanted = not condition.startswith("!")
        pattern = ".*".join(re.escape(part) for part in condition.removeprefix("!").split("*"))
        if re.fullmatch(pattern, name):
            passed = wanted
    return passed
