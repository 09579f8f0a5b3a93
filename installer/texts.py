# SPDX-License-Identifier: MIT
"""Brings the catalogues of texts up to date: the template from the code, each language from the template, compiled.

What is new comes into a language without a translation, and is English until somebody writes one; what is no more in
the code goes.  `make generated` runs it; tests/test_texts.py holds that it was run.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from arbitrex_desktop.desk.review.report import rule_name
from arbitrex_desktop.risk_portfolio_manager.config.presets import PRESETS
from arbitrex_desktop.risk_portfolio_manager.decision.reason import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.decision.result import Check, PlainCheck
from arbitrex_desktop.risk_portfolio_manager.parameters import Text
from arbitrex_desktop.risk_portfolio_manager.pipeline import pipeline, refusal, sizing
from arbitrex_desktop.risk_portfolio_manager.pipeline.decided_size import SizeDecided
from arbitrex_desktop.risk_portfolio_manager.rules.base import ONLY_REDUCES, Rule
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES
from arbitrex_desktop.settings.catalogue import CATALOGUE
from arbitrex_desktop.settings.expected import bare

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "resources" / "texts"
RULES: Final = ROOT / "arbitrex_desktop" / "risk_portfolio_manager" / "rules"
TEMPLATE: Final = FOLDER / "arbitrex.pot"
LANGUAGES: Final = ("de",)

_MARKS: Final = {"_": 1, "N_": 1, "ngettext": 2}
"""What marks a text, and how many of its arguments are texts."""

_SAYING: Final = {"ok", "skipped", "unknown", "failed"}
"""Methods of a check that say what it found."""

_WIDTH: Final = 120
_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in the head of what is compiled, so that the same texts give the same file."""

_HEAD: Final = (
    "# The window's texts: English is the key.  `make generated` writes it; translations are written by hand."
)


def template() -> Catalog:
    """Return every text that the code marks."""
    catalog = Catalog(header_comment=_HEAD, fuzzy=False)
    for path in sorted((ROOT / "arbitrex_desktop").rglob("*.py")):
        for text in marked(ast.parse(path.read_text(encoding="utf-8"))):
            catalog.add(text)
    for text in (*declared(), *headings()):
        catalog.add(text)
    return catalog


def declared() -> Iterator[str]:
    """Yield the words of what is declared as data: the settings, and what the risk manager checks."""
    for setting in CATALOGUE.values():
        form = str((bare(setting.type)[1].extra or {}).get("form", ""))
        what = setting.limit.what if isinstance(setting.limit, Text) else ""
        yield from (text for text in (setting.meaning, form, what, *setting.choices) if _is_said(text))
    yield from PRESETS
    yield from (rule_name(code) for code in RejectionReason)
    yield SizeDecided.subject
    for each in checks():
        note = each.nothing_amiss if isinstance(each, Rule) else ""
        yield from (text for text in (each.subject, each.of, note) if text)
    yield from (ONLY_REDUCES, *(text for path in sorted(RULES.parent.rglob("*.py")) for text in _remarks(path)))


def headings() -> Iterator[str]:
    """Yield the titles of the guide's pages and of their sections, which its contents list."""
    for page in sorted((ROOT / "resources" / "help").glob("*.md")):
        for title in re.findall(r"^#{1,3} +(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
            yield " ".join(re.sub(r"[`*_|#]", " ", title).split())


def checks() -> Iterator[Check]:
    """Yield every rule, and every check that the risk manager makes besides."""
    yield from ALL_RULES
    for module in (pipeline, refusal, sizing):
        for value in vars(module).values():
            found = value.values() if isinstance(value, dict) else (value,)
            yield from (each for each in found if isinstance(each, PlainCheck))


def _remarks(path: Path) -> Iterator[str]:
    """Yield what a module of the risk manager's says of its checks besides their figures."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _SAYING:
            given = (*call.args[:1], *(each.value for each in call.keywords if each.arg == "note"))
            yield from (each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str))


def _is_said(text: str) -> bool:
    """Return whether a text is shown in words: neither empty nor what a file has for yes, no and a language."""
    return text not in {"", "true", "false", *LANGUAGES, "en"}


def marked(tree: ast.Module) -> Iterator[str | tuple[str, ...]]:
    """Yield the texts that a module marks; a singular and its plural together."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in _MARKS:
            continue
        values = [each.value for each in call.args[: _MARKS[call.func.id]] if isinstance(each, ast.Constant)]
        texts = tuple(value for value in values if isinstance(value, str) and value)
        if len(texts) == _MARKS[call.func.id]:
            yield texts if len(texts) > 1 else texts[0]


def translated(language: str, texts: Catalog) -> Catalog:
    """Return a language's catalogue as it is on the disk, with exactly the texts of the template."""
    path = FOLDER / f"{language}.po"
    kept = read_po(io.BytesIO(path.read_bytes()), locale=language) if path.is_file() else Catalog(locale=language)
    catalog = Catalog(locale=language, header_comment=_HEAD, fuzzy=False)
    for message in _messages(texts):
        known = kept.get(message.id)
        catalog.add(message.id, known.string if known is not None else "")
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts of a language that nobody has translated."""
    return [str(message.id) for message in _messages(catalog) if not _is_whole(message.string)]


def po_text(catalog: Catalog) -> bytes:
    """Return a catalogue as its file has it: without dates and places, so that it changes only with its texts."""
    lines = io.BytesIO()
    write_po(lines, catalog, width=_WIDTH, no_location=True, sort_output=True, omit_header=False)
    dated = (
        b'"POT-Creation-Date',
        b'"PO-Revision-Date',
        b'"Last-Translator',
        b'"Language-Team',
        b'"Generated-By',
        b'"Report-Msgid',
        b'"Project-Id',
    )
    return b"".join(line for line in lines.getvalue().splitlines(keepends=True) if not line.startswith(dated))


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as the program reads it."""
    catalog.creation_date = catalog.revision_date = _ANY_DAY
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def files() -> Iterable[tuple[Path, bytes]]:
    """Yield each file and what should be in it."""
    texts = template()
    yield TEMPLATE, po_text(texts)
    for language in LANGUAGES:
        text = po_text(translated(language, texts))
        yield FOLDER / f"{language}.po", text
        # From the file, whose head has no dates.
        yield FOLDER / f"{language}.mo", compiled(read_po(io.BytesIO(text), locale=language))


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _is_whole(string: object) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def main() -> None:
    """Write what has changed, and say how much of each language there is."""
    FOLDER.mkdir(exist_ok=True)
    texts = template()
    for path, content in files():
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            print(f"written: {path.relative_to(ROOT)}")
    for language in LANGUAGES:
        count, missing = len(_messages(texts)), len(untranslated(translated(language, texts)))
        print(f"{language}: {count - missing} of {count} texts")


if __name__ == "__main__":
    main()
