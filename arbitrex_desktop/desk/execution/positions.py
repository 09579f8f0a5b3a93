# SPDX-License-Identifier: MIT
"""What the trader does to positions and pending orders: close, close a part, move stops, cancel.

Closing works while halted, since it only reduces risk; so does a stop that is moved nearer.  A position that was not
opened here is touched only by the trader's own click, like every other.  Each order is journalled before it leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.action_log import ActionLog
from arbitrex_desktop.desk.execution.executor import Reply, send_request
from arbitrex_desktop.desk.execution.requests import (
    cancel_request,
    close_request,
    modify_request,
    request_of_order,
    stops_request,
)
from arbitrex_desktop.desk.execution.retcodes import RetcodeAction
from arbitrex_desktop.desk.execution.unanswered import UnansweredActions
from arbitrex_desktop.desk.intent_queue.pending import in_flight_names
from arbitrex_desktop.desk.intents.entry import AT_PRICE, NO_PRICE_YET, Say
from arbitrex_desktop.desk.intents.events import EventKind, to_body
from arbitrex_desktop.desk.intents.exit_rules import is_better
from arbitrex_desktop.desk.intents.intent import TRADER, Which
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.rows import digits_of
from arbitrex_desktop.mt5.constants import PositionType
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.mt5.results import SymbolInfo, TradeOrder, TradePosition
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.amounts import PRICE_TOLERANCE, VOLUME_TOLERANCE
from arbitrex_desktop.raw_layer.errors import PoolError
from arbitrex_desktop.raw_layer.views import AccountReading, Quote
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import working_name
from arbitrex_desktop.texts import N_, _

__all__ = ["PositionActions", "Which"]

_DONE: Final = (RetcodeAction.DONE, RetcodeAction.PARTIAL)


class PositionActions:
    """Manages what is open.  Called on the worker's thread, one order at a time; asks the terminal."""

    def __init__(self, log: ActionLog, context: DeskContext) -> None:
        self._log = log
        self._context = context
        self._pool = context.pool
        self.unanswered = UnansweredActions(log, context)

    def close(self, ticket: int, lots: float | None = None, *, actor: str = TRADER) -> None:
        """Close a position, or `lots` of it; raise `CommandRefused` in words when that cannot be done."""
        position = self.position(ticket)
        self._close(position, position.volume if lots is None else min(lots, position.volume), actor=actor)

    def shrink_to(self, ticket: int, left: float, *, actor: str, reason: str) -> None:
        """Close what a position has more than `left` lots, for whoever asks, and say why; nothing when it has less."""
        position = self.position(ticket)
        volume = round(position.volume - left, 8)
        if volume > VOLUME_TOLERANCE:
            self._close(position, volume, actor=actor, reason=reason)

    def _close(self, position: TradePosition, volume: float, *, actor: str = TRADER, reason: str = "") -> None:
        """Close so much of a position, as far as the broker takes that in one order."""
        ticket, why = position.ticket, f": {reason}" if reason else ""
        info, quote = self.market(position.symbol)
        volume = min(volume, info.volume_max)

        def build() -> dict[str, Any]:
            deviation = self._context.settings.deviation_points
            return close_request(info, quote, position, volume, magic=position.magic, deviation=deviation)

        reply = self._send(
            position, f"close {amounts.lots(volume)} lots of {position.symbol} #{ticket}{why}", build, actor=actor
        )
        side = "BUY" if _is_long(position) else "SELL"
        done = reply.result.volume if reply.result and reply.result.volume else volume
        rest = position.volume - done
        more = _("; {lots} lots stay open").format(lots=amounts.lots(rest)) if rest > VOLUME_TOLERANCE else ""
        what = f"{side} {amounts.lots(done)} {position.symbol} #{ticket}"
        self._post_outcome(ticket, f"{_('CLOSED')} {what}{_price_text(reply, info.digits)}{more}{why}")

    def close_many(self, which: Which, symbol: str = "", *, actor: str = TRADER) -> None:
        """Close every position that fits; what fails is told at the end, and does not keep the others from closing."""
        failures: list[str] = []
        for position in self._account().positions:
            if not _is_to_close(position, which, symbol):
                continue
            try:
                self.close(position.ticket, actor=actor)
            except CommandRefused as refusal:
                failures.append(f"#{position.ticket}: {refusal}")
        if failures:
            raise CommandRefused("not everything was closed: " + "; ".join(failures))

    def move_stops(self, ticket: int, stop_loss: float | None, take_profit: float | None) -> None:
        """Set a position's stop and target as prices, None for none; one that adds risk is refused while halted."""
        self._set_levels(self.position(ticket), stop_loss, take_profit)

    def tighten(self, ticket: int, stop_loss: float, *, actor: str, reason: str) -> None:
        """Move a position's stop nearer for whoever asks, and say why; nothing when it is as near already."""
        position = self.position(ticket)
        if is_better(1 if _is_long(position) else -1, stop_loss, position.sl):
            self._set_levels(position, stop_loss, position.tp or None, actor=actor, reason=reason)

    def _set_levels(
        self,
        position: TradePosition,
        stop_loss: float | None,
        take_profit: float | None,
        *,
        actor: str = TRADER,
        reason: str = "",
    ) -> None:
        """Set stop and target."""
        info, _ = self.market(position.symbol)
        reducing, why = _not_worse(position, stop_loss), f": {reason}" if reason else ""
        request = stops_request(info, position, stop_loss or 0.0, take_profit or 0.0)
        message = f"stop and target of {position.symbol} #{position.ticket}{why}"
        self._send(position, message, lambda: request, reducing=reducing, actor=actor)
        self._post_outcome(position.ticket, f"{_stops_text(position, request, info.digits)}{why}")

    def break_even(self, ticket: int) -> None:
        """Move a position's stop to its opening price; refused while the price is not beyond it."""
        position = self.position(ticket)
        _, quote = self.market(position.symbol)
        ahead = quote.bid - position.price_open if _is_long(position) else position.price_open - quote.ask
        if ahead <= 0.0:
            raise CommandRefused(f"position #{ticket} is not in profit, so its stop cannot be at the opening price")
        self.move_stops(ticket, position.price_open, position.tp or None)

    def modify(self, ticket: int, price: float, stop_loss: float | None, take_profit: float | None) -> None:
        """Move a pending order, its stop and its target, as prices; its volume and its expiry stay.

        One that would lose more than before is put before the RPM again.  Refused while halted: it may be filled.
        """
        order = self._order(ticket)
        info, quote = self.market(order.symbol)
        request = modify_request(info, quote, order, (price, stop_loss or 0.0, take_profit or 0.0))
        self._check_risk(order, request)
        message = f"move order #{ticket} {order.symbol}: {_moved_text(order, request, info.digits)}"
        self._journalled(order, message, request, reducing=False)
        owner = self._log.book.owner_of(ticket, order.comment)
        intent = self._log.book.get(owner) if owner else None
        if intent is not None and intent.attempt is not None:
            sent = {name: request[name] for name in ("price", "sl", "tp")}
            attempt = replace(intent.attempt, asked=request["price"], request={**intent.attempt.request, **sent})
            self._log.book.record(
                intent, EventKind.EVIDENCE_FOUND, actor=TRADER, reason=message, body=to_body(attempt=attempt)
            )
        self._post_outcome(
            ticket, f"{_('order')} #{ticket} {order.symbol}: {_moved_text(order, request, info.digits, _)}"
        )

    def _check_risk(self, order: TradeOrder, request: Mapping[str, Any]) -> None:
        """Raise `CommandRefused` when the RPM does not let an order lose more than before."""
        # What is bought or sold at a limit once the price has woken it loses from that limit on.
        before = abs((order.price_stoplimit or order.price_open) - order.sl) if order.sl else 0.0
        after = abs((order.price_stoplimit or request["price"]) - request["sl"]) if request["sl"] else 0.0
        if before and 0.0 < after <= before + PRICE_TOLERANCE:
            return
        owner = self._log.book.owner_of(order.ticket, order.comment)
        known = self._log.book.get(owner).request if owner else None
        asked = request_of_order(order, request, known)
        partner = self._log.book.partner(self._log.book.get(owner)) if owner else None
        own = (working_name(order.ticket), *((owner,) if owner else ()))
        answer = self._context.risk.evaluate(asked, "", instead_of=own + in_flight_names(partner))
        if answer.refused:
            raise CommandRefused(f"the risk manager refuses it: {answer.details or answer.reason}")
        if answer.lots < order.volume_current - VOLUME_TOLERANCE:
            allowed, has = amounts.lots(answer.lots), amounts.lots(order.volume_current)
            raise CommandRefused(f"the risk manager allows {allowed} lots of it so, and the order has {has}")

    def cancel(self, ticket: int, *, actor: str = TRADER, reason: str = "") -> None:
        """Cancel a pending order for whoever asks, and say why; works while halted."""
        order, why = self._order(ticket), f": {reason}" if reason else ""
        self._journalled(order, f"cancel order #{ticket}{why}", cancel_request(order), reducing=True, actor=actor)
        self._post_outcome(
            ticket, f"{_('CANCELLED order')} #{ticket} {amounts.lots(order.volume_current)} {order.symbol}{why}"
        )

    def _post_outcome(self, ticket: int, text: str) -> None:
        """Tell the trader what was done."""
        self._context.post("info", NoticeSubject.POSITION.of(ticket), text)

    def _send(
        self,
        position: TradePosition,
        message: str,
        build: Callable[[], dict[str, Any]],
        *,
        reducing: bool = True,
        actor: str = TRADER,
    ) -> Reply:
        """Send an order on a position, with a fresh price for each of the few tries; return the reply that ended it."""
        retries = self._context.settings.requote_retries
        while True:
            reply = self._journalled(position, message, build(), reducing=reducing, last=not retries, actor=actor)
            if reply.meaning.answer is not RetcodeAction.RETRY:
                return reply
            retries -= 1

    def _journalled(
        self,
        subject: TradePosition | TradeOrder,
        message: str,
        request: dict[str, Any],
        *,
        reducing: bool,
        last: bool = True,
        actor: str = TRADER,
    ) -> Reply:
        """Journal, pass the gate, send, journal the answer; raise `CommandRefused` unless done or worth another try."""
        ticket, symbol = subject.ticket, subject.symbol
        if ticket in self.unanswered:
            raise CommandRefused(f"the fate of the last order on #{ticket} is not known yet")
        self._context.gate.check(reducing=reducing, actor=actor)
        action = self.unanswered.before(subject, request)
        body = to_body(action=action)
        self._log.note(
            EventKind.ACTION_SUBMITTED,
            actor=actor,
            reason=message,
            symbol=symbol,
            ticket=ticket,
            body=body,
            is_exit=reducing,
        )
        permit = partial(self._context.gate.leave, reducing=reducing, actor=actor)
        reply = send_request(self._pool, request, permit)
        outcome = reply.meaning
        if outcome.answer is RetcodeAction.RECONCILE:
            self.unanswered.add(replace(action, since=self._context.clock.monotonic()))
            raise CommandRefused(f"{message}: {outcome.message}; looking at the broker's books")
        took = reply.result if action.closes and outcome.answer in _DONE else None
        order, lots = (took.order, took.volume or request["volume"]) if took else (0, 0.0)
        digits = digits_of(self._context.pool, symbol)
        how = f"{outcome.message} at {took.price:.{digits}f}" if took and took.price else outcome.message
        self._log.end(action, f"{message}: {how}", symbol=symbol, order=order, lots=lots)
        if outcome.answer is RetcodeAction.REFUSED or (last and outcome.answer is RetcodeAction.RETRY):
            raise CommandRefused(f"{message}: {outcome.message}")
        return reply

    def position(self, ticket: int) -> TradePosition:
        """Return an open position as it is now (asks); raise `CommandRefused` when there is none."""
        found = next((each for each in self._account().positions if each.ticket == ticket), None)
        if found is None:
            raise CommandRefused(f"there is no open position #{ticket}")
        return found

    def _order(self, ticket: int) -> TradeOrder:
        """Return a pending order as it is now."""
        found = next((each for each in self._account().orders if each.ticket == ticket), None)
        if found is None:
            raise CommandRefused(f"there is no pending order #{ticket}")
        return found

    def _account(self) -> AccountReading:
        """Read positions and orders afresh."""
        try:
            return self._context.read_account()
        except (PoolError, MT5Error) as error:
            raise CommandRefused(f"the positions cannot be read now: {error}") from error

    def market(self, symbol: str) -> tuple[SymbolInfo, Quote]:
        """Return what a symbol is and costs; raise `CommandRefused` where that is not known."""
        info, quote = self._pool.symbol_info(symbol), self._pool.quote(symbol)
        if info is None or quote is None:
            raise CommandRefused(f"there is no price of {symbol}; is it shown in the terminal's Market Watch?")
        return info, quote


def _price_text(reply: Reply, digits: int) -> str:
    """Return at which price something was done, as far as the broker tells."""
    price = reply.result.price if reply.result else 0.0
    return _(AT_PRICE).format(price=f"{price:.{digits}f}") if price else _(NO_PRICE_YET)


def _stops_text(position: TradePosition, request: Mapping[str, Any], digits: int) -> str:
    """Return in words which stop and target were set."""
    pairs = (("stop", position.sl, request["sl"]), ("target", position.tp, request["tp"]))
    moved = [
        f"{_(name)} {_format_level(before, digits, _)} \N{RIGHTWARDS ARROW} {_format_level(after, digits, _)}"
        for name, before, after in pairs
        if before != after
    ]
    return f"{position.symbol} #{position.ticket}: {', '.join(moved)}"


def _moved_text(order: TradeOrder, request: Mapping[str, Any], digits: int, say: Say = str) -> str:
    """Return in words how an order is moved; `say` gives a text in the language in which it will be read."""
    pairs = (("price", order.price_open), ("stop", order.sl), ("target", order.tp))
    keys = {"price": "price", "stop": "sl", "target": "tp"}
    return ", ".join(
        f"{say(name)} {_format_level(before, digits, say)} \N{RIGHTWARDS ARROW} "
        f"{_format_level(request[keys[name]], digits, say)}"
        for name, before in pairs
        if before != request[keys[name]]
    )


def _format_level(price: float, digits: int, say: Say) -> str:
    """Return a stop or target as a price, or that there is none."""
    return f"{price:.{digits}f}" if price else say(N_("none"))


def _is_long(position: TradePosition) -> bool:
    """Return whether a position was bought."""
    return position.type == PositionType.BUY


def _is_to_close(position: TradePosition, which: Which, symbol: str) -> bool:
    """Return whether a position is among those to close."""
    return {
        Which.ALL: True,
        Which.LOSERS: position.profit < 0.0,
        Which.WINNERS: position.profit > 0.0,
        Which.SYMBOL: position.symbol == symbol,
    }[which]


def _not_worse(position: TradePosition, stop_loss: float | None) -> bool:
    """Return whether a new stop risks no more than the one there is."""
    if not stop_loss:
        return position.sl == 0.0
    if position.sl == 0.0:
        return True
    return stop_loss >= position.sl if _is_long(position) else stop_loss <= position.sl
