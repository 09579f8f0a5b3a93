# SPDX-License-Identifier: MIT
"""Time of one risk decision with every rule on, at 0, 10 and 100 open positions.

`python -m tests.benchmarks.bench_rpm` prints microseconds (p50, p99) of `evaluate` and of `process_trade_intent`,
beside references of the same run: a plain Python loop of fixed length, and one append to a file with fsync.  Aims, at
the middle: `evaluate` 12 loops, 100 positions 1.15 times none; with the state kept on disk, `process_trade_intent` the
time of `evaluate` and two appends.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig, RPMOutput
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar, NewsEvent
from tests.fakes.broker_data import make_account, make_position, price_of
from tests.fakes.clock import ManualClock
from tests.fakes.pool import DEFAULT_SYMBOLS, FakePool

DECISIONS = 4_000
DISK = 400
WARM_UP = 300
SYMBOLS = (*DEFAULT_SYMBOLS, "AUDNZD", "CADCHF", "CHFJPY", "EURAUD", "GBPAUD", "GBPJPY", "NZDJPY", "XAGUSD", "AUDCAD")


class RealTimePool(FakePool):
    """A fake pool whose quotes are of this moment on the computer's own clock."""

    def __init__(self, positions: int) -> None:
        clock = ManualClock(SystemClock().now())
        clock.monotonic = SystemClock().monotonic  # type: ignore[method-assign] # ages are real ones here
        super().__init__(clock, symbols=SYMBOLS, account=make_account(balance=1e7, equity=1e7, margin_free=1e7))
        self.positions = tuple(
            make_position(SYMBOLS[1:][n % (len(SYMBOLS) - 1)], 1 if n % 2 else -1, 0.1, ticket=n + 1)
            for n in range(positions)
        )
        self.rates = {name: bars(price_of(name), n) for n, name in enumerate(SYMBOLS)}

    def _enter(self, method: str) -> None:
        """Count nothing: counting would be measured too."""


def bars(price: float, seed: int) -> Rows:
    """Return a year of daily bars around a price."""
    rows = np.zeros(260, dtype=RATE_DTYPE)
    rows["time"] = np.arange(260) * 86_400
    rows["close"] = price * np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0, 0.006, 260)))
    return rows


def manager(pool: RealTimePool, folder: Path | None = None) -> RiskPortfolioManager:
    """Return a synced manager with every rule on and wide enough limits to approve; it keeps its state in a folder."""
    config = RPMConfig.preset(
        "Standard FX",
        max_concurrent_positions=10_000,
        max_positions_per_symbol=10_000,
        max_intents_per_minute=10**9,
        max_orders_per_minute=10**9,
        duplicate_window_seconds=0.000001,
        min_time_between_trades_seconds=0,
        min_time_between_same_symbol_seconds=0,
        max_quote_age_seconds=1e6,
        max_sync_age_seconds=1e6,
        pending_ttl_seconds=0.000001,
        max_symbol_exposure_units=1e9,
        max_symbol_exposure_pct=100.0,
        max_currency_exposure_pct=100.0,
        max_total_exposure_pct=100.0,
        max_net_exposure_pct=100.0,
        max_correlation_exposure=100.0,
        max_portfolio_volatility=1.0,
        max_var_pct=1.0,
        max_cvar_pct=1.0,
        max_exposure_velocity_pct=100.0,
        exposure_velocity_window_seconds=0.0001,
        initial_balance=1e7,
        firm_max_loss=0.5,
        firm_floor="end of day",
        firm_daily_loss=0.5,
        profit_target=0.9,
        best_day_share=0.9,
        lots_by_profit={"0": 1e6},
        count_swap=True,
        commission_per_lot=7.0,
        expected_slippage=2.0,
        max_lots_per_order=1_000.0,
        max_lots_by_symbol=dict.fromkeys(SYMBOLS, 1e5),
    )
    far = [NewsEvent(SystemClock().now() + timedelta(days=n), "USD", "high", "news") for n in range(2, 300)]
    rpm = RiskPortfolioManager(config, folder is not None, True, pool, calendar=NewsCalendar(far), data_dir=folder)
    rpm.process_trade_intent("EURUSD", 1, 0.0, "RANGING", 0.004, 0.4)
    for _ in range(len(SYMBOLS)):
        rpm.sync_with_mt5_account()
    return rpm


def timed(work: Callable[[], object], times: int, before: Callable[[], object] = lambda: None) -> list[float]:
    """Return the microseconds of each run, sorted; what is done `before` each is not measured."""
    for _ in range(WARM_UP):
        before()
        work()
    gc.collect()
    gc.disable()
    taken = []
    for _ in range(times):
        before()
        start = time.perf_counter_ns()
        work()
        taken.append((time.perf_counter_ns() - start) / 1_000.0)
    gc.enable()
    return sorted(taken)


def line(name: str, taken: list[float]) -> str:
    """Return one line of the report."""
    return f"{name:<52} p50 {taken[len(taken) // 2]:8.1f} us   p99 {taken[int(len(taken) * 0.99)]:8.1f} us\n"


def reference() -> int:
    """Do a fixed amount of plain Python work."""
    return sum(number * number for number in range(200))


class Bench:
    """One manager, and the decisions that are asked of it."""

    def __init__(self, positions: int, folder: Path | None = None) -> None:
        self.pool = RealTimePool(positions)
        self.rpm = manager(self.pool, folder)
        self._ranges = cycle(0.02 + n / 100_000 for n in range(50))  # no two decisions in a row are the same
        self._equities = cycle(1e7 + n for n in range(50))
        self._numbers = count()
        self._symbols = cycle(enumerate(SYMBOLS[1:]))
        self._last: RPMOutput | None = None

    def evaluate(self) -> RPMOutput:
        """Ask, and change nothing."""
        return self.rpm.evaluate("EURUSD", 1, 0.7, "RANGING", next(self._ranges), 0.4, strategy_id="bench")

    def evaluate_another(self) -> RPMOutput:
        """Ask about the next symbol, in the direction in which it is held."""
        number, symbol = next(self._symbols)
        size = price_of(symbol) * next(self._ranges)
        return self.rpm.evaluate(symbol, 1 if number % 2 else -1, 0.7, "RANGING", size, 0.4, strategy_id="bench")

    def read_checks(self) -> object:
        """Ask, and read every check with its words."""
        return self.evaluate().decision.checks

    def process(self) -> RPMOutput:
        """Ask, and have the decision recorded; the trade stays in flight until it is let go of."""
        size = next(self._ranges)
        self._last = self.rpm.process_trade_intent("EURUSD", 1, 0.7, "RANGING", size, 0.4, strategy_id="bench")
        return self._last

    def let_go(self) -> None:
        """Forget the trade that was approved last, and make sure that it was: a refusal costs something else."""
        if self._last is not None and not self.rpm.release_intent(str(self._last.decision.order_id)):
            raise RuntimeError(f"the benchmark's trade was not approved: {self._last.decision.rejected_trade}")
        self._last = None

    def process_named(self) -> RPMOutput:
        """Ask by a name of its own, by which the trade stays under way until it is released."""
        return self.rpm.process_trade_intent(
            "EURUSD",
            1,
            0.7,
            "RANGING",
            next(self._ranges),
            0.4,
            strategy_id="bench",
            intent_id=str(next(self._numbers)),
        )

    def tick(self) -> None:
        """Let the quote and the account change, as they do between two decisions."""
        self.pool.account = make_account(balance=1e7, equity=next(self._equities), margin_free=1e7)
        self.pool.set_quote("EURUSD", price_of("EURUSD") * (1.0 + next(self._ranges) * 1e-4))
        self.pool.poll()

    def sync(self) -> None:
        """Let the account be synced, after which everything is counted anew."""
        self.tick()
        self.rpm.sync_with_mt5_account(measure=False)

    def release(self) -> None:
        """Leave one trade under way: the last one."""
        newest = next(self._numbers)
        self._numbers = count(newest)
        self.rpm.release_intent(str(newest - 2))


def ratio(name: str, value: float, aim: float) -> str:
    """Return one line that holds a ratio of middles against its aim."""
    return f"{name:<68} {value:6.2f}, aim at most {aim:g}\n"


def middle(taken: list[float]) -> float:
    """Return the middle of sorted figures."""
    return taken[len(taken) // 2]


def in_turn(
    works: Sequence[Callable[[], object]], times: int, after: Callable[[], object] = lambda: None
) -> list[list[float]]:
    """Return the microseconds of each, run in turn, since how fast a disk is changes from one second to the next.

    What is done `after` each turn is not measured.
    """
    taken: list[list[float]] = [[] for _ in works]
    gc.collect()
    gc.disable()
    for _ in range(times):
        for work, figures in zip(works, taken, strict=True):
            start = time.perf_counter_ns()
            work()
            figures.append((time.perf_counter_ns() - start) / 1_000.0)
        after()
    gc.enable()
    return [sorted(each) for each in taken]


def durable(out: Callable[[str], object]) -> None:
    """Print what an approval costs that is on disk when it is given."""
    record = b"x" * 600
    with TemporaryDirectory() as folder, (Path(folder) / "reference").open("ab", buffering=0) as file:

        def append() -> None:
            file.write(record)
            os.fsync(file.fileno())

        bench = Bench(10, Path(folder))
        appended, evaluated, processed = in_turn((append, bench.evaluate, bench.process), DISK, bench.let_go)
        bench.rpm.close()
    out("10 positions, with the default persistence\n")
    out(line("  reference: one append and fsync of 600 bytes", appended))
    out(line("  evaluate", evaluated))
    out(line("  process_trade_intent, durable", processed))
    aim = middle(evaluated) + 2.0 * middle(appended)
    out(ratio("  durable process_trade_intent over evaluate and two appends", middle(processed) / aim, 1.0))


def main() -> None:
    """Print the figures."""
    out = sys.stdout.write
    loops, evaluated = timed(reference, DECISIONS), dict[int, float]()
    out(line("reference: sum of 200 squares", loops))
    for positions in (0, 10, 100):
        bench = Bench(positions)
        decision = bench.evaluate().decision
        out(f"{positions} positions, {len(decision.checks)} checks, {decision.status}\n")
        taken = timed(bench.evaluate, DECISIONS)
        evaluated[positions] = middle(taken)
        out(line("  evaluate", taken))
        out(line("  evaluate, with a new quote and account", timed(bench.evaluate, DECISIONS, bench.tick)))
        out(line("  evaluate, another symbol each time", timed(bench.evaluate_another, DECISIONS)))
        out(line("  evaluate, the first after a sync", timed(bench.evaluate, DECISIONS // 10, bench.sync)))
        out(line("  evaluate, and read every check", timed(bench.read_checks, DECISIONS // 4)))
        out(line("  process_trade_intent", timed(bench.process, DECISIONS, bench.let_go)))
        bench.let_go()
        bench.rpm.config.pending_ttl_seconds = 600.0
        out(line("  process_trade_intent, one more under way", timed(bench.process_named, DECISIONS, bench.release)))
    durable(out)
    for positions, value in evaluated.items():
        out(ratio(f"evaluate with {positions} positions over the loop", value / middle(loops), 12.0))
    out(ratio("evaluate with 100 positions over none", evaluated[100] / evaluated[0], 1.15))


if __name__ == "__main__":
    main()
