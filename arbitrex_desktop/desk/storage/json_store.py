# SPDX-License-Identifier: MIT
"""Small files of what the trader chose: each holds one value of a type, is checked when read, and is written whole.

The window's layout is one more, which does without this: it is read before the first paint, and msgspec loads too long.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from arbitrex_desktop.paths import set_aside, written_whole

_T = TypeVar("_T")
_log: Final = logging.getLogger(__name__)


class JsonStore(Generic[_T]):
    """Reads and writes values of `kind`, which the log calls `name`.  Holds no state: any thread, one a file."""

    def __init__(self, kind: type[_T], name: str) -> None:
        self._kind = kind
        self._name = name

    def load(self, path: Path) -> _T | None:
        """Return what a file holds, None where there is none.

        One that cannot be read, or holds something else, is set aside as `.damaged`: the next writing must not take
        what a person may still read in it.  The log says so, and None is returned.
        """
        try:
            return msgspec.json.decode(path.read_bytes(), type=self._kind)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            _log.warning("%s in %s cannot be read, or is damaged", self._name, path, exc_info=True)
            self._set_aside(path)
            return None

    def save(self, path: Path, content: _T) -> None:
        """Write a file whole, making its folder; raises OSError, and then the file is as it was."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as draft:
            draft.write_bytes(msgspec.json.encode(content, order="deterministic"))

    def _set_aside(self, path: Path) -> None:
        try:
            aside = set_aside(path)
        except OSError:
            _log.warning("%s in %s cannot be set aside either", self._name, path, exc_info=True)
        else:
            _log.warning("%s was set aside as %s", self._name, aside)
