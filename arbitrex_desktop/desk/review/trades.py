# SPDX-License-Identifier: MIT
"""Closed trades, put together from the broker's deals.

A trade lasts from the deal that opens a position to the one that leaves nothing of it.  A netting position that is
reversed ends one trade and begins another, under the same number.  What the broker booked is shared out without a
rest: the results of all trades, the costs of what is still open, other charges and what was paid in and out add up to
the change of the balance.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Final, NamedTuple

from arbitrex_desktop.mt5.constants import DealEntry, DealReason, DealType
from arbitrex_desktop.mt5.results import TradeDeal
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE
from arbitrex_desktop.texts import N_

ToUtc = Callable[[float], datetime]

BROKER: Final = N_("broker")
REVERSED: Final = N_("reversed")
CLOSED_BY: Final = N_("close by")

DEPOSIT: Final = N_("deposit")
WITHDRAWAL: Final = N_("withdrawal")
CREDIT: Final = N_("credit")
"""Lent by the broker: it counts to the equity, never to the balance."""
CHARGE: Final = N_("charge")
"""Fees, interest, dividends and whatever else the broker books to no position."""

_TRADES: Final = frozenset({DealType.BUY, DealType.SELL})
_PAID: Final = frozenset({DealType.BALANCE, DealType.CORRECTION, DealType.BONUS})
_REASONS: Final = {
    DealReason.CLIENT: N_("by hand"),
    DealReason.MOBILE: N_("by hand"),
    DealReason.WEB: N_("by hand"),
    DealReason.EXPERT: N_("program"),
    DealReason.SL: N_("stop"),
    DealReason.TP: N_("target"),
    DealReason.SO: N_("stop out"),
}
_UNITS: Final = 100_000_000
"""The trade server counts volumes in hundred-millionths of a lot."""


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """A trade that was closed, or in part.

    Attributes:
        position: the broker's number of the position
        life: counts from 0 the trades of one position, of which a netting account may make several
        symbol: the broker's name
        direction: 1 or -1
        volume: opened in all, in lots
        closed_volume: closed in all, in lots; less than `volume` while a part is still open
        opened_at: moment of the first deal, UTC; None where the history begins later
        closed_at: moment of the last deal that closed, UTC
        entry, exit: prices, weighted by volume; the entry None where the history begins later
        profit: result of the prices alone, in account currency, as are
        commission, swap, fee: as booked, negative where they cost
        reason: what closed it last: stop, target, stop out, by hand, program, reversed, close by or broker
        exits: deals that closed
        orders: tickets of the orders that opened
        exit_orders: tickets of the orders that closed
        comment: of the deal that opened
        magic: of the deal that opened
        intent_id: the desk's intent that it came from, empty for none, as are
        source: "manual" or the strategy that sent the intent
        first_stop: price of the stop that it had first, None where there was none or it is not known
        slippage_points: points by which the entry was worse than asked, None where the journal does not say
        slippage_amount: the same in account currency
        exit_slippage: price by which a stop or target was filled worse than it stood, None for other exits
        note: what the trader wrote about it
        tags: words that the trader put on it
    """

    position: int
    life: int
    symbol: str
    direction: int
    volume: float
    closed_volume: float
    opened_at: datetime | None
    closed_at: datetime
    entry: float | None
    exit: float
    profit: float
    commission: float
    swap: float
    fee: float
    reason: str
    exits: int
    orders: tuple[int, ...] = ()
    exit_orders: tuple[int, ...] = ()
    comment: str = ""
    magic: int = 0
    intent_id: str = ""
    source: str = ""
    first_stop: float | None = None
    slippage_points: float | None = None
    slippage_amount: float | None = None
    exit_slippage: float | None = None
    note: str = ""
    tags: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name among all trades of the account."""
        return f"{self.position}.{self.life}"

    @property
    def net(self) -> float:
        """The result with all costs, in account currency."""
        return math.fsum((self.profit, self.commission, self.swap, self.fee))

    @property
    def whole(self) -> bool:
        """Whether nothing of it is open any more."""
        return self.closed_volume >= self.volume - VOLUME_TOLERANCE

    @property
    def seconds(self) -> float | None:
        """How long it was open, None where the history begins later."""
        return None if self.opened_at is None else (self.closed_at - self.opened_at).total_seconds()

    @property
    def r(self) -> float | None:
        """How many times the distance from entry to the first stop the price went its way, costs left out."""
        if self.entry is None or not self.first_stop:
            return None
        risk = (self.entry - self.first_stop) * self.direction
        return (self.exit - self.entry) * self.direction / risk if risk > 0.0 else None


@dataclass(frozen=True, slots=True)
class MoneyFlow:
    """Money that is no trade's result: `amount` in account currency, `kind` one of the four words above."""

    ticket: int
    at: datetime
    amount: float
    kind: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class BalanceStep:
    """A change of the balance at a moment (UTC); `paid`, whether it was paid in or out and so no gain or loss."""

    at: datetime
    amount: float
    paid: bool


class OpenCosts(NamedTuple):
    """What deals say of a position that is open: its lots, and what was charged for opening them.

    `commission`, with fees, is in account currency and negative for what was paid; what a close will cost is not in it.
    """

    lots: float
    commission: float


@dataclass(frozen=True, slots=True)
class TradeBook:
    """All that deals add up to, oldest first.

    Attributes:
        trades: closed in whole or in part, by the moment of their last closing deal
        flows: deposits, withdrawals and charges
        open_costs: what was booked already for positions of which nothing was closed, in account currency
        steps: every change of the balance
        held: the positions that are open, by the broker's number of them
    """

    trades: tuple[ClosedTrade, ...] = ()
    flows: tuple[MoneyFlow, ...] = ()
    open_costs: float = 0.0
    steps: tuple[BalanceStep, ...] = ()
    held: Mapping[int, OpenCosts] = field(default_factory=dict)


def read_deals(deals: Iterable[TradeDeal], to_utc: ToUtc, digits: int = 2) -> TradeBook:
    """Return the trades and flows of an account's whole history; `digits`, the decimals of its currency."""
    ordered = sorted({deal.ticket: deal for deal in deals}.values(), key=lambda deal: (_msc(deal), deal.ticket))
    by_position: dict[int, list[TradeDeal]] = defaultdict(list)
    flows: list[MoneyFlow] = []
    for deal in ordered:
        if deal.type in _TRADES and deal.position_id:
            by_position[deal.position_id].append(deal)
        elif amount_of(deal):
            at = to_utc(_msc(deal) / 1000)
            flows.append(MoneyFlow(deal.ticket, at, amount_of(deal), _kind(deal), deal.comment))
    by_number = {number: _lives(position, digits) for number, position in by_position.items()}
    lives = [life for position in by_number.values() for life in position]
    trades = sorted((life.trade(to_utc) for life in lives if life.exits), key=lambda trade: trade.closed_at)
    costs = math.fsum(amount for life in lives if not life.exits for amount in life.amounts())
    booked = (deal for deal in ordered if amount_of(deal) and deal.type != DealType.CREDIT)
    steps = tuple(BalanceStep(to_utc(_msc(deal) / 1000), amount_of(deal), deal.type in _PAID) for deal in booked)
    held = {number: position[-1].open_costs(digits) for number, position in by_number.items() if position[-1].is_open}
    return TradeBook(tuple(trades), tuple(flows), costs, steps, held)


def amount_of(deal: TradeDeal) -> float:
    """Return by how much a deal changes the balance, in account currency."""
    return math.fsum((deal.profit, deal.commission, deal.swap, deal.fee))


def _kind(deal: TradeDeal) -> str:
    if deal.type == DealType.CREDIT:
        return CREDIT
    if deal.type not in _PAID:
        return CHARGE
    return DEPOSIT if amount_of(deal) > 0.0 else WITHDRAWAL


def _msc(deal: TradeDeal) -> int:
    return deal.time_msc or deal.time * 1000


@dataclass(slots=True)
class _Fill:
    """A part of a deal: volume in lots and what of the deal's money goes with it."""

    deal: TradeDeal
    volume: float
    profit: float = 0.0
    commission: float = 0.0
    swap: float = 0.0
    fee: float = 0.0


@dataclass(slots=True)
class _Life:
    """A trade while its deals are gone through."""

    number: int
    direction: int
    entries: list[_Fill] = field(default_factory=list)
    exits: list[_Fill] = field(default_factory=list)

    @property
    def left(self) -> float:
        """What is still open, in lots; endless where the opening deals are not known."""
        if not self.entries:
            return math.inf
        return math.fsum((*(fill.volume for fill in self.entries), *(-fill.volume for fill in self.exits)))

    @property
    def is_open(self) -> bool:
        """Whether something of it is open, as far as its opening deals are known."""
        return bool(self.entries) and self.left > VOLUME_TOLERANCE

    def open_costs(self, digits: int) -> OpenCosts:
        """Return what is open, and its share of what was charged for opening, in an account's `digits`."""
        charged = math.fsum(fill.commission + fill.fee for fill in self.entries)
        return OpenCosts(self.left, _share(charged, self.left, math.fsum(fill.volume for fill in self.entries), digits))

    def amounts(self) -> list[float]:
        """Return what was booked for it."""
        fills = (*self.entries, *self.exits)
        return [amount for fill in fills for amount in (fill.profit, fill.commission, fill.swap, fill.fee)]

    def trade(self, to_utc: ToUtc) -> ClosedTrade:
        """Return what it came to."""
        fills, last = (*self.entries, *self.exits), self.exits[-1].deal
        first = fills[0].deal
        closed = math.fsum(fill.volume for fill in self.exits)
        return ClosedTrade(
            position=last.position_id,
            life=self.number,
            symbol=last.symbol,
            direction=self.direction,
            volume=math.fsum(fill.volume for fill in self.entries) if self.entries else closed,
            closed_volume=closed,
            opened_at=to_utc(_msc(first) / 1000) if self.entries else None,
            closed_at=to_utc(_msc(last) / 1000),
            entry=_mean_price(self.entries) if self.entries else None,
            exit=_mean_price(self.exits),
            profit=math.fsum(fill.profit for fill in fills),
            commission=math.fsum(fill.commission for fill in fills),
            swap=math.fsum(fill.swap for fill in fills),
            fee=math.fsum(fill.fee for fill in fills),
            reason=_reason(last),
            exits=len(self.exits),
            orders=tuple(dict.fromkeys(fill.deal.order for fill in self.entries)),
            exit_orders=tuple(dict.fromkeys(fill.deal.order for fill in self.exits)),
            comment=first.comment if self.entries else "",
            magic=first.magic,
        )


def _lives(deals: Sequence[TradeDeal], digits: int) -> list[_Life]:
    """Return the trades that one position's deals, oldest first, make up."""
    lives: list[_Life] = []
    for deal in deals:
        side = 1 if deal.type == DealType.BUY else -1
        life = lives[-1] if lives and lives[-1].left > VOLUME_TOLERANCE else None
        if deal.entry == DealEntry.IN:
            if life is None or not life.entries:
                life = _begin(lives, side)
            life.entries.append(_whole(deal))
            continue
        if life is None:
            life = _begin(lives, -side)
        if deal.entry == DealEntry.INOUT:
            closing, opening = _halves(deal, life.left if life.entries else deal.volume, digits)
            life.exits.append(closing)
            if opening.volume > VOLUME_TOLERANCE:
                _begin(lives, side).entries.append(opening)
        else:
            life.exits.append(_whole(deal))
    return lives


def _begin(lives: list[_Life], direction: int) -> _Life:
    lives.append(_Life(len(lives), direction))
    return lives[-1]


def _whole(deal: TradeDeal) -> _Fill:
    return _Fill(deal, deal.volume, deal.profit, deal.commission, deal.swap, deal.fee)


def _halves(deal: TradeDeal, left: float, digits: int) -> tuple[_Fill, _Fill]:
    """Return what a reversal closes and what it opens: profit and swap are of the closing, costs go by volume."""
    closed = min(left, deal.volume)
    commission, fee = (_share(amount, closed, deal.volume, digits) for amount in (deal.commission, deal.fee))
    closing = _Fill(deal, closed, deal.profit, commission, deal.swap, fee)
    rest = (round(deal.commission - commission, digits + 2), round(deal.fee - fee, digits + 2))
    return closing, _Fill(deal, deal.volume - closed, commission=rest[0], fee=rest[1])


def _share(amount: float, part: float, whole: float, digits: int) -> float:
    """Return what of an amount goes with a part of a volume, in whole minor units; halves go to the even one."""
    scale = 10.0**digits
    return round(Fraction(round(amount * scale) * round(part * _UNITS), round(whole * _UNITS))) / scale


def _mean_price(fills: Sequence[_Fill]) -> float:
    """Return the price weighted by volume."""
    return math.fsum(fill.deal.price * fill.volume for fill in fills) / math.fsum(fill.volume for fill in fills)


def _reason(deal: TradeDeal) -> str:
    """Return what a deal was closed by."""
    if deal.entry == DealEntry.INOUT:
        return REVERSED
    if deal.entry == DealEntry.OUT_BY:
        return CLOSED_BY
    try:
        return _REASONS.get(DealReason(deal.reason), BROKER)
    except ValueError:
        return BROKER
