# SPDX-License-Identifier: MIT
"""What the core says is German in German: states by name, sentences by form, checks that stand alone; else English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbitrex_desktop import texts
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation import core_text as core_text_module
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


@pytest.fixture(scope="module")
def said() -> str:
    """Return all that the core may say."""
    return texts_of_the_core()


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


def texts_of_the_core() -> str:
    """Return every text that stands in the code below the window, but for the table of forms itself."""
    table = Path(core_text_module.__file__)
    found: list[str] = []
    for room in ("desk", "raw_layer", "mt5", "risk_portfolio_manager"):
        for path in sorted((table.parents[2] / room).rglob("*.py")):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if path != table else ()
            values = (each.value for each in nodes if isinstance(each, ast.Constant))
            found += [value for value in values if isinstance(value, str)]
    return "\n".join(found)


@pytest.mark.parametrize("form", SENTENCES)
def test_each_form_is_one_that_the_core_says(form: str, said: str) -> None:
    """A sentence that is worded anew in the core would stay English in every other language without a word."""
    literals = [part.strip(" ().,:") for part in re.split(r"\{\w+\}", form)]
    assert [part for part in literals if part not in said] == []
