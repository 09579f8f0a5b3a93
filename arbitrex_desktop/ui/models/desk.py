# SPDX-License-Identifier: MIT
"""Columns of positions, orders, intents, checks and notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from arbitrex_desktop.desk.intents.intent import TRADER, IntentState
from arbitrex_desktop.desk.presentation.check_text import check_text
from arbitrex_desktop.desk.presentation.core_text import blocker_text, core_text, reason_text
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject, NoticeTopic
from arbitrex_desktop.desk.presentation.snapshot import IntentRow, Notice, OrderRow, PositionRow
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.table import Column
from arbitrex_desktop.ui.theme.colours import Tone

When = Callable[[datetime], str]
"""Says a moment as short as its panel can: that knows what day it is."""

Priced = TypeVar("Priced", PositionRow, OrderRow)

_WHEN: Final = "88 Mmm 88:88"


def money_tone(value: float | None) -> Tone:
    """Return the tone of a gain or a loss."""
    if not value:
        return Tone.TEXT
    return Tone.UP if value > 0 else Tone.DOWN


def side_tone(row: PositionRow | IntentRow) -> Tone:
    """Return the tone of the direction."""
    return Tone.UP if row.direction > 0 else Tone.DOWN


def price_column(
    title: str,
    price: Callable[[Priced], float | None],
    tip: Callable[[Priced], str],
    *,
    absent: str = formats.DASH,
    absent_tone: Tone = Tone.MUTED,
    spare: int = 0,
    hint: str = "",
) -> Column[Priced]:
    """Return a column of prices with their pips set off, and with a word where there is none."""
    return Column(
        title, lambda row: formats.price(price(row), row.digits) if price(row) else _(absent), price, "18888.88",
        tone=lambda row: Tone.TEXT if price(row) else absent_tone, tip=tip, hint=hint, spare=spare,
        digits=lambda row: row.digits,
    )  # fmt: skip


_ARROWS: Final = {1: f"{formats.UP_ARROW} ", -1: f"{formats.DOWN_ARROW} "}


def _order_tone(row: OrderRow) -> Tone:
    return {1: Tone.UP, -1: Tone.DOWN}.get(row.direction, Tone.TEXT)


def _order_tip(row: OrderRow) -> str:
    origin = _("intent {intent_id}").format(intent_id=row.intent_id) if row.intent_id else _("not placed by this desk")
    lines = [
        _("Ticket {ticket}, magic {magic}, {origin}").format(ticket=row.ticket, magic=row.magic, origin=origin),
        _("Placed {placed_at}").format(placed_at=formats.utc_tip(row.placed_at)),
    ]
    lines.append(_("Rests {ends}").format(ends=_ends(row)))
    if row.limit_price:
        lines.append(_("Once triggered it rests at {price}").format(price=formats.price(row.limit_price, row.digits)))
    return "\n".join((*lines, row.comment) if row.comment else lines)


def _ends(row: OrderRow) -> str:
    """Return in words how long an order rests at the broker."""
    until = (
        _("until {expires_at}").format(expires_at=formats.utc_tip(row.expires_at))
        if row.expires_at
        else _("until it is cancelled")
    )
    if not row.for_the_day:
        return until
    return _("until the broker's trading day is over") + (f" ({until})" if row.expires_at else "")


def order_columns(when: When) -> tuple[Column[OrderRow], ...]:
    """Return the columns of orders that wait at the broker."""

    def expires(row: OrderRow) -> str:
        if row.expires_at is None:
            return _("end of day") if row.for_the_day else _("never")
        return when(row.expires_at)

    return (
        Column(N_("Symbol"), lambda row: row.symbol, lambda row: row.symbol, "XAUUSDm", number=False, tip=_order_tip),
        Column(N_("Kind"), lambda row: f"{_ARROWS.get(row.direction, '')}{row.kind}", lambda row: row.kind,
               f"{formats.DOWN_ARROW} SELL STOP LIMIT", number=False, tone=_order_tone, tip=_order_tip),
        Column(N_("Lots"), lambda row: formats.lots(row.volume), lambda row: row.volume, "188.88", tip=_order_tip,
               hint=N_("What is not filled yet")),
        price_column(N_("Price"), lambda row: row.price, _order_tip,
                     hint=N_("Price at which the order is triggered or filled")),
        price_column(N_("Stop"), lambda row: row.stop_loss, _order_tip),
        price_column(N_("Target"), lambda row: row.take_profit, _order_tip),
        Column(N_("Expires"), expires, lambda row: row.expires_at.timestamp() if row.expires_at else None, _WHEN,
               tone=lambda row: Tone.TEXT if row.expires_at or row.for_the_day else Tone.MUTED, tip=_order_tip, spare=1,
               hint=N_("When the broker cancels the order by itself; local time")),
        Column(N_("Placed"), lambda row: when(row.placed_at), lambda row: row.placed_at.timestamp(), _WHEN,
               tip=lambda row: formats.utc_tip(row.placed_at), spare=3,
               hint=N_("Local time, with the day when it was not today")),
        Column(N_("Ticket"), lambda row: str(row.ticket), lambda row: row.ticket, "8888888888", tip=_order_tip,
               spare=4),
        Column(N_("From"), lambda row: _("desk") if row.intent_id else _("other"),
               lambda row: _("desk") if row.intent_id else _("other"), "other", number=False, tip=_order_tip, spare=2,
               hint=N_("Placed by this desk, or by hand or an expert advisor")),
    )  # fmt: skip


_GOOD_ENDS: Final = frozenset({IntentState.FILLED})
_BAD_ENDS: Final = frozenset({IntentState.REJECTED, IntentState.FAILED, IntentState.UNKNOWN, IntentState.PARTIAL})

STATE_NAMES: Final[dict[IntentState, str]] = {
    IntentState.UNKNOWN: N_("? UNKNOWN"),
    IntentState.FILLED: N_("\N{CHECK MARK} FILLED"),
    IntentState.REJECTED: N_("\N{MULTIPLICATION X} REJECTED"),
    IntentState.FAILED: N_("\N{MULTIPLICATION X} FAILED"),
    IntentState.PARTIAL: N_("~ PARTIAL"),
}
"""States whose mark beside the word tells them apart without colour."""


_REFUSED: Final = N_("\N{MULTIPLICATION X} REFUSED")
"""What the risk manager rejects is called refused; what the trader rejects, rejected."""

CHANGED: Final = "*"
"""Stands behind an answer that is another than the first."""


def cut_lots(row: IntentRow) -> str:
    """Return in words that less is traded than was asked for, empty when it is not."""
    asked = row.requested_lots
    if asked is None or row.lots <= 0.0 or row.lots >= asked - VOLUME_TOLERANCE:
        return ""
    return _("{lots} lots were asked for, {remaining} remain").format(
        lots=formats.lots(asked), remaining=formats.lots(row.lots)
    )


def state_name(state: IntentState) -> str:
    """Return an intent's state with its mark, in the language that is spoken."""
    return _(STATE_NAMES.get(state, state.value))


def _state_text(row: IntentRow) -> str:
    if row.state is IntentState.REJECTED and row.decided_by != TRADER:
        return _(_REFUSED)
    return state_name(row.state)


def _state_tone(row: IntentRow) -> Tone:
    if row.state in _GOOD_ENDS:
        return Tone.GOOD
    return Tone.BAD if row.state in _BAD_ENDS else Tone.TEXT


def decision_tone(decision: str) -> Tone:
    """Return the tone of the RPM's status."""
    return {"APPROVED": Tone.GOOD, "ADJUSTED": Tone.WARN, "REJECTED": Tone.BAD}.get(decision, Tone.MUTED)


def _intent_tip(row: IntentRow) -> str:
    lines = [
        _("Intent {intent_id} from {source}").format(intent_id=row.intent_id, source=row.source),
        _("Received {created_at}").format(created_at=formats.utc_tip(row.created_at)),
    ]
    said = dict.fromkeys((core_text(row.reason), reason_text(row), blocker_text(row)))
    lines += [text for text in (core_text(row.closing_text), core_text(row.escalation), cut_lots(row), *said) if text]
    return "\n".join(lines)


def _done_lots_value(row: IntentRow) -> float:
    return row.filled_lots or row.lots or row.requested_lots or 0.0


def _done_lots(row: IntentRow) -> str:
    # A refused intent that left its size to the RPM has none.
    return formats.lots(_done_lots_value(row) or None)


def _why(row: IntentRow) -> str:
    return reason_text(row)


_SYMBOL: Final[Column[IntentRow]] = Column(
    N_("Symbol"), lambda row: row.symbol, lambda row: row.symbol, "XAUUSDm", number=False, tip=_intent_tip
)
_SIDE: Final[Column[IntentRow]] = Column(
    N_("Side"), lambda row: formats.side(row.direction), lambda row: row.direction, formats.side(-1), number=False,
    tone=side_tone, tip=_intent_tip,
)  # fmt: skip
_DECISION: Final[Column[IntentRow]] = Column(
    N_("Decision"), lambda row: core_text(row.decision) or formats.DASH, lambda row: row.decision, N_("APPROVED"),
    number=False, tone=lambda row: decision_tone(row.decision), tip=_intent_tip,
    hint=N_("The Risk & Portfolio Manager's answer"),
)  # fmt: skip
_LOTS: Final[Column[IntentRow]] = Column(
    N_("Lots"), lambda row: formats.lots(row.lots), lambda row: row.lots, "188.88", tip=_intent_tip
)
_SOURCE: Final[Column[IntentRow]] = Column(
    N_("Source"),
    lambda row: _(row.source),
    lambda row: row.source,
    "trend-follow",
    number=False,
    tip=_intent_tip,
    spare=2,
)


def history_columns(when: When) -> tuple[Column[IntentRow], ...]:
    """Return the columns of intents that have ended."""
    return (
        Column(N_("Time"), lambda row: when(row.changed_at), lambda row: row.changed_at.timestamp(), _WHEN,
               tip=lambda row: formats.utc_tip(row.changed_at),
               hint=N_("Local time, with the day when it was not today")),
        _SYMBOL,
        _SIDE,
        Column(N_("State"), _state_text, lambda row: row.state.value, N_("\N{MULTIPLICATION X} REJECTED "),
               number=False, tone=_state_tone, tip=_intent_tip),
        replace(_DECISION, spare=4),
        Column(N_("Lots"), _done_lots, _done_lots_value, "188.88", tip=_intent_tip,
               hint=N_("Volume that was filled; where nothing was, what was approved or asked for, in grey"),
               tone=lambda row: Tone.TEXT if row.filled_lots else Tone.MUTED),
        Column(N_("Fill"), lambda row: formats.price(row.fill_price, row.digits), lambda row: row.fill_price,
               "18888.88",
               tip=_intent_tip, hint=N_("Price of the fill"), digits=lambda row: row.digits, spare=1),
        Column(N_("Slip"), lambda row: formats.number(row.slippage_points, 1, signed=True),
               lambda row: row.slippage_points, "+18.8", tip=_intent_tip, spare=3,
               hint=N_("Slippage in points; above zero is worse than asked")),
        _SOURCE,
        Column(N_("Why"), _why, _why, "x" * 18, number=False, tip=_intent_tip),
    )  # fmt: skip


class NumberedCheck(NamedTuple):
    """A check and its place, which tells apart two checks of one code."""

    place: int
    verdict: Verdict


_OUTCOME_NAMES: Final[dict[Outcome, str]] = {
    Outcome.PASS: N_("\N{CHECK MARK} pass"),
    Outcome.ADJUST: N_("~ adjust"),
    Outcome.FAIL: N_("\N{MULTIPLICATION X} fail"),
    Outcome.UNKNOWN: N_("? unknown"),
    Outcome.SKIPPED: N_("\N{EN DASH} skipped"),
}

_OUTCOME_TONES: Final[dict[Outcome, Tone]] = {
    Outcome.PASS: Tone.TEXT,
    Outcome.ADJUST: Tone.WARN,
    Outcome.FAIL: Tone.BAD,
    Outcome.UNKNOWN: Tone.BAD,
    Outcome.SKIPPED: Tone.MUTED,
}

_GRAVEST_FIRST: Final = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ADJUST, Outcome.PASS, Outcome.SKIPPED)

_FRACTION_UNITS: Final = frozenset({"fraction", "share"})


def figure(value: float | None, unit: str) -> str:
    """Return an observed value or a limit in its unit; shares become percent, counts lose their decimals."""
    if value is None:
        return formats.DASH
    if unit in _FRACTION_UNITS:
        return formats.percent(value)
    if value == round(value):
        return formats.whole(value)
    small = abs(value) < 1
    return formats.number(value, 4 if small else 2)


def _measured(row: NumberedCheck) -> str:
    check = row.verdict
    if check.observed is None and check.limit is None:
        return formats.DASH
    return f"{figure(check.observed, check.unit)} / {figure(check.limit, check.unit)}"


def _check_tip(row: NumberedCheck) -> str:
    unit = f" ({row.verdict.unit})" if row.verdict.unit else ""
    code = f"{row.verdict.code}: " if row.verdict.blocks or not row.verdict.name else ""
    return _("{code}{message}\nObserved / limit: {measured}{unit}").format(
        code=code, message=check_text(row.verdict), measured=_measured(row), unit=unit
    )


def check_name(verdict: Verdict) -> str:
    """Return what was checked, in words; one of an old journal has its code only."""
    name = _(verdict.name)
    return name[:1].upper() + name[1:] if name else verdict.code


def _check_tone(row: NumberedCheck) -> Tone:
    return _OUTCOME_TONES[row.verdict.outcome]


def gravest_first(checks: Iterable[Verdict]) -> list[Verdict]:
    """Return checks with those that refuse before those that adjust, and those before what passed."""
    return sorted(checks, key=lambda each: _GRAVEST_FIRST.index(each.outcome))


CHECK_COLUMNS: Final[tuple[Column[NumberedCheck], ...]] = (
    Column(N_("Outcome"), lambda row: _(_OUTCOME_NAMES[row.verdict.outcome]), lambda row: row.verdict.outcome.value,
           "✓ bestanden ", number=False, tone=_check_tone, tip=_check_tip),
    # The words say more than the name, so where there is little room the name is shortened first.
    Column(N_("Check"), lambda row: check_name(row.verdict), lambda row: check_name(row.verdict),
           "Daily volatility of th",
           number=False, tone=_check_tone, tip=_check_tip, least="Symbol exposu"),
    Column(N_("Observed / limit"), _measured, lambda row: row.verdict.observed, "98,066.75 / 98,000", tip=_check_tip),
    Column(N_("In words"), lambda row: check_text(row.verdict), lambda row: row.verdict.message, "x" * 36,
           number=False, tone=_check_tone, tip=_check_tip, least="x" * 12),
)  # fmt: skip
"""The RPM's checks of one intent."""

_NOTICE_LEVELS: Final = {"info": N_("info"), "warning": N_("warning"), "error": N_("error")}
NOTICE_TONES: Final[dict[str, Tone]] = {"info": Tone.TEXT, "warning": Tone.WARN, "error": Tone.BAD}


_SUBJECT_NAMES: Final = {
    NoticeSubject.ALERT: N_("alert"),
    NoticeSubject.CONNECTION: N_("connection"),
    NoticeSubject.EXIT: N_("exit"),
    NoticeSubject.EXIT_RULES: N_("exit rules"),
    NoticeSubject.HALT: N_("halt"),
    NoticeSubject.JOURNAL: N_("journal"),
    NoticeSubject.JOURNAL_CHECK: N_("journal check"),
    NoticeSubject.JOURNAL_RESERVE: N_("journal reserve"),
    NoticeSubject.KILL_SWITCH: N_("kill switch"),
    NoticeSubject.LATE: N_("late"),
    NoticeSubject.LIMIT: N_("limit"),
    NoticeSubject.MISSING: N_("missing"),
    NoticeSubject.ORDER: N_("order"),
    NoticeSubject.PAIR: N_("pair"),
    NoticeSubject.POSITION: N_("position"),
    NoticeSubject.REFUSED: N_("refused"),
    NoticeSubject.SHARED_ACCOUNT: N_("shared account"),
    NoticeSubject.STEP_FAILED: N_("failed"),
    NoticeSubject.SYNC: N_("sync"),
    NoticeSubject.UNJOURNALLED: N_("unjournalled"),
    NoticeSubject.WAITING: N_("waiting"),
}


def topic_text(topic: NoticeTopic) -> str:
    """Return what a notice is about in the language that is spoken, a name as it is."""
    return f"{_(_SUBJECT_NAMES[topic.subject])} {topic.name}".rstrip()


def notice_text(notice: Notice) -> str:
    """Return a notice's text in the language that is spoken, as far as it is known."""
    return core_text(notice.text)


def notice_columns(when: When) -> tuple[Column[Notice], ...]:
    """Return the columns of notices."""
    return (
        Column(N_("Time"), lambda row: when(row.at), lambda row: row.at.timestamp(), _WHEN,
               tip=lambda row: formats.utc_tip(row.at), hint=N_("Local time, with the day when it was not today")),
        Column(N_("Level"), lambda row: _(_NOTICE_LEVELS.get(row.level, row.level)), lambda row: row.level,
               "warning ", number=False, spare=1, tone=lambda row: NOTICE_TONES.get(row.level, Tone.TEXT)),
        Column(N_("Topic"), lambda row: topic_text(row.topic), lambda row: str(row.topic), "connection ", number=False,
               spare=2, tip=lambda row: topic_text(row.topic)),
        Column(N_("Message"), notice_text, lambda row: row.text, "x" * 40, number=False, least="x" * 14,
               tone=lambda row: NOTICE_TONES.get(row.level, Tone.TEXT), tip=notice_text),
    )  # fmt: skip
