# SPDX-License-Identifier: MIT
"""Kill switches over everything, a symbol or a strategy."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import SwitchAction, SwitchLevel


class ScopedSwitches(Rule):
    """SUSPEND lets reducing trades pass; SHUTDOWN only those that a person sends by hand."""

    code = RejectionReason.KILL_SWITCH_ACTIVE
    stage = Stage.KILL_SWITCH
    subject = "kill switches"
    guards_adding = False
    standing = True

    def check(self, case: RuleContext) -> Found:
        """Look for a switch that covers the intent."""
        for switch in case.switches:
            by_hand = case.reducing and case.intent.strategy_id is None
            suspended = switch.action is SwitchAction.SUSPEND and not case.reducing
            if suspended or (switch.action is SwitchAction.SHUTDOWN and not by_hand):
                return self.failed(note=switch.words())
        return self.fine("none is set")


class Throttle(Rule):
    """What is throttled gets one adding intent through per interval: a strategy, a symbol, or everything together."""

    code = RejectionReason.STRATEGY_THROTTLED
    stage = Stage.KILL_SWITCH
    subject = "throttle"
    unit = "s"
    paces = True
    parameters = ("throttle_interval_seconds", "throttle_duration_seconds")
    minimum = True

    def check(self, case: RuleContext) -> Found:
        """Measure the time since the last intent that any throttle let through."""
        activity, strategy = case.activity, case.intent.strategy_id or ""
        scopes = [(each.level, each.name) for each in case.switches if each.action is SwitchAction.THROTTLE]
        ends = activity.throttled.get(strategy)
        if ends is not None and case.moment < ends:
            scopes.append((SwitchLevel.STRATEGY, strategy))
        if not scopes:
            return self.fine("not throttled")
        heard = [activity.heard[scope] for scope in scopes if scope in activity.heard]
        if not heard:
            return self.fine("throttled, and this is the first intent since")
        return self.at_least(case.moment - max(heard), case.cfg.throttle_interval_seconds)

    def stands(self, case: RuleContext) -> bool:
        """Look whether the strategy never was throttled."""
        strategy = case.intent.strategy_id or ""
        return not case.switches and strategy not in case.activity.throttled
