# SPDX-License-Identifier: MIT
"""What can go wrong with a terminal on the pipe, as one word in a file that a trial writes while the terminal runs."""

from __future__ import annotations

from dataclasses import dataclass
from struct import pack
from typing import Final

from arbitrex_desktop.mt5.constants import ResultCode, TradeRetcode
from arbitrex_desktop.mt5.results import AccountInfo, TerminalInfo
from arbitrex_desktop.mt5.simulator.terminal import SimulatedTerminal
from tests.fakes.records import replace
from tests.native import layouts
from tests.native.protocol import READY, Arguments, Command, answer

KINDS: Final = frozenset(
    {"", "hang", "lose", "die", "close", "account", "broker", "autotrading", "api", "loading", "refused"}
)
OTHER_LOGIN: Final = 99_999_999
_REFUSALS: Final = {"autotrading": TradeRetcode.CLIENT_DISABLES_AT, "broker": TradeRetcode.CONNECTION}


@dataclass(frozen=True)
class Trouble:
    """What goes wrong now; read from text such as `hang` or `hang order_send`.

    `hang` answers nothing until the trouble is another; `lose` the same, after the command was carried out; `die`
    ends the process; `close` ends the pipe; `account` is another login; `broker` has no broker; `autotrading` and
    `api` refuse orders, as the two buttons in a terminal do; `loading` is never ready; `refused` knows no password.

    Attributes:
        kind: one of `KINDS`.
        command: the only command that it concerns; all where it is empty, and for kinds that concern their own.
    """

    kind: str = ""
    command: str = ""

    @classmethod
    def read(cls, text: str) -> Trouble:
        """Read the text; raises ValueError for an unknown kind or command."""
        kind, _, command = text.strip().partition(" ")
        if kind not in KINDS or (command and command.upper() not in Command.__members__):
            raise ValueError(f"no such trouble: {text!r}")
        return cls(kind, command.upper())

    def strikes(self, kind: str, command: int) -> bool:
        """Return whether this is the kind, and the command is among those that it concerns."""
        return self.kind == kind and (not self.command or Command[self.command] == command)


class TroubledTerminal:
    """Answers requests for a simulated terminal, and gets the answers wrong that a trouble asks for.

    For one thread.  What takes time or ends something is not done here: see `server`.
    """

    def __init__(self, terminal: SimulatedTerminal) -> None:
        self._terminal = terminal

    def answer(self, request: bytes, trouble: Trouble) -> bytes:
        """Return the body of the answer to the body of a request, as the trouble leaves it."""
        command = Arguments(request).take("I")
        refusal = self._refusal(command, request, trouble)
        if refusal is not None:
            return refusal
        found = answer(self._terminal, request)
        if command == Command.ACCOUNT_INFO and trouble.kind == "account":
            return self._other_account(found)
        if command == Command.TERMINAL_INFO:
            return self._other_terminal(found, trouble)
        return found

    def _refusal(self, command: int, request: bytes, trouble: Trouble) -> bytes | None:
        """Return the answer to what the trouble refuses outright, None for everything else."""
        if command == Command.STATE and trouble.kind == "loading":
            return pack("<IiI", command, int(ResultCode.S_OK), READY - 1)
        if command == Command.LOGIN and trouble.kind == "refused":
            return pack("<Ii", command, int(ResultCode.E_AUTH_FAILED))
        if command == Command.ORDER_SEND and trouble.kind == "api":
            return pack("<Ii", command, int(ResultCode.E_AUTO_TRADING_DISABLED))
        if command == Command.ORDER_SEND and trouble.kind in _REFUSALS:
            asked = layouts.REQUEST.unpack(request[4:])
            refused = self._terminal.refusal(asked, _REFUSALS[trouble.kind])
            return pack("<Ii", command, int(ResultCode.S_OK)) + layouts.SENT.pack(refused)
        return None

    def _other_account(self, found: bytes) -> bytes:
        account: AccountInfo = layouts.ACCOUNT.unpack(found[8:])
        return found[:8] + layouts.ACCOUNT.pack(replace(account, login=OTHER_LOGIN))

    def _other_terminal(self, found: bytes, trouble: Trouble) -> bytes:
        info: TerminalInfo = layouts.TERMINAL.unpack(found[8:])
        changed = replace(
            info,
            connected=info.connected and trouble.kind != "broker",
            trade_allowed=info.trade_allowed and trouble.kind != "autotrading",
            tradeapi_disabled=trouble.kind == "api",
        )
        return found[:8] + layouts.TERMINAL.pack(changed)
