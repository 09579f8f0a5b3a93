# SPDX-License-Identifier: MIT
"""What each answer of the trade server means for an order, in words and in what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from arbitrex_desktop.mt5.constants import ResultCode, TradeRetcode
from arbitrex_desktop.mt5.errors import CallFailed


class RetcodeAction(StrEnum):
    """What to do about an answer.

    DONE: carried out.  PARTIAL: carried out in part, the rest is gone.  RETRY: not carried out, a new price may
    help.  RECONCILE: may or may not be carried out; look before anything else.  REFUSED: not carried out, for good.
    """

    DONE = "DONE"
    PARTIAL = "PARTIAL"
    RETRY = "RETRY"
    RECONCILE = "RECONCILE"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Meaning:
    """An answer and its words for the trader."""

    answer: RetcodeAction
    message: str


_R = TradeRetcode
_MEANINGS: Final[dict[int, tuple[RetcodeAction, str]]] = {
    _R.REQUOTE: (RetcodeAction.RETRY, "the broker quotes another price"),
    _R.REJECT: (RetcodeAction.REFUSED, "the broker rejected the order"),
    _R.CANCEL: (RetcodeAction.REFUSED, "the order was cancelled in the terminal"),
    _R.PLACED: (RetcodeAction.RECONCILE, "the order was placed and is not filled yet"),
    _R.DONE: (RetcodeAction.DONE, "done"),
    _R.DONE_PARTIAL: (RetcodeAction.PARTIAL, "only a part was filled; the rest was cancelled"),
    _R.ERROR: (RetcodeAction.RECONCILE, "the broker reports an error while processing"),
    _R.TIMEOUT: (RetcodeAction.RECONCILE, "the broker did not answer in time"),
    _R.INVALID: (RetcodeAction.REFUSED, "the broker found the order invalid"),
    _R.INVALID_VOLUME: (RetcodeAction.REFUSED, "the volume is not one that the broker takes for this symbol"),
    _R.INVALID_PRICE: (RetcodeAction.REFUSED, "the price is not valid for this symbol"),
    _R.INVALID_STOPS: (RetcodeAction.REFUSED, "stop or target are too near to the price, or on the wrong side"),
    _R.TRADE_DISABLED: (RetcodeAction.REFUSED, "the broker has disabled trading on this symbol or account"),
    _R.MARKET_CLOSED: (RetcodeAction.REFUSED, "the market is closed"),
    _R.NO_MONEY: (RetcodeAction.REFUSED, "there is not enough free margin"),
    _R.PRICE_CHANGED: (RetcodeAction.RETRY, "the price changed on the way"),
    _R.PRICE_OFF: (RetcodeAction.RETRY, "the broker has no quotes to fill it at"),
    _R.INVALID_EXPIRATION: (RetcodeAction.REFUSED, "the order's expiry is not valid"),
    _R.ORDER_CHANGED: (RetcodeAction.RECONCILE, "the order's state changed meanwhile"),
    _R.TOO_MANY_REQUESTS: (RetcodeAction.REFUSED, "the broker finds the requests too frequent; wait a little"),
    _R.NO_CHANGES: (RetcodeAction.REFUSED, "the request changes nothing"),
    _R.SERVER_DISABLES_AT: (RetcodeAction.REFUSED, "the broker has disabled automated trading on this account"),
    _R.CLIENT_DISABLES_AT: (
        RetcodeAction.REFUSED,
        "AutoTrading is off in the terminal: press its Algo Trading button",
    ),
    _R.LOCKED: (RetcodeAction.RECONCILE, "the broker has locked the request for processing"),
    _R.FROZEN: (RetcodeAction.REFUSED, "order or position is too near to the price to be changed"),
    _R.INVALID_FILL: (RetcodeAction.REFUSED, "the broker does not take this way of filling"),
    _R.CONNECTION: (RetcodeAction.RECONCILE, "the terminal lost its line to the broker"),
    _R.ONLY_REAL: (RetcodeAction.REFUSED, "only real accounts may do this"),
    _R.LIMIT_ORDERS: (RetcodeAction.REFUSED, "the account has as many pending orders as it may"),
    _R.LIMIT_VOLUME: (RetcodeAction.REFUSED, "the symbol's volume limit is reached"),
    _R.INVALID_ORDER: (RetcodeAction.REFUSED, "the order's type is wrong or not allowed"),
    _R.POSITION_CLOSED: (RetcodeAction.REFUSED, "that position is closed already"),
    _R.INVALID_CLOSE_VOLUME: (RetcodeAction.REFUSED, "the volume to close is more than the position has"),
    _R.CLOSE_ORDER_EXIST: (RetcodeAction.REFUSED, "an order to close that position is on its way already"),
    _R.LIMIT_POSITIONS: (RetcodeAction.REFUSED, "the account has as many positions as it may"),
    _R.REJECT_CANCEL: (RetcodeAction.REFUSED, "the pending order could not be activated and was cancelled"),
    _R.LONG_ONLY: (RetcodeAction.REFUSED, "the broker allows only buying this symbol"),
    _R.SHORT_ONLY: (RetcodeAction.REFUSED, "the broker allows only selling this symbol"),
    _R.CLOSE_ONLY: (RetcodeAction.REFUSED, "the broker allows only closing positions of this symbol"),
    _R.FIFO_CLOSE: (RetcodeAction.REFUSED, "the account closes its oldest positions first"),
    # The package does not export it; MQL5 reference, "Return Codes of the Trade Server".
    10046: (RetcodeAction.REFUSED, "the account forbids opposite positions on one symbol"),
}


def meaning(retcode: int, comment: str = "") -> Meaning:
    """Return what a retcode of `order_send` means; one that we do not know has to be looked into."""
    answer, message = _MEANINGS.get(retcode, (RetcodeAction.RECONCILE, "the broker gave an answer that is not known"))
    if answer is RetcodeAction.DONE:
        return Meaning(answer, message)
    said = f"; it says: {comment}" if comment else ""
    return Meaning(answer, f"{message} ({retcode}{said})")


def failure_meaning(failure: CallFailed) -> Meaning:
    """Return what it means that sending gave None: few failures say for sure that nothing was sent."""
    if failure.call == "account_info" or failure.code == ResultCode.E_AUTH_FAILED:
        # The host looks at the account first, and sends nothing when that fails or it is another one.  A fault of its
        # own, named by the command, may have come after the order had left.
        return Meaning(RetcodeAction.REFUSED, f"nothing was sent: {failure}")
    if failure.code == ResultCode.E_INVALID_PARAMS:
        return Meaning(RetcodeAction.REFUSED, f"the terminal does not accept the request ({failure.message})")
    if failure.code == ResultCode.E_AUTO_TRADING_DISABLED:
        message = "the terminal does not let this program trade: untick 'disable Auto-Trading using Python API'"
        return Meaning(RetcodeAction.REFUSED, f"{message} ({failure.code})")
    return Meaning(RetcodeAction.RECONCILE, f"no answer from the terminal ({failure.message}, {failure.code})")
