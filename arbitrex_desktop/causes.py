# SPDX-License-Identifier: MIT
"""Why something failed, in words for a person."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import Final

_CAUSES: Final[dict[int, str]] = {
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
    errno.EBUSY: "another program is using it",
    errno.EADDRINUSE: "another program has its address",
    errno.ETIMEDOUT: "it took too long",
    errno.ECONNREFUSED: "nobody listens there",
}
_PROBE_BYTES: Final = 4096


def os_error_text(error: OSError) -> str:
    """Return what is wrong, with the file that it is about where the error names one."""
    message = _CAUSES.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {message}" if error.filename else message


_OF_THE_PROGRAM: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NameError,
    NotImplementedError,
    TypeError,
)
"""Errors whose text is for whoever writes programs."""


_OF_A_DATABASE: Final[dict[int, str]] = {
    5: "another program is using it",
    6: "another program is using it",
    8: "this user may not write to it",
    10: "the disk reports an error",
    11: "it is damaged",
    13: "the disk is full",
    14: "it cannot be opened",
    26: "it is damaged",
}
"""By SQLite's numbers; its module is not loaded until a database is used."""

_OF_A_CODEC: Final = {("json.decoder", "JSONDecodeError"), ("msgspec", "DecodeError"), ("msgspec", "ValidationError")}
"""Errors that tell how a file of ours departs from its form, in the words of whoever reads forms."""


def error_text(error: Exception) -> str:
    """Return what any error means for the trader: no number of a system, no codec, no Python name alone.

    What our own parts raise in words is passed on as it is.
    """
    if isinstance(error, UnicodeDecodeError | UnicodeEncodeError):
        place = f" (at byte {error.start + 1})" if isinstance(error, UnicodeDecodeError) else ""
        return f"the file is not plain text in UTF-8{place}: save it anew as UTF-8"
    if isinstance(error, OSError) and error.errno is not None:
        return os_error_text(error)
    if isinstance(error, _OF_THE_PROGRAM):
        return f"the program itself failed ({type(error).__name__}); Help, Report a problem, has the log"
    kind = type(error)
    if kind.__module__ == "sqlite3" and hasattr(error, "sqlite_errorcode"):
        return _OF_A_DATABASE.get(error.sqlite_errorcode & 0xFF, "it cannot be used now")
    if (kind.__module__, kind.__name__) in _OF_A_CODEC:
        return "its content is not as it was written"
    return str(error) or f"the program itself failed ({type(error).__name__})"


_NO_ANSWER: Final = {
    "SSLCertVerificationError": "its certificate is not trusted",
    "SSLError": "no encrypted connection can be made",
    "InvalidURL": "the address is none",
    "gaierror": "its name is not known, or this computer is offline",
    "TimeoutError": "it took too long",
    "ConnectionRefusedError": "nobody listens there",
    "ConnectionError": "the connection was cut",
    "HTTPException": "what it says is no HTTP",
}
"""By the names of Python's classes, the special before the general: most of them are not loaded until they are used."""


def why_no_answer(error: Exception) -> str:
    """Return why a server could not be asked, or the number with which it answered."""
    code = getattr(error, "code", None)
    if code is not None:
        return f"the server answers {code}"
    reason = getattr(error, "reason", error)
    kinds = {each.__name__ for each in type(reason).__mro__}
    message = next((message for name, message in _NO_ANSWER.items() if name in kinds), None)
    return f"no answer: {message or error_text(reason if isinstance(reason, Exception) else error)}"


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
        return _CAUSES.get(error.errno or 0) or error.strerror or type(error).__name__
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return ""
