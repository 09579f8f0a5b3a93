# SPDX-License-Identifier: MIT
"""The risk manager's sentences in the language that is spoken; English is its own, which the journal keeps."""

from __future__ import annotations

import re
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import SwitchAction
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import CHECK_FORMS, SHARE_FORM, Verdict
from arbitrex_desktop.texts import N_, _

_NOTES: Final = (
    N_("halted ({reason})"),
    N_("only trades that reduce risk pass ({reason})"),
    N_("{action} of everything: {reason}"),
    N_("{action} of symbol {name}: {reason}"),
    N_("{action} of strategy {name}: {reason}"),
    N_("the spread is wider than the stop is far: at {stop} it would be hit at once, at {price}"),
    N_("the stop {stop} is on the wrong side of the price {price}"),
    N_("the take-profit {target} is on the wrong side of the price {price}"),
)
"""Remarks that hold figures and reasons."""
_GOES_ON: Final = re.compile(r":| (?:-?\d|would be|cannot be|not checked)")
"""What follows the name of a check."""


def check_text(verdict: Verdict) -> str:
    """Return a check's sentence, made of its values; one of an old journal, which has none, stays as it was written."""
    return verdict.said(_)


def sentence_of_a_check(text: str) -> str:
    """Return a sentence of which only the text was kept, as a reason in the journal, as that of a check; else as it is.

    What it begins with tells the check: the longest name that a catalogue knows.
    """
    words = text.split(" ")
    names = (" ".join(words[:count]).rstrip(":") for count in range(len(words) - 1, 0, -1))
    known = (name for name in names if _(name) != name and _GOES_ON.match(text, len(name)))
    return next((said for name in known if (said := _of_check(text, name))), text)


def _of_check(text: str, name: str) -> str:
    """Return the sentence of a check of that name, empty where it is worded in no known way."""
    for form in CHECK_FORMS:
        remark = "" if "{note}" in form else r"(?: \((?P<remark>.+)\))?"
        found = re.fullmatch(pattern_of(form.replace("{name}", name)) + remark, text)
        if found is not None:
            return _said(form, name, found.groupdict(""))
    return ""


def note_text(note: str) -> str:
    """Return a check's own remark of which only the text was kept, its figures as they are."""
    for form in _NOTES:
        found = re.fullmatch(pattern_of(form), note)
        if found is not None and found.groupdict().get("action", "SUSPEND") in SwitchAction.__members__:
            return _(form).format(**{name: _(part) for name, part in found.groupdict().items()})
    return _(note) if note else ""


def pattern_of(form: str) -> str:
    """Return the regular expression that finds a form's values, by their names, in a sentence of it."""
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(form))


def _said(form: str, name: str, found: dict[str, str]) -> str:
    """Return a form with what was found in a sentence."""
    limit, _of, whole = found.get("limit", "").partition(" of ")
    if whole:
        limit = _(SHARE_FORM).format(share=limit, whole=_(whole))
    remark = f" ({_(found['remark'])})" if found.get("remark") else ""
    return (
        _(form).format(name=_(name), seen=found.get("seen"), limit=limit, note=note_text(found.get("note", "")))
        + remark
    )
