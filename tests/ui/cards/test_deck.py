# SPDX-License-Identifier: MIT
"""Cards stay where they are while the mouse is among them, with none, one, five and fifty of them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.cards.card_text import CardText, card_text
from arbitrex_desktop.ui.cards.deck import CardDeck
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.desk_data import intent_row


@pytest.fixture
def deck(qtbot: QtBot, theme: Theme) -> CardDeck:
    """Return a shown deck with room for two cards side by side."""
    deck = CardDeck(theme, "nothing here")
    qtbot.addWidget(deck)
    deck.resize(620, 300)
    deck.show()
    return deck


def texts(names: Iterable[str], left: float = 60.0) -> list[CardText]:
    """Return the words of intents with these ids."""
    return [card_text(intent_row(name), left, "EUR", "", asked=False, may_press=True) for name in names]


def show(deck: CardDeck, *names: str) -> None:
    """Show these intents."""
    deck.show_cards(texts(names), {})


def enter(deck: CardDeck) -> None:
    """Have the mouse come among the cards."""
    spot = QPointF(5.0, 5.0)
    QApplication.sendEvent(deck, QEnterEvent(spot, spot, spot))


def leave(deck: CardDeck) -> None:
    """Have the mouse go."""
    QApplication.sendEvent(deck, QEvent(QEvent.Type.Leave))


def places(deck: CardDeck) -> dict[str, QPoint]:
    """Return where each card stands in the deck's sight."""
    return {name: card.mapTo(deck, QPoint()) for name, card in deck.cards.items()}


@pytest.mark.parametrize("count", [0, 1, 5, 50])
def test_every_card_has_a_place_of_its_own(deck: CardDeck, count: int) -> None:
    """None covers another, all are inside, of one size, and the last can be scrolled to."""
    names = [f"n{place:02d}" for place in range(count)]
    show(deck, *names)
    areas = [card.geometry() for card in deck.cards.values()]
    assert len(areas) == count
    assert not any(one.intersects(other) for place, one in enumerate(areas) for other in areas[:place])
    ground = deck.widget()
    assert ground is not None
    assert all(ground.rect().contains(area) for area in areas)
    assert len({(area.width(), area.height()) for area in areas}) <= 1
    for name in names[-1:]:
        deck.bring_into_sight(name)
        assert deck.is_in_sight(name)
    deck.grab()


def test_nothing_moves_under_the_mouse(deck: CardDeck) -> None:
    """What goes keeps its place, dead and grey; what comes goes to the end, also when a scroll bar comes with it."""
    show(deck, "a", "b", "c")
    before = places(deck)
    enter(deck)
    deck.show_cards(texts("bcdefghij"), {"a": "Approved"})
    after = places(deck)
    assert {name: after[name] for name in before} == before
    assert deck.cards["a"].gone == "Approved"
    assert not deck.cards["a"].approve.isEnabled()
    assert list(deck.cards) == list("abcdefghij")
    leave(deck)
    assert list(deck.cards) == list("bcdefghij")
    assert places(deck)["b"] == before["a"]


def test_the_end_of_a_long_deck_does_not_spring_up_under_the_mouse(deck: CardDeck) -> None:
    """Scrolled to its end, a deck that gets room or loses cards stays as it is until the mouse has gone."""
    show(deck, *"abcdefghij")
    deck.verticalScrollBar().setValue(deck.verticalScrollBar().maximum())
    enter(deck)
    before = places(deck)
    deck.resize(620, 420)
    show(deck, *"abcdefgh")
    assert places(deck) == before


def test_a_double_press_decides_once(deck: CardDeck) -> None:
    """The second press of a double click hits the same card, which by then is gone, and no other."""
    show(deck, "a", "b")
    pressed: list[str] = []
    deck.approve_pressed.connect(pressed.append)
    deck.approve_pressed.connect(lambda intent_id: show(deck, *({"a", "b"} - {intent_id})))
    enter(deck)
    button = deck.cards["a"].approve
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(button, Qt.MouseButton.LeftButton)
    assert pressed == ["a"]
    assert deck.chosen is None


def test_the_choice_goes_with_its_card(deck: CardDeck) -> None:
    """No neighbour takes its place, and what is gone cannot be chosen again."""
    show(deck, "a", "b")
    enter(deck)
    deck.choose("a")
    show(deck, "b")
    assert deck.chosen is None
    deck.choose("a")
    assert deck.chosen is None


def test_arrow_keys_walk_over_the_cards(deck: CardDeck) -> None:
    """Along a row, down a column of two, to the ends, and never beyond them."""
    show(deck, *"abcdefg")
    walked = []
    keys = Qt.Key
    for key in (keys.Key_Right, keys.Key_Right, keys.Key_Down, keys.Key_Up, keys.Key_Left, keys.Key_Left, keys.Key_End,
                keys.Key_Down, keys.Key_Home):  # fmt: skip
        QTest.keyClick(deck, key)
        walked.append(deck.chosen)
        assert deck.is_in_sight(deck.chosen or "")
    assert walked == ["a", "b", "d", "b", "a", "a", "g", "g", "a"]


def test_a_countdown_paints_its_own_card_only(deck: CardDeck) -> None:
    """Words that read as before are not painted again."""
    show(deck, "a", "b")
    first = deck.cards["a"].text
    deck.show_cards([*texts("a"), *texts("b", 59.0)], {})
    assert deck.cards["a"].text is first
    assert deck.cards["b"].text == texts("b", 59.0)[0]


def test_what_is_decided_no_longer_says_what_it_waited_for(deck: CardDeck) -> None:
    """A filled trade's card keeps its place under the mouse, not the sentence of a moment before."""
    waits = card_text(intent_row("a"), 60.0, "EUR", "Approved, waiting for the core", asked=False, may_press=True)
    deck.show_cards([waits], {})
    enter(deck)
    deck.show_cards([], {"a": "FILLED"})
    card = deck.cards["a"]
    assert (card.gone, card.text and card.text.sentence) == ("FILLED", "")


def test_an_empty_deck_says_so_under_the_mouse_as_well(deck: CardDeck) -> None:
    """What keeps the cards in their places there does not cover the words."""
    enter(deck)
    show(deck)
    said = deck.grab().toImage()
    deck.set_empty_text("")
    assert said != deck.grab().toImage()


@pytest.mark.parametrize("height", [60, 100, 130, 400])
def test_a_card_that_is_higher_than_the_deck_is_in_sight_from_its_top(deck: CardDeck, height: int) -> None:
    """As much of it as there is room for, or no key could decide it in a low deck; scrolled away it is not."""
    show(deck, "a", "b", "c", "d")
    deck.resize(620, height)
    for name in ("d", "a"):
        deck.bring_into_sight(name)
        assert deck.is_in_sight(name)
    bar = deck.verticalScrollBar()
    bar.setValue(bar.value() + 20)
    assert deck.is_in_sight("a") == (bar.value() == 0)
