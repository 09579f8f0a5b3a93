# SPDX-License-Identifier: MIT
"""The risk manager's sentences in German: every form that it has, figures and remarks kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from arbitrex_desktop import texts
from arbitrex_desktop.desk.presentation.check_text import check_text
from arbitrex_desktop.desk.presentation.core_text import translated
from arbitrex_desktop.desk.presentation.snapshot import Notice
from arbitrex_desktop.risk_portfolio_manager.decision.result import RuleResult
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES
from arbitrex_desktop.ui.bars.status import ShownTradingState, headline_of
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.models.desk import notice_text
from installer import texts as catalogues
from tests.fakes.clock import START
from tests.ui.test_language import Pseudo

RULES = {each.code.value: each for each in ALL_RULES}


@pytest.fixture
def german() -> Iterator[None]:
    """Speak German."""
    texts.speak(catalogues.FOLDER / "de.mo")
    yield
    texts.speak(None)


def verdict(code: str, outcome: Outcome, *figures: float | None, note: str = "") -> Verdict:
    """Return what a rule says: of observed, limit and headroom."""
    seen, limit, room = (*figures, None, None, None)[:3]
    result = RuleResult(RULES[code], outcome, seen, limit, room, note)
    return Verdict(code, outcome, seen, limit, RULES[code].unit, result.message(), RULES[code].subject)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (verdict("MAX_POSITIONS_REACHED", Outcome.FAIL, 8, 8), "Zahl der Positionen 8 hat die Grenze von 8 erreicht"),
        (
            verdict("TOTAL_EXPOSURE_LIMIT", Outcome.ADJUST, 15.2, 15.0, 3.0),
            "gesamtes Exposure wäre 1520.0%, die Grenze ist 1500.0% von Kapital: auf passende Größe gekürzt",
        ),
        (
            verdict("NET_EXPOSURE_LIMIT", Outcome.FAIL, 15.2, 15.0, 0.0, note="EURUSD"),
            "Netto-Exposure wäre 1520.0%, die Grenze ist 1500.0% von Kapital: kein Raum bleibt (EURUSD)",
        ),
        (
            verdict("DUPLICATE_INTENT", Outcome.FAIL, 1.6, 10.0),
            "Zeit, seit derselbe Trade verlangt wurde 1.6 s liegt unter dem Minimum von 10 s",
        ),
        (verdict("DAILY_LOSS_LIMIT", Outcome.PASS, 0.01, 0.02), "Tagesverlust 1.0%, Grenze 2.0% von Tagesanfang"),
        (
            verdict("SPREAD_TOO_WIDE", Outcome.UNKNOWN, note="there is no quote"),
            "Spread nicht prüfbar: es gibt keinen Kurs",
        ),
        (verdict("MAX_LOTS", Outcome.SKIPPED, note="switched off"), "Lots nicht geprüft: abgeschaltet"),
        (verdict("TRADING_HALTED", Outcome.PASS, note="not halted"), "Handelszustand: nicht angehalten"),
        (
            verdict("TRADING_HALTED", Outcome.FAIL, note="halted (no reason was given)"),
            "Handelszustand: angehalten (kein Grund genannt)",
        ),
        (
            verdict("TRADING_REDUCING", Outcome.FAIL, note="only trades that reduce risk pass (cooling down (1 h))"),
            "Handelszustand: nur Trades, die das Risiko verringern, gehen durch (cooling down (1 h))",
        ),
        (
            verdict(
                "INVALID_STOPS",
                Outcome.FAIL,
                note="the spread is wider than the stop is far: at 1.14995 it would be hit at once, at 1.149885",
            ),
            (
                "Abstand des Stops: der Spread ist breiter als der Stop entfernt: "
                "bei 1.14995 würde er sofort ausgelöst, bei 1.149885"
            ),
        ),
        (Verdict("OWN", Outcome.FAIL, None, None, "", "worded in its own way", "own"), "worded in its own way"),
    ],
)  # fmt: skip
def test_every_form_is_said_in_german(german: None, check: Verdict, words: str) -> None:
    """With the check's name, its figures, its remark; a sentence of no known form stays as it is."""
    assert check_text(check) == words


def test_every_rule_that_is_in_order_or_off_is_said_in_german(german: None) -> None:
    """Nothing of what a rule says without figures is left in English."""
    left = [
        words
        for rule in ALL_RULES
        for result in (rule.in_order, rule.off(), rule.no_pool())
        for check in [Verdict("", result.outcome, None, None, "", result.message(), rule.subject)]
        if (words := check_text(check)) == check.message and result.note
    ]
    assert left == []


def test_in_english_nothing_is_touched() -> None:
    """The sentence of a check is the risk manager's own, and so is what the desk says with it."""
    check = verdict("MAX_POSITIONS_REACHED", Outcome.FAIL, 8, 8)
    assert check_text(check) == check.message == "position count 8 has reached the limit of 8"
    assert translated(f"refused: {check.message}", [check]) == f"refused: {check.message}"


def test_a_sentence_within_another_text_is_said_in_german(german: None) -> None:
    """What is around it stays."""
    check = verdict("MAX_POSITIONS_REACHED", Outcome.FAIL, 8, 8)
    assert translated(f"A: {check.message}.", [check]) == "A: Zahl der Positionen 8 hat die Grenze von 8 erreicht."


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak a language that puts each text into brackets."""
    monkeypatch.setattr(texts, "_catalogue", Pseudo())


_NUMBERS = ((None, None, None), (1.0, 2.0, None), (1.0, 2.0, 0.0), (1.0, 2.0, 3.0))


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("note", ["", "a remark"])
def test_no_sentence_has_a_form_that_is_not_known(bracketed: None, outcome: Outcome, note: str) -> None:
    """Of every rule, with figures and without: a new wording would fall back to English, and nobody would notice."""
    results = [
        (rule, RuleResult(rule, outcome, seen, limit, room, note))
        for rule in ALL_RULES
        for seen, limit, room in _NUMBERS
    ]
    left = [
        result.message()
        for rule, result in results
        if not check_text(Verdict("", outcome, None, None, "", result.message(), rule.subject)).startswith("[")
    ]
    assert left == []


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("HALTED: by the trader", "ANGEHALTEN: durch den H\N{LATIN SMALL LETTER A WITH DIAERESIS}ndler"),
        ("trading resumed: news are over", "Handel wieder freigegeben: news are over"),
        ("something else: by the trader", "something else: by the trader"),
    ],
)
def test_a_halt_and_its_end_are_told_in_german(told: str, words: str) -> None:
    """The trader's own reason stays as he wrote it."""
    assert notice_text(Notice(START, "warning", "halt", told)) == words


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("state", "words"), [("ACTIVE", "AKTIV"), ("REDUCING", "REDUZIEREND"), ("HALTED", "ANGEHALTEN")]
)
def test_the_trading_state_is_told_in_german(fresh: Callable[..., Freshness], state: str, words: str) -> None:
    """As it stands in the header."""
    assert headline_of(fresh(), ShownTradingState(state)) == f"HANDEL {words}"
