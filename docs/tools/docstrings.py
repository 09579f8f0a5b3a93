# SPDX-License-Identifier: MIT
"""A Sphinx extension: docstrings as this project writes them, and a warning for each public name without one.

What a class says in `Attributes:` becomes the list of its fields, with type and default; what a class says that it
extends counts, too.  A public field that is told of nowhere is one without a docstring.  The members of an enumeration
are listed.  Indented text is code.
"""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from inspect import cleandoc
from typing import Any

from sphinx.util import logging

from docs.tools.plain import as_rst, fields_of, split_attributes

logger = logging.getLogger(__name__)


def class_lines(name: str, kind: type, text: str) -> list[str]:
    """Return a class's docstring with all its fields as a list; warn of a field that is not told of."""
    text, meanings = split_attributes(text)
    if issubclass(kind, Enum):
        text += f"\n\nOne of {', '.join(f'`{each.name}`' for each in kind)}."
    fields = fields_of(kind)
    for base in kind.__mro__[1:]:
        known = split_attributes(cleandoc(base.__doc__ or ""))[1]
        meanings = {field: known[field] for field in fields if field in known} | meanings
    for field in fields.keys() - meanings.keys():
        logger.warning("%s.%s is not told of in the class's Attributes", name, field, type="undocumented")
    told = [
        f":ivar {field}: {meaning}" + (f" (`{fields[field]}`)" if field in fields else "")
        for field, meaning in meanings.items()
    ]
    return [*as_rst(text), *told, ""]


def process(_app: Any, what: str, name: str, obj: Any, *options_and_lines: Any) -> None:
    """Rewrite one docstring's lines in place; warn of a public name that has none."""
    lines: list[str] = options_and_lines[-1]
    text = "\n".join(lines)
    lines[:] = class_lines(name, obj, text) if what in ("class", "exception") else as_rst(text)
    if not any(line.strip() for line in lines):
        logger.warning("%s has no docstring", name, type="undocumented")


def skip(_app: Any, what: str, name: str, obj: Any, *_: Any) -> bool | None:
    """Leave out the fields of a class, which its own text lists."""
    del name
    is_code = callable(obj) or isinstance(obj, (property, classmethod, staticmethod, cached_property))
    return True if what == "class" and not is_code else None


def setup(app: Any) -> dict[str, bool]:
    """Plug into autodoc."""
    app.connect("autodoc-process-docstring", process)
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
