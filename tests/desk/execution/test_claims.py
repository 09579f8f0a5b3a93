# SPDX-License-Identifier: MIT
"""Whose a close is whose comment names another intent."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.intents.intent import IntentState
from tests.desk.execution.conftest import Looking, answer, now
from tests.fakes.broker import Mood
from tests.fakes.records import replace


@pytest.mark.parametrize(
    ("named", "state"),
    [
        ("what opened it", IntentState.FILLED),
        ("another reduction", IntentState.UNKNOWN),
        ("one that is not known", IntentState.UNKNOWN),
    ],
)
def test_a_close_may_repeat_the_mark_of_what_it_closes(looking: Looking, named: str, state: IntentState) -> None:
    """An answer is lost and the deal names another intent: one that opened says nothing, one that closes is another."""
    parts = looking.parts
    opened = parts.send(Mood.FILL)
    closing = answer(stop_loss=None, take_profit=None, closes=parts.broker.positions[0].ticket)
    refused = parts.send(Mood.REJECT, judgement=closing, direction=-1)
    lost = parts.send(Mood.FILL_LOST, judgement=closing, direction=-1)
    ids = {"what opened it": opened.intent_id, "another reduction": refused.intent_id}
    comment = f"ABX {ids.get(named, '0123456789AB')}"
    deals, orders = parts.broker.deals, parts.broker.history_orders
    deals[-1], orders[-1] = replace(deals[-1], comment=comment), replace(orders[-1], comment=comment)
    looking.look()
    assert now(parts, lost).state is state
