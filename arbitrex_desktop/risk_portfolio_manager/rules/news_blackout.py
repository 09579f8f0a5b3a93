# SPDX-License-Identifier: MIT
"""No new trades around news that moves the symbol."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.market.calendar import CalendarUnavailable
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import split_symbol
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class NewsBlackout(Rule):
    """From `news_minutes_before` to `news_minutes_after` news of at least `news_min_impact` on either currency."""

    code = RejectionReason.NEWS_BLACKOUT
    stage = Stage.FINAL
    subject = "news"
    parameters = ("news_minutes_before", "news_minutes_after", "news_min_impact")

    def check(self, case: RuleContext) -> Found:
        """Ask the calendar, if there is one."""
        if case.calendar is None:
            return self.skipped("there is no calendar")
        cfg, instrument = case.cfg, case.instrument
        legs = (instrument.base, instrument.profit) if instrument else split_symbol(case.intent.symbol)[1:]
        before, after = _minutes(cfg.news_minutes_before), _minutes(cfg.news_minutes_after)
        try:
            event = case.calendar.near(legs, case.now, before, after, cfg.news_min_impact)
        except CalendarUnavailable as error:
            return self.unknown(str(error))
        if event is None:
            return self.fine("none is near")
        return self.failed(note=f"{event.currency} {event.title} at {event.at:%H:%M} UTC")


@lru_cache(maxsize=16)
def _minutes(number: float) -> timedelta:
    """Return a duration; the settings name the same few again and again."""
    return timedelta(minutes=number)
