# SPDX-License-Identifier: MIT
"""Everything that settings.toml may say, read from where each thing is declared: the fields of the settings classes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_type_hints

import msgspec
from msgspec import Meta

from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.raw_layer.connection.sessions import SIMULATED
from arbitrex_desktop.raw_layer.settings import PoolSettings, TickSettings
from arbitrex_desktop.risk_portfolio_manager.config import PARAMETERS
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.parameters import Choice, Number, Parameter, Text
from arbitrex_desktop.settings import expected

DEFAULT_PRESET: Final = "Standard FX"
PRESET: Final = "risk.preset"
ACCOUNT: Final = "account"
"""The array of tables with the accounts, in the order in which they stand in for each other."""

_WITHOUT_POOL: Final = frozenset({"total_capital", "account_currency", "default_volume_min", "default_volume_step"})
"""Fields of the risk manager's that count only where it runs without a pool, as it never does here."""


@dataclass(frozen=True, slots=True)
class NewsSettings:
    """Where news come from; each field declares its own meaning."""

    calendar: Annotated[
        str,
        Meta(
            description="a calendar file (CSV: time_utc,currency,impact,title), in the data folder unless it says "
            "where; around its news no trade is opened; empty for none"
        ),
    ] = ""


_ONE_LINE: Final = r"\A[^\x00-\x1f\x7f]*\Z"
_ONE_LINE_FORM: Final = "of one line, without tabs"


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """How the window is; each field declares its own meaning."""

    language: Annotated[
        Literal["en", "de"],
        Meta(
            description="the language of the window, English or German; what the desk reports of orders, and what the "
            "journal keeps, is English"
        ),
    ] = "en"
    colours: Annotated[
        Literal["blue and orange", "green and red"],
        Meta(description="the colours of up and down, buy and sell; blue and orange differ for every eye"),
    ] = "blue and orange"


@dataclass(frozen=True, slots=True)
class Account:
    """One `[[account]]`; the password is never in the file."""

    name: Annotated[
        str,
        Meta(
            pattern=r"\A[A-Za-z0-9_-]{1,40}\Z",
            description="a word by which you know it",
            extra={"form": "of letters, digits, - and _"},
        ),
    ]
    login: Annotated[
        int,
        Meta(
            ge=0,
            le=2**63 - 1,
            description="the account's number; 0 for the one that the terminal is on",
            extra={"form": "of digits only, the account's number"},
        ),
    ] = 0
    server: Annotated[
        str,
        Meta(
            pattern=_ONE_LINE, description="the broker's server, as MetaTrader shows it", extra={"form": _ONE_LINE_FORM}
        ),
    ] = ""
    terminal: Annotated[
        str,
        Meta(
            pattern=_ONE_LINE,
            description="path of the terminal's program, or the word simulated; empty: the one used last",
            extra={"form": _ONE_LINE_FORM},
        ),
    ] = ""

    @property
    def is_simulated(self) -> bool:
        """Whether the simulated terminal is asked for."""
        return self.terminal.strip().lower() == SIMULATED

    @property
    def password_variable(self) -> str:
        """The variable of the environment or of `.env` that may hold its password: MT5_PASSWORD_ and its name."""
        return "MT5_PASSWORD_" + self.name.replace("-", "_").upper()


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    Attributes:
        name: as it is written for `settings set`, `desk.max_pending`
        type: what msgspec checks a value by
        default: what counts where nobody says otherwise
        unit: empty for none
        meaning: what it does, in English words
        may_be_shown: whether a wrong value may be repeated in a message; False where passwords are put by mistake
        limit: what the risk manager declares of it; None where the type says all
    """

    name: str
    type: Any
    default: Any
    unit: str
    meaning: str
    may_be_shown: bool = True
    limit: Parameter | None = None

    @property
    def expected(self) -> str:
        """Kind, bounds and unit in words, in the language that is spoken."""
        return expected.of_type(self.type, self.unit) if self.limit is None else expected.of_limit(self.limit)

    @property
    def choices(self) -> tuple[str, ...]:
        """All values that it may have, empty where they cannot be listed."""
        return expected.choices_of(self.type, self.limit)

    @property
    def is_share(self) -> bool:
        """Whether its value is one number that people say in percent."""
        return self.unit == expected.SHARE and isinstance(self.limit, Number)

    @property
    def keys(self) -> tuple[str, ...]:
        """The way to its value in the file."""
        return tuple(self.name.split("."))

    @property
    def is_table(self) -> bool:
        """Whether it holds a value for each of several names."""
        return isinstance(self.default, Mapping)

    @property
    def is_text(self) -> bool:
        """Whether any text is a value of it."""
        return expected.bare(self.type)[0] is str

    def read(self, value: Any) -> Any:
        """Return a value of the file as the program uses it; raises `msgspec.ValidationError`."""
        return msgspec.convert(value, self.type)

    def accepts(self, value: Any) -> bool:
        """Return whether `read` takes a value."""
        try:
            self.read(value)
        except msgspec.ValidationError:
            return False
        return True


def declared(section: str, kind: type) -> Iterator[Setting]:
    """Yield the settings that a class declares."""
    hints = get_type_hints(kind, include_extras=True)
    for each in dataclasses.fields(kind):
        hint = hints[each.name]
        meta = expected.bare(hint)[1]
        default = each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default
        extra = meta.extra or {}
        unit, open_to_see = str(extra.get("unit", "")), "form" not in extra
        meaning = meta.description or ""
        yield Setting(f"{section}.{each.name}", hint, default, unit, meaning, open_to_see)


def _type_of(parameter: Parameter) -> Any:
    """Return what a limit's value is typed as; the risk manager itself checks it."""
    if isinstance(parameter, Choice):
        return Literal[parameter.options]
    return str if isinstance(parameter, Text) else Any


def _risk_settings() -> Iterator[Setting]:
    """Yield the preset and every limit of the risk manager, with what counts when nothing is set."""
    meaning = "the set of limits from which the others depart: a preset, or a firm's rules for the account it lends"
    named = Annotated[str, Meta(extra={"form": "that names a set of limits"})]
    yield Setting(PRESET, named, DEFAULT_PRESET, "", meaning)
    usual = RPMConfig.preset(DEFAULT_PRESET).to_dict()
    for name, each in PARAMETERS.items():
        if name not in _WITHOUT_POOL:
            meaning = f"{each.label}: {each.help}" if each.help else each.label
            yield Setting(f"risk.{name}", _type_of(each), usual[name], each.unit, meaning, limit=each)


SECTIONS: Final[dict[str, type]] = {
    "desk": DeskSettings,
    "pool": PoolSettings,
    "ticks": TickSettings,
    "news": NewsSettings,
    "window": WindowSettings,
}

CATALOGUE: Final[dict[str, Setting]] = {
    setting.name: setting
    for setting in (*(each for name, kind in SECTIONS.items() for each in declared(name, kind)), *_risk_settings())
}
"""Every setting by its name."""
