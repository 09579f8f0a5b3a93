# SPDX-License-Identifier: MIT
"""Read the pinned versions and hashes in installer/pins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PIN: Final = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>\S+)(?P<hashes>(?: \\\n +--hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Pin:
    """One package: `hashes` are those of the files that may be installed, SHA-256 in hex."""

    name: str
    version: str
    hashes: tuple[str, ...]


def read_pins(path: Path) -> list[Pin]:
    """Return the pins of a file in their order; raises ValueError when a line of it is no pin."""
    text = path.read_text(encoding="utf-8")
    rest = "".join(line for line in _PIN.sub("", text).splitlines() if not line.startswith("#"))
    if rest.strip():
        raise ValueError(f"{path.name} has lines that are no pins with hashes: {rest.strip()!r}")
    return [
        Pin(found["name"], found["version"], tuple(re.findall(r"[0-9a-f]{64}", found["hashes"])))
        for found in _PIN.finditer(text)
    ]
