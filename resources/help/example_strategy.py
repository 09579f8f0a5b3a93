# SPDX-License-Identifier: MIT
"""An example strategy: hands one intent a minute to the desk, and prints the outcome of each.

Start the program on the simulated terminal first, then run this file with any Python 3.11 or newer that finds
`arbitrex_desktop` (or a copy of its `client.py`).  It trades on nothing: replace `signal` by an idea.
"""

# ruff: noqa: INP001 - a file to be copied and run, of no package

from __future__ import annotations

import sys
import time
from random import Random

try:
    from arbitrex_desktop.client import DeskClient, DeskClientError, DeskRefused
except ModuleNotFoundError:
    try:  # a copy of it beside this file
        from client import DeskClient, DeskClientError, DeskRefused  # type: ignore[import-not-found, no-redef]
    except ModuleNotFoundError:
        sys.exit(
            "This Python has no arbitrex_desktop: run it with the program's own, or put client.py beside this file."
        )

SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY")


def signal(random: Random) -> tuple[str, str, float]:
    """Return symbol, direction and confidence; a coin is tossed, where a strategy would think."""
    return random.choice(SYMBOLS), random.choice(("buy", "sell")), random.uniform(0.65, 0.95)


def trade(desk: DeskClient, random: Random) -> str:
    """Submit one intent and return the desk's answer in words."""
    symbol, direction, confidence = signal(random)
    try:
        answer = desk.submit(symbol, direction, confidence_score=confidence, regime="TRENDING", vol_percentile=0.5)
    except DeskRefused as refusal:
        return f"{direction} {symbol}: {refusal}"
    return f"{direction} {symbol}: {answer.state} {answer.lots:g} lots {answer.details}"


def listen(desk: DeskClient, seconds: float) -> None:
    """Print the news of our intents for a while."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        for news in desk.events(timeout=left):
            print(f"  {news.intent_id} {news.state} {news.details}")  # noqa: T201 - it talks to whoever started it


def run(rounds: int, pause: float) -> None:
    """Submit so many intents, `pause` seconds apart; raise `NoDesk` when no desk is running."""
    random = Random()  # noqa: S311 - a coin, no secret
    with DeskClient("example") as desk:
        for _ in range(rounds):
            print(trade(desk, random))  # noqa: T201 - same
            listen(desk, pause)


if __name__ == "__main__":
    try:
        run(rounds=60, pause=60.0)
    except DeskClientError as error:
        sys.exit(str(error))
