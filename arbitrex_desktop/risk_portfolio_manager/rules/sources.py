# SPDX-License-Identifier: MIT
"""What the risk manager reads must be there and fresh."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage

NO_POOL = "there is no pool"


class Connection(Rule):
    """The pool must be connected to the terminal."""

    code = RejectionReason.CONNECTION_DOWN
    stage = Stage.SOURCES
    subject = "connection"
    standing = True

    def check(self, case: RuleContext) -> Found:
        """Ask whether the pool counts itself as connected."""
        if not case.market.has_pool:
            return self.skipped(NO_POOL)
        if case.market.connected:
            return self.fine("connected")
        return self.unknown("the terminal is not connected")


class AccountSync(Rule):
    """The account must have been synced, not longer ago than `max_sync_age_seconds`."""

    code = RejectionReason.ACCOUNT_STALE
    stage = Stage.SOURCES
    subject = "age of the account sync"
    unit = "s"
    parameters = ("max_sync_age_seconds",)

    def check(self, case: RuleContext) -> Found:
        """Compare the age with its limit."""
        if not case.syncs:
            return self.skipped("this manager does not sync")
        if case.sync_age is None:
            return self.unknown("the account was never synced")
        return self.at_most(case.sync_age, case.cfg.max_sync_age_seconds)


class PositionsKnown(Rule):
    """Every open position must have a known worth, since exposures are sums over all of them."""

    code = RejectionReason.CONVERSION_UNKNOWN
    stage = Stage.SOURCES
    subject = "worth of open positions"
    standing = True
    counts = True

    def check(self, case: RuleContext) -> Found:
        """Look whether the sums are complete; without a pool, prices that were never given are left out."""
        if case.sums.unknown:
            return self.unknown(case.sums.unknown)
        if case.sums.unpriced and case.market.has_pool:
            return self.unknown(f"the position in {case.sums.unpriced} cannot be converted")
        if case.sums.unpriced:
            return self.skipped(f"no price was given to value {case.sums.unpriced}, it is counted in no exposure")
        return self.fine("all are known")


class TradingAllowed(Rule):
    """The account must allow trading, by algorithms too."""

    code = RejectionReason.TRADING_NOT_ALLOWED
    stage = Stage.SOURCES
    subject = "permission to trade"
    standing = True

    def check(self, case: RuleContext) -> Found:
        """Look at the account's flags."""
        if not case.market.has_pool:
            return self.skipped(NO_POOL)
        account = case.market.account
        if account is None:
            return self.unknown("the account was not read yet")
        if account.trade_allowed and account.trade_expert:
            return self.fine("allowed")
        return self.failed(note="the broker does not allow trading on this account")


class QuoteAge(Rule):
    """There must be a quote of the symbol, not older than `max_quote_age_seconds`; a closed session has none."""

    code = RejectionReason.QUOTE_STALE
    stage = Stage.SOURCES
    subject = "age of the price"
    unit = "s"
    parameters = ("max_quote_age_seconds",)

    def check(self, case: RuleContext) -> Found:
        """Compare the quote's age with its limit."""
        if not case.market.has_pool:
            return self.skipped(NO_POOL)
        if case.market.quote_age is None:
            return self.unknown("there is no quote of the symbol")
        return self.at_most(case.market.quote_age, case.cfg.max_quote_age_seconds)
