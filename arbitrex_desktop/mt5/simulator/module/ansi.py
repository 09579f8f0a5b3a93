# SPDX-License-Identifier: MIT
"""Text that the module writes in Windows' code page and Python then reads as UTF-8."""

from __future__ import annotations

import unicodedata
from typing import Final

_UNASSIGNED: Final = frozenset("\x81\x8d\x8f\x90\x9d")
"""Characters that Windows writes as the bytes which code page 1252 has no letters for."""
_STROKES: Final = str.maketrans("ĐđĦħıŁłŦŧ", "ÐdHhiLlTt")
"""Letters which are no letter with an accent to Unicode, and their likenesses."""


def ansi_text(text: str) -> str:
    """Return a text as it comes out where it is written in Windows' code page 1252 and read as UTF-8.

    A letter that the code page lacks loses its accents.  Bytes that are no UTF-8 become surrogates (PEP 383).
    Raises UnicodeEncodeError for a letter that has no likeness in the code page.
    """
    return b"".join(map(_ansi_byte, text)).decode("utf-8", "surrogateescape")


def _ansi_byte(letter: str) -> bytes:
    if letter in _UNASSIGNED:
        return letter.encode("latin-1")
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", letter.translate(_STROKES))
        bare = "".join(part for part in parts if not unicodedata.combining(part))
        if bare in {letter, ""}:
            raise
        return bare.encode("cp1252")
