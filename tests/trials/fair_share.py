# SPDX-License-Identifier: MIT
"""What an honest strategy and the trader see of another strategy that is at the limit of its rate, or beyond it.

    python -m tests.trials.fair_share --seconds 60

The whole product without its window, as the settings make it, on a data folder of its own.  A registered strategy in
a process of its own hands in two intents a second, the trader submits and previews two a second; each answer is timed.
They are alone, then beside a second registered strategy at the limit of its rate, then alone again, then beside a
program that sends as fast as it can under three names.  All intents are small ones that the risk manager approves, so
that they wait until their time is over and are judged again meanwhile.  Prints the answers' times in each part, what
came of the intents, and the p99 of both beside what it was alone; exits 1 if an honest one was refused.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from arbitrex_desktop.assembly import build_core
from arbitrex_desktop.client import DeskClient, DeskRefused
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.gateway.strategies import Strategy, StrategyRegister
from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.settings import parse
from tests.trials.kills import SETTINGS

Seen = dict[str, tuple[list[float], dict[str, int]]]
"""Who had answers: their times in milliseconds, and how many of each kind."""
_EVERY = 0.5
_SMALL: dict[str, Any] = {
    "confidence_score": 0.9,
    "regime": "TRENDING",
    "vol_percentile": 0.4,
    "requested_volume": 0.01,
}
_INTENT: dict[str, Any] = {**_SMALL, "atr": 0.002}


def honest(folder: Path, seconds: float) -> None:
    """Hand in two intents a second; print the answers' times in milliseconds, and how many of each state."""
    times, answers, end = [], Counter[str](), time.monotonic() + seconds
    with DeskClient("honest", folder) as desk:
        while time.monotonic() < end:
            begun = time.perf_counter()
            try:
                answers[desk.submit("GBPUSD", "buy", time_to_live=3.0, **_INTENT).state] += 1
            except DeskRefused as refusal:
                answers[refusal.code] += 1
            times.append((time.perf_counter() - begun) * 1_000.0)
            time.sleep(_EVERY)
    print(json.dumps([times, answers]))


def greedy(folder: Path, seconds: float) -> None:
    """As a registered strategy, hand five intents in a second, the most that it may; print what became of them."""
    answers, begun = Counter[str](), time.monotonic()
    with DeskClient("greedy", folder) as desk:
        for number in range(round(seconds * 5.0)):
            time.sleep(max(0.0, begun + number / 5.0 - time.monotonic()))
            answers[_handed_in(desk)] += 1
    print(json.dumps([[], answers]))


def flood(folder: Path, seconds: float) -> None:
    """Send as fast as it goes, under three names that are not registered; print what became of it."""
    answers, end = Counter[str](), time.monotonic() + seconds
    desks = [DeskClient(f"flood{number}", folder) for number in range(3)]
    while time.monotonic() < end:
        for desk in desks:
            answers[_handed_in(desk)] += 1
    print(json.dumps([[], answers]))


def _handed_in(desk: DeskClient) -> str:
    """Hand an intent in; return its state, or why it was not taken."""
    try:
        return desk.submit("EURUSD", "buy", time_to_live=8.0, **_INTENT).state
    except DeskRefused as refusal:
        return refusal.code


class Trader:
    """Submits and previews as the form does, on a thread of its own."""

    def __init__(self, core: TradingCore, seconds: float) -> None:
        self.times: dict[str, list[float]] = {"submit": [], "preview": []}
        self.answers = Counter[str]()
        self._core = core
        self._end = time.monotonic() + seconds
        self.thread = threading.Thread(target=self._act)
        self.thread.start()

    def _act(self) -> None:
        """Preview, then submit, twice a second."""
        request = IntentRequest("USDJPY", 1, time_to_live=3.0, **_SMALL, atr=0.3)
        while time.monotonic() < self._end:
            self._time("preview", lambda: self._core.preview(request, 1))
            self._time("submit", lambda: self._core.intent(self._core.submit(request)).state.value)
            time.sleep(_EVERY)

    def _time(self, what: str, act: Any) -> None:
        """Do something, and note how long it took and what came of it."""
        begun = time.perf_counter()
        try:
            answer = act()
        except DeskError as error:
            answer = str(error)
        self.times[what].append((time.perf_counter() - begun) * 1_000.0)
        if what == "submit":
            self.answers[answer] += 1


def part(core: TradingCore, folder: Path, seconds: float, beside: str = "") -> Seen:
    """Run one part, perhaps `beside` another program; return the times in milliseconds and the answers, by who."""
    kinds = ("honest", beside) if beside else ("honest",)
    running = [_start(kind, folder, seconds) for kind in kinds]
    trader, seen = Trader(core, seconds), {}
    for kind, process in zip(kinds, running, strict=True):
        seen[kind] = json.loads(process.communicate()[0])
    trader.thread.join()
    return {**seen, **{f"trader's {what}": (times, trader.answers) for what, times in trader.times.items()}}


def _start(kind: str, folder: Path, seconds: float) -> subprocess.Popen[bytes]:
    """Start a strategy's process."""
    arguments = [sys.executable, "-m", "tests.trials.fair_share", "--as", kind, str(folder), str(seconds)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE)


def report(title: str, seen: Seen, alone: Seen | None = None) -> bool:
    """Print one part, perhaps beside what it was `alone`; return whether no honest one was refused anything."""
    print(title)
    for who, (times, answers) in seen.items():
        p50, p99, most = (np.percentile(times, share) for share in (50, 99, 100)) if times else (0.0, 0.0, 0.0)
        figures = f"p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  most {most:6.1f} ms" if times else ""
        beside = f"  p99 {p99 / np.percentile(alone[who][0], 99):4.2f} of alone" if alone and who in alone else ""
        print(f"  {who:17} {len(times) or sum(answers.values()):5} answers  {figures}{beside}  {json.dumps(answers)}")
    return all(set(seen[who][1]) == {"PENDING"} for who in ("honest", "trader's submit"))


def main() -> int:
    """Run the trial, or one of its strategies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--as", nargs=3, dest="role", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role:
        roles = {"honest": honest, "greedy": greedy, "flood": flood}
        roles[given.role[0]](Path(given.role[1]), float(given.role[2]))
        return 0
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"ARBITREX_DATA_DIR": name, "MT5_TERMINAL": "simulated", "MT5_LOGIN": "", "MT5_PASSWORD": ""}
        folder, done = Path(name), threading.Event()
        (folder / "settings.toml").write_text(SETTINGS)
        for strategy in ("honest", "greedy"):
            StrategyRegister(folder).add(Strategy(strategy, ""))
        core = build_core(parse(["--data-dir", name]))
        core.start()
        stepping = threading.Thread(target=_step, args=(core, done))
        stepping.start()
        while core.snapshot().risk is None:
            time.sleep(0.1)
        fair = _compare(core, folder, given.seconds)
        done.set()
        stepping.join()
        core.stop()
    return int(not fair)


def _compare(core: TradingCore, folder: Path, seconds: float) -> bool:
    """Run and print the parts."""
    # What is measured first has also the imports and the caches to fill.
    part(core, folder, min(seconds, 5.0))
    alone = part(core, folder, seconds)
    fair = report("alone", alone)
    fair = report("beside one at the limit of its rate", part(core, folder, seconds, "greedy"), alone) and fair
    alone = part(core, folder, seconds)
    fair = report("alone again", alone) and fair
    return report("beside one that sends as fast as it can", part(core, folder, seconds, "flood"), alone) and fair


def _step(core: TradingCore, done: threading.Event) -> None:
    """Do what is due, as the window's worker does."""
    while not done.wait(0.02):
        core.step()


if __name__ == "__main__":
    sys.exit(main())
