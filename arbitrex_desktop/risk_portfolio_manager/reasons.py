# SPDX-License-Identifier: MIT
"""Every code that a verdict or a rejection can carry, with its words; `reason_table` makes the help's page of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RejectionReason(StrEnum):
    """Stable names of the reasons; journals and strategies keep them, so none is ever renamed."""

    INVALID_INPUT = "INVALID_INPUT"
    INVALID_CONFIGURATION = "INVALID_CONFIGURATION"
    INVALID_STATE = "INVALID_STATE"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    TRADING_HALTED = "TRADING_HALTED"
    TRADING_REDUCING = "TRADING_REDUCING"
    KILL_SWITCH_ACTIVE = "KILL_SWITCH_ACTIVE"
    STRATEGY_THROTTLED = "STRATEGY_THROTTLED"
    MAX_DRAWDOWN_EXCEEDED = "MAX_DRAWDOWN_EXCEEDED"
    DAILY_LOSS_LIMIT = "DAILY_LOSS_LIMIT"
    DAILY_DRAWDOWN_LIMIT = "DAILY_DRAWDOWN_LIMIT"
    WEEKLY_LOSS_LIMIT = "WEEKLY_LOSS_LIMIT"
    EXTREME_VOLATILITY = "EXTREME_VOLATILITY"
    LOW_MODEL_CONFIDENCE = "LOW_MODEL_CONFIDENCE"
    CONNECTION_DOWN = "CONNECTION_DOWN"
    ACCOUNT_STALE = "ACCOUNT_STALE"
    TRADING_NOT_ALLOWED = "TRADING_NOT_ALLOWED"
    SYMBOL_UNKNOWN = "SYMBOL_UNKNOWN"
    SYMBOL_NOT_TRADABLE = "SYMBOL_NOT_TRADABLE"
    QUOTE_STALE = "QUOTE_STALE"
    STRESSED_REGIME = "STRESSED_REGIME"
    VOLATILE_REGIME = "VOLATILE_REGIME"
    KELLY_REFUSED = "KELLY_REFUSED"
    LOW_EXPECTANCY = "LOW_EXPECTANCY"
    LOW_LIQUIDITY = "LOW_LIQUIDITY"
    CONVERSION_UNKNOWN = "CONVERSION_UNKNOWN"
    ZERO_POSITION_SIZE = "ZERO_POSITION_SIZE"
    REQUESTED_VOLUME = "REQUESTED_VOLUME"
    SYMBOL_EXPOSURE_LIMIT = "SYMBOL_EXPOSURE_LIMIT"
    CURRENCY_EXPOSURE_LIMIT = "CURRENCY_EXPOSURE_LIMIT"
    TOTAL_EXPOSURE_LIMIT = "TOTAL_EXPOSURE_LIMIT"
    NET_EXPOSURE_LIMIT = "NET_EXPOSURE_LIMIT"
    MAX_POSITIONS_REACHED = "MAX_POSITIONS_REACHED"
    SYMBOL_POSITIONS_REACHED = "SYMBOL_POSITIONS_REACHED"
    STRATEGY_POSITIONS_REACHED = "STRATEGY_POSITIONS_REACHED"
    MARGIN_LEVEL_LIMIT = "MARGIN_LEVEL_LIMIT"
    FREE_MARGIN_LIMIT = "FREE_MARGIN_LIMIT"
    PORTFOLIO_VOLATILITY_LIMIT = "PORTFOLIO_VOLATILITY_LIMIT"
    VALUE_AT_RISK_LIMIT = "VALUE_AT_RISK_LIMIT"
    EXPECTED_SHORTFALL_LIMIT = "EXPECTED_SHORTFALL_LIMIT"
    EXPOSURE_VELOCITY = "EXPOSURE_VELOCITY"
    CONSECUTIVE_LOSSES = "CONSECUTIVE_LOSSES"
    CORRELATION_LIMIT = "CORRELATION_LIMIT"
    VOLUME_LIMIT = "VOLUME_LIMIT"
    SPREAD_TOO_WIDE = "SPREAD_TOO_WIDE"
    PRICE_COLLAR = "PRICE_COLLAR"
    INVALID_STOPS = "INVALID_STOPS"
    SYMBOL_DENIED = "SYMBOL_DENIED"
    DUPLICATE_INTENT = "DUPLICATE_INTENT"
    INTENT_RATE = "INTENT_RATE"
    ORDER_RATE = "ORDER_RATE"
    REJECTION_VELOCITY = "REJECTION_VELOCITY"
    TRADE_SPACING = "TRADE_SPACING"
    SYMBOL_SPACING = "SYMBOL_SPACING"
    NEWS_BLACKOUT = "NEWS_BLACKOUT"


_R = RejectionReason
REASON_TEXTS: Final[dict[RejectionReason, tuple[str, str]]] = {
    _R.INVALID_INPUT: (
        "A field of the intent is missing, of the wrong type, out of range or not a number.",
        "Mend the field that the details name.",
    ),
    _R.INVALID_CONFIGURATION: (
        "The risk settings do not pass their own validation.",
        "Correct the setting that the details name.",
    ),
    _R.INVALID_STATE: (
        "Capital, equity or another figure of the portfolio is no usable number.",
        "Sync the account, or set the figure.",
    ),
    _R.INTERNAL_ERROR: (
        "The risk manager itself failed, so nothing is approved.",
        "Report it with the log; the intent was refused.",
    ),
    _R.TRADING_HALTED: (
        "Trading is halted, by hand or by a limit.",
        "Find out why, then resume by hand with a reason.",
    ),
    _R.TRADING_REDUCING: (
        "Only trades that reduce risk are let through now.",
        "Wait for the cool-down to end, or resume by hand.",
    ),
    _R.KILL_SWITCH_ACTIVE: (
        "A kill switch is set for everything, for this symbol or for this strategy.",
        "Lift the switch by hand with a reason.",
    ),
    _R.STRATEGY_THROTTLED: (
        "The strategy, the symbol or everything is throttled, and another intent came too soon.",
        "Send fewer intents; the throttle ends by itself.",
    ),
    _R.MAX_DRAWDOWN_EXCEEDED: (
        "Equity fell too far below its peak. Halts trading.",
        "Review the account, then resume by hand.",
    ),
    _R.DAILY_LOSS_LIMIT: ("Today's realised loss reached its limit. Halts trading.", "Stop for the day."),
    _R.DAILY_DRAWDOWN_LIMIT: ("Equity fell too far below today's anchor. Halts trading.", "Stop for the day."),
    _R.WEEKLY_LOSS_LIMIT: ("This week's realised loss reached its limit. Halts trading.", "Stop for the week."),
    _R.EXTREME_VOLATILITY: ("The market moves far more than it usually does.", "Wait until it calms down."),
    _R.LOW_MODEL_CONFIDENCE: ("The intent's confidence is below the floor.", "Send intents of higher confidence only."),
    _R.CONNECTION_DOWN: ("The terminal is not connected, so nothing can be checked.", "See the connection panel."),
    _R.ACCOUNT_STALE: ("The account was never synced, or too long ago.", "Sync the account."),
    _R.TRADING_NOT_ALLOWED: (
        "The broker or the terminal does not allow trading on this account.",
        "Switch algorithmic trading on, or ask the broker.",
    ),
    _R.SYMBOL_UNKNOWN: ("The symbol's properties are not known.", "Add the symbol to the watched ones."),
    _R.SYMBOL_NOT_TRADABLE: (
        "The broker does not allow this trade on the symbol now.",
        "Wait for the session, or choose another symbol.",
    ),
    _R.QUOTE_STALE: (
        "There is no fresh price of the symbol.",
        "Wait for a tick; check the session and the connection.",
    ),
    _R.STRESSED_REGIME: (
        "Too many new positions or too little confidence for a stressed market.",
        "Wait, or send intents of higher confidence.",
    ),
    _R.VOLATILE_REGIME: (
        "Too many new positions or too little confidence for a volatile market.",
        "Wait, or send intents of higher confidence.",
    ),
    _R.KELLY_REFUSED: (
        "The win statistics do not support a bet.",
        "Check win rate, sample size, average win and loss.",
    ),
    _R.LOW_EXPECTANCY: ("The expected profit of a trade is too small.", "Improve the strategy before it trades."),
    _R.LOW_LIQUIDITY: ("Too little is traded in the symbol.", "Trade something more liquid."),
    _R.CONVERSION_UNKNOWN: (
        "The value of a price move in account currency is not known.",
        "Watch a symbol that converts the currency.",
    ),
    _R.ZERO_POSITION_SIZE: (
        "The size is below the smallest volume of the symbol.",
        "See in the details how much would have to be at risk.",
    ),
    _R.REQUESTED_VOLUME: ("More was asked for than the risk per trade allows.", "Ask for less."),
    _R.SYMBOL_EXPOSURE_LIMIT: (
        "The exposure in the symbol would be too large.",
        "Reduce it first, or raise the limit.",
    ),
    _R.CURRENCY_EXPOSURE_LIMIT: (
        "The net exposure in a currency would be too large.",
        "Reduce it first, or raise the limit.",
    ),
    _R.TOTAL_EXPOSURE_LIMIT: (
        "The sum of all exposures would be too large.",
        "Reduce positions first, or raise the limit.",
    ),
    _R.NET_EXPOSURE_LIMIT: (
        "Long minus short exposure would be too large.",
        "Reduce positions first, or raise the limit.",
    ),
    _R.MAX_POSITIONS_REACHED: ("Too many positions are open or under way.", "Close one first."),
    _R.SYMBOL_POSITIONS_REACHED: ("Too many positions in the symbol are open or under way.", "Close one first."),
    _R.STRATEGY_POSITIONS_REACHED: ("The strategy has too many positions open or under way.", "Close one first."),
    _R.MARGIN_LEVEL_LIMIT: (
        "The margin level after the trade would be too low.",
        "Reduce positions, or trade smaller.",
    ),
    _R.FREE_MARGIN_LIMIT: (
        "The free margin after the trade would be too small.",
        "Reduce positions, or trade smaller.",
    ),
    _R.PORTFOLIO_VOLATILITY_LIMIT: (
        "The portfolio would swing too much in a day.",
        "Reduce positions, or trade smaller.",
    ),
    _R.VALUE_AT_RISK_LIMIT: (
        "The portfolio's one-day value at risk would be too large.",
        "Reduce positions, or trade smaller.",
    ),
    _R.EXPECTED_SHORTFALL_LIMIT: (
        "The mean loss on the portfolio's worst days would be too large.",
        "Reduce positions, or trade smaller.",
    ),
    _R.EXPOSURE_VELOCITY: ("Exposure is being added too fast.", "Wait a while."),
    _R.CONSECUTIVE_LOSSES: ("Too many trades in a row ended in a loss today.", "Stop for the day."),
    _R.CORRELATION_LIMIT: ("Too much exposure would move together.", "Reduce what moves with this symbol."),
    _R.VOLUME_LIMIT: ("The symbol's largest volume would be exceeded.", "Trade smaller."),
    _R.SPREAD_TOO_WIDE: ("The spread is too wide.", "Wait until it narrows."),
    _R.PRICE_COLLAR: ("The intent's price is too far from the last good price.", "Send the present price."),
    _R.INVALID_STOPS: ("Stop or take-profit is on the wrong side of the price, or too close to it.", "Move it."),
    _R.SYMBOL_DENIED: (
        "The symbol is on the deny list, or not on the allow list.",
        "Change the lists in the settings.",
    ),
    _R.DUPLICATE_INTENT: ("The same trade was asked for a moment ago.", "Wait, if it is meant."),
    _R.INTENT_RATE: ("Too many intents came within a minute.", "Send fewer."),
    _R.ORDER_RATE: ("Too many trades were approved within a minute.", "Wait a minute."),
    _R.REJECTION_VELOCITY: (
        "Too many of the strategy's intents were refused in a short time.",
        "Find out why; the throttle ends by itself.",
    ),
    _R.TRADE_SPACING: ("The last trade was approved too recently.", "Wait."),
    _R.SYMBOL_SPACING: ("The last trade in this symbol was approved too recently.", "Wait."),
    _R.NEWS_BLACKOUT: ("News that moves this symbol is due or was just out.", "Wait until the window ends."),
}
"""What each reason means, and what the trader can do."""
