# SPDX-License-Identifier: MIT
"""What can go wrong on the way to the terminal.

MT5Error
├── CallFailed            the module answered: no, and `last_error()` said why
│   └── AccountChanged    the terminal is on another account than the one that was asked for
└── HostError             no answer at all
    ├── HostDied          the host process ended
    ├── DeadlineExceeded  the host did not answer in time
    └── HostNotRunning    it was never started, or has been stopped
"""

from __future__ import annotations

from arbitrex_desktop.mt5.constants import ResultCode

_IPC_CODES = frozenset(
    {
        ResultCode.E_INTERNAL_FAIL,
        ResultCode.E_INTERNAL_FAIL_SEND,
        ResultCode.E_INTERNAL_FAIL_RECEIVE,
        ResultCode.E_INTERNAL_FAIL_INIT,
        ResultCode.E_INTERNAL_FAIL_CONNECT,
        ResultCode.E_INTERNAL_FAIL_TIMEOUT,
    }
)


class MT5Error(Exception):
    """Base of all failures between the program and the terminal; its text is fit for the user and has no secrets."""


class CallFailed(MT5Error):  # noqa: N818 - an event that happened, named as one
    """A call of the MetaTrader5 module returned None or False.

    Attributes:
        call: the function's name
        code, message: what `last_error()` returned right after it
    """

    def __init__(self, call: str, code: int, message: str) -> None:
        super().__init__(call, code, message)
        self.call = call
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.call} failed: {self.message} ({self.code})"

    @property
    def connection_lost(self) -> bool:
        """Whether the pipe to the terminal is gone, so that only `initialize()` can help."""
        return self.code in _IPC_CODES


class AccountChanged(CallFailed):
    """The host found the terminal on another account: before it asked anything of it, or afterwards."""


class HostError(MT5Error):
    """No answer came from the host process; what became of the request is not known."""


class HostDied(HostError):  # noqa: N818 - an event that happened, named as one
    """The host process ended before it answered."""


class DeadlineExceeded(HostError):  # noqa: N818 - an event that happened, named as one
    """The host did not answer before the request's deadline; it must be killed, since it may hang for ever."""


class HostNotRunning(HostError):  # noqa: N818 - a state, named as one
    """There is no host process to ask."""
