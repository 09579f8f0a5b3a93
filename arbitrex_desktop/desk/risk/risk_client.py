# SPDX-License-Identifier: MIT
"""Asking the RPM about an intent, and keeping its answer in one frozen value."""

from __future__ import annotations

import logging
from typing import Any, Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.intents.events import RiskAnswer
from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.desk.intents.order_tags import magic_of
from arbitrex_desktop.desk.risk.risk_view import ApprovedView, OutputView, RiskManagerView
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.constants import PositionType
from arbitrex_desktop.mt5.results import TradePosition
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.risk_portfolio_manager.market.atr import AtrMeter

REJECTED: Final = "REJECTED"
ATR_UNKNOWN: Final = "ATR_UNKNOWN"
JUDGE_FAILED: Final = "JUDGE_FAILED"
NOTHING_TO_REDUCE: Final = "NOTHING_TO_REDUCE"
UNKNOWN_SYMBOL: Final = "UNKNOWN_SYMBOL"
NO_RISK_MANAGER: Final = "NO_RISK_MANAGER"
_log = logging.getLogger(__name__)


class RiskClient:
    """Puts intents before the RPM, with the price of the moment; what cannot be asked is refused."""

    def __init__(self, pool: PoolReader, clock: Clock, settings: DeskSettings) -> None:
        self._pool = pool
        self._clock = clock
        self._settings = settings
        self._atr = AtrMeter(pool, clock)
        self.rpm: RiskManagerView | None = None

    def decide(self, request: IntentRequest, intent_id: str) -> RiskAnswer:
        """Let the RPM decide and record its decision.  Asks the terminal when the ATR has to be measured."""
        return self._ask(request, intent_id, None, recorded=True)

    def look_again(self, request: IntentRequest, intent_id: str, atr: float | None = None) -> RiskAnswer:
        """Let the RPM judge as things stand now; nothing is recorded.  `atr`, what an earlier judgement used."""
        return self._ask(request, intent_id, atr, recorded=False)

    def _ask(self, request: IntentRequest, intent_id: str, atr: float | None, *, recorded: bool) -> RiskAnswer:
        """Complete the intent with ATR and price, and ask."""
        if self.rpm is None:
            return self._refusal(NO_RISK_MANAGER, "there is no risk manager yet, so nothing can be judged")
        if self._unknown(request.symbol):
            words = f"the broker has no symbol {request.symbol} among those that this program watches"
            return self._refusal(UNKNOWN_SYMBOL, words)
        atr = atr if request.atr is None else request.atr
        if atr is None:
            atr = self._atr.measure(request.symbol)
        if atr is None:
            return self._refusal(ATR_UNKNOWN, f"the volatility (ATR) of {request.symbol} could not be measured")
        ask = self.rpm.process_trade_intent if recorded else self.rpm.evaluate
        price = self._price(request)
        try:
            output = ask(**_arguments(request, intent_id, atr, price))
        except Exception as error:  # noqa: BLE001 - whatever breaks the judge, the answer is no
            _log.exception("the risk manager failed")
            return self._refusal(JUDGE_FAILED, f"the risk manager failed ({type(error).__name__}: {error})")
        return self._judgement(output, request, atr, price)

    def _unknown(self, symbol: str) -> bool:
        """Tell whether the broker's symbols are known, and this is none of them."""
        if self._pool.symbol_info(symbol) is not None:
            return False
        return bool(self._pool.stats().symbols)

    def _price(self, request: IntentRequest) -> float | None:
        """Return what the intent would trade at: ask to buy, bid to sell; None without a quote."""
        quote = self._pool.quote(request.symbol)
        if quote is None:
            return None
        return quote.ask if request.direction > 0 else quote.bid

    def _refusal(self, reason: str, words: str) -> RiskAnswer:
        """Return a refusal by the desk itself."""
        return RiskAnswer(status=REJECTED, at=self._clock.now(), reason=reason, details=words)

    def _judgement(self, output: OutputView, request: IntentRequest, atr: float, price: float | None) -> RiskAnswer:
        """Freeze the RPM's answer."""
        decision = output.decision
        values: dict[str, Any] = {"at": self._clock.now(), "checks": tuple(decision.checks), "atr": atr, "price": price}
        trade = decision.approved_trade
        if trade is None or str(decision.status) == REJECTED:
            refusal = decision.rejected_trade
            reason, words = ("", "") if refusal is None else (refusal.rejection_reason, refusal.rejection_details)
            return RiskAnswer(status=REJECTED, reason=str(reason), details=words, **values)
        if trade.reducing:
            return self._reduction(request, trade, str(decision.status), values)
        return RiskAnswer(
            status=str(decision.status),
            lots=trade.lots,
            stop_loss=trade.stop_loss,
            take_profit=trade.take_profit,
            risk_amount=trade.expected_loss,
            risk_pct=self._share(trade.expected_loss),
            **values,
        )

    def _reduction(
        self, request: IntentRequest, trade: ApprovedView, status: str, values: dict[str, Any]
    ) -> RiskAnswer:
        """Turn a reducing trade into the close of (a part of) one position: the strategy's own, or the oldest.

        It names its position, so that it cannot open a new one without a stop if that was closed meanwhile.
        """
        position = self._to_reduce(request)
        if position is None:
            words = f"there is no position of {request.symbol} left that it could reduce"
            return RiskAnswer(status=REJECTED, reason=NOTHING_TO_REDUCE, details=words, **values)
        lots = min(trade.lots, position.volume)
        return RiskAnswer(status=status, lots=lots, risk_amount=0.0, risk_pct=0.0, closes=position.ticket, **values)

    def _to_reduce(self, request: IntentRequest) -> TradePosition | None:
        """Return the position that an intent takes from."""
        reading = self._pool.latest_account()
        kind = PositionType.SELL if request.direction > 0 else PositionType.BUY
        against = [
            position
            for position in (reading.positions if reading else ())
            if position.symbol == request.symbol and position.type == kind
        ]
        magic = magic_of(request.source, self._settings)
        return min(against, key=lambda each: (each.magic != magic, each.time_msc, each.ticket), default=None)

    def _share(self, amount: float | None) -> float | None:
        """Return an amount as a share of capital."""
        capital = self.rpm.portfolio_state.total_capital if self.rpm else 0.0
        return None if amount is None or capital <= 0.0 else amount / capital


def _arguments(request: IntentRequest, intent_id: str, atr: float, price: float | None) -> dict[str, Any]:
    """Return an intent as the RPM's arguments."""
    return {
        "symbol": request.symbol,
        "direction": request.direction,
        "confidence_score": request.confidence_score,
        "regime": request.regime,
        "atr": atr,
        "vol_percentile": request.vol_percentile,
        "current_price": price,
        "strategy_id": request.source,
        "stop_loss": request.stop_loss,
        "take_profit": request.take_profit,
        "requested_volume": request.requested_volume,
        "intent_id": intent_id or None,
    }
