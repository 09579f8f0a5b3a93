# SPDX-License-Identifier: MIT
"""The host's process as the program starts it; light to import, so that it can be started before all else is loaded."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO, Final, cast

import arbitrex_desktop
from arbitrex_desktop.mt5.host.memory import ONE_THREAD
from arbitrex_desktop.mt5.host.parent_watchdog import ParentWatchdog

HOST_ARGUMENT: Final = "--mt5-host"
"""With this hidden argument the frozen program is the host."""

_OWNER_ONLY: Final = 0o077
"""Takes every right on what the host writes from others; Windows keeps a folder by its access list."""
_HOST_SCRIPT: Final = """\
import sys
sys.path.insert(0, {root!r})
from arbitrex_desktop.mt5.host.server import main
sys.exit(main())
"""


def host_command() -> list[str]:
    """Return the command that starts a host: this very program when frozen, a Python that finds this package else.

    The way to the package stands in the command and not in the environment, which a terminal that the host starts
    inherits.  `-P`: a file beside the user's script must not shadow a module of the host.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, HOST_ARGUMENT]
    root = str(Path(arbitrex_desktop.__file__).parent.parent)
    return [sys.executable, "-P", "-c", _HOST_SCRIPT.format(root=root)]


def host_environment() -> dict[str, str]:
    """Return the host's environment: ours, which is the user's own, without credentials; numpy starts no threads."""
    ours = ("MT5_PASSWORD", "ARBITREX_REDIS_PASSWORD")
    return ONE_THREAD | {name: value for name, value in os.environ.items() if not name.startswith(ours)}


class HostChild:
    """A host that loads its code and then waits to be told what to hold.  Raises OSError when it cannot be started.

    Attributes:
        process: the running process
        parent_pipe: the descriptor in the host by which it notices that the program ended, None where it needs none
        requests, answers: its standard input and output
    """

    def __init__(self) -> None:
        self._watchdog = ParentWatchdog()
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            host_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if sys.stderr is not None and not getattr(sys, "frozen", False) else subprocess.DEVNULL,
            env=host_environment(),
            # The program has it only once it knows its data folder, which may be later.
            umask=_OWNER_ONLY,
            **self._watchdog.popen_options(),
        )
        self.parent_pipe = self._watchdog.descriptor
        self._watchdog.hold(int(getattr(self.process, "_handle", 0)))
        self.requests = cast("BinaryIO", self.process.stdin)
        self.answers = cast("BinaryIO", self.process.stdout)

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended yet."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End the process at once and wait until it is gone; its pipes stay open for their reader."""
        self.process.kill()
        self.process.wait()

    def release(self) -> None:
        """Close what is left of a killed host: its pipes and the watchdog."""
        with contextlib.suppress(OSError):  # what was still unsent has no reader any more
            self.requests.close()
        self.answers.close()
        self._watchdog.release()


class EarlyHost:
    """A host that is started before anybody can say what it should hold; `take` it, or `close` ends it.  Any thread."""

    def __init__(self) -> None:
        self._child: list[HostChild] = [HostChild()]

    def take(self) -> HostChild | None:
        """Return the host, once; None later, and when it has ended meanwhile."""
        child = self._pop()
        if child is None or child.is_running:
            return child
        child.release()
        return None

    def close(self) -> None:
        """End the host that nobody took."""
        child = self._pop()
        if child is not None:
            child.kill()
            child.release()

    def _pop(self) -> HostChild | None:
        try:
            return self._child.pop()
        except IndexError:
            return None
