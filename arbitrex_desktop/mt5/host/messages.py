# SPDX-License-Identifier: MIT
"""What crosses the pipe between the program and its host, and how it is framed.

Both ends are the same program and the pipe is private to them, so messages are pickled: a length of four bytes,
then the pickle.  Nothing else may read or write these pipes.

They are the child's standard input and output and not a `multiprocessing.connection`: an inherited standard stream
needs no name, port or key that another process could find, is the same on Windows and Linux, works in the frozen
program (whose `multiprocessing` would have to start the whole window's executable its own way), and ends by itself
with either process.
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from arbitrex_desktop.mt5.commands import Command, Observed
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec

_LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class HostSpec:
    """Which module the host shall hold: the real package, or the simulated terminal described here.

    Attributes:
        simulation: None for the real package
        parent_pipe: the descriptor whose closing means that the program is gone; None where the operating system ends
            the host by other means
    """

    simulation: SimulationSpec | None
    parent_pipe: int | None = None


@dataclass(frozen=True, slots=True)
class HostLoading:
    """The host is still opening the files of a replay: `done` of `files`."""

    done: int
    files: int


@dataclass(frozen=True, slots=True)
class HostReady:
    """The host's first message but `HostLoading`: it holds its module and is ready; or `error`, why it is not."""

    pid: int
    module: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A command and its number."""

    number: int
    command: Command[Any]


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """The outcome of the request of the same number: a value, or the failure to raise."""

    number: int
    outcome: Observed[Any] | MT5Error


@dataclass(frozen=True, slots=True)
class EndWait:
    """Asks for the answer to the request of that number now, if it is waiting for something to happen."""

    number: int


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Asks the host to end by itself."""

    at: datetime


def write_message(stream: BinaryIO, message: object) -> None:
    """Write one message and flush; raises OSError when the other end is gone."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def read_message(stream: BinaryIO) -> object | None:
    """Read one message, None at the end of the stream (also in the middle of a message)."""
    header = stream.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(header)
    body = stream.read(length)
    if len(body) < length:
        return None
    message: object = pickle.loads(body)  # noqa: S301 - a private pipe between two halves of one program
    return message
