# SPDX-License-Identifier: MIT
"""All settings in a window of their own, the limits first; what is changed is checked while typing and journalled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from arbitrex_desktop.texts import N_, _, ngettext
from arbitrex_desktop.ui.background.steps import StepWork
from arbitrex_desktop.ui.commands import ChangeSettings, CheckSettings, CommandResult, ReadSettings
from arbitrex_desktop.ui.settings.setting_field import SettingField
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.badges import FilledButton
from arbitrex_desktop.ui.widgets.fields import offer_to_clear
from arbitrex_desktop.ui.widgets.metric import TonedLabel
from arbitrex_desktop.ui.widgets.vertical_scroll import WheelPasser

if TYPE_CHECKING:
    from arbitrex_desktop.desk.settings_desk import SettingRow, SettingsCheck

SECTION_TITLES: Final = {
    "risk": N_("Risk limits"),
    "desk": N_("Desk"),
    "pool": N_("Connection"),
    "ticks": N_("Ticks"),
    "news": N_("News"),
    "window": N_("Window"),
}
"""What a section is called, in the order in which they are offered."""

_SET_OF_LIMITS: Final = "risk.preset"
_DEBOUNCE_MS: Final = 300
_AT_ONCE: Final = 4
"""Fields that are made in one step, within a frame."""
_IN_SIGHT: Final = 10
"""More fields than have room at once."""
_NEEDED: Final = N_("Why limits may let more through; it is written to the journal")
_OPTIONAL: Final = N_("Why, if you like: what is only tighter needs no reason")


def _shown_in_steps(fields: Sequence[SettingField]) -> Iterator[None]:
    """Show fields, the first of them first: a hundred for the first time would hold the window up for two frames."""
    for place, field in enumerate(fields):
        if place % _AT_ONCE == 0:
            yield
        field.show()


class SettingsWindow(QDialog):
    """Shows every setting by section; modeless, and holds no truth: it reads anew whenever it is opened.

    Signals:
        asked(TraderCommand): settings are to be read, checked or changed.
    """

    asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._number = 0
        self._order: list[str] = []
        self._saved = ""
        self._valid = False
        self._loosened: tuple[str, ...] = ()
        self.fields: dict[str, SettingField] = {}
        self._filling, self._showing = StepWork(iter(()), self), StepWork(iter(()), self)
        self.setWindowTitle(_("Settings"))
        self.setModal(False)
        self.resize(QSize(860, 620).boundedTo(self.screen().availableSize()))
        self.sections = QListWidget()
        self._make_parts()
        self._lay_out()
        self._debounce = QTimer(self, singleShot=True, interval=_DEBOUNCE_MS)
        self._debounce.timeout.connect(self._check)

    def open_and_read(self) -> None:
        """Show the window and read the settings as they are now; what was typed before is gone."""
        self._show_message(_("reading the settings\N{HORIZONTAL ELLIPSIS}"))
        self.show()
        self.raise_()
        self.activateWindow()
        self.asked.emit(ReadSettings())

    def open_at(self, name: str) -> None:
        """Show the window with one setting looked up."""
        self.open_and_read()
        self.search.setText(name)

    def command_done(self, result: CommandResult) -> None:
        """Take the answer to a command of this window."""
        command = result.command
        if isinstance(command, ReadSettings):
            self._take_rows(result)
        elif isinstance(command, CheckSettings) and command.number == self._number:
            self._take_check(cast("SettingsCheck | None", result.answer), result.error)
        elif isinstance(command, ChangeSettings):
            self._take_change(result)

    @property
    def changes(self) -> dict[str, str | None]:
        """What was typed and is not saved."""
        return {name: field.change for name, field in self.fields.items() if field.is_changed}

    # Answers

    def _take_rows(self, result: CommandResult) -> None:
        if result.error:
            self._show_message(result.error, Tone.BAD)
            return
        rows = cast("tuple[SettingRow, ...]", result.answer)
        self._filling.stop()
        if rows == tuple(field.row for field in self.fields.values()):
            self._discard()
            self._come_to_rest()
            return
        self._filling = StepWork(self._show_rows(rows), self)
        self._filling.start()

    def _take_check(self, found: SettingsCheck | None, error: str) -> None:
        error = error or (found.error if found is not None else "")
        self._valid = not error
        self._loosened = found.loosened if found is not None else ()
        if found is not None and not error:
            self._show_effects(found)
            return
        named = self._field_named_in(error)
        if named is not None:
            named.show_error(self._in_words(error))
        self._show_message(self._in_words(error), Tone.BAD)
        self._show_save()

    def _take_change(self, result: CommandResult) -> None:
        if result.error:
            self._show_message(self._in_words(result.error), Tone.BAD)
            return
        later = cast("tuple[str, ...] | None", result.answer)
        names = ", ".join(later or ())
        when = _("; from the next start: {later}").format(later=self._in_words(names)) if later else ""
        passing = _("In force for {minutes} minutes, and journalled; the file's limits are shown").format(
            minutes=self.minutes.value()
        )
        self._saved = passing if self.minutes.value() else _("Saved and journalled{when}").format(when=when)
        self.reason.clear()
        self.minutes.setValue(0)
        self.asked.emit(ReadSettings())

    def _show_effects(self, found: SettingsCheck) -> None:
        """Say beside each field what saving would do to it, and to what is open."""
        for name, field in self.fields.items():
            field.show_effect(found.also.get(name), found.effects.get(name))
        chosen = self.fields.get(_SET_OF_LIMITS)
        if chosen is not None and chosen.is_changed:
            chosen.show_set(
                {
                    self.fields[name].label: (self.fields[name].said(old), self.fields[name].said(new))
                    for name, (old, new) in found.also.items()
                    if name in self.fields
                }
            )
        self._show_message("")
        self._show_save()

    def _field_named_in(self, error: str) -> SettingField | None:
        """Return the changed field whose name an error begins with."""
        changed = (field for field in self.fields.values() if field.is_changed)
        return next((field for field in changed if field.row.name in error), None)

    def _in_words(self, text: str) -> str:
        """Return a text with what the window calls the settings in place of their names in the file."""
        labels = {name: field.label for name, field in self.fields.items()}
        labels |= {name.removeprefix("risk."): label for name, label in labels.items()}
        names = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))

        def quoted(found: re.Match[str]) -> str:
            return f"\N{LEFT DOUBLE QUOTATION MARK}{labels[found[0]]}\N{RIGHT DOUBLE QUOTATION MARK}"

        return re.sub(rf"(?<![\w.])(?:{names})(?![\w.]*\w)", quoted, text) if names else text

    # What is shown

    def _show_rows(self, rows: tuple[SettingRow, ...]) -> Iterator[None]:
        """Make the fields, some in each step: all of them at once would hold the window up."""
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        fields = {}
        for place, row in enumerate(rows):
            field = fields[row.name] = SettingField(row, self._theme)
            field.hide()
            field.edited.connect(self._on_edit)
            column.addWidget(field)
            if place % _AT_ONCE == 0:
                yield
        self.fields = fields
        self._nothing = TonedLabel(self._theme, Tone.MUTED)
        column.addWidget(self._nothing)
        column.addStretch(1)
        self._pages.setWidget(page)
        WheelPasser(page)
        here = self.sections.currentRow()
        self.sections.clear()
        present = {row.name.partition(".")[0] for row in rows}
        self._order = [section for section in SECTION_TITLES if section in present]
        self.sections.addItems([_(SECTION_TITLES[section]) for section in self._order])
        self.sections.setCurrentRow(max(0, here))
        self._come_to_rest()

    def _come_to_rest(self) -> None:
        """Say what was saved, and that nothing else is to be."""
        self._show_message(self._saved, Tone.GOOD)
        self._saved = ""
        self._show_save()

    def _show_section(self) -> None:
        """Show the fields of the section chosen, or all that match what is searched for."""
        words = self.search.text().lower().split()
        place = self.sections.currentRow()
        section = self._order[place] if 0 <= place < len(self._order) else ""
        wanted = [
            field for name, field in self.fields.items()
            if (field.matches(words) if words else name.startswith(f"{section}."))
        ]  # fmt: skip
        for field in set(self.fields.values()).difference(wanted):
            field.hide()
        for field in wanted[:_IN_SIGHT]:
            field.show()
        self._showing.stop()
        self._showing.deleteLater()
        self._showing = StepWork(_shown_in_steps(wanted[_IN_SIGHT:]), self)
        self._showing.start()
        nothing = bool(words and self.fields and not wanted)
        self._nothing.setText(
            _("No setting matches \N{LEFT DOUBLE QUOTATION MARK}{search}\N{RIGHT DOUBLE QUOTATION MARK}").format(
                search=self.search.text()
            )
        )
        self._nothing.setVisible(nothing)

    def _show_message(self, text: str, tone: Tone = Tone.MUTED) -> None:
        self.message.show_text(text, tone)

    def _show_save(self) -> None:
        changes = self.changes
        limits = any(name.startswith("risk.") for name in changes)
        # A change for a while ends by itself, and the journal must say why it was made.
        needs_reason = bool(self._loosened or (limits and self.minutes.value()))
        self.reason.setVisible(limits)
        self.reason.setPlaceholderText(_(_NEEDED if needs_reason else _OPTIONAL))
        self.minutes.setVisible(limits)
        ready = bool(changes) and self._valid and (not needs_reason or bool(self.reason.text().strip()))
        self.save.setEnabled(ready)
        self.discard.setEnabled(bool(changes))
        count = len(changes)
        many = ngettext("Save {count} change", "Save {count} changes", count).format(count=count)
        self.save.setText(many if changes else _("Save"))

    # The hand

    def _on_edit(self) -> None:
        self._number += 1
        self._valid, self._loosened = False, ()
        for field in self.fields.values():
            field.show_effect(None, None)
        self._show_message("")
        self._show_save()
        self._debounce.start()

    def _check(self) -> None:
        if self.changes:
            self.asked.emit(CheckSettings(tuple(self.changes.items()), self._number))

    def _save(self) -> None:
        self.asked.emit(ChangeSettings(tuple(self.changes.items()), self.reason.text(), self.minutes.value()))

    def _discard(self) -> None:
        for field in self.fields.values():
            field.discard()

    def _make_parts(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search all settings"))
        offer_to_clear(self.search)
        self.search.setAccessibleName(_("Search all settings"))
        self.search.textChanged.connect(self._show_section)
        self.sections.setFixedWidth(150)
        self.sections.setAccessibleName(_("Sections"))
        self.sections.currentRowChanged.connect(self._show_section)
        self._nothing = TonedLabel(self._theme, Tone.MUTED)
        self._pages = QScrollArea()
        self._pages.setAccessibleName(_("Settings of the section"))
        self._pages.setWidgetResizable(True)
        self._pages.setFrameShape(QScrollArea.Shape.NoFrame)
        self._pages.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.reason = QLineEdit()
        self.reason.setAccessibleName(_("Reason"))
        self.reason.textChanged.connect(self._show_save)
        self.minutes = QSpinBox()
        self.minutes.setRange(0, 24 * 60)
        self.minutes.setSpecialValueText(_("for good"))
        self.minutes.setPrefix(_("for "))
        self.minutes.setSuffix(_(" min"))
        self.minutes.setAccessibleName(_("For how long"))
        self.minutes.valueChanged.connect(self._show_save)
        self.minutes.setToolTip(
            _("Limits may change for a while only, but none of losses; then the file's count again")
        )
        self.minutes.hide()
        self.message = TonedLabel(self._theme, Tone.MUTED)
        self.message.setWordWrap(True)
        self.save = FilledButton(_("Save"), self._theme, lambda colours: colours.buy)
        self.save.clicked.connect(self._save)
        self.save.setEnabled(False)
        self.discard = QPushButton(_("Discard"))
        self.discard.clicked.connect(self._discard)
        self.discard.setEnabled(False)
        self.reason.hide()

    def _lay_out(self) -> None:
        left, right, bottom = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self.sections, 1)
        self.search.setFixedWidth(150)
        right.addWidget(self._pages, 1)
        why = QHBoxLayout()
        why.addWidget(self.reason, 1)
        why.addWidget(self.minutes)
        right.addLayout(why)
        bottom.addWidget(self.message, 1)
        bottom.addWidget(self.discard)
        bottom.addWidget(self.save)
        right.addLayout(bottom)
        layout = QHBoxLayout(self)
        layout.addLayout(left)
        layout.addLayout(right, 1)
