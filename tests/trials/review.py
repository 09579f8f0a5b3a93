# SPDX-License-Identifier: MIT
"""Trades through the whole product on the simulated broker, over restarts, and compares Review with the broker's deals.

    python -m tests.trials.review --trades 40 --restarts 3

The product without its window, as the settings make it, on a data folder of its own: intents with and without a stop
are approved, positions closed in part and in whole, some by orders that pass the desk by.  Then every trade of Review
is compared with sums over the broker's own deals by position, the sum of all with the balance, and each trade's intent
with what was submitted.  Prints what was compared; exits 1 at the first difference.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from arbitrex_desktop.assembly import build_core
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.review.views import ReviewData, ReviewQuery
from arbitrex_desktop.mt5.constants import DealEntry, DealType, OrderFilling, OrderType, TradeAction
from arbitrex_desktop.mt5.results import TradeDeal
from arbitrex_desktop.settings import parse
from tests.trials.kills import SETTINGS

_SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD")
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_STARTED_SECONDS = 60.0


class Trader:
    """Trades on one data folder; `submitted` are intents by id, `elsewhere` counts orders that passed the desk by."""

    def __init__(self, folder: Path, random: Random) -> None:
        self._folder = folder
        self._random = random
        self.submitted: dict[str, IntentRequest] = {}
        self.filled: set[str] = set()
        self.elsewhere = 0

    def start(self) -> TradingCore:
        """Start the product and wait for its account and prices."""
        core = build_core(parse(["--data-dir", str(self._folder)]))
        core.start()
        end = time.monotonic() + _STARTED_SECONDS
        while time.monotonic() < end and not (core.desk and all(core._pool.quote(each) for each in _SYMBOLS)):
            core.step()
            time.sleep(0.1)
        return core

    def act(self, core: TradingCore) -> None:
        """Do one thing of many."""
        with suppress(DeskError):
            self._random.choice((self._trade, self._trade, self._close, self._close_part, self._pass_by))(core)
        core.step()

    def _trade(self, core: TradingCore) -> None:
        symbol, side = self._random.choice(_SYMBOLS), self._random.choice((1, -1))
        quote = core._pool.quote(symbol)
        assert quote is not None
        stop = quote.bid * (1 - side * 0.004) if self._random.random() < 0.6 else None
        request = IntentRequest(symbol, side, stop_loss=stop, requested_volume=self._random.choice((0.02, 0.05, 0.1)))
        intent_id = core.submit(request)
        self.submitted[intent_id] = request
        core.approve(intent_id)
        if core.intent(intent_id).state is IntentState.FILLED:
            self.filled.add(intent_id)

    def _close(self, core: TradingCore) -> None:
        held = core._pool.read_account().positions
        if held:
            core.close_position(self._random.choice(held).ticket)

    def _close_part(self, core: TradingCore) -> None:
        held = [position for position in core._pool.read_account().positions if position.volume >= 0.02]
        if held:
            core.close_position(self._random.choice(held).ticket, 0.01)

    def _pass_by(self, core: TradingCore) -> None:
        """Trade as an expert advisor beside the desk would."""
        request = {"action": TradeAction.DEAL, "symbol": "EURUSD", "volume": 0.03, "type": OrderType.BUY,
                   "type_filling": OrderFilling.IOC}  # fmt: skip
        quote = core._pool.quote("EURUSD")
        assert quote is not None
        core._pool.send_order(request | {"price": quote.ask})
        self.elsewhere += 1


def differences(data: ReviewData, deals: tuple[TradeDeal, ...], balance: float, trader: Trader) -> list[str]:
    """Return in words what differs between Review and the broker's deals."""
    money: dict[int, float] = defaultdict(float)
    closed: dict[int, float] = defaultdict(float)
    for deal in deals:
        if deal.type in (DealType.BUY, DealType.SELL):
            money[deal.position_id] += deal.profit + deal.commission + deal.swap + deal.fee
            closed[deal.position_id] += deal.volume if deal.entry != DealEntry.IN else 0.0
    found = [position for position, volume in closed.items() if volume > 0.0]
    wrong = [] if sorted(found) == sorted(trade.position for trade in data.trades) else ["not the same positions"]
    for trade in data.trades:
        pairs = ((trade.net, money[trade.position]), (trade.closed_volume, closed[trade.position]))
        if not all(math.isclose(one, other, abs_tol=1e-6) for one, other in pairs):
            wrong.append(f"{trade.position}: {pairs}")
        request = trader.submitted.get(trade.intent_id)
        if request is not None and (request.stop_loss is not None) != (trade.first_stop is not None):
            # Without a stop of its own an intent gets the risk manager's.
            wrong += [f"{trade.position}: stop {trade.first_stop}"] if request.stop_loss is not None else []
        if trade.intent_id and request is not None and request.direction != trade.direction:
            wrong.append(f"{trade.position}: the intent of another trade")
    if not math.isclose(data.balance[-1][1], balance, abs_tol=1e-6):
        wrong.append(f"balance {data.balance[-1][1]} is not {balance}")
    return wrong


def main() -> int:
    """Trade, restart, compare, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trades", type=int, default=40)
    parser.add_argument("--restarts", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
        (folder / ".env").write_text("MT5_TERMINAL=simulated\n", encoding="utf-8")
        trader = Trader(folder, Random(chosen.seed))
        for life in range(chosen.restarts + 1):
            core = trader.start()
            for _ in range(chosen.trades):
                trader.act(core)
            time.sleep(2.0)
            core.step()
            assert core.review is not None
            began = time.perf_counter()
            data = core.review.read(ReviewQuery(), lambda _words, _share: None)
            seconds = time.perf_counter() - began
            deals = core._pool.read_history(_BEGINNING, core._pool.market_now()).deals
            wrong = differences(data, deals, core._pool.read_account().account.balance, trader)
            known = sum(bool(trade.intent_id) for trade in data.trades)
            print(f"life {life}: {len(deals)} deals, {len(data.trades)} trades ({known} of intents, "
                  f"{sum(not trade.whole for trade in data.trades)} partly open), {trader.elsewhere} orders elsewhere, "
                  f"net {data.figures.net}, read in {seconds:.2f} s: {wrong or 'equal'}")  # fmt: skip
            core.stop()
            if wrong:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
