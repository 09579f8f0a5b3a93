# SPDX-License-Identifier: MIT
"""What can be set about the desk (`[desk]` in settings.toml), with cautious defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from msgspec import Meta

_SECONDS: Final = {"unit": "s"}
Limit = Literal[
    "MAX_DRAWDOWN_EXCEEDED",
    "DAILY_LOSS_LIMIT",
    "WEEKLY_LOSS_LIMIT",
    "DAILY_DRAWDOWN_LIMIT",
    "ACCOUNT_FLOOR",
    "FIRM_DAILY_LOSS",
]
"""The limits that halt trading when they are reached."""


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """The desk's settings; each field declares its own meaning, unit and bounds."""

    max_quote_age: Annotated[
        float, Meta(ge=0.5, le=300, description="nothing is approved on a price older than this", extra=_SECONDS)
    ] = 15.0
    max_sync_age: Annotated[
        float, Meta(ge=2, le=300, description="nothing is approved on an account read longer ago", extra=_SECONDS)
    ] = 5.0
    deviation_points: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="how far a fill may be from the price asked, and how far the price may run between retries",
            extra={"unit": "points"},
        ),
    ] = 20
    requote_retries: Annotated[int, Meta(ge=0, le=10, description="further tries after a requote")] = 2
    settle_seconds: Annotated[
        float,
        Meta(
            # No less than an order may take on its way (`SendOrder.deadline`).
            ge=20,
            le=600,
            description="how long the broker must show no trace of an order before it counts as never executed",
            extra=_SECONDS,
        ),
    ] = 25.0
    max_pending: Annotated[int, Meta(ge=1, le=10_000, description="intents that may wait at once")] = 200
    arming_seconds: Annotated[
        float, Meta(ge=10, le=86_400, description="how long a LIVE account stays armed", extra=_SECONDS)
    ] = 900.0
    magic_numbers: Annotated[
        Mapping[str, Annotated[int, Meta(ge=1, le=2**31 - 1)]],
        Meta(description="magic numbers of strategies, instead of those made from their names"),
    ] = field(default_factory=dict)
    auto_approve_lots: Annotated[
        Mapping[str, Annotated[float, Meta(gt=0, le=1000)]],
        Meta(
            description="by strategy: intents up to this size are approved without you, on SIMULATED and DEMO only",
            extra={"unit": "lots"},
        ),
    ] = field(default_factory=dict)
    cancel_on_halt: Annotated[
        bool,
        Meta(description="whether HALT cancels the pending intents, and the desk's own orders not filled yet"),
    ] = False
    at_limit: Annotated[
        Mapping[Limit, Literal["alert", "cancel", "close", "lock"]],
        Meta(
            description="by limit, what is done when it is reached besides refusing: alert, cancel all orders, close "
            "all positions too, or lock until the day's reset besides; allows those exits, on LIVE without arming"
        ),
    ] = field(default_factory=dict)
    flat_at_session_end: Annotated[
        bool,
        Meta(
            description="whether all orders are cancelled and all positions closed risk.flat_minutes before "
            "risk.session_end; this allows those exits, on LIVE without arming"
        ),
    ] = False
    cancel_on_disconnect: Annotated[
        bool,
        Meta(
            description="whether a lost connection cancels the pending intents at once, and all orders at the broker "
            "as soon as it is back; this allows that on LIVE without arming"
        ),
    ] = False
    max_messages_per_minute: Annotated[
        int,
        Meta(
            ge=0,
            le=100_000,
            description="most orders, changes and cancellations sent to the broker in a minute: beyond it nothing that "
            "adds risk is sent, exits and cancellations are counted and never refused; 0 is off",
        ),
    ] = 0
