# SPDX-License-Identifier: MIT
"""An open channel to a desk on fakes, and clients that come in by it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Client, Connection
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from arbitrex_desktop import client as client_module
from arbitrex_desktop.desk.gateway import gateway as gateway_module
from arbitrex_desktop.desk.gateway import session as session_module
from arbitrex_desktop.desk.gateway.endpoint import endpoint_address
from arbitrex_desktop.desk.gateway.gateway import Gateway
from tests.desk.conftest import PATIENCE, Desk

SUBMIT: dict[str, Any] = {"confidence_score": 0.8, "regime": "TRENDING", "vol_percentile": 0.4}


@pytest.fixture(autouse=True)
def one_clock(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the clients read the desk's clock, as they do on one computer."""
    monkeypatch.setattr(client_module, "_now", desk.clock.now)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the data folder whose door is used."""
    return tmp_path / "data"


@pytest.fixture
def gateway(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """Give an open channel to a desk on fakes, that waits for nobody to say who it is: its clock stands still."""
    monkeypatch.setattr(gateway_module, "_LEAST_STAY_SECONDS", 0.0)
    opened = Gateway(desk.core, folder, desk.clock)
    opened.start()
    yield opened
    opened.stop()


class Processes:
    """Which process the next connections seem to come from."""

    def __init__(self) -> None:
        self.next = os.getpid()


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Processes:
    """Let a test be several programs."""
    shown = Processes()
    monkeypatch.setattr(session_module, "peer_process", lambda _: shown.next)
    return shown


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another thread will do."""
    end, pause = time.monotonic() + PATIENCE, Event()
    while not condition():
        assert time.monotonic() < end, "it never happened"
        pause.wait(0.002)


def come_in(folder: Path) -> Connection:
    """Connect as a client that knows the token, and say nothing yet."""
    token = bytes.fromhex((folder / "gateway" / "token").read_text())
    return Client(*endpoint_address(folder), authkey=token)


def say(connection: Connection, **fields: Any) -> dict[str, Any]:
    """Say something, anything, and return the answer to it."""
    connection.send_bytes(json.dumps(fields).encode())
    return listen(connection)


def listen(connection: Connection) -> dict[str, Any]:
    """Return the next message."""
    assert connection.poll(PATIENCE), "no answer came"
    message: dict[str, Any] = json.loads(connection.recv_bytes())
    return message
