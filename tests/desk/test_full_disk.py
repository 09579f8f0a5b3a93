# SPDX-License-Identifier: MIT
"""A disk that is really full, and has room again: told by its cause, positions close, and everything heals."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop import client as client_module
from arbitrex_desktop.client import DeskClient, DeskRefused
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.gateway.gateway import Gateway
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.halt_note import HaltNote
from arbitrex_desktop.desk.journal.journal import journal_opener, journal_path
from arbitrex_desktop.desk.journal.reserve import reserve_opener
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.desk.conftest import Desk, intent
from tests.fakes.broker import FakeBroker
from tests.fakes.rpm import FakeRiskManager

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux" or shutil.which("mount") is None, reason="needs a small disk"),
]
_MIB = 1024 * 1024


class SmallDisk:
    """A file system of its own, 3 MiB large, at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Leave not a byte."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 65_536):
                pass
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x"):
                pass

    def make_room(self) -> None:
        """Take away what fills it."""
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Give a small disk; skip where this user may not mount one."""
    path = tmp_path / "disk"
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(path)], check=False)
    if done.returncode != 0:
        pytest.skip("this user may not mount a file system")
    yield SmallDisk(path)
    subprocess.run(["umount", "-l", str(path)], check=True)


@pytest.fixture
def start(disk: SmallDisk) -> Iterator[Any]:
    """Give a function that starts a desk with the strategies' channel, its data folder on the small disk."""
    started: list[TradingCore] = []

    def start(broker: FakeBroker | None = None, settings: DeskSettings | None = None) -> Desk:
        broker = broker or FakeBroker()
        broker.connected, broker.state = True, ConnectionState.CONNECTED
        rpm, numbers = FakeRiskManager(broker), count(len(started) * 1000 + 1)
        folder = disk.path / "data"
        core = TradingCore(
            broker,
            lambda _: rpm,
            clock=broker.clock,
            settings=settings,
            journal=journal_opener(folder),
            new_id=lambda: f"TEST{next(numbers):08d}",
            halt_note=HaltNote(folder / "halt.note"),
            reserves=reserve_opener(folder),
        )
        core.attach(Gateway(core, folder, broker.clock))
        started.append(core)
        core.start()
        return Desk(core, broker, rpm, broker.clock, journal_path(folder, broker.account.server, broker.account.login))

    yield start
    for core in started:
        core.stop()


def texts(desk: Desk) -> str:
    """Return all that was told."""
    return "\n".join(notice.text for notice in desk.core.snapshot().notices)


def refusal(desk: Desk) -> str:
    """Submit an intent and return why it was not taken, empty when it was."""
    try:
        desk.core.submit(intent(symbol="GBPUSD"))
    except DeskError as error:
        return str(error)
    return ""


def works(desk: Desk, folder: Path) -> None:
    """See that an order leaves, and a strategy is let in, after some seconds."""
    for _ in range(5):
        desk.step(3.0)
    assert desk.core.snapshot().journal_problem == ""
    before = len(desk.broker.sent)
    desk.core.approve(desk.core.submit(intent(symbol="GBPUSD")))
    assert len(desk.broker.sent) == before + 1
    DeskClient("bot", folder).close()


def test_full_while_running(disk: SmallDisk, start: Any) -> None:
    """Nothing that adds risk leaves, a position closes and is written down, the cause is named, room heals it all."""
    desk = start()
    desk.core.approve(desk.core.submit(intent()))
    desk.step(2.0)
    disk.fill()
    told = [refusal(desk) for _ in range(400)]
    assert "the disk is full" in told[-1]
    assert "the disk is full" in desk.core.snapshot().journal_problem
    sent = len(desk.broker.sent)
    with pytest.raises(DeskError, match="the disk is full"):
        desk.core.approve(desk.core.submit(intent(symbol="GBPUSD")))
    assert len(desk.broker.sent) == sent
    with pytest.raises(DeskError, match="the disk is full"):
        desk.core.submit(intent(source="alpha", direction=-1, position_ticket=desk.broker.positions[0].ticket))
    assert f"alpha wants to close EURUSD #{desk.broker.positions[0].ticket}, which was not taken" in texts(desk)
    desk.core.halt("enough")
    desk.core._background.join()
    desk.core.close_position(desk.broker.positions[0].ticket)
    assert not desk.broker.positions
    assert "written to the reserve" in texts(desk)
    disk.make_room()
    desk.step(6.0)
    desk.step(6.0)
    desk.core.resume("there is room")
    works(desk, disk.path / "data")
    assert desk.core.desk is not None
    kept = [each.kind for each in desk.core.desk.book.journal.events() if each.source == "reserve"]
    assert kept == ["ACTION_SENDING", "ACTION_ENDED"]
    desk.core.stop()
    assert verify(desk.journal).intact


def test_a_strategys_own_exit_leaves(disk: SmallDisk, start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the channel, on a full disk: the position that it opened itself is closed, and it hears so."""
    desk = start(settings=DeskSettings(auto_approve_lots={"bot": 1.0}))
    monkeypatch.setattr(client_module, "_now", desk.clock.now)
    wish: dict[str, Any] = {"confidence_score": 0.8, "regime": "TRENDING", "vol_percentile": 0.4}
    with DeskClient("bot", disk.path / "data") as bot:
        bot.submit("EURUSD", "buy", **wish)
        desk.step(2.0)
        desk.step(2.0)
        (position,) = desk.broker.positions
        disk.fill()
        assert "the disk is full" in [refusal(desk) for _ in range(400)][-1]
        desk.rpm.reducing = True
        with pytest.raises(DeskRefused, match="closed at the market") as told:
            bot.submit("EURUSD", "sell", reduce_only=True, position_ticket=position.ticket, **wish)
        assert told.value.code == "CLOSED"
    assert not desk.broker.positions
    disk.make_room()
    desk.rpm.reducing = False
    works(desk, disk.path / "data")
    desk.core.stop()
    assert verify(desk.journal).intact


def test_an_exit_that_waited_already_leaves(disk: SmallDisk, start: Any) -> None:
    """Approved by the trader on the full disk: it leaves once, and with room the journal has every step of it."""
    desk = start()
    desk.core.approve(desk.core.submit(intent(source="bot")))
    desk.step(2.0)
    ticket = desk.broker.positions[0].ticket
    desk.rpm.reducing = True
    wanted = desk.core.submit(
        intent(source="bot", direction=-1, reduce_only=True, position_ticket=ticket, time_to_live=3_600.0)
    )
    desk.rpm.reducing = False
    disk.fill()
    assert "the disk is full" in [refusal(desk) for _ in range(400)][-1]
    desk.rpm.reducing = True
    desk.core.approve(wanted)
    assert not desk.broker.positions
    assert desk.row(wanted).state is IntentState.FILLED
    assert "the disk is full" in desk.core.snapshot().journal_problem
    disk.make_room()
    desk.rpm.reducing = False
    works(desk, disk.path / "data")
    assert desk.core.desk is not None
    steps = [each.kind for each in desk.core.desk.book.journal.events(intent_id=wanted)]
    assert steps[:5] == ["RECEIVED", "JUDGED", "APPROVED", "SENDING", "FILLED"]
    desk.core.stop()
    assert verify(desk.journal).intact


def test_restart_on_a_full_disk(disk: SmallDisk, start: Any) -> None:
    """The window tells the cause, a position closes, and with room journal and channel are there without a restart."""
    first = start()
    first.core.approve(first.core.submit(intent()))
    first.step(2.0)
    first.core.stop()
    for name in ("door.json", "token"):
        (disk.path / "data" / "gateway" / name).write_text("left by one that was killed", encoding="utf-8")
    disk.fill()
    desk = start(first.broker)
    desk.step(2.0)
    told = texts(desk)
    assert "Errno" not in told
    assert "another window" not in told
    assert "the disk is full" in told
    assert not (disk.path / "data" / "gateway" / "door.json").exists()
    desk.core.close_position(desk.broker.positions[0].ticket)
    assert not desk.broker.positions
    disk.make_room()
    works(desk, disk.path / "data")


def test_first_start_on_a_full_disk(disk: SmallDisk, start: Any) -> None:
    """The same where nothing was there before; even the halt is remembered once there is room."""
    disk.fill()
    desk = start()
    desk.step(2.0)
    told = texts(desk)
    assert "Errno" not in told
    assert "another window" not in told
    assert "the disk is full" in told
    assert "the disk is full" in desk.core.snapshot().journal_problem
    disk.make_room()
    works(desk, disk.path / "data")
    desk.core.halt("remember this")
    desk.core._background.join()
    assert HaltNote(disk.path / "data" / "halt.note").prepare() == "remember this"
