# SPDX-License-Identifier: MIT
"""Asking the RPM about an intent, and keeping its answer in one frozen value."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, NamedTuple

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.background import BackgroundWork
from arbitrex_desktop.desk.intents.entry import entry_problem
from arbitrex_desktop.desk.intents.events import RiskAnswer
from arbitrex_desktop.desk.intents.intent import MANUAL, GoodFor, IntentRequest
from arbitrex_desktop.desk.intents.order_tags import magic_of
from arbitrex_desktop.desk.risk.risk_view import RiskManagerFactory, RiskManagerView
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.constants import PositionType
from arbitrex_desktop.mt5.results import TradePosition
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.symbols import UnknownSymbol
from arbitrex_desktop.risk_portfolio_manager.decision.decision import ApprovedTrade, TradeApprovalStatus, TradeDecision
from arbitrex_desktop.risk_portfolio_manager.decision.intent import IntentSource, TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.risk_portfolio_manager.market.atr import AtrMeter

REJECTED: Final = "REJECTED"
ATR_UNKNOWN: Final = "ATR_UNKNOWN"
JUDGE_FAILED: Final = "JUDGE_FAILED"
NOTHING_TO_REDUCE: Final = "NOTHING_TO_REDUCE"
UNKNOWN_SYMBOL: Final = "UNKNOWN_SYMBOL"
ORDER_NOT_TAKEN: Final = "ORDER_NOT_TAKEN"
NO_RISK_MANAGER: Final = "NO_RISK_MANAGER"
_log = logging.getLogger(__name__)


def broker_symbol(pool: PoolReader, name: str) -> str:
    """Return the broker's symbol that a plain name means; the name as it is where it means none or several."""
    with suppress(UnknownSymbol):
        return pool.resolve(name)
    return name


def under_broker_name(pool: PoolReader, request: IntentRequest) -> IntentRequest:
    """Return a request with the broker's symbol instead of a plain name; unchanged where that means none or several."""
    return replace(request, symbol=broker_symbol(pool, request.symbol))


class RiskClient:
    """Puts intents before the RPM, with the price of the moment; what cannot be asked is refused.

    `factory` makes the RPM, when `start` is called.  Safe from any thread.
    """

    def __init__(self, pool: PoolReader, clock: Clock, settings: DeskSettings, factory: RiskManagerFactory) -> None:
        self._pool = pool
        self._clock = clock
        self._settings = settings
        self._factory = factory
        self._atr = AtrMeter(pool, clock)
        self._rpm: RiskManagerView | None = None
        self._reading = BackgroundWork()
        self._checks: tuple[Verdict, ...] = ()

    @property
    def rpm(self) -> RiskManagerView | None:
        """The risk manager, None before `start`."""
        return self._rpm

    def start(self) -> bool:
        """Make the risk manager; return whether it has synced the account already.  Raises what its factory raises."""
        self._rpm = self._factory()
        return bool(self._rpm.get_mt5_sync_stats().get("last_sync_time"))

    def read_bars(self) -> None:
        """Begin to read bars that are due, beside the caller: a terminal that fetches them first takes its time."""
        rpm = self._rpm
        if rpm is not None and self._pool.is_connected() and not self._reading.busy and rpm.bars_due():
            self._reading.begin("risk-bars", rpm.read_bars)

    def close(self) -> None:
        """End the risk manager, if there is one."""
        self._reading.join()
        if self._rpm is not None:
            self._rpm.close()

    def atr(self, symbol: str) -> float | None:
        """Return the average true range of a symbol in price units, None where it cannot be measured (asks)."""
        return None if self._rpm is None else self._atr.measure(symbol, self._rpm.config.atr_window)

    def judge(self, request: IntentRequest, intent_id: str, instead_of: tuple[str, ...] = ()) -> RiskAnswer:
        """Let the RPM decide and record its decision.  Asks the terminal when the ATR has to be measured.

        `instead_of`, names of trades in flight that do not happen besides this one.
        """
        return self._ask(request, _Asked(intent_id, None, instead_of), record=True)

    def evaluate(
        self, request: IntentRequest, intent_id: str, atr: float | None = None, instead_of: tuple[str, ...] = ()
    ) -> RiskAnswer:
        """Let the RPM judge as things stand now; nothing is recorded.  `atr`, what an earlier judgement used."""
        return self._ask(request, _Asked(intent_id, atr, instead_of), record=False)

    def _ask(self, request: IntentRequest, asked: _Asked, *, record: bool) -> RiskAnswer:
        """Complete the intent with ATR and price, and ask."""
        if self._rpm is None:
            return self._refusal(NO_RISK_MANAGER, "there is no risk manager yet, so nothing can be judged")
        if self._unknown(request.symbol):
            return self._refusal(UNKNOWN_SYMBOL, self._why_unknown(request.symbol))
        info = self._pool.symbol_info(request.symbol)
        problem = entry_problem(request, info, self._pool.market_now()) if info is not None else ""
        if problem:
            return self._refusal(ORDER_NOT_TAKEN, problem)
        atr = asked.atr if request.atr is None else request.atr
        if atr is None:
            atr = self._atr.measure(request.symbol, self._rpm.config.atr_window)
        if atr is None:
            shortfall = self._atr.shortfall(request.symbol, self._rpm.config.atr_window)
            message = f"the volatility (ATR) of {request.symbol} could not be measured"
            return self._refusal(ATR_UNKNOWN, f"{message}: {shortfall}" if shortfall else message)
        price = self._price(request)
        try:
            magic = magic_of(request.source, self._settings)
            output = self._rpm.judge(_trade_intent(request, asked, (atr, price), magic), record=record)
        except Exception as error:  # noqa: BLE001 - whatever breaks the risk manager, the answer is no
            _log.exception("the risk manager failed")
            return self._refusal(JUDGE_FAILED, f"the risk manager failed ({type(error).__name__}: {error_text(error)})")
        return self._answer(
            output.decision, request, atr, price if request.order_price is None else request.order_price
        )

    def _unknown(self, symbol: str) -> bool:
        """Whether the broker's symbols are known, and this is none of them."""
        if self._pool.symbol_info(symbol) is not None:
            return False
        return bool(self._pool.stats().symbols)

    def _why_unknown(self, symbol: str) -> str:
        """Return in words that a symbol cannot be traded, with the candidates there are."""
        message = f"the broker has no symbol {symbol} among those that this program watches"
        try:
            self._pool.resolve(symbol)
        except UnknownSymbol as unknown:
            return f"{message}: {unknown}"
        return message

    def _price(self, request: IntentRequest) -> float | None:
        """Return what the intent would trade at: ask to buy, bid to sell; None without a quote."""
        quote = self._pool.quote(request.symbol)
        if quote is None:
            return None
        return quote.ask if request.direction > 0 else quote.bid

    def _refusal(self, reason: str, message: str) -> RiskAnswer:
        """Return a refusal by the desk itself."""
        return RiskAnswer(status=REJECTED, at=self._clock.now(), reason=reason, details=message)

    def _answer(self, decision: TradeDecision, request: IntentRequest, atr: float, price: float | None) -> RiskAnswer:
        """Freeze the RPM's answer."""
        answer = RiskAnswer(
            status=decision.status.value,
            at=self._clock.now(),
            checks=self._shared(decision.checks),
            atr=atr,
            price=price,
        )
        trade, refusal = decision.approved_trade, decision.rejected_trade
        if trade is None or decision.status is TradeApprovalStatus.REJECTED:
            reason, details = ("", "") if refusal is None else (str(refusal.reason), refusal.details)
            return replace(answer, status=REJECTED, reason=reason, details=details)
        if trade.reducing:
            return self._reduction(request, trade, answer)
        return replace(
            answer,
            lots=trade.lots,
            stop_loss=trade.stop_loss,
            take_profit=trade.take_profit,
            risk_amount=trade.expected_loss,
            risk_pct=self._share(trade.expected_loss),
            closing_lots=trade.closing_lots,
        )

    def _shared(self, checks: Sequence[Verdict]) -> tuple[Verdict, ...]:
        """Return the verdicts; what is as in the last answer is its very object, since hundreds of answers are kept."""
        before = self._checks if len(self._checks) == len(checks) else checks
        self._checks = tuple(old if old == new else new for old, new in zip(before, checks, strict=True))
        return self._checks

    def _reduction(self, request: IntentRequest, trade: ApprovedTrade, answer: RiskAnswer) -> RiskAnswer:
        """Turn a reducing trade into the close of (a part of) one position: the RPM's choice, or the oldest.

        It names its position, so that it cannot open a new one without a stop if that was closed meanwhile.
        """
        position = self._to_reduce(request, trade.position_ticket)
        if position is None:
            message = f"there is no position of {request.symbol} left that it could reduce"
            return replace(answer, status=REJECTED, reason=NOTHING_TO_REDUCE, details=message)
        lots = min(trade.lots, position.volume)
        return replace(answer, lots=lots, risk_amount=0.0, risk_pct=0.0, closes=position.ticket)

    def _to_reduce(self, request: IntentRequest, ticket: int | None) -> TradePosition | None:
        """Return the position that an intent takes from."""
        reading = self._pool.latest_account()
        kind = PositionType.SELL if request.direction > 0 else PositionType.BUY
        against = [
            position
            for position in (reading.positions if reading else ())
            if position.symbol == request.symbol
            and position.type == kind
            and request.position_ticket in (None, position.ticket)
        ]
        magic = magic_of(request.source, self._settings)
        return min(
            against,
            key=lambda each: (each.ticket != ticket, each.magic != magic, each.time_msc, each.ticket),
            default=None,
        )

    def _share(self, amount: float | None) -> float | None:
        """Return an amount as a share of capital."""
        capital = self._rpm.portfolio_state.total_capital if self._rpm else 0.0
        return None if amount is None or capital <= 0.0 else amount / capital


class _Asked(NamedTuple):
    """What is known of an intent besides its request: its name, an ATR measured before, and what it is instead of."""

    intent_id: str
    atr: float | None
    instead_of: tuple[str, ...]


def _trade_intent(request: IntentRequest, asked: _Asked, market: tuple[float, float | None], magic: int) -> TradeIntent:
    """Return what was asked for as the risk manager takes it in."""
    return TradeIntent(
        symbol=request.symbol,
        direction=request.direction,
        confidence_score=request.confidence_score,
        regime=request.regime,
        atr=market[0],
        vol_percentile=request.vol_percentile,
        current_price=market[1],
        strategy_id=request.source,
        stop_loss=request.stop_loss,
        take_profit=request.take_profit,
        requested_volume=request.requested_volume,
        intent_id=asked.intent_id or None,
        source=IntentSource.TRADER if request.source == MANUAL else IntentSource.STRATEGY,
        order_kind=request.order_kind,
        order_price=request.order_price,
        expires_at=request.good_until if request.good_for is GoodFor.TIME else None,
        instead_of=asked.instead_of,
        reduce_only=request.reduce_only,
        position_ticket=request.position_ticket,
        magic=magic or None,
    )
