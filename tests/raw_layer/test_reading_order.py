# SPDX-License-Identifier: MIT
"""Of two readings of the account the later one counts, whichever thread is quicker with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.mt5.commands import Observed, ReadAccount
from tests.fakes.broker_data import make_position
from tests.raw_layer.test_mt5_pool import Bench


def test_a_reading_that_is_given_out_late_does_not_hide_a_fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between a sync's answer and its use a fill was polled: neither the position nor its room may be gone again."""
    bench = Bench(tmp_path / "logs")
    with bench.pool as pool:
        pool.start_tick_collection()
        ask = pool._client.ask_connected

        def ask_and_be_slow(command: Any, *args: Any, **more: Any) -> Observed[Any]:
            answer: Observed[Any] = ask(command, *args, **more)
            if isinstance(command, ReadAccount):
                bench.module.positions.append(make_position("EURUSD", 1, 0.1, ticket=7))
                bench.until(lambda: (known := pool.latest_account()) is not None and bool(known.positions))
                bench.transport.pause_polls()
            return answer

        monkeypatch.setattr(pool._client, "ask_connected", ask_and_be_slow)
        reading = pool.read_account()
        assert reading.positions == ()
        newest = pool.latest_account()
        assert newest is not None
        assert [each.ticket for each in newest.positions] == [7]
        assert reading.monotonic <= newest.monotonic
        bench.transport.resume_polls()
