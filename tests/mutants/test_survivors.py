# SPDX-License-Identifier: MIT
"""The kept list of surviving mutants speaks of code that is there, once each, and says why."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEPT = tomllib.loads(Path(__file__).with_name("survivors.toml").read_text(encoding="utf-8"))["survivor"]


def source_of(place: str) -> str:
    """Return the code of a function given as `desk/gate.py Gate.check`, in one line; empty when there is none."""
    name, _, function = place.partition(" ")
    path = ROOT / "arbitrex_desktop" / name
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    scope: list[ast.stmt] = ast.parse(text).body
    *owners, last = function.split(".")
    for owner in owners:
        scope = [part for node in scope if isinstance(node, ast.ClassDef) and node.name == owner for part in node.body]
    found = [node for node in scope if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == last]
    return "".join(" ".join((ast.get_source_segment(text, node) or "").split()) for node in found)


@pytest.mark.parametrize("entry", KEPT, ids=lambda entry: f"{entry['place']}: {entry['now']}")
def test_an_entry_is_about_code_that_is_there(entry: dict[str, str]) -> None:
    """Function and line stand in the source as the entry has them, and the reason is a sentence."""
    assert entry["was"] in source_of(entry["place"])
    assert entry["was"] != entry["now"]
    assert entry["why"].endswith(".")
    assert set(entry) == {"place", "was", "now", "why"}


def test_no_entry_stands_twice() -> None:
    """One reason for each mutant."""
    keys = [(each["place"], each["was"], each["now"]) for each in KEPT]
    assert len(keys) == len(set(keys))


def test_what_is_not_there_is_seen() -> None:
    """A function that was renamed, or a file that moved, has no source."""
    assert source_of("desk/gate.py Gate.no_such") == source_of("desk/no_such.py Gate.check") == ""
    assert "raise CommandRefused(blocker)" in source_of("desk/gate.py Gate.check")
