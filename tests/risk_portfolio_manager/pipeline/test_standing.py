# SPDX-License-Identifier: MIT
"""What is remembered between decisions never changes an answer."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.constants import SymbolTradeMode
from arbitrex_desktop.risk_portfolio_manager import Position, RiskPortfolioManager, RPMConfig, RPMOutput
from arbitrex_desktop.risk_portfolio_manager import engine as engine_module
from arbitrex_desktop.risk_portfolio_manager.decision.result import Evidence, Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar, NewsEvent
from arbitrex_desktop.risk_portfolio_manager.market.portfolio_risk import PortfolioRisk
from arbitrex_desktop.risk_portfolio_manager.pipeline.pipeline import Judgement, judge
from arbitrex_desktop.risk_portfolio_manager.pipeline.standing import StandingCases
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES
from arbitrex_desktop.risk_portfolio_manager.rules.room_rule import RoomRule
from tests.fakes.broker_data import make_account, make_position, price_of
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import intent, pooled, reason, static, wide

SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "EURGBP")
PARTS = ("cfg", "state", "sums", "market", "market.account", "intent", "instrument", "activity")
FACTS = {"capital", "drawdown", "daily_pnl", "weekly_pnl", "day_anchor", "week_anchor", "instrument", "switches"}
FACTS |= {"market.has_pool", "market.connected", "market.account", "activity.throttled", "reducing"}
FACTS |= {"market.account.trade_allowed", "market.account.trade_expert"}
FACTS |= {"intent.symbol", "intent.direction", "intent.strategy_id", "intent.regime"}
COUNTS = {"sums.count", "sums.by_symbol", "sums.by_strategy", "sums.unknown", "sums.unpriced"}
TOWARDS = {f"sums.{name}_towards" for name in ("units", "notional", "currency", "net")}
BOOK = {"together", "sums.gross", "sums.hand_units", *TOWARDS}
PLAIN_STATE = {"trading_halted", "halt_reason", "reducing_reason", "equity", "consecutive_losses"}


class Spy:
    """Stands for a case or a part of it, and notes what is read."""

    def __init__(self, seen: Any, read: set[str], path: str = "") -> None:
        self._seen, self._read, self._path = seen, read, path

    def __getattr__(self, name: str) -> Any:
        value, path = getattr(self._seen, name), f"{self._path}{name}"
        if path in PARTS and value is not None:
            return Spy(value, self._read, f"{path}.")
        self._read.add(path)
        return value


def answer(output: RPMOutput) -> str:
    """Return an output's bytes."""
    return json.dumps(output.to_dict(), sort_keys=True, allow_nan=False)


def wanted(random: Random) -> dict[str, Any]:
    """Return some intent."""
    symbol = random.choice(SYMBOLS)
    price = price_of(symbol)
    return intent(
        symbol=symbol,
        direction=random.choice((1, -1)),
        confidence_score=random.choice((0.5, 0.72, 0.8)),
        regime=random.choice(("TRENDING", "RANGING", "VOLATILE", "STRESSED")),
        atr=price * random.choice((0.002, 0.004, 0.0041, 0.05)),
        current_price=random.choice((None, price, price * 1.2)),
        strategy_id=random.choice((None, "one", "two")),
    )


def change(random: Random, rpm: RiskPortfolioManager) -> None:
    """Change something by hand: settings, figures, positions or exposures."""
    state, cfg = rpm.portfolio_state, rpm.config
    held = Position(random.choice(SYMBOLS), random.choice((1, -1)), 1_000.0 * random.randint(1, 50), 1.1, rpm_entry())
    changes = (
        lambda: setattr(cfg, "max_concurrent_positions", random.randint(1, 4)),
        lambda: setattr(cfg, "denied_symbols", random.choice(([], ["EURUSD"]))),
        lambda: setattr(cfg, "max_positions_per_symbol", random.randint(1, 3)),
        lambda: setattr(state, "daily_pnl", random.choice((0.0, -1_700.0, -2_500.0))),
        lambda: setattr(state, "equity", random.choice((100_000.0, 91_500.0, 80_000.0))),
        lambda: setattr(state, "trading_halted", random.random() < 0.3),
        lambda: setattr(state, "consecutive_losses", random.choice((0, 9))),
        lambda: state.open_positions.__setitem__(held.symbol, held),
        state.open_positions.clear,
        lambda: setattr(next(iter(state.positions()), held), "units", 500.0),
        lambda: state.symbol_exposure.__setitem__("EURUSD", random.choice((0.0, 200_000.0))),
    )
    random.choice(changes)()


def rpm_entry() -> Any:
    """Return the moment at which positions were opened."""
    return ManualClock().now()


@pytest.mark.parametrize("seed", range(4))
def test_a_manager_that_remembers_answers_as_a_new_one_does(seed: int) -> None:
    """After any change by hand the bytes are those of a manager that never decided anything before."""
    random, clock = Random(seed), ManualClock()
    warm = static(RPMConfig(), clock)
    for _ in range(60):
        change(random, warm)
        cold = static(RPMConfig.from_dict(warm.config.to_dict()), clock)
        cold.portfolio_state = warm.portfolio_state.copy()
        asked = wanted(random)
        first, again = answer(warm.evaluate(**asked)), answer(warm.evaluate(**asked))
        assert first == again == answer(cold.evaluate(**asked))


def bars(price: float, seed: int) -> Rows:
    """Return half a year of daily bars."""
    rows = np.zeros(130, dtype=RATE_DTYPE)
    rows["time"] = np.arange(130) * 86_400
    rows["close"] = price * np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0, 0.006, 130)))
    return rows


@pytest.mark.parametrize("seed", range(3))
def test_the_same_holds_through_a_pool_with_measured_risks(seed: int) -> None:
    """Quotes, positions and connection change; past days and correlations that are remembered change no byte."""
    random, pool = Random(seed), FakePool()
    pool.rates = {name: bars(price_of(name), number) for number, name in enumerate(SYMBOLS)}
    settings = RPMConfig.preset("Standard FX", max_var_pct=0.004, max_cvar_pct=0.005, min_confidence_threshold=0.5)

    def manager() -> RiskPortfolioManager:
        pool.refresh_quotes()
        rpm = pooled(pool, settings)
        assert all(rpm.sync_with_mt5_account() for _ in SYMBOLS)
        return rpm

    def hold() -> None:
        pool.positions = tuple(
            make_position(name, random.choice((1, -1)), random.choice((0.01, 0.1)), ticket=number + 1)
            for number, name in enumerate(SYMBOLS)
        )

    hold()
    warm = manager()
    for _ in range(12):
        hold()
        pool.connected = True
        pool.set_quote("EURUSD", price_of("EURUSD") * random.uniform(0.99, 1.01))
        warm.sync_with_mt5_account()
        cold = manager()
        pool.connected = random.random() < 0.8
        for asked in [wanted(random) for _ in range(4)]:
            assert answer(warm.evaluate(**asked)) == answer(cold.evaluate(**asked))


def forget(rpm: RiskPortfolioManager) -> None:
    """Let a manager forget what it keeps of cases and of the portfolio's weights."""
    finder = rpm._finder
    finder._standing, finder._risk = StandingCases(), PortfolioRisk(finder.stats)


@pytest.mark.parametrize("seed", range(4))
def test_approvals_are_counted_as_if_everything_were_looked_at_anew(seed: int) -> None:
    """With trades coming under way, being released and running out, forgetting what is kept changes no byte."""
    random, pool = Random(seed), FakePool()
    pool.rates = {name: bars(price_of(name), number) for number, name in enumerate(SYMBOLS[: 2 + seed % 3])}
    limits = wide(
        max_concurrent_positions=random.choice((3, 50)), max_positions_per_symbol=20, pending_ttl_seconds=40.0
    )
    rpm = pooled(pool, limits) if seed % 2 else static(limits, pool.clock)
    under_way = 0
    for number in range(40):
        name = random.choice((None, f"intent {number % 7}"))
        rpm.process_trade_intent(**{**wanted(random), "atr": 0.004, "current_price": None, "intent_id": name})
        if random.random() < 0.2:
            rpm.release_intent(f"intent {random.randrange(7)}")
        pool.clock.advance(random.choice((0.5, 5.0)))
        pool.refresh_quotes()
        under_way += len(rpm._finder.book.under_way)
        asked = [wanted(random) for _ in range(2)]
        first = [answer(rpm.evaluate(**each)) for each in asked for _ in range(3)]
        forget(rpm)
        assert first == [answer(rpm.evaluate(**each)) for each in asked for _ in range(3)]
    assert under_way > 0 or not seed % 2


def happen(random: Random, rpm: RiskPortfolioManager, pool: FakePool) -> None:
    """Let something happen that is none of the portfolio's own changes."""
    switches, state = rpm.kill_switches, rpm.portfolio_state
    level, name = random.choice((("GLOBAL", ""), ("SYMBOL", "EURUSD"), ("STRATEGY", "one")))
    mode = random.choice((SymbolTradeMode.FULL, SymbolTradeMode.LONGONLY))
    flags = {"trade_allowed": random.random() < 0.5, "equity": random.choice((1e4, 9.9e3))}
    events: tuple[Callable[[], object], ...] = (
        lambda: pool.clock.advance(random.choice((5.0, 4_000.0, 86_400.0, 7 * 86_400.0))),
        lambda: switches.set(level, name, random.choice(("THROTTLE", "SUSPEND", "SHUTDOWN")), "now"),
        lambda: switches.lift(level, name, "no more"),
        lambda: switches.reduce_only(state, "now"),
        lambda: switches.manual_resume(state),
        lambda: setattr(rpm.config, "max_concurrent_positions", random.randint(1, 4)),
        lambda: setattr(rpm, "config", RPMConfig.from_dict({**rpm.config.to_dict(), "max_drawdown": 0.2})),
        lambda: setattr(pool, "connected", random.random() < 0.7),
        lambda: setattr(pool, "account", make_account(**flags)),
        lambda: pool.infos.__setitem__("EURUSD", replace(pool.infos["EURUSD"], trade_mode=mode)),
        lambda: pool.infos.__setitem__("EURUSD", replace(pool.infos["EURUSD"], volume_limit=0.5)),
        lambda: pool.rates.__setitem__("EURUSD", bars(1.1, random.randrange(9))),
        lambda: rpm._finder.stats.set_bars("GBPUSD", bars(1.3, random.randrange(9))),
    )
    random.choice(events)()
    afterwards: list[Callable[[], object]] = [pool.poll, pool.refresh_quotes, rpm.sync_with_mt5_account]
    for act in random.sample(afterwards, k=random.randint(0, 3)):
        act()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_is_seen_by_the_next_decision(seed: int) -> None:
    """Time, switches, settings, symbols, account, connection and bars: forgetting what is kept changes no byte."""
    random, pool = Random(seed), FakePool()
    pool.rates = {name: bars(price_of(name), number) for number, name in enumerate(SYMBOLS)}
    soon = pool.clock.now() + timedelta(days=1)
    rpm = pooled(pool, wide(rejection_velocity_count=3), NewsCalendar([NewsEvent(soon, "USD", "high", "news")]))
    asked = [{**wanted(random), "atr": 0.004} for _ in range(3)]
    for _ in range(60):
        happen(random, rpm, pool)
        first = [answer(rpm.evaluate(**each)) for each in asked]
        forget(rpm)
        assert first == [answer(rpm.evaluate(**each)) for each in asked]
        rpm.process_trade_intent(**random.choice(asked))
        first = [answer(rpm.evaluate(**each)) for each in asked]
        forget(rpm)
        assert first == [answer(rpm.evaluate(**each)) for each in asked]


def test_a_standing_rule_reads_nothing_but_the_facts_it_stands_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a rule looks at is among the facts by which its finding is kept, or in the book if it says so."""
    read, read_to_count, read_for_rooms = set[str](), set[str](), set[str]()

    def spying(case: RuleContext) -> Judgement:
        for rule in ALL_RULES if not case.reducing else ():
            spy: Any = Spy(case, read_to_count if rule.counts else read)
            if rule.stands(spy):
                rule.check(spy)
            elif isinstance(rule, RoomRule):
                spy_room: Any = Spy(case, read_for_rooms)
                rule.room(spy_room)
        return judge(case)

    monkeypatch.setattr(engine_module, "judge", spying)
    for seed in range(10):
        random = Random(seed)
        rpm = static(RPMConfig()) if seed % 2 else pooled(FakePool())
        for _ in range(30):
            change(random, rpm)
            rpm.evaluate(**wanted(random))
    parts = {each for each in read if each.split(".")[0] != "instrument" and each not in FACTS}
    assert {each for each in parts if not each.startswith("cfg.")} == {f"state.{name}" for name in PLAIN_STATE}
    assert {"capital", "market.account.trade_allowed", "intent.symbol", "intent.regime"} <= read

    assert {each for each in read_to_count if not each.startswith("cfg.")} - FACTS == COUNTS
    for_rooms = {each for each in read_for_rooms if not each.startswith(("cfg.", "instrument"))}
    assert for_rooms - FACTS <= BOOK <= for_rooms


def numbers(found: Found) -> tuple[Any, ...]:
    """Return what a verdict has of a finding, numbers to twelve digits."""
    _, outcome, observed, limit, _, note = found
    return (outcome, *(None if each is None else f"{each:.12g}" for each in (observed, limit)), note)


def test_a_trade_that_fits_in_the_rooms_is_found_as_each_rule_would_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One comparison for many rules says what all of them say, with the same numbers when they are read."""
    fitting, pairs = 0, list[tuple[Any, Any]]()

    def checking(case: RuleContext) -> Judgement:
        nonlocal fitting
        judgement = judge(case)
        template = case.standing.after if case.standing is not None else None
        if template is not None and not judgement.adjusted and not case.reducing:
            fitting += template.has_room_for(case)
            reckoned = {id(each.rule): each for each in Evidence(tuple(judgement.findings), judgement.size).findings()}
            pairs.extend((numbers(rule.check(case)), numbers(reckoned[id(rule)])) for _, rule in template.rooms)
        return judgement

    monkeypatch.setattr(engine_module, "judge", checking)
    for seed in range(12):
        random, pool = Random(seed), FakePool()
        pool.rates = {name: bars(price_of(name), number) for number, name in enumerate(SYMBOLS)}
        rpm = static(wide(max_currency_exposure_pct=3.0)) if seed % 3 == 0 else pooled(pool, wide(max_var_pct=0.01))
        for _ in range(30):
            asked = wanted(random)
            (rpm.evaluate if random.random() < 0.5 else rpm.process_trade_intent)(**asked)
            if seed % 3:
                pool.refresh_quotes()
                rpm.sync_with_mt5_account()
            elif random.random() < 0.3:
                change(random, rpm)
            rpm.portfolio_state.trading_halted = False
    assert fitting > 20
    assert [one for one, _ in pairs] == [other for _, other in pairs]


def test_numbers_are_those_of_the_decision_whenever_they_are_read() -> None:
    """Settings, positions, quotes and trades under way that change afterwards change no check of an answer."""
    pool = FakePool()
    pool.rates = {name: bars(price_of(name), number) for number, name in enumerate(SYMBOLS)}
    rpm = pooled(pool, wide())
    at_once = [rpm.evaluate(**intent()).decision.checks for _ in range(2)][1]
    later = rpm.evaluate(**intent()).decision
    rpm.config.max_total_exposure_pct = 50.0
    rpm.process_trade_intent(**intent())
    pool.positions = (make_position("EURUSD", 1, 0.5),)
    pool.set_quote("EURUSD", 1.3)
    assert rpm.sync_with_mt5_account()
    rpm.evaluate(**intent())
    assert later.checks == at_once


def test_an_answer_can_be_sent_to_another_process() -> None:
    """Pickled and read again it has the same checks, and carries no more than their numbers."""
    pool = FakePool()
    pool.rates = {name: bars(price_of(name), number) for number, name in enumerate(SYMBOLS)}
    rpm = pooled(pool, wide())
    assert rpm.sync_with_mt5_account()
    output = [rpm.evaluate(**intent()) for _ in range(2)][1]
    sent = pickle.dumps(output)
    assert pickle.loads(sent).decision.checks == output.decision.checks
    assert b"numpy" not in sent


def test_a_halt_is_seen_by_the_next_decision() -> None:
    """A finding that stood is not used again once trading was halted, by the same intent or another."""
    rpm = static()
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "now")
    assert reason(rpm.evaluate(**intent())) == "TRADING_HALTED"
    rpm.kill_switches.manual_resume(rpm.portfolio_state)
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"
