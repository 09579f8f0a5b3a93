# SPDX-License-Identifier: MIT
"""Texts that come from outside, shown so that nothing in them can hide or forge anything, and without our secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

_SHORTEST_SECRET: Final = 4
_HIDDEN: Final = "***"


def visible(text: str) -> str:
    """Return a text with control characters, line ends and marks of writing direction as their escapes.

    A line end in a log would forge a line, and a mark of writing direction in a table would show a text backwards.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def spreadsheet_safe(value: object) -> object:
    """Keep a spreadsheet from running text that a strategy sent as a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


class Redactor:
    """Blacks known secrets out, also as Python and JSON write them.

    Those shorter than four letters are left alone, since they would black out half of every text.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: tuple[str, ...] = ()
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Hide further texts from now on."""
        long_enough = (secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)
        found = {*self._forms, *(form for secret in long_enough for form in _forms(secret))}
        # The longest first: what is written with escapes contains what is not.
        self._forms = tuple(sorted(found, key=len, reverse=True))

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        for form in self._forms:
            text = text.replace(form, _HIDDEN)
        return text

    def value(self, value: Any) -> Any:
        """Return a value with every text in it without secrets."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(key): self.value(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.value(each) for each in value)
        return value


def _forms(secret: str) -> set[str]:
    """Return the ways in which a secret may be written."""
    quoted = (repr(secret), json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret.encode()))
    return {secret, visible(secret), *(text.removeprefix("b")[1:-1] for text in quoted)}
