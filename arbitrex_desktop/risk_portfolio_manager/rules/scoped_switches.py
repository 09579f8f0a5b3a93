# SPDX-License-Identifier: MIT
"""Kill switches over everything, a symbol or a strategy."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import SwitchAction, SwitchLevel
from arbitrex_desktop.risk_portfolio_manager.parameters import lower_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class ScopedSwitches(Rule):
    """SUSPEND and SHUTDOWN refuse whatever adds risk; an exit always passes."""

    code = RejectionReason(
        "KILL_SWITCH_ACTIVE",
        "A kill switch is set for everything, for this symbol or for this strategy.",
        "Lift the switch with a reason.",
    )
    stage, order = Stage.KILL_SWITCH, 30
    subject = "kill switches"
    nothing_amiss = "none is set"
    guards_adding = False

    def check(self, context: RuleContext) -> RuleResult:
        """Look for a switch that covers the intent."""
        for switch in context.switches:
            if switch.action is not SwitchAction.THROTTLE and not context.exposure.reducing:
                return self.failed(note=switch.phrase)
        return self.in_order


class Throttle(Rule):
    """What is throttled gets one adding intent through per interval: a strategy, a symbol, or everything together."""

    code = RejectionReason(
        "STRATEGY_THROTTLED",
        "The strategy, the symbol or everything is throttled, and another intent came too soon.",
        "Send fewer intents; the throttle ends by itself.",
    )
    stage, order = Stage.KILL_SWITCH, 100
    subject = "time between throttled intents"
    nothing_amiss = "not throttled"
    unit = "s"
    minimum = True
    paces = True
    parameters = (
        lower_limit("throttle_interval_seconds", 60.0, "One intent per, while throttled", "s"),
        lower_limit("throttle_duration_seconds", 300.0, "A throttle lasts", "s"),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Measure the time since the last intent that any throttle let through."""
        activity, strategy = context.activity, context.intent.strategy_id or ""
        if not context.switches and strategy not in activity.throttled:
            return self.in_order
        scopes = [(each.level, each.name) for each in context.switches if each.action is SwitchAction.THROTTLE]
        if any(level is SwitchLevel.SYMBOL for level, _ in scopes):  # its name there may be the plain one
            scopes.append((SwitchLevel.SYMBOL, context.intent.symbol))
        ends = None if context.intent.is_person_s else activity.throttled.get(strategy)
        if ends is not None and context.moment < ends:
            scopes.append((SwitchLevel.STRATEGY, strategy))
        if not scopes:
            return self.in_order
        heard = [activity.heard[scope] for scope in scopes if scope in activity.heard]
        if not heard:
            return self.ok("throttled, and this is the first intent since")
        return self.at_least(context.moment - max(heard), context.config.throttle_interval_seconds)
