# SPDX-License-Identifier: MIT
"""The program's own log: rotating files in the data folder, without secrets."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from queue import Full, Queue
from threading import Thread
from typing import Final, TextIO

from arbitrex_desktop.visible import Redactor, visible

_FORMAT = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"
_BYTES_EACH = 5 * 1024 * 1024
_FILES_KEPT = 5
_QUOTE = "  | "
_LONGEST_LINE = 1_000
"""Characters of a line on the screen."""
_LINES_WAITING: Final = 200
_LAST_SECONDS: Final = 0.5


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

    def redact(self, text: str) -> str:
        """Return a text without the secrets."""
        return self._redactor.text(text)

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


def redact(text: str) -> str:
    """Return a text without the secrets that are hidden in the log."""
    for handler in logging.getLogger().handlers:
        for each in handler.filters:
            if isinstance(each, SecretFilter):
                text = each.redact(text)
    return text


class FileFormatter(logging.Formatter):
    """Names a thread that Qt made by its identity: from Python 3.13 on its name is a new Dummy-N at each entry."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        if record.threadName is not None and record.threadName.startswith("Dummy-"):
            record.threadName = f"thread-{record.thread}"
        return super().format(record)


class ConsoleHandler(logging.Handler):
    """Writes to stderr on a thread of its own: a pipe that nobody reads holds up that one, and nobody else.

    What there is no room for is left out.  The thread is a daemon and writes past Python's buffers, so that one which
    is held up does not keep the program from ending, neither on Windows.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__()
        self._stream = stream or sys.stderr
        self._lines: Queue[str | None] = Queue(_LINES_WAITING)
        self._thread = Thread(target=self._write_all, name="console-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record to the thread, unless it is held up."""
        with contextlib.suppress(Full):
            self._lines.put_nowait(f"{self.format(record)}\n")

    def flush(self) -> None:
        """Give what waits a moment to be written."""
        done = self._lines.all_tasks_done
        with done:
            done.wait_for(lambda: not self._lines.unfinished_tasks, _LAST_SECONDS)

    def close(self) -> None:
        """Write what waits, if that can be done at once, and end the thread."""
        self.flush()
        with contextlib.suppress(Full):
            self._lines.put_nowait(None)
        self.flush()
        super().close()

    def _write_all(self) -> None:
        """Write line by line."""
        while (line := self._lines.get()) is not None:
            with contextlib.suppress(OSError, ValueError):
                self._write(line)
            self._lines.task_done()
        self._lines.task_done()

    def _write(self, line: str) -> None:
        """Write one line."""
        try:
            number = self._stream.fileno()
        except OSError:
            # A stream that a test or a console of its own put in the place of stderr.
            self._stream.write(line)
            return
        os.write(number, line.encode(self._stream.encoding or "utf-8", "backslashreplace"))


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
