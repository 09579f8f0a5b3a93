# SPDX-License-Identifier: MIT
"""Settings without a file: refuses what a test says, and notes what was changed."""

from __future__ import annotations

from collections.abc import Mapping

from arbitrex_desktop.desk.settings_desk import SettingRow, SettingsCheck

ROWS = (
    SettingRow(
        "risk.preset", "Standard FX", "Standard FX", "default", "", "one of Standard FX, Conservative", "the set",
        ("Standard FX", "Conservative"),
    ),
    SettingRow("risk.max_drawdown", "0.1", "0.1", "default", "%", "above 0 %", "maximum drawdown", is_share=True),
    SettingRow("desk.max_pending", "50", "200", "settings.toml", "intents", "from 1 to 10,000", "waiting at once"),
)  # fmt: skip


class FakeSettings:
    """Implements `ui.seam.SettingsAccess`.

    Attributes:
        asked: what was asked of it, in order, as (name, arguments...).
        shown: the rows.
        errors: why a value is refused, by the name of its setting.
        meaning: what changes without an error mean.
        changed: what was changed, with the reasons.
    """

    def __init__(self, asked: list[tuple[object, ...]] | None = None) -> None:
        self.asked = asked if asked is not None else []
        self.shown: tuple[SettingRow, ...] = ROWS
        self.errors: dict[str, str] = {}
        self.meaning = SettingsCheck()
        self.changed: list[tuple[dict[str, str | None], str]] = []

    def rows(self) -> tuple[SettingRow, ...]:
        """Return the rows."""
        self.asked.append(("settings",))
        return self.shown

    def check(self, changes: Mapping[str, str | None]) -> SettingsCheck:
        """Return the error of a setting that has one, else what a test says that the changes mean."""
        self.asked.append(("check_settings", dict(changes)))
        error = next((self.errors[name] for name in changes if name in self.errors), "")
        return SettingsCheck(error) if error else self.meaning

    def change_for(self, changes: Mapping[str, str | None], reason: str, minutes: int) -> None:
        """Note changes for a while."""
        self.asked.append(("change_settings_for", dict(changes), reason, minutes))

    def change(self, changes: Mapping[str, str | None], reason: str) -> tuple[str, ...]:
        """Note the changes."""
        self.asked.append(("change_settings", dict(changes), reason))
        error = next((self.errors[name] for name in changes if name in self.errors), "")
        if error:
            raise ValueError(error)
        self.changed.append((dict(changes), reason))
        return tuple(name for name in changes if not name.startswith("risk."))
