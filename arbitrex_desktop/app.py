# SPDX-License-Identifier: MIT
"""The application: settings, logs, window and worker put together, and the ways in which it can be run."""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLockFile, QSize, QTimer
from PySide6.QtWidgets import QApplication

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.paths import window_lock
from arbitrex_desktop.settings import Settings, parse
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.window_state import FileWindowState
from arbitrex_desktop.ui.worker import CoreWorker

if TYPE_CHECKING:
    # Loaded once the window's frame has been seen.
    from arbitrex_desktop.checkup.self_test import Observations, SelfTest
    from arbitrex_desktop.checkup.soak import Soak
    from arbitrex_desktop.desktop_session import DesktopSession
    from arbitrex_desktop.mt5.host.child import EarlyHost
    from arbitrex_desktop.settings.passwords import PasswordStore
    from arbitrex_desktop.ui.background.steps import StepWork
    from arbitrex_desktop.ui.commands import CommandResult, Phase
    from arbitrex_desktop.ui.onboarding.account_window import AccountWindow
    from arbitrex_desktop.ui.seam import Core, CoreFactory
    from arbitrex_desktop.ui.theme.appearance import Appearance, Language
    from arbitrex_desktop.ui.theme.colours import DirectionPair
    from arbitrex_desktop.ui.updates import UpdateWindow

EXIT_FAILED: Final = 1
EXIT_LEFT_BEHIND: Final = 3
"""The window closed, but a thread hung in the core had to be left to the end of the process."""

_SWITCH_SECONDS: Final = 0.001
_PICTURE_SIZE: Final = (1600, 1000)
_SETTLE_MS: Final = 200
_SCREENSHOT_PATIENCE_MS: Final = 60_000
_CURVE_MS: Final = 4_000
_UNSEEN_MS: Final = 2_000
_PAINT_MS: Final = 20
_LOOK_AGAIN_MS: Final = 50
_LOADED_MS: Final = 10_000
"""After this long the start has made whatever it makes."""
_FIRST_LISTENS_MS: Final = 20_000
"""How long a second start waits for the first to listen, or to end."""
_LOADED_FIRST: Final = (
    "mt5.host.child", "logs", "mt5.results", "desk.intents.intent", "desk.presentation.snapshot", "ui.commands",
    "desktop_session",
)  # fmt: skip


class Application:
    """One run of the window, on the core that the settings ask for or the factory makes.  Lives on the GUI thread.

    Attributes:
        window: the main window
        worker: runs the core on its thread
        exit_code: what the process should return
    """

    def __init__(self, settings: Settings, core_factory: CoreFactory | None = None) -> None:
        self._settings = settings
        self._core_factory = core_factory
        self._clock = SystemClock()
        self._qt = _qt_application()
        self._language: Language | None = None
        # A thread that computes gives the interpreter back after this long, when the window has something to paint: a
        # painting that is interrupted several times waits that often; the default of 5 ms adds up to a visible pause.
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._is_wanted_again = False
        self._shows_around = False
        self.exit_code = 0
        self._make_window()

    def _make_window(self) -> None:
        """Make a window on a core that is yet to be built."""
        settings = self._settings
        self._theme = theme = Theme(self._qt, ThemeChoice(settings.theme) if settings.theme else ThemeChoice.SYSTEM)
        self._early_host: EarlyHost | None = None
        self.worker = CoreWorker(self._core_factory or self._build_core)
        # A picture or a self-test shows the default layout and leaves the trader's own alone.
        memory = None if settings.alone else FileWindowState(settings.data_dir / "window.json")
        self.window = MainWindow(self.worker, theme, memory=memory)
        if settings.window_size is not None or memory is None:
            self.window.resize(QSize(*(settings.window_size or _PICTURE_SIZE)))
        if settings.theme:
            theme.choose(ThemeChoice(settings.theme))
        self._session: DesktopSession | None = None
        self._updates: UpdateWindow | None = None
        self._accounts: AccountWindow | None = None
        self._soak: Soak | None = None
        self._beginning: StepWork | None = None
        self._offered_accounts = False

    def run(self) -> int:
        """Show the window, run until it closes, anew where another account was chosen; return the exit code."""
        _close_on_signals(self)
        self._run_window()
        while self._is_wanted_again:
            self._is_wanted_again = False
            gc.unfreeze()
            self._make_window()
            gc.collect()
            self._run_window()
        return self.exit_code

    def _run_window(self) -> None:
        """Show the window and run until it is closed; a core that hangs ends the process."""
        # The first picture comes first; a window that opens minimised is never painted.
        self.window.first_painted.connect(partial(QTimer.singleShot, 0, self._begin))
        QTimer.singleShot(_UNSEEN_MS, self.window, self._begin)
        # The garbage collector would look at all that a start makes, again and again: 70 ms of it.
        gc.disable()
        QTimer.singleShot(_LOADED_MS, self.window, keep_for_good)
        self.window.show()
        try:
            self._qt.exec()
        finally:
            gc.enable()
            if self._soak is not None:
                self._end_watching(self._soak)
            if self._session is not None:
                self._session.close()
            if self._early_host is not None:
                self._early_host.close()
        if not self.window.stopped_cleanly:
            logging.shutdown()
            os._exit(self.exit_code or EXIT_LEFT_BEHIND)

    def _begin(self) -> None:
        """Begin, once, unless the window was closed meanwhile."""
        if self._beginning is None and self.window.isVisible():
            steps = importlib.import_module("arbitrex_desktop.ui.background.steps")
            loading = steps.load_modules(f"arbitrex_desktop.{name}" for name in _LOADED_FIRST)
            self._beginning = steps.StepWork(self._begin_in_steps(loading), self.window, self.window.isVisible)
            self._beginning.start()

    def _begin_in_steps(self, loading: Iterator[None]) -> Iterator[None]:
        """Start the host and fill the window."""
        next(loading)
        self._start_host()
        yield from loading
        module = importlib.import_module("arbitrex_desktop.desktop_session")
        session: DesktopSession = module.DesktopSession(self._settings, self.window, alone=self._settings.alone)
        self._session = session
        self._speak()
        yield from self.window.filling()
        session.look_after(self.window, self.worker)
        self.worker.command_done.connect(self._take_appearance)
        QTimer.singleShot(_PAINT_MS, self.window, self._begin_core)

    def _begin_core(self) -> None:
        """Start the core and what was asked for, once the desk is painted: two threads at work delay each other."""
        if not self.window.isVisible():
            return
        self.worker.core_ready.connect(self._offer_accounts)
        self.worker.phase_failed.connect(self._on_phase_failed)
        self.worker.start()
        self._offer_updates()
        if self._settings.self_test:
            self._run_self_test()
        elif self._settings.soak_hours is not None:
            self._watch(self._settings.soak_hours)
        elif self._settings.screenshot is not None:
            self._take_screenshot(self._settings.screenshot)

    def _speak(self) -> None:
        """Speak the language that was chosen, in the colours that were."""
        module = importlib.import_module("arbitrex_desktop.ui.theme.appearance")
        chosen: Appearance = module.chosen_in(self._settings.data_dir / "settings.toml")
        self._theme.choose_pair(chosen.colours)
        if self._language is None:
            self._language = module.Language(self._qt)
            self._language.speak(self._settings.language or chosen.language)

    def _take_appearance(self, result: CommandResult) -> None:
        """Take other colours that were kept in the settings; in another language, another window, too."""
        module = importlib.import_module("arbitrex_desktop.ui.theme.appearance")
        pair: DirectionPair | None = module.colours_changed_by(result)
        if pair is not None:
            self._theme.choose_pair(pair)
        if self._session is None or self._language is None or not self._language.follow(result):
            return
        self.window = self.window.make_anew()
        self._session.look_after(self.window, self.worker)
        self._accounts = None
        self._offer_updates(asks=False)
        self.window.content.newcomer_help.accounts_asked.connect(self._open_accounts)

    def _start_host(self) -> None:
        """Have the host load its code while this process loads its own; one that cannot start is told at connecting."""
        if self._core_factory is None:
            with contextlib.suppress(OSError):
                self._early_host = importlib.import_module("arbitrex_desktop.mt5.host.child").EarlyHost()

    def _build_core(self) -> Core:
        """Load and build the core, half of all code, on the worker's thread: the window must not wait for it."""
        module = importlib.import_module("arbitrex_desktop.assembly")
        core: Core = module.build_core(self._settings, self._clock, self._early_host)
        return core

    def _offer_updates(self, *, asks: bool = True) -> None:
        """Put the window of updates into the help menu; `asks` for a newer version where that was chosen."""
        content = self.window.content
        folder = None if self._settings.alone else self._settings.data_dir
        module = importlib.import_module("arbitrex_desktop.ui.updates")
        updates: UpdateWindow = module.UpdateWindow(folder, self.window)
        updates.newer.connect(lambda message: content.notice_bar.post("info", message, "updates"))
        content.add_help(_("&Updates\N{HORIZONTAL ELLIPSIS}"), updates.show)
        report = importlib.import_module("arbitrex_desktop.ui.diagnostics.problem_report")
        report_window = report.ReportWindow(self._settings.data_dir, self._clock, self.window)
        content.add_help(_("&Report a problem\N{HORIZONTAL ELLIPSIS}"), report_window.show)
        if asks:
            updates.ask_at_start()
        self._updates = updates

    def _on_phase_failed(self, phase: Phase) -> None:
        """Ask for the account where the core cannot be built without one."""
        if phase.name in ("START", "ACCOUNT"):
            self._offer_accounts()

    def _offer_accounts(self) -> None:
        """Have the window set accounts up, at once where there is none; show the trader around where wanted."""
        if self._offered_accounts:
            return
        self._offered_accounts = True
        content = self.window.content
        content.newcomer_help.accounts_asked.connect(self._open_accounts)
        if self._shows_around:
            self._shows_around = False
            content.newcomer_help.tour.begin()
        elif self._core_factory is None and not self._settings.alone:
            self._open_accounts(only_if_needed=True)

    def _open_accounts(self, *, only_if_needed: bool = False) -> None:
        """Ask which account the desk is for."""
        if self._accounts is None:
            module = importlib.import_module("arbitrex_desktop.settings.account_setup")
            setup = module.AccountSetup(self._settings, _password_store)
            if only_if_needed and not setup.is_needed:
                return
            module = importlib.import_module("arbitrex_desktop.ui.onboarding.account_window")
            accounts: AccountWindow = module.AccountWindow(setup, self._theme, self.window)
            accounts.chosen.connect(self._begin_anew)
            self._accounts = accounts
        self._accounts.begin()

    def _begin_anew(self, simulated: bool, shows_around: bool) -> None:  # noqa: FBT001 - a slot
        """Close the window, and open another one on the account chosen."""
        self._settings = replace(self._settings, simulated=simulated)
        self._shows_around = shows_around
        self._is_wanted_again = True
        self.window.close()

    def _run_self_test(self) -> None:
        """Drive the self-test, and close the window when it is over."""
        module = importlib.import_module("arbitrex_desktop.checkup.self_test")
        test: SelfTest = module.SelfTest(self.worker, self._clock, self._settings.demo_login)

        def finish() -> None:
            self.window.close()
            core = self.worker.core
            test.seen.host_ended = core is None or core.snapshot().pool.host_pid is None
            self._report(test, module.summary)

        test.finished.connect(finish)
        test.start()

    def _watch(self, hours: float) -> None:
        """Watch the window for hours, then close it."""
        module = importlib.import_module("arbitrex_desktop.checkup.soak")
        settings = self._settings
        self._soak = module.Soak(self.worker, self._clock, hours, settings.data_dir, settings.report)
        self._soak.finished.connect(self.window.close)
        self._soak.start()

    def _end_watching(self, soak: Soak) -> None:
        """Write what the watch saw, on paper and in words."""
        summary = importlib.import_module("arbitrex_desktop.checkup.soak").summary
        try:
            soak.stop()
        except OSError as error:
            self.exit_code = EXIT_FAILED
            _say(f"the report cannot be written: {_error_text(error)}", failed=True)
        _say(summary(soak.report), failed=False)

    def _report(self, test: SelfTest, summary: Callable[[Observations], str]) -> None:
        """Write what the self-test saw, on paper and in words."""
        try:
            test.seen.write(self._settings.report)
        except OSError as error:
            test.seen.passed = False
            test.seen.failure = test.seen.failure or f"the report cannot be written: {_error_text(error)}"
        self.exit_code = 0 if test.seen.passed else EXIT_FAILED
        _say(summary(test.seen), failed=not test.seen.passed)

    def _take_screenshot(self, path: Path) -> None:
        """Save the window as a picture once its data have settled, then close it."""
        deadline = QTimer(self.window, singleShot=True, interval=_SCREENSHOT_PATIENCE_MS)
        looking = QTimer(self.window, interval=_SETTLE_MS)

        def look() -> None:
            settled = self.window.content.is_settled()
            if not settled and deadline.isActive():
                return
            looking.stop()
            if not settled:
                _say("the data did not settle; the picture shows the window as it is", failed=True)
            # A moment more, so that the curve has something to show.
            QTimer.singleShot(_CURVE_MS if settled else 0, save)

        def save() -> None:
            if not self.window.grab().save(str(path)):
                _say(f"the picture cannot be saved to {path}", failed=True)
                self.exit_code = EXIT_FAILED
            self.window.close()

        looking.timeout.connect(look)
        deadline.start()
        looking.start()


def main(arguments: Sequence[str]) -> int:
    """Run the window as the command line asks; return the exit code."""
    settings = parse(arguments)
    # Held until the end of this function, which is the end of the program.
    lock = QLockFile(str(window_lock(settings.data_dir)))
    if not settings.alone and _shown_already(settings.data_dir, lock):
        _say("the window that is open was brought to the front", failed=False)
        return 0
    return Application(settings).run()


def _shown_already(data_dir: Path, lock: QLockFile) -> bool:
    """Take the lock of a data folder; where another start has it, have its window show itself and return True.

    That start may not listen yet, or be about to end: it is waited for.  A folder in which nothing can be locked is
    told of later, and so is a journal that somebody else writes.
    """
    with contextlib.suppress(OSError):
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock.setStaleLockTime(0)  # however old: what counts is whether its process lives
    looks = int(_FIRST_LISTENS_MS / _LOOK_AGAIN_MS)
    while not lock.tryLock(_LOOK_AGAIN_MS) and lock.error() is QLockFile.LockError.LockFailedError and looks:
        looks -= 1
        # Seldom, so the first picture need not wait for what it takes to ask.
        if importlib.import_module("arbitrex_desktop.one_window").show_first(data_dir):
            return True
    return False


def keep_for_good() -> None:
    """Have the garbage collector pass over what the start made: a look at all of it stops every thread for 50 ms."""
    gc.freeze()
    gc.enable()


def _error_text(error: OSError) -> str:
    """Return why something could not be written; how to say that is loaded when it has to be said."""
    message: str = importlib.import_module("arbitrex_desktop.causes").error_text(error)
    return message


def _password_store() -> PasswordStore:
    """Return the system's credential store, whose library takes a tenth of a second to load."""
    store: PasswordStore = importlib.import_module("arbitrex_desktop.settings.system_passwords").SystemPasswordStore()
    return store


def _close_on_signals(application: Application) -> None:
    """Let Ctrl+C and a polite request to end close the window as a click does, so that nothing is left half done.

    Python looks for signals between two of its own steps; the window's timers see to it that there are some.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: QTimer.singleShot(0, application.window.close))


def _qt_application() -> QApplication:
    """Return Qt's application object, made on the platform that is there."""
    if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        # Without a screen a picture and a self-test can still be made.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication.instance()
    if isinstance(application, QApplication):
        return application
    if sys.platform == "win32" and not getattr(sys, "frozen", False):
        # Run from source the taskbar would show Python's icon; the frozen program is known by its own file.
        ctypes = importlib.import_module("ctypes")
        ctypes.WinDLL("shell32").SetCurrentProcessExplicitAppUserModelID("Arbitrex.Desktop")
    # The style as an argument: chosen later, Qt would make the system's first and throw it away.
    application = QApplication(["arbitrex-desktop", "-style", "Fusion"])
    application.setApplicationName("Arbitrex Desktop")
    application.setDesktopFileName("arbitrex-desktop")
    return application


def _say(message: str, *, failed: bool) -> None:
    """Print one line where there is somewhere to print."""
    stream = sys.stderr if failed else sys.stdout
    if stream is not None:  # None in a windowed program
        stream.write(message + "\n")
        stream.flush()
