# SPDX-License-Identifier: MIT
"""Turning what the desk knows into the rows that the window draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from arbitrex_desktop.desk.intents.events import Fill, Intent, RiskAnswer
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.limits import WorstOfDay
from arbitrex_desktop.desk.presentation.snapshot import (
    AccountRow,
    IntentRow,
    OrderRow,
    PositionRow,
    RestingOrder,
    RiskRow,
    SwitchRow,
)
from arbitrex_desktop.mt5.constants import OrderTime, OrderType, PositionType
from arbitrex_desktop.mt5.results import TradeOrder, TradePosition
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountReading
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import KillSwitch
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.risk_portfolio_manager.figures import PortfolioFigures
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState
from arbitrex_desktop.visible import visible

_DIGITS: Final = 5
_DAY_ORDERS: Final = frozenset({OrderTime.DAY, OrderTime.SPECIFIED_DAY})
_BUYING: Final = frozenset({OrderType.BUY, OrderType.BUY_LIMIT, OrderType.BUY_STOP, OrderType.BUY_STOP_LIMIT})
_SELLING: Final = frozenset({OrderType.SELL, OrderType.SELL_LIMIT, OrderType.SELL_STOP, OrderType.SELL_STOP_LIMIT})


def account_row(reading: AccountReading) -> AccountRow:
    """Return the account as read."""
    account = reading.account
    return AccountRow(
        login=account.login,
        server=account.server,
        company=account.company,
        currency=account.currency,
        leverage=account.leverage,
        capital=account.balance,
        equity=account.equity,
        margin=account.margin,
        free_margin=account.margin_free,
        margin_level=account.margin_level if account.margin > 0.0 else None,
        unrealized_pnl=account.profit,
        observed_at=reading.observed_at,
        currency_digits=account.currency_digits,
    )


def position_row(
    position: TradePosition, pool: PoolReader, intent: Intent | None = None, exit_rules: str = ""
) -> PositionRow:
    """Return an open position, with the intent it came from and its exit rules in words."""
    judged = intent.judgement if intent is not None else None
    return PositionRow(
        ticket=position.ticket,
        symbol=position.symbol,
        direction=1 if position.type == PositionType.BUY else -1,
        volume=position.volume,
        price_open=position.price_open,
        price_current=position.price_current,
        digits=digits_of(pool, position.symbol),
        stop_loss=position.sl or None,
        take_profit=position.tp or None,
        profit=position.profit,
        swap=position.swap,
        opened_at=pool.server_time_to_utc(position.time),
        magic=position.magic,
        comment=visible(position.comment),
        intent_id=intent.intent_id if intent is not None else "",
        exit_rules=exit_rules,
        source=intent.request.source if intent is not None else "",
        first_stop=judged.stop_loss if judged is not None else None,
        price_value=_price_value(pool, position.symbol, position.volume),
        money_digits=money_digits_of(pool),
        currency=currency_of(pool),
    )


def _price_value(pool: PoolReader, symbol: str, lots: float) -> float | None:
    """Return what a move of the price by 1 is worth in account currency, None where the broker does not tell."""
    info = pool.symbol_info(symbol)
    if info is None or not info.trade_tick_size > 0.0:
        return None
    value = (info.trade_tick_value_loss or info.trade_tick_value) / info.trade_tick_size * lots
    return value if value > 0.0 and math.isfinite(value) else None


def order_row(order: TradeOrder, pool: PoolReader, intent_id: str) -> OrderRow:
    """Return an order that waits at the broker, with the intent it came from."""
    return OrderRow(
        ticket=order.ticket,
        symbol=order.symbol,
        kind=_kind_name(order.type),
        direction=(order.type in _BUYING) - (order.type in _SELLING),
        volume=order.volume_current,
        price=order.price_open or None,
        digits=digits_of(pool, order.symbol),
        stop_loss=order.sl or None,
        take_profit=order.tp or None,
        placed_at=pool.server_time_to_utc(order.time_setup),
        magic=order.magic,
        comment=visible(order.comment),
        intent_id=intent_id,
        limit_price=order.price_stoplimit or None,
        expires_at=pool.server_time_to_utc(order.time_expiration) if order.time_expiration else None,
        for_the_day=order.type_time in _DAY_ORDERS,
        price_value=_price_value(pool, order.symbol, order.volume_current),
        money_digits=money_digits_of(pool),
    )


def intent_row(
    intent: Intent,
    judgement: RiskAnswer | None,
    blocker: str,
    digits: int,
    *,
    closing: str = "",
    changed: str = "",
    escalation: str = "",
    money_digits: int = 2,
) -> IntentRow:
    """Return an intent with the judgement that the trader is to see.

    `closing`, what it closes, `changed`, what is different from the first answer, and `escalation`, how it is more
    than that, in words.
    """
    request = intent.request
    seen = judgement or RiskAnswer(status="", at=intent.created_at)
    # What is refused for now, as during a halt, is shown with the figures that it had: the trader has to know it.
    trade = intent.judgement if seen.refused and intent.judgement is not None else seen
    # What was said of a pending intent before it was judged again is over.
    details = seen.details if intent.state is IntentState.PENDING else intent.reason or seen.details
    row = IntentRow(
        intent_id=intent.intent_id,
        source=visible(request.source),
        symbol=visible(request.symbol),
        direction=request.direction,
        state=intent.state,
        created_at=intent.created_at,
        expires_at=intent.expires_at,
        changed_at=intent.changed_at,
        decision=seen.status,
        lots=trade.lots,
        digits=digits,
        price=trade.price,
        # What closes a position is sent without stop and target, whatever was asked for.
        stop_loss=trade.stop_loss if trade.stop_loss is not None or trade.reducing else request.stop_loss,
        take_profit=trade.take_profit if trade.take_profit is not None or trade.reducing else request.take_profit,
        risk_amount=trade.risk_amount,
        risk_pct=trade.risk_pct,
        confidence=request.confidence_score,
        regime=visible(request.regime or ""),
        reason=seen.reason,
        details=visible(details),
        refused_by=seen.refused_by if details == seen.details else None,
        checks=seen.checks,
        can_approve=not blocker,
        blocker=blocker,
        closes=trade.closes,
        closing_text=closing,
        changed=changed,
        escalation=escalation,
        requested_lots=request.requested_volume,
        decided_by=intent.actor,
        atr=trade.atr,
        order_kind=request.order_kind.value if request.rests else "",
        resting=_resting_order(intent),
        money_digits=money_digits,
    )
    return row if intent.fill is None else _with_fill(row, intent.fill)


def _with_fill(row: IntentRow, fill: Fill) -> IntentRow:
    """Return an intent's row with what the broker did."""
    return replace(
        row,
        fill_price=fill.price,
        ticket=fill.position or fill.order or None,
        slippage_points=fill.slippage_points,
        filled_lots=fill.volume,
        slippage_amount=fill.slippage_amount,
    )


def _resting_order(intent: Intent) -> RestingOrder | None:
    """Return where an order rests, how long, and with which other it forms a pair; None for one at the market."""
    request, sent = intent.request, intent.attempt
    if not request.rests:
        return None
    price = (request.order_price or 0.0) if sent is None else sent.asked
    return RestingOrder(price, request.good_for, request.good_until, request.oco_with or "")


def risk_row(
    portfolio: PortfolioState, limits: RPMConfig, halted: str | None, in_use: tuple[Verdict, ...] = ()
) -> RiskRow:
    """Return the portfolio's risk; limits of loss are turned into money of the account, as the RPM's rules measure.

    `halted`, why trading is halted, None while it is not; `in_use`, what the rules say without an intent.
    """
    capital, anchor = portfolio.total_capital, portfolio.day_anchor
    return RiskRow(
        trading_state="HALTED" if halted is not None else str(portfolio.trading_state),
        halt_reason=halted or "",
        halted_at=portfolio.halt_timestamp,
        peak_equity=portfolio.peak_equity,
        drawdown=portfolio.current_drawdown,
        max_drawdown=limits.max_drawdown,
        daily_pnl=portfolio.daily_pnl,
        daily_limit=(anchor or capital) * limits.daily_loss_limit,
        weekly_pnl=portfolio.weekly_pnl,
        weekly_limit=(portfolio.week_anchor or capital) * limits.weekly_loss_limit,
        currency_exposure=dict(portfolio.currency_exposure),
        symbol_exposure=dict(portfolio.symbol_exposure),
        # A gain is no fall below zero.
        daily_drawdown=max(0.0, (anchor - portfolio.equity) / anchor) if anchor else None,
        max_daily_drawdown=limits.max_daily_drawdown,
        day_anchor=anchor,
        limits=in_use,
        reducing_reason=visible(portfolio.reducing_reason or ""),
        reducing_until=portfolio.reducing_until,
    )


def with_figures(row: RiskRow, figures: PortfolioFigures, switches: Iterable[KillSwitch], worst: WorstOfDay) -> RiskRow:
    """Return the portfolio's risk with what is held by symbol, kill switches, and the worst of the day."""
    return replace(
        row,
        worst=worst.take(row.limits, row.day_anchor),
        notional=figures.notional,
        correlated=figures.correlated,
        correlations=figures.correlations,
        switches=tuple(switch_row(each) for each in switches),
    )


def switch_row(switch: KillSwitch) -> SwitchRow:
    """Return a kill switch as the window shows it."""
    return SwitchRow(
        str(switch.level), switch.name, str(switch.action), visible(switch.reason), switch.since, switch.until_resumed
    )


def digits_of(pool: PoolReader, symbol: str) -> int:
    """Return a symbol's decimals, five when it is not known."""
    info = pool.symbol_info(symbol)
    return _DIGITS if info is None else info.digits


def money_digits_of(pool: PoolReader) -> int:
    """Return the decimals of the account's currency, two before it was read."""
    reading = pool.latest_account()
    return 2 if reading is None else reading.account.currency_digits


def currency_of(pool: PoolReader) -> str:
    """Return the account's currency, empty before it was read."""
    reading = pool.latest_account()
    return "" if reading is None else reading.account.currency


def _kind_name(kind: int) -> str:
    """Return an order's kind in words; one that is not known is named by its number."""
    with suppress(ValueError):
        return OrderType(kind).name.replace("_", " ")
    return f"TYPE {kind}"


class OwnerCache:
    """Remembers which intent each position or order came from, so that a snapshot does not search the journal.

    An order and the position that it opens have one ticket.
    """

    def __init__(self, find: Callable[[int, str], str]) -> None:
        self._find = find
        self._known: dict[int, str] = {}

    def owner(self, what: TradePosition | TradeOrder) -> str:
        """Return the intent of a position or an order, empty for one that does not come from here."""
        known = self._known.get(what.ticket)
        if known is None:
            known = self._find(what.ticket, what.comment)
            if known:
                self._known[what.ticket] = known
        return known
