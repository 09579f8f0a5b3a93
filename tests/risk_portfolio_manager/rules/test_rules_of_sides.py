# SPDX-License-Identifier: MIT
"""Rules that look at who asks and what for: switches, modes, duplicates, stops and news."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import SymbolTradeMode
from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import SwitchAction
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar, NewsEvent
from arbitrex_desktop.risk_portfolio_manager.portfolio.activity import Activity
from arbitrex_desktop.risk_portfolio_manager.rules import (
    news_blackout,
    pacing,
    scoped_switches,
    sources,
    stops,
    symbol_trading,
)
from tests.fakes.clock import START
from tests.fakes.records import replace
from tests.risk_portfolio_manager.rules.contexts import (
    EURUSD,
    NOW,
    asked_at,
    context,
    poor,
    switch,
)

PASS, ADJUST, FAIL, UNKNOWN, SKIPPED = Outcome.PASS, Outcome.ADJUST, Outcome.FAIL, Outcome.UNKNOWN, Outcome.SKIPPED


SUSPEND, SHUTDOWN, THROTTLE = SwitchAction.SUSPEND, SwitchAction.SHUTDOWN, SwitchAction.THROTTLE


class TestSwitches:
    """Kill switches and throttles."""

    @pytest.mark.parametrize(
        ("action", "reducing", "strategy", "passes"),
        [
            (SUSPEND, False, None, False),
            (SUSPEND, False, "bot", False),
            (SUSPEND, True, "bot", True),
            (SUSPEND, True, None, True),
            (SHUTDOWN, False, None, False),
            (SHUTDOWN, True, "bot", True),
            (SHUTDOWN, True, None, True),
            (THROTTLE, False, "bot", True),
        ],
    )
    def test_who_passes(self, action: SwitchAction, *, reducing: bool, strategy: str | None, passes: bool) -> None:
        """SUSPEND lets reducing pass, SHUTDOWN only what a person reduces; THROTTLE is another rule's."""
        case = context(
            switches=(switch(THROTTLE), switch(action)),
            exposure={"reducing": reducing},
            intent={"strategy_id": strategy},
        )
        found = scoped_switches.ScopedSwitches().check(case)
        assert (found.outcome is PASS) == passes
        assert passes or found.message() == f"kill switches: {action} of everything: why"

    @pytest.mark.parametrize(
        ("heard", "outcome", "message"),
        [
            ({}, PASS, "time between throttled intents: throttled, and this is the first intent since"),
            ({("GLOBAL", ""): NOW - 60.0}, PASS, "time between throttled intents 60 s, minimum 60 s"),
            ({("GLOBAL", ""): NOW - 59.0}, FAIL, "time between throttled intents 59 s is under the minimum of 60 s"),
            (
                {("SYMBOL", "GBPUSD"): NOW},
                PASS,
                "time between throttled intents: throttled, and this is the first intent since",
            ),
        ],
    )
    def test_a_throttle_by_hand(self, heard: dict[tuple[str, str], float], outcome: Outcome, message: str) -> None:
        """One intent per interval, counted in the scope that is throttled; a suspension is no throttle."""
        activity = Activity(heard=heard)
        found = scoped_switches.Throttle().check(
            context(activity=activity, switches=(switch(THROTTLE), switch(SUSPEND)))
        )
        assert (found.outcome, found.message()) == (outcome, message)
        assert (
            scoped_switches.Throttle().check(context(activity=activity, switches=(switch(SUSPEND),))).note
            == "not throttled"
        )

    @pytest.mark.parametrize(("ends", "outcome"), [(NOW, PASS), (NOW + 0.001, FAIL)])
    def test_a_strategy_that_throttled_itself(self, ends: float, outcome: Outcome) -> None:
        """Its own throttle holds to its last moment and is over then; what another scope heard later counts too."""
        activity = Activity(throttled={"bot": ends}, heard={("STRATEGY", "bot"): NOW - 10.0, ("GLOBAL", ""): NOW - 5.0})
        case = context(activity=activity, intent={"strategy_id": "bot"})
        found = scoped_switches.Throttle().check(case)
        assert found.outcome is outcome
        if outcome is FAIL:
            assert found.observed == 10.0
            both = context(activity=activity, intent={"strategy_id": "bot"}, switches=(switch(THROTTLE),))
            assert scoped_switches.Throttle().check(both).observed == 5.0
        other = context(activity=activity, intent={"strategy_id": "calm"})
        assert scoped_switches.Throttle().check(other).outcome is PASS


@pytest.mark.parametrize(
    ("flags", "passes"), [((True, True), True), ((False, True), False), ((True, False), False), ((False, False), False)]
)
def test_both_flags_of_the_account_are_needed(flags: tuple[bool, bool], *, passes: bool) -> None:
    """Trading, and trading by algorithms."""
    case = context(account=poor(trade_allowed=flags[0], trade_expert=flags[1]))
    assert (sources.TradingAllowed().check(case).outcome is PASS) == passes


@pytest.mark.parametrize(
    ("mode", "direction", "words"),
    [
        (SymbolTradeMode.FULL, 1, ""),
        (SymbolTradeMode.FULL, -1, ""),
        (SymbolTradeMode.LONGONLY, 1, ""),
        (SymbolTradeMode.LONGONLY, -1, "the broker allows buying only"),
        (SymbolTradeMode.SHORTONLY, -1, ""),
        (SymbolTradeMode.SHORTONLY, 1, "the broker allows selling only"),
        (SymbolTradeMode.CLOSEONLY, 1, "the broker allows closing only"),
        (SymbolTradeMode.DISABLED, 1, "the broker allows nothing only"),
        (99, -1, "the broker allows nothing only"),
    ],
)
def test_the_brokers_mode_decides_the_side(mode: int, direction: int, words: str) -> None:
    """What the symbol's trade mode allows, and nothing else."""
    case = context(market={"instrument": replace(EURUSD, trade_mode=int(mode))}, intent={"direction": direction})
    found = symbol_trading.SymbolTradable().check(case)
    assert (found.outcome, found.note) == (FAIL if words else PASS, words or "allowed")


@pytest.mark.parametrize(("own", "outcome"), [("a", PASS), ("b", FAIL), (None, FAIL)])
def test_an_intent_is_no_duplicate_of_itself(own: str | None, outcome: Outcome) -> None:
    """Judged again under its own name it passes; the same trade under another name, or none, does not."""
    case = context(
        RPMConfig(duplicate_window_seconds=60.0), asked_at(NOW - 1.0, intent_id="a"), intent={"intent_id": own}
    )
    assert pacing.DuplicateIntent().check(case).outcome is outcome


@pytest.mark.parametrize(
    "changes",
    [{"strategy_id": "bot"}, {"symbol": "GBPUSD"}, {"direction": -1}, {"requested_volume": 0.1}],
)
def test_another_trade_is_no_duplicate(changes: dict[str, Any]) -> None:
    """Strategy, symbol, side and volume make the same trade; at the window's very end it is over."""
    config = RPMConfig(duplicate_window_seconds=60.0)
    assert pacing.DuplicateIntent().check(context(config, asked_at(NOW - 1.0), intent=changes)).outcome is PASS
    assert pacing.DuplicateIntent().check(context(config, asked_at(NOW - 60.0))).outcome is PASS


@given(direction=st.sampled_from([1, -1]), spread_bps=st.floats(0.0, 50.0), away=st.floats(-0.02, 0.02))
def test_a_stop_is_held_against_the_side_that_closes(direction: int, spread_bps: float, away: float) -> None:
    """A buy closes at the bid, a sale at the ask: the stop has to be beyond that, not beyond the entry."""
    closing = 1.15 - direction * spread_bps * 1e-4 * 1.15
    stop = closing - direction * away
    case = context(intent={"direction": direction}, market={"spread_bps": spread_bps}, size={"stop": stop})
    expected = PASS if direction * (closing - stop) > 0.0 else FAIL
    assert stops.StopSides().check(case).outcome is expected
    unknown = context(intent={"direction": direction}, market={"spread_bps": None}, size={"stop": stop})
    assert stops.StopSides().check(unknown).outcome is (PASS if direction * (1.15 - stop) > 0.0 else FAIL)


def test_no_stop_is_on_no_side() -> None:
    """Where there is neither stop nor target there is nothing to hold against the price."""
    assert stops.StopSides().check(context(size={"stop": None})).note == "right"


@pytest.mark.parametrize(
    ("minutes", "impact", "currency", "outcome"),
    [
        (30, "high", "USD", FAIL),
        (30.1, "high", "USD", PASS),
        (-15, "high", "EUR", FAIL),
        (-15.1, "high", "EUR", PASS),
        (0, "high", "JPY", PASS),
        (0, "medium", "USD", PASS),
        (0, "high", "ALL", FAIL),
    ],
)
def test_news_of_either_currency_in_the_window(minutes: float, impact: str, currency: str, outcome: Outcome) -> None:
    """Half an hour before to a quarter after, of both currencies or of all, of the impact that is set and above."""
    event = NewsEvent(START + timedelta(minutes=minutes), currency, impact, "news")
    end = NewsEvent(START + timedelta(days=3), "ALL", "low", "end")
    for instrument in (EURUSD, None):
        case = context(market={"calendar": NewsCalendar([event, end]), "instrument": instrument})
        assert news_blackout.NewsBlackout().check(case).outcome is outcome
