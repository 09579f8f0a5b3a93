# SPDX-License-Identifier: MIT
"""The types of the fields of `RPMConfig`, for type checkers: the rules declare them, and those do not run the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.config import fields
from arbitrex_desktop.risk_portfolio_manager.parameters import Choice, Flag, Names, Number, Parameter, Table, Text

STUB: Final = Path(fields.__file__).with_suffix(".pyi")
_HEAD: Final = """# SPDX-License-Identifier: MIT
# Generated from what the rules declare: make generated
from dataclasses import dataclass
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.parameters import Parameter

PARAMETERS: Final[dict[str, Parameter]]

@dataclass(kw_only=True)
class Fields:
"""
_TYPES: Final = {
    Choice: "str",
    Flag: "bool",
    Names: "tuple[str, ...] | list[str]",
    Table: "dict[str, float]",
    Text: "str",
}


def type_of(parameter: Parameter) -> str:
    """Return the type of a field's value, as Python writes it."""
    if isinstance(parameter, Number):
        return "int" if parameter.whole else "float"
    return next(name for kind, name in _TYPES.items() if isinstance(parameter, kind))


def stub() -> str:
    """Return the file."""
    return _HEAD + "".join(f"    {name}: {type_of(each)} = ...\n" for name, each in fields.PARAMETERS.items())
