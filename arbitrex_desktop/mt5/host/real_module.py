# SPDX-License-Identifier: MIT
"""The only place that imports the real MetaTrader5 package, and only in a host that was asked for it."""

from __future__ import annotations

import importlib
from typing import cast

from arbitrex_desktop.mt5.module import MetaTrader5Module


def load_real_module() -> MetaTrader5Module:
    """Return the MetaTrader5 package.

    Raises ImportError with a message for the user where it is not to be had, as everywhere but on Windows.
    """
    try:
        module = importlib.import_module("MetaTrader5")
    except ImportError as error:
        message = "the MetaTrader5 package is not installed here (it exists for Windows only)"
        raise ImportError(message) from error
    return cast("MetaTrader5Module", module)
