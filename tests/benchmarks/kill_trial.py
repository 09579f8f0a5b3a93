# SPDX-License-Identifier: MIT
"""Kills the program, or its host process, at random instants while intents flow, and then counts.

    python -m tests.benchmarks.kill_trial --rounds 500 --seed 1

Each round starts the whole program without its window (pool, host process, simulated terminal with books on disk,
risk manager, journal, desk), lets it trade, and ends it with SIGKILL, or kills the host under it.  At the end the
program is started once more and left to settle; then the broker's deals, the journal and the desk must agree: no
order twice, none lost, nothing left unknown.  Prints what it counted and exits 1 if they do not agree.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.journal import journal_opener
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.simulation_spec import DEFAULT_LOGIN, DEFAULT_SERVER, SimulationSpec
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig

_SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "USDCAD", "EURGBP")
_UNSETTLED = (IntentState.SENDING, IntentState.UNKNOWN, IntentState.APPROVED, IntentState.RECEIVED)
_ALL_AT_ONCE = {
    "enforce_time_spacing": False,
    "max_concurrent_positions": 1000,
    "max_positions_per_symbol": 1000,
    "duplicate_window_seconds": 0.0,
    "max_intents_per_minute": 0,
    "max_orders_per_minute": 0,
    "max_exposure_velocity_pct": 0.0,
    "rejection_velocity_count": 0,
    "max_consecutive_losses": 0,
    "max_positions_per_strategy": 1000,
}


def build(folder: Path, epoch: datetime) -> tuple[TradingCore, MT5ConnectionPool]:
    """Build the whole program on a folder's files."""
    clock = SystemClock()
    simulation = SimulationSpec(store=folder / "broker.sqlite3", epoch=epoch, demo_positions=False)
    session = {"terminal_path": "simulated", "login": DEFAULT_LOGIN, "password": "x", "server": DEFAULT_SERVER}
    pool = MT5ConnectionPool({"main": session}, symbols=_SYMBOLS, simulation=simulation)
    config = RPMConfig.from_dict({**RPMConfig.preset("Standard FX").to_dict(), **_ALL_AT_ONCE})

    def make_rpm(shared: Any) -> RiskPortfolioManager:
        return RiskPortfolioManager(config, enable_persistence=False, sync_with_mt5=True, mt5_pool=shared, clock=clock)

    settings = DeskSettings(settle_seconds=3.0)
    return TradingCore(pool, make_rpm, clock=clock, journal=journal_opener(folder), settings=settings), pool


def trade(folder: Path, epoch: datetime, seed: int) -> None:
    """Trade until killed; the host's process id goes to standard output when it is known."""
    random = Random(seed)
    core, pool = build(folder, epoch)
    core.start()
    while not pool.is_connected():
        time.sleep(0.05)
    sys.stdout.write(f"{pool.stats().host_pid}\n")
    sys.stdout.flush()
    while True:
        core.step()
        if not pool.is_connected():
            time.sleep(0.05)
            continue
        with suppress(DeskError):
            core.submit(_intent(random))
        pending = [row.intent_id for row in core.snapshot().intents if row.can_approve]
        with suppress(DeskError):
            core.approve(random.choice(pending) if pending else "")
        positions = core.snapshot().positions
        if len(positions) > 5:
            with suppress(DeskError):
                core.close_position(random.choice(positions).ticket)


def settle(folder: Path, epoch: datetime) -> dict[str, Any]:
    """Start once more, let everything come to its end, and return what broker and desk have."""
    core, pool = build(folder, epoch)
    core.start()
    end = time.monotonic() + 60.0
    while time.monotonic() < end:
        core.step()
        time.sleep(0.25)
        desk = core.desk
        if desk is not None and not desk.book.in_state(*_UNSETTLED):
            break
    assert core.desk is not None, core.snapshot()
    journal = core.desk.book.journal
    kept = {each for event in journal.events() if (each := event.draft.intent_id)}
    last = [core.desk.book.get(intent_id) for intent_id in kept]
    reasons = Counter(each.judgement.reason for each in last if each.judgement and each.judgement.reason)
    states = {intent_id: core.desk.book.get(intent_id).state for intent_id in kept}
    history = pool.read_history(epoch - timedelta(days=8), pool.market_now())
    core.stop()
    # One order may have several deals; an intent may have only one order.
    orders = {(marked_intent(deal.comment), deal.order) for deal in history.deals}
    return {"states": states, "reasons": reasons, "orders": Counter(each for each, _ in orders if each)}


def judge(folder: Path, epoch: datetime) -> int:
    """Hold broker, journal and desk against each other; print what was counted."""
    found = settle(folder, epoch)
    states, orders = found["states"], found["orders"]
    executed = {each for each, state in states.items() if state in (IntentState.FILLED, IntentState.PARTIAL)}
    report = verify(next((folder / "journal").glob("*.sqlite3")))
    wrong = {
        "executed twice": [each for each, times in orders.items() if times > 1],
        "at the broker, not on the desk": sorted(set(orders) - executed),
        "on the desk, not at the broker": sorted(executed - set(orders)),
        "of unknown fate": [each for each, state in states.items() if state in _UNSETTLED],
        "wrong in the journal": list(report.problems),
    }
    counts = Counter(state.value for state in states.values())
    sys.stdout.write(
        json.dumps({"intents": len(states), "orders": len(orders), **counts, "events": report.events}) + "\n"
    )
    sys.stdout.write(json.dumps(found["reasons"]) + "\n")
    sys.stdout.write(json.dumps(wrong) + "\n")
    return int(any(wrong.values()))


def main() -> int:
    """Run the trial, or one of its children."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", nargs=3, metavar=("FOLDER", "EPOCH", "SEED"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        folder, moment, seed = given.child
        trade(Path(folder), datetime.fromisoformat(moment), int(seed))
    with tempfile.TemporaryDirectory() as name:
        random, epoch = Random(given.seed), datetime.now(UTC)
        os.environ["ARBITREX_DATA_DIR"] = name
        for number in range(given.rounds):
            _round(Path(name), epoch, number, random)
        return judge(Path(name), epoch)


def _round(folder: Path, epoch: datetime, number: int, random: Random) -> None:
    """Start the program, let it trade for a moment, kill it or its host, and in the end it."""
    arguments = ["--child", str(folder), epoch.isoformat(), str(number)]
    log = (folder / "child.log").open("ab")
    with (
        log,
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.kill_trial", *arguments], stdout=subprocess.PIPE, stderr=log
        ) as child,
    ):
        assert child.stdout is not None
        host = child.stdout.readline().strip()
        time.sleep(random.uniform(0.0, 0.6))
        if random.random() < 0.3 and host.isdigit():
            with suppress(ProcessLookupError):
                os.kill(int(host), signal.SIGKILL)
            time.sleep(random.uniform(0.0, 3.0))
        child.kill()


def _intent(random: Random) -> IntentRequest:
    """Return an intent of a small size; its volatility is given, so that bars need not be read first."""
    symbol = random.choice(_SYMBOLS)
    return IntentRequest(
        symbol=symbol,
        atr=0.3 if symbol.endswith("JPY") else 0.002,
        direction=random.choice((1, -1)),
        confidence_score=0.9,
        regime="TRENDING",
        vol_percentile=0.4,
        requested_volume=0.01,
    )


if __name__ == "__main__":
    sys.exit(main())
