# SPDX-License-Identifier: MIT
"""The file of recorded calls: how it is written, read, and held against a module."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mt5.conformance.outcome import run

Outcome = dict[str, Any]

FEW = 3
"""How many programs of a group are kept that came out the same."""


@dataclass(frozen=True)
class Program:
    """Calls made one after the other on a module that was shut down before, and what each of them gave."""

    group: str
    steps: list[str]
    outcomes: list[Outcome]


@dataclass(frozen=True)
class Recording:
    """What a module answered.

    Attributes: `about`, versions of the package, of Python and numpy; `at_first`, `last_error()` before any call.
    """

    about: dict[str, str]
    at_first: list[Any]
    programs: list[Program]


def thinned(programs: list[Program]) -> list[Program]:
    """Return a few programs of each group for each way in which they came out, spread over those that did."""
    alike: dict[str, list[int]] = {}
    for index, program in enumerate(programs):
        alike.setdefault(json.dumps([program.group, program.outcomes], sort_keys=True), []).append(index)
    kept = [found[place * (len(found) - 1) // (FEW - 1)] for found in alike.values() for place in range(FEW)]
    return [programs[index] for index in sorted(set(kept))]


def save(recording: Recording, path: Path) -> None:
    """Write a recording: every outcome once, and programs by group that point to them; the same bytes each time."""
    outcomes: list[Outcome] = []
    groups: dict[str, list[Any]] = {}
    for program in recording.programs:
        outcomes += [outcome for outcome in program.outcomes if outcome not in outcomes]
        numbers = [outcomes.index(outcome) for outcome in program.outcomes]
        groups.setdefault(program.group, []).append([program.steps, numbers])
    content = {"about": recording.about, "at_first": recording.at_first, "outcomes": outcomes, "groups": groups}
    path.write_bytes(gzip.compress(json.dumps(content, separators=(",", ":")).encode(), mtime=0))


def load(path: Path) -> Recording:
    """Read a recording."""
    content = json.loads(gzip.decompress(path.read_bytes()))
    outcomes = content["outcomes"]
    programs = [
        Program(group, steps, [outcomes[number] for number in numbers])
        for group, rows in content["groups"].items()
        for steps, numbers in rows
    ]
    return Recording(content["about"], content["at_first"], programs)


def differences(programs: list[Program], module: Any) -> Iterator[str]:
    """Run programs on a module and yield, in words, where it does not answer as recorded."""
    for program in programs:
        found = run(module, program.steps)
        for step, was, now in zip(program.steps, program.outcomes, found, strict=True):
            if was != now:
                yield f"{step}\n    recorded {was}\n    now      {now}"
