# SPDX-License-Identifier: MIT
"""What the risk manager reads must be there and fresh."""

from __future__ import annotations

import math
from typing import Final

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.reason import CONVERSION_UNKNOWN
from arbitrex_desktop.risk_portfolio_manager.parameters import upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.texts import N_


class Connection(Rule):
    """The pool must be connected to the terminal."""

    code = RejectionReason(
        "CONNECTION_DOWN", "The terminal is not connected, so nothing can be checked.", "See the connection panel."
    )
    stage, order = Stage.SOURCES, 10
    subject = "connection"
    nothing_amiss = "connected"

    def check(self, context: RuleContext) -> RuleResult:
        """Ask whether the pool counts itself as connected."""
        if not context.market.has_pool:
            return self.no_pool()
        return self.in_order if context.market.connected else self.unknown("the terminal is not connected")


class AccountSync(Rule):
    """The account must have been synced, not longer ago than `max_sync_age_seconds`."""

    code = RejectionReason("ACCOUNT_STALE", "The account was never synced, or too long ago.", "Sync the account.")
    stage, order = Stage.SOURCES, 20
    subject = "age of the account sync"
    unit = "s"
    parameters = (upper_limit("max_sync_age_seconds", 300.0, "Oldest sync of the account", "s", low_open=True),)

    def check(self, context: RuleContext) -> RuleResult:
        """Compare the age with its limit."""
        account = context.account
        if not account.syncs:
            return self.skipped("this manager does not sync")
        if account.synced_at is None:
            return self.unknown("the account was never synced")
        return self.at_most(context.moment - account.synced_at, context.config.max_sync_age_seconds)


class TradingAllowed(Rule):
    """The account must allow trading, by algorithms too."""

    code = RejectionReason(
        "TRADING_NOT_ALLOWED",
        "The broker or the terminal does not allow trading on this account.",
        "Switch algorithmic trading on, or ask the broker.",
    )
    stage, order = Stage.SOURCES, 30
    subject = "permission to trade"
    nothing_amiss = "allowed"

    def check(self, context: RuleContext) -> RuleResult:
        """Look at the account's flags."""
        if not context.market.has_pool:
            return self.no_pool()
        account = context.account.latest
        if account is None:
            return self.unknown("the account was not read yet")
        if account.trade_allowed and account.trade_expert:
            return self.in_order
        return self.failed(note="the broker does not allow trading on this account")


class QuoteAge(Rule):
    """There must be a quote of the symbol, not older than `max_quote_age_seconds`; a closed session has none."""

    code = RejectionReason(
        "QUOTE_STALE",
        "There is no fresh price of the symbol.",
        "Wait for a tick; check the session and the connection.",
    )
    stage, order = Stage.SOURCES, 60
    subject = "age of the price"
    unit = "s"
    parameters = (upper_limit("max_quote_age_seconds", 30.0, "Oldest price", "s", low_open=True),)

    def check(self, context: RuleContext) -> RuleResult:
        """Compare the quote's age with its limit."""
        if not context.market.has_pool:
            return self.no_pool()
        age = context.market.quote_age
        if age is None:
            return self.unknown("there is no quote of the symbol")
        if math.isinf(age):
            return self.unknown(
                "its last price came before the program did, and no newer one tells the broker's time yet"
            )
        return self.at_most(age, context.config.max_quote_age_seconds)


_NOT_CONVERTED: Final = N_("the position in {symbol} cannot be converted")
_NOT_COUNTED: Final = N_("no price was given to value {symbol}, it is counted in no exposure")


class PositionsKnown(Rule):
    """Every open position must have a known worth, since exposures are sums over all of them."""

    code = CONVERSION_UNKNOWN
    stage, order = Stage.SOURCES, 70
    subject = "worth of open positions"
    nothing_amiss = "all are known"

    def check(self, context: RuleContext) -> RuleResult:
        """Look whether the sums are complete; without a pool, prices that were never given are left out."""
        exposure = context.exposure
        if exposure.unknown:
            return self.unknown(exposure.unknown)
        if exposure.unpriced and context.market.has_pool:
            return self.unknown(Phrase(_NOT_CONVERTED, {"symbol": exposure.unpriced}))
        if exposure.unpriced:
            return self.skipped(Phrase(_NOT_COUNTED, {"symbol": exposure.unpriced}))
        return self.in_order
