# SPDX-License-Identifier: MIT
"""The program's own log: rotating files in the data folder, without secrets."""

from __future__ import annotations

import logging
import select
import sys
from collections.abc import Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from arbitrex_desktop.visible import Redactor, visible

_FORMAT = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"
_BYTES_EACH = 5 * 1024 * 1024
_FILES_KEPT = 5
_QUOTE = "  | "
_LONGEST_LINE = 1_000
"""Characters of a line on the screen; a pipe that takes any takes so many."""


class SecretFilter(logging.Filter):
    """Blacks out known secrets in whatever is logged, messages and tracebacks alike.

    A net below the rule that secrets are not logged in the first place.  Texts shorter than four letters are left
    alone, since they would black out half the log.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._redactor = Redactor(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Hide further texts from now on."""
        self._redactor.add(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the record's text where it shows a secret or what cannot be seen; let every record pass."""
        text = record.getMessage()
        shown = visible(self._redactor.text(text))
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if shown != text:
            record.msg, record.args = shown, ()
        if record.exc_text:
            record.exc_text = self._quoted(record.exc_text)
        if record.stack_info:
            record.stack_info = self._quoted(record.stack_info)
        return True

    def _quoted(self, text: str) -> str:
        """Return lines of a traceback so that none can be taken for a line of the log."""
        lines = self._redactor.text(text).split("\n")
        return "\n".join(line if line.startswith(_QUOTE) else f"{_QUOTE}{visible(line)}" for line in lines)


def hide(secrets: Iterable[str]) -> None:
    """Hide texts that became known after `configure`, in every log from now on."""
    texts = tuple(secrets)
    for handler in logging.getLogger().handlers:
        for each in handler.filters:
            if isinstance(each, SecretFilter):
                each.add(texts)


class FileFormatter(logging.Formatter):
    """Names a thread that Qt made by its identity: from Python 3.13 on its name is a new Dummy-N at each entry."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        if record.threadName is not None and record.threadName.startswith("Dummy-"):
            record.threadName = f"thread-{record.thread}"
        return super().format(record)


class ConsoleHandler(logging.StreamHandler[TextIO]):
    """Writes to stderr, and leaves out what it would have to wait for: a pipe that nobody reads blocks for ever."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless the stream takes no more."""
        if self._takes_more():
            super().emit(record)

    def _takes_more(self) -> bool:
        """Return whether a line fits in; streams that cannot be asked are no pipes, or are on Windows."""
        if sys.platform == "win32":
            return True
        try:
            return bool(select.select([], [self.stream.fileno()], [], 0.0)[1])
        except (OSError, ValueError):
            return True


class BriefFormatter(logging.Formatter):
    """Leaves tracebacks to the log file: on the screen one sentence tells more."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's first lines, without what it was raised by."""
        return f"{record.levelname.lower()}: {record.getMessage()[:_LONGEST_LINE]}"


def configure(folder: Path, secrets: Iterable[str] = ()) -> list[logging.Handler]:
    """Send the program's log to `folder/arbitrex.log` (info and up) and to stderr (warnings and up).

    A folder that cannot be written leaves stderr alone as the log, with a warning there.  Returns the handlers, for
    whoever has to take them down again.
    """
    handlers: list[logging.Handler] = []
    if sys.stderr is not None:  # None in a windowed program
        console = ConsoleHandler()
        console.setLevel(logging.WARNING)
        handlers.append(console)
    trouble: OSError | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handlers.append(
            RotatingFileHandler(
                folder / "arbitrex.log", maxBytes=_BYTES_EACH, backupCount=_FILES_KEPT, encoding="utf-8"
            )
        )
    except OSError as error:
        trouble = error
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for handler in handlers:
        to_file = isinstance(handler, RotatingFileHandler)
        handler.setFormatter(FileFormatter(_FORMAT) if to_file else BriefFormatter())
        handler.addFilter(SecretFilter(secrets))
        root.addHandler(handler)
    if trouble is not None:
        logging.getLogger(__name__).warning("no log file: %s", trouble)
    return handlers
