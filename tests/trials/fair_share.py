# SPDX-License-Identifier: MIT
"""What an honest strategy and the trader see of another strategy that is at the limit of its rate, or beyond it.

    python -m tests.trials.fair_share --seconds 60

The whole product without its window, as the settings make it, on a data folder of its own.  A registered strategy in
a process of its own hands in two intents a second, the trader submits and previews two a second; each answer is timed,
first alone, then beside a third process that sends at the limit of its rate, then beside one that sends as fast as it
can, under three names.  Prints the answers' times in each part, and what was refused to whom.
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

_EVERY = 0.5
_PACE = "TRIAL_INTENTS_A_SECOND"
_INTENT: dict[str, Any] = {"confidence_score": 0.8, "regime": "TRENDING", "vol_percentile": 0.4}


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
    """Send `_PACE` intents a second, or as fast as it goes, under three names; print what became of it."""
    pause = 1.0 / float(os.environ[_PACE]) if os.environ.get(_PACE) else 0.0
    answers, end = Counter[str](), time.monotonic() + seconds
    desks = [DeskClient(f"greedy{number}", folder) for number in range(3)]
    while time.monotonic() < end:
        for desk in desks:
            try:
                answers[desk.submit("EURUSD", "buy", time_to_live=10.0, **_INTENT).state] += 1
            except DeskRefused as refusal:
                answers[refusal.code] += 1
            time.sleep(pause)
    print(json.dumps([[], answers]))


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
        request = IntentRequest("USDJPY", 1, 0.8, "TRENDING", 0.4, time_to_live=3.0)
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


def part(core: TradingCore, folder: Path, seconds: float, *, with_greedy: bool, pace: str = "") -> dict[str, Any]:
    """Run one part; return the times in milliseconds and the answers, by who had them."""
    os.environ[_PACE] = pace
    kinds = ("honest", "greedy") if with_greedy else ("honest",)
    running = [_start(kind, folder, seconds) for kind in kinds]
    trader, seen = Trader(core, seconds), {}
    for kind, process in zip(kinds, running, strict=True):
        seen[kind] = json.loads(process.communicate()[0])
    trader.thread.join()
    return {**seen, **{f"trader's {what}": [times, trader.answers] for what, times in trader.times.items()}}


def _start(kind: str, folder: Path, seconds: float) -> subprocess.Popen[bytes]:
    """Start a strategy's process."""
    arguments = [sys.executable, "-m", "tests.trials.fair_share", "--as", kind, str(folder), str(seconds)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE)


def report(title: str, seen: dict[str, Any]) -> None:
    """Print one part."""
    print(title)
    for who, (times, answers) in seen.items():
        p50, p99, most = (np.percentile(times, share) for share in (50, 99, 100)) if times else (0.0, 0.0, 0.0)
        figures = f"p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  most {most:6.1f} ms" if times else ""
        print(f"  {who:17} {len(times) or sum(answers.values()):5} answers  {figures}  {json.dumps(answers)}")


def main() -> int:
    """Run the trial, or one of its strategies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--as", nargs=3, dest="role", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role:
        {"honest": honest, "greedy": greedy}[given.role[0]](Path(given.role[1]), float(given.role[2]))
        return 0
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"ARBITREX_DATA_DIR": name, "MT5_TERMINAL": "simulated", "MT5_LOGIN": "", "MT5_PASSWORD": ""}
        folder, done = Path(name), threading.Event()
        (folder / "settings.toml").write_text(SETTINGS)
        StrategyRegister(folder).add(Strategy("honest", ""))
        core = build_core(parse(["--data-dir", name]))
        core.start()
        stepping = threading.Thread(target=_step, args=(core, done))
        stepping.start()
        while core.snapshot().risk is None:
            time.sleep(0.1)
        seconds = given.seconds
        report("alone", part(core, folder, seconds, with_greedy=False))
        report("beside one at the limit of its rate", part(core, folder, seconds, with_greedy=True, pace="5"))
        report("beside one that sends as fast as it can", part(core, folder, seconds, with_greedy=True))
        done.set()
        stepping.join()
        core.stop()
    return 0


def _step(core: TradingCore, done: threading.Event) -> None:
    """Do what is due, as the window's worker does."""
    while not done.wait(0.02):
        core.step()


if __name__ == "__main__":
    sys.exit(main())
