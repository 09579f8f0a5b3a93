# SPDX-License-Identifier: MIT
"""One place decides when a number is old, and it errs on the side of grey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.ui.commands import ApproveIntent, Phase
from arbitrex_desktop.ui.freshness import CORE_SILENT_S, NOTHING_YET, SYNC_STALE_S, Freshness
from tests.fakes.clock import START
from tests.fakes.desk_data import account_row, desk_snapshot, pool_stats

Make = Callable[..., Freshness]


def test_the_cores_clock_runs_on_with_the_windows(fresh: Make) -> None:
    """Now is the snapshot's moment and the seconds since it came, whatever the computer's clock says."""
    assert fresh(age=1.5).now == START + timedelta(seconds=1.5)
    assert fresh(age=1.5).sync_age == 1.5


def test_what_was_opened_has_an_age_in_market_time(fresh: Make) -> None:
    """A replay, and the simulated market on a weekend, have a clock of their own; without one the core's counts."""
    market = START - timedelta(days=1)
    assert fresh(age=1.5, pool=pool_stats(market_at=market)).market_now == market + timedelta(seconds=1.5)
    assert fresh(age=1.5).market_now == START + timedelta(seconds=1.5)
    assert NOTHING_YET.market_now is None


def test_the_account_is_fresh_only_while_connected_and_just_synced(fresh: Make) -> None:
    """Connection lost, core silent, sync old or sync never: each alone makes the account stale."""
    assert fresh().account_fresh
    assert not fresh(pool=pool_stats(state=ConnectionState.STALE)).account_fresh
    assert not fresh(age=CORE_SILENT_S + 0.1).account_fresh
    old = START - timedelta(seconds=SYNC_STALE_S + 0.1)
    assert not fresh(sync={"last_sync_time": old.isoformat()}).account_fresh
    assert not fresh(sync={}).account_fresh
    assert not fresh(account=account_row(observed_at=old)).account_fresh
    assert not NOTHING_YET.account_fresh


def test_a_busy_core_says_with_what(fresh: Make) -> None:
    """What makes commands wait is named once it takes long; a start is told apart from a hang."""
    assert fresh().blocking_reason == ""
    assert fresh(task=ApproveIntent("12ab")).blocking_reason == ""
    busy = replace(fresh(task=ApproveIntent("12ab")), busy_for=10.0, busy_since=START)
    assert busy.blocking_reason.startswith("The trading core is busy since ")
    assert busy.blocking_reason.endswith("with: approving an intent")
    assert not busy.starting
    assert busy.connected
    connecting = replace(busy, task=Phase.CONNECT)
    assert connecting.blocking_reason.startswith("Connecting to the terminal since ")
    assert connecting.starting
    assert fresh(age=10.0).blocking_reason.startswith("The trading core has not answered since ")


def test_nothing_is_known_before_the_first_snapshot() -> None:
    """Without a snapshot there is no time, no sync and no connection."""
    early = Freshness(None, 0.0, 100.0)
    assert early.now is None
    assert early.sync_age is None
    assert not early.connected
    assert "the start" in early.blocking_reason


def test_a_sync_without_zone_is_no_sync() -> None:
    """A time that could mean anything does not make the account look fresh."""
    naive = desk_snapshot(sync={"last_sync_time": "2025-03-12T10:00:00"})
    assert not Freshness(naive, 0.0, 0.0).account_fresh
