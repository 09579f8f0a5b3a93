# SPDX-License-Identifier: MIT
"""Settings changed from the window: checked as a whole, journalled with old and new value, then in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.active_account import ActiveAccount
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import TRADER
from arbitrex_desktop.desk.journal.settings_record import record_settings
from arbitrex_desktop.desk.risk.risk_client import RiskClient
from arbitrex_desktop.desk.risk.risk_view import RiskManagerView
from arbitrex_desktop.risk_portfolio_manager.config.fields import PARAMETERS
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.risk_portfolio_manager.rules.open_risk import OpenRisk
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES, LATCHING

_LOSSES: Final = frozenset(
    f"risk.{each.name}"
    for rule in (*LATCHING, *(each for each in ALL_RULES if isinstance(each, OpenRisk)))
    for each in rule.parameters
) | {"risk.preset", "risk.max_consecutive_losses"}
"""What is never lifted for a while: limits of losses, how they are measured, and whole sets of limits."""
_LONGEST_MINUTES: Final = 24 * 60
RISK: Final = "risk."
"""How the names of the limits begin."""
_AT_ONCE: Final = (RISK, "window.")
"""How the names begin of what counts at once; all others do from the next start."""

Changes = Mapping[str, str | None]
"""New values by setting, as they are typed; None takes the setting back to its default."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting as the window shows it.

    Attributes:
        name: as `settings set` takes it, `desk.max_pending`.
        text: its value as it is typed.
        default: what counts where nothing is set, likewise.
        source: where the value comes from: default, a preset's name, a file or the command line.
        unit: empty for none.
        expected: type and bounds, in words.
        meaning: what it does, in words.
        choices: all values that it may have, empty where they cannot be listed.
        is_share: whether the value is a share, which people say in percent.
    """

    name: str
    text: str
    default: str
    source: str
    unit: str
    expected: str
    meaning: str
    choices: tuple[str, ...] = ()
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class NewSettings:
    """Settings that were checked and are not in force yet.

    Attributes:
        values: every value by name, safe for JSON.
        defaults: likewise.
        risk: the limits.
    """

    values: Mapping[str, Any]
    defaults: Mapping[str, Any]
    risk: RPMConfig


@dataclass(frozen=True, slots=True)
class LimitEffect:
    """What a limit that is changed would mean for what is open now.

    Attributes:
        verdict: what is in use now, beside the new limit.
        halts: whether a broken limit of this kind halts trading; any other refuses what adds to it.
    """

    verdict: Verdict
    halts: bool


@dataclass(frozen=True, slots=True)
class SettingsCheck:
    """What changes would come to, before they are saved.

    Attributes:
        error: why they could not be saved, in words; empty when they could.
        effects: by setting, of each limit that would change and whose use is known.
        also: old and new value by setting, of what was not typed but changes with the set of limits.
        loosened: the limits that would let more through, or may; they need a reason.
    """

    error: str = ""
    effects: Mapping[str, LimitEffect] = field(default_factory=dict)
    also: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    loosened: tuple[str, ...] = ()


def effects_of(rpm: RiskManagerView, new: RPMConfig) -> dict[str, LimitEffect]:
    """Return what is in use of every limit that `new` changes, by its setting; what cannot be told is left out."""
    before = {each.code: each for each in rpm.limits_in_use()}
    after = {each.code: each for each in rpm.limits_in_use(new)}
    found: dict[str, LimitEffect] = {}
    for rule in ALL_RULES:
        was, now = before.get(rule.code.value), after.get(rule.code.value)
        if was is None or now is None:
            continue
        for each in rule.parameters:
            values = getattr(rpm.config, each.name), getattr(new, each.name)
            # A rule reads more than its limit: only what the verdict itself is held against is told.
            if values[0] != values[1] and values == (was.limit, now.limit):
                found[f"{RISK}{each.name}"] = LimitEffect(now, rule.latches)
    return found


def loosened(old: RPMConfig, new: RPMConfig) -> tuple[str, ...]:
    """Return the names of the limits that let more through in `new`, or of which that cannot be told."""
    return tuple(
        f"{RISK}{name}"
        for name, parameter in PARAMETERS.items()
        if parameter.looser.loosens(getattr(old, name), getattr(new, name))
    )


class SettingsEditor(Protocol):
    """Reads and writes the file of settings."""

    def rows(self) -> tuple[SettingRow, ...]:
        """Return every setting with its present value; raises ValueError in words for a file that is wrong."""

    def check(self, changes: Changes) -> NewSettings:
        """Return what the settings would be; raises ValueError in words for what may not be."""

    def save(self, changes: Changes) -> None:
        """Write the changes to the file, all or none; raises ValueError or OSError."""


class SettingsDesk:
    """The desk's side of the settings; its methods may be called from the worker thread only."""

    def __init__(self, editor: SettingsEditor, accounts: ActiveAccount, risk: RiskClient, clock: Clock) -> None:
        self._editor = editor
        self._accounts = accounts
        self._risk = risk
        self._clock = clock
        self._ends_at: float | None = None

    def rows(self) -> tuple[SettingRow, ...]:
        """Return every setting with its present value; raises ValueError in words."""
        return self._editor.rows()

    def change_for(self, changes: Changes, reason: str, minutes: int) -> None:
        """Let limits hold for some minutes only; the file stays as it is, and its limits count again afterwards.

        Journalled with old and new value when it begins and when it ends.  Raises `CommandRefused` for what is no
        limit or is a limit of losses, without a reason and for longer than a day; ValueError; `JournalError`.
        """
        never = [name for name in changes if name in _LOSSES or not name.startswith(RISK)]
        if never:
            raise CommandRefused(f"{', '.join(never)}: only limits may change for a while, and none of losses")
        if not reason.strip() or not 0 < minutes <= _LONGEST_MINUTES:
            raise CommandRefused("say why, and for how many minutes, at most a day; it is written to the journal")
        new = self._editor.check(changes)
        self._record(new, f"for {minutes} minutes: {reason.strip()}")
        self._ends_at = self._clock.monotonic() + minutes * 60.0
        if self._risk.rpm is not None:
            self._risk.rpm.config = new.risk

    def end_override(self) -> None:
        """Let the file's limits count again when their time has come; raises ValueError or `JournalError`."""
        if self._ends_at is None or self._clock.monotonic() < self._ends_at:
            return
        kept = self._editor.check({})
        if self._risk.rpm is not None:
            self._risk.rpm.config = kept.risk
        self._ends_at = None
        self._record(kept, "the time is over for which limits were changed")

    def check(self, changes: Changes) -> SettingsCheck:
        """Return why changes could not be saved, or what they would mean; nothing is changed."""
        try:
            kept, new = self._editor.check({}), self._editor.check(changes)
        except ValueError as error:
            return SettingsCheck(str(error))
        also = {
            name: (_file_value(kept.values[name]), _file_value(value))
            for name, value in new.values.items()
            if name not in changes and value != kept.values[name]
        }
        rpm = self._risk.rpm
        effects = effects_of(rpm, new.risk) if rpm is not None else {}
        return SettingsCheck("", effects, also, loosened(kept.risk, new.risk))

    def change(self, changes: Changes, reason: str) -> tuple[str, ...]:
        """Journal changes, write them to the file and have the limits among them count at once.

        Limits that let more through need a reason.  Returns the names of those that count from the next start.  Raises
        `CommandRefused`, ValueError or `JournalError`, and then nothing has changed.
        """
        kept, new = self._editor.check({}), self._editor.check(changes)
        looser = loosened(kept.risk, new.risk)
        if looser and not reason.strip():
            raise CommandRefused(f"say why {', '.join(looser)} may let more through; it is written to the journal")
        self._record(new, reason.strip())
        self._editor.save(changes)
        self._ends_at = None
        if self._risk.rpm is not None:
            self._risk.rpm.config = new.risk
        return tuple(name for name in changes if not name.startswith(_AT_ONCE))

    def _record(self, new: NewSettings, reason: str) -> None:
        """Journal settings, as they differ from those that the journal heard of last."""
        with self._accounts.journal_session() as desk:
            record_settings(desk.book.journal, new.values, new.defaults, self._clock, TRADER, reason=reason)


def _file_value(value: Any) -> str:
    """Return a value as a file has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
