# SPDX-License-Identifier: MIT
"""The symbol that a file's name contains, as it is: `EURUSD.a` and `EURUSD.b` are two, `BTC_USD` is one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_HISTDATA: Final = re.compile(r"DAT_(?:ASCII|MT|NT)_(?P<symbol>[A-Z0-9]+)_(?:T|M1)(?:_(?:BID|ASK|LAST))?_\d{4,6}")
_EXPORTED: Final = re.compile(
    r"(?P<symbol>.+?)(?:_(?:M\d{1,2}|H\d{1,2}|D1|W1|MN1|Daily|Weekly|Monthly))?_\d{12}(?:_\d{12})?"
)
"""As a terminal names what it exports, with dates to the minute."""
_DUKASCOPY: Final = re.compile(r"(?P<symbol>[^_]+)_(?:Candlestick|Ticks)_.*")
_DUKASCOPY_NODE: Final = re.compile(r"(?P<symbol>[a-z0-9]+)-(?:tick|s1|m\d+|h\d+|d1|mn1)(?:-(?:bid|ask))?-\d{4}-.*")
_USUAL_ENDINGS: Final = re.compile(r".+_(?:i|ecn|pro|raw|std|mini|micro|cash|x\d{1,3}m?)")
_TEXTS: Final = frozenset({".csv", ".txt", ".tsv", ".tab", ".prn", ".dat", ".log"})
_COPY: Final = re.compile(r"(?: \(\d{1,3}\)| - (?:Copy|Kopie|Copie|Copia)(?: \(\d{1,3}\))?)$")
"""What a browser or a file manager puts behind a name that is there already."""
_PERIOD: Final = re.compile(r"[._,] ?(?:M\d{1,2}|H\d{1,2}|D1|W1|MN1|Daily|Weekly|Monthly)$", re.IGNORECASE)
_NO_PART: Final = re.compile(r"_(?![A-Z]{2}[A-Z0-9]*$)[^_]*$")
_BAR_MINUTES: Final = ("43200", "10080", "1440", "240", "60", "30", "15", "5", "1")


def symbol_of(path: Path, known: Iterable[str] = (), *, minutes: bool = False) -> str:
    """Return the symbol of a file, "" where its name has none.

    Dates, periods and what else follows a stroke are no part of it, unless that is in capitals, as in `BTC_USD`, or a
    usual ending of brokers, as in `EURUSD_i` or `US30_x10`; of a name as a terminal gives it, all before period and
    dates is.  A name that begins with one of the `known` symbols is of the longest such.  `minutes` is for MetaTrader
    4, which puts a bar's minutes right behind the symbol.
    """
    stem = path.name
    while path.suffix.lower() in _TEXTS:
        path = path.with_suffix("")
        stem = path.name
    stem = _COPY.sub("", stem)
    fitting = [name for name in known if stem == name or stem.startswith((f"{name}_", f"{name}."))]
    if fitting:
        return max(fitting, key=len)
    for form in (_HISTDATA, _EXPORTED, _DUKASCOPY, _DUKASCOPY_NODE):
        match = form.fullmatch(stem)
        if match:
            return match["symbol"].upper() if form is _DUKASCOPY_NODE else match["symbol"]
    shorter = _stripped(stem)
    while shorter != stem:
        stem, shorter = shorter, _stripped(shorter)
    if minutes:
        ending = next((ending for ending in _BAR_MINUTES if stem.endswith(ending) and stem != ending), "")
        stem = stem.removesuffix(ending)
    return stem


def _stripped(stem: str) -> str:
    """Return a name without its last part, if that is none of a symbol's."""
    if _USUAL_ENDINGS.fullmatch(stem):
        return stem
    without = _PERIOD.sub("", stem)
    return without if without != stem else _NO_PART.sub("", stem)
