# SPDX-License-Identifier: MIT
"""The window's language and its colours of up and down: as `settings.toml` says, else English, blue and orange."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

from arbitrex_desktop import texts
from arbitrex_desktop.ui.commands import ChangeSettings, CommandResult
from arbitrex_desktop.ui.resources import resource
from arbitrex_desktop.ui.theme.colours import DirectionPair

ENGLISH: Final = "en"
LANGUAGES: Final = {ENGLISH: "English", "de": "Deutsch"}
"""The languages by their code, each called as its own speakers call it."""

LANGUAGE: Final = "window.language"
COLOURS: Final = "window.colours"
"""The settings' names."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a settings file wants the window."""

    language: str = ENGLISH
    colours: DirectionPair = DirectionPair.BLUE_ORANGE


def chosen_in(file: Path) -> Appearance:
    """Return what a settings file asks for; what is wrong with the file, the core tells later."""
    try:
        text = file.read_text(encoding="utf-8")
        section = tomllib.loads(text).get("window") if "window" in text else None
    except (OSError, ValueError):
        section = None
    given = section if isinstance(section, dict) else {}
    language, colours = given.get("language"), given.get("colours")
    return Appearance(
        language if language in tuple(LANGUAGES) else ENGLISH,
        DirectionPair(colours) if colours in tuple(DirectionPair) else DirectionPair.BLUE_ORANGE,
    )


def colours_changed_by(result: CommandResult) -> DirectionPair | None:
    """Return the colours of up and down that a command has just put into the settings, None for any other command."""
    changes = _kept_by(result)
    return DirectionPair(changes[COLOURS] or DirectionPair.BLUE_ORANGE) if COLOURS in changes else None


def _kept_by(result: CommandResult) -> dict[str, str | None]:
    """Return the settings that a command has changed."""
    command = result.command
    return dict(command.changes) if isinstance(command, ChangeSettings) and not result.error else {}


class Language:
    """Has our own texts and Qt's be in one language; what is shown already stays as it is.  GUI thread."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._qt: QTranslator | None = None

    def follow(self, result: CommandResult) -> bool:
        """Speak the language that a command has just put into the settings; return whether it is another one."""
        changes, before = _kept_by(result), texts.spoken()
        if LANGUAGE not in changes:
            return False
        self.speak(changes[LANGUAGE] or ENGLISH)
        return texts.spoken() != before

    def speak(self, language: str) -> None:
        """Speak a language from now on; one without a catalogue is English."""
        if language == texts.spoken():
            return
        texts.speak(resource(f"texts/{language}.mo"))
        if self._qt is not None:
            self._app.removeTranslator(self._qt)
            self._qt = None
        translator = QTranslator(self._app)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if texts.spoken() != ENGLISH and translator.load(f"qtbase_{texts.spoken()}", folder):
            self._app.installTranslator(translator)
            self._qt = translator
