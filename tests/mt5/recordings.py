# SPDX-License-Identifier: MIT
"""Whole recordings, as tests compare them."""

from __future__ import annotations

from pathlib import Path

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.tick_files import read_recorded, recorded_symbols


def read_recording(path: Path) -> dict[str, Rows]:
    """Return all ticks of a recording by symbol; as `read_recorded`."""
    return {item.name: read_recorded(path, item, item.first, item.last + 1) for item in recorded_symbols(path)}
