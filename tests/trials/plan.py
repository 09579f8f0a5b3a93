# SPDX-License-Identifier: MIT
"""When a round of the kill trial kills what, drawn from a seed; and the count of the steps that were hit."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Final

_KINDS: Final = ("RECEIVED", "JUDGED", "APPROVED", "SENDING", "FILLED", "ACTION_SENDING", "ACTION_ENDED")
APP_STEPS: Final = tuple(f"app {when} {kind}" for kind in _KINDS for when in ("before", "after"))
SEND_STEPS: Final = ("app during a send", "app and host during a send")
HOST_STEPS: Final = ("host before execution", "host after execution", "host dead, executed later")
RANDOM_STEP: Final = "app at a random moment"


@dataclass(frozen=True, slots=True)
class Plan:
    """One round.

    Attributes:
        step: where the kill strikes
        nth: at which occurrence of it
        delay: seconds after which a lost order is executed, or after which the program is killed at random
        overwrites: whether the broker overwrites that order's comment
        window: whether the program runs with its window
    """

    step: str
    nth: int
    delay: float
    overwrites: bool
    window: bool

    @classmethod
    def draw(cls, random: Random, windows: float) -> Plan:
        """Draw a round; lost orders that are executed later, the hardest, come as often as all others of a kind."""
        group = random.choice((APP_STEPS, APP_STEPS, SEND_STEPS, HOST_STEPS, HOST_STEPS[2:], (RANDOM_STEP,)))
        step = random.choice(group)
        window = random.random() < windows and "ACTION" not in step
        delay = random.uniform(0.0, 3.0) if step == RANDOM_STEP else random.choice((0.5, 2.0, 5.0, 12.0, 40.0))
        return cls(step, random.choice((1, 1, 2, 3)), delay, random.random() < 0.5, window)

    def write(self, folder: Path) -> None:
        """Let the round's processes know."""
        (folder / "plan.json").write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, folder: Path) -> Plan | None:
        """Return the round's plan, None when there is none or it was carried out."""
        try:
            return cls(**json.loads((folder / "plan.json").read_text()))
        except (OSError, ValueError):
            return None


def note_hit(folder: Path, step: str) -> None:
    """Write down that a kill strikes now, and that the plan is carried out."""
    with (folder / "hits").open("a") as file:
        file.write(f"{step}\n")
    (folder / "plan.json").unlink(missing_ok=True)


def hits(folder: Path) -> Counter[str]:
    """Return how often each step was hit."""
    path = folder / "hits"
    return Counter(path.read_text().splitlines()) if path.is_file() else Counter()
