# SPDX-License-Identifier: MIT
"""Text files as editors on Windows and elsewhere save them."""

from __future__ import annotations

import codecs
from pathlib import Path


def read_text(path: Path) -> str:
    """Return a UTF-8 file's text, with or without byte order mark, its line ends as they are.

    Raises OSError, and UnicodeError whose text says what is wrong with the encoding and how to mend it; no content
    is repeated in it.
    """
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:4]:
        raise UnicodeError("its encoding is UTF-16 (or it is no text); save it as UTF-8")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise UnicodeError(f"it has a NUL character, which no text has (line {line}); write that line anew")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnicodeError(f"its encoding is not UTF-8 (line {line}); save it as UTF-8") from None
