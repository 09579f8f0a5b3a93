# SPDX-License-Identifier: MIT
"""A desk whose n-th write to the disk fails, for every n; run with `failing_disk.c` loaded first.

`python -m tests.desk.journal.every_write LIBRARY FOLDER ERRNO MANY HALF FIRST STEP` prints how many writes were let
fail, one trial each from FIRST on in steps of STEP, and ends with 1 and the trial's number at the first in which
broker, journal and desk do not agree.
"""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import sys
import traceback
from pathlib import Path

from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.intents.intent import ENDED, IntentState
from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.halt_note import HaltNote
from arbitrex_desktop.desk.journal.journal import journal_opener, journal_path
from arbitrex_desktop.desk.journal.reserve import reserve_opener
from arbitrex_desktop.mt5.constants import PositionType
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.desk.conftest import intent
from tests.fakes.broker import FakeBroker
from tests.fakes.rpm import FakeRiskManager

_EXECUTED = (IntentState.FILLED, IntentState.PARTIAL)


class Trial:
    """One life of a desk on a disk of its own, and the lives after it on the same broker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker = FakeBroker()
        self.path = journal_path(folder, self.broker.account.server, self.broker.account.login)

    def core(self) -> TradingCore:
        """Start a desk."""
        self.broker.connected, self.broker.state = True, ConnectionState.CONNECTED
        core = TradingCore(
            self.broker,
            FakeRiskManager,
            clock=self.broker.clock,
            journal=journal_opener(self.folder),
            halt_note=HaltNote(self.folder / "halt.note"),
            reserves=reserve_opener(self.folder),
        )
        core.start()
        return core

    def work(self, core: TradingCore) -> None:
        """Buy, sell and close, whatever is refused on the way; what is open at the end can be closed."""
        for request in (intent(), intent(symbol="GBPUSD", direction=-1)):
            with contextlib.suppress(DeskError):
                core.approve(core.submit(request))
            self.run(core, 1)
        self.leave(core)
        if self.broker.positions:
            core.close_position(self.broker.positions[0].ticket)
        self.run(core, 1)

    def leave(self, core: TradingCore) -> None:
        """Close a position by an intent; one that waits leaves, unless nothing at all can be written."""
        rpm = core.rpm
        assert isinstance(rpm, FakeRiskManager)
        rpm.reducing = True
        for position in self.broker.positions[:1]:
            direction = -1 if position.type == PositionType.BUY else 1
            exit_ = intent(
                symbol=position.symbol, direction=direction, reduce_only=True, position_ticket=position.ticket
            )
            with contextlib.suppress(DeskError):
                core.approve(core.submit(exit_))
            self.run(core, 1)
        rpm.reducing = False

    def run(self, core: TradingCore, steps: int) -> None:
        """Let the desk run, two seconds at a time."""
        for _ in range(steps):
            self.broker.clock.advance(2.0)
            self.broker.refresh_quotes()
            core.step()

    def check(self, core: TradingCore) -> None:
        """Hold broker, journal and desk against each other, once the disk is sound again."""
        self.run(core, 14)
        if core._accounts._watch is not None:
            core._accounts._watch.wait(10.0)
        self.run(core, 4)
        assert core.desk is not None, core._accounts.problem
        assert core.snapshot().journal_problem == "", core.snapshot().journal_problem
        assert not core._gate.blocker(), core._gate.blocker()
        orders = {deal.order for deal in self.broker.deals if marked_intent(deal.comment)}
        filled = [each for each in core.desk.book.intents() if each.state in _EXECUTED]
        assert sorted(each.fill.order for each in filled if each.fill) == sorted(orders), (filled, self.broker.deals)
        assert all(each.state in (*ENDED, IntentState.PENDING) for each in core.desk.book.intents())
        assert len(self.broker.deals) == len({deal.order for deal in self.broker.deals})
        assert core.desk.unjournalled.found == ()


def trial(library: ctypes.CDLL, folder: Path, number: int, kind: tuple[int, int, int]) -> int:
    """Let write `number` (and those after it) fail, then see that all agree, now and after a restart; return writes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    one = Trial(folder)
    code, many, half = kind
    library.failing_disk(str(folder).encode(), number, many, code, half)
    core = one.core()
    try:
        one.work(core)
    finally:
        writes = int(library.failing_disk_count())
        library.failing_disk(b"", 0, 0, 0, 0)
    one.check(core)
    core.stop()
    report = verify(one.path)
    assert report.intact, report.problems
    again = one.core()
    one.check(again)
    again.stop()
    return writes


def main(arguments: list[str]) -> int:
    """Run all trials; return 0 when all agree."""
    library, folder = ctypes.CDLL(arguments[0]), Path(arguments[1])
    library.failing_disk.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_long, ctypes.c_int, ctypes.c_int]
    library.failing_disk_count.restype = ctypes.c_long
    code, many, half, number, step = (int(each) for each in arguments[2:7])
    failed = 0
    while True:
        try:
            writes = trial(library, folder / "data", number, (code, many, half))
        except Exception:  # noqa: BLE001 - whatever broke is the finding
            sys.stdout.write(f"write {number}:\n{traceback.format_exc()}\n")
            return 1
        if writes < number:
            break
        failed += 1
        number += step
    sys.stdout.write(f"{failed} writes failed, one trial each\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
