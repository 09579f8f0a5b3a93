# SPDX-License-Identifier: MIT
"""The plots of growth in the documentation: small SVG files of lines over a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420, 240, 48, 24, 38, 40
_COLOURS: Final = ("#1f6feb", "#d9730d")
_FONT: Final = 'font-family="sans-serif" font-size="11"'


@dataclass(frozen=True)
class Plot:
    """One picture.

    Attributes:
        name: of the file
        title: what grows, and in which unit
        across: what it grows with
        group: where the figures stand in the JSON
        lines: name of each line by its field
    """

    name: str
    title: str
    across: str
    group: str
    lines: Mapping[str, str]


PLOTS: Final = (
    Plot("ticks", "ms from a tick to its paint", "ticks a second", "ticks",
         {"latency_p50_ms": "half of them", "latency_p99_ms": "99 of 100"}),
    Plot("cores", "cores", "ticks a second", "ticks", {"window_cores": "program", "host_cores": "terminal's host"}),
    Plot("symbols", "ms of CPU a poll", "symbols, 200 ticks a second over all", "symbols",
         {"program_ms_a_poll": "program", "host_ms_a_poll": "terminal's host"}),
    Plot("positions", "\N{MICRO SIGN}s a decision", "open positions", "positions",
         {"evaluate_us": "again", "fresh_us": "after a new quote and account"}),
    Plot("intents", "ms until the desk answers", "intents a second", "intents",
         {"p50_ms": "half of them", "p99_ms": "99 of 100"}),
)  # fmt: skip


def draw(figures: Mapping[str, Any], folder: Path) -> None:
    """Draw every plot into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for plot in PLOTS:
        (folder / f"{plot.name}.svg").write_text(picture(plot, figures[plot.group]), encoding="utf-8")


def round_above(value: float) -> float:
    """Return the next of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value)


def picture(plot: Plot, rows: Mapping[str, Mapping[str, float]]) -> str:
    """Return a plot as SVG."""
    names = list(rows)
    places = [LEFT + place * (WIDTH - LEFT - RIGHT) / max(1, len(names) - 1) for place in range(len(names))]
    most = round_above(max(row[field] for row in rows.values() for field in plot.lines))

    def height(value: float) -> float:
        return HEIGHT - BOTTOM - value / most * (HEIGHT - BOTTOM - TOP)

    parts = [text(8, 16, plot.title), text((LEFT + WIDTH) / 2, HEIGHT - 6, plot.across, "middle")]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = height(most * share)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ccc"/>')
        parts.append(text(LEFT - 4, y + 4, f"{most * share:g}", "end"))
    parts += [
        text(x, HEIGHT - BOTTOM + 14, f"{float(name):,g}", "middle") for x, name in zip(places, names, strict=True)
    ]
    for number, (field, label) in enumerate(plot.lines.items()):
        points = [(x, height(row[field])) for x, row in zip(places, rows.values(), strict=True)]
        parts += line(points, _COLOURS[number], label, number)
    body, size = "\n".join(parts), f'width="{WIDTH}" height="{HEIGHT}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {WIDTH} {HEIGHT}" {_FONT}>\n'
        f'<rect {size} fill="#fff"/>\n{body}\n</svg>\n'
    )


def line(points: Sequence[tuple[float, float]], colour: str, label: str, number: int) -> list[str]:
    """Return one line, its points and its name."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    name = text(WIDTH - RIGHT, 16 + 13 * number, label, "end", colour)
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>', *dots, name]


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#333") -> str:
    """Return words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'
