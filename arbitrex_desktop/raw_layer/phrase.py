# SPDX-License-Identifier: MIT
"""A sentence as values: it can be kept, and said later in any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec


class Phrase(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What is said, as values: it can be kept, and said later in any language.

    Attributes:
        form: the words, marked by `N_`, with the names of values in braces.
        values: what stands there: figures, names, and phrases within this one.
    """

    form: str
    values: Mapping[str, str | Phrase] = {}

    def __str__(self) -> str:
        return self.said(in_english)

    def said(self, say: Callable[[str], str]) -> str:
        """Return it in the language that `say` gives a form in."""
        form = say(self.form)
        if not self.values:
            return form
        return form.format(
            **{name: each.said(say) if isinstance(each, Phrase) else each for name, each in self.values.items()}
        )


def in_english(text: str) -> str:
    """Return a text as it stands in the code."""
    return text
