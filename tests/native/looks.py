# SPDX-License-Identifier: MIT
"""What it costs the host to look at many symbols on the genuine MetaTrader5 package: 41, 200 and 1,000 of them.

From the checkout, with a Windows Python that has the package:

    python -m tests.native.looks FOLDER

Terminals are made in FOLDER, which must not be there: our simulated broker behind the package's pipe.  Printed for each
number of symbols are polls and ticks a second, and of how many cores the host took: with the broker's time between a
question and its answer, which a real terminal's is not.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import psutil

from arbitrex_desktop.mt5.simulator.market.market import GeneratedMarket
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.settings import PoolSettings
from tests.mt5.conformance.connected import ACCOUNT
from tests.native.launcher import MORE_FILE, make_terminal

CHECKOUT: Final = Path(__file__).resolve().parents[2]
NUMBERS: Final = (41, 200, 1_000)
_PATIENCE_S: Final = 120.0
_PATIENT: Final = PoolSettings(poll_deadline=60.0)
"""Our broker answers a thousand first questions slowly."""
_WARM_S: Final = 10.0
_SECONDS: Final = 20.0


def main() -> None:
    """Watch each number of symbols for some seconds and print what that cost."""
    for number in NUMBERS:
        folder = Path(sys.argv[1]) / str(number)
        program = make_terminal(folder, Path(sys.executable).with_name("pythonw.exe"), CHECKOUT)
        usual = len(GeneratedMarket(7).symbols)
        (folder / MORE_FILE).write_text(str(number - usual), encoding="ascii")
        names = tuple(GeneratedMarket(7, more=number - usual).symbols)
        session = {"main": {"terminal_path": str(program), **ACCOUNT}}
        with MT5ConnectionPool(session, names, settings=_PATIENT) as pool:
            pool.start_tick_collection(_PATIENCE_S)
            ends = time.monotonic() + _PATIENCE_S
            while pool.stats().symbols_with_ticks < number and time.monotonic() < ends:
                time.sleep(0.2)
            time.sleep(_WARM_S)
            sys.stdout.write(f"{number} symbols: {looked_for(pool, _SECONDS)}\n")
            sys.stdout.flush()


def looked_for(pool: MT5ConnectionPool, seconds: float) -> str:
    """Return what some seconds of watching cost, in words."""
    before = pool.stats()
    host = psutil.Process(before.host_pid)
    used, polls = sum(host.cpu_times()[:2]), before.calls["Poll"].count
    time.sleep(seconds)
    after = pool.stats()
    if after.host_pid != before.host_pid:
        return f"the host was replaced: {after.last_error}"
    cores = (sum(host.cpu_times()[:2]) - used) / seconds
    rounds = (after.calls["Poll"].count - polls) / seconds
    ticks = (after.ticks_total - before.ticks_total) / seconds
    each = cores / len(after.symbols) * 1e6
    return f"{rounds:.1f} polls/s, {ticks:.0f} ticks/s, {cores:.3f} cores, {each:.0f} us a symbol and second"


if __name__ == "__main__":
    main()
