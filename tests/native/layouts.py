# SPDX-License-Identifier: MIT
"""How the MetaTrader5 package's structures lie on its pipe: packed, little-endian, texts in fixed UTF-16 buffers.

Found with the genuine package (5.0.6231) under Wine: zeros of every length until it took one, then one byte set at a
time to see which field changed.  Nothing was seen of a real terminal.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, Final, Generic, TypeVar

from arbitrex_desktop.mt5 import results

R = TypeVar("R", bound=results.ModuleResult)
_UNUSED: Final = "-"


def fixed_text(text: str, size: int) -> bytes:
    """Return a text as it stands in a buffer of so many bytes: cut to what fits with a zero at its end."""
    return text.encode("utf-16-le")[: size - 2].ljust(size, b"\0")


def read_fixed_text(buffer: bytes) -> str:
    """Return the text in a buffer, up to its first zero."""
    return buffer.decode("utf-16-le").partition("\0")[0]


class Layout(Generic[R]):
    """The fields of one structure in the order of the pipe.

    `text` has `name:code` for each, where the code is one of `struct`'s, or the bytes of a text's buffer; the name
    `-` stands for bytes that no field is read from.

    Attributes:
        size: bytes of one structure.
    """

    def __init__(self, result_type: type[R], text: str) -> None:
        self._type = result_type
        pairs = [(name, code) for name, _, code in (part.partition(":") for part in text.split())]
        self._texts = {name: int(code) for name, code in pairs if code.isdecimal()}
        self._names = [name for name, _ in pairs if name != _UNUSED]
        self._struct = Struct("<" + "".join(f"{code}s" if code.isdecimal() else code for _, code in pairs))
        self.size = self._struct.size

    @property
    def names(self) -> list[str]:
        """Return the names of the fields."""
        return list(self._names)

    def pack(self, result: R) -> bytes:
        """Return a result as it stands on the pipe."""
        return self._struct.pack(*(self._packed(name, getattr(result, name)) for name in self._names))

    def read(self, data: bytes) -> dict[str, Any]:
        """Return the fields by name."""
        values = zip(self._names, self._struct.unpack(data), strict=True)
        return {name: read_fixed_text(value) if name in self._texts else value for name, value in values}

    def unpack(self, data: bytes) -> R:
        """Return the result; raise KeyError for a structure that lacks a field of it."""
        return self._type.from_mapping(self.read(data))

    def _packed(self, name: str, value: Any) -> Any:
        return fixed_text(value, self._texts[name]) if name in self._texts else value


TICK: Final = Layout(results.Tick, "time:q bid:d ask:d last:d volume:Q time_msc:q flags:I volume_real:d")
BOOK: Final = Layout(results.BookInfo, "type:i price:d volume:q volume_dbl:d")
POSITION: Final = Layout(
    results.TradePosition,
    """ticket:Q time:q time_msc:q time_update:q time_update_msc:q type:I magic:Q identifier:Q reason:I volume:d
    price_open:d sl:d tp:d price_current:d -:8x swap:d profit:d symbol:64 comment:64 external_id:64""",
)
ORDER: Final = Layout(
    results.TradeOrder,
    """ticket:Q time_setup:q time_setup_msc:q time_done:q time_done_msc:q time_expiration:q type:I type_time:I
    type_filling:I state:I magic:Q position_id:Q position_by_id:Q reason:I volume_initial:d volume_current:d
    price_open:d sl:d tp:d price_current:d price_stoplimit:d symbol:64 comment:64 external_id:64""",
)
DEAL: Final = Layout(
    results.TradeDeal,
    """ticket:Q order:Q time:q time_msc:q type:I entry:I magic:Q position_id:Q reason:I volume:d price:d commission:d
    swap:d profit:d fee:d symbol:64 comment:64 external_id:64""",
)
REQUEST: Final = Layout(
    results.TradeRequest,
    """action:I magic:Q order:Q symbol:64 volume:d price:d stoplimit:d sl:d tp:d deviation:Q type:I type_filling:I
    type_time:I expiration:q comment:64 position:Q position_by:Q""",
)
CHECKED: Final = Layout(
    results.OrderCheckResult,
    "retcode:I balance:d equity:d profit:d margin:d margin_free:d margin_level:d comment:200",
)
SENT: Final = Layout(
    results.OrderSendResult,
    "retcode:I deal:Q order:Q volume:d price:d bid:d ask:d comment:200 request_id:I retcode_external:i",
)
ACCOUNT: Final = Layout(
    results.AccountInfo,
    """login:Q trade_mode:I leverage:I limit_orders:I margin_so_mode:I trade_allowed:? trade_expert:? margin_mode:I
    currency_digits:I fifo_close:? balance:d credit:d profit:d equity:d margin:d margin_free:d margin_level:d
    margin_so_call:d margin_so_so:d margin_initial:d margin_maintenance:d assets:d liabilities:d commission_blocked:d
    name:256 server:128 currency:64 company:256""",
)
TERMINAL: Final = Layout(
    results.TerminalInfo,
    """build:I community_account:? community_connection:? connected:? dlls_allowed:? trade_allowed:? email_enabled:?
    ftp_enabled:? notifications_enabled:? maxbars:I mqid:? codepage:I ping_last:I community_balance:d
    retransmission:d company:520 name:520 language:520 path:520 data_path:520 commondata_path:520
    tradeapi_disabled:?""",
)
SYMBOL: Final = Layout(
    results.SymbolInfo,
    """custom:? chart_mode:I select:? visible:? session_deals:Q session_buy_orders:Q session_sell_orders:Q volume:Q
    volumehigh:Q volumelow:Q time:q digits:I spread:i spread_float:? ticks_bookdepth:I trade_calc_mode:I trade_mode:I
    start_time:q expiration_time:q trade_stops_level:i trade_freeze_level:i trade_exemode:I swap_mode:I
    swap_rollover3days:I margin_hedged_use_leg:? expiration_mode:i filling_mode:i order_mode:i order_gtc_mode:I
    option_mode:I option_right:I bid:d bidhigh:d bidlow:d ask:d askhigh:d asklow:d last:d lasthigh:d lastlow:d
    volume_real:d volumehigh_real:d volumelow_real:d option_strike:d point:d trade_tick_value:d
    trade_tick_value_profit:d trade_tick_value_loss:d trade_tick_size:d trade_contract_size:d
    trade_accrued_interest:d trade_face_value:d trade_liquidity_rate:d volume_min:d volume_max:d volume_step:d
    volume_limit:d swap_long:d swap_short:d margin_initial:d margin_maintenance:d session_volume:d
    session_turnover:d session_interest:d session_buy_orders_volume:d session_sell_orders_volume:d session_open:d
    session_close:d session_aw:d session_price_settlement:d session_price_limit_min:d session_price_limit_max:d
    margin_hedged:d price_change:d price_volatility:d price_theoretical:d price_greeks_delta:d price_greeks_theta:d
    price_greeks_gamma:d price_greeks_vega:d price_greeks_rho:d price_greeks_omega:d price_sensitivity:d basis:64
    category:128 currency_base:32 currency_profit:32 currency_margin:32 bank:512 description:128 exchange:128
    formula:512 isin:32 page:512 path:256 name:64""",
)
