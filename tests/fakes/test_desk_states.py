# SPDX-License-Identifier: MIT
"""The states of the gallery are such as a core could show: of one account, one equity, ending where they say."""

from __future__ import annotations

import pytest

from arbitrex_desktop.raw_layer.views import AccountMode
from tests.fakes.clock import ManualClock
from tests.fakes.desk_states import STATES, SYMBOLS, quotes


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_of_one_account_and_one_equity(name: str) -> None:
    """Pool and account agree, and the curve ends at the account's equity, when that was read."""
    snapshot = STATES[name]().snapshot
    if snapshot is None or snapshot.account is None:
        assert snapshot is None or not snapshot.equity
        return
    assert (snapshot.account.login, snapshot.account.server) == (snapshot.pool.login, snapshot.pool.server)
    last = snapshot.equity[-1]
    assert (last.at, last.equity) == (snapshot.account.observed_at, snapshot.account.equity)
    assert snapshot.arming.needed == (snapshot.pool.mode is AccountMode.LIVE)


def test_every_symbol_but_one_has_a_price() -> None:
    """The last has none, so that a missing price is seen as well."""
    clock = ManualClock()
    priced = quotes(clock.monotonic())
    assert [quote.symbol for quote in priced] == list(SYMBOLS)[:-1]
    assert all(quote.bid < quote.ask for quote in priced)
