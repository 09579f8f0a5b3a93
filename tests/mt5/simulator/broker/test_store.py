# SPDX-License-Identifier: MIT
"""The broker's books outlive the broker."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.mt5.constants import DealType, OrderType
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.broker.records import BrokerPosition, Deal, Order
from arbitrex_desktop.mt5.simulator.broker.store import Change, NoBookStore, SavedBooks, SqliteStore, StoreError
from arbitrex_desktop.mt5.simulator.factory import Simulation, build_simulation
from tests.fakes.broker_house import BrokerHouse
from tests.fakes.clock import ManualClock

EPOCH = datetime(2026, 7, 22, 12, 30, tzinfo=UTC)
POSITION = BrokerPosition(7, "EURUSD", 1, 10_000_000, 1.1, 5, 5, 110, comment="ü")
ORDER = Order(8, "EURUSD", OrderType.BUY_LIMIT, 1, 1, 5, price=1.05)
DEAL = Deal(9, DealType.BALANCE, 5, 5, profit=10_000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Return the store of an account in a new file."""
    with closing(SqliteStore(tmp_path / "books" / "broker.sqlite3", "one")) as made:
        yield made


def test_what_was_committed_is_loaded(store: SqliteStore) -> None:
    """All records and numbers come back as they were; removed ones do not."""
    assert store.load() is None
    changes = [Change("position", 7, POSITION), Change("order", 8, ORDER), Change("deal", 9, DEAL)]
    store.commit(changes, {"next_ticket": 10})
    assert store.load() == SavedBooks((POSITION,), (ORDER,), (), (DEAL,), {"next_ticket": 10})
    store.commit([Change("position", 7, None), Change("closed_order", 8, ORDER)], {"next_ticket": 11})
    loaded = store.load()
    assert loaded is not None
    assert (loaded.positions, loaded.closed_orders, loaded.numbers) == ((), (ORDER,), {"next_ticket": 11})


def test_accounts_in_one_file_do_not_see_each_other(tmp_path: Path) -> None:
    """Another account of the same file starts empty."""
    path = tmp_path / "broker.sqlite3"
    with closing(SqliteStore(path, "one")) as one:
        one.commit([Change("deal", 9, DEAL)], {"next_ticket": 10})
    with closing(SqliteStore(path, "two")) as two:
        assert two.load() is None


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """An unreadable file is an error that names it, never an empty account."""
    path = tmp_path / "broker.sqlite3"
    path.write_text("not a database, but long enough to be looked at as one" * 20)
    with pytest.raises(StoreError, match=r"broker\.sqlite3"):
        SqliteStore(path, "one")


def test_two_brokers_cannot_share_a_file(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second broker on the same books is turned away, since it would hand out the same tickets."""
    monkeypatch.setattr("arbitrex_desktop.mt5.simulator.broker.store._WAIT_SECONDS", 0.01)
    store.commit([Change("deal", 9, DEAL)], {"next_ticket": 10})
    with pytest.raises(StoreError, match="another program is using it"):
        SqliteStore(store._path, "one")


def test_no_store_keeps_nothing() -> None:
    """Without a store every account is new."""
    store = NoBookStore()
    store.commit([Change("deal", 9, DEAL)], {"next_ticket": 10})
    assert store.load() is None
    store.close()


def open_house(path: Path) -> BrokerHouse:
    """Return a broker on the books of a file."""
    return BrokerHouse(store=SqliteStore(path, "one"))


def seen(house: BrokerHouse) -> tuple[Any, ...]:
    """Return everything that the account shows."""
    module = house.module
    return house.account, module.positions_get(), module.orders_get(), house.deals(), orders_done(house)


def orders_done(house: BrokerHouse) -> Any:
    """Return the history's orders."""
    return house.module.history_orders_get(0, 2**31 - 1)


def test_a_restarted_broker_shows_the_same_account(tmp_path: Path) -> None:
    """Every trade is in the books before it is answered, so an abandoned broker's successor has it all."""
    path = tmp_path / "broker.sqlite3"
    first = open_house(path)
    tickets = [first.deal("EURUSD", 1, 0.2, sl=1.05).order, first.deal("USDJPY", -1, 0.1).order]
    first.close(tickets[0], 0.1)
    first.pending("EURUSD", OrderType.BUY_LIMIT, 0.1, 1.09)
    shown = str(seen(first))
    first.terminal.close()
    second = open_house(path)
    assert str(seen(second)) == shown
    known = {item.ticket for item in (*second.deals(), *orders_done(second), *second.module.orders_get())}
    assert second.deal("EURUSD", 1, 0.1).order not in known
    second.terminal.close()


KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from tests.fakes.clock import ManualClock

epoch = datetime(2026, 7, 22, 12, 30, tzinfo=UTC)
module = build_simulation(SimulationSpec(store=Path(sys.argv[1]), epoch=epoch), ManualClock(epoch)).module
module.initialize()
result = module.order_send({"action": 1, "symbol": "EURUSD", "volume": 0.1, "type": 0, "type_filling": 1})
print(result.order, module.account_info().balance, module.symbol_info_tick("EURUSD").bid, flush=True)
os.kill(os.getpid(), 9)
"""


def build(path: Path, clock: ManualClock) -> Simulation:
    """Return the demo on the books of a file."""
    return build_simulation(SimulationSpec(store=path, epoch=EPOCH), clock)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX; the books are the same file on Windows")
def test_a_killed_host_goes_on_with_account_and_market(tmp_path: Path, project_root: Path) -> None:
    """After SIGKILL right behind an order the next host has the position, the balance, and the very same prices."""
    path = tmp_path / "broker.sqlite3"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)], capture_output=True, text=True, cwd=project_root, check=False
    )
    assert killed.returncode == -9, killed.stderr
    order, balance, bid = killed.stdout.split()
    with closing(build(path, ManualClock(EPOCH))) as simulation:
        module: Any = simulation.module
        assert module.initialize()
        assert len(module.positions_get(ticket=int(order))) == 1
        assert module.account_info().balance == float(balance)
        assert module.symbol_info_tick("EURUSD").bid == float(bid)


@pytest.mark.slow
def test_a_broker_that_was_down_catches_up(tmp_path: Path) -> None:
    """Swaps of the nights in between are booked when it is up again, as if it had never been away."""
    clocks = ManualClock(EPOCH), ManualClock(EPOCH)
    with closing(build(tmp_path / "a.sqlite3", clocks[0])):
        pass
    clocks[0].advance(90_000)
    with closing(build(tmp_path / "a.sqlite3", clocks[0])) as after, closing(build(tmp_path / "b", clocks[1])) as up:
        for _ in range(25):
            clocks[1].advance(3600)
            up.terminal.account_info()
        assert str(after.terminal.positions_get()) == str(up.terminal.positions_get())
        assert any(position.swap for position in after.terminal.positions_get())
