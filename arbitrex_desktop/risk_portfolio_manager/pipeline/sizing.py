# SPDX-License-Identifier: MIT
"""How large a trade may be: risk capital over the loss of one unit at the stop, and what is taken off it.

units = capital x risk_per_trade / (stop distance x value of one price unit in account currency), times the factors
for Kelly, expectancy, confidence, regime, volatility, spread and correlation, capped by liquidity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Measure, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.spread import spread_bps

_EXPECTANCY = ((0.001, 0.0), (0.01, 0.5), (0.02, 1.0))
_BEST_EXPECTANCY = 1.5
_VOLATILE = ((0.95, 0.7), (0.90, 0.8), (0.80, 0.9))
_EXACT = 1e-9
_PARTS = 1e8
"""Lots are reckoned with to eight decimals; steps of which a whole number makes a lot divide this."""
_HAIR = 1e-3
"""Never more than this share of a step is forgiven when rounding down, however many steps there are."""


class _Conversion(Measure):
    code = RejectionReason.CONVERSION_UNKNOWN
    stage = Stage.SIZING
    subject = "loss of one unit at the stop"


class _StopSide(Measure):
    code = RejectionReason.INVALID_STOPS
    stage = Stage.SIZING
    subject = "side of the stop"


class _Kelly(Measure):
    code = RejectionReason.KELLY_REFUSED
    stage = Stage.SIZING
    subject = "Kelly bet"
    unit = "share"


class _WinRate(Measure):
    code = RejectionReason.KELLY_REFUSED
    stage = Stage.SIZING
    subject = "win rate"
    unit = "share"
    minimum = True


class _Sample(Measure):
    code = RejectionReason.KELLY_REFUSED
    stage = Stage.SIZING
    subject = "trades behind the win statistics"
    unit = "count"
    minimum = True


class _Expectancy(Measure):
    code = RejectionReason.LOW_EXPECTANCY
    stage = Stage.SIZING
    subject = "expectancy of a trade"
    unit = "share"
    minimum = True


class _Liquidity(Measure):
    code = RejectionReason.LOW_LIQUIDITY
    stage = Stage.SIZING
    subject = "average daily volume"
    unit = "units"
    minimum = True


class _Size(Measure):
    code = RejectionReason.ZERO_POSITION_SIZE
    stage = Stage.SIZING
    subject = "position size"
    unit = "lots"
    minimum = True


_CONVERSION, _KELLY, _WIN_RATE, _SAMPLE = _Conversion(), _Kelly(), _WinRate(), _Sample()
_EXPECTANCY_CHECK, _LIQUIDITY, _SIZE, _STOP_SIDE = _Expectancy(), _Liquidity(), _Size(), _StopSide()


@dataclass(slots=True)
class Sizing:
    """A size and how it came about; `lots`, rounded down, 0 for a reduction; `factors` by name, in order applied."""

    base_units: float = 0.0
    lots: float = 0.0
    factors: dict[str, float] = field(default_factory=dict)
    findings: list[Found] = field(default_factory=list)


def size_trade(case: RuleContext) -> Sizing:
    """Size an adding trade; sets stop, unit figures and units of the case.  A refusal is among the findings."""
    sizing = Sizing()
    instrument = case.instrument
    if instrument is None:
        return sizing
    _place_stop(case)
    case.least_units = instrument.volume_min * instrument.contract
    if case.intent.stop_loss is not None and case.stop_distance <= 0.0:
        note = f"the stop {case.intent.stop_loss:.10g} is on the wrong side of the price {case.market.price:.10g}"
        sizing.findings.append(_STOP_SIDE.failed(note=note))
        return sizing
    loss = case.stop_distance * instrument.value
    if not (loss > 0.0 and math.isfinite(loss)):
        sizing.findings.append(_CONVERSION.unknown("price, stop or conversion to account currency is not known"))
        return sizing
    price = case.market.price
    case.unit_loss = loss
    case.unit_notional = price * instrument.value if price is not None else None
    sizing.findings.append(_CONVERSION.fine("known"))
    sizing.base_units = case.capital * case.cfg.risk_per_trade / loss
    _apply_factors(case, sizing)
    _take_size(case, sizing)
    return sizing


def size_reduction(case: RuleContext) -> Sizing:
    """Size a trade that only takes off an open position: what was asked for, or the whole position."""
    sizing = Sizing()
    contract = case.instrument.contract if case.instrument else 0.0
    asked = case.intent.requested_volume
    case.units = case.reducible if asked is None else min(case.reducible, asked * contract)
    case.sized = sizing.base_units = case.units
    return sizing


def round_lots(units: float, contract: float, step: float) -> float:
    """Return lots for units, rounded down to the volume step; a hair below a step counts as that step."""
    if not (contract > 0.0 and step > 0.0 and math.isfinite(units)):
        return 0.0
    steps = units / contract / step
    steps = math.floor(steps + min(steps * _EXACT, _HAIR) + _EXACT)
    per_lot = 1.0 / step
    if _PARTS % per_lot == 0.0:  # a division is rounded once, so it gives the very same number in a tenth of the time
        return steps / per_lot
    return round(steps * step, 8)


def units_of(lots: float, contract: float) -> float:
    """Return units for lots, free of the dust that binary fractions leave: 0.58 lots of 100 000 are 58 000."""
    units = lots * contract
    return units if units % 1.0 == 0.0 else round(units, 8)  # whole units, the most usual, need no rounding: 0.3 us


def confidence_factor(confidence: float) -> float:
    """Return 0.5 + 1 / (1 + exp(-10 (c - 0.5))): 0.5 for no confidence, 1 at one half, close to 1.5 at certainty."""
    return 0.5 + 1.0 / (1.0 + math.exp(-10.0 * (confidence - 0.5)))


def volatility_factor(percentile: float) -> float:
    """Return 1 below the 80th percentile of volatility, 0.9 from there, 0.8 from the 90th, 0.7 above the 95th."""
    if percentile < _VOLATILE[-1][0]:
        return 1.0
    if percentile > _VOLATILE[0][0]:
        return _VOLATILE[0][1]
    return next((factor for start, factor in _VOLATILE[1:] if percentile >= start), 1.0)


def regime_factor(regime: str, cfg: RPMConfig) -> float:
    """Return a regime's factor; one without an adjustment takes its Kelly multiplier, a nervous one its own cap."""
    factor = cfg.regime_adjustments.get(regime, cfg.kelly_regime_multipliers.get(regime, 0.0))
    if regime in ("STRESSED", "CRISIS"):
        return min(factor, cfg.stressed_size_multiplier)
    return min(factor, cfg.volatile_size_multiplier) if regime == "VOLATILE" else factor


def expectancy_factor(expectancy: float) -> float:
    """Return 0 (refused) up to 0.1%, 0.5 up to 1%, 1 up to 2%, 1.5 above."""
    return next((factor for most, factor in _EXPECTANCY if expectancy <= most), _BEST_EXPECTANCY)


def kelly_share(win_rate: float, avg_win: float, avg_loss: float) -> float:
    """Return the Kelly bet f = p - (1 - p) L / W (Kelly 1956), below zero for a losing game."""
    return win_rate - (1.0 - win_rate) * avg_loss / avg_win


def on_price_step(price: float, instrument: Instrument | None) -> float:
    """Return the price step nearest to a price; the price itself where the symbol's steps are not known."""
    if instrument is None or not instrument.tick > 0.0:
        return price
    return round(round(price / instrument.tick) * instrument.tick, instrument.digits)


def _place_stop(case: RuleContext) -> None:
    """Set the stop and its distance: as given, else ATR x multiplier from the price, both on a price step."""
    intent, price = case.intent, case.market.price
    distance = intent.atr * case.cfg.atr_multiplier
    if intent.stop_loss is not None:
        case.stop = on_price_step(intent.stop_loss, case.instrument)
        case.stop_distance = intent.direction * (price - case.stop) if price is not None else math.nan
        return
    case.stop_distance = distance
    if price is None or case.instrument is None:
        return
    case.stop = on_price_step(price - intent.direction * distance, case.instrument)
    if case.instrument.tick > 0.0:
        case.stop_distance = intent.direction * (price - case.stop)


def _apply_factors(case: RuleContext, sizing: Sizing) -> None:
    """Fill the factors, each of which is explained where it is computed."""
    factors, intent, cfg = sizing.factors, case.intent, case.cfg
    if intent.win_rate is not None or intent.num_trades is not None:
        _win_statistics(case, sizing)
    factors["confidence"] = confidence_factor(intent.confidence_score)
    factors["regime"] = regime_factor(intent.regime, cfg)
    factors["volatility"] = volatility_factor(intent.vol_percentile)
    spread = spread_bps(case)
    if spread is not None:
        factors["spread"] = 1.0 - 0.5 * min(1.0, spread / cfg.max_spread_bps)
    highest = case.together.highest if case.together is not None else 0.0
    factors["correlation"] = 1.0 - cfg.correlation_penalty * highest


def _win_statistics(case: RuleContext, sizing: Sizing) -> None:
    """Check the win statistics that were given, and cap the bet by Kelly; without all of them there is no cap."""
    intent, cfg = case.intent, case.cfg
    if intent.win_rate is not None:
        sizing.findings.append(_WIN_RATE.at_least(intent.win_rate, cfg.kelly_min_win_rate))
    if intent.num_trades is not None:
        sizing.findings.append(_SAMPLE.at_least(intent.num_trades, cfg.kelly_min_sample_size))
    if intent.win_rate is None or intent.avg_win is None or intent.avg_loss is None:
        sizing.findings.append(_KELLY.skipped("the win statistics are not complete"))
        return
    _kelly(case, sizing, intent.win_rate, intent.avg_win, intent.avg_loss)


def _kelly(case: RuleContext, sizing: Sizing, rate: float, win: float, loss: float) -> None:
    """Apply Kelly's cap and the expectancy's factor; one that enlarges needs to know its sample."""
    intent, cfg = case.intent, case.cfg
    share = kelly_share(rate, win, loss)
    most = cfg.kelly_base_max_pct * cfg.kelly_regime_multipliers.get(intent.regime, 0.0)
    bet = min(share * cfg.kelly_safety_factor, most)
    refused = _KELLY.failed(note=f"{share:.1%} is no bet worth taking")
    sizing.findings.append(_KELLY.passed(bet, most) if bet > 0.0 else refused)
    sizing.factors["kelly"] = max(0.0, min(1.0, bet / cfg.risk_per_trade))
    expectancy = rate * win - (1.0 - rate) * loss
    factor = expectancy_factor(expectancy)
    least = _EXPECTANCY[0][0]
    outcome = Outcome.PASS if factor > 0.0 else Outcome.FAIL
    sizing.findings.append((_EXPECTANCY_CHECK, outcome, expectancy, least, None, ""))
    sizing.factors["expectancy"] = factor if intent.num_trades is not None else min(factor, 1.0)


def _liquid_units(case: RuleContext, sizing: Sizing, volume: float) -> float:
    """Return the units that liquidity allows: a share of the daily volume, and a bounded square-root impact.

    impact = coefficient x daily volatility x sqrt(units / volume) (Almgren and others 2005, exponent one half).
    """
    cfg = case.cfg
    sizing.findings.append(_LIQUIDITY.at_least(volume, cfg.min_adv_units))
    allowed = cfg.max_adv_pct * volume
    slope = cfg.impact_coefficient * (case.intent.daily_volatility or 0.0)
    if slope <= cfg.max_market_impact_pct:  # not even the whole volume would move the price that far
        return allowed
    return min(allowed, volume * (cfg.max_market_impact_pct / slope) ** 2)


def _take_size(case: RuleContext, sizing: Sizing) -> None:
    """Set the units of the case, and refuse what is below the smallest volume."""
    instrument = case.instrument
    if instrument is None:
        return
    case.sized = sizing.base_units * math.prod(sizing.factors.values())
    if case.intent.adv_units is not None:
        case.sized = min(case.sized, _liquid_units(case, sizing, case.intent.adv_units))
    asked = case.intent.requested_volume
    case.units = case.sized if asked is None else min(case.sized, asked * instrument.contract)
    sizing.lots = lots = round_lots(case.units, instrument.contract, instrument.volume_step)
    if lots >= instrument.volume_min * (1.0 - _EXACT) and lots > 0.0:
        sizing.findings.append(_SIZE.passed(lots, instrument.volume_min))
        return
    sizing.findings.append(_SIZE.failed(lots, instrument.volume_min, _smallest_risk(case)))


def _smallest_risk(case: RuleContext) -> str:
    """Return in words how much would have to be at risk for the smallest volume."""
    if case.intent.requested_volume is not None and case.sized >= case.least_units:
        return "less was asked for than the smallest volume"
    money = case.least_units * (case.unit_loss or 0.0)
    if not case.sized > 0.0:
        return f"the smallest volume would risk {money:,.2f}, {money / case.capital:.2%} of capital"
    needed = case.cfg.risk_per_trade * case.least_units / case.sized
    return f"the smallest volume would risk {money:,.2f} at the stop; risk_per_trade would have to be {needed:.2%}"
