# SPDX-License-Identifier: MIT
"""The risk manager's sentences in the language that is spoken; English is its own, which the journal keeps."""

from __future__ import annotations

import re
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.texts import N_, _, spoken

_FORMS: Final = (
    N_("{name} would be {seen}, the limit is {limit}: no room is left"),
    N_("{name} would be {seen}, the minimum is {limit}: no room is left"),
    N_("{name} would be {seen}, the limit is {limit}: size cut to fit"),
    N_("{name} would be {seen}, the minimum is {limit}: size cut to fit"),
    N_("{name} {seen} has reached the limit of {limit}"),
    N_("{name} {seen} is under the minimum of {limit}"),
    N_("{name} {seen}, limit {limit}"),
    N_("{name} {seen}, minimum {limit}"),
    N_("{name} cannot be checked: {note}"),
    N_("{name} not checked: {note}"),
    N_("{name}: {note}"),
)
"""How `risk_portfolio_manager.decision.result` words what a check found; a remark in brackets may follow."""

_NOTES: Final = (
    N_("halted"),
    N_("SUSPEND of everything: {note}"),
    N_("SUSPEND of symbol {seen}: {note}"),
    N_("SUSPEND of strategy {seen}: {note}"),
    N_("SHUTDOWN of everything: {note}"),
    N_("SHUTDOWN of symbol {seen}: {note}"),
    N_("SHUTDOWN of strategy {seen}: {note}"),
    N_("THROTTLE of everything: {note}"),
    N_("THROTTLE of symbol {seen}: {note}"),
    N_("THROTTLE of strategy {seen}: {note}"),
    N_("only trades that reduce risk pass"),
    N_("the spread is wider than the stop is far: at {seen} it would be hit at once, at {limit}"),
    N_("the stop {seen} is on the wrong side of the price {limit}"),
    N_("the take-profit {seen} is on the wrong side of the price {limit}"),
)
"""Notes that hold figures, or are told of with a reason in brackets."""
_GOES_ON: Final = re.compile(r":| (?:-?\d|would be|cannot be|not checked)")
"""What follows the name of a check."""
_NO_REASON: Final = N_("no reason was given")


def check_text(verdict: Verdict) -> str:
    """Return a check's sentence; one that is worded in no known way stays English."""
    if spoken() == "en" or not verdict.message.startswith(verdict.name):
        return verdict.message
    return _of_check(verdict.message, verdict.name) or verdict.message


def sentence_of_a_check(text: str) -> str:
    """Return a sentence that stands alone, as in the journal, as that of a check; any other as it is.

    What it begins with tells the check: the longest name that a catalogue knows.
    """
    words = text.split(" ")
    names = (" ".join(words[:count]).rstrip(":") for count in range(len(words) - 1, 0, -1))
    known = (name for name in names if _(name) != name and _GOES_ON.match(text, len(name)))
    return next((said for name in known if (said := _of_check(text, name))), text)


def _of_check(text: str, name: str) -> str:
    """Return the sentence of a check of that name, empty where it is worded in no known way."""
    for form in _FORMS:
        found = re.fullmatch(_pattern(form, name), text)
        if found is not None:
            return _said(form, name, found.groupdict(""))
    return ""


def note_text(note: str) -> str:
    """Return a check's own remark, its figures kept."""
    for form in _NOTES:
        found = re.fullmatch(_pattern(form, ""), note)
        if found is not None:
            return _(form).format(**found.groupdict(""))
    return _(note) if note else ""


def _pattern(form: str, name: str) -> str:
    """Return what finds a form's figures in a sentence that begins with a check's name."""
    pattern = re.escape(form).replace(re.escape("{name}"), re.escape(name))
    for field in ("seen", "limit", "note"):
        pattern = pattern.replace(re.escape(f"{{{field}}}"), f"(?P<{field}>.+?)")
    return pattern + r"(?: \((?P<remark>.+)\))?"


def _said(form: str, name: str, found: dict[str, str]) -> str:
    """Return a form with what was found in a sentence."""
    limit, _of, whole = found.get("limit", "").partition(" of ")
    if whole:
        limit = _("{share} of {whole}").format(share=limit, whole=_(whole))
    remark = f" ({_(found['remark'])})" if found.get("remark") else ""
    return (
        _(form).format(name=_(name), seen=found.get("seen"), limit=limit, note=note_text(found.get("note", "")))
        + remark
    )
