# SPDX-License-Identifier: MIT
"""A preview is called neither an approval nor a refusal, and what only asks to wait says until when."""

from __future__ import annotations

import pytest

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES
from arbitrex_desktop.ui.chart.desk_lines import TradePlan, plan_lines
from arbitrex_desktop.ui.models.preview_text import WAITS, preview_text, wait_of
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.ticket.submit_text import refusal, submit_text
from tests.fakes.desk_data import desk_snapshot, intent_row, risk_row

SPACED = Verdict("TRADE_SPACING", Outcome.FAIL, 1.6, 10.0, "s", "passed a trade 1.6 s ago")
LONGER = Verdict("SYMBOL_SPACING", Outcome.FAIL, 8.0, 60.5, "s", "passed one in the symbol 8 s ago")
STALE = Verdict("QUOTE_STALE", Outcome.UNKNOWN, None, None, "s", "there is no quote of the symbol")
DEEP = Verdict("MAX_DRAWDOWN_EXCEEDED", Outcome.FAIL, 0.2, 0.1, "share", "too deep")
PASSED = Verdict("DAILY_LOSS_LIMIT", Outcome.PASS, 1.0, 10.0, "", "fine")
REPEATED = Verdict("DUPLICATE_INTENT", Outcome.FAIL, None, None, "s", "this intent was approved before")


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ((PASSED, SPACED), "in 9 s"),
        ((SPACED, LONGER), "in 53 s"),
        ((STALE, SPACED), "at the next price"),
        ((Verdict("ORDER_RATE", Outcome.FAIL, 9.0, 8.0, "", "too many"),), "within a minute"),
        ((SPACED, DEEP), ""),
        ((REPEATED,), ""),
        ((PASSED,), ""),
        ((), ""),
    ],
)
def test_only_time_is_waited_for(checks: tuple[Verdict, ...], expected: str) -> None:
    """Where all that refuses ends by itself it is said when; anything else is a refusal."""
    assert wait_of(checks) == expected


def test_ticket_and_chart_say_the_same() -> None:
    """The answer in the ticket stands in the same words on the line of the entry."""
    for decision, checks, words, tone in (
        ("APPROVED", (), "would pass", Tone.GOOD),
        ("ADJUSTED", (), "would be cut", Tone.WARN),
        ("REJECTED", (DEEP,), "would be refused", Tone.BAD),
        ("REJECTED", (SPACED,), "not now, in 9 s", Tone.WARN),
        ("", (), "no answer", Tone.MUTED),
    ):
        assert preview_text(decision, checks) == (words, tone)
        if decision:
            plan = TradePlan("EURUSD", 1, entry=1.1, answer=decision, checks=checks, reason="because")
            assert words in plan_lines(plan)[0][0].text


def test_the_button_says_that_it_is_only_a_matter_of_time() -> None:
    """Submit and its tool tip tell a wait from a refusal."""
    waits, refused = (intent_row(decision="REJECTED", details="why", checks=(each,)) for each in (SPACED, DEEP))
    assert submit_text("BUY EURUSD", waits) == "Not now: BUY EURUSD"
    assert submit_text("BUY EURUSD", refused) == "Would be refused: BUY EURUSD"
    assert refusal(waits, None) == "The risk manager lets it pass later: why"
    assert refusal(refused, None) == "The risk manager would refuse it: why"
    assert refusal(None, None) == ""


def test_a_halt_counts_more_than_an_answer_from_before_it() -> None:
    """What adds is refused at once, though the risk manager had let it through; what closes is not."""
    adds, closes = intent_row(decision="APPROVED"), intent_row(decision="APPROVED", closes=5)
    halted = desk_snapshot(risk=risk_row(trading_state="HALTED"))
    assert refusal(adds, halted) == "Trading is HALTED; only what reduces risk is let through"
    assert (refusal(closes, halted), refusal(adds, desk_snapshot())) == ("", "")


def test_every_code_is_a_rule_s_and_every_pacing_rule_is_among_them() -> None:
    """No code is misspelt; rules that count what was asked or approved lately all refuse for a time only."""
    assert {str(rule.code) for rule in ALL_RULES} >= WAITS
    assert {str(rule.code) for rule in ALL_RULES if rule.paces} <= WAITS
