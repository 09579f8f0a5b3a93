# SPDX-License-Identifier: MIT
"""The three functions of the package that are written in Python: market orders with a few tries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arbitrex_desktop.mt5.constants import OrderType, TradeAction, TradeRetcode
from arbitrex_desktop.mt5.simulator.module.market_functions import MarketFunctions
from arbitrex_desktop.mt5.simulator.module.trade_functions import TradeFunctions

if TYPE_CHECKING:
    from arbitrex_desktop.mt5.simulator.module.tuples import OrderSendResult

_TRIES: Final = 10
_DEVIATION: Final = 10
_TRY_AGAIN: Final = frozenset({TradeRetcode.REQUOTE, TradeRetcode.PRICE_OFF})
_SIDES: Final = (OrderType.BUY, OrderType.SELL)


class _NoQuoteError(Exception):
    """There is no tick to take a price from."""


class HelperFunctions(MarketFunctions, TradeFunctions):
    """`Buy`, `Sell` and `Close`."""

    def _RawOrder(  # noqa: N802, PLR0917 - the package's own, which others import although it is private
        self, order_type: Any, symbol: Any, volume: Any, price: Any, comment: Any = None, ticket: Any = None
    ) -> OrderSendResult | None:
        """Send one market order; no filling mode is given, so it is 0, fill or kill."""
        request = {
            "action": TradeAction.DEAL,
            "symbol": symbol,
            "volume": volume,
            "type": order_type,
            "price": price,
            "deviation": _DEVIATION,
        }
        optional = {"comment": comment, "position": ticket}
        return self.order_send(request | {key: value for key, value in optional.items() if value is not None})

    def _at_current_price(
        self, side: OrderType, symbol: Any, volume: Any, optional: dict[str, Any]
    ) -> OrderSendResult | None:
        """Send a market order at the price of the moment, again while the answer is a requote or no price."""
        for _ in range(_TRIES):
            tick = self.symbol_info_tick(symbol)
            if tick is None:
                raise _NoQuoteError
            price = tick.ask if side == OrderType.BUY else tick.bid
            answer = self._RawOrder(side, symbol, volume, price, **optional)
            if answer is None or answer.retcode not in _TRY_AGAIN:
                break
        return answer

    def _order(
        self, side: OrderType, symbol: Any, volume: Any, price: Any, optional: dict[str, Any]
    ) -> OrderSendResult | None:
        """Send a market order at a price or, without one, at the current one; raise AttributeError with neither."""
        if price is not None:
            return self._RawOrder(side, symbol, volume, price, **optional)
        try:
            return self._at_current_price(side, symbol, volume, optional)
        except _NoQuoteError:  # the package asks the tick that it has not got for its price
            raise AttributeError("no tick to take a price from") from None

    def Buy(  # noqa: N802 - the package's name
        self, symbol: Any, volume: Any, price: Any = None, *, comment: Any = None, ticket: Any = None
    ) -> OrderSendResult | None:
        """Buy a volume (lots) at a price, or at the current ask; `ticket` is the position that it closes.

        Raises AttributeError when there is no price and no quote.
        """
        optional = {"comment": comment, "ticket": ticket}
        return self._order(OrderType.BUY, symbol, volume, price, optional)

    def Sell(  # noqa: N802 - the package's name
        self, symbol: Any, volume: Any, price: Any = None, *, comment: Any = None, ticket: Any = None
    ) -> OrderSendResult | None:
        """Sell a volume (lots) at a price, or at the current bid; `ticket` is the position that it closes.

        Raises AttributeError when there is no price and no quote.
        """
        optional = {"comment": comment, "ticket": ticket}
        return self._order(OrderType.SELL, symbol, volume, price, optional)

    def Close(  # noqa: N802 - the package's name
        self, symbol: Any, *, comment: Any = None, ticket: Any = None
    ) -> bool | str | None:
        """Close a symbol's positions, or the one of a ticket.

        Returns True when all were closed, "Partially" when some were, False when none was or there was none, and
        None at once when there is no quote or a request gets no answer.  Raises TypeError when the positions
        cannot be read.
        """
        found: Any = self.positions_get(symbol=symbol) if ticket is None else self.positions_get(ticket=ticket)
        positions = [position for position in found if position.type in _SIDES]
        done = 0
        for position in positions:
            opposite = OrderType.SELL if position.type == OrderType.BUY else OrderType.BUY
            optional = {"comment": comment, "ticket": position.ticket}
            try:
                answer = self._at_current_price(opposite, symbol, position.volume, optional)
            except _NoQuoteError:
                return None
            if answer is None:
                return None
            done += answer.retcode == TradeRetcode.DONE
        return "Partially" if 0 < done < len(positions) else done > 0
