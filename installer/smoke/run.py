# SPDX-License-Identifier: MIT
"""The smoke test of the Windows program, run by a Windows Python, on Windows or under Wine.

    python -m installer.smoke.run SETUP OLDER_SETUP PICTURES

Installs, starts, breaks, upgrades and removes the program as a user does, and says what it saw.  It stops at the
first thing that is not as it must be, with exit code 1.  Nothing of the program may be installed beforehand.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.mt5.commands import CheckOrder, Command, Connect, ReadAccount
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.host import child, client
from arbitrex_desktop.mt5.host.messages import HostSpec
from arbitrex_desktop.windows_access import access_list
from installer.smoke import real_path, steps, win32

assert sys.platform == "win32"  # tells the type checker which half of the libraries this is

MOST_MEGABYTES: Final = 130
MOST_SETUP_MEGABYTES: Final = 40
_NO_TERMINAL: Final = -10003
_NOT_CONNECTED: Final = -10004
_RUNNING: Final = 5
_NEWER: Final = 6
_OTHER_SCOPE: Final = 7
_HOST_ENDS_WITHIN: Final = 5.0
_HUNG_HOST_NOTICED_WITHIN: Final = 90.0
_SETTLED: Final = 8.0
_SIMULATED: Final = {"MT5_TERMINAL": "simulated"}
_REAL: Final = {"MT5_LOGIN": "1", "MT5_PASSWORD": "not-a-secret", "MT5_SERVER": "Nowhere", "MT5_TERMINAL": ""}


def installs_silently(setup: Path) -> None:
    """Check that a silent setup puts the program where it belongs, and tells Windows."""
    steps.check(steps.install(setup, "/Desktop") == 0, "the setup program ends with 0")
    program = steps.INSTALLED / steps.PROGRAM
    steps.check(program.is_file(), f"the program is in {steps.INSTALLED}")
    shortcuts = (steps.START_MENU, steps.START_MENU_SIMULATED, steps.DESKTOP)
    steps.check(all(shortcut.is_file() for shortcut in shortcuts), "it has its shortcuts")
    steps.check(steps.autostart() is None, "it does not start with Windows unless asked")
    known = steps.registered() or {}
    steps.check(
        known.get("DisplayName") == steps.PRODUCT and known.get("Publisher"), "Windows knows name and publisher"
    )
    steps.check(known.get("DisplayVersion"), f"and version {known.get('DisplayVersion')}")
    megabytes = sum(path.stat().st_size for path in steps.INSTALLED.rglob("*") if path.is_file()) / 1e6
    steps.check(megabytes <= MOST_MEGABYTES, f"the installed tree has {megabytes:.1f} MB, at most {MOST_MEGABYTES}")
    steps.check(known.get("EstimatedSize", 0), f"Windows shows {known.get('EstimatedSize')} KB")
    setup_megabytes = setup.stat().st_size / 1e6
    steps.check(
        setup_megabytes <= MOST_SETUP_MEGABYTES,
        f"the setup has {setup_megabytes:.1f} MB, at most {MOST_SETUP_MEGABYTES}",
    )


def serves_all_users(setup: Path) -> None:
    """Check that it can be installed for all users, is known as such, keeps a second one out, and goes again."""
    steps.check(steps.install(setup, "/AllUsers") == 0, "the setup program for all users ends with 0")
    steps.check(
        (steps.INSTALLED_FOR_ALL / steps.PROGRAM).is_file(),
        f"the program is in {steps.INSTALLED_FOR_ALL} for all users",
    )
    known = steps.registered(for_all=True) or {}
    steps.check(known.get("DisplayName") == steps.PRODUCT, "Windows knows it for all users")
    steps.check(steps.registered() is None and not steps.INSTALLED.exists(), "and nothing of it for this user")
    code = steps.install(setup)
    steps.check(code == _OTHER_SCOPE, f"setup for this user beside it ends with {_OTHER_SCOPE}")
    steps.uninstall(for_all=True)
    steps.wait_for(lambda: not steps.INSTALLED_FOR_ALL.exists(), "end of the program for all users")
    steps.check(True, "uninstalling it leaves nothing")


def tests_itself() -> None:
    """Check that the installed program passes its own self-test, and that its console twin can print."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        code = steps.run(
            steps.INSTALLED / steps.PROGRAM, "--data-dir", Path(folder) / "data", "--self-test", "--report", report
        )
        seen = json.loads(report.read_text(encoding="utf-8")) if report.is_file() else {}
        print(f"  {json.dumps(seen)}")
        steps.check(code == 0 and seen.get("passed") is True, "the self-test passes in the windowed program")
    steps.check(not steps.ours(), "and leaves no process behind")
    said = subprocess.run(
        [str(steps.INSTALLED / steps.CONSOLE), "--version"], capture_output=True, text=True, timeout=60, check=False
    )
    steps.check(
        said.returncode == 0 and "Arbitrex Desktop" in said.stdout, f"the console twin says {said.stdout.strip()!r}"
    )


def holds_the_real_module() -> None:
    """Check that the real MetaTrader5 package is inside, and answers without a terminal as it should."""
    original = child.host_command
    child.host_command = lambda: [str(steps.INSTALLED / steps.PROGRAM), child.HOST_ARGUMENT]
    host = client.HostProcess(HostSpec(simulation=None))
    try:
        host.start()
        steps.check(host.pid is not None, "the windowed program is a host when asked to be one")
        commands: tuple[tuple[Command[Any], int], ...] = (
            (Connect(None, None, None, None), _NO_TERMINAL),
            (ReadAccount(), _NOT_CONNECTED),
            (CheckOrder({}), _NOT_CONNECTED),
        )
        for command, expected in commands:
            try:
                host.execute(command)
                raise steps.SmokeError(f"{command} succeeded without a terminal")
            except CallFailed as failure:
                steps.check(failure.code == expected, f"{type(command).__name__} without a terminal: {failure}")
    finally:
        host.stop()
        child.host_command = original
    steps.check(not steps.ours(), "the host ends when it is asked to")


def shows_its_window(pictures: Path) -> None:
    """Check that the window opens and shows the simulated market; take its picture."""
    with steps.started(steps.INSTALLED / steps.PROGRAM, **_SIMULATED) as app:
        steps.check(app.window.title, f"the window is called {app.window.title!r}, painted after {app.seconds:.2f} s")
        steps.wait_for(app.hosts, "host process")
        time.sleep(_SETTLED)
        win32.save_screenshot(pictures / "window.png")
        steps.check(app.hosts(), "its host is a child of it")


def shows_the_first_window() -> None:
    """Check that a second start ends at once and leaves one window and one host."""
    with steps.started(steps.INSTALLED / steps.PROGRAM, **_SIMULATED) as app:
        steps.wait_for(app.hosts, "host process")
        code = steps.run(steps.INSTALLED / steps.PROGRAM)
        steps.check(code == 0 and len(steps.ours()) == len([app, *app.hosts()]), f"a second start ends with {code}")
        steps.check(win32.answers(app.window), "and the first window is there")
    steps.wait_for(lambda: not steps.ours(), "end of its host", _HOST_ENDS_WITHIN)


def starts_once() -> None:
    """Check that of two starts at the same moment one becomes the window and the other ends at once."""
    both = [subprocess.Popen([str(steps.INSTALLED / steps.PROGRAM)], env={**os.environ, **_SIMULATED}) for _ in "ab"]
    try:
        ended = steps.wait_for(lambda: [one for one in both if one.poll() is not None], "end of one of two starts")
        steps.check([one.returncode for one in ended] == [0], "of two starts at once one ends with 0")
        (left,) = (one for one in both if one not in ended)
        window = steps.wait_for(lambda: steps.painted_window(left), "window of the other")
        steps.check(win32.answers(window) and left.poll() is None, "and the other is the window")
    finally:
        for one in both:
            one.kill()
            one.wait()


def refuses_while_running(setup: Path) -> None:
    """Check that neither setup nor uninstaller touches a program that runs."""
    with steps.started(steps.INSTALLED / steps.PROGRAM, **_SIMULATED):
        steps.check(steps.install(setup) == _RUNNING, f"setup over a running program ends with {_RUNNING}")
        # What follows _?= stands without quotes, whatever is in it.
        words = f'"{steps.INSTALLED / "uninstall.exe"}" /S _?={steps.INSTALLED}'
        code = subprocess.run(words, timeout=steps.LONGEST_WAIT, check=False).returncode
        steps.check(code == _RUNNING, f"uninstalling a running program ends with {_RUNNING}")
    steps.check((steps.INSTALLED / steps.PROGRAM).is_file() and steps.registered(), "and the program is still there")


def closes_by_itself() -> None:
    """Check that closing the window ends the program and its host."""
    with steps.started(steps.INSTALLED / steps.PROGRAM, **_SIMULATED) as app:
        steps.wait_for(app.hosts, "host process")
        win32.close(app.window)
        code = app.process.wait(steps.LONGEST_WAIT)
        steps.check(code == 0, f"the closed window ends the program with {code}")
    steps.wait_for(lambda: not steps.ours(), "end of its host", _HOST_ENDS_WITHIN)


def survives_its_host() -> None:
    """Check that a killed host and a hung host are replaced, and the window stays."""
    with steps.started(steps.INSTALLED / steps.PROGRAM, **_SIMULATED) as app:
        first = steps.wait_for(app.hosts, "host process")[0]
        time.sleep(_SETTLED)
        win32.terminate(first)
        second = steps.wait_for(lambda: [pid for pid in app.hosts() if pid != first], "new host after a killed one")[0]
        steps.check(second != first, "a killed host is replaced")
        time.sleep(_SETTLED)
        win32.suspend(second)
        third = steps.wait_for(
            lambda: [pid for pid in app.hosts() if pid != second],
            "new host after a hung one",
            _HUNG_HOST_NOTICED_WITHIN,
        )
        steps.check(third and not steps.is_running(second), "a hung host is killed and replaced")
        steps.check(app.process.poll() is None, "the window lived through both")
        # Ending the program while it starts a host would leave that host half born under Wine.
        time.sleep(_SETTLED)


def leaves_no_orphan() -> None:
    """Check that the program ended from the Task Manager takes its host along, even one that hangs."""
    for hung in (False, True):
        with steps.started(steps.INSTALLED / steps.PROGRAM, **_SIMULATED) as app:
            host = steps.wait_for(app.hosts, "host process")[0]
            if hung:
                win32.suspend(host)
            win32.terminate(app.process.pid)
            app.process.wait(steps.LONGEST_WAIT)
            steps.wait_for(lambda: not steps.ours(), "end of the host", _HOST_ENDS_WITHIN)
            steps.check(True, f"TerminateProcess leaves no {'hung ' if hung else ''}host behind")


def works_on_the_genuine_package(pictures: Path) -> None:
    """Check the installed program on the genuine package, from the launch of a terminal to every way it can fail."""
    folder = Path(tempfile.mkdtemp(prefix="arbitrex-real-path-"))
    try:
        real_path.works_on_the_genuine_package(steps.INSTALLED / steps.PROGRAM, folder)
    finally:
        shutil.copy(folder / real_path.REPORT, pictures)


def builds_requests_that_the_package_takes() -> None:
    """Check every request of the desk for orders that rest, through the genuine package."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        code = steps.run(sys.executable, "-m", "tests.native.request_forms", Path(folder) / "terminal")
    steps.check(code == 0, "the package takes every form of request")


def knows_of_the_other_scope(setup: Path) -> None:
    """Check that what is installed for this user is not installed for all users as well in silence."""
    code = steps.install(setup, "/AllUsers")
    steps.check(code == _OTHER_SCOPE, f"setup for all users beside one for this user ends with {_OTHER_SCOPE}")


def says_that_there_is_no_terminal(pictures: Path) -> None:
    """Check that with a real account and no terminal the user is told so in words."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with steps.started(steps.INSTALLED / steps.PROGRAM, "--data-dir", str(data), **_REAL):
            texts = steps.wait_for(lambda: _log_lines(data, "10003"), "word about the missing terminal in the log")
            time.sleep(_SETTLED)
            win32.save_screenshot(pictures / "no-terminal.png")
        steps.check("MetaTrader 5" in texts[0], f"the log says {texts[0]!r}")
        steps.check(not _log_lines(data, _REAL["MT5_PASSWORD"]), "no log holds the password")
        rights = access_list(data)
        steps.check(not re.search(r";(WD|BU|AU|IU)\)", rights), f"the data folder is for its owner only: {rights}")


def _log_lines(data: Path, words: str) -> list[str]:
    """Return the lines with these words of all logs in a data folder."""
    files = [path for pattern in ("*.log", "*.jsonl") for path in data.rglob(pattern)]
    lines = [line for path in files for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    return [line for line in lines if words in line]


def upgrades_in_place(older: Path, setup: Path) -> None:
    """Check that an upgrade takes the old files away, and keeps choices, user data, and what is not its own."""
    steps.check(steps.install(older, "/Autostart") == 0, "an older version installs")
    steps.check((steps.INSTALLED / "stale.txt").is_file(), "it has a file that the new version does not have")
    (steps.INSTALLED / "note.txt").write_text("mine", encoding="utf-8")
    steps.USER_DATA.mkdir(exist_ok=True)
    (steps.USER_DATA / "keep.txt").write_text("mine", encoding="utf-8")
    steps.check(steps.install(setup) == 0, "the new version installs over it")
    steps.check(not (steps.INSTALLED / "stale.txt").exists(), "the old version's file is gone")
    steps.check(
        (steps.INSTALLED / "note.txt").is_file() and (steps.USER_DATA / "keep.txt").is_file(),
        "the user's files are still there",
    )
    steps.check(steps.autostart() == f'"{steps.INSTALLED / steps.PROGRAM}"', "it still starts with Windows")
    steps.check(steps.install(older) == _NEWER, f"going back in silence ends with {_NEWER}")
    steps.check(steps.install(setup) == 0, "the same version installs over itself")


def uninstalls(setup: Path) -> None:
    """Check that uninstalling leaves user data and foreign files and nothing else; data go only when asked."""
    steps.switch_autostart_off()
    steps.uninstall()
    left = [path.relative_to(steps.INSTALLED).as_posix() for path in steps.INSTALLED.rglob("*")]
    steps.check(left == ["note.txt"], f"of the program's folder only the foreign file is left: {left}")
    shortcuts = (steps.START_MENU, steps.START_MENU_SIMULATED, steps.DESKTOP)
    steps.check(not any(shortcut.exists() for shortcut in shortcuts), "the shortcuts are gone")
    steps.check(steps.autostart() is None and steps.registered() is None, "Windows does not know it any more")
    steps.check(steps.autostart(steps.APPROVED_KEY) is None, "nor that its autostart was switched off")
    steps.check((steps.USER_DATA / "keep.txt").is_file(), "the user's data are still there")
    (steps.INSTALLED / "note.txt").unlink()
    steps.INSTALLED.rmdir()
    steps.check(steps.install(setup) == 0, "it can be installed again")
    steps.uninstall("/DeleteUserData")
    steps.wait_for(
        lambda: not steps.USER_DATA.exists() and not steps.INSTALLED.exists(), "end of program and data when asked for"
    )
    steps.check(True, "asked to, the uninstaller deletes the data too, and nothing is left")


def leaves_nothing(before: set[Path]) -> None:
    """Check that after the last uninstalling the user's folders are as they were before the first installing."""
    steps.uninstall("/DeleteUserData")
    steps.wait_for(lambda: not steps.USER_DATA.exists() and not steps.INSTALLED.exists(), "end of program and data")
    # The folder for programs of one user is Windows's own, if it was not there before.
    left = sorted(str(path) for path in steps.user_files() - before - {steps.INSTALLED.parent})
    steps.check(not left, f"nothing is left in the user's folders: {left}")


def main() -> int:
    """Run all steps; return the exit code."""
    setup, older, pictures = (Path(argument) for argument in sys.argv[1:4])
    before = steps.user_files()
    for step, arguments in (
        (upgrades_in_place, (older, setup)),
        (uninstalls, (setup,)),
        (serves_all_users, (setup,)),
        (installs_silently, (setup,)),
        (knows_of_the_other_scope, (setup,)),
        (tests_itself, ()),
        (holds_the_real_module, ()),
        (shows_its_window, (pictures,)),
        (shows_the_first_window, ()),
        (starts_once, ()),
        (refuses_while_running, (setup,)),
        (closes_by_itself, ()),
        (survives_its_host, ()),
        (leaves_no_orphan, ()),
        (builds_requests_that_the_package_takes, ()),
        (works_on_the_genuine_package, (pictures,)),
        (says_that_there_is_no_terminal, (pictures,)),
        (leaves_nothing, (before,)),
    ):
        print(f"{step.__name__.replace('_', ' ')}:", flush=True)
        try:
            step(*arguments)
        except steps.SmokeError as error:
            win32.save_screenshot(pictures / "failed.png")
            print(f"FAILED: {error}", flush=True)
            return 1
    print("the smoke test passed", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
