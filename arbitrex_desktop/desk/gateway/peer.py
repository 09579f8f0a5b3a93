# SPDX-License-Identifier: MIT
"""Which process is at the other end of a connection, as the operating system knows it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import struct
import sys
from multiprocessing.connection import Connection
from typing import Final

_MAC_LEVEL: Final = 0
_MAC_PEER_PID: Final = 2

if sys.platform == "win32":

    def _ask(connection: Connection) -> int:
        """Ask a named pipe."""
        process = ctypes.c_ulong(0)
        handle = ctypes.c_void_p(connection.fileno())
        ctypes.WinDLL("kernel32").GetNamedPipeClientProcessId(handle, ctypes.byref(process))
        return process.value

else:

    def _ask(connection: Connection) -> int:
        """Ask a Unix-domain socket."""
        with socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
            if sys.platform == "darwin":
                return duplicate.getsockopt(_MAC_LEVEL, _MAC_PEER_PID)
            process: int = struct.unpack("3i", duplicate.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
            return process


def peer_process(connection: Connection) -> int:
    """Return the other end's process id, 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return _ask(connection)
    return 0
