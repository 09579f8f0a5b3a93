# SPDX-License-Identifier: MIT
"""Which language the window speaks: as `settings.toml` says, English where it says nothing or cannot be read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

from arbitrex_desktop import texts
from arbitrex_desktop.ui.commands import ChangeSettings, CommandResult
from arbitrex_desktop.ui.resources import resource

ENGLISH: Final = "en"
LANGUAGES: Final = {ENGLISH: "English", "de": "Deutsch"}
"""The languages by their code, each called as its own speakers call it."""

SETTING: Final = "window.language"
"""The setting's name."""


def chosen_in(file: Path) -> str:
    """Return the language that a settings file asks for; what is wrong with the file, the core tells later."""
    try:
        text = file.read_text(encoding="utf-8")
        section = tomllib.loads(text).get("window", {}) if "language" in text else {}
    except (OSError, ValueError):
        return ENGLISH
    language = section.get("language") if isinstance(section, dict) else None
    return language if language in LANGUAGES else ENGLISH


class Language:
    """Has our own texts and Qt's be in one language; what is shown already stays as it is.  GUI thread."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._qt: QTranslator | None = None

    def follow(self, result: CommandResult) -> bool:
        """Speak the language that a command has just put into the settings; return whether it is another one."""
        command = result.command
        if result.error or not isinstance(command, ChangeSettings) or SETTING not in dict(command.changes):
            return False
        before = texts.spoken()
        self.speak(dict(command.changes)[SETTING] or ENGLISH)
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
