# SPDX-License-Identifier: MIT
"""Records with other values, whatever makes them: the program has dataclasses and msgspec's structs."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar, cast

import msgspec

R = TypeVar("R")


def replace(record: R, **changes: Any) -> R:
    """Return a record with some values changed; TypeError for a field that it has not."""
    if isinstance(record, msgspec.Struct):
        return msgspec.structs.replace(record, **changes)
    return cast("R", dataclasses.replace(cast("Any", record), **changes))
