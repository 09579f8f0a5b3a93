# SPDX-License-Identifier: MIT
"""What a card says of a waiting intent: the trade, what it risks, the limit that is closest, and the time left."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.check_text import check_text
from arbitrex_desktop.desk.presentation.core_text import core_text
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.cards.pending_text import approve_tip
from arbitrex_desktop.ui.models.desk import cut_lots, decision_tone, state_name
from arbitrex_desktop.ui.models.preview_text import REJECTED, wait_of
from arbitrex_desktop.ui.models.resting_text import resting_text
from arbitrex_desktop.ui.models.ticket import reward_ratio
from arbitrex_desktop.ui.theme.colours import Tone

WARN_FROM: Final = 0.8
"""Share of a limit from which its sentence is amber."""

LITTLE_TIME_S: Final = 15.0

_DOT: Final = " \N{MIDDLE DOT} "
_PORTFOLIO: Final = frozenset(
    {"MAX_DRAWDOWN_EXCEEDED", "MAX_POSITIONS_REACHED", "SYMBOL_POSITIONS_REACHED", "CONSECUTIVE_LOSSES"}
)
"""Limits of the portfolio whose code does not end in `_LIMIT`; all others are about the intent, its price or age."""

_OWN: Final = "RISK_PER_TRADE_LIMIT"
"""What a trade may lose is what it was sized by, so it is always used up."""


@dataclass(frozen=True, slots=True)
class CardText:
    """A card's words.

    Attributes:
        intent_id: whose card it is.
        direction: 1 or -1, the colour of its edge.
        title: the trade.
        left: time left, or the state of what no longer waits; `left_share` of its life, 0 to 1.
        left_tone: of the time left.
        risk: loss at the stop in money and percent, and what the target would bring in R.
        levels: who asks, price, stop and target.
        word, sentence: the answer, empty where the sentence says it, and what is to be known; `tone` of both.
        whole: all of that, for the tool tip and for screen readers.
        approve: what the button says; `approve_tip`, what it does, or why it cannot.
        can_approve, can_reject: whether the buttons act.
        checks: how many checks there are behind the fold.
    """

    intent_id: str
    direction: int
    title: str
    left: str
    left_share: float
    left_tone: Tone
    risk: str
    levels: str
    word: str
    sentence: str
    tone: Tone
    whole: str
    approve: str
    approve_tip: str
    can_approve: bool
    can_reject: bool
    checks: int


def card_text(
    row: IntentRow, seconds_left: float, currency: str, blocker: str, *, asked: bool, may_press: bool
) -> CardText:
    """Return a card's words.

    `blocker`, why it cannot be approved, empty when it can; `asked`, whether Approve was pressed once and asks once
    more; `may_press`, whether the buttons act on this row at all.
    """
    waits = row.state is IntentState.PENDING
    word, tone = answer_of(row)
    sentence, sentence_tone = sentence_of(row, blocker)
    if sentence == core_text(row.closing_text):
        word = ""  # the sentence begins with it
    kind = f" {row.order_kind}" if row.order_kind else ""
    title = f"{formats.side(row.direction)}{kind} {formats.lots(row.lots or row.requested_lots)} {row.symbol}"
    risk, levels = risk_of(row, currency), levels_of(row)
    return CardText(
        intent_id=row.intent_id,
        direction=row.direction,
        title=title,
        left=formats.countdown(seconds_left) if waits else state_name(row.state),
        left_share=_share_left(row, seconds_left) if waits else 0.0,
        left_tone=_left_tone(row, seconds_left),
        risk=risk,
        levels=levels,
        word=word,
        sentence=sentence,
        tone=tone if tone is not Tone.GOOD else sentence_tone,
        whole="\n".join(each for each in (f"{title}, {row.source}", risk, levels, word, sentence) if each),
        approve=_approve_label(row, asked=asked),
        approve_tip=blocker or approve_tip(),
        can_approve=may_press and not blocker,
        can_reject=may_press and waits,
        checks=len(row.checks),
    )


def answer_of(row: IntentRow) -> tuple[str, Tone]:
    """Return the answer in a word; what closes a position says so in its place, and a mark tells that it changed."""
    changed = " *" if row.changed else ""
    if row.closes is not None:
        return _("CLOSES #{closes}{changed}").format(closes=row.closes, changed=changed), Tone.WARN
    if row.decision == REJECTED and (until := wait_of(row.checks)):
        return _("NOT NOW, {until}{changed}").format(until=until, changed=changed), Tone.WARN
    return f"{core_text(row.decision) or formats.DASH}{changed}", decision_tone(row.decision)


def sentence_of(row: IntentRow, blocker: str) -> tuple[str, Tone]:
    """Return the one thing to be known: what refuses it, what became of it, what cut it, or the closest limit."""
    if blocker:
        return blocker, Tone.WARN
    if row.escalation or row.changed:
        return (
            _("Not what arrived: {escalation}").format(escalation=core_text(row.escalation))
            if row.escalation
            else _("Changed: {changed}").format(changed=core_text(row.changed))
        ), Tone.WARN
    if row.closing_text:
        return core_text(row.closing_text), Tone.WARN
    cut = [each for each in row.checks if each.outcome is Outcome.ADJUST]
    if cut:
        more = _(" (and {count} more)").format(count=len(cut) - 1) if len(cut) > 1 else ""
        return f"{check_text(max(cut, key=_overshoot))}{more}", Tone.WARN
    less = cut_lots(row)
    if less:
        return less, Tone.WARN
    return closest_limit(row.checks)


def closest_limit(checks: Iterable[Verdict]) -> tuple[str, Tone]:
    """Return in a sentence which limit of the portfolio the trade comes closest to, amber from 80 % of it."""
    used = [(share, each) for each in checks if (share := used_share(each)) is not None]
    if not used:
        return _("No limit was measured"), Tone.MUTED
    share, closest = max(used, key=lambda pair: pair[0])
    return _("closest limit: {message}").format(
        message=check_text(closest)
    ), Tone.WARN if share >= WARN_FROM else Tone.GOOD


def used_share(check: Verdict) -> float | None:
    """Return how much of a portfolio's limit a passed check has used, None for any other check.

    Below a greatest value it is the share of it; a least value is used up as the figure falls to it.
    """
    limit, seen = check.limit, check.observed
    is_limit = (check.code.endswith("_LIMIT") and check.code != _OWN) or check.code in _PORTFOLIO
    if check.outcome is not Outcome.PASS or not is_limit or not limit or seen is None or not math.isfinite(seen):
        return None
    return seen / limit if seen <= limit else limit / seen


def risk_of(row: IntentRow, currency: str) -> str:
    """Return what is lost at the stop in money and percent, and what the target would bring in R."""
    if row.closes is not None:
        return _("reduces risk")
    if row.lots <= 0.0:
        return _("no size is allowed")
    if row.stop_loss is None:
        return _("no stop: the loss has no end")
    parts = [
        _("risk {money}").format(money=formats.money(row.risk_amount, currency, digits=row.money_digits)),
        formats.percent(row.risk_pct),
    ]
    ratio = reward_ratio(row.direction, row.price, row.stop_loss, row.take_profit)
    parts.append(_("no target") if ratio is None else _("target {ratio} R").format(ratio=formats.number(ratio, 1)))
    return _DOT.join(parts)


def levels_of(row: IntentRow) -> str:
    """Return who asks, price, stop and target, and how long an order rests."""
    named = ((_("at"), row.price), (_("stop"), row.stop_loss), (_("target"), row.take_profit))
    prices = (f"{name} {formats.price(value, row.digits)}" for name, value in named if value)
    rests = [] if row.resting is None else [_("rests {rests}").format(rests=resting_text(row.resting))]
    return _DOT.join((row.source, *prices, *rests))


def _overshoot(check: Verdict) -> float:
    return abs(check.observed / check.limit) if check.observed is not None and check.limit else 0.0


def _share_left(row: IntentRow, seconds_left: float) -> float:
    whole = (row.expires_at - row.created_at).total_seconds()
    return min(1.0, max(0.0, seconds_left / whole)) if whole > 0.0 else 0.0


def _left_tone(row: IntentRow, seconds_left: float) -> Tone:
    if row.state is IntentState.UNKNOWN:
        return Tone.BAD
    return Tone.WARN if seconds_left < LITTLE_TIME_S else Tone.TEXT


def _approve_label(row: IntentRow, *, asked: bool) -> str:
    if row.lots <= 0.0 or row.decision == REJECTED:
        return _("Not now") if wait_of(row.checks) else _("Cannot approve")
    act = _("close") if row.closes is not None else formats.side(row.direction)
    return _("Really {act}?").format(act=act) if asked else _("Approve {act}").format(act=act)
