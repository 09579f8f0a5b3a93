# SPDX-License-Identifier: MIT
"""Texts that come from outside, shown so that nothing in them can hide or forge anything."""

from __future__ import annotations


def visible(text: str) -> str:
    """Return a text with control characters, line ends and marks of writing direction as their escapes.

    A line end in a log would forge a line, and a mark of writing direction in a table would show a text backwards.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)
