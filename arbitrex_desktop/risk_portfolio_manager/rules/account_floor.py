# SPDX-License-Identifier: MIT
"""A floor below which a firm that lends the account ends it: static, or behind the highest balance or equity."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Final

from arbitrex_desktop.risk_portfolio_manager.parameters import Choice, lower_limit, number, optional_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    AccountRule,
    AccountView,
    RejectionReason,
    RuleResult,
    RuleSettings,
    Stage,
)
from arbitrex_desktop.texts import N_

INITIAL_BALANCE: Final = number(
    "initial_balance",
    0.0,
    "Balance that the account began with",
    "money",
    help="A firm's rules are shares of it; 0: the account is nobody's but yours.",
)
BUFFER: Final = lower_limit(
    "firm_buffer",
    0.1,
    "Trading stops before a firm's limit by",
    "share",
    low_open=False,
    help="Share of the loss that the limit allows: a stop may slip.",
)


class FirmFloor(AccountRule):
    """Equity stays above a firm's floor and its buffer; at the floor trading halts.

    Attributes:
        floor_name: what the floor is called.
        not_known: why the floor is not known, where it is not.
    """

    stage = Stage.KILL_SWITCH
    unit = "money"
    minimum = True
    latches = True
    floor_name: ClassVar[str]
    not_known: ClassVar[str]

    @abstractmethod
    def floor(self, account: AccountView, config: RuleSettings) -> float | None:
        """Return what equity may not fall to, in account currency; None where that is not known."""

    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:
        """Hold the equity against the floor and its buffer."""
        if not config.initial_balance:
            return self.unknown("the balance that the account began with is not set")
        floor, equity = self.floor(account, config), account.equity
        if floor is None:
            return self.unknown(self.not_known)
        if equity > floor:
            return self.passed(equity, floor, self.floor_name)
        return self.failed(equity, floor, self.floor_name) if equity <= floor else self.unknown("equity is no number")

    in_use = AccountRule.check


class AccountFloor(FirmFloor):
    """Equity > floor + buffer, the floor being `firm_max_loss` of the initial balance below where it is measured from.

    Static: the initial balance.  End of day: the highest balance at the end of a day.  Trailing: the highest equity.
    It never falls, and rises no further than to `firm_floor_locks_at` of the initial balance.
    """

    code = RejectionReason(
        "ACCOUNT_FLOOR",
        "Equity came too close to the floor at which the firm ends the account. Halts trading.",
        "Stop; the account is nearly lost.",
    )
    order = 45
    subject = "equity"
    switches = ("firm_max_loss",)
    floor_name = N_("the firm's floor, and its buffer")
    not_known = N_("the account's days were not read yet")
    parameters = (
        INITIAL_BALANCE,
        BUFFER,
        optional_limit("firm_max_loss", 0.0, "Greatest loss that the firm allows", "share"),
        Choice(
            "firm_floor",
            "static",
            "The firm's floor is measured from",
            help="The initial balance, the highest balance at the end of a day, or the highest equity.",
            options=("static", "end of day", "trailing"),
        ),
        number(
            "firm_floor_locks_at",
            0.0,
            "The firm's floor rises no further than to",
            "share",
            high=10.0,
            low_open=False,
            help="Share of the initial balance; 0: it has no end.",
        ),
    )

    def floor(self, account: AccountView, config: RuleSettings) -> float | None:
        """Return the floor, which may need the account's days."""
        known = config.firm_floor == "static" or account.record.complete
        return guarded_floor(account, config) if known else None


def account_floor(account: AccountView, config: RuleSettings) -> float:
    """Return the firm's own floor, in account currency."""
    record = account.record
    initial: float = config.initial_balance
    highest, kind, locked = initial, config.firm_floor, config.firm_floor_locks_at * initial
    if kind != "static":
        highest = max(initial, record.highest_close if kind == "end of day" else record.highest_equity)
    floor: float = highest - config.firm_max_loss * initial
    return min(floor, locked) if locked else floor


def guarded_floor(account: AccountView, config: RuleSettings) -> float:
    """Return the floor with its buffer: what equity may not fall to."""
    return account_floor(account, config) + float(config.firm_buffer * config.firm_max_loss * config.initial_balance)
