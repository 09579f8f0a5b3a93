# SPDX-License-Identifier: MIT
"""What a docstring says, taken apart: attributes, fields, paragraphs and code.  Nothing here needs Sphinx."""

from __future__ import annotations

import dataclasses
import inspect
import re

ENTRY = re.compile(r"    (\w+(?:, \w+)*): (\S.*)")


def split_attributes(text: str) -> tuple[str, dict[str, str]]:
    """Return a docstring without its `Attributes:`, and what that says by name."""
    kept: list[str] = []
    meanings: dict[str, str] = {}
    names: list[str] = []
    inside = False
    for line in text.split("\n"):
        inside = line == "Attributes:" or (inside and line.startswith("    "))
        if not inside:
            kept.append(line)
            continue
        entry = ENTRY.match(line)
        if entry:
            names = entry[1].split(", ")
            meanings.update(dict.fromkeys(names, entry[2]))
        elif line != "Attributes:":
            meanings.update({name: f"{meanings[name]} {line.strip()}" for name in names})
    return "\n".join(kept), meanings


def fields_of(kind: type) -> dict[str, str]:
    """Return the public fields of a class, inherited ones included: type and default as text, by name.

    Those of a private base are left out: they are declared elsewhere, as the settings of `RPMConfig` are.
    """
    found: dict[str, str] = {}
    for part in (part for part in reversed(kind.__mro__) if not part.__name__.startswith("_")):
        for name, annotation in inspect.get_annotations(part).items():
            text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
            if not name.startswith("_") and not text.startswith(("ClassVar", "Final")):
                found[name] = text + default_of(kind, name)
    return found


def default_of(kind: type, name: str) -> str:
    """Return ` = ` and a field's default; empty for one without, or whose default is made anew each time."""
    if dataclasses.is_dataclass(kind):
        defaults = {each.name: each.default for each in dataclasses.fields(kind)}
    elif issubclass(kind, tuple):
        defaults = getattr(kind, "_field_defaults", {})
    else:
        names = getattr(kind, "__struct_fields__", ())
        given = getattr(kind, "__struct_defaults__", ())
        defaults = dict(zip(names[len(names) - len(given) :], given, strict=True))
    value = defaults.get(name)
    plain = value is None or isinstance(value, (str, int, float, tuple))
    return f" = {value!r}" if name in defaults and plain and value is not dataclasses.MISSING else ""


def as_rst(text: str) -> list[str]:
    """Return plain text as reStructuredText: indented blocks become code."""
    blocks = text.strip("\n").split("\n\n")
    out: list[str] = []
    for block in blocks:
        lines = block.split("\n")
        if all(line.startswith("    ") for line in lines):
            out += [".. code-block:: python", "", *lines, ""]
        else:
            out += [*lines, ""]
    return out
