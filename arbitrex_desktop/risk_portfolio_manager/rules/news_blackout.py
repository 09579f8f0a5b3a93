# SPDX-License-Identifier: MIT
"""No new trades around news that moves the symbol."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.market.calendar import CalendarUnavailable
from arbitrex_desktop.risk_portfolio_manager.parameters import Choice, Flag, Looser, lower_limit
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import split_symbol
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    ONLY_REDUCES,
    Outcome,
    RejectionReason,
    Rule,
    RuleContext,
    RuleResult,
    Stage,
)
from arbitrex_desktop.texts import N_

_FORBIDDEN: Final = N_("{news}: the firm forbids closing now")
_PERHAPS_FORBIDDEN: Final = N_("{news}: the firm may forbid closing now")


class NewsBlackout(Rule):
    """From `news_minutes_before` to `news_minutes_after` news of at least `news_min_impact` on either currency.

    An exit always passes; where a firm forbids closing as well, it is told.
    """

    code = RejectionReason(
        "NEWS_BLACKOUT", "News that moves this symbol is due or was just out.", "Wait until the window ends."
    )
    stage, order = Stage.FINAL, 120
    subject = "news"
    nothing_amiss = "none is near"
    guards_adding = False
    parameters = (
        lower_limit("news_minutes_before", 30.0, "No trades before news for", "min"),
        lower_limit("news_minutes_after", 15.0, "No trades after news for", "min"),
        Choice("news_min_impact", "high", "Least impact of news that count", options=("low", "medium", "high")),
        Flag("news_calendar_needed", False, "Without a calendar of news nothing is traded", looser=Looser.LOWER),
        Flag(
            "news_closing_counts",
            False,
            "The firm forbids closing near news, too",
            help="An exit passes all the same, and it is said.",
            looser=Looser.LOWER,
        ),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Ask the calendar, if there is one; never hold up an exit."""
        if not context.exposure.reducing:
            return self._result_of_news(context)
        found = self._result_of_news(context) if context.config.news_closing_counts else self.in_order
        if not found.blocks:
            return self.ok(ONLY_REDUCES)
        form = _FORBIDDEN if found.outcome is Outcome.FAIL else _PERHAPS_FORBIDDEN
        return self.ok(Phrase(form, {"news": found.note if isinstance(found.note, Phrase) else Phrase(found.note)}))

    def _result_of_news(self, context: RuleContext) -> RuleResult:
        """Return whether news are near."""
        market, config = context.market, context.config
        if market.calendar is None:
            no_calendar = N_("there is no calendar")
            return self.unknown(no_calendar) if config.news_calendar_needed else self.skipped(no_calendar)
        instrument = market.instrument
        legs = (instrument.base, instrument.profit) if instrument else split_symbol(context.intent.symbol)[1:]
        before, after = config.news_minutes_before, config.news_minutes_after
        try:
            event = market.calendar.near(legs, market.now, before, after, config.news_min_impact)
        except CalendarUnavailable as error:
            return self.unknown(str(error))
        if event is None:
            return self.in_order
        return self.failed(
            note=Phrase(
                N_("{currency} {title} at {time} UTC"),
                {"currency": event.currency, "title": event.title, "time": f"{event.at:%H:%M}"},
            )
        )
