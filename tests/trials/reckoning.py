# SPDX-License-Identifier: MIT
"""The risk manager held against a reckoning of its own kind: random accounts, and what is right written down again.

Nothing of the product's arithmetic is used here.  A `House` is a broker that knows the truth: each flow's moment, each
position's owner, the balance at each reset.  The manager sees what a terminal shows: deals late, orders filled in part
or never, another account after a fail-over, books that hedge or net.  After each step the figures must be the same.

    python -m tests.trials.reckoning --cases 5000 --seed 1
"""

from __future__ import annotations

import argparse
import logging
import math
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from arbitrex_desktop.mt5.results import TradeDeal
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.decision import RPMOutput
from tests.trials.house import BALANCE, INOUT, NETTING, OUT, SYMBOLS, Flight, Held, Street

ZONES: Final = ("UTC", "Europe/Prague", "America/New_York")
TTL: Final = 300.0


class Case(Street):
    """One random story."""

    def __init__(self, seed: int, folder: Path) -> None:
        super().__init__(Random(seed))
        self.folder = folder
        self.zone, self.hour = self.random.choice(ZONES), self.random.choice((0, 17, 22))
        self.found: list[str] = []
        self.counted: Counter[str] = Counter()
        self.show()
        self.rpm = self.start()
        self.note_sync()

    def start(self) -> RiskPortfolioManager:
        """Return a manager as a program makes it that starts now; no limit stands in the way of the figures."""
        wide: dict[str, Any] = dict.fromkeys(
            ("max_symbol_exposure_pct", "max_currency_exposure_pct", "max_total_exposure_pct", "max_net_exposure_pct"),
            100.0,
        )
        wide |= dict.fromkeys(("max_symbol_exposure_units",), 1e9)
        wide |= dict.fromkeys(("max_portfolio_volatility", "max_var_pct", "max_cvar_pct"), 1.0) | {
            "max_correlation_exposure": 100.0
        }
        wide |= dict.fromkeys(("max_drawdown", "daily_loss_limit", "weekly_loss_limit", "max_daily_drawdown"), 0.999)
        wide |= dict.fromkeys(
            ("max_positions_per_symbol", "max_concurrent_positions", "max_positions_per_strategy"), 999
        )
        wide |= {"look_ahead": False, "max_consecutive_losses": 0, "max_orders_per_minute": 0, "max_spread_bps": 1e3}
        wide |= {"duplicate_window_seconds": 0.0, "rejection_velocity_count": 0, "correlation_penalty": 0.0}
        wide |= {"max_intents_per_minute": 0, "max_risk_per_trade": 1.0, "pending_ttl_seconds": TTL}
        wide |= {"reset_timezone": self.zone, "reset_hour": self.hour, "take_profit_ratio": 0.0}
        wide |= {"min_confidence": 0.0, "max_exposure_velocity": 0}
        known = RPMConfig().to_dict()
        config = RPMConfig(**{name: value for name, value in wide.items() if name in known})
        return RiskPortfolioManager(config, True, True, self.pool, clock=self.clock, data_dir=self.folder)

    def reset(self, *, week: bool) -> datetime:
        """Return the latest reset of the day or of the week, by walking back through the local hours."""
        zone, now = ZoneInfo(self.zone), self.clock.now()
        local = now.astimezone(zone)
        day = datetime(local.year, local.month, local.day, self.hour, tzinfo=zone)
        while day.astimezone(ZoneInfo("UTC")) > now or (week and day.weekday() != 0):
            before = (day - timedelta(days=1)).date()
            day = datetime(before.year, before.month, before.day, self.hour, tzinfo=zone)
        return day.astimezone(ZoneInfo("UTC"))

    def visible(self) -> list[TradeDeal]:
        """Return the deals that are in the history."""
        return [each for each in self.house.deals if self.house.shown[each.ticket] <= self.clock.monotonic()]

    def is_explained(self) -> bool:
        """Return whether every deal is in the history."""
        return len(self.visible()) == len(self.house.deals)

    @staticmethod
    def result(deal: TradeDeal) -> float:
        """Return what a deal of trading brought."""
        return (0.0 if deal.type == BALANCE else deal.profit) + deal.commission + deal.swap + deal.fee

    def brought(self, since: datetime) -> float:
        """Return what trading brought since a moment."""
        return sum(self.result(each) for each in self.visible() if each.time >= since.timestamp())

    def anchor(self, since: datetime) -> float:
        """Return the balance at a reset, grown and shrunk with all money that came or went since."""
        later = [each for each in self.house.deals if each.time >= since.timestamp()]
        money = sum(self.result(each) + (each.profit if each.type == BALANCE else 0.0) for each in later)
        factor = math.prod(change for at, change, _ in self.house.changes if at >= since)
        return (self.house.balance - money) * factor

    def losses_in_a_row(self, since: datetime) -> int:
        """Return how many positions closed last since the reset lost, one after the other."""
        sums: dict[int, list[float]] = {}
        for each in sorted(self.visible(), key=lambda deal: (deal.time, deal.ticket)):
            if each.time >= since.timestamp() and each.type != BALANCE and each.entry in (OUT, INOUT):
                parts = sums.pop(each.position_id, [])
                sums[each.position_id] = [*parts, self.result(each)]
        run = 0
        for parts in reversed(sums.values()):
            if sum(parts) >= 0.0:
                break
            run += 1
        return run

    def note_sync(self) -> None:
        """Take down what a sync has seen: the index of the account, and its peak."""
        house, equity = self.house, self.equity()
        if house.known_since is None:
            house.known_since, house.index, house.peak = self.clock.now(), 1.0, 1.0
            house.changes.clear()
        else:
            house.index *= equity / house.equity_then
        house.equity_then = equity
        house.peak = max(house.peak, house.index)

    def run(self) -> list[str]:
        """Play, and return each disagreement in words."""
        steps: list[Callable[[], None]] = [
            self.wait, self.wait, self.move, self.trade, self.trade, self.trade, self.exit, self.by_hand, self.stop_hit,
            self.money, self.fail_over, self.restart, self.rest,
        ]  # fmt: skip
        for number in range(self.random.randint(6, 16)):
            step = self.random.choice(steps)
            self.counted[step.__name__] += 1
            step()
            self.sync()
            if self.found:
                self.found = [f"step {number} {step.__name__}: {each}" for each in self.found]
                break
        self.rpm.close()
        return self.found

    def wait(self) -> None:
        """Let time pass: seconds or hours; the market moves besides where nothing is late."""
        self.clock.advance(self.random.choice((1.0, 7.0, 40.0, 400.0, 4_000.0, 30_000.0)))

    def move(self) -> None:
        """Let prices move."""
        for name in SYMBOLS:
            digits = self.infos[name].digits
            self.price[name] = round(self.price[name] * self.random.uniform(0.997, 1.003), digits)
        self.clock.advance(self.random.choice((1.0, 5.0)))

    def late(self) -> float:
        """Return by how many seconds a deal is late: mostly not at all."""
        return self.random.choice((0.0, 0.0, 0.0, 1.5, 20.0, 45.0, 400.0, 4_000.0, 40_000.0))

    def trade(self) -> None:
        """Ask for a trade, and let the broker do with it what brokers do."""
        name, side = self.random.choice(SYMBOLS), self.random.choice((1, -1))
        asked = self.random.choice((None, 0.1, 0.25, 0.4))
        distance = self.price[name] * self.random.uniform(0.002, 0.01)
        info = self.infos[name]
        stop = round(self.price[name] - side * distance, info.digits) if self.random.random() < 0.7 else None
        self.number += 1
        intent_id = f"i{self.number}"
        terms: dict[str, Any] = {
            "confidence_score": self.random.uniform(0.61, 1.0),
            "regime": "TRENDING",
            "atr": distance,
        }
        terms |= {"vol_percentile": self.random.choice((0.2, 0.85, 0.92, 0.97)), "requested_volume": asked}
        terms |= {"stop_loss": stop, "intent_id": intent_id, "strategy_id": self.random.choice((None, "a", "b"))}
        output = self.rpm.process_trade_intent(name, side, **terms)
        self.check_trade(output, name, side, terms)
        trade = output.decision.approved_trade
        if trade is None:
            return
        flight = Flight(intent_id, name, side, trade.lots, self.clock.monotonic(), closing=trade.closing_lots)
        fate = self.random.choice(("whole", "whole", "part", "never", "given up"))
        if trade.reducing:
            own = next(each for each in self.house.held if each.symbol == name)
            self.close(own, min(trade.lots, own.lots), self.late(), order=self.number, comment=intent_id)
        elif fate == "given up":
            if not self.rpm.release_intent(intent_id):
                self.found.append("a trade that was approved is not in flight")
        elif fate == "never":
            self.house.flights.append(flight)
        else:
            lots = trade.lots if fate == "whole" else max(0.01, round(trade.lots / 2, 2))
            flight.lots = round(trade.lots - lots, 2)
            flight.closing = max(0.0, round(flight.closing - lots, 2))
            self.fill(name, side, lots, trade.stop_loss or 0.0, intent_id, 0.0)
            if flight.lots > 0.0:
                self.house.flights.append(flight)
        self.clock.advance(1.0)

    def check_trade(self, output: RPMOutput, name: str, side: int, terms: dict[str, Any]) -> None:
        """Hold an approval against what the intent must become on this account."""
        info, trade, house = self.infos[name], output.decision.approved_trade, self.house
        own = next((each for each in house.held if each.symbol == name), None) if house.mode == NETTING else None
        against = own if own is not None and own.side == -side else None
        asked = terms["requested_volume"]
        price = self.price[name] + side * self.spread(name) / 2.0
        left = 0.0 if against is None else max(0.0, round(against.lots - self.leaving(name, side), 2))
        if against is not None and (asked is None or asked <= against.lots + 1e-9):
            lots = left if asked is None else asked
            told = None if trade is None else (trade.reducing, trade.lots, trade.position_ticket)
            right = (True, round(lots, 2), against.ticket) if 0.0 < lots <= left + 1e-9 else None
            if told != right:
                self.found.append(f"a netting exit: {told}, right {right} {self.why(output)}")
            return
        if trade is None or trade.reducing:
            least = info.volume_min
            if trade is not None or self.sized(name, price, terms, own, side)[0] >= least + 1e-9:
                self.found.append(f"an entry was {'a reduction' if trade else self.why(output)}")
            return
        lots, stop = self.sized(name, price, terms, own, side)
        if abs(trade.lots - lots) > 1e-9:
            self.found.append(f"lots {trade.lots}, right {lots} of {terms}")
        if abs(trade.closing_lots - min(left, trade.lots)) > 1e-9:
            self.found.append(f"closing lots {trade.closing_lots}, right {left}")
        loss = max(0.0, trade.lots - left) * side * (price - stop) * self.worth(name)
        if own is not None and own.side == side:
            at_stop = trade.stop_loss or 0.0
            loss += max(0.0, side * (own.entry - at_stop), side * (price - at_stop)) * own.lots * self.worth(name)
        self.same("loss at the stop", trade.expected_loss, loss, 0.01)

    def leaving(self, name: str, side: int) -> float:
        """Return what reversals in flight to a side close of what is held on the other."""
        return sum(each.closing for each in self.house.flights if (each.symbol, each.side) == (name, side))

    def sized(self, name: str, price: float, terms: dict[str, Any], own: Held | None, side: int) -> tuple[float, float]:
        """Return the right size in lots, and the stop by which it is reckoned."""
        info, config = self.infos[name], self.rpm.config
        stop = terms["stop_loss"]
        if stop is None:
            stop = round(price - side * terms["atr"] * config.atr_multiplier, info.digits)
        stands = stop
        if own is not None and own.side == side and terms["stop_loss"] is None and own.stop:
            passed = side * (price - own.stop) <= 0.0
            stands = stop if passed else max(stop, own.stop) if side > 0 else min(stop, own.stop)
        money = self.house.balance * config.risk_per_trade
        most = self.house.balance * config.max_risk_per_trade
        moved = 0.0
        if own is not None and own.side == side:
            now = max(0.0, side * (own.entry - own.stop), side * (price - own.stop)) if own.stop else 0.0
            then = max(0.0, side * (own.entry - stands), side * (price - stands))
            moved = max(0.0, then - now) * own.lots * self.worth(name)
        if moved >= money:
            return 0.0, stop
        loss = side * (price - stop) * self.worth(name)
        confidence = 0.5 + 1.0 / (1.0 + math.exp(-10.0 * (terms["confidence_score"] - 0.5)))
        percentile = terms["vol_percentile"]
        volatile = 0.7 if percentile > 0.95 else 0.8 if percentile >= 0.9 else 0.9 if percentile >= 0.8 else 1.0
        bps = self.spread(name) / self.price[name] * 1e4
        factors = (
            confidence
            * volatile
            * config.regime_adjustments["TRENDING"]
            * (1 - 0.5 * min(1.0, bps / config.max_spread_bps))
        )
        lots = min((money - moved) / loss * factors, (most - moved) / loss)
        lots = min(lots, info.volume_max)
        if terms["requested_volume"] is not None:
            lots = min(lots, terms["requested_volume"])
        return round(math.floor(lots / info.volume_step + 1e-6) * info.volume_step, 2), stop

    def why(self, output: RPMOutput) -> str:
        """Return why an intent was refused."""
        refused = output.decision.rejected_trade
        return "approved" if refused is None else f"{refused.reason}: {refused.details}"

    def exit(self) -> None:
        """Ask for an exit that says so; on a hedging account by ticket or not."""
        if not self.house.held:
            return
        own = self.random.choice(self.house.held)
        ticket = own.ticket if self.random.random() < 0.5 else None
        left = round(own.lots - self.leaving(own.symbol, -own.side), 2)
        output = self.rpm.process_trade_intent(
            own.symbol, -own.side, 0.0, "CRISIS", math.nan, 2.0, reduce_only=True, position_ticket=ticket,
        )  # fmt: skip
        trade = output.decision.approved_trade
        fits = [each for each in self.house.held if (each.symbol, each.side) == (own.symbol, own.side)]
        meant = next((each for each in fits if trade and each.ticket == trade.position_ticket), own)
        if trade is None and left <= 0.0:  # a reversal in flight closes all of it
            return
        whole = left if self.house.mode == NETTING else meant.lots
        closes = None if trade is None else (trade.reducing, trade.position_ticket, trade.lots)
        if closes != (True, meant.ticket, whole) or (ticket is not None and meant is not own):
            self.found.append(f"an exit of {meant}: {trade} {self.why(output)}")
            return
        self.close(meant, whole, self.late())
        self.clock.advance(1.0)

    def by_hand(self) -> None:
        """Open a position that the manager did not approve; it settles nobody's trade."""
        name, side = self.random.choice(SYMBOLS), self.random.choice((1, -1))
        self.fill(name, side, self.random.choice((0.1, 0.25, 0.3)), 0.0, "", 0.0)
        self.clock.advance(1.0)

    def stop_hit(self) -> None:
        """Let the broker close a position, or a part of it."""
        if self.house.held:
            own = self.random.choice(self.house.held)
            part = own.lots if self.random.random() < 0.6 or own.lots < 0.02 else round(own.lots / 2, 2)
            self.close(own, part, self.late())
        self.clock.advance(1.0)

    def money(self) -> None:
        """Let money come or go; the market may move before the deal is in the history."""
        share = self.random.choice((-0.4, -0.1, 0.2, 1.0))
        self.clock.advance(1.0)
        self.sync()
        late = (
            self.late() if share > 0.0 else min(self.late(), 400.0)
        )  # a fall is a loss until its deal is there, and halts
        self.flow(round(self.house.balance * share, self.house.digits()), late)

    def fail_over(self) -> None:
        """Let the terminal come up on the other account."""
        if not self.is_explained():
            return
        self.house = next(each for each in self.houses if each is not self.house)
        self.clock.advance(2.0)

    def restart(self) -> None:
        """Let the program end and start again."""
        if self.random.random() < 0.5:
            self.rpm.close()
        self.clock.advance(3.0)
        self.show()
        self.rpm = self.start()
        self.note_sync()

    def rest(self) -> None:
        """Place an order that rests, or take one away."""
        if self.house.orders and self.random.random() < 0.5:
            self.house.orders.pop()
            return
        name, side = self.random.choice(SYMBOLS), self.random.choice((1, -1))
        price = round(self.price[name] * (1 - 0.005 * side), self.infos[name].digits)
        stop = round(price * (1 - 0.003 * side), self.infos[name].digits)
        self.number += 1
        self.house.orders.append(Held(self.number, name, side, 0.2, price, stop))

    def sync(self) -> None:
        """Sync, and compare."""
        self.show()
        now = self.clock.monotonic()
        self.house.flights = [each for each in self.house.flights if each.at + TTL > now - 1e-9]
        if not self.rpm.sync_with_mt5_account(measure=False):
            self.found.append("the sync failed")
            return
        self.note_sync()
        self.compare()

    def compare(self) -> None:
        """Compare what the manager knows with what is right."""
        state, house = self.rpm.portfolio_state, self.house
        equity, day, week = self.equity(), self.reset(week=False), self.reset(week=True)
        self.same("balance", state.total_capital, house.balance)
        self.same("equity", state.equity, equity)
        if self.is_explained():
            self.same("drawdown", state.current_drawdown, 1.0 - house.index / house.peak, 1e-9)
            self.same("daily result", state.daily_pnl, self.brought(day))
            self.same("weekly result", state.weekly_pnl, self.brought(week))
            self.same("losses in a row", state.consecutive_losses, self.losses_in_a_row(day))
            if house.known_since is not None and house.known_since < day:
                self.same("day's anchor", state.day_anchor, self.anchor(day))
            if house.known_since is not None and house.known_since < week:
                self.same("week's anchor", state.week_anchor, self.anchor(week))
        units: dict[str, float] = {}
        money: dict[str, float] = {}
        for each in house.held:
            info = self.infos[each.symbol]
            size = each.side * each.lots * info.trade_contract_size
            units[each.symbol] = units.get(each.symbol, 0.0) + size
            notional = each.side * each.lots * self.closing_price(each.symbol, each.side) * self.worth(each.symbol)
            money[info.currency_base] = money.get(info.currency_base, 0.0) + notional
            money[info.currency_profit] = money.get(info.currency_profit, 0.0) - notional
        for what, seen, right in (
            ("units", state.symbol_exposure, units),
            ("currency", state.currency_exposure, money),
        ):
            for name in {*seen, *right}:
                self.same(f"{what} of {name}", seen.get(name, 0.0), right.get(name, 0.0), 0.01)
        self.compare_checks(equity)

    def compare_checks(self, equity: float) -> None:
        """Compare what a decision would count: positions and what is in flight, held, resting or promised."""
        house = self.house
        limits = {each.code: each for each in self.rpm.limits_in_use()}
        flying = [*house.flights, *house.orders]
        self.same("count", limits["MAX_POSITIONS_REACHED"].observed, len(house.held) + len(flying))
        gross = sum(
            each.lots * self.closing_price(each.symbol, each.side) * self.worth(each.symbol) for each in house.held
        )
        resting = sum(each.lots * each.entry * self.worth(each.symbol) for each in house.orders)
        if not house.flights:
            self.same("gross", limits["TOTAL_EXPOSURE_LIMIT"].observed, (gross + resting) / house.balance, 1e-6)
        del equity

    def same(self, what: str, seen: float | None, right: float, tolerance: float = 0.02) -> None:
        """Note a disagreement."""
        self.counted["figures"] += 1
        if seen is None or not abs(seen - right) <= tolerance + 1e-9 * abs(right):
            self.found.append(f"{what} {seen}, right {right}")


def disagreements(cases: int, seed: int, counted: Counter[str]) -> Iterator[str]:
    """Play so many cases, and yield each disagreement."""
    for number in range(seed * 1_000_000, seed * 1_000_000 + cases):
        with tempfile.TemporaryDirectory() as folder:
            case = Case(number, Path(folder))
            for each in case.run():
                yield f"case {number}: {each}"
            counted.update(case.counted)


def main() -> int:
    """Play, and print what disagrees and how much was compared; return 1 where something does."""
    parser = argparse.ArgumentParser(description="holds the risk manager against an independent reckoning")
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    counted: Counter[str] = Counter()
    found = 0
    for each in disagreements(asked.cases, asked.seed, counted):
        found += 1
        sys.stdout.write(f"{each}\n")
        if found >= 50:
            break
    steps = ", ".join(f"{name} {number:,}" for name, number in sorted(counted.items()) if name != "figures")
    sys.stdout.write(f"{asked.cases:,} cases, {counted['figures']:,} figures ({steps}): {found} disagreements\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
