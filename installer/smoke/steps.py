# SPDX-License-Identifier: MIT
"""What the smoke test does again and again: run a program, wait for something, look at what is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import winreg
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from installer.smoke import win32

assert sys.platform == "win32"  # tells the type checker which half of the libraries this is

PRODUCT: Final = "Arbitrex Desktop"
PROGRAM: Final = "Arbitrex.exe"
CONSOLE: Final = "Arbitrex-console.exe"
LOCAL: Final = Path(os.environ["LOCALAPPDATA"])
INSTALLED: Final = LOCAL / "Programs" / PRODUCT
INSTALLED_FOR_ALL: Final = Path(os.environ["PROGRAMW6432"]) / PRODUCT
USER_DATA: Final = LOCAL / PRODUCT
START_MENU: Final = Path(os.environ["APPDATA"]) / "Microsoft/Windows/Start Menu/Programs" / f"{PRODUCT}.lnk"
START_MENU_SIMULATED: Final = START_MENU.with_name(f"{PRODUCT} (simulated).lnk")
DESKTOP: Final = Path(os.environ["USERPROFILE"]) / "Desktop" / f"{PRODUCT}.lnk"
UNINSTALL_KEY: Final = rf"Software\Microsoft\Windows\CurrentVersion\Uninstall\{PRODUCT}"
_KEY_DELETED: Final = 1018
RUN_KEY: Final = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED_KEY: Final = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
LONGEST_WAIT: Final = 60.0
_LOOK_AGAIN: Final = 0.02
_ASKED_WITHIN: Final = 5.0
_PAINTED_COLOURS: Final = 3
_WIDEST_DIALOG: Final = 700

T = TypeVar("T")


class SmokeError(AssertionError):
    """Something is not as it must be."""


def check(truth: object, words: str) -> None:
    """Print what was checked; raise `SmokeError` when it is not so."""
    print(f"  {'ok' if truth else 'NOT SO'}: {words}", flush=True)
    if not truth:
        raise SmokeError(words)


def wait_for(what: Callable[[], T | None], words: str, seconds: float = LONGEST_WAIT) -> T:
    """Return the first true answer; raise `SmokeError` when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(_LOOK_AGAIN)
    raise SmokeError(f"within {seconds:g} s there was no {words}")


def run(*command: str | Path, seconds: float = 300.0) -> int:
    """Run a program to its end and return its exit code."""
    return subprocess.run([str(word) for word in command], timeout=seconds, check=False).returncode


def install(setup: Path, *options: str) -> int:
    """Run a setup program silently and return its exit code."""
    return run(setup, "/S", *options)


def uninstall(*options: str, for_all: bool = False) -> None:
    """Uninstall silently; the uninstaller goes on as a copy of itself, so wait for its work to be done."""
    uninstaller = (INSTALLED_FOR_ALL if for_all else INSTALLED) / "uninstall.exe"
    run(uninstaller, "/S", *options)
    wait_for(lambda: registered(for_all=for_all) is None and not uninstaller.exists(), "end of the uninstaller")


def registered(*, for_all: bool = False) -> dict[str, str | int] | None:
    """Return what "Apps & features" knows of the program, None when it is not there, or goes while it is read."""
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE if for_all else winreg.HKEY_CURRENT_USER, UNINSTALL_KEY) as key:
            count = winreg.QueryInfoKey(key)[1]
            return {name: value for name, value, _ in (winreg.EnumValue(key, at) for at in range(count))}
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.winerror != _KEY_DELETED:
            raise
        return None


def switch_autostart_off() -> None:
    """Leave in the registry what Windows does when the user switches an autostart off."""
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, APPROVED_KEY) as key:
        winreg.SetValueEx(key, PRODUCT, 0, winreg.REG_BINARY, b"\x03" + bytes(11))


def autostart(of: str = RUN_KEY) -> str | None:
    """Return the command that starts the program with Windows, or what another key has; None when there is none."""
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, of) as key:
            return str(winreg.QueryValueEx(key, PRODUCT)[0])
    except FileNotFoundError:
        return None


@dataclass(frozen=True, slots=True)
class Started:
    """A program with its window painted; `seconds` is how long that took from the start of its process."""

    process: subprocess.Popen[bytes]
    window: win32.Window
    seconds: float

    def hosts(self) -> list[int]:
        """Return the pids of the program's own children, which are its hosts."""
        name = Path(str(self.process.args[0] if isinstance(self.process.args, list) else "")).name
        return [each.pid for each in win32.processes() if each.parent == self.process.pid and each.name == name]


def painted_window(process: subprocess.Popen[bytes]) -> win32.Window | None:
    """Return the program's main window once something is painted in it."""
    if process.poll() is not None:
        raise SmokeError(f"the program ended with code {process.returncode} before its window came")
    for window in win32.windows(process.pid):
        if window.box[2] - window.box[0] > _WIDEST_DIALOG and win32.colours(window.box) >= _PAINTED_COLOURS:
            return window
    return None


@contextmanager
def started(program: Path, *arguments: str, **environment: str) -> Iterator[Started]:
    """Start a program with a window, wait until it is painted, and end the program afterwards if it still runs."""
    begun = time.perf_counter()
    process = subprocess.Popen([str(program), *arguments], env={**os.environ, **environment})
    try:
        window = wait_for(lambda: painted_window(process), "painted window")
        yield Started(process, window, time.perf_counter() - begun)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def leave(app: Started) -> int:
    """Close the window, and once more where it asks first because of what stands open; return the exit code."""
    for patience in (_ASKED_WITHIN, LONGEST_WAIT):
        win32.close(app.window)
        with suppress(subprocess.TimeoutExpired):
            return app.process.wait(patience)
    raise SmokeError(f"the window did not close within {LONGEST_WAIT:g} s")


def is_running(pid: int) -> bool:
    """Return whether a process lives."""
    return any(each.pid == pid for each in win32.processes())


def user_files() -> set[Path]:
    """Return all files and folders of the user, but for what Windows itself keeps coming and going there."""
    profile = Path(os.environ["USERPROFILE"])
    its_own = {"temp", "microsoft", "packages", "crashdumps"}
    of_ours = {path for path in profile.rglob("*") if not its_own & {part.lower() for part in path.parts}}
    return of_ours | set(START_MENU.parent.rglob("*"))


def ours() -> list[win32.Process]:
    """Return the program's processes that run, of whatever kind."""
    return [each for each in win32.processes() if each.name in (PROGRAM, CONSOLE)]
