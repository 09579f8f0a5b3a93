# SPDX-License-Identifier: MIT
"""The texts that a trader reads, in his language: English stands in the code, every other language in a catalogue.

`_` where a text is shown; `N_` marks one that stands in a table and goes through `_` when it is shown.  Figures come in
afterwards, so that a translation may put them elsewhere: `_("{lots} of {symbol}").format(lots=lots, symbol=symbol)`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # English needs no catalogue, and the first picture does not wait for what reads one.
    from gettext import NullTranslations

_catalogue: NullTranslations | None = None


def _(text: str) -> str:
    """Return a text in the language that is spoken; a text that no catalogue has stays English."""
    # To gettext the empty text means the catalogue's own head.
    return text if _catalogue is None or not text else _catalogue.gettext(text)


def N_(text: str) -> str:  # noqa: N802 - gettext's usual name
    """Mark a text for the catalogue, and return it as it is."""
    return text


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a text that goes with a count, in the language that is spoken."""
    if _catalogue is None:
        return one if count == 1 else many
    return _catalogue.ngettext(one, many, count)


def spoken() -> str:
    """Return the code of the language that is spoken, as `en`."""
    return "en" if _catalogue is None else _catalogue.info()["language"]


def speak(catalogue: Path | None) -> None:
    """Speak the language of a compiled catalogue from now on, English without one; raises OSError.

    What is shown already stays as it is.  Called on the GUI thread.
    """
    global _catalogue  # noqa: PLW0603 - a program speaks one language at a time
    if catalogue is None:
        _catalogue = None
        return
    from gettext import GNUTranslations  # noqa: PLC0415 - see above

    with catalogue.open("rb") as file:
        _catalogue = GNUTranslations(file)
