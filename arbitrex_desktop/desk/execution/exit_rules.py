# SPDX-License-Identifier: MIT
"""Carrying exit rules out: in the journal from the moment they are given until their position is closed.

Each act goes the way of the trader's own orders on positions: journalled before it leaves, sent once, looked up when
its answer is lost.  All of it works while trading is halted, since it only reduces risk; on a LIVE account that is not
armed it waits, and says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.positions import PositionActions
from arbitrex_desktop.desk.execution.requests import legal_volume
from arbitrex_desktop.desk.intent_queue.intent_store import DESK, IntentStore
from arbitrex_desktop.desk.intents.events import EventKind, from_body, to_body
from arbitrex_desktop.desk.intents.exit_rules import (
    Distance,
    DistanceUnit,
    ExitRules,
    ExitRulesRequest,
    PriceRules,
    is_frozen,
    lots_to_close,
    next_stop,
)
from arbitrex_desktop.desk.intents.intent import TRADER
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.mt5.constants import PositionType
from arbitrex_desktop.mt5.results import SymbolInfo, TradePosition
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE
from arbitrex_desktop.raw_layer.views import AccountReading, Quote

_PAUSE_SECONDS: Final = 2.0
_AGAIN_SECONDS: Final = 5.0
_PARTS: Final = {"break_even": "the stop is at the opening price", "partial": "the part is closed"}


class ExitRuleRunner:
    """Keeps and carries out.  `set` and `act` on the worker's thread, one order at a time; `text` from any."""

    def __init__(self, store: IntentStore, context: DeskContext, positions: PositionActions) -> None:
        self._store = store
        self._context = context
        self._pool = context.pool
        self._clock = context.clock
        self._positions = positions
        self._not_before: dict[int, float] = {}
        self._missing: dict[int, float] = {}
        events = store.journal.exit_rules()
        self._exit_rules = {each.ticket or 0: from_body(each.body, "standing", ExitRules) for each in events}

    def text(self, ticket: int, digits: int) -> str:
        """Return a position's instructions in words, empty for none."""
        exit_rules = self._exit_rules.get(ticket)
        return "" if exit_rules is None else exit_rules.text(digits)

    def set(self, ticket: int, wanted: ExitRulesRequest) -> None:
        """Give a position instructions, in place of those that it has; raise `CommandRefused` in words."""
        position = self._positions.position(ticket)
        info, quote = self._positions.market(position.symbol)
        exit_rules = self._measured(position, info, wanted)
        if exit_rules.is_empty:
            self._end(ticket, "withdrawn", TRADER)
            return
        self._write(exit_rules, TRADER, "")
        self._not_before.pop(ticket, None)
        text = exit_rules.text(info.digits)
        rest = self._act_on(exit_rules, position, info, quote)
        self._context.post(
            "info",
            NoticeSubject.POSITION.of(ticket),
            f"{position.symbol} #{ticket}: {text}{'' if rest else ', at once'}",
        )

    def act(self, reading: AccountReading) -> bool:
        """Do what is due by a reading of the account and the prices of now; return whether anything was sent."""
        positions = {position.ticket: position for position in reading.positions}
        sent = False
        for ticket, exit_rules in list(self._exit_rules.items()):
            position = positions.get(ticket)
            if position is None:
                self._note_missing(ticket, reading)
                continue
            self._missing.pop(ticket, None)
            info, quote = self._pool.symbol_info(position.symbol), self._pool.quote(position.symbol)
            if info is not None and quote is not None and self._may_act(ticket, quote):
                sent = not self._act_on(exit_rules, position, info, quote) or sent
        return sent

    def _may_act(self, ticket: int, quote: Quote) -> bool:
        """Return whether a position's turn has come: a fresh price, nothing of unknown fate, no pause."""
        now = self._clock.monotonic()
        fresh = self._pool.is_connected() and quote.age(now) <= self._context.settings.max_quote_age
        return fresh and ticket not in self._positions.unanswered and now >= self._not_before.get(ticket, now)

    def _act_on(self, exit_rules: ExitRules, position: TradePosition, info: SymbolInfo, quote: Quote) -> bool:
        """Bring a position nearer to how it is to be; return whether it is so already, or cannot be now."""
        exit_rules = self._without_done(exit_rules, position)
        price, rules = _closing_price(position, quote), _stop_rules(info)
        lots = lots_to_close(exit_rules, position.volume, price)
        stop = (
            None
            if is_frozen(price, rules, position.sl, position.tp)
            else next_stop(exit_rules, position.sl, price, rules)
        )
        if not lots and stop is None:
            return True
        self._not_before[exit_rules.ticket] = self._clock.monotonic() + _PAUSE_SECONDS
        try:
            if lots:
                self._positions.shrink_to(
                    exit_rules.ticket, exit_rules.left, actor=DESK, reason="exit rule: partial target"
                )
            elif stop is not None:
                self._positions.tighten(exit_rules.ticket, stop, actor=DESK, reason="exit rule")
        except CommandRefused as refusal:
            self._not_before[exit_rules.ticket] = self._clock.monotonic() + _AGAIN_SECONDS
            message = f"the exit rule on {position.symbol} #{exit_rules.ticket} waits: {refusal}"
            self._context.post("warning", NoticeSubject.EXIT_RULES.of(exit_rules.ticket), message)
        return False

    def _without_done(self, exit_rules: ExitRules, position: TradePosition) -> ExitRules:
        """Return the instructions without those that are carried out, which are journalled so."""
        at_even = position.sl > 0.0 and (position.sl - exit_rules.opened) * exit_rules.direction >= 0.0
        done = {
            "break_even": exit_rules.break_even is not None and at_even,
            "partial": exit_rules.partial is not None and position.volume <= exit_rules.left + VOLUME_TOLERANCE,
        }
        for part in (name for name, is_done in done.items() if is_done):
            without: dict[str, Any] = {part: None}
            exit_rules = replace(exit_rules, **without)
            if exit_rules.is_empty:
                self._end(exit_rules.ticket, _PARTS[part], DESK)
            else:
                self._write(exit_rules, DESK, _PARTS[part])
        return exit_rules

    def _note_missing(self, ticket: int, reading: AccountReading) -> None:
        """End the instructions of a position that is gone, once it has been for a while: a reading may have a gap."""
        if not self._pool.is_connected():
            self._missing.pop(ticket, None)
            return
        since = self._missing.setdefault(ticket, reading.monotonic)
        if reading.monotonic - since >= self._context.settings.settle_seconds:
            del self._missing[ticket]
            self._end(ticket, "the position is closed", DESK)

    def _measured(self, position: TradePosition, info: SymbolInfo, wanted: ExitRulesRequest) -> ExitRules:
        """Turn what was asked for into prices and lots; raise `CommandRefused` for what cannot be."""
        given = {"break_even": wanted.break_even, "trailing": wanted.trailing, "partial": wanted.partial}
        lengths: dict[str, Any] = {
            name: self._length(position, info, each) for name, each in given.items() if each is not None
        }
        least = info.trade_stops_level * info.point
        if lengths.get("trailing", least) < least:
            raise CommandRefused(f"the broker keeps stops of {info.name} {info.trade_stops_level} points away at least")
        left = 0.0
        if wanted.partial is not None:
            if not 0.0 < wanted.partial_share < 1.0:
                raise CommandRefused("the part to close must be more than nothing and less than all")
            left = round(position.volume - legal_volume(info, position.volume * wanted.partial_share), 8)
            legal_volume(info, left)
        words = {name: str(each) for name, each in given.items() if each is not None}
        side = 1 if position.type == PositionType.BUY else -1
        base = ExitRules(position.ticket, position.symbol, side, position.price_open, left=left, words=words)
        return replace(base, **lengths)

    def _length(self, position: TradePosition, info: SymbolInfo, distance: Distance) -> float:
        """Return a distance in price units; raise `CommandRefused` where what it is measured by is not known."""
        if not distance.value > 0.0:
            raise CommandRefused("a distance must be above zero")
        if distance.unit is DistanceUnit.PIPS:
            return distance.value * info.point * (10.0 if info.digits in (3, 5) else 1.0)
        if distance.unit is DistanceUnit.ATR:
            atr = self._context.risk.atr(position.symbol)
            if atr is None:
                raise CommandRefused(f"the volatility (ATR) of {position.symbol} could not be measured")
            return distance.value * atr
        side = 1 if position.type == PositionType.BUY else -1
        risk = (position.price_open - position.sl) * side if position.sl > 0.0 else 0.0
        if risk <= 0.0:
            raise CommandRefused("R is the distance from the opening price to the stop, and there is no stop behind it")
        return distance.value * risk

    def _write(self, exit_rules: ExitRules, actor: str, reason: str) -> None:
        """Journal the instructions as they are now, then keep them so."""
        what = {"symbol": exit_rules.symbol, "ticket": exit_rules.ticket, "body": to_body(standing=exit_rules)}
        self._store.note(EventKind.STANDING_SET, actor=actor, reason=reason, **what)
        self._exit_rules[exit_rules.ticket] = exit_rules

    def _end(self, ticket: int, reason: str, actor: str) -> None:
        """Journal that a position has no instructions any more."""
        exit_rules = self._exit_rules.get(ticket)
        if exit_rules is None:
            return
        self._store.note(EventKind.STANDING_ENDED, actor=actor, reason=reason, symbol=exit_rules.symbol, ticket=ticket)
        del self._exit_rules[ticket]
        message = f"exit rules of {exit_rules.symbol} #{ticket} ended: {reason}"
        self._context.post("info", NoticeSubject.EXIT_RULES.of(ticket), message)


def _closing_price(position: TradePosition, quote: Quote) -> float:
    """Return the price at which a position would be closed now."""
    return quote.bid if position.type == PositionType.BUY else quote.ask


def _stop_rules(info: SymbolInfo) -> PriceRules:
    """Return what the broker asks of stops of a symbol."""
    tick = info.trade_tick_size or info.point
    return PriceRules(tick, info.trade_stops_level * info.point, info.trade_freeze_level * info.point)
