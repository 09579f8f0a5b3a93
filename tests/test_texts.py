# SPDX-License-Identifier: MIT
"""The window's texts: all are marked, the catalogues have all of them, and translations keep their figures."""

from __future__ import annotations

import ast
import gettext
import re
import string
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from arbitrex_desktop import texts
from installer import texts as catalogues

ROOT = Path(__file__).resolve().parent.parent
MARKS = {"_", "N_", "ngettext"}
SHOWING = {
    "QAction", "QCheckBox", "QDockWidget", "QGroupBox", "QLabel", "QMenu", "QPushButton", "QToolButton", "addAction",
    "addMenu", "addRow", "addTab", "setAccessibleDescription", "setAccessibleName", "setLabelText",
    "setPlaceholderText", "setPrefix", "setSpecialValueText", "setStatusTip", "setSuffix", "setText", "setTitle",
    "setToolTip", "setWhatsThis", "setWindowTitle",
    # Our own.
    "ConfirmButton", "DistanceField", "FilledButton", "Gauge", "KeyedTable", "LimitBar", "Metric", "OptionalNumber",
    "Share", "TableView", "UnitField", "ValueError", "NotYetKnownError", "_entry", "_say", "add_help", "drawText",
    "say", "set_empty_text", "set_subject", "show_message", "show_text", "show_word",
}  # fmt: skip
"""What shows the texts that it is given."""

NO_WORDS = {"Arbitrex Desktop", "https://", "HALT"}
"""Names, and what is not language."""


@cache
def window_modules() -> tuple[tuple[str, ast.Module], ...]:
    """Return name and tree of each module of the window."""
    files = sorted((ROOT / "arbitrex_desktop" / "ui").rglob("*.py"))
    return tuple((path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in files)


def name_of(call: ast.Call) -> str:
    """Return what is called, without the way to it."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def bare_texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of what a node shows unmarked; what is given to other calls is theirs."""
    if isinstance(node, ast.Call | ast.Compare | ast.Subscript | ast.Lambda):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from bare_texts(child)


def is_language(text: str) -> bool:
    """Return whether a text has words in it: keys, names of things and formats have none."""
    word = re.search(r"[A-Za-z]{2}", text) and not re.fullmatch(
        r"[a-z]+([_-][a-z]+)*|[\w.]+\.\w+|F\d+|Del|End|Esc", text
    )
    return bool(word) and text not in NO_WORDS and not re.match(r"(Ctrl|Alt|Shift)\+", text)


def unmarked(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of what is shown without a mark."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and name_of(call) in SHOWING:
            shown = (found for argument in call.args for found in bare_texts(argument))
            yield from ((line, text) for line, text in shown if is_language(text))


def test_what_is_shown_unmarked_is_found() -> None:
    """A bare text, one in an f-string and one of two are found; a marked one, a key and a name are not."""
    tree = ast.parse(
        "a.setText('Not marked')\nb = QLabel(f'{x} left')\nc.setToolTip(_('Marked') if d else 'Else this')\n"
        "e.setText(_('{x} of y').format(x='kept name'))\nf.setObjectName('an object')\ng.setText('settings.toml')"
    )
    assert [text for _line, text in unmarked(tree)] == ["Not marked", " left", "Else this"]


def test_every_text_that_is_shown_is_marked() -> None:
    """No widget of the window is given a text that no catalogue can have."""
    found = [f"{name}:{line} {text!r}" for name, tree in window_modules() for line, text in unmarked(tree)]
    assert found == []


def test_nothing_is_translated_while_a_module_is_loaded() -> None:
    """A text of a table is marked by `N_` and translated when it is shown: the language may change meanwhile."""
    early = [f"{name}:{call.lineno}" for name, tree in window_modules() for call in calls_at_import(tree)]
    assert early == []


def calls_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of `_` and `ngettext` that are made while a module is loaded."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call) and name_of(child) in {"_", "ngettext"}:
            yield child
        yield from calls_at_import(child)


def test_a_mark_holds_the_whole_text() -> None:
    """What is marked stands there as it is: no catalogue has a text that is put together first."""
    variable = {"_"}  # a text of a table, marked where it stands
    put_together = [
        f"{name}:{call.lineno}"
        for name, tree in window_modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS
        if any(isinstance(each, ast.JoinedStr | ast.BinOp) for each in call.args[:1])
        or (call.func.id not in variable and not isinstance(call.args[0], ast.Constant))
    ]
    assert put_together == []


def test_the_catalogues_are_up_to_date() -> None:
    """Template, translations and what is made of them are as `make generated` leaves them."""
    stale = [path.name for path, content in catalogues.files() if path.read_bytes() != content]
    assert stale == [], "run `make generated`"


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_a_translation_keeps_the_figures_of_its_text(language: str) -> None:
    """The same names in braces, and no blank lost or won at an end: such texts are joined to others."""
    with (catalogues.FOLDER / f"{language}.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id]
    pairs = [
        (forms(message.id)[-1], translation) for message in messages for translation in forms(message.string or "")
    ]
    assert [text for text, translation in pairs if translation and shape(text) != shape(translation)] == []


def forms(text: str | Sequence[str]) -> tuple[str, ...]:
    """Return a text, or its singular and plural."""
    return (text,) if isinstance(text, str) else tuple(text)


def shape(text: str) -> tuple[list[str], bool, bool]:
    """Return the fields of a text, and whether it begins and ends with a blank."""
    fields = sorted(f"{name}:{spec}" for _text, name, spec, _how in string.Formatter().parse(text) if name is not None)
    return fields, text[:1].isspace(), text[-1:].isspace()


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_a_language_that_is_offered_is_nearly_whole(language: str) -> None:
    """Of the window's texts at most one in fifty is still English."""
    template = catalogues.template()
    missing = catalogues.untranslated(catalogues.translated(language, template))
    assert len(missing) * 50 <= len(template), missing


def test_english_needs_no_catalogue_and_what_is_missing_stays_english() -> None:
    """Texts are as the code has them; in another language those it has are its own; plurals follow the count."""
    one, many = "{count} position", "{count} positions"
    assert (texts._("Close"), texts.N_("Close"), texts.spoken()) == ("Close", "Close", "en")
    assert (texts.ngettext(one, many, 1), texts.ngettext(one, many, 2)) == (one, many)
    texts.speak(catalogues.FOLDER / "de.mo")
    try:
        assert (texts._("Close"), texts.N_("Close"), texts.spoken()) == ("Schließen", "Close", "de")
        assert texts._("No catalogue has this") == "No catalogue has this"
        assert texts._("") == ""
        assert texts.ngettext(one, many, 2) == "{count} Positionen"
    finally:
        texts.speak(None)
    assert texts._("Close") == "Close"


def test_the_compiled_catalogue_is_read_by_the_standard_library() -> None:
    """What the program loads is what gettext itself reads."""
    with (catalogues.FOLDER / "de.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Settings") == "Einstellungen"
