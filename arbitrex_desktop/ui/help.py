# SPDX-License-Identifier: MIT
"""The user guide with contents and search, and the about text, in a window that waits for nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QTextCursor, QTextDocument, QTextDocumentFragment
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

import arbitrex_desktop
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.background.steps import StepWork
from arbitrex_desktop.ui.resources import resource
from arbitrex_desktop.ui.widgets.fields import offer_to_clear

GUIDE = "help/index.md"
PAGES: Final = ("index", "tour", "review", "settings", "strategies", "windows", "reason-codes")
"""The pages in the order of the contents; one that is not there is left out."""

_SIZE: Final = QSize(1180, 760)
_ABOUT_SIZE: Final = QSize(560, 220)
ABOUT = N_(
    "# Arbitrex Desktop {version}\n\nA trader's own window on a MetaTrader 5 account: live ticks, "
    "equity and risk, and a desk on which the\nRisk & Portfolio Manager judges every trade before "
    "a person approves it.\n\nFree software under the MIT license. It is built with Qt for Python "
    "(LGPL), pyqtgraph (MIT) and NumPy (BSD).\n"
)

_HEADING: Final = re.compile(r"^(#{1,3}) +(.+)$", re.MULTILINE)
_DEEPEST: Final = 3
_SNIPPET: Final = 60
_PICTURE: Final = "!["
_CUT: Final = re.compile(r"^(?=##|!\[)|(?<=\.png\)\n)", re.MULTILINE)
_PORTION: Final = 1_500
"""Characters of a page, or a few more, that are laid out at once."""
_SECTION: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class HelpSection:
    """A heading of a page and the text below it.

    Attributes:
        page: the file
        depth: 1 for a page's title
        title, text: as they are read, without the marks of Markdown
    """

    page: Path
    depth: int
    title: str
    text: str


def sections_of(page: Path) -> tuple[HelpSection, ...]:
    """Return a page's sections in order."""
    source = page.read_text(encoding="utf-8")
    heads = list(_HEADING.finditer(source))
    ends = [head.start() for head in heads[1:]] + [len(source)]
    return tuple(
        HelpSection(page, len(head[1]), _plain(head[2]), _plain(source[head.end() : end]))
        for head, end in zip(heads, ends, strict=True)
    )


def found_in(sections: tuple[HelpSection, ...], typed: str) -> list[tuple[HelpSection, str]]:
    """Return the sections in which every word typed stands, those with it in the title first, with a snippet."""
    words = typed.casefold().split()
    hits = [each for each in sections if all(word in f"{each.title} {each.text}".casefold() for word in words)]
    hits.sort(key=lambda each: not any(word in each.title.casefold() for word in words))
    return [(each, _snippet(each.text, words)) for each in hits]


def _snippet(text: str, words: list[str]) -> str:
    place = next((at for at in (text.casefold().find(word) for word in words) if at >= 0), 0)
    return text[max(0, place - _SNIPPET // 3) :][:_SNIPPET].strip()


def _plain(markdown: str) -> str:
    """Return Markdown as it is read: without marks, addresses and line ends."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return " ".join(re.sub(r"[`*_|#]|^-{3,}$|:?-{3,}:?", " ", text, flags=re.MULTILINE).split())


def in_portions(page: str) -> list[str]:
    """Return a page cut at headings and around pictures, so that each portion is there within a few milliseconds."""
    portions = [""]
    for part in _CUT.split(page):
        if len(portions[-1]) > _PORTION or part.startswith(_PICTURE) or portions[-1].startswith(_PICTURE):
            portions.append("")
        portions[-1] += part
    return portions


class PageBrowser(QTextBrowser):
    """Shows a page from its beginning on; the rest follows in steps: a long one takes two frames to lay out."""

    def __init__(self) -> None:
        super().__init__()
        self._following = StepWork(iter(()), self)
        self._has_page = False

    def open_page(self, page: QUrl) -> None:
        """Show a page from the top; one that is shown already stays where it is."""
        if page != self.source():
            self.setSource(page)
        elif not self._has_page:
            self.reload()

    def show_text(self, markdown: str) -> None:
        """Show a text that is no page."""
        self._following.stop()
        self._has_page = False
        self.setMarkdown(markdown)

    def loadResource(self, type: int, name: QUrl | str) -> object:  # noqa: A002, N802 - Qt's names
        """Give the beginning of a page, and have the rest follow; pictures and the like as they are."""
        if type != QTextDocument.ResourceType.MarkdownResource.value:
            return super().loadResource(type, name)
        self._following.stop()
        self._following.deleteLater()
        page = Path(self.source().resolved(QUrl(name)).toLocalFile())
        first, *rest = in_portions(page.read_text(encoding="utf-8"))
        self._following = StepWork(self._append(rest), self)
        self._following.start()
        self._has_page = True
        return first

    def complete(self) -> None:
        """Have all of the page here now."""
        while self._following.is_busy:
            self._following.step()

    def _append(self, portions: list[str]) -> Iterator[None]:
        for each in portions:
            yield
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            part = QTextDocument()
            part.setMarkdown(each)
            # A fragment's first block takes the format of the one that it is put into.
            cursor.insertBlock(part.begin().blockFormat(), part.begin().charFormat())
            cursor.insertFragment(QTextDocumentFragment(part))


class TextWindow(QDialog):
    """Shows Markdown; modeless, so the main window works on beside it.

    Attributes:
        search: what is looked for in all pages
        contents: headings, or what was found
        browser: the page
    """

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(False)
        self._sections: tuple[HelpSection, ...] = ()
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search the guide"))
        self.search.setAccessibleName(_("Search the guide"))
        offer_to_clear(self.search)
        self.contents = QListWidget()
        self.contents.setAccessibleName(_("Contents"))
        self.contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.browser = PageBrowser()
        self.browser.setAccessibleName(_("Page of the guide"))
        self.browser.setOpenExternalLinks(True)
        self._side = QWidget()
        self._lay_out()
        self.search.textChanged.connect(self._fill_contents)
        self.search.returnPressed.connect(lambda: self._open(self.contents.item(0)))
        self.contents.itemClicked.connect(self._open)
        self.contents.itemActivated.connect(self._open)

    def show_about(self) -> None:
        """Show what this program is."""
        self._side.hide()
        self.browser.show_text(_(ABOUT).format(version=arbitrex_desktop.__version__))
        self._grow_to(_ABOUT_SIZE)
        self._come()

    def show_guide(self) -> None:
        """Show the user guide, or where it should have been."""
        path = resource(GUIDE)
        if self._side.isHidden():
            self._grow_to(_SIZE)
        self._side.setVisible(path is not None)
        if path is None:
            self.browser.show_text(
                _("The user guide is missing from this installation (`resources/{guide}`).").format(guide=GUIDE)
            )
        elif self._sections:
            last = self.browser.source()
            self.browser.open_page(QUrl.fromLocalFile(str(path)) if last.isEmpty() else last)
        else:
            pages = (path.with_name(f"{name}.md") for name in PAGES)
            self._sections = tuple(each for page in pages if page.is_file() for each in sections_of(page))
            self._fill_contents("")
            # Once the window is there: both at once would hold the main window up for two frames.
            QTimer.singleShot(0, self, partial(self._show_first, QUrl.fromLocalFile(str(path))))
        self._come()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_first(self, page: QUrl) -> None:
        """Show the first page, unless another one, or what the program is, was opened meanwhile."""
        if self.browser.source().isEmpty() and not self._side.isHidden():
            self.browser.open_page(page)

    def _grow_to(self, size: QSize) -> None:
        self.resize(size.boundedTo(self.screen().availableSize()))

    def _come(self) -> None:
        self.show()
        self.raise_()
        self.activateWindow()

    def _fill_contents(self, typed: str) -> None:
        """List the headings, or where the words typed are found."""
        self.contents.clear()
        if not typed.strip():
            for each in self._sections:
                self._add_entry(each, "   " * (each.depth - 1) + _(each.title))
            return
        found = found_in(self._sections, typed)
        for each, snippet in found:
            self._add_entry(each, f"{_(each.title)}\n   \N{HORIZONTAL ELLIPSIS}{snippet}\N{HORIZONTAL ELLIPSIS}")
        if not found:
            self.contents.addItem(_("No match"))

    def _add_entry(self, section: HelpSection, text: str) -> None:
        item = QListWidgetItem(text)
        item.setData(_SECTION, section)
        self.contents.addItem(item)

    def _open(self, item: QListWidgetItem | None) -> None:
        """Show the page of an entry, at its heading."""
        section = item.data(_SECTION) if item is not None else None
        if not isinstance(section, HelpSection):
            return
        source = QUrl.fromLocalFile(str(section.page))
        self.browser.open_page(source)
        self._go_to(section.title)

    def _go_to(self, title: str) -> None:
        """Bring a heading to the top of the page."""
        self.browser.complete()
        block = self.browser.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and " ".join(block.text().split()) == title:
                place = self.browser.document().documentLayout().blockBoundingRect(block).top()
                self.browser.verticalScrollBar().setValue(int(place))
                return
            block = block.next()

    def _lay_out(self) -> None:
        left = QVBoxLayout(self._side)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.search)
        left.addWidget(self.contents, 1)
        splitter = QSplitter()
        splitter.addWidget(self._side)
        splitter.addWidget(self.browser)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([250, 910])
        layout = QHBoxLayout(self)
        layout.addWidget(splitter)
        # As wide as the pictures are.
        self._grow_to(_SIZE)
