# SPDX-License-Identifier: MIT
"""The settings of the Risk & Portfolio Manager."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from arbitrex_desktop.risk_portfolio_manager.config.fields import PARAMETERS, Fields
from arbitrex_desktop.risk_portfolio_manager.config.presets import fitting
from arbitrex_desktop.risk_portfolio_manager.config.profiles import all_presets
from arbitrex_desktop.risk_portfolio_manager.parameters import InvalidParameter
from arbitrex_desktop.risk_portfolio_manager.portfolio.tracking import TrackedDict, next_version


class RPMConfig(Fields):
    """What may be risked, and how it is measured: a dataclass with a field for each of `PARAMETERS`.

    Shares are of capital (the balance) unless their label says otherwise.  A field set at run time counts from the
    next decision.  The time-spacing rules (between trades, in a symbol, after a halt) are off until
    `enforce_time_spacing` is set.

    Attributes:
        revision: grows with every change of a field, in place ones of a table included.
    """

    revision: int = 0

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a field; raise AttributeError for a name that is none, since a misspelt limit would never be applied."""
        parameter = PARAMETERS.get(name)
        if parameter is None:
            raise AttributeError(f"RPMConfig has no setting {name!r}")
        value = parameter.stored(value)
        if isinstance(value, TrackedDict):
            value.on_change = self._note_change
        values: dict[str, Any] = self.__dict__
        values[name] = value
        self._note_change()

    def _note_change(self) -> None:
        """Count a change that was made."""
        values: dict[str, Any] = self.__dict__
        values["revision"] = next_version()

    def validate(self) -> bool:
        """Return True, or raise `InvalidParameter` for the first field that breaks its rule."""
        for name, parameter in PARAMETERS.items():
            fault = parameter.fault(getattr(self, name))
            if fault:
                raise InvalidParameter(parameter, fault)
        return True

    def get_config_hash(self) -> str:
        """Return the SHA-256 of every field, as 64 hexadecimal digits; the same fields give the same hash anywhere."""
        canonical = json.dumps(self._plain_values(), sort_keys=True, default=repr)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return every field and `config_hash`."""
        return {**self._plain_values(), "config_hash": self.get_config_hash()}

    def _plain_values(self) -> dict[str, Any]:
        """Return every field as plain values."""
        return {name: parameter.plain(getattr(self, name)) for name, parameter in PARAMETERS.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RPMConfig:
        """Build from fields by name and validate; an unknown name raises ValueError, `config_hash` is passed over."""
        unknown = sorted(set(values) - PARAMETERS.keys() - {"config_hash"})
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}")
        config = cls(**{name: value for name, value in values.items() if name != "config_hash"})
        config.validate()
        return config

    @classmethod
    def from_toml(cls, path: Path | str) -> RPMConfig:
        """Load from a TOML file; raise OSError when it cannot be read, ValueError when what it says is wrong."""
        text = Path(path).read_text(encoding="utf-8-sig")
        try:
            return cls.from_dict(tomllib.loads(text))
        except ValueError as error:
            raise ValueError(f"{Path(path).name}: {error}") from error

    def to_toml(self, path: Path | str) -> None:
        """Save every field to a TOML file; raise OSError when it cannot be written."""
        Path(path).write_text(tomlkit.dumps(self._plain_values()), encoding="utf-8")

    @classmethod
    def for_leverage(cls, leverage: int) -> RPMConfig:
        """Return limits that fit an account of a leverage, 100 for 1:100: its ordinary trades are not cut."""
        return cls.from_dict(fitting(leverage, cls().to_dict()))

    @classmethod
    def preset(cls, name: str, **changes: Any) -> RPMConfig:
        """Return a preset, or a firm's profile, with changes; raise ValueError for a name that is none."""
        known = all_presets()
        if name not in known:
            raise ValueError(f"preset must be one of {', '.join(known)} (it is {name!r})")
        return cls.from_dict({**known[name], **changes})
