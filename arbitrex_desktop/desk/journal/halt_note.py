# SPDX-License-Identifier: MIT
"""A halt that is remembered on a full disk, too: a small file, made beforehand and only ever written over."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from arbitrex_desktop.causes import os_error_text
from arbitrex_desktop.desk.errors import DeskError

_BYTES: Final = 512
_HALTED: Final = "HALTED "


class HaltNote:
    """One file that says whether trading was halted, and why.

    The risk manager's state and the journal remember a halt as well; either needs room on the disk.  This file has
    its room from the start.  Safe from any thread, one at a time.  All methods raise `DeskError` in words.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self) -> str:
        """Make the file if it is not there; return why trading was halted when it was last written, empty if not."""
        try:
            if not self._path.is_file() or self._path.stat().st_size < _BYTES:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.write_bytes(b" " * _BYTES)
            text = self._path.read_text(encoding="utf-8", errors="replace").strip()
        except OSError as error:
            raise DeskError(f"a halt may not be remembered over a restart: {os_error_text(error)}") from error
        return text.removeprefix(_HALTED) if text.startswith(_HALTED) else ""

    def write(self, reason: str) -> None:
        """Note a halt, safe on disk when this returns."""
        self._over(f"{_HALTED}{reason}")

    def clear(self) -> None:
        """Note that trading goes on."""
        self._over("")

    def _over(self, text: str) -> None:
        """Write over the file's own bytes."""
        body = text.encode("utf-8")[:_BYTES].decode("utf-8", errors="ignore").encode("utf-8").ljust(_BYTES)
        if not self._path.is_file():
            # The disk had no room when the program began, or somebody removed it.
            self.prepare()
        try:
            with self._path.open("r+b") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise DeskError(f"the halt could not be noted, a restart may forget it: {os_error_text(error)}") from error
