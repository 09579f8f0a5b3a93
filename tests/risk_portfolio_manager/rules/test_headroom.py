# SPDX-License-Identifier: MIT
"""Rules that cut a trade: what they leave of it, in units."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import msgspec
import numpy as np
import pytest

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.result import RuleResult
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.market.scenarios import Scenarios
from arbitrex_desktop.risk_portfolio_manager.rules import (
    currency_exposure,
    exposure_velocity,
    margin,
    max_lots,
    requested_volume,
    symbol_exposure,
    tail_risk,
    total_exposure,
    volume_limits,
)
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule
from tests.fakes.records import replace
from tests.risk_portfolio_manager.rules.contexts import (
    EURUSD,
    JOINT,
    NOW,
    approved_at,
    context,
    poor,
)

PASS, ADJUST, FAIL, UNKNOWN, SKIPPED = Outcome.PASS, Outcome.ADJUST, Outcome.FAIL, Outcome.UNKNOWN, Outcome.SKIPPED


class TestHeadroom:
    """Rules that cut: what is left for the trade, in units."""

    RULES: ClassVar[list[tuple[Rule, dict[str, Any], float, float]]] = [
        # the rule, its case, units left, what is seen with the 10 000 wanted
        (total_exposure.TotalExposure(), {"exposure": {"gross": 88_500.0}}, 10_000.0, 1.0),
        (total_exposure.NetExposure(), {"exposure": {"net": 48_500.0}}, 10_000.0, 0.6),
        (symbol_exposure.SymbolExposure(), {"exposure": {"notional": 18_500.0}}, 10_000.0, 0.3),
        (symbol_exposure.SymbolUnits(), {"exposure": {"units": 190_000.0}}, 10_000.0, 200_000.0),
        (currency_exposure.CurrencyExposure(), {"exposure": {"base": 38_500.0, "profit": 1.0}}, 10_000.0, 0.5),
        (currency_exposure.CurrencyExposure(), {"exposure": {"profit": 38_500.0, "base": 1.0}}, 10_000.0, 0.5),
        (
            margin.FreeMargin(),
            {"account": poor(margin_free=20_100.0), "exposure": {"margin": 10_000.0}},
            10_000.0,
            10_000.0,
        ),
        (
            margin.MarginLevel(),
            {"account": poor(margin=39_900.0, equity=100_000.0), "exposure": {"margin": 10_000.0}},
            10_000.0,
            200.0,
        ),
        (max_lots.MaxLots(), {"config": RPMConfig(max_lots_per_order=0.1)}, 10_000.0, 0.1),
        (
            max_lots.MaxLots(),
            {"config": RPMConfig(max_lots_by_symbol={"EURUSD": 0.4}), "exposure": {"units": 30_000.0}},
            10_000.0,
            0.4,
        ),
        (volume_limits.VolumeLimits(), {"market": {"instrument": replace(EURUSD, volume_max=0.1)}}, 10_000.0, 0.1),
        (
            volume_limits.VolumeLimits(),
            {"market": {"instrument": replace(EURUSD, volume_limit=0.4)}, "exposure": {"units": 30_000.0}},
            10_000.0,
            0.1,
        ),
        (
            exposure_velocity.ExposureVelocity(),
            {
                "config": RPMConfig(max_exposure_velocity_pct=0.2),
                "activity": approved_at(NOW - 60.0, NOW - 59.0, notional=8_500.0),
            },
            10_000.0,
            0.2,
        ),
    ]

    @pytest.mark.parametrize(("rule", "parts", "left", "seen"), RULES)
    def test_exactly_what_is_left_fits(self, rule: Rule, parts: dict[str, Any], left: float, seen: float) -> None:
        """All that is left passes, a unit more is cut to it; less than the smallest volume is refused."""
        fits = rule.check(context(**{**parts, "size": {"units": left - 1e-6}}))
        assert fits.outcome is PASS
        assert fits.headroom == pytest.approx(left, rel=1e-9)
        assert fits.observed == pytest.approx(seen, rel=1e-6)
        cut = rule.check(context(**{**parts, "size": {"units": left + 1.0}}))
        assert cut.outcome is ADJUST
        assert cut.headroom == pytest.approx(left, rel=1e-9)
        none = rule.check(context(**{**parts, "size": {"units": left + 1.0, "least_units": left + 0.5}}))
        assert (none.outcome, none.limit) == (FAIL, cut.limit)
        assert "no headroom is left" in none.message()
        assert "size cut to fit" in cut.message()

    @pytest.mark.parametrize(
        ("headroom", "units", "least", "observed", "outcome"),
        [
            (10.0, 10.0, 10.0, 1.0, PASS),
            (0.0, 0.0, 0.0, 1.0, PASS),
            (9.0, 10.0, 9.0, 1.0, ADJUST),
            (8.9, 10.0, 9.0, 1.0, FAIL),
            (0.0, 10.0, 0.0, 1.0, FAIL),
            (-1.0, 10.0, -2.0, 1.0, FAIL),
            (0.5, 10.0, 0.0, 1.0, ADJUST),
            (9.5, 10.0, 9.0, math.nan, UNKNOWN),
            (math.nan, 10.0, 9.0, 1.0, UNKNOWN),
            (9.5, math.nan, 9.0, 1.0, UNKNOWN),
        ],
    )
    def test_pass_cut_or_no(
        self, headroom: float, units: float, least: float, observed: float, outcome: Outcome
    ) -> None:
        """All of it fits, a part of it at or above the smallest volume, or nothing; what is no number is not known."""
        case = context(size={"units": units, "least_units": least})
        found = total_exposure.TotalExposure().check_headroom(case, headroom, observed, 2.0, "note")
        assert found.outcome is outcome
        if outcome is not UNKNOWN:
            assert (found.observed, found.limit, found.headroom, found.note) == (observed, 2.0, headroom, "note")
        else:
            assert found.note == "a number is missing"

    @pytest.mark.parametrize(
        ("pool", "held", "outcome"), [(False, 100_000.0, FAIL), (False, 99_999.0, SKIPPED), (True, 200_000.0, UNKNOWN)]
    )
    def test_without_the_worth_of_a_unit(self, *, pool: bool, held: float, outcome: Outcome) -> None:
        """What is held may have reached the limit by itself; with a pool a missing worth is not known instead."""
        case = context(exposure={"gross": held}, market={"has_pool": pool}, size={"unit_notional": None})
        found = total_exposure.TotalExposure().check(case)
        assert found.outcome is outcome
        if outcome is FAIL:
            assert (found.observed, found.limit, found.note) == (1.0, 1.0, "no price was given")

    def test_what_was_set_by_hand_counts_where_it_is_more(self) -> None:
        """The larger of the positions' worth and that of the units which the program set."""
        rule = symbol_exposure.SymbolExposure()
        for exposure, held in (
            ({"manual": True, "units": 10_000.0, "notional": 5_000.0}, 11_500.0),
            ({"manual": True, "units": 10_000.0, "notional": 20_000.0}, 20_000.0),
            ({"manual": False, "units": 10_000.0, "notional": 5_000.0}, 5_000.0),
        ):
            assert rule.held(context(exposure=exposure))[0] == pytest.approx(held)
        bare = context(exposure={"manual": True, "units": 10_000.0, "notional": 5_000.0}, size={"unit_notional": None})
        assert rule.held(bare)[0] == 5_000.0

    def test_the_tighter_currency_is_named(self) -> None:
        """Base where both are equal."""
        rule = currency_exposure.CurrencyExposure()
        for base, profit, name in ((2.0, 1.0, "EUR"), (1.0, 2.0, "USD"), (1.0, 1.0, "EUR")):
            case = context(exposure={"base": base, "profit": profit})
            assert rule.held(case) == (max(base, profit), 0.5, name)
            assert rule.check(case).note == name

    def test_the_tighter_of_order_and_symbol_decides(self) -> None:
        """Lots of one order, or of the symbol with what is held; a symbol that is not named has no limit."""
        rule = max_lots.MaxLots()
        for per_order, by_symbol, note, left in (
            (0.05, {"EURUSD": 0.2}, "of one order", 5_000.0),
            (0.5, {"EURUSD": 0.08}, "of EURUSD", 7_000.0),
            (0.07, {"EURUSD": 0.08}, "of one order", 7_000.0),
            (0.05, {"GBPUSD": 0.01}, "of one order", 5_000.0),
        ):
            config = RPMConfig(max_lots_per_order=per_order, max_lots_by_symbol=by_symbol)
            found = rule.check(context(config, exposure={"units": 1_000.0}))
            assert (found.outcome, str(found.note)) == (ADJUST, note)
            assert found.headroom == pytest.approx(left)
        assert rule.check(context(RPMConfig(max_lots_by_symbol={"GBPUSD": 0.01}))).outcome is SKIPPED

    def test_a_minimum_of_nothing_leaves_all(self) -> None:
        """A margin level of 0 is no limit."""
        config = RPMConfig(min_margin_level_pct=0.0)
        assert margin.MarginLevel().check(context(config)).headroom == math.inf

    def test_more_than_allowed_is_cut_to_the_size(self) -> None:
        """A request is cut to what the risk allows, if that is a tradable volume; a hair more is none."""
        rule = requested_volume.RequestedVolume()
        found = rule.check(context(intent={"requested_volume": 0.2}))
        assert (found.outcome, found.observed, found.limit, found.headroom) == (ADJUST, 0.2, 0.1, 10_000.0)
        assert rule.check(context(intent={"requested_volume": 0.1 * (1.0 + 1e-10)})).outcome is PASS
        assert rule.check(context(intent={"requested_volume": 0.1 * (1.0 + 1e-8)})).outcome is ADJUST
        least = rule.check(context(intent={"requested_volume": 0.2}, size={"allowed": 1_000.0}))
        assert (least.outcome, least.headroom) == (ADJUST, 1_000.0)
        assert rule.check(context(intent={"requested_volume": 0.2}, size={"allowed": math.nan})).outcome is PASS


class TestTails:
    """Volatility, value at risk and expected shortfall of the portfolio with the trade."""

    QUANTILE, SHORTFALL = 2.3263478740408408, 2.665214220345808
    """Of the standard normal at 99%."""

    def test_the_normal_figures(self) -> None:
        """Quantile and mean beyond it, by the tables."""
        assert tail_risk.normal_quantile(0.99) == pytest.approx(self.QUANTILE)
        assert tail_risk.normal_shortfall(0.99) == pytest.approx(self.SHORTFALL)
        assert tail_risk.normal_shortfall(0.95) == pytest.approx(2.0627128)

    @pytest.mark.parametrize(
        ("rule", "factor", "limit"),
        [
            (tail_risk.PortfolioVolatility(), 1.0, 0.03),
            (tail_risk.ValueAtRisk(), QUANTILE, 0.05),
            (tail_risk.ExpectedShortfall(), SHORTFALL, 0.08),
        ],
    )
    def test_what_a_deviation_leaves(self, rule: Rule, factor: float, limit: float) -> None:
        """Headroom in units is what the symbol's volatility leaves of the limit; seen is the deviation's own figure."""
        config = RPMConfig(max_portfolio_volatility=0.03, max_var_pct=0.05, max_cvar_pct=0.08, var_confidence=0.99)
        found = rule.check(context(config, size={"deviation": 1_000.0, "unit_notional": 2.0}))
        assert (found.outcome, found.limit) == (PASS, limit)
        assert found.observed == pytest.approx(0.01 * factor)
        assert found.headroom == pytest.approx(limit * 100_000.0 / factor / 0.01 / 2.0)

    @pytest.mark.parametrize(
        "rule", [tail_risk.PortfolioVolatility(), tail_risk.ValueAtRisk(), tail_risk.ExpectedShortfall()]
    )
    def test_what_is_not_known(self, rule: Rule) -> None:
        """Without the portfolio's risk, or the worth of a unit, nothing can be said."""
        parts: list[dict[str, Any]] = [{"exposure": {"joint": None}}, {"size": {"unit_notional": None}}]
        for part in parts:
            assert rule.check(context(**part)).outcome is UNKNOWN

    @pytest.mark.parametrize(
        ("rule", "which", "limit"), [(tail_risk.ValueAtRisk(), 0, 5_000.0), (tail_risk.ExpectedShortfall(), 1, 8_000.0)]
    )
    def test_the_past_counts_where_it_was_worse(self, rule: Rule, which: int, limit: float) -> None:
        """A past loss at the limit only shows; beyond it, it sets what is left too; a small one does neither."""
        profits = np.zeros(200)
        profits[:10] = -1.0
        past = Scenarios(np.zeros(200), profits, 1)
        joint = msgspec.structs.replace(JOINT, past=past)
        config = RPMConfig(max_var_pct=0.05, max_cvar_pct=0.08, var_confidence=0.99)

        def judged(figure: float) -> RuleResult:
            tail = (figure, 0.0) if which == 0 else (0.0, figure)
            size = {"deviation": 10.0, "tail": tail, "unit_notional": 2.0}
            return rule.check(context(config, exposure={"joint": joint}, size=size))

        at_limit, beyond, small = judged(limit), judged(limit + 1.0), judged(1.0)
        assert at_limit.observed == pytest.approx(limit / 100_000.0)
        assert at_limit.headroom == small.headroom
        assert beyond.headroom == pytest.approx(past.headroom(limit, 0.99) / 2.0)
        assert beyond.headroom is not None
        assert at_limit.headroom is not None
        assert beyond.headroom < at_limit.headroom
        assert small.observed == pytest.approx(10.0 / 100_000.0 * (self.QUANTILE if which == 0 else self.SHORTFALL))

    def test_what_has_no_end_stays_so(self) -> None:
        """A symbol that does not move leaves room without end."""
        joint = msgspec.structs.replace(JOINT, sigma=0.0)
        found = tail_risk.ValueAtRisk().check(context(exposure={"joint": joint}, size={"deviation": 1.0}))
        assert (found.outcome, found.headroom) == (PASS, math.inf)
