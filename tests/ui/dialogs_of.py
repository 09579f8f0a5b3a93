# SPDX-License-Identifier: MIT
"""Every window and bar that the main window can open, opened one after the other, to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QWidget

from arbitrex_desktop.settings.account_setup import AccountSetup
from arbitrex_desktop.settings.editor import FileSettingsEditor
from arbitrex_desktop.settings.start import parse
from arbitrex_desktop.ui.commands import HANDLERS, CommandResult, TraderCommand
from arbitrex_desktop.ui.diagnostics.problem_report import ReportWindow
from arbitrex_desktop.ui.onboarding.account_window import AccountWindow
from arbitrex_desktop.ui.updates import UpdateWindow
from tests.fakes.passwords import FakePasswordStore
from tests.ui.showroom import Showroom

_TERMINAL = "C:/Broker/terminal64.exe"


def opened_dialogs(room: Showroom, folder: Path) -> Iterator[tuple[str, QWidget]]:
    """Yield each by a name while it is open; the core's answers to the settings are a fake's."""
    content, window = room.window.content, room.window
    alerts = content.notices.alerts
    report, updates = ReportWindow(folder, room.clock, window), UpdateWindow(folder, window)
    setup = AccountSetup(parse(["--data-dir", str(folder)]), FakePasswordStore, terminals=lambda: (_TERMINAL,))
    accounts = AccountWindow(setup, room.theme, window)
    room.core.settings_desk.shown = FileSettingsEditor(parse(["--data-dir", str(folder)])).rows()
    content.settings_window.asked.disconnect()
    content.settings_window.asked.connect(lambda command: _answer(room, command))
    content.positions.view.choose(content.positions.model.rows[0].ticket)
    bars = content.positions
    for name, opens, shown in (
        ("first_start", accounts.begin, accounts),
        ("accounts", lambda: _begin_account(accounts), accounts),
        ("settings", content.settings_window.open_and_read, content.settings_window),
        ("keys", content.actions.sheet.open_fresh, content.actions.sheet),
        ("palette", content.actions.palette.open_fresh, content.actions.palette),
        ("guide", content._texts.show_guide, content._texts),
        ("about", content._texts.show_about, content._texts),
        ("tour", content.newcomer_help.tour.begin, content.newcomer_help.tour),
        ("alert", alerts.open_new, alerts.editor),
        ("ways", alerts.open_ways, alerts.ways),
        ("report", report.show, report),
        ("updates", updates.show, updates),
        ("part", bars.part.click, window),
        ("stops", bars.stops.click, window),
        ("exit_rules", bars.exit_rules.click, window),
        ("several", bars.several.click, window),
        ("resume", content._open_resume, window),
        ("arming", content._open_arming, window),
    ):
        opens()
        assert shown.isVisible(), name
        yield name, shown
        if shown is not window:
            shown.close()


def _begin_account(accounts: AccountWindow) -> None:
    accounts.begin()
    accounts.real.click()


def _answer(room: Showroom, command: TraderCommand) -> None:
    result = CommandResult(command, HANDLERS[type(command)](room.core, command))
    room.window.content.settings_window.command_done(result)
