# SPDX-License-Identifier: MIT
"""What the documentation names is there, and what it makes of the code is what the code says."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES
from arbitrex_desktop.settings.catalogue import CATALOGUE
from docs.tools import pages, plain
from docs.tools.journeys import JOURNEYS, LAYERS, Step, picture

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("docs/[!g]*/*.md"), *ROOT.glob("*.md")])
ROOMS = ("arbitrex_desktop", "tests", "docs", "resources", "installer", "build", ".ci", ".github")
MADE_BY_BUILDING = ("build/docs", "docs/generated")


def in_backticks(pattern: str) -> Iterator[tuple[str, str]]:
    """Go through what matches in backticks, and the document that says it; the changelog tells of the past."""
    for path in DOCUMENTS:
        if path.name != "CHANGELOG.md":
            for found in re.findall(rf"`({pattern})`", path.read_text(encoding="utf-8")):
                yield path.name, found


def test_every_path_that_is_named_exists() -> None:
    """A path in backticks is a file or a folder of the project."""
    named = list(in_backticks(rf"(?:{'|'.join(map(re.escape, ROOMS))})/[\w./-]+"))
    assert len(named) > 50
    assert [each for each in named if not (ROOT / each[1]).exists() and not each[1].startswith(MADE_BY_BUILDING)] == []


def test_every_room_has_a_line() -> None:
    """Where to look is told of each folder of the package."""
    told = set(
        re.findall(r"^\| `(arbitrex_desktop[\w/]*)` \|", (ROOT / "docs/where.md").read_text("utf-8"), re.MULTILINE)
    )
    rooms = {each.parent.relative_to(ROOT).as_posix() for each in ROOT.glob("arbitrex_desktop/**/__init__.py")}
    assert rooms - told == set()


def resolves(dotted: str) -> bool:
    """Return whether a dotted name is a module, or something in one."""
    module, _, name = dotted.rpartition(".")
    if find_spec(module) is None:
        return resolves(module) and hasattr(find_object(module), name)
    return find_spec(dotted) is not None or hasattr(importlib.import_module(module), name)


def find_object(dotted: str) -> object:
    """Return what a dotted name stands for."""
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_every_module_and_class_that_is_named_exists() -> None:
    """A dotted name in backticks that begins with the package's can be found."""
    named = list(in_backticks(r"arbitrex_desktop(?:\.\w+)+"))
    assert named
    assert [each for each in named if not resolves(each[1])] == []


def test_every_make_target_that_is_named_exists() -> None:
    """What the documents tell to make is in the Makefile."""
    targets = set((ROOT / "Makefile").read_text(encoding="utf-8").split(".PHONY:")[1].split("\n")[0].split())
    named = {word for _, words in in_backticks(r"make [a-z -]+") for word in words.split()[1:]}
    assert named
    assert named - targets == set()


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_passes_modules_that_exist(name: str) -> None:
    """Each step names a layer and a module of it."""
    assert [step for step in JOURNEYS[name] if step.layer not in LAYERS or find_spec(step.dotted) is None] == []


def test_a_journey_is_drawn_step_by_step() -> None:
    """The picture is well-formed, has every step's words, and an arrow from each step to the next."""
    steps = (Step("mt5", "ask & wait for an answer that may be late", "polling"), Step("ui", "paint", "panels.risk"))
    drawn = ET.fromstring(picture(steps))
    words = " ".join(text.text or "" for text in drawn.iter("{http://www.w3.org/2000/svg}text"))
    assert "1. ask & wait for an" in words
    assert "panels.risk" in words
    arrows = [path for path in drawn.iter("{http://www.w3.org/2000/svg}path") if "marker-end" in path.attrib]
    assert len(arrows) == 1


def test_the_map_has_every_module() -> None:
    """Each module of the package stands in the map with the first line of its docstring."""
    text = pages.module_map()
    assert "## arbitrex_desktop/ui/panels" in text
    assert "| `client.py` | For strategies: hand trade intents to a running Arbitrex Desktop" in text
    files = [path for path in (ROOT / "arbitrex_desktop").rglob("*.py") if path.name != "__init__.py"]
    assert len(re.findall(r"^\| `", text, re.MULTILINE)) == len(files)


def test_the_table_of_rules_has_every_rule() -> None:
    """Each rule in force stands in the table, with the reason it refuses with."""
    text = pages.rules_page()
    assert [rule for rule in ALL_RULES if f"| {type(rule).__name__} (" not in text] == []
    assert [rule for rule in ALL_RULES if f"`{rule.code.value}`" not in text] == []


def test_the_table_of_settings_has_every_setting() -> None:
    """Each setting stands in the table."""
    text = pages.settings_page()
    assert CATALOGUE
    assert [name for name in CATALOGUE if f"| `{name}` |" not in text] == []


def test_every_page_of_the_help_is_in_the_site() -> None:
    """Each page of the user guide has its place in the documentation."""
    help_pages = {path.name for path in (ROOT / "resources" / "help").glob("*.md")}
    assert help_pages == {path.name for path in (ROOT / "docs" / "help").glob("*.md")}


PUBLIC = {
    "docs/api/client.md": ("arbitrex_desktop.client",),
    "docs/api/library.md": (
        "arbitrex_desktop.risk_portfolio_manager",
        "arbitrex_desktop.raw_layer.mt5_pool",
        "arbitrex_desktop.mt5.simulator",
    ),
}
"""The pages of what programs outside may rely on, and the modules whose `__all__` they tell of."""


@pytest.mark.parametrize(("page", "dotted"), [(page, each) for page, modules in PUBLIC.items() for each in modules])
def test_every_public_name_is_on_its_page(page: str, dotted: str) -> None:
    """What a module of the contract gives away is documented; none of its own names is public but not given away."""
    module = importlib.import_module(dotted)
    text = (ROOT / page).read_text(encoding="utf-8")
    documented = re.findall(rf"^\.\. auto\w+:: {re.escape(dotted)}\.(\w+)$", text, re.MULTILINE)
    assert sorted(documented) == sorted(module.__all__)
    own = {name for name, value in vars(module).items() if getattr(value, "__module__", "") == dotted}
    assert {name for name in own if not name.startswith("_")} <= set(module.__all__)


@dataclass(frozen=True)
class Sample:
    """Something.

    Attributes:
        lots: volume, which
            goes on
        bid, ask: prices

    More.
    """

    lots: float
    bid: float = 1.5
    _hidden: int = 0


def test_attributes_are_taken_out_of_a_docstring() -> None:
    """What follows and what goes before stays; a meaning goes on over lines, and may be of several names."""
    text, meanings = plain.split_attributes(
        "A.\n\nAttributes:\n    lots: one,\n        two\n    bid, ask: prices\n\nB."
    )
    assert text == "A.\n\n\nB."
    assert meanings == {"lots": "one, two", "bid": "prices", "ask": "prices"}


def test_fields_are_told_with_type_and_default() -> None:
    """A class's own public fields, and no others."""
    assert plain.fields_of(Sample) == {"lots": "float", "bid": "float = 1.5"}


def test_the_settings_of_the_risk_manager_are_not_among_the_fields_of_its_class() -> None:
    """They have a page of their own, so that its docstring does not tell of them."""
    assert plain.fields_of(RPMConfig) == {"revision": "int"}


def test_indented_text_is_code() -> None:
    """Paragraphs stay; a block that is set in becomes code."""
    lines = plain.as_rst("First\nline.\n\n    x = 1\n\nLast.")
    assert lines == ["First", "line.", "", ".. code-block:: python", "", "    x = 1", "", "Last.", ""]
