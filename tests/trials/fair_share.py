# SPDX-License-Identifier: MIT
"""What an honest strategy and the trader see of another strategy that is at the limit of its rate, or beyond it.

    python -m tests.trials.fair_share --rounds 8
    python -m tests.trials.fair_share --rounds 2 --seconds 67 --turns alone greedy "alone again" greedy

The whole product without its window, as the settings make it, on a data folder of its own, with the window's own
worker, to which the trader's commands go as the form's do.  A registered strategy in a process of its own hands in
three intents a second, the trader previews and submits as often; each answer is timed.  They go on all the while.
Beside them, in turns, which `--turns` chooses, there is nobody; a registered strategy at the limit of its rate;
nobody; another one at its limit whose intents are approved without the trader and sent; and a program that sends as
fast as it can under three names.  So whatever else the machine does falls on all turns alike, and the two turns with
nobody say how much two measurements of the same differ.  What a turn leaves behind is let go before the next is
measured.  All intents are small ones that the risk manager approves.  Prints the answers' times by turn, with the p99
beside that of the turns alone and how much two draws of the same differ, and what came of the intents; exits 1 if an
honest one was refused.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QCoreApplication, QTimer

from arbitrex_desktop.assembly import build_core
from arbitrex_desktop.client import DeskClient, DeskRefused
from arbitrex_desktop.desk.gateway.strategies import Strategy, StrategyRegister
from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.settings import parse
from arbitrex_desktop.ui.commands import CommandResult, PreviewIntent, SubmitIntent
from arbitrex_desktop.ui.worker import CoreWorker
from tests.trials.kills import SETTINGS

TURNS: Final = ("alone", "greedy", "alone again", "approved", "flood")
TURN_SECONDS: Final = 16.0
_LEFT_BEHIND: Final = 7.0
"""Seconds from the beginning of a turn until all that the one before left pending has expired."""
_EVERY: Final = 0.33
_RATE: Final = 4.0
"""A fifth of what all may hand in together, in intents a second: three are registered, two shares are for others."""
_DRAWS: Final = 1_000
_SWITCH_SECONDS: Final = 0.001
"""As the window has it set."""
_SMALL: dict[str, Any] = {
    "confidence_score": 0.9,
    "regime": "TRENDING",
    "vol_percentile": 0.4,
    "requested_volume": 0.01,
}
_INTENT: dict[str, Any] = {**_SMALL, "atr": 0.002}
Asked = Callable[[DeskClient, int], str]


@dataclass
class Seen:
    """What somebody had answered: when and in how many milliseconds, and how many of each kind in each turn."""

    times: list[tuple[float, float]] = field(default_factory=list)
    answers: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, turn: str, answer: str, begun: float, now: float) -> None:
        """Take an answer down."""
        self.times.append((begun, (now - begun) * 1_000.0))
        self.answers.setdefault(turn, Counter())[answer] += 1

    def within(self, plan: Plan, turn: str) -> list[float]:
        """Return the times of one kind of turn, in milliseconds, without those right after a change of turns."""
        return [each for begun, each in self.times if plan.turn(begun) == turn and plan.settled(begun)]


@dataclass(frozen=True)
class Plan:
    """When whose turn is, on the monotonic clock of this computer; a turn has `seconds`."""

    begun: float
    rounds: int
    seconds: float
    turns: tuple[str, ...]

    @property
    def end(self) -> float:
        """When it is over."""
        return self.begun + self.rounds * len(self.turns) * self.seconds

    def turn(self, moment: float) -> str:
        """Return whose turn a moment belongs to."""
        return self.turns[int((moment - self.begun) / self.seconds) % len(self.turns)]

    def settled(self, moment: float) -> bool:
        """Return whether the turn before has left nothing behind."""
        since = moment - self.begun
        return since >= 0.0 and since % self.seconds > _LEFT_BEHIND


def act(plan: Plan, folder: Path, role: str) -> None:
    """Hand in intents while it is the role's turn, under all its names; print what was seen."""
    turn, names, ask, every = ROLES[role]
    seen, desks, started = Seen(), [DeskClient(name, folder) for name in names], time.monotonic()
    for number in count():
        time.sleep(max(0.0, started + number * every - time.monotonic()))
        now = time.monotonic()
        if now >= plan.end:
            break
        if turn in ("", plan.turn(now)):
            for desk in desks:
                begun = time.monotonic()
                seen.add(plan.turn(now), _answer(ask, desk, number), begun, time.monotonic())
    print(json.dumps([seen.times, seen.answers]))


def _answer(ask: Asked, desk: DeskClient, number: int) -> str:
    """Hand an intent in; return its state, or why it was not taken."""
    try:
        return ask(desk, number)
    except DeskRefused as refusal:
        return refusal.code


def _honest(desk: DeskClient, _: int) -> str:
    return desk.submit("GBPUSD", "buy", time_to_live=3.0, **_INTENT).state


def _waiting(desk: DeskClient, _: int) -> str:
    return desk.submit("EURUSD", "buy", time_to_live=6.0, **_INTENT).state


def _opened_and_closed(desk: DeskClient, number: int) -> str:
    side, closes = ("sell", True) if number % 2 else ("buy", False)
    return desk.submit("EURGBP", side, time_to_live=3.0, reduce_only=closes, **_INTENT).state


ROLES: Final[dict[str, tuple[str, tuple[str, ...], Asked, float]]] = {
    "honest": ("", ("honest",), _honest, _EVERY),
    "greedy": ("greedy", ("greedy",), _waiting, 1.0 / _RATE),
    "approved": ("approved", ("approved",), _opened_and_closed, 1.0 / _RATE),
    "flood": ("flood", ("flood0", "flood1", "flood2"), _waiting, 0.001),
}


class Trader:
    """Previews and submits as the form does, through the window's worker."""

    def __init__(self, worker: CoreWorker, plan: Plan) -> None:
        self.seen = {"submit": Seen(), "preview": Seen()}
        self._worker = worker
        self._plan = plan
        self._number = 0
        self._begun: dict[int, float] = {}
        self._timer = QTimer()
        self._timer.timeout.connect(self._ask)
        worker.command_done.connect(self._done)
        self._timer.start(round(_EVERY * 500.0))

    def _ask(self) -> None:
        """Preview and submit by turns, each once the one before is answered."""
        if self._begun:
            return
        request = IntentRequest("USDJPY", 1, time_to_live=3.0, **_SMALL, atr=0.3)
        self._number += 1
        command = PreviewIntent(request, self._number) if self._number % 2 else SubmitIntent(request)
        self._begun[id(command)] = time.monotonic()
        self._worker.send(command)

    def _done(self, result: CommandResult) -> None:
        """Take an answer down."""
        begun, now = self._begun.pop(id(result.command)), time.monotonic()
        seen = self.seen["submit" if isinstance(result.command, SubmitIntent) else "preview"]
        seen.add(self._plan.turn(begun), result.error or "taken", begun, now)


def report(plan: Plan, seen: dict[str, Seen]) -> bool:
    """Print everybody's times by turn; return whether no honest one was refused anything."""
    for who in ("honest", "trader's submit", "trader's preview"):
        alone = [each for turn in plan.turns if "alone" in turn for each in seen[who].within(plan, turn)]
        for turn in dict.fromkeys(plan.turns):
            times = seen[who].within(plan, turn)
            p50, p95, p99, most = np.percentile(times, (50, 95, 99, 100))
            least, greatest = _likely(times, alone)
            beside = f"p50 {p50 / np.percentile(alone, 50):4.2f} and p99 {p99 / np.percentile(alone, 99):4.2f} of alone"
            figures = f"p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f}  most {most:6.1f} ms  {beside}"
            print(f"{who:17} {turn:12} {len(times):5} answers  {figures} (by chance {least:.2f} to {greatest:.2f})")
    for who, what in seen.items():
        print(f"{who:17}", json.dumps(what.answers))
    fair = {"PENDING", "taken"}
    return all(set(each) <= fair for who in ("honest", "trader's submit") for each in seen[who].answers.values())


def _likely(times: list[float], alone: list[float]) -> tuple[float, float]:
    """Return between which values the quotient of both p99 lies nine times of ten if both are draws of the same."""
    random, both = np.random.default_rng(0), np.array(times + alone)
    drawn = [
        np.percentile(random.choice(both, len(times)), 99) / np.percentile(random.choice(both, len(alone)), 99)
        for _ in range(_DRAWS)
    ]
    return float(np.percentile(drawn, 5)), float(np.percentile(drawn, 95))


def run(folder: Path, plan: Plan) -> bool:
    """Run the product and everybody beside it; print what they saw."""
    application = QCoreApplication([])
    sys.setswitchinterval(_SWITCH_SECONDS)
    worker, ready = CoreWorker(lambda: build_core(parse(["--data-dir", str(folder)]))), list[bool]()

    def begin(snapshot: DeskSnapshot) -> None:
        if snapshot.risk is not None and not ready:
            ready.append(True)
            application.quit()

    worker.snapshot_changed.connect(begin)
    worker.start()
    application.exec()
    # What is done first has imports to do and caches to fill: nobody's turn is yet.
    plan = replace(plan, begun=time.monotonic() + TURN_SECONDS)
    playing = {role: _start(role, folder, plan) for role in ROLES if ROLES[role][0] in ("", *plan.turns)}
    trader = Trader(worker, plan)
    QTimer.singleShot(round((plan.end - time.monotonic()) * 1_000.0), application.quit)
    application.exec()
    seen = {who: _read(process) for who, process in playing.items()}
    worker.stop()
    return report(plan, {**seen, **{f"trader's {what}": each for what, each in trader.seen.items()}})


def _start(role: str, folder: Path, plan: Plan) -> subprocess.Popen[bytes]:
    """Start a strategy's process."""
    arguments = [sys.executable, "-m", "tests.trials.fair_share", "--as", role, str(folder), str(plan.begun)]
    times = ["--rounds", str(plan.rounds), "--seconds", str(plan.seconds), "--turns", *plan.turns]
    return subprocess.Popen([*arguments, *times], stdout=subprocess.PIPE)


def _read(process: subprocess.Popen[bytes]) -> Seen:
    """Return what a strategy has seen."""
    times, answers = json.loads(process.communicate()[0])
    return Seen([tuple(each) for each in times], {turn: Counter(each) for turn, each in answers.items()})


def main() -> int:
    """Run the trial, or one of its strategies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=TURN_SECONDS, help="of a turn, 7 of which are not measured")
    parser.add_argument("--turns", nargs="+", choices=TURNS, default=TURNS, help="who is beside them, in turns")
    parser.add_argument("--as", nargs=3, dest="role", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role:
        role, folder, begun = given.role
        act(Plan(float(begun), given.rounds, given.seconds, tuple(given.turns)), Path(folder), role)
        return 0
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"ARBITREX_DATA_DIR": name, "MT5_TERMINAL": "simulated", "MT5_LOGIN": "", "MT5_PASSWORD": ""}
        (Path(name) / "settings.toml").write_text(SETTINGS)
        register = StrategyRegister(Path(name))
        for strategy in (Strategy("honest", ""), Strategy("greedy", ""), Strategy("approved", "", auto_approve_lots=1)):
            register.add(strategy)
        return int(not run(Path(name), Plan(0.0, given.rounds, given.seconds, tuple(given.turns))))


if __name__ == "__main__":
    sys.exit(main())
