# SPDX-License-Identifier: MIT
"""The guide in the window: contents, search in all pages, and every picture and link there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

import arbitrex_desktop
from arbitrex_desktop import texts
from arbitrex_desktop.ui.help import GUIDE, PAGES, TextWindow, found_in, in_portions, sections_of
from arbitrex_desktop.ui.resources import resource
from installer.make_pictures import NAMES, WIDEST

PAGE = """# Title

First [words](x.md) of `code`.

## Halting

| key | does |
|---|---|
| F12 | stops all |
"""


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[TextWindow]:
    """Return the open guide, whose owner lives as long."""
    owner = QWidget()
    qtbot.addWidget(owner)
    window = TextWindow("Guide", owner)
    window.show_guide()
    yield window
    owner.close()


def test_a_page_is_read_by_its_headings(tmp_path: Path) -> None:
    """Title, depth and text as it is read."""
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    first, second = sections_of(page)
    assert (first.title, first.depth, first.text) == ("Title", 1, "First words of code .")
    assert second.title == "Halting"
    assert "F12 stops all" in second.text
    assert [each.title for each, _snippet in found_in((first, second), "f12 ALL")] == ["Halting"]
    assert found_in((first, second), "f12 words") == []


def test_contents_and_search(window: TextWindow) -> None:
    """The contents have every page; search finds in all of them, and a press shows the place."""
    texts = [window.contents.item(row).text().strip() for row in range(window.contents.count())]
    assert {"Arbitrex Desktop: user guide", "Settings", "Halting", "Reason codes"} <= set(texts)
    QTest.keyClicks(window.search, "quiet hours")
    QTest.keyClick(window.search, Qt.Key.Key_Return)
    assert "quiet hours" in window.browser.toPlainText().casefold()
    QTest.keyClicks(window.search, " no such words")
    assert window.contents.item(0).text() == "No match"
    window.search.clear()
    assert window.contents.count() == len(texts)


def test_the_place_is_at_the_top(window: TextWindow, qtbot: QtBot) -> None:
    """A heading far down is scrolled to."""
    row = next(row for row in range(window.contents.count()) if window.contents.item(row).text().strip() == "Halting")
    window.contents.itemClicked.emit(window.contents.item(row))
    qtbot.waitUntil(lambda: window.browser.verticalScrollBar().value() > 100)


def test_about_has_no_contents(window: TextWindow) -> None:
    """What this program is, and nothing beside."""
    window.show_about()
    assert not window.search.isVisible()
    assert "MIT" in window.browser.toPlainText()
    assert window.height() < 400
    window.show_guide()
    assert window.height() > 600


def test_about_is_said_in_german(window: TextWindow) -> None:
    """With the version in its place."""
    texts.speak(resource("texts/de.mo"))
    try:
        window.show_about()
    finally:
        texts.speak(None)
    assert "MIT-Lizenz" in window.browser.toPlainText()
    assert arbitrex_desktop.__version__ in window.browser.toPlainText()


def test_every_picture_and_page_that_is_named_is_there() -> None:
    """Nothing in the guide leads nowhere."""
    guide = resource(GUIDE)
    assert guide is not None
    for page in guide.parent.glob("*.md"):
        assert page.stem in PAGES, f"{page.name} is not in the contents"
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} names {target}"


def test_the_pictures_are_those_that_the_program_takes_of_itself() -> None:
    """Each is taken by `make pictures`, shown on a page, wide enough to be read and small enough to be shipped."""
    guide = resource(GUIDE)
    assert guide is not None
    pages = "".join(page.read_text(encoding="utf-8") for page in guide.parent.glob("*.md"))
    pictures = {path.stem: path for path in (guide.parent / "pictures").iterdir()}
    assert set(pictures) == set(NAMES)
    assert [name for name in NAMES if f"(pictures/{name}.png)" not in pages] == []
    assert [name for name, path in pictures.items() if path.stat().st_size > 150_000] == []
    assert {name for name, path in pictures.items() if QImage(str(path)).width() > WIDEST} == set()


@pytest.mark.parametrize(
    "words", ["trailing stop", "take profit", "stop loss", "close all", "hotkeys", "snooze", "break-even", "report"]
)
def test_the_search_knows_a_traders_usual_words(words: str) -> None:
    """Also where the window calls it by another one."""
    guide = resource(GUIDE)
    assert guide is not None
    sections = tuple(each for page in PAGES for each in sections_of(guide.with_name(f"{page}.md")))
    assert found_in(sections, words)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_comes_in_portions_is_the_same_page(window: TextWindow, qtbot: QtBot, page: str) -> None:
    """With the same text, headings and pictures, each portion short: a long page at once would stop the window."""
    path = resource(f"help/{page}.md")
    assert path is not None
    source = path.read_text(encoding="utf-8")
    assert "".join(in_portions(source)) == source
    whole = QTextBrowser()
    qtbot.addWidget(whole)
    whole.setSource(QUrl.fromLocalFile(str(path)))
    window.browser.setSource(QUrl.fromLocalFile(str(path)))
    window.browser.complete()
    assert blocks_of(window.browser.document()) == blocks_of(whole.document())


def blocks_of(document: QTextDocument) -> list[tuple[int, str]]:
    """Return the paragraphs that are not empty, with the level of a heading."""
    found, block = [], document.begin()
    while block.isValid():
        found += [(block.blockFormat().headingLevel(), block.text())] if block.text() else []
        block = block.next()
    return found


def test_the_guide_comes_back_after_what_the_program_is(window: TextWindow, qtbot: QtBot) -> None:
    """About takes the page's place; the guide has its own again."""
    qtbot.waitUntil(lambda: "user guide" in window.browser.toPlainText())
    window.show_about()
    window.show_guide()
    qtbot.waitUntil(lambda: "user guide" in window.browser.toPlainText())


def test_what_the_program_is_stays_when_the_guide_was_only_just_opened(window: TextWindow, qtbot: QtBot) -> None:
    """The page that was on its way does not take its place; the guide comes when it is asked for again."""
    window.show_about()
    QApplication.processEvents()
    assert "user guide" not in window.browser.toPlainText()
    window.show_guide()
    qtbot.waitUntil(lambda: "user guide" in window.browser.toPlainText())
