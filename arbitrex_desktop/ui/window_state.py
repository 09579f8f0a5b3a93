# SPDX-License-Identifier: MIT
"""What the window remembers from one day to the next: its layout and theme, never an account or a number."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Protocol

from arbitrex_desktop.paths import set_aside, written_whole

_CHART_PLACE: Final = (0.24, 0.13, 0.54, 0.55)
"""About where the chart comes to stand in a window that was never closed."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WindowState:
    """Qt's own description of geometry and docks, opaque bytes; `theme`, tables, chart, keys and workspaces as chosen.

    `light` says whether the colours were light at the end, which is what the system is expected to have at the start.
    `chart_place` is where the chart stood: left, top, width and height as shares of the window's; empty out of sight.
    """

    geometry: bytes = b""
    docks: bytes = b""
    theme: str = "system"
    light: bool = False
    tables: dict[str, dict[str, object]] = field(default_factory=dict)
    chart: dict[str, object] = field(default_factory=dict)
    chart_place: tuple[float, ...] = _CHART_PLACE
    keys: dict[str, str] = field(default_factory=dict)
    workspaces: dict[str, object] = field(default_factory=dict)


def _place(kept: Iterable[object]) -> tuple[float, ...]:
    """Return a place within the window as it was kept; ValueError where it is none."""
    place = tuple(float(str(each)) for each in kept)
    if place and not (len(place) == 4 and all(0.0 <= each <= 1.0 for each in place)):  # noqa: PLR2004 - of a rectangle
        raise ValueError(place)
    return place


class WindowStateStore(Protocol):
    """Where the window's state is kept.

    Attributes:
        folder: where other things of the trader's may be kept, None for nowhere.
    """

    folder: Path | None

    def load(self) -> WindowState | None:
        """Return what was kept, None when nothing usable is there."""

    def save(self, state: WindowState) -> None:
        """Keep a state; a failure is logged and no more, since a layout is not worth a message."""


class FileWindowState:
    """Keeps the state in a small JSON file, written whole and then moved into place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.folder: Path | None = path.parent

    def load(self) -> WindowState | None:
        """Return the file's state; a missing or damaged file is none."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            return WindowState(
                geometry=base64.b64decode(kept["geometry"], validate=True),
                docks=base64.b64decode(kept["docks"], validate=True),
                theme=str(kept["theme"]),
                light=kept.get("light") is True,
                tables={str(name): dict(each) for name, each in kept.get("tables", {}).items()},
                chart=dict(kept.get("chart", {})),
                chart_place=_place(kept.get("chart_place", _CHART_PLACE)),
                keys={str(name): str(keys) for name, keys in kept.get("keys", {}).items()},
                workspaces=dict(kept.get("workspaces", {})),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            _log.warning("the remembered layout in %s cannot be read; it is set aside", self._path, exc_info=True)
            with contextlib.suppress(OSError):
                set_aside(self._path)
            return None

    def save(self, state: WindowState) -> None:
        """Write the file, making its folder."""
        kept = asdict(state) | {
            "geometry": base64.b64encode(state.geometry).decode("ascii"),
            "docks": base64.b64encode(state.docks).decode("ascii"),
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(self._path) as draft:
                draft.write_text(json.dumps(kept), encoding="utf-8")
        except OSError:
            _log.warning("the layout cannot be kept in %s", self._path, exc_info=True)


class NoWindowState:
    """Remembers nothing: for screenshots and self-tests, whose layout is always the default."""

    folder: Path | None = None

    def load(self) -> WindowState | None:
        """Return nothing."""
        return None

    def save(self, state: WindowState) -> None:
        """Drop the state."""
