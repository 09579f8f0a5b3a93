# SPDX-License-Identifier: MIT
"""A Sphinx extension: the pages that are made of the code itself, so that they cannot grow old.

They are written to `docs/generated` before each build: the map of all modules, the tables of rules and settings, the
pictures of the journeys, and the schema of the strategies' channel.
"""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.desk.gateway.messages import channel_schema
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES
from arbitrex_desktop.settings.catalogue import CATALOGUE
from docs.tools.journeys import JOURNEYS, picture

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "arbitrex_desktop"


def summaries() -> dict[str, dict[str, str]]:
    """Return the first sentence of each module, by folder and file, as paths from the project's root."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted(PACKAGE.rglob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found[path.parent.relative_to(ROOT).as_posix()][path.name] = text.split("\n", maxsplit=1)[0]
    return dict(sorted(found.items()))


def module_map() -> str:
    """Return the page that names every module with what it is for."""
    lines = ["# Map of all modules", "", "One line each, taken from the modules themselves.", ""]
    for folder, files in summaries().items():
        lines += [f"## {folder}", ""]
        if files.get("__init__.py"):
            lines += [files["__init__.py"], ""]
        named = {name: summary for name, summary in files.items() if name != "__init__.py"}
        if named:
            lines += ["| file | what it is for |", "|---|---|"]
            lines += [f"| `{name}` | {_cell(summary)} |" for name, summary in named.items()]
        lines.append("")
    return "\n".join(lines)


def rules_page() -> str:
    """Return the page of all rules: what each holds, the reason it refuses with, its parameters and its file."""
    lines = [
        "# Rules of the risk manager",
        "",
        "In the order in which they are looked at; the first refusal gives the reason.  What each reason means and",
        "what to do is in {doc}`../help/reason-codes`.",
        "",
    ]
    stage = None
    for rule in ALL_RULES:
        if rule.stage != stage:
            stage = rule.stage
            name = stage.name.replace("_", " ").capitalize()
            lines += ["", f"## {name}", "", "| rule | holds | reason | parameters |", "|---|---|---|---|"]
        text = (type(rule).__doc__ or "").split("\n\n", maxsplit=1)[0]
        parameters = ", ".join(f"`{parameter_name(each)}`" for each in rule.parameters)
        file = type(rule).__module__.rpartition(".")[2]
        lines.append(f"| {type(rule).__name__} (`{file}.py`) | {_cell(text)} | `{rule.code.value}` | {parameters} |")
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """Return the page of everything that `settings.toml` may say, a table for each of its parts."""
    lines = [
        "# All settings",
        "",
        "What `settings.toml` in the data folder may say; [the guide](../help/settings.md) tells how.  What is in",
        "force, and where each value came from, is shown by `arbitrex-desktop settings show`.",
    ]
    section = ""
    for setting in CATALOGUE.values():
        if setting.keys[0] != section:
            section = setting.keys[0]
            lines += ["", f"## {section}", "", "| setting | default | what is taken | meaning |", "|---|---|---|---|"]
        default = f"{setting.default} {setting.unit}".strip()
        shown = f"`{default}`" if default else "empty"
        lines.append(f"| `{setting.name}` | {shown} | {_cell(setting.expected)} | {_cell(setting.meaning)} |")
    return "\n".join(lines) + "\n"


def parameter_name(parameter: Any) -> str:
    """Return a parameter's name."""
    return parameter if isinstance(parameter, str) else str(parameter.name)


def _cell(text: str) -> str:
    """Return text as it may stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


def write_pages(folder: Path) -> None:
    """Write all of it, leaving files alone that would not change."""
    pages = {
        "modules.md": module_map(),
        "rules.md": rules_page(),
        "settings.md": settings_page(),
        "channel-schema.json": json.dumps(channel_schema(), indent=2),
    }
    pages |= {f"{name}.svg": picture(steps) for name, steps in JOURNEYS.items()}
    folder.mkdir(exist_ok=True)
    for name, text in pages.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Write the pages when Sphinx starts."""
    write_pages(Path(app.srcdir) / "generated")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
