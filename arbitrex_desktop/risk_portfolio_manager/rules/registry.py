# SPDX-License-Identifier: MIT
"""All rules: every class of this folder that is a rule is in force, in the order of stage and place."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from inspect import isabstract
from types import ModuleType
from typing import Any, Final

import msgspec

from arbitrex_desktop.risk_portfolio_manager import rules
from arbitrex_desktop.risk_portfolio_manager.decision.context import AccountLimits, AccountView
from arbitrex_desktop.risk_portfolio_manager.parameters import Parameter, RuleSettings
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState, as_utc
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    ONLY_REDUCES,
    AccountRule,
    Rule,
    RuleContext,
    RuleResult,
    Stage,
)
from arbitrex_desktop.risk_portfolio_manager.rules.open_risk import loss_headroom
from arbitrex_desktop.risk_portfolio_manager.rules.requested_volume import RequestedVolume
from arbitrex_desktop.risk_portfolio_manager.rules.total_lots import most_lots
from arbitrex_desktop.texts import N_


def _rules_of(module: ModuleType) -> Iterator[Rule]:
    """Go through the rules that a module declares."""
    for kind in vars(module).values():
        # Whether a foreign class is a rule takes an abstract class long to tell.
        declared = isinstance(kind, type) and kind.__module__ == module.__name__ and issubclass(kind, Rule)
        if declared and not kind.__name__.startswith("_") and not isabstract(kind):
            yield kind()


def _discover_rules() -> tuple[Rule, ...]:
    """Import every module of this folder, and return its rules in order."""
    names = [each.name for each in pkgutil.iter_modules(rules.__path__) if each.name not in ("base", "registry")]
    modules = [importlib.import_module(f"{rules.__name__}.{name}") for name in names]
    found = [rule for module in modules for rule in _rules_of(module)]
    return tuple(sorted(found, key=lambda rule: (rule.stage, rule.order, type(rule).__name__)))


def parameters_of(found: tuple[Rule, ...]) -> dict[str, Parameter]:
    """Return what the rules declare by name; raise ValueError when two declare one name differently."""
    declared: dict[str, Parameter] = {}
    for rule in found:
        for parameter in rule.parameters:
            if declared.setdefault(parameter.name, parameter) != parameter:
                raise ValueError(f"{parameter.name} is declared twice, by {type(rule).__name__} differently")
    return declared


ALL_RULES: Final = _discover_rules()
"""In order; the first refusal gives the reason."""
LATCHING: Final = tuple(rule for rule in ALL_RULES if rule.latches)
"""Those whose refusal halts trading."""
_CUTTING: Final = (Stage.PORTFOLIO, Stage.CORRELATION)


_COUNTED_BEFORE: Final = N_("it was counted when it was first approved")
Judge = Callable[[RuleContext], RuleResult]
"""A rule's check, or what stands for it."""


class Checks(msgspec.Struct, frozen=True):
    """What is asked of a trade before the sizing and after it, in order."""

    before: tuple[Judge, ...]
    after: tuple[Judge, ...]


class RiskPlan(msgspec.Struct, frozen=True):
    """Which rules are asked, and when; made of the settings when they change.

    Attributes:
        of_account: those about the account alone, in order.
        adding: the checks of a trade that adds risk.
        reducing: those of one that only reduces it: what guards against adding lets it through unchecked.
        approved: those of one that was approved and is judged again: the rules of pacing looked at it then, and would
            now find itself.
        cutting: those that may cut the size, looked at again with the size that is left.
        off: the results of those that are switched off.
    """

    of_account: tuple[AccountRule, ...]
    adding: Checks
    reducing: Checks
    approved: Checks
    cutting: tuple[Rule, ...]
    off: tuple[RuleResult, ...]

    def limits_of(self, account: AccountView, config: RuleSettings) -> AccountLimits:
        """Return how an account stands to its limits."""
        return limits_of_account(self.of_account, account, config)


def limits_of_account(rules: Iterable[AccountRule], account: AccountView, config: RuleSettings) -> AccountLimits:
    """Return how an account stands to its limits by the rules about it that are on."""
    results = [rule.judge(account, config) for rule in rules]
    broken = [each for each in results if each.blocks]
    return AccountLimits(tuple(results), tuple(broken), loss_headroom(account, config), most_lots(account, config))


def rules_of_account(config: RuleSettings) -> tuple[AccountRule, ...]:
    """Return the rules about the account alone that the settings have on, in order."""
    return tuple(rule for rule in ALL_RULES if isinstance(rule, AccountRule) and rule.is_on(config))


def plan_of(config: RuleSettings) -> RiskPlan:
    """Return what follows from the settings alone."""
    on, off = list[Rule](), list[RuleResult]()
    for rule in ALL_RULES:
        if rule.is_on(config):
            on.append(rule)
        else:
            off.append(rule.off())
    others = [rule for rule in on if not isinstance(rule, AccountRule)]
    return RiskPlan(
        rules_of_account(config),
        _checks_of(others, lambda rule: rule.check),
        _checks_of(others, lambda rule: _always(rule.ok(ONLY_REDUCES)) if rule.guards_adding else rule.check),
        _checks_of(others, lambda rule: _always(rule.ok(_COUNTED_BEFORE)) if rule.paces else rule.check),
        tuple(rule for rule in others if rule.stage in _CUTTING and not isinstance(rule, RequestedVolume)),
        tuple(off),
    )


def _checks_of(rules: list[Rule], judge_of: Callable[[Rule], Judge]) -> Checks:
    """Return the checks of rules."""
    return Checks(
        tuple(judge_of(rule) for rule in rules if rule.stage < Stage.SIZING),
        tuple(judge_of(rule) for rule in rules if rule.stage > Stage.SIZING),
    )


def _always(result: RuleResult) -> Judge:
    """Return a check that comes to the same whatever the trade."""
    return lambda _context: result


_DAILY: Final = frozenset(rule.code.value for rule in LATCHING if rule.daily)


def halt_is_over(portfolio: PortfolioState, day_start: datetime, config: RuleSettings) -> bool:
    """Return whether the portfolio's halt is that of a limit of a day that has ended, and may end with it."""
    halted = portfolio.halt_timestamp
    if not config.unlock_at_reset or halted is None or portfolio.halt_code not in _DAILY:
        return False
    return as_utc(halted) < day_start


def limits_of(config: RuleSettings) -> dict[str, dict[str, Any]]:
    """Return the settings that every rule reads, by its code and subject; rules that share both share an entry."""
    limits: dict[str, dict[str, Any]] = {}
    for rule in ALL_RULES:
        entry = limits.setdefault(f"{rule.code.value}: {rule.subject}", {})
        entry.update((each.name, getattr(config, each.name)) for each in rule.parameters)
    return limits
