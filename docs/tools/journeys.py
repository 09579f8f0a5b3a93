# SPDX-License-Identifier: MIT
"""The four journeys of the architecture page, as data, and their pictures as SVG.

A step names the layer that it happens in, what happens, and the module that does it; a test holds each module against
the package.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from html import escape
from typing import Final

PROGRAM: Final = "program"
"""What stands beside the layers: settings, assembly and the application."""
LAYERS: Final = ("mt5", "raw_layer", "risk_portfolio_manager", "desk", PROGRAM, "ui")
_WIDTH, _ROW, _HEAD = 196, 62, 40
_BOX_WIDTH, _BOX_HEIGHT = 180, 46
_FILLS: Final = {
    "mt5": "#e8f0fe",
    "raw_layer": "#e6f4ea",
    "risk_portfolio_manager": "#fef3d6",
    "desk": "#f3e8fd",
    PROGRAM: "#f0f1f2",
    "ui": "#fde7e9",
}


@dataclass(frozen=True)
class Step:
    """One step of a journey.

    Attributes:
        layer: where it happens, one of `LAYERS`
        title: what happens, in a few words
        module: who does it, without the layer's name
    """

    layer: str
    title: str
    module: str

    @property
    def dotted(self) -> str:
        """Return the whole name of the module."""
        return ".".join(["arbitrex_desktop", *([] if self.layer == PROGRAM else [self.layer]), self.module])


def _steps(text: str) -> tuple[Step, ...]:
    """Read steps, one a line: layer, module, title."""
    rows = (line.split(maxsplit=2) for line in text.strip().splitlines())
    return tuple(Step(layer, title, module) for layer, module, title in rows)


JOURNEYS: Final = {
    "tick": _steps("""
        mt5        polling                       ask for all that changed
        mt5        tick_cursor                   take the ticks after the cursor
        mt5        host.server                   send them through the pipe
        raw_layer  connection.terminal_client    receive them, in time or not at all
        raw_layer  connection.connection_loop    the pool's one thread
        raw_layer  ticks.tick_pipeline           sort out bad and late ones, keep the rest
        raw_layer  ticks.latest_quotes           publish the latest of each symbol
        ui         panels.market_watch           ask 30 times a second what changed
        ui         widgets.quote_view            paint the cells that changed
    """),
    "intent": _steps("""
        ui                      panels.intent_form           typed by the trader (or sent by a strategy)
        desk                    gateway.session              the strategies' way in
        desk                    account_desk                 give it an id, write it down
        desk                    risk.risk_client             ask the RPM
        risk_portfolio_manager  pipeline.context_builder     gather what the rules look at
        risk_portfolio_manager  pipeline.pipeline            rules, sizing, rules, last look
        desk                    journal.journal              the answer, on disk
        desk                    intent_queue.pending         wait for the trader, judged again
        ui                      panels.pending               Approve
        desk                    gate                         HALT? arming? fresh?
        desk                    execution.executor           SENDING, on disk; then send
        mt5                     host.server                  order_check, order_send
        desk                    execution.recovery           what became of it, from the books
        ui                      panels.decisions             FILLED
    """),
    "account": _steps("""
        mt5                     polling                    account, positions, orders with each poll
        raw_layer               mt5_pool                   keep the newest reading
        desk                    core                       time for a sync, once a second
        risk_portfolio_manager  portfolio.account_sync     read through the pool
        risk_portfolio_manager  portfolio.pnl_ledger       profit, peak and anchors
        risk_portfolio_manager  portfolio.exposure_book    sums over positions and reservations
        risk_portfolio_manager  portfolio.portfolio_state  total_capital, equity, open_positions
        desk                    presentation.snapshot      one frozen snapshot
        ui                      panels.account             painted, grey when it is old
    """),
    "setting": _steps("""
        program                 settings.toml_file         read settings.toml, with lines
        program                 settings.catalogue         what may be said, and its bounds
        program                 settings.in_force          file, environment, defaults: which counts
        program                 assembly                   hand each layer its own part
        raw_layer               settings                   how the pool polls and waits
        desk                    settings                   ages, retries, policies
        risk_portfolio_manager  config.rpm_config          limits, checked and frozen in a hash
        risk_portfolio_manager  engine                     the config that decisions are made with
        risk_portfolio_manager  pipeline.context_builder   into the context of one intent
        risk_portfolio_manager  rules.registry             every rule reads its own parameters
    """),
}


def picture(steps: tuple[Step, ...]) -> str:
    """Return a journey as SVG: a column for each layer it passes, a row for each step, read downwards."""
    layers = [layer for layer in LAYERS if any(step.layer == layer for step in steps)]
    width, height = _WIDTH * len(layers), _HEAD + _ROW * len(steps) + 8
    places = [(_WIDTH * layers.index(step.layer) + 8, _HEAD + _ROW * row) for row, step in enumerate(steps)]
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            'font-family="sans-serif" font-size="12" fill="#1f2328">'
        ),
        (
            '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            '<path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>'
        ),
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
        *(_column(index, layer, height) for index, layer in enumerate(layers)),
        *(_arrow(start, end) for start, end in itertools.pairwise(places)),
        *(_box(step, *place, number) for number, (step, place) in enumerate(zip(steps, places, strict=True), 1)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _column(index: int, layer: str, height: int) -> str:
    """Return the ground and the head of a layer's column."""
    left, middle = _WIDTH * index, _WIDTH * index + _WIDTH // 2
    return (
        f'<rect x="{left + 2}" y="2" width="{_WIDTH - 4}" height="{height - 4}" rx="6" fill="{_FILLS[layer]}"/>'
        f'<text x="{middle}" y="24" text-anchor="middle" font-weight="bold">{layer}</text>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    """Return the way from a box to the next: straight down, or out of its side and down into the next one."""
    out_x, out_y = start[0] + _BOX_WIDTH // 2, start[1] + _BOX_HEIGHT
    in_x, in_y = end[0] + _BOX_WIDTH // 2, end[1] - 1
    if out_x == in_x:
        path = f"M{out_x} {out_y}V{in_y}"
    else:
        side = start[0] + (_BOX_WIDTH if in_x > out_x else 0)
        path = f"M{side} {start[1] + _BOX_HEIGHT // 2}H{in_x}V{in_y}"
    return f'<path d="{path}" fill="none" stroke="#57606a" stroke-width="1.5" marker-end="url(#end)"/>'


def _box(step: Step, left: int, top: int, number: int) -> str:
    """Return a step's box: its number and title, in two lines where it is long, and its module."""
    title = f"{number}. {step.title}"
    lines = _wrapped(title)
    first = top + (19 if len(lines) == 1 else 13)
    texts = [f'<text x="{left + 8}" y="{first + 13 * row}">{escape(line)}</text>' for row, line in enumerate(lines)]
    return (
        f'<rect x="{left}" y="{top}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="5" fill="#ffffff" '
        'stroke="#8c959f"/>' + "".join(texts) + f'<text x="{left + 8}" y="{top + 40}" font-family="monospace" '
        f'font-size="10" fill="#57606a">{escape(step.module)}</text>'
    )


def _wrapped(title: str, most: int = 27) -> list[str]:
    """Return a title in one line or two."""
    if len(title) <= most:
        return [title]
    cut = title.rfind(" ", 0, most + 1)
    return [title[:cut], title[cut + 1 :]]
