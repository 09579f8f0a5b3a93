# SPDX-License-Identifier: MIT
"""What happened to the connection, as JSON lines: one file a session and day, no secrets."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.visible import Redactor

_LARGEST_BYTES = 10 * 1024 * 1024
_log = logging.getLogger(__name__)


class SessionLog:
    """Appends events to `<folder>/<session>-<UTC date>.jsonl`; a file past 10 MiB goes on as `...-2.jsonl` and so on.

    A folder that cannot be written is reported once through `error` and does not stop the feed.  Only named
    fields are written, and passwords are blacked out of them.  Safe from any thread.

    Attributes:
        error: why nothing is being written, empty while all is well
    """

    def __init__(self, folder: Path | None, clock: Clock, redactor: Redactor | None = None) -> None:
        self._folder = folder
        self._clock = clock
        self._redactor = redactor or Redactor()
        self._lock = threading.Lock()
        self.error = ""

    def write(self, session: str, event: str, **fields: Any) -> None:
        """Append one event with its UTC time."""
        if self._folder is None:
            return
        now = self._clock.now()
        what = self._redactor.value({"at": now.isoformat(), "session": session, "event": event, **fields})
        line = json.dumps(what, default=lambda value: self._redactor.text(str(value)))
        with self._lock:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                with self._path(session, now.date().isoformat()).open("a", encoding="utf-8") as stream:
                    stream.write(line + "\n")
                self.error = ""
            except OSError as error:
                self._report(error)

    def _path(self, session: str, day: str) -> Path:
        """Return the day's file that may still grow."""
        assert self._folder is not None
        name = "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in session)
        path = self._folder / f"{name}-{day}.jsonl"
        part = 1
        while path.exists() and path.stat().st_size > _LARGEST_BYTES:
            part += 1
            path = self._folder / f"{name}-{day}-{part}.jsonl"
        return path

    def _report(self, error: OSError) -> None:
        """Report once that the log cannot be written."""
        if not self.error:
            _log.warning("the session log cannot be written: %s", error)
        self.error = f"the session log cannot be written: {error_text(error)}"
