# SPDX-License-Identifier: MIT
"""How an order carries its intent to the broker and back: the comment and the magic number.

The comment has the intent's id; brokers may cut or overwrite it, so the magic number tells at least which strategy
of ours an order belongs to.
"""

from __future__ import annotations

import re
import secrets
import zlib
from typing import Final

from arbitrex_desktop.desk.settings import DeskSettings

# Crockford's base 32: no letter that reads like a digit.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_LENGTH: Final = 12
PREFIX: Final = "ABX "
"""How every comment of ours begins."""
_MARK: Final = re.compile(rf"{PREFIX}([{_ALPHABET}]{{{_ID_LENGTH}}})")
_MAGIC_BASE: Final = 770_000_000
_SPREAD: Final = 1_000_000


def new_intent_id() -> str:
    """Return a random id of 60 bits, short enough for an order's comment."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def comment_of(intent_id: str) -> str:
    """Return an order's comment: 16 ASCII characters, of the 27 that are safe."""
    return f"{PREFIX}{intent_id}"


def marked_intent(comment: str) -> str:
    """Return the intent that a broker's comment names, empty when it names none."""
    found = _MARK.search(comment)
    return found.group(1) if found else ""


def is_our_magic(magic: int, settings: DeskSettings) -> bool:
    """Return whether a magic number is one that this desk gives."""
    return _MAGIC_BASE <= magic < _MAGIC_BASE + _SPREAD or magic in settings.magic_numbers.values()


def magic_of(source: str, settings: DeskSettings) -> int:
    """Return a source's magic number: as set, or always the same one made from its name."""
    given = settings.magic_numbers.get(source)
    return _MAGIC_BASE + zlib.crc32(source.encode()) % _SPREAD if given is None else int(given)
