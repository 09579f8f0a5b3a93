# SPDX-License-Identifier: MIT
"""What each answer of the trade server means, line by line: a wrong word costs a look, a wrong action an order."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.execution.retcodes import RetcodeAction, failure_meaning, meaning
from arbitrex_desktop.mt5.constants import ResultCode, TradeRetcode
from arbitrex_desktop.mt5.errors import CallFailed

A = RetcodeAction
ACTIONS = {
    A.DONE: {10009},
    A.PARTIAL: {10010},
    A.RETRY: {10004, 10020, 10021},
    A.RECONCILE: {10008, 10011, 10012, 10023, 10028, 10031},
}
REFUSED = {
    10006: "rejected", 10007: "cancelled in the terminal", 10013: "invalid", 10014: "volume", 10015: "price",
    10016: "stop or target", 10017: "disabled trading", 10018: "market is closed", 10019: "not enough free margin",
    10022: "expiry", 10024: "too frequent", 10025: "changes nothing", 10026: "automated trading on this account",
    10027: "AutoTrading is off", 10029: "too near", 10030: "way of filling", 10032: "only real accounts",
    10033: "as many pending orders", 10034: "volume limit", 10035: "type is wrong", 10036: "closed already",
    10038: "more than the position has", 10039: "on its way already", 10040: "as many positions",
    10041: "could not be activated", 10042: "only buying", 10043: "only selling", 10044: "only closing",
    10045: "oldest positions first", 10046: "opposite positions",
}  # fmt: skip
"""By MQL5's reference, "Return Codes of the Trade Server": each of these says that nothing was done, for good."""


@pytest.mark.parametrize(
    ("retcode", "action"),
    [(code, action) for action, codes in ACTIONS.items() for code in sorted(codes)]
    + [(code, A.REFUSED) for code in REFUSED],
)
def test_what_to_do_about_each_code(retcode: int, action: RetcodeAction) -> None:
    """Only what surely was not done is tried again or given up; all that may have been done is looked up."""
    found = meaning(retcode)
    assert found.answer is action
    assert action is A.DONE or found.message.endswith(f" ({retcode})")
    assert REFUSED.get(retcode, "") in found.message


def test_every_code_is_known() -> None:
    """The package's codes and the one that it does not export are each told in words of their own."""
    codes = {int(code) for code in TradeRetcode} | {10046}
    assert codes == set(REFUSED).union(*ACTIONS.values())
    assert len({meaning(code).message.rpartition(" (")[0] for code in codes}) == len(codes)


@pytest.mark.parametrize("retcode", [0, -1, 10_005, 10_037, 10_047, 99_999])
def test_an_unknown_code_is_looked_up(retcode: int) -> None:
    """A code that nobody knows may mean anything, also that it was done."""
    assert meaning(retcode).answer is A.RECONCILE
    assert meaning(retcode, "hm").message == f"the broker gave an answer that is not known ({retcode}; it says: hm)"


def test_the_brokers_comment_is_told() -> None:
    """What the broker says besides belongs to the words, except where all went well."""
    assert meaning(10006, "no way").message == "the broker rejected the order (10006; it says: no way)"
    assert meaning(10009, "Request executed").message == "done"


@pytest.mark.parametrize(
    ("failure", "action", "message"),
    [
        (
            CallFailed("SendOrder", -1, "KeyError: 'volume_real'"),
            A.RECONCILE,
            "no answer from the terminal (KeyError: 'volume_real', -1)",
        ),
        (CallFailed("account_info", ResultCode.E_FAIL, "no"), A.REFUSED, None),
        (CallFailed("order_send", ResultCode.E_AUTH_FAILED, "other"), A.REFUSED, None),
        (
            CallFailed("order_send", ResultCode.E_INVALID_PARAMS, 'Invalid "volume"'),
            A.REFUSED,
            'the terminal does not accept the request (Invalid "volume")',
        ),
        (
            CallFailed("order_send", ResultCode.E_AUTO_TRADING_DISABLED, "off"),
            A.REFUSED,
            "the terminal does not let this program trade: untick 'disable Auto-Trading using Python API' (-8)",
        ),
        (CallFailed("order_send", ResultCode.E_FAIL, "hm"), A.RECONCILE, "no answer from the terminal (hm, -1)"),
        (CallFailed("order_send", -10_005, "late"), A.RECONCILE, "no answer from the terminal (late, -10005)"),
        (CallFailed("order_send", ResultCode.S_OK, ""), A.RECONCILE, "no answer from the terminal (, 1)"),
    ],
)
def test_a_call_that_failed(failure: CallFailed, action: RetcodeAction, message: str | None) -> None:
    """Few failures of the package say for sure that nothing was sent; what they say is in the words."""
    found = failure_meaning(failure)
    assert found.answer is action
    assert found.message == (f"nothing was sent: {failure}" if message is None else message)
