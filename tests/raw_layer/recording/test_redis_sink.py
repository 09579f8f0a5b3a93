# SPDX-License-Identifier: MIT
"""Ticks into a real Redis, which the test starts itself."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.raw_layer.recording.redis_sink import RedisStreamSink
from tests.fakes.module import tick_rows

SERVER = shutil.which("redis-server")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SERVER is None, reason="needs redis-server (Debian's package of that name)"),
]


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """Run a Redis on a socket of its own, without files and without a port."""
    assert SERVER is not None
    socket = tmp_path / "redis.sock"
    server = subprocess.Popen(
        [SERVER, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    pause, deadline = threading.Event(), SystemClock().monotonic() + 10.0
    while not socket.exists():
        assert SystemClock().monotonic() < deadline, "Redis did not start"
        pause.wait(0.01)
    yield f"unix://{socket}"
    server.terminate()
    server.wait()


def test_ticks_become_stream_entries_in_order(redis_url: str) -> None:
    """Each tick is one entry of its symbol's stream, with MT5's fields, in the order in which they came."""
    sink = RedisStreamSink(redis_url, prefix="t")
    sink.write({"EURUSD": tick_rows((5, 1.1, 1.2), (5, 1.11, 1.2)), "USDJPY": tick_rows((6, 150.0, 150.1))})
    sink.close()
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    found: Any = client.xrange("t:EURUSD")  # typed by redis for both of its worlds at once
    entries = [fields for _, fields in found]
    assert [(entry["time_msc"], entry["bid"]) for entry in entries] == [("5", "1.1"), ("5", "1.11")]
    assert client.xlen("t:USDJPY") == 1
    client.close()


def test_a_redis_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    """The failure is one that the feed knows how to show, and names no password."""
    sink = RedisStreamSink(f"unix://:hunter2@{tmp_path}/none.sock")
    with pytest.raises(OSError, match="Redis does not take ticks") as caught:
        sink.write({"EURUSD": tick_rows((5, 1.1, 1.2))})
    sink.close()
    assert "hunter2" not in str(caught.value)
