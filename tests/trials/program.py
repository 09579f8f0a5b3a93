# SPDX-License-Identifier: MIT
"""The program under trial: the whole product on a data folder, perhaps with its window, which kills itself as told."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from arbitrex_desktop.assembly import build_core
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.intents.events import Event, NewEvent
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.mt5.host import child as host_child
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.settings import parse
from tests.trials.plan import SEND_STEPS, Plan, note_hit

_ROOT = Path(__file__).parents[2]


class Killer:
    """Ends this process, and perhaps its host, at the step of the plan."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: Counter[str] = Counter()

    def reached(self, step: str) -> None:
        """Die, if this is the step and the time."""
        self._seen[step] += 1
        plan = Plan.read(self._folder)
        if plan is not None and plan.step == step and self._seen[step] == plan.nth:
            note_hit(self._folder, step)
            os.kill(os.getpid(), signal.SIGKILL)

    def sending(self, host: int | None) -> None:
        """Die some milliseconds into a send, if that is the plan."""
        for step in SEND_STEPS:
            self._seen[step] += 1
            plan = Plan.read(self._folder)
            if plan is not None and plan.step == step and self._seen[step] == plan.nth:
                pause = Random(self._seen[step] + os.getpid()).uniform(0.0, 0.01)
                threading.Thread(target=self._die, args=(step, pause, host), daemon=True).start()

    def _die(self, step: str, pause: float, host: int | None) -> None:
        """Die after a pause."""
        time.sleep(pause)
        note_hit(self._folder, step)
        if host is not None and step == SEND_STEPS[1]:
            with suppress(ProcessLookupError):
                os.kill(host, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


def set_up(folder: Path) -> Killer:
    """Have the host's broker live outside, and every step counted."""
    script = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); sys.argv = ['host', {str(folder)!r}]; "
    script += (
        "from pathlib import Path; from tests.trials.outside_broker import main; sys.exit(main(Path(sys.argv[1])))"
    )
    host_child.host_command = lambda: [sys.executable, "-P", "-c", script]
    killer, append, send = Killer(folder), Journal.append, MT5ConnectionPool.send_order

    def journalled(journal: Journal, *drafts: NewEvent) -> tuple[Event, ...]:
        for draft in drafts:
            killer.reached(f"app before {draft.kind.value}")
        events = append(journal, *drafts)
        for draft in drafts:
            killer.reached(f"app after {draft.kind.value}")
        return events

    def sent(pool: MT5ConnectionPool, *args: Any, **kwargs: Any) -> Any:
        killer.sending(pool.stats().host_pid)
        return send(pool, *args, **kwargs)

    Journal.append = journalled  # type: ignore[method-assign,assignment] # what the trial is about
    MT5ConnectionPool.send_order = sent  # type: ignore[method-assign,assignment] # likewise
    return killer


def run_core(folder: Path, seed: int) -> None:
    """Run without a window until killed; as the trader, close positions when there are many."""
    core, random = build_core(parse(["--data-dir", str(folder)])), Random(seed)
    core.start()
    while True:
        core.step()
        with suppress(DeskError):
            close_some(core, random)
        time.sleep(0.02)


def close_some(core: TradingCore, random: Random) -> None:
    """Close one of more than three positions, or a part of it."""
    positions = core.snapshot().positions
    if len(positions) > 3:
        core.close_position(random.choice(positions).ticket)


def main() -> None:
    """Run the program of one round."""
    folder, seed, window = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "window"
    set_up(folder)
    if window:
        from arbitrex_desktop.app import Application  # noqa: PLC0415 - Qt is for rounds with a window

        Application(parse(["--data-dir", str(folder)])).run()
    else:
        run_core(folder, seed)


if __name__ == "__main__":
    main()
