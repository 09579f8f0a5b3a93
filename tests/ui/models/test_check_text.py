# SPDX-License-Identifier: MIT
"""The risk manager's sentences in German: every form that it has, figures and remarks kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from gettext import GNUTranslations, NullTranslations
from itertools import product

import pytest

from arbitrex_desktop import texts
from arbitrex_desktop.desk.intents.events import RiskAnswer, from_body, to_body
from arbitrex_desktop.desk.presentation.check_text import check_text
from arbitrex_desktop.desk.presentation.core_text import blocker_text, reason_text
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.snapshot import Notice
from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.format import Decimals
from arbitrex_desktop.risk_portfolio_manager.decision.result import RuleResult
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.risk_portfolio_manager.decision.wording import DecidedSize, Wording
from arbitrex_desktop.risk_portfolio_manager.pipeline.decided_size import SizeDecided
from arbitrex_desktop.risk_portfolio_manager.rules import stops, trading_state
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES
from arbitrex_desktop.ui.bars.status import ShownTradingState, headline_of
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.models.desk import notice_text
from installer import texts as catalogues
from installer.texts import checks
from tests.fakes.clock import START
from tests.fakes.desk_data import intent_row
from tests.risk_portfolio_manager.rules.contexts import context, told
from tests.risk_portfolio_manager.rules.test_rules_told import NO_AGE, NO_MARGIN, NO_POOL, WITHOUT_NUMBERS
from tests.ui.test_language import Pseudo, without_brackets

TOLD_WITHOUT_NUMBERS = (*NO_POOL, *NO_AGE, *NO_MARGIN, *WITHOUT_NUMBERS)
NAMES = re.compile(r"\b[A-Z]{3,}\b|EUR|bps|ms|ATR")
OWN_WORDS = {"cooling down"}
"""A reason that a person gave."""
RULES = {each.code.value: each for each in ALL_RULES}
EUROS = Decimals(2, 2, "EUR")


@pytest.fixture
def german() -> Iterator[None]:
    """Speak German."""
    texts.speak(catalogues.FOLDER / "de.mo")
    yield
    texts.speak(None)


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak a language that puts each text into brackets."""
    monkeypatch.setattr(texts, "_catalogue", Pseudo())


class _Lacking(NullTranslations):
    """Keeps the texts that another language lacks."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()

    def gettext(self, message: str) -> str:
        """Return a text in English, and note that it is lacking."""
        self.texts.add(message)
        return message


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Speak German, and return the texts that it is found to lack."""
    fallback = _Lacking()
    with (catalogues.FOLDER / "de.mo").open("rb") as file:
        catalogue = GNUTranslations(file)
    catalogue.add_fallback(fallback)
    monkeypatch.setattr(texts, "_catalogue", catalogue)
    return fallback.texts


def verdict(code: str, outcome: Outcome, *figures: float | None, note: str | Phrase = "") -> Verdict:
    """Return what a rule says: of observed, limit and headroom."""
    seen, limit, room = (*figures, None, None, None)[:3]
    return RuleResult(RULES[code], outcome, seen, limit, room, note).verdict(EUROS)


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
        (
            verdict("MAX_LOTS", Outcome.ADJUST, 2.251, 1.0, 0.5, note="of one order"),
            "Lots wäre 2.26 Lots, die Grenze ist 1.00 Lots: auf passende Größe gekürzt (einer einzelnen Order)",
        ),
        (verdict("DAILY_LOSS_LIMIT", Outcome.PASS, 0.01, 0.02), "Tagesverlust 1.0%, Grenze 2.0% von Tagesanfang"),
        (
            verdict("SPREAD_TOO_WIDE", Outcome.UNKNOWN, note="there is no quote"),
            "Spread nicht prüfbar: es gibt keinen Kurs",
        ),
        (verdict("MAX_LOTS", Outcome.SKIPPED, note="switched off"), "Lots nicht geprüft: abgeschaltet"),
        (verdict("TRADING_HALTED", Outcome.PASS, note="not halted"), "Handelszustand: nicht angehalten"),
        (
            told(trading_state.TradingHalted(), context(account={"halted": True, "halt_reason": "by the trader"})),
            "Handelszustand: angehalten (durch den Händler)",
        ),
        (
            told(trading_state.TradingReducing(), context(account={"reducing": "cooling down (1 h)"})),
            "Handelszustand: nur Trades, die das Risiko verringern, gehen durch (cooling down (1 h))",
        ),
        (
            told(stops.StopSides(), context(size={"stop": 1.14995})),
            (
                "Seiten von Stop und Ziel: der Spread ist breiter als der Stop entfernt: "
                "bei 1.14995 würde er sofort ausgelöst, bei 1.149885"
            ),
        ),
        (
            Verdict("MAX_LOTS", Outcome.ADJUST, 2.0, 1.0, "lots", "lots would be 2.00, as it was worded once", "lots"),
            "lots would be 2.00, as it was worded once",
        ),
    ],
)  # fmt: skip
def test_a_check_is_said_in_german(german: None, check: Verdict | RuleResult, words: str) -> None:
    """With its name, its figures, its remark; the sentence of an old journal stays as it is."""
    assert check_text(check if isinstance(check, Verdict) else check.verdict(EUROS)) == words


_NUMBERS = ((None, None, None), (1.0, 2.0, None), (1.0, 2.0, 0.0), (1.0, 2.0, 3.0))
_NOTES: tuple[str | Phrase, ...] = (
    "",
    "switched off",
    Phrase("{note}, {lots} lots", {"note": Phrase("of one order"), "lots": "1"}),
)


def in_every_way() -> Iterator[Verdict]:
    """Yield what every rule and every step of the sizing says for each outcome, with and without figures and notes."""
    for check in checks():
        for outcome, (seen, limit, room), note in product(Outcome, _NUMBERS, _NOTES):
            yield RuleResult(check, outcome, seen, limit, room, note).verdict(EUROS)


def of_sizes() -> Iterator[Verdict]:
    """Yield the ways in which it is said how a size came about."""
    sizes = (
        DecidedSize(blocked_by="spread"),
        DecidedSize(0.5, "risk per trade"),
        DecidedSize(0.5, "lots", 0.5),
        DecidedSize(0.5, "lots", 0.1, as_asked=True),
    )
    for size in sizes:
        words = Wording(decimals=EUROS, size=size)
        yield Verdict("ZERO_POSITION_SIZE", Outcome.PASS, None, None, "", "", SizeDecided.subject, words)


def as_judged() -> Iterator[Verdict]:
    """Yield what the rules themselves say without figures: off, not known, in order, refused for a reason."""
    for rule, parts, _outcome, _note in TOLD_WITHOUT_NUMBERS:
        yield told(rule, context(**parts)).verdict(EUROS)
    for rule in ALL_RULES:
        yield from (each.verdict(EUROS) for each in (rule.in_order, rule.off(), rule.no_pool()))


def everything_said() -> Iterator[Verdict]:
    """Yield all of it."""
    yield from in_every_way()
    yield from of_sizes()
    yield from as_judged()


def test_no_word_of_a_check_is_outside_the_catalogue(bracketed: None) -> None:
    """Of every rule and every step of the sizing, for each outcome: nothing but figures and names is unbracketed."""
    left = {
        rest
        for each in everything_said()
        if (rest := NAMES.sub("", without_brackets(check_text(each)))) and re.search("[A-Za-z]{2}", rest)
    }
    assert left == set()


def test_german_lacks_no_word_of_a_check(lacking: set[str]) -> None:
    """Of every rule and every step of the sizing, for each outcome, but for what people and brokers call things."""
    for each in everything_said():
        check_text(each)
    assert lacking - OWN_WORDS == set()


def test_a_word_that_german_lacks_is_found(lacking: set[str]) -> None:
    """One that the catalogue has is not."""
    check_text(verdict("MAX_LOTS", Outcome.SKIPPED, note="a new remark"))
    assert lacking == {"a new remark"}


def test_in_english_the_values_say_what_was_written() -> None:
    """The sentence that is made for the window is the one that journals and strategies have."""
    assert [each for each in in_every_way() if check_text(each) != each.message] == []


def test_what_an_old_journal_says_is_kept(german: None) -> None:
    """A check from before its values were kept is read, and its sentence is as it was."""
    old = {"code": "A", "outcome": "FAIL", "observed": 1.0, "limit": 2.0, "unit": "", "words": "a was 1", "name": "a"}
    read = from_body({"check": old}, "check", Verdict)
    assert (read.wording, check_text(read)) == (None, "a was 1")


def test_what_is_kept_in_the_journal_says_the_same_when_read(german: None) -> None:
    """Every check's values survive."""
    every = (*of_sizes(), *as_judged())
    for each in every:
        assert from_body(to_body(check=each), "check", Verdict) == each


def test_why_an_intent_was_refused_is_what_the_check_says(german: None) -> None:
    """And why it cannot be approved, where that is the reason; what the desk refuses by itself is said as it is."""
    check = verdict("MAX_POSITIONS_REACHED", Outcome.FAIL, 8, 8)
    refused = intent_row(details=check.message, refused_by=check, blocker=check.message)
    words = "Zahl der Positionen 8 hat die Grenze von 8 erreicht"
    assert (reason_text(refused), blocker_text(refused)) == (words, words)
    by_desk = intent_row(details="withdrawn", blocker="the price is 12 s old")
    assert (reason_text(by_desk), blocker_text(by_desk)) == (texts._("withdrawn"), "der Kurs ist 12 s alt")


def test_the_check_that_refused_is_known_by_the_reason(german: None) -> None:
    """The first that blocks of that code; none for an approval, and where the desk itself refuses."""
    checks = (
        verdict("MAX_LOTS", Outcome.PASS, 1, 2),
        verdict("MAX_POSITIONS_REACHED", Outcome.FAIL, 8, 8),
        verdict("SPREAD_TOO_WIDE", Outcome.FAIL, 9, 5),
    )
    answer = RiskAnswer("REJECTED", START, reason="SPREAD_TOO_WIDE", checks=checks)
    assert answer.refused_by == checks[2]
    assert replace(answer, reason="UNKNOWN_SYMBOL").refused_by is None
    assert replace(answer, status="APPROVED").refused_by is None


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
    assert notice_text(Notice(START, "warning", NoticeSubject.HALT.of(), told)) == words


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("state", "words"), [("ACTIVE", "AKTIV"), ("REDUCING", "REDUZIEREND"), ("HALTED", "ANGEHALTEN")]
)
def test_the_trading_state_is_told_in_german(fresh: Callable[..., Freshness], state: str, words: str) -> None:
    """As it stands in the header."""
    assert headline_of(fresh(), ShownTradingState(state)) == f"HANDEL {words}"
