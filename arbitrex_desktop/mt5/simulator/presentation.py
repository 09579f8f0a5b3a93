# SPDX-License-Identifier: MIT
"""The broker's records as the terminal shows them: lots, account currency, and the server's clock."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Final

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import AccountMarginMode, AccountTradeMode, PositionType, SymbolTradeMode
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.broker.records import BUY, BrokerPosition, Deal, Order, lots
from arbitrex_desktop.mt5.simulator.broker.rules import BrokerRules
from arbitrex_desktop.mt5.simulator.broker.valuation import AccountFigures, BrokerQuote, currency_digits
from arbitrex_desktop.mt5.simulator.market.market_feed import Extremes
from arbitrex_desktop.mt5.simulator.market.server_clock import SimulatedServerClock
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

COMPANY: Final = "Arbitrex simulation"
PROGRAM_FOLDER: Final = "C:\\Program Files\\Simulated terminal"
DATA_FOLDER: Final = "C:\\ProgramData\\Simulated terminal"
COMMON_FOLDER: Final = "C:\\ProgramData\\Simulated terminal\\Common"
"""Where a terminal would keep its files; nothing is written there."""

BUILD: Final = 5000
_NOTHING: Final[dict[str, Any]] = {"int": 0, "float": 0.0, "str": "", "bool": False}
_ALL_EXPIRATIONS: Final = 15
_ALL_ORDER_KINDS: Final = 127


class ShownTime:
    """The server's clock as shown: its rule, and a jump that a fault may add.

    Attributes:
        jump_msc: by how much the clock is wrong, in milliseconds
    """

    def __init__(self, clock: SimulatedServerClock) -> None:
        self._clock = clock
        self.jump_msc = 0

    def shown(self, utc_msc: int) -> int:
        """Return a moment of UTC as the server shows it, in milliseconds; 0 stays 0, which is "never"."""
        return self._clock.to_server(utc_msc) + self.jump_msc if utc_msc else 0

    def utc(self, shown_msc: int) -> int:
        """Return the moment of UTC at which the server showed a time."""
        return self._clock.to_utc(shown_msc - self.jump_msc)

    def shown_ticks(self, rows: Rows) -> Rows:
        """Return a copy of ticks with their times as the server shows them."""
        copy = rows.copy()
        copy["time_msc"] += self._clock.offsets_msc(rows["time_msc"]) + self.jump_msc
        copy["time"] = copy["time_msc"] // 1000
        return copy

    def shown_bars(self, rows: Rows) -> Rows:
        """Return a copy of bars, which are cut on the server's clock already, with the jump."""
        copy = rows.copy()
        copy["time"] += self.jump_msc // 1000
        return copy


@dataclass(frozen=True, slots=True)
class DayPrices:
    """A symbol's bid at the start of the server's day and at the end of the one before, and the day's extremes.

    0 where there was none.
    """

    opened: float
    closed: float
    extremes: Extremes


@dataclass(frozen=True, slots=True)
class TickValues:
    """What one tick of one lot is worth in account currency, gained or lost."""

    gain: float
    loss: float


def tick(row: Rows, time: ShownTime) -> results.Tick:
    """Return an array of one tick as a result."""
    values = dict(zip(row.dtype.names or (), row.item(), strict=True))
    shown = time.shown(values["time_msc"])
    return results.Tick(**(values | {"time": shown // 1000, "time_msc": shown}))


def account(spec: SimulationSpec, figures: AccountFigures, rules: BrokerRules) -> results.AccountInfo:
    """Return the account with its sums."""
    scale = 10 ** currency_digits(spec.currency)
    values = _blank(results.AccountInfo) | {
        "login": spec.login,
        "trade_mode": int(AccountTradeMode.DEMO),
        "leverage": spec.leverage,
        "limit_orders": rules.max_orders,
        "trade_allowed": True,
        "trade_expert": True,
        "margin_mode": int(AccountMarginMode.RETAIL_HEDGING if spec.hedging else AccountMarginMode.RETAIL_NETTING),
        "currency_digits": currency_digits(spec.currency),
        "balance": figures.balance / scale,
        "credit": figures.credit / scale,
        "profit": figures.profit / scale,
        "equity": figures.equity / scale,
        "margin": figures.margin / scale,
        "margin_free": figures.free / scale,
        "margin_level": round(figures.level, 2),
        "margin_so_call": rules.margin_call,
        "margin_so_so": rules.stop_out,
        "name": "Simulated account",
        "server": spec.server,
        "currency": spec.currency,
        "company": COMPANY,
    }
    return results.AccountInfo(**values)


def terminal(*, connected: bool = True) -> results.TerminalInfo:
    """Return the simulated terminal's state."""
    values = _blank(results.TerminalInfo) | {
        "connected": connected,
        "trade_allowed": True,
        "build": BUILD,
        "maxbars": 100_000,
        "codepage": 0,
        "ping_last": 12_000,
        "company": COMPANY,
        "name": "Simulated terminal",
        "language": "English",
        "path": PROGRAM_FOLDER,
        "data_path": DATA_FOLDER,
        "commondata_path": COMMON_FOLDER,
    }
    return results.TerminalInfo(**values)


def symbol(spec: SymbolSpec, *, selected: bool, depth: int) -> dict[str, Any]:
    """Return a symbol's fixed properties, with nothing where prices belong."""
    return _blank(results.SymbolInfo) | {
        "select": selected,
        "visible": selected,
        "digits": spec.digits,
        "point": spec.point,
        "spread_float": True,
        "ticks_bookdepth": depth,
        "trade_calc_mode": int(spec.calc_mode),
        "trade_mode": int(SymbolTradeMode.FULL),
        "trade_stops_level": spec.stops_level,
        "trade_freeze_level": spec.freeze_level,
        "trade_exemode": int(spec.execution),
        "trade_tick_size": spec.point,
        "trade_contract_size": spec.contract_size,
        "margin_initial": spec.margin_initial,
        "margin_maintenance": spec.margin_initial,
        "trade_face_value": spec.face_value,
        "swap_mode": int(spec.swap_mode),
        "swap_rollover3days": spec.triple_swap_day,
        "swap_long": spec.swap_long,
        "swap_short": spec.swap_short,
        "margin_hedged_use_leg": True,
        "margin_hedged": spec.contract_size,
        "expiration_mode": _ALL_EXPIRATIONS,
        "filling_mode": int(spec.filling),
        "order_mode": _ALL_ORDER_KINDS,
        "volume_min": spec.volume_min,
        "volume_max": spec.volume_max,
        "volume_step": spec.volume_step,
        "volume_limit": spec.volume_limit,
        "currency_base": spec.base,
        "currency_profit": spec.profit,
        "currency_margin": spec.margin,
        "description": spec.description,
        "name": spec.name,
        "path": f"{spec.group}\\{spec.name}",
    }


def symbol_prices(
    spec: SymbolSpec, quote: BrokerQuote, time: ShownTime, day: DayPrices, values: TickValues
) -> dict[str, Any]:
    """Return the properties of a symbol that follow its price."""
    return {
        "time": time.shown(quote.time_msc) // 1000,
        "bid": quote.bid,
        "ask": quote.ask,
        "last": quote.last,
        "spread": round((quote.ask - quote.bid) / spec.point),
        "trade_tick_value": values.gain,
        "trade_tick_value_profit": values.gain,
        "trade_tick_value_loss": values.loss,
        "bidlow": day.extremes.bid_low,
        "bidhigh": day.extremes.bid_high,
        "asklow": day.extremes.ask_low,
        "askhigh": day.extremes.ask_high,
        "lastlow": day.extremes.last_low,
        "lasthigh": day.extremes.last_high,
        "volumelow": int(day.extremes.volume_low),
        "volumehigh": int(day.extremes.volume_high),
        "volumelow_real": day.extremes.volume_low,
        "volumehigh_real": day.extremes.volume_high,
        "session_open": day.opened,
        "session_close": day.closed,
        "price_change": round((quote.bid / day.closed - 1.0) * 100.0, 4) if day.closed else 0.0,
    }


def position(
    record: BrokerPosition, time: ShownTime, *, price: float, profit: float, swap: float
) -> results.TradePosition:
    """Return a position at a closing price; profit and swap in account currency."""
    opened, updated = time.shown(record.time_msc), time.shown(record.update_msc)
    return results.TradePosition(
        ticket=record.ticket,
        time=opened // 1000,
        time_msc=opened,
        time_update=updated // 1000,
        time_update_msc=updated,
        type=int(PositionType.BUY if record.side == BUY else PositionType.SELL),
        magic=record.magic,
        identifier=record.position_id,
        reason=int(record.reason),
        volume=lots(record.volume),
        price_open=record.price_open,
        sl=record.sl,
        tp=record.tp,
        price_current=price,
        swap=swap,
        profit=profit,
        symbol=record.symbol,
        comment=record.comment,
        external_id="",
    )


def order(record: Order, time: ShownTime, *, price: float) -> results.TradeOrder:
    """Return an order; `price` is the symbol's present one, or that of the moment at which the order was done."""
    setup, done = time.shown(record.time_msc), time.shown(record.time_done_msc)
    return results.TradeOrder(
        ticket=record.ticket,
        time_setup=setup // 1000,
        time_setup_msc=setup,
        time_done=done // 1000,
        time_done_msc=done,
        time_expiration=time.shown(record.expiration_msc) // 1000,
        type=int(record.type),
        type_time=int(record.lifetime),
        type_filling=int(record.filling),
        state=int(record.state),
        magic=record.magic,
        position_id=record.position,
        position_by_id=record.position_by,
        reason=int(record.reason),
        volume_initial=lots(record.volume_initial),
        volume_current=lots(record.volume),
        price_open=record.price,
        sl=record.sl,
        tp=record.tp,
        price_current=price,
        price_stoplimit=record.stoplimit,
        symbol=record.symbol,
        comment=record.comment,
        external_id="",
    )


def deal(record: Deal, time: ShownTime, scale: int) -> results.TradeDeal:
    """Return a deal; `scale` is minor units per unit of account currency."""
    made = time.shown(record.time_msc)
    return results.TradeDeal(
        ticket=record.ticket,
        order=record.order,
        time=made // 1000,
        time_msc=made,
        type=int(record.type),
        entry=int(record.entry),
        magic=record.magic,
        position_id=record.position,
        reason=int(record.reason),
        volume=lots(record.volume),
        price=record.price,
        commission=record.commission / scale,
        swap=record.swap / scale,
        profit=record.profit / scale,
        fee=0.0,
        symbol=record.symbol,
        comment=record.comment,
        external_id="",
    )


@cache
def _blank(kind: type[results.ModuleResult]) -> dict[str, Any]:
    """Return all fields of a result with nothing in them."""
    return {field.name: _NOTHING[str(field.type)] for field in fields(kind)}
