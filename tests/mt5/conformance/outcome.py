# SPDX-License-Identifier: MIT
"""What a call gave, described so that it can be written down and compared."""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from typing import Any

import numpy as np

from tests.mt5.conformance.names import names

NAMES = names()


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; what it does not know stands there by its text form."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, np.ndarray):
        rows = hashlib.sha256(value.tobytes()).hexdigest()[:16]
        return [repr(value.dtype), len(value), value.flags.writeable, rows, repr(value[-1:])]
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    return value if isinstance(value, str) else repr(value)


def _last_error(module: Any) -> Any:
    """Return code and text, or the name of the exception: a text that is not ASCII may not be readable."""
    try:
        return list(module.last_error())
    except UnicodeDecodeError as error:
        return type(error).__name__


def outcome(module: Any, call: str) -> dict[str, Any]:
    """Evaluate a call: type and value of its result, or the exception's, and `last_error()` after it.

    An exception's text is no part of it.
    """
    found: dict[str, Any] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy deprecates some of the conversions that are tried
            result = eval(call, {**NAMES, "m": module})
    except Exception as error:  # noqa: BLE001 - which one it is, is what we ask
        found["raises"] = type(error).__name__
    else:
        found["returns"] = type(result).__name__
        found["value"] = _plain(result)
    found["last_error"] = _last_error(module)
    return dict(json.loads(json.dumps(found)))


def run(module: Any, steps: list[str]) -> list[dict[str, Any]]:
    """Return the outcomes of calls made one after the other, on a module that was shut down before."""
    module.shutdown()
    return [outcome(module, step) for step in steps]
