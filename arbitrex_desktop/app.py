# SPDX-License-Identifier: MIT
"""The application: settings, logs, window and worker put together, and the ways in which it can be run."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication

from arbitrex_desktop import logs
from arbitrex_desktop.clock import Clock, SystemClock
from arbitrex_desktop.one_window import OneWindow, bring_forward, show_first
from arbitrex_desktop.paths import keep_private
from arbitrex_desktop.raw_layer.connection.environment import read_environment, secrets_in
from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.settings import Settings, parse
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.window_state import FileWindowState
from arbitrex_desktop.ui.worker import CoreWorker

if TYPE_CHECKING:
    # Loaded once the window's frame has been seen.
    from arbitrex_desktop.self_test import Observations, SelfTest
    from arbitrex_desktop.ui.seam import Core, CoreFactory
    from arbitrex_desktop.ui.updates import UpdateWindow

EXIT_FAILED: Final = 1
EXIT_LEFT_BEHIND: Final = 3
"""The window closed, but a thread hung in the core had to be left to the end of the process."""

_SWITCH_SECONDS: Final = 0.001
_PICTURE_SIZE: Final = (1600, 1000)
_SETTLE_MS: Final = 200
_SCREENSHOT_PATIENCE_MS: Final = 60_000
_CURVE_MS: Final = 4_000
_log = logging.getLogger(__name__)


class Application:
    """One run of the window, on the core that the settings ask for or the factory makes.  Lives on the GUI thread.

    Attributes:
        window: the main window
        worker: runs the core on its thread
        exit_code: what the process should return
    """

    def __init__(self, settings: Settings, core_factory: CoreFactory | None = None) -> None:
        self._settings = settings
        self._clock = SystemClock()
        self._qt = _qt_application()
        theme = Theme(self._qt, ThemeChoice(settings.theme) if settings.theme else ThemeChoice.SYSTEM)
        self.worker = CoreWorker(core_factory or partial(_build_core, settings, self._clock))
        # A picture or a self-test shows the default layout and leaves the trader's own alone.
        memory = (
            None if settings.self_test or settings.screenshot else FileWindowState(settings.data_dir / "window.json")
        )
        self.window = MainWindow(self.worker, theme, memory=memory)
        if settings.window_size is not None or memory is None:
            self.window.resize(QSize(*(settings.window_size or _PICTURE_SIZE)))
        if settings.theme:
            theme.choose(ThemeChoice(settings.theme))
        self._updates: UpdateWindow | None = None
        self.exit_code = 0

    def run(self) -> int:
        """Show the window, run until it closes, and return the exit code."""
        self.window.filled.connect(self._begin)
        self.window.show()
        self._qt.exec()
        if not self.window.stopped_cleanly:
            logging.shutdown()
            os._exit(self.exit_code or EXIT_LEFT_BEHIND)
        return self.exit_code

    def _begin(self) -> None:
        """Start the core and what was asked for, now that the window is there."""
        self.worker.start()
        self._offer_updates()
        if self._settings.self_test:
            self._run_self_test()
        elif self._settings.screenshot is not None:
            self._take_screenshot(self._settings.screenshot)

    def _offer_updates(self) -> None:
        """Put the window of updates into the help menu, and ask for a newer version where that was chosen."""
        content = self.window.content
        folder = None if self._settings.self_test or self._settings.screenshot else self._settings.data_dir
        module = importlib.import_module("arbitrex_desktop.ui.updates")
        updates: UpdateWindow = module.UpdateWindow(folder, self.window)
        updates.newer.connect(lambda words: content.notice_bar.post("info", words, "updates"))
        content.add_help("&Updates\N{HORIZONTAL ELLIPSIS}", updates.show)
        updates.ask_at_start()
        self._updates = updates

    def _run_self_test(self) -> None:
        """Drive the self-test, and close the window when it is over."""
        module = importlib.import_module("arbitrex_desktop.self_test")
        test: SelfTest = module.SelfTest(self.worker, self._clock, self._settings.demo_login)

        def finish() -> None:
            self.window.close()
            core = self.worker.core
            test.seen.host_ended = core is None or core.snapshot().pool.host_pid is None
            self._report(test, module.summary)

        test.finished.connect(finish)
        test.start()

    def _report(self, test: SelfTest, summary: Callable[[Observations], str]) -> None:
        """Write what the self-test saw, on paper and in words."""
        try:
            test.seen.write(self._settings.report)
        except OSError as error:
            test.seen.passed = False
            test.seen.failure = test.seen.failure or f"the report cannot be written: {error}"
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


def _build_core(settings: Settings, clock: Clock) -> Core:
    """Load and build the core, on the worker's thread: it is half of all code, and the window must not wait for it."""
    core: Core = importlib.import_module("arbitrex_desktop.assembly").build_core(settings, clock)
    return core


def main(arguments: Sequence[str]) -> int:
    """Run the window as the command line asks; return the exit code."""
    settings = parse(arguments)
    alone = settings.self_test or settings.screenshot is not None
    if not alone and show_first(settings.data_dir):
        _say("the window that is open was brought to the front", failed=False)
        return 0
    with contextlib.suppress(OSError):
        # A folder that cannot be written is told by the first that has to write there.
        keep_private(settings.data_dir)
    logs.configure(settings.data_dir / "logs", _secrets(settings))
    sys.excepthook = _log_uncaught
    application = Application(settings)
    _close_on_signals(application.window)
    later_starts = OneWindow(settings.data_dir)
    later_starts.asked.connect(partial(bring_forward, application.window), Qt.ConnectionType.QueuedConnection)
    if not alone:
        later_starts.listen()
    try:
        return application.run()
    finally:
        later_starts.close()


def _close_on_signals(window: MainWindow) -> None:
    """Let Ctrl+C and a polite request to end close the window as a click does, so that nothing is left half done.

    Python looks for signals between two of its own steps; the window's timers see to it that there are some.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: QTimer.singleShot(0, window.close))


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
        ctypes.WinDLL("shell32").SetCurrentProcessExplicitAppUserModelID("Arbitrex.Desktop")
    # A thread that reckons gives the interpreter back after this long, when the window has something to paint: a
    # painting that is interrupted several times waits that often, and the default of 5 ms adds up to a visible pause.
    sys.setswitchinterval(_SWITCH_SECONDS)
    application = QApplication(["arbitrex-desktop"])
    application.setApplicationName("Arbitrex Desktop")
    application.setDesktopFileName("arbitrex-desktop")
    return application


def _secrets(settings: Settings) -> list[str]:
    """Return the texts that may never be logged; a settings file that cannot be read has none that we know."""
    try:
        return secrets_in(read_environment(settings.env_file))
    except SessionConfigError:
        return []


def _say(words: str, *, failed: bool) -> None:
    """Print one line where there is somewhere to print."""
    stream = sys.stderr if failed else sys.stdout
    if stream is not None:  # None in a windowed program
        stream.write(words + "\n")
        stream.flush()


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what nobody caught; the window lives on."""
    _log.critical("uncaught", exc_info=(kind, error, trace))
