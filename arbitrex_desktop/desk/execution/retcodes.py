# SPDX-License-Identifier: MIT
"""What each answer of the trade server means for an order, in words and in what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from arbitrex_desktop.mt5.constants import ResultCode, TradeRetcode
from arbitrex_desktop.mt5.errors import CallFailed


class Answer(StrEnum):
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

    answer: Answer
    words: str


_R = TradeRetcode
_MEANINGS: Final[dict[int, tuple[Answer, str]]] = {
    _R.REQUOTE: (Answer.RETRY, "the broker quotes another price"),
    _R.REJECT: (Answer.REFUSED, "the broker rejected the order"),
    _R.CANCEL: (Answer.REFUSED, "the order was cancelled in the terminal"),
    _R.PLACED: (Answer.RECONCILE, "the order was placed and is not filled yet"),
    _R.DONE: (Answer.DONE, "done"),
    _R.DONE_PARTIAL: (Answer.PARTIAL, "only a part was filled; the rest was cancelled"),
    _R.ERROR: (Answer.RECONCILE, "the broker reports an error while processing"),
    _R.TIMEOUT: (Answer.RECONCILE, "the broker did not answer in time"),
    _R.INVALID: (Answer.REFUSED, "the broker found the order invalid"),
    _R.INVALID_VOLUME: (Answer.REFUSED, "the volume is not one that the broker takes for this symbol"),
    _R.INVALID_PRICE: (Answer.REFUSED, "the price is not valid for this symbol"),
    _R.INVALID_STOPS: (Answer.REFUSED, "stop or target are too near to the price, or on the wrong side"),
    _R.TRADE_DISABLED: (Answer.REFUSED, "the broker has disabled trading on this symbol or account"),
    _R.MARKET_CLOSED: (Answer.REFUSED, "the market is closed"),
    _R.NO_MONEY: (Answer.REFUSED, "there is not enough free margin"),
    _R.PRICE_CHANGED: (Answer.RETRY, "the price changed on the way"),
    _R.PRICE_OFF: (Answer.RETRY, "the broker has no quotes to fill it at"),
    _R.INVALID_EXPIRATION: (Answer.REFUSED, "the order's expiry is not valid"),
    _R.ORDER_CHANGED: (Answer.RECONCILE, "the order's state changed meanwhile"),
    _R.TOO_MANY_REQUESTS: (Answer.REFUSED, "the broker finds the requests too frequent; wait a little"),
    _R.NO_CHANGES: (Answer.REFUSED, "the request changes nothing"),
    _R.SERVER_DISABLES_AT: (Answer.REFUSED, "the broker has disabled automated trading on this account"),
    _R.CLIENT_DISABLES_AT: (Answer.REFUSED, "AutoTrading is off in the terminal: switch on its Algo Trading button"),
    _R.LOCKED: (Answer.RECONCILE, "the broker has locked the request for processing"),
    _R.FROZEN: (Answer.REFUSED, "order or position is too near to the price to be changed"),
    _R.INVALID_FILL: (Answer.REFUSED, "the broker does not take this way of filling"),
    _R.CONNECTION: (Answer.RECONCILE, "the terminal lost its line to the broker"),
    _R.ONLY_REAL: (Answer.REFUSED, "only real accounts may do this"),
    _R.LIMIT_ORDERS: (Answer.REFUSED, "the account has as many pending orders as it may"),
    _R.LIMIT_VOLUME: (Answer.REFUSED, "the symbol's volume limit is reached"),
    _R.INVALID_ORDER: (Answer.REFUSED, "the order's type is wrong or not allowed"),
    _R.POSITION_CLOSED: (Answer.REFUSED, "that position is closed already"),
    _R.INVALID_CLOSE_VOLUME: (Answer.REFUSED, "the volume to close is more than the position has"),
    _R.CLOSE_ORDER_EXIST: (Answer.REFUSED, "an order to close that position is on its way already"),
    _R.LIMIT_POSITIONS: (Answer.REFUSED, "the account has as many positions as it may"),
    _R.REJECT_CANCEL: (Answer.REFUSED, "the pending order could not be activated and was cancelled"),
    _R.LONG_ONLY: (Answer.REFUSED, "the broker allows only buying this symbol"),
    _R.SHORT_ONLY: (Answer.REFUSED, "the broker allows only selling this symbol"),
    _R.CLOSE_ONLY: (Answer.REFUSED, "the broker allows only closing positions of this symbol"),
    _R.FIFO_CLOSE: (Answer.REFUSED, "the account closes its oldest positions first"),
    # The package does not export it; MQL5 reference, "Return Codes of the Trade Server".
    10046: (Answer.REFUSED, "the account forbids opposite positions on one symbol"),
}


def meaning(retcode: int, comment: str = "") -> Meaning:
    """Return what a retcode of `order_send` means; one that we do not know has to be looked into."""
    answer, words = _MEANINGS.get(retcode, (Answer.RECONCILE, "the broker gave an answer that is not known"))
    said = f"; it says: {comment}" if comment and answer is not Answer.DONE else ""
    return Meaning(answer, f"{words} ({retcode}{said})")


def failure_meaning(failure: CallFailed) -> Meaning:
    """Return what it means that sending gave None: few failures say for sure that nothing was sent."""
    if failure.call != "order_send" or failure.code == ResultCode.E_AUTH_FAILED:
        # The host looks at the account first, and sends nothing when that fails or it is another one.
        return Meaning(Answer.REFUSED, f"nothing was sent: {failure}")
    if failure.code == ResultCode.E_INVALID_PARAMS:
        return Meaning(Answer.REFUSED, f"the terminal does not accept the request ({failure.message})")
    if failure.code == ResultCode.E_AUTO_TRADING_DISABLED:
        words = "the terminal does not let this program trade: untick 'disable Auto-Trading using Python API'"
        return Meaning(Answer.REFUSED, f"{words} ({failure.code})")
    return Meaning(Answer.RECONCILE, f"no answer from the terminal ({failure.message}, {failure.code})")
