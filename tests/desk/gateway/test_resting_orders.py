# SPDX-License-Identifier: MIT
"""Limit and stop entries, and pairs, through the strategies' channel."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop import client as client_module
from arbitrex_desktop.client import AsyncDeskClient, DeskClient, DeskRefused
from arbitrex_desktop.desk.gateway.gateway import Gateway
from arbitrex_desktop.desk.intents.intent import GoodFor
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from tests.desk.conftest import PATIENCE, Desk

LIMIT: dict[str, Any] = {
    "confidence_score": 0.8,
    "regime": "TRENDING",
    "vol_percentile": 0.4,
    "order_kind": "LIMIT",
    "order_price": 1.14,
    "stop_loss": 1.13,
}


@pytest.fixture
def gateway(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Open a channel to a desk on fakes; give its folder."""
    monkeypatch.setattr(client_module, "_now", desk.clock.now)
    opened = Gateway(desk.core, tmp_path / "data", desk.clock)
    opened.start()
    yield tmp_path / "data"
    opened.stop()


@pytest.fixture
def strategy(gateway: Path) -> Iterator[DeskClient]:
    """Give a strategy that has come in."""
    with DeskClient("bot", gateway, timeout=PATIENCE) as connected:
        yield connected


def test_a_strategy_places_and_cancels(strategy: DeskClient, desk: Desk) -> None:
    """Its limit waits for the trader, rests when approved, and is cancelled at the broker when it says so."""
    until = desk.clock.now() + timedelta(hours=1)
    answer = strategy.submit("EURUSD", "buy", **LIMIT, good_for="TIME", good_until=until)
    assert (answer.state, answer.ended) == ("PENDING", False)
    request = desk.intent(answer.intent_id).request
    assert (request.order_kind, request.order_price) == (OrderKind.LIMIT, 1.14)
    assert (request.good_for, request.good_until) == (GoodFor.TIME, until)
    desk.core.approve(answer.intent_id)
    placed = strategy.status(answer.intent_id)
    assert (placed.state, placed.ended) == ("PLACED", False)
    assert placed.raw["ticket"] == desk.broker.orders[0].ticket
    assert strategy.cancel(answer.intent_id).state == "CANCELLED"
    assert desk.broker.orders == ()
    assert {"PLACED", "CANCELLED"} <= {each.state for each in strategy.events()}


def test_a_strategy_forms_a_pair(strategy: DeskClient, desk: Desk) -> None:
    """The second names the first; when that is filled, the news of its end come by themselves."""
    first = strategy.submit("EURUSD", "buy", **LIMIT)
    high = {**LIMIT, "order_kind": "STOP", "order_price": 1.16, "stop_loss": 1.15}
    second = strategy.submit("EURUSD", "buy", **high, oco_with=first.intent_id)
    for each in (first, second):
        desk.core.approve(each.intent_id)
    desk.broker.trigger(desk.broker.orders[0].ticket)
    for _ in range(3):
        desk.step()
    assert strategy.wait(first.intent_id, timeout=PATIENCE).state == "FILLED"
    assert strategy.wait(second.intent_id, timeout=PATIENCE).state == "CANCELLED"


def test_another_strategys_intent_forms_no_pair(strategy: DeskClient, gateway: Path) -> None:
    """Nobody cancels what is not his own."""
    first = strategy.submit("EURUSD", "buy", **LIMIT)
    with DeskClient("other", gateway) as other, pytest.raises(DeskRefused, match="not of the same sender"):
        other.submit("EURUSD", "buy", **LIMIT, oco_with=first.intent_id)


@pytest.mark.parametrize(
    ("changes", "field"), [({"order_kind": "ICEBERG"}, "order_kind"), ({"good_for": "EVER"}, "good_for")]
)
def test_a_word_that_is_none_is_malformed(strategy: DeskClient, changes: dict[str, str], field: str) -> None:
    """The answer names the field."""
    with pytest.raises(DeskRefused, match=field) as refused:
        strategy.submit("EURUSD", "buy", **{**LIMIT, **changes})
    assert refused.value.code == "MALFORMED"


def test_a_moment_needs_its_time_zone(strategy: DeskClient) -> None:
    """The client says so before anything is sent."""
    with pytest.raises(ValueError, match="time zone"):
        strategy.submit("EURUSD", "buy", **LIMIT, good_for="TIME", good_until=datetime(2030, 1, 1))  # noqa: DTZ001 - the fault


def test_the_same_awaited(gateway: Path) -> None:
    """`AsyncDeskClient` takes every argument of the other one."""

    async def run() -> str:
        async with AsyncDeskClient("bot", gateway) as desk:
            return (await desk.submit("EURUSD", "buy", **LIMIT, good_for="DAY")).state

    assert asyncio.run(run()) == "PENDING"
