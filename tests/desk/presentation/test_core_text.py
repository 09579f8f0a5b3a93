# SPDX-License-Identifier: MIT
"""What the core says is German in German: states by name, sentences by form, checks that stand alone; else English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from arbitrex_desktop import texts
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.core_text import SENTENCES, STATES, core_text
from arbitrex_desktop.raw_layer.views import AccountMode, ConnectionState
from arbitrex_desktop.risk_portfolio_manager.decision.decision import TradeApprovalStatus
from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import SwitchAction
from installer import texts as catalogues


@pytest.fixture
def german() -> Iterator[None]:
    """Speak German."""
    texts.speak(catalogues.FOLDER / "de.mo")
    yield
    texts.speak(None)


def test_in_english_everything_stays(german: None) -> None:
    """The core's own words."""
    texts.speak(None)
    assert [core_text(each) for each in (*STATES, *SENTENCES)] == [*STATES, *SENTENCES]


def test_every_state_has_its_name(german: None) -> None:
    """Of connection, account, intent, answer and kill switch; what is the same word in German is."""
    states = (*ConnectionState, *AccountMode, *IntentState, *TradeApprovalStatus, *SwitchAction)
    assert {*states} == {*STATES}
    assert {each for each in states if core_text(each) == each} == {"DEMO", "LIVE"}


@pytest.mark.parametrize("form", SENTENCES)
def test_every_sentence_is_known_again_with_its_parts(german: None, form: str) -> None:
    """Its parts are kept, in whatever order German has them; no sentence is taken for another."""
    parts = {name: "LOST" if name == "state" else f"<{name}>" for name in fields_of(form)}
    said = core_text(form.format(**parts))
    assert said == texts._(form).format(**parts | ({"state": "VERLOREN"} if "state" in parts else {}))


def fields_of(form: str) -> list[str]:
    """Return the names in a form's braces."""
    return [part.partition("}")[0] for part in form.split("{")[1:]]


@pytest.mark.parametrize(
    ("said", "german_words"),
    [
        ("nothing was sent: the price is 12 s old", "nichts wurde gesendet: der Kurs ist 12 s alt"),
        ("STALE: the terminal has lost its broker", "VERALTET: das Terminal hat seinen Broker verloren"),
        ("drawdown 10.4% has reached the limit of 10.0%", "Drawdown 10.4% hat die Grenze von 10.0% erreicht"),
        (
            "the risk manager now refuses it: kill switches: SUSPEND of symbol XAUUSD: odd fills",
            "der Risikomanager lehnt sie jetzt ab: Notaus-Schalter: AUSSETZUNG des Symbols XAUUSD: odd fills",
        ),
        ("kill switch lifted: SUSPEND of everything: x; y", "Notschalter gelöst: AUSSETZUNG von allem: x; y"),
        ("a reason that a person typed: whatever", "a reason that a person typed: whatever"),
        ("open questions 3, limit 4", "open questions 3, limit 4"),
    ],
)
def test_sentences_hold_others(german: None, said: str, german_words: str) -> None:
    """A reason within a sentence is translated, too; what a person typed, and what is not known, stays as it is."""
    assert core_text(said) == german_words
