# SPDX-License-Identifier: MIT
"""The desk on the chart: positions, orders and waiting intents of a symbol as lines, and the trade being planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Self

from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot, IntentRow, OrderRow, PositionRow
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.chart.marks import LineKind, PriceLine, Zone
from arbitrex_desktop.ui.models.check_text import translated
from arbitrex_desktop.ui.models.preview_text import REJECTED, preview_text
from arbitrex_desktop.ui.models.ticket import pip_size, reward_ratio

STOP: Final = "stop"
TARGET: Final = "target"
PLAN: Final = "plan"
POSITION: Final = "position"
ORDER: Final = "order"
ORDER_STOP: Final = "order_stop"
ORDER_TARGET: Final = "order_target"
_NOT_MOVED: Final[Mapping[str, float]] = MappingProxyType({})

_LARGEST: Final = "the largest size that would pass is "
_MARGIN: Final = "MARGIN_LEVEL_LIMIT"


@dataclass(frozen=True, slots=True)
class TradePlan:
    """The trade in the ticket, with what the RPM says of it.

    Attributes:
        symbol, direction: what and which side, 1 or -1.
        digits: decimals of the symbol's prices.
        entry, stop_loss, take_profit: prices, None where there is none yet.
        lots: size that the RPM would let through, 0 for none.
        risk_amount: loss at the stop in account currency, None when it is not known.
        currency: of the account.
        answer: APPROVED, ADJUSTED or REJECTED; empty while none has come.
        reason: in words, what decides.
        order_kind: LIMIT or STOP for an order that rests at `entry`, empty for one at the market.
        checks: the RPM's verdicts, in which stand the limit that decides the size and the margin.
    """

    symbol: str
    direction: int
    digits: int = 5
    entry: float | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    lots: float = 0.0
    risk_amount: float | None = None
    currency: str = ""
    answer: str = ""
    reason: str = ""
    order_kind: str = ""
    checks: tuple[Verdict, ...] = ()

    @classmethod
    def of(cls, request: IntentRequest, answer: IntentRow | None, currency: str) -> Self:
        """Return the plan of a trade with the RPM's answer to it, None while there is none."""
        plan = cls(
            request.symbol,
            request.direction,
            entry=request.order_price,
            order_kind=request.order_kind.value if request.rests else "",
            stop_loss=request.stop_loss,
            take_profit=request.take_profit,
            currency=currency,
        )
        if answer is None:
            return plan
        return replace(
            plan,
            digits=answer.digits,
            stop_loss=request.stop_loss or answer.stop_loss,
            take_profit=request.take_profit or answer.take_profit,
            lots=answer.lots,
            risk_amount=answer.risk_amount,
            answer=answer.decision,
            reason=translated(answer.details, answer.checks),
            checks=answer.checks,
        )

    @property
    def reward_ratio(self) -> float | None:
        """How many times the risk the target would bring; None without stop or target, or where they lie amiss."""
        return reward_ratio(self.direction, self.entry, self.stop_loss, self.take_profit)


def line_key(what: str, ticket: int) -> str:
    """Return the key of a position's stop or target, or of an order."""
    return f"{what}:{ticket}"


def desk_lines(snapshot: DeskSnapshot, symbol: str, moved: Mapping[str, float] = _NOT_MOVED) -> tuple[PriceLine, ...]:
    """Return the lines of a symbol's positions, working orders and waiting intents.

    `moved` has the prices of lines that are in the hand or asked about, by their keys: what they say is of there.
    """
    lines: list[PriceLine] = []
    currency = snapshot.account.currency if snapshot.account else ""
    for position in snapshot.positions:
        if position.symbol == symbol:
            lines.extend(_position_lines(position, currency, moved))
    for order in snapshot.orders:
        if order.symbol == symbol and order.price is not None:
            lines.extend(_order_lines(order, currency, moved))
    waiting = (intent for intent in snapshot.intents if intent.state is IntentState.PENDING)
    for intent in waiting:
        if intent.symbol == symbol and intent.price is not None:
            lines.extend(_ghosts(intent))
    return tuple(lines)


def _position_lines(position: PositionRow, currency: str, moved: Mapping[str, float]) -> Iterator[PriceLine]:
    """Return its entry, stop and target.  Pulled from the entry, a stop or target is set where there is none."""
    key, side = line_key(POSITION, position.ticket), position.direction
    profit = formats.money(position.profit, currency, signed=True, digits=position.money_digits)
    unprotected = "" if position.stop_loss else _("  no stop")
    text = f"{formats.side(side)} {formats.lots(position.volume)} #{position.ticket}  {profit}{unprotected}"
    if key in moved:
        what = level_pulled(position, moved[key])
        text = f"{what.capitalize()} #{position.ticket}  {_result(position, moved[key], position.price_open, currency)}"
    yield PriceLine(key, position.price_open, text, LineKind.POSITION, side, is_draggable=True)
    levels = ((STOP, position.stop_loss, LineKind.STOP), (TARGET, position.take_profit, LineKind.TARGET))
    for what, present, kind in levels:
        key = line_key(what, position.ticket)
        price = moved.get(key, present)
        if price:
            text = f"{what.capitalize()} #{position.ticket}  {_result(position, price, position.price_open, currency)}"
            yield PriceLine(key, price, text, kind, side, is_draggable=True)


def level_pulled(position: PositionRow, price: float) -> str:
    """Return whether a price pulled from a position's entry is its stop or its target: by the side of the market."""
    return STOP if (price - position.price_current) * position.direction < 0.0 else TARGET


def _result(row: PositionRow | OrderRow, price: float, entry: float, currency: str) -> str:
    """Return what would be won or lost at a price: pips from the entry, and money where it is known."""
    way = (price - entry) * row.direction
    text = pips_text(way, row.digits)
    if row.price_value is None:
        return text
    return f"{text}  {formats.money(way * row.price_value, currency, signed=True, digits=row.money_digits)}"


def _order_lines(order: OrderRow, currency: str, moved: Mapping[str, float]) -> Iterator[PriceLine]:
    """Return where it rests, its stop and its target, what these would bring counted from there."""
    assert order.price is not None
    key = line_key(ORDER, order.ticket)
    rests = moved.get(key, order.price)
    text = f"{order.kind} {formats.lots(order.volume)} #{order.ticket}"
    if key in moved:
        text += f"  {pips_text(rests - order.price, order.digits)}"
        text += (
            _("  at its stop {result}").format(result=_result(order, order.stop_loss, rests, currency))
            if order.stop_loss
            else _("  no stop")
        )
    # A stop limit order has two prices, of which one line moves one: it is moved by its bar.
    movable = order.direction != 0 and order.limit_price is None
    yield PriceLine(key, rests, text, LineKind.ORDER, order.direction, is_draggable=movable)
    levels = (
        (ORDER_STOP, _("Stop"), order.stop_loss, LineKind.STOP),
        (ORDER_TARGET, _("Target"), order.take_profit, LineKind.TARGET),
    )
    for what, name, present, kind in levels:
        key = line_key(what, order.ticket)
        price = moved.get(key, present)
        if price:
            text = _("{name} of order #{ticket}  {result}").format(
                name=name, ticket=order.ticket, result=_result(order, price, rests, currency)
            )
            yield PriceLine(key, price, text, kind, order.direction, is_draggable=movable)


def _ghosts(intent: IntentRow) -> Iterator[PriceLine]:
    """Return the entry, stop and target of an intent that waits, all dotted; only the entry says what it is."""
    assert intent.price is not None
    kind = f" {intent.order_kind}" if intent.order_kind else ""
    text = _("pending {side}{kind} {lots} {source}").format(
        side=formats.side(intent.direction), kind=kind, lots=formats.lots(intent.lots), source=intent.source
    )
    for what, price, message in (
        ("intent", intent.price, text),
        ("intent_stop", intent.stop_loss, _("pending stop")),
        ("intent_target", intent.take_profit, _("pending target")),
    ):
        if price:
            yield PriceLine(f"{what}:{intent.intent_id}", price, message, LineKind.GHOST, intent.direction)


def plan_lines(plan: TradePlan) -> tuple[tuple[PriceLine, ...], tuple[Zone, ...]]:
    """Return entry, stop and target of the planned trade, and the bands between them."""
    if plan.entry is None:
        return (), ()
    lines = [
        PriceLine(line_key(PLAN, 0), plan.entry, _entry_text(plan), LineKind.ENTRY, plan.direction, is_draggable=True)
    ]
    zones: list[Zone] = []
    for what, price, kind in (
        (STOP, plan.stop_loss, LineKind.STOP),
        (TARGET, plan.take_profit, LineKind.TARGET),
    ):
        if price is not None:
            text = _stop_text(plan, price) if what == STOP else _target_text(plan, price)
            lines.append(PriceLine(line_key(what, 0), price, text, kind, plan.direction, is_draggable=True))
            zones.append(Zone(min(price, plan.entry), max(price, plan.entry), kind))
    return tuple(lines), tuple(zones)


def _entry_text(plan: TradePlan) -> str:
    """Return size, place and answer; below them, what decides the size and what margin is left.

    Nothing was submitted yet, so the words are others than those of an answer to what was.
    """
    size = f" {formats.lots(plan.lots)}" if plan.lots > 0.0 else ""
    where = f"{plan.order_kind} {formats.price(plan.entry, plan.digits)}" if plan.order_kind else _("at market")
    text = f"{formats.side(plan.direction)}{size} {where}"
    if not plan.answer:
        return text
    message, _tone = preview_text(plan.answer, plan.checks)
    if plan.answer == REJECTED:
        return f"{text}  {message}: {plan.reason}"
    below = " \N{MIDDLE DOT} ".join(_limits(plan.checks))
    return f"{text}  {message}\n{below}" if below else f"{text}  {message}"


def _limits(checks: tuple[Verdict, ...]) -> Iterator[str]:
    """Return the largest size with the limit that decides it, and the margin level; short, since bars lie below."""
    for each in checks:
        if _LARGEST in each.message:
            yield _("largest ") + each.message.rpartition(_LARGEST)[2]
        elif each.code == _MARGIN and each.observed is not None:
            yield _("margin level {observed} %").format(observed=formats.number(each.observed, 0))


def _stop_text(plan: TradePlan, price: float) -> str:
    assert plan.entry is not None
    text = _("Stop {pips_text}").format(pips_text=pips_text((price - plan.entry) * plan.direction, plan.digits))
    if plan.risk_amount is None:
        return text
    return f"{text}  {formats.money(-abs(plan.risk_amount), plan.currency)}"


def _target_text(plan: TradePlan, price: float) -> str:
    assert plan.entry is not None
    text = _("Target {pips_text}").format(pips_text=pips_text((price - plan.entry) * plan.direction, plan.digits))
    ratio = plan.reward_ratio
    if ratio is None:
        return text
    text += f"  {formats.number(ratio, 1, signed=True)} R"
    if plan.risk_amount is None:
        return text
    return f"{text}  {formats.money(ratio * abs(plan.risk_amount), plan.currency, signed=True)}"


def pips_text(distance: float, digits: int) -> str:
    """Return a distance in price units as signed pips."""
    return _("{distance} pips").format(distance=formats.number(distance / pip_size(digits), 1, signed=True))
