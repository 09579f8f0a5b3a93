# SPDX-License-Identifier: MIT
"""Kill switches over everything, a symbol or a strategy."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.case import Case
from arbitrex_desktop.risk_portfolio_manager.findings import Found
from arbitrex_desktop.risk_portfolio_manager.kill_switches import SwitchAction
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class ScopedSwitches(Rule):
    """SUSPEND lets reducing trades pass; SHUTDOWN only those that a person sends by hand."""

    code = RejectionReason.KILL_SWITCH_ACTIVE
    stage = Stage.KILL_SWITCH
    subject = "kill switches"
    guards_adding = False
    standing = True

    def check(self, case: Case) -> Found:
        """Look for a switch that covers the intent."""
        for switch in case.switches:
            by_hand = case.reducing and case.intent.strategy_id is None
            suspended = switch.action is SwitchAction.SUSPEND and not case.reducing
            if suspended or (switch.action is SwitchAction.SHUTDOWN and not by_hand):
                return self.failed(note=switch.words())
        return self.fine("none is set")


class Throttle(Rule):
    """A throttled strategy gets one adding intent through per interval."""

    code = RejectionReason.STRATEGY_THROTTLED
    stage = Stage.KILL_SWITCH
    subject = "throttle"
    unit = "s"
    paces = True
    parameters = ("throttle_interval_seconds", "throttle_duration_seconds")
    minimum = True

    def check(self, case: Case) -> Found:
        """Measure the time since the strategy's last intent that was let through."""
        strategy = case.intent.strategy_id or ""
        ends = case.activity.throttled.get(strategy)
        switched = any(switch.action is SwitchAction.THROTTLE for switch in case.switches)
        if not switched and (ends is None or not case.moment < ends):
            return self.fine("not throttled")
        heard = case.activity.heard.get(strategy)
        if heard is None:
            return self.fine("throttled, and this is the first intent since")
        return self.at_least(case.moment - heard, case.cfg.throttle_interval_seconds)

    def stands(self, case: Case) -> bool:
        """Look whether the strategy never was throttled."""
        strategy = case.intent.strategy_id or ""
        return not case.switches and strategy not in case.activity.throttled
