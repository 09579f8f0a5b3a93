# SPDX-License-Identifier: MIT
"""The fields of `RPMConfig`: what no rule owns, then what the rules declare.  `fields.pyi` has their types."""

from __future__ import annotations

from dataclasses import field, make_dataclass
from functools import partial
from typing import Any, Final

from arbitrex_desktop.risk_portfolio_manager.config.general import GENERAL
from arbitrex_desktop.risk_portfolio_manager.parameters import Parameter
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES, parameters_of

PARAMETERS: Final[dict[str, Parameter]] = {each.name: each for each in GENERAL} | parameters_of(ALL_RULES)
"""Every setting by name."""

Fields = make_dataclass(
    "_Fields",  # private, for the documentation: the settings have a page of their own
    [(each.name, Any, field(default_factory=partial(each.stored, each.default))) for each in PARAMETERS.values()],
    kw_only=True,
)
