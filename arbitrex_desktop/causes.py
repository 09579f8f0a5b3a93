# SPDX-License-Identifier: MIT
"""Why the operating system refused something, in words for a person."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import Final

_WORDS: Final[dict[int, str]] = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "this user's share of the disk is used up",
    errno.EACCES: "this user may not write to it",
    errno.EPERM: "this user may not do that with it",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "the disk reports an error",
    errno.ENOENT: "it is not there",
    errno.ENOTDIR: "a part of its path is no folder",
    errno.EMFILE: "this program has too many files open",
    errno.ENFILE: "this computer has too many files open",
    errno.ENAMETOOLONG: "its name is too long for this disk",
    errno.EEXIST: "something else has its name",
    errno.EISDIR: "a folder has its name",
}
_PROBE_BYTES: Final = 4096


def in_words(error: OSError) -> str:
    """Return what is wrong, with the file that it is about where the error names one."""
    words = _WORDS.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {words}" if error.filename else words


def why_not_written(path: Path) -> str:
    """Return why a file cannot be written, empty where nothing stands in the way; found out by trying, without a trace.

    Libraries hide the system's own reason; a file beside tells whether folder and disk take anything.
    """
    probe = path.with_name(f".{path.name}.probe-{os.getpid()}")
    try:
        if path.exists():
            os.close(os.open(path, os.O_RDWR))
        handle = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, b" " * _PROBE_BYTES)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        return _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return ""
