# SPDX-License-Identifier: MIT
"""No trade is opened when the session is about to end, nor while it is over."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.market.session import is_time_of_day, session_over
from arbitrex_desktop.risk_portfolio_manager.parameters import Choice, Text, lower_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.losses import is_time_zone
from arbitrex_desktop.texts import N_

_NO_TIME: Final = "a time of day such as 15:10, or empty"

_ENDS: Final = N_("it ends at {time} {zone}")


class SessionEnd(Rule):
    """Now is not within `no_entry_minutes` of `session_end`, nor between it and `session_start`."""

    code = RejectionReason("SESSION_END", "The session is over, or about to end.", "Wait for the next session.")
    stage, order = Stage.FINAL, 125
    subject = "session"
    nothing_amiss = "it goes on"
    switches = ("session_end",)
    parameters = (
        Text("session_end", "", "The session ends at", help="Empty is off.", check=is_time_of_day, what=_NO_TIME),
        Text(
            "session_start",
            "",
            "The next session begins at",
            help="Empty: at midnight, after a week's end at that of Monday.",
            check=is_time_of_day,
            what=_NO_TIME,
        ),
        Text("session_timezone", "UTC", "Time zone of the session", check=is_time_zone, what="a known time zone"),
        Choice(
            "session_days",
            "every day",
            "The session ends",
            help="Every day, or for the week's end only.",
            options=("every day", "Friday"),
        ),
        lower_limit("no_entry_minutes", 0.0, "No trades before the session's end for", "min"),
        lower_limit(
            "flat_minutes",
            0.0,
            "Positions are closed before the session's end by",
            "min",
            help="Only where the desk is allowed to close them.",
        ),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Look at the clock."""
        config = context.config
        if session_over(context.market.now, config, config.no_entry_minutes):
            return self.failed(note=Phrase(_ENDS, {"time": config.session_end, "zone": config.session_timezone}))
        return self.in_order
