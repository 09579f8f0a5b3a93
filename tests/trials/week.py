# SPDX-License-Identifier: MIT
"""A week of market in half an hour: the whole window, with intents and faults, and what it holds at the end of it.

    python -m tests.trials.week --hours 120 --minutes 30 --intents 5000 --seed 1

The real application without a screen, on a simulated terminal whose time is compressed and begins on a Monday: from
the second tenth on the market is what it is for five days, and not a weekend's quiet first.  Intents are submitted,
approved, rejected or left to expire; positions are closed and their stops moved; the terminal breaks now and then,
in the first half also so that its host is replaced.  Prints what both processes held a tenth of the time in, the host a
tenth after its last start, and at the end (goal: memory within 5 %, no more threads, handles or files), and what became
of the intents.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from PySide6.QtCore import QTimer

from arbitrex_desktop.app import Application
from arbitrex_desktop.checkup.soak import Soak, summary
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.mt5.fault_plan import FaultKind
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.paths import DATA_DIR_VARIABLE
from arbitrex_desktop.settings import Settings
from arbitrex_desktop.ui.commands import (
    ApproveIntent,
    ClosePosition,
    CommandResult,
    MoveStops,
    RejectIntent,
    SubmitIntent,
)
from tests.fakes.records import replace
from tests.trials.kills import SETTINGS

KINDS = (
    FaultKind.SLOW, FaultKind.BROKER_LINK_LOST, FaultKind.SYMBOLS_VANISHED, FaultKind.FROZEN_TICKS,
    FaultKind.CRAZY_PRICES, FaultKind.DUPLICATED_TICKS, FaultKind.LATE_TICKS, FaultKind.REQUOTE, FaultKind.PARTIAL_FILL,
    FaultKind.REPLY_LOST, FaultKind.MARKET_CLOSED, FaultKind.TOO_MANY_REQUESTS,
)  # fmt: skip
"""What does not cost the host its life."""

MONDAY = datetime(2026, 11, 22, 22, tzinfo=UTC)
"""The beginning of a week's trading, midnight on the market's clock."""

_FAULT_EVERY = 10.0
_FIRST_FAULT = 15.0
_OPEN = 6
_APPROVED, _REJECTED = 0.7, 0.85


def faults(random: Random, seconds: float) -> str:
    """Return the file of faults: two that replace the host in the first tenth, then one about every ten seconds.

    In the second half none replaces it, since it can only be compared with itself.
    """
    entries = [f'[[fault]]\nkind = "{FaultKind.CRASH.value}"\nstart = {_FIRST_FAULT}\n']
    entries.append(f'[[fault]]\nkind = "{FaultKind.HANG.value}"\nstart = {seconds * 0.06}\nseconds = 60\n')
    start = seconds * 0.1
    while start < seconds - _FAULT_EVERY:
        kind = random.choice(KINDS if start > seconds / 2 else (*KINDS, FaultKind.IPC_LOST))
        entries.append(f'[[fault]]\nkind = "{kind.value}"\nstart = {start:.1f}\nduration = 0.5\nseconds = 0.05\n')
        start += random.uniform(0.5, 1.5) * _FAULT_EVERY
    return "\n".join(entries)


@dataclass(frozen=True)
class Week(Settings):
    """Settings of a start whose simulated market begins on a Monday, whatever day it is."""

    def simulation(self) -> SimulationSpec | None:
        """Return the simulated terminal with the week's beginning."""
        spec = super().simulation()
        return replace(spec, begins=MONDAY) if spec is not None else None


class Trader:
    """Does something at each beat; counts the states in which its intents were last seen.

    It keeps only those that the desk lists: what the process holds at the end is to be the program's.
    """

    def __init__(self, application: Application, random: Random, intents: int) -> None:
        self._worker = application.worker
        self._random = random
        self._left = intents
        self._snapshot: DeskSnapshot | None = None
        self._decided: set[str] = set()
        self._listed: dict[str, str] = {}
        self._ended = Counter[str]()
        self.failures = Counter[str]()
        self._worker.snapshot_changed.connect(self._on_snapshot)
        self._worker.command_done.connect(self._on_done)

    @property
    def states(self) -> Counter[str]:
        """How many intents were last seen in which state."""
        return self._ended + Counter(self._listed.values())

    def act(self) -> None:
        """Decide what waits, submit one more, and take from what is open."""
        snapshot = self._snapshot
        if snapshot is None or not snapshot.pool.symbols:
            return
        for row in snapshot.intents:
            if row.can_approve and row.intent_id not in self._decided:
                self._decide(row.intent_id)
        if self._left:
            self._left -= 1
            symbol = self._random.choice(snapshot.pool.symbols[:8])
            side = self._random.choice((1, -1))
            request = IntentRequest(symbol, side, requested_volume=0.01, time_to_live=5.0)
            self._worker.send(SubmitIntent(request))
        if snapshot.positions:
            position = self._random.choice(snapshot.positions)
            if len(snapshot.positions) > _OPEN:
                self._worker.send(ClosePosition(position.ticket, position.volume))
            elif self._random.random() < 0.1 and position.stop_loss:
                away = position.price_open - position.stop_loss
                level = round(position.price_open - away * 1.05, position.digits)
                self._worker.send(MoveStops(position.ticket, level, position.take_profit))

    def _decide(self, intent_id: str) -> None:
        self._decided.add(intent_id)
        drawn = self._random.random()
        if drawn < _APPROVED:
            self._worker.send(ApproveIntent(intent_id))
        elif drawn < _REJECTED:
            self._worker.send(RejectIntent(intent_id))

    def _on_snapshot(self, snapshot: DeskSnapshot) -> None:
        self._snapshot = snapshot
        listed = {row.intent_id: f"{row.state.value} {row.reason}".rstrip() for row in snapshot.intents}
        self._ended.update(self._listed[each] for each in self._listed.keys() - listed.keys())
        self._listed = listed
        self._decided &= listed.keys()

    def _on_done(self, result: CommandResult) -> None:
        if result.error:
            self.failures[f"{type(result.command).__name__}: {result.error.partition(':')[0][:60]}"] += 1


def main() -> int:
    """Run the week; return 0 when memory, threads, handles and files kept their bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=120.0)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--intents", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path)
    given = parser.parse_args()
    random, seconds = Random(given.seed), given.minutes * 60.0
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["MT5_TERMINAL"] = "simulated"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ[DATA_DIR_VARIABLE] = name
        (folder / "settings.toml").write_text(SETTINGS + "look_ahead = false\n")
        (folder / "faults.toml").write_text(faults(random, seconds))
        settings = Week(
            data_dir=folder,
            faults=folder / "faults.toml",
            speed=given.hours * 3600.0 / seconds,
            window_size=(1600, 1000),
        )
        application = Application(settings)
        trader = Trader(application, random, given.intents)
        soak = Soak(application.worker, SystemClock(), seconds / 3600.0, folder, given.report)
        soak.finished.connect(application.window.close)
        beat = QTimer(interval=round(seconds * 0.95 / max(given.intents, 1) * 1000.0))
        beat.timeout.connect(trader.act)
        application.window.filled.connect(soak.start)
        application.window.filled.connect(beat.start)
        application.run()
        soak.stop()
    print(
        f"seed {given.seed}: {given.hours:g} h of market in {given.minutes:g} min, {trader.states.total()} intents seen"
    )
    print(summary(soak.report))
    for state, times in trader.states.most_common(12):
        print(f"  {times:5}  {state}")
    for words_, times in trader.failures.most_common(8):
        print(f"  {times:5}  {words_}")
    for message in soak.report.messages[:10]:
        print("  connection:", message)
    grown = soak.report.growth
    bad = [name for name in grown if name.endswith("percent") and grown[name] > 5.0]
    bad += [name for name in grown if name.endswith(("threads", "handles")) and grown[name] > 0]
    print("grew:", bad)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
