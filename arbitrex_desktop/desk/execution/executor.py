# SPDX-License-Identifier: MIT
"""Sending an approved intent: journalled before it leaves, sent at most once for each answer that says "not done"."""

from __future__ import annotations

import logging
import math
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.requests import OrderTerms, RestingTerms, deal_request, resting_request
from arbitrex_desktop.desk.execution.retcodes import Meaning, RetcodeAction, failure_meaning, meaning
from arbitrex_desktop.desk.intent_queue.intent_store import IntentStore
from arbitrex_desktop.desk.intents.entry import filled_text
from arbitrex_desktop.desk.intents.events import Attempt, EventKind, Fill, Intent, to_body
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.intents.order_tags import comment_of, magic_of
from arbitrex_desktop.desk.presentation.rows import digits_of
from arbitrex_desktop.mt5.constants import TradeRetcode
from arbitrex_desktop.mt5.errors import CallFailed, MT5Error
from arbitrex_desktop.mt5.results import OrderSendResult, SymbolInfo
from arbitrex_desktop.mt5.transport import Permit
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE
from arbitrex_desktop.raw_layer.errors import PoolError
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import Quote

_log = logging.getLogger(__name__)
_CLOCKS_STAY: Final = timedelta(days=1)
"""Clocks change at the end of a week, when nothing is ordered: what is to end sooner ends by the clock of now."""
_DEVIATION_ROUNDING: Final = 1.0 + 1e-9
"""A price that moved by the whole deviation is still within it, whatever floating point makes of the product."""
_TAKEN: Final = frozenset({TradeRetcode.DONE, TradeRetcode.PLACED})
"""Answers that mean of an order with a ticket that it rests."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one call of `order_send`: what it means, and the result where there is one."""

    meaning: Meaning
    result: OrderSendResult | None = None


class Executor:
    """Carries approved intents to the broker.  Called on the worker's thread; asks the terminal."""

    def __init__(self, store: IntentStore, context: DeskContext) -> None:
        self._store = store
        self._pool = context.pool
        self._gate = context.gate
        self._clock = context.clock
        self._settings = context.settings

    def send(self, intent: Intent) -> Intent:
        """Bring an APPROVED intent to an end, or to UNKNOWN; return it as it stands then.

        Raises `JournalError` when a step could not be journalled; the order was then not sent, unless it was its
        answer that could not be written, and then the journal says SENDING and the outcome is reconciled.
        """
        first_price: float | None = None
        for number in range(1, self._settings.requote_retries + 2):
            try:
                quote = self._quote(intent)
                request = self._request(intent, quote)
                first_price = request["price"] if first_price is None else first_price
                self._check_price(intent, request["price"], first_price)
                self._check_order(request, number)
                self._gate.check(reducing=intent.reduces)
            except CommandRefused as refusal:
                return self._fail(intent, str(refusal))
            intent, reply = self._attempt(intent, number, request)
            if reply.meaning.answer is not RetcodeAction.RETRY:
                return self._settle(intent, reply)
            intent = self._store.record(intent, EventKind.ANSWERED, reason=reply.meaning.message)
        return self._fail(intent, f"{intent.reason}; given up after {self._settings.requote_retries + 1} tries")

    def _attempt(self, intent: Intent, number: int, request: dict[str, Any]) -> tuple[Intent, Reply]:
        """Journal the order as on its way, then send it."""
        attempt = Attempt(number, request, self._pool.market_now(), request["price"])
        body = to_body(attempt=attempt)
        intent = self._store.record(intent, EventKind.SUBMITTED, state=IntentState.SENDING, body=body)
        return intent, send_request(self._pool, request, partial(self._leave, intent))

    def _leave(self, intent: Intent) -> None:
        """Raise `CommandRefused` unless an order may leave now that its turn has come.

        What adds risk at the market's price may have waited behind a slow call for so long that nobody knows the price.
        """
        quote = self._pool.quote(intent.request.symbol)
        age = math.inf if quote is None else quote.age(self._clock.monotonic())
        if age > self._settings.max_quote_age and not intent.reduces and not intent.request.rests:
            raise CommandRefused(f"the order waited for its turn, and the price is {age:.0f} s old by now")
        self._gate.leave(reducing=intent.reduces)

    def _settle(self, intent: Intent, reply: Reply) -> Intent:
        """Journal what the answer means."""
        message = reply.meaning.message
        if reply.meaning.answer is RetcodeAction.REFUSED:
            return self._fail(intent, message)
        if intent.request.rests and reply.result is not None and reply.result.retcode in _TAKEN and reply.result.order:
            return self._placed(intent, reply.result)
        if reply.result is None or reply.meaning.answer is RetcodeAction.RECONCILE or intent.request.rests:
            ticket = reply.result.order if reply.result else 0
            body = to_body(fill=Fill(order=ticket)) if ticket else {}
            return self._store.record(
                intent,
                EventKind.UNCONFIRMED,
                reason=message,
                state=IntentState.UNKNOWN,
                ticket=ticket or None,
                body=body,
            )
        return self._filled(intent, reply.result, partly=reply.meaning.answer is RetcodeAction.PARTIAL)

    def _filled(self, intent: Intent, result: OrderSendResult, *, partly: bool) -> Intent:
        """Journal that an order was filled, whole or `partly`, as the broker says or its volume shows."""
        fill = self._fill(intent, result)
        asked = float(intent.attempt.request["volume"]) if intent.attempt else fill.volume
        partly = partly or 0.0 < fill.volume < asked - VOLUME_TOLERANCE
        digits = digits_of(self._pool, intent.request.symbol)
        return self._store.record(
            intent,
            EventKind.PARTIALLY_FILLED if partly else EventKind.FILLED,
            reason=filled_text(fill, digits, of_lots=asked if partly else None),
            state=IntentState.PARTIAL if partly else IntentState.FILLED,
            ticket=fill.order or fill.deal or None,
            body=to_body(fill=fill, retcode=result.retcode, comment=result.comment),
        )

    def _placed(self, intent: Intent, result: OrderSendResult) -> Intent:
        """Journal that an order rests at the broker."""
        return self._store.record(
            intent,
            EventKind.PLACED,
            reason=f"order #{result.order} rests at the broker",
            state=IntentState.PLACED,
            ticket=result.order,
            body=to_body(fill=Fill(order=result.order), retcode=result.retcode, comment=result.comment),
        )

    def _fail(self, intent: Intent, message: str) -> Intent:
        """Journal that nothing was executed."""
        return self._store.record(intent, EventKind.FAILED, reason=message, state=IntentState.FAILED)

    def _fill(self, intent: Intent, result: OrderSendResult) -> Fill:
        """Return what the broker says that it did; some leave price or volume at 0, which means not told."""
        info = self._pool.symbol_info(intent.request.symbol)
        fill = Fill(order=result.order, deal=result.deal, volume=result.volume, price=result.price or None)
        return fill if info is None else with_slippage(intent, fill, info)

    def _quote(self, intent: Intent) -> Quote:
        """Return the newest quote."""
        quote = self._pool.quote(intent.request.symbol)
        if quote is None:
            raise CommandRefused(f"there is no price of {intent.request.symbol}")
        return quote

    def _request(self, intent: Intent, quote: Quote) -> dict[str, Any]:
        """Build the request from what was approved."""
        info, approved = self._pool.symbol_info(intent.request.symbol), intent.approved
        if info is None or approved is None:
            raise CommandRefused(f"{intent.request.symbol} is not selected in the terminal")
        deal = OrderTerms(
            direction=intent.request.direction,
            lots=approved.lots,
            stop_loss=approved.stop_loss,
            take_profit=approved.take_profit,
            magic=magic_of(intent.request.source, self._settings),
            comment=comment_of(intent.intent_id),
            reducing=approved.reducing,
            position=approved.closes,
        )
        request = intent.request
        if request.order_price is None:
            return deal_request(info, quote, deal, self._settings.deviation_points)
        until = 0 if request.good_until is None else self._server_seconds(request.good_until)
        entry = RestingTerms(request.order_kind, request.order_price, request.good_for, until)
        return resting_request(info, quote, deal, entry)

    def _server_seconds(self, moment: datetime) -> int:
        """Return a moment in seconds of the server clock, by which the broker lets orders expire."""
        if not self._pool.server_zone.is_known:
            raise CommandRefused("the broker's clock is not known yet, so no expiry can be given; one moment")
        if moment - self._pool.market_now() > _CLOCKS_STAY:
            with suppress(PoolError, MT5Error):
                self._pool.learn_summer_time()
        return round(self._pool.server_zone.to_server(moment))

    def _check_price(self, intent: Intent, price: float, first: float) -> None:
        """Raise `CommandRefused` when the price ran away between tries."""
        info = self._pool.symbol_info(intent.request.symbol)
        worse = (price - first) * intent.request.direction
        if info is None or worse > self._settings.deviation_points * info.point * _DEVIATION_ROUNDING:
            raise CommandRefused("the price moved away between tries, by more than the deviation that is allowed")

    def _check_order(self, request: dict[str, Any], number: int) -> None:
        """Let the terminal check the order before it is first sent; raise `CommandRefused` if it objects."""
        if number > 1:
            return
        try:
            check = self._pool.check_order(request)
        except (PoolError, MT5Error) as error:
            raise CommandRefused(f"the order could not be checked, so nothing was sent: {error}") from error
        if check.retcode != 0:
            raise CommandRefused(f"the terminal's check refused it: {meaning(check.retcode, check.comment).message}")


def send_request(pool: PoolReader, request: dict[str, Any], permit: Permit) -> Reply:
    """Send a request, and say what its answer means; what is not a clear no may have been carried out.

    `permit` is asked again when the request's turn has come: it may wait behind a slow call while the trader halts.
    """
    try:
        result = pool.send_order(request, permit)
    except CommandRefused as refusal:
        return Reply(Meaning(RetcodeAction.REFUSED, f"{refusal}; nothing was sent"))
    except PoolError as error:
        return Reply(Meaning(RetcodeAction.REFUSED, f"nothing was sent: {error}"))
    except CallFailed as failure:
        return Reply(failure_meaning(failure))
    except MT5Error as error:
        return Reply(Meaning(RetcodeAction.RECONCILE, f"no answer came: {error}"))
    except Exception as error:  # noqa: BLE001 - whatever broke, the order may be on its way
        _log.exception("sending an order failed in a way that was not foreseen")
        return Reply(Meaning(RetcodeAction.RECONCILE, f"sending broke off: {error_text(error)}"))
    return Reply(meaning(result.retcode, result.comment), result)


def with_slippage(intent: Intent, fill: Fill, info: SymbolInfo) -> Fill:
    """Return the fill with its slippage: points, positive when worse than asked, and the same in account currency."""
    attempt = intent.attempt
    if attempt is None or fill.price is None or info.point <= 0.0:
        return fill
    worse = (fill.price - attempt.asked) * intent.request.direction
    per_price = info.trade_tick_value_loss / info.trade_tick_size if info.trade_tick_size > 0.0 else 0.0
    return Fill(
        order=fill.order,
        deal=fill.deal,
        position=fill.position,
        volume=fill.volume,
        price=fill.price,
        slippage_points=round(worse / info.point, 3),
        slippage_amount=round(worse * per_price * fill.volume, 8),
        confirmed=fill.confirmed,
    )
