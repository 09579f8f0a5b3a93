# SPDX-License-Identifier: MIT
"""How large a trade may be: risk capital over the loss of one unit at the stop, and what is taken off it.

units = capital x risk_per_trade / (stop distance x value of one price unit in account currency), times the factors
for Kelly, expectancy, confidence, regime, volatility, spread and correlation, capped by liquidity and by
`max_risk_per_trade`.  Costs that the settings name are part of the loss: commission, slippage at the stop, swap.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any, Final

import msgspec

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.context import RuleContext, SizeResult
from arbitrex_desktop.risk_portfolio_manager.decision.format import format_value
from arbitrex_desktop.risk_portfolio_manager.decision.reason import CONVERSION_UNKNOWN, INVALID_STOPS, RejectionReason
from arbitrex_desktop.risk_portfolio_manager.decision.result import PlainCheck, RuleResult, Stage
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument, without_residue
from arbitrex_desktop.risk_portfolio_manager.rules.spread import spread_bps
from arbitrex_desktop.risk_portfolio_manager.rules.stops import MISPLACED_STOP, misplaced
from arbitrex_desktop.texts import N_

_STRESSED: Final = frozenset({"STRESSED", "CRISIS"})
_EXPECTANCY: Final = ((0.001, 0.0), (0.01, 0.5), (0.02, 1.0))
_BEST_EXPECTANCY: Final = 1.5
_VOLATILITY: Final = ((0.80, 1.0), (0.90, 0.9), (math.nextafter(0.95, 1.0), 0.8))
_MOST_VOLATILE: Final = 0.7
_RELATIVE_TOLERANCE: Final = 1e-9
_STEP_TOLERANCE: Final = 1e-3
"""Never more than this share of a step is forgiven when rounding down, however many steps there are."""
_KELLY_CODE: Final = RejectionReason(
    "KELLY_REFUSED",
    "The win statistics do not support a bet.",
    "Check win rate, sample size, average win and loss.",
)
SIZE_CODE: Final = RejectionReason(
    "ZERO_POSITION_SIZE",
    "The size is below the smallest volume of the symbol.",
    "See in the details how much would have to be at risk.",
)
_EXPECTANCY_CODE: Final = RejectionReason(
    "LOW_EXPECTANCY", "The expected profit of a trade is too small.", "Improve the strategy before it trades."
)
_LIQUIDITY_CODE: Final = RejectionReason(
    "LOW_LIQUIDITY", "Too little is traded in the symbol.", "Trade something more liquid."
)
_WOULD_RISK: Final = N_("the smallest volume would risk {money}, {share} of capital")
_WOULD_NEED: Final = N_(
    "the smallest volume would risk {money} at the stop; the risk per trade would have to be {share}"
)
_minimum: Final = partial(PlainCheck, Stage.SIZING, minimum=True)
_CONVERSION: Final = _minimum(CONVERSION_UNKNOWN, "loss of one unit at the stop")
_CONVERTED: Final = _CONVERSION.ok("known")
_STOP_SIDE: Final = _minimum(INVALID_STOPS, "side of the stop")
_KELLY: Final = PlainCheck(Stage.SIZING, _KELLY_CODE, "Kelly bet", "share")
_WIN_RATE: Final = _minimum(_KELLY_CODE, "win rate", "share")
_SAMPLE: Final = _minimum(_KELLY_CODE, "trades behind the win statistics", "count")
_EXPECTANCY_CHECK: Final = _minimum(_EXPECTANCY_CODE, "expectancy of a trade", "share")
_LIQUIDITY: Final = _minimum(_LIQUIDITY_CODE, "average daily volume", "units")
_MOVED_STOP: Final = PlainCheck(
    Stage.SIZING, INVALID_STOPS, "what the position loses more at the stop that will stand for all of it", "money"
)
SIZE_SUBJECT: Final = "position size"
_SIZE: Final = _minimum(SIZE_CODE, SIZE_SUBJECT, "lots")


def size_trade(context: RuleContext) -> SizeResult:
    """Size an adding trade; a refusal is among the results."""
    instrument, intent, price = context.market.instrument, context.intent, context.market.price
    if instrument is None:
        return SizeResult()
    stop, distance = _stop_and_distance(context, instrument)
    least = instrument.volume_min * instrument.contract
    loss = distance * instrument.value + _costs_per_unit(context, instrument)
    if not (distance > 0.0 and 0.0 < loss < math.inf):
        refusal = _sizing_refusal(context, distance)
        return SizeResult(least_units=least, stop=stop, stop_distance=distance, results=(refusal,))
    joined, moved = _loss_of_joined_position(context, stop, instrument)
    risk, factors = _risk_money(context), _size_factors(context)
    base = max(0.0, risk - moved) / loss
    found = [_CONVERSION.ok(instrument.doubt) if instrument.doubt else _CONVERTED]
    if moved:
        found.append(_MOVED_STOP.below(moved, risk))
    if intent.win_rate is not None or intent.num_trades is not None:
        factors = _win_statistics(context, found) | factors
    most = max(0.0, context.account.capital * context.config.max_risk_per_trade - moved) / loss
    allowed = min(base * math.prod(factors.values()), most)
    if intent.adv_units is not None:
        allowed = min(allowed, _units_by_liquidity(context, intent.adv_units, found))
    units = allowed if intent.requested_volume is None else min(allowed, intent.requested_volume * instrument.contract)
    lots = round_lots(units, instrument.contract, instrument.volume_step)
    found.append(_size_check(context, (allowed, least, loss), lots))
    worth = price * instrument.value if price is not None else None
    sigma, tail = portfolio_loss(context, units, worth)
    checks = tuple(found)
    return SizeResult(
        base, allowed, units, least, lots, worth, loss, stop, distance, factors, checks, sigma, tail, joined, moved
    )


def _sizing_refusal(context: RuleContext, distance: float) -> RuleResult:
    """Return why no size can be computed: the stop that was given is no stop, or a figure is not known."""
    stop, price = context.intent.stop_loss, context.market.price
    if stop is not None and price is not None and distance <= 0.0:
        return _STOP_SIDE.failed(note=misplaced(MISPLACED_STOP, stop, price))
    return _CONVERSION.unknown("price, stop or conversion to account currency is not known")


def _loss_of_joined_position(context: RuleContext, stop: float | None, instrument: Instrument) -> tuple[float, float]:
    """Return what a position that the trade enlarges loses at the trade's stop, and how much of that is new."""
    position, price, direction = context.exposure.joined, context.market.price, context.intent.direction
    if position is None or price is None:
        return 0.0, 0.0
    loss = position.loss_at(stop, price, direction, instrument.value)
    return loss, max(0.0, loss - position.loss_at(position.stop, price, direction, instrument.value))


def size_reduction(context: RuleContext) -> SizeResult:
    """Size a trade that only takes off an open position: what was asked for, or the whole position."""
    instrument, asked = context.market.instrument, context.intent.requested_volume
    contract = instrument.contract if instrument else 0.0
    reducible = context.exposure.reducible
    units = reducible if asked is None else min(reducible, asked * contract)
    return SizeResult(base_units=units, allowed=units, units=units)


def resized(context: RuleContext, units: float) -> RuleContext:
    """Return the context with another size, and what that would do to the portfolio."""
    deviation, tail = portfolio_loss(context, units, context.size.unit_notional)
    size = msgspec.structs.replace(context.size, units=units, deviation=deviation, tail=tail)
    return msgspec.structs.replace(context, size=size)


def portfolio_loss(context: RuleContext, units: float, worth: float | None) -> tuple[float, tuple[float, float] | None]:
    """Return the portfolio's deviation and historical tail with a trade; 0 and None where they are not known."""
    joint = context.exposure.joint
    if joint is None or worth is None:
        return 0.0, None
    added = units * worth
    tail = None if joint.past is None else joint.past.tail(added, context.config.var_confidence)
    return joint.deviation(added), tail


def round_lots(units: float, contract: float, step: float) -> float:
    """Return lots for units, rounded down to the volume step; barely below a step counts as that step."""
    if not (contract > 0.0 and step > 0.0 and math.isfinite(units)):
        return 0.0
    steps = units / contract / step
    return without_residue(
        math.floor(steps + min(steps * _RELATIVE_TOLERANCE, _STEP_TOLERANCE) + _RELATIVE_TOLERANCE) * step
    )


def units_of(lots: float, contract: float) -> float:
    """Return units for lots, free of what binary fractions leave: 0.58 lots of 100 000 are 58 000."""
    return without_residue(lots * contract)


def confidence_factor(confidence: float) -> float:
    """Return 0.5 + 1 / (1 + exp(-10 (c - 0.5))): 0.5 for no confidence, 1 at one half, close to 1.5 at certainty."""
    return 0.5 + 1.0 / (1.0 + math.exp(-10.0 * (confidence - 0.5)))


def volatility_factor(percentile: float) -> float:
    """Return 1 below the 80th percentile of volatility, 0.9 from there, 0.8 from the 90th, 0.7 above the 95th."""
    for end, factor in _VOLATILITY:
        if percentile < end:
            return factor
    return _MOST_VOLATILE


def regime_factor(regime: str, config: RuleSettings) -> float:
    """Return a regime's factor; one without an adjustment takes its Kelly multiplier, a nervous one its own cap."""
    adjustments = config.regime_adjustments
    table = adjustments if regime in adjustments else config.kelly_regime_multipliers
    factor: float = table.get(regime, 0.0)
    if regime == "VOLATILE":
        return min(factor, config.volatile_size_multiplier)
    return min(factor, config.stressed_size_multiplier) if regime in _STRESSED else factor


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


def _risk_money(context: RuleContext) -> float:
    """Return what may be lost at the stop before the factors, in account currency."""
    account, config = context.account, context.config
    share: float = config.risk_per_trade
    if config.risk_base == "balance":
        return account.capital * share
    if config.risk_base == "amount":
        return float(config.risk_amount)
    return (account.equity if config.risk_base == "equity" else min(account.capital, account.equity)) * share


def _costs_per_unit(context: RuleContext, instrument: Instrument) -> float:
    """Return what a unit costs besides the stop's distance, in account currency, as far as the settings count it."""
    config = context.config
    costs: float = config.commission_per_lot / instrument.contract
    costs += config.expected_slippage * instrument.tick * instrument.value
    if config.count_swap:
        costs += instrument.swap_cost(context.intent.direction, context.market.now)
    return costs


def _stop_and_distance(context: RuleContext, instrument: Instrument) -> tuple[float | None, float]:
    """Return the stop and the distance to size by: as given, else ATR x multiplier, both on a price step.

    The stop of a trade that adds to a position of a netting account becomes that of all its lots.  One that the sender
    gives stands, and what it adds is at risk; where none is given a nearer one that is there is kept.
    """
    intent, price, joined = context.intent, context.market.price, context.exposure.joined
    distance: float = intent.atr * context.config.atr_multiplier
    if intent.stop_loss is not None:
        stop = on_price_step(intent.stop_loss, instrument)
    elif price is None:
        return None, distance
    else:
        stop = on_price_step(price - intent.direction * distance, instrument)
    if intent.stop_loss is not None or instrument.tick > 0.0:
        distance = intent.direction * (price - stop) if price is not None else math.nan
    if intent.stop_loss is None and joined is not None:
        stop = _nearer_stop(stop, joined.stop, intent.direction, price)
    return stop, distance


def _nearer_stop(stop: float, kept: float | None, direction: int, price: float | None) -> float:
    """Return the nearer of two stops; a kept one that the price has passed counts for nothing."""
    if not kept or price is None or direction * (price - kept) <= 0.0:
        return stop
    return max(stop, kept) if direction > 0 else min(stop, kept)


def _size_factors(context: RuleContext) -> dict[str, float]:
    """Return the factors of what is known, each of which is explained where it is computed."""
    intent, config = context.intent, context.config
    factors: dict[str, float] = {}
    if intent.confidence_score is not None:
        factors["confidence"] = confidence_factor(intent.confidence_score)
    if intent.regime is not None:
        factors["regime"] = regime_factor(intent.regime, config)
    if intent.vol_percentile is not None:
        factors["volatility"] = volatility_factor(intent.vol_percentile)
    spread = spread_bps(context)
    if spread is not None:
        factors["spread"] = 1.0 - 0.5 * min(1.0, spread / config.max_spread_bps)
    joint = context.exposure.joint
    factors["correlation"] = 1.0 - config.correlation_penalty * (joint.highest if joint is not None else 0.0)
    return factors


def _win_statistics(context: RuleContext, found: list[RuleResult]) -> dict[str, float]:
    """Check the win statistics that were given, and return the factors; without all of them there is no cap."""
    intent, config = context.intent, context.config
    if intent.win_rate is not None:
        found.append(_WIN_RATE.at_least(intent.win_rate, config.kelly_min_win_rate))
    if intent.num_trades is not None:
        found.append(_SAMPLE.at_least(intent.num_trades, config.kelly_min_sample_size))
    if intent.win_rate is None or intent.avg_win is None or intent.avg_loss is None:
        found.append(_KELLY.skipped("the win statistics are not complete"))
        return {}
    return _kelly_factors(context, found, (intent.win_rate, intent.avg_win, intent.avg_loss))


def _kelly_factors(
    context: RuleContext, found: list[RuleResult], statistics: tuple[float, float, float]
) -> dict[str, float]:
    """Return Kelly's cap and the expectancy's factor; one that enlarges needs to know its sample."""
    (rate, win, loss), config = statistics, context.config
    share = kelly_share(rate, win, loss)
    regime = context.intent.regime
    most = config.kelly_base_max_pct * (1.0 if regime is None else config.kelly_regime_multipliers.get(regime, 0.0))
    bet = min(share * config.kelly_safety_factor, most)
    if bet > 0.0:
        found.append(_KELLY.passed(bet, most))
    else:
        found.append(_KELLY.failed(note=Phrase(N_("{share} is no bet worth taking"), {"share": f"{share:.1%}"})))
    expectancy = rate * win - (1.0 - rate) * loss
    factor = expectancy_factor(expectancy)
    outcome = Outcome.PASS if factor > 0.0 else Outcome.FAIL
    found.append(RuleResult(_EXPECTANCY_CHECK, outcome, expectancy, _EXPECTANCY[0][0]))
    return {
        "kelly": max(0.0, min(1.0, bet / config.risk_per_trade)),
        "expectancy": factor if context.intent.num_trades is not None else min(factor, 1.0),
    }


def _units_by_liquidity(context: RuleContext, volume: float, found: list[RuleResult]) -> float:
    """Return the units that liquidity allows: a share of the daily volume, and a bounded square-root impact.

    impact = coefficient x daily volatility x sqrt(units / volume) (Almgren and others 2005, exponent one half).
    """
    config = context.config
    found.append(_LIQUIDITY.at_least(volume, config.min_adv_units))
    most: float = config.max_adv_pct * volume
    slope = config.impact_coefficient * (context.intent.daily_volatility or 0.0)
    if slope <= config.max_market_impact_pct:  # not even the whole volume would move the price that far
        return most
    impact: float = config.max_market_impact_pct / slope
    return min(most, volume * impact**2)


def _size_check(context: RuleContext, size: tuple[float, float, float], lots: float) -> RuleResult:
    """Refuse what is below the smallest volume; `size` has units allowed, least units and a unit's loss."""
    instrument: Any = context.market.instrument
    if lots >= instrument.volume_min * (1.0 - _RELATIVE_TOLERANCE) and lots > 0.0:
        return _SIZE.passed(lots, instrument.volume_min)
    return _SIZE.failed(lots, instrument.volume_min, _smallest_risk(context, *size))


def _smallest_risk(context: RuleContext, allowed: float, least: float, loss: float) -> str | Phrase:
    """Return in words how much would have to be at risk for the smallest volume."""
    if context.intent.requested_volume is not None and allowed >= least:
        return N_("less was asked for than the smallest volume")
    risk, money = least * loss, format_value(least * loss, "money", context.decimals)
    if not allowed > 0.0:
        return Phrase(_WOULD_RISK, {"money": money, "share": f"{risk / context.account.capital:.2%}"})
    needed = context.config.risk_per_trade * least / allowed
    return Phrase(_WOULD_NEED, {"money": money, "share": f"{needed:.2%}"})
