# SPDX-License-Identifier: MIT
"""The desk on the chart: positions, orders and waiting intents of a symbol as lines, and the trade being planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Self

from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.presentation.core_text import reason_text
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot, IntentRow, OrderRow, PositionRow
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.chart.marks import LineKind, LineOwner, LinePart, LineRef, PriceLine, Zone
from arbitrex_desktop.ui.models.preview_text import REJECTED, preview_text
from arbitrex_desktop.ui.models.ticket import pip_size, reward_ratio

PLAN_ENTRY: Final = LineRef(LineOwner.PLAN)
PLAN_STOP: Final = LineRef(LineOwner.PLAN, part=LinePart.STOP)
PLAN_TARGET: Final = LineRef(LineOwner.PLAN, part=LinePart.TARGET)
_NOT_MOVED: Final[Mapping[LineRef, float]] = MappingProxyType({})
_PART_NAMES: Final = {LinePart.STOP: N_("Stop"), LinePart.TARGET: N_("Target")}
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
            reason=reason_text(answer),
            checks=answer.checks,
        )

    @property
    def reward_ratio(self) -> float | None:
        """How many times the risk the target would bring; None without stop or target, or where they lie amiss."""
        return reward_ratio(self.direction, self.entry, self.stop_loss, self.take_profit)


def desk_lines(
    snapshot: DeskSnapshot, symbol: str, moved: Mapping[LineRef, float] = _NOT_MOVED
) -> tuple[PriceLine, ...]:
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


def _position_lines(position: PositionRow, currency: str, moved: Mapping[LineRef, float]) -> Iterator[PriceLine]:
    """Return its entry, stop and target.  Pulled from the entry, a stop or target is set where there is none."""
    key, side = LineRef(LineOwner.POSITION, position.ticket), position.direction
    profit = formats.money(position.profit, currency, signed=True, digits=position.money_digits)
    unprotected = "" if position.stop_loss else _("  no stop")
    text = f"{formats.side(side)} {formats.lots(position.volume)} #{position.ticket}  {profit}{unprotected}"
    if key in moved:
        text = _level_text(position, level_pulled(position, moved[key]), moved[key], currency)
    yield PriceLine(key, position.price_open, text, LineKind.POSITION, side, is_draggable=True)
    levels = (
        (LinePart.STOP, position.stop_loss, LineKind.STOP),
        (LinePart.TARGET, position.take_profit, LineKind.TARGET),
    )
    for part, present, kind in levels:
        key = LineRef(LineOwner.POSITION, position.ticket, part)
        price = moved.get(key, present)
        if price:
            yield PriceLine(key, price, _level_text(position, part, price, currency), kind, side, is_draggable=True)


def _level_text(position: PositionRow, part: LinePart, price: float, currency: str) -> str:
    """Return what a position's stop or target would bring at a price."""
    result = _result(position, price, position.price_open, currency)
    return f"{_(_PART_NAMES[part])} #{position.ticket}  {result}"


def level_pulled(position: PositionRow, price: float) -> LinePart:
    """Return whether a price pulled from a position's entry is its stop or its target: by the side of the market."""
    is_stop = (price - position.price_current) * position.direction < 0.0
    return LinePart.STOP if is_stop else LinePart.TARGET


def _result(row: PositionRow | OrderRow, price: float, entry: float, currency: str) -> str:
    """Return what would be won or lost at a price: pips from the entry, and money where it is known."""
    way = (price - entry) * row.direction
    text = pips_text(way, row.digits)
    if row.price_value is None:
        return text
    return f"{text}  {formats.money(way * row.price_value, currency, signed=True, digits=row.money_digits)}"


def _order_lines(order: OrderRow, currency: str, moved: Mapping[LineRef, float]) -> Iterator[PriceLine]:
    """Return where it rests, its stop and its target, what these would bring counted from there."""
    assert order.price is not None
    key = LineRef(LineOwner.ORDER, order.ticket)
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
        (LinePart.STOP, order.stop_loss, LineKind.STOP),
        (LinePart.TARGET, order.take_profit, LineKind.TARGET),
    )
    for part, present, kind in levels:
        key = LineRef(LineOwner.ORDER, order.ticket, part)
        price = moved.get(key, present)
        if price:
            text = _("{name} of order #{ticket}  {result}").format(
                name=_(_PART_NAMES[part]), ticket=order.ticket, result=_result(order, price, rests, currency)
            )
            yield PriceLine(key, price, text, kind, order.direction, is_draggable=movable)


def _ghosts(intent: IntentRow) -> Iterator[PriceLine]:
    """Return the entry, stop and target of an intent that waits, all dotted; only the entry says what it is."""
    assert intent.price is not None
    kind = f" {intent.order_kind}" if intent.order_kind else ""
    text = _("pending {side}{kind} {lots} {source}").format(
        side=formats.side(intent.direction), kind=kind, lots=formats.lots(intent.lots), source=intent.source
    )
    for part, price, message in (
        (LinePart.ENTRY, intent.price, text),
        (LinePart.STOP, intent.stop_loss, _("pending stop")),
        (LinePart.TARGET, intent.take_profit, _("pending target")),
    ):
        if price:
            key = LineRef(LineOwner.INTENT, intent.intent_id, part)
            yield PriceLine(key, price, message, LineKind.GHOST, intent.direction)


def plan_lines(plan: TradePlan) -> tuple[tuple[PriceLine, ...], tuple[Zone, ...]]:
    """Return entry, stop and target of the planned trade, and the bands between them."""
    if plan.entry is None:
        return (), ()
    lines = [PriceLine(PLAN_ENTRY, plan.entry, _entry_text(plan), LineKind.ENTRY, plan.direction, is_draggable=True)]
    zones: list[Zone] = []
    for key, price, kind, said in (
        (PLAN_STOP, plan.stop_loss, LineKind.STOP, _stop_text),
        (PLAN_TARGET, plan.take_profit, LineKind.TARGET, _target_text),
    ):
        if price is not None:
            lines.append(PriceLine(key, price, said(plan, price), kind, plan.direction, is_draggable=True))
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
        size = each.wording.size if each.wording is not None else None
        if size is not None and not size.blocked_by:
            lots = formats.lots(size.largest)
            yield _("largest {lots} lots, by {limit}").format(lots=lots, limit=_(size.by))
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
