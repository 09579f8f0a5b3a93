# SPDX-License-Identifier: MIT
"""The strategies that the trader has registered: a token each, and limits of their own.

The register has the tokens' SHA-256 only; the token itself is in an owner-only file beside it, where the strategy's
client finds it.  Desk and command line read and write the same file; a running desk sees a change at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Annotated, Final

import msgspec

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.desk.gateway.endpoint import private_folder, write_private
from arbitrex_desktop.desk.gateway.messages import RESERVED_NAMES

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_TOKEN_BYTES: Final = 32
MOST_STRATEGIES: Final = 50


class RegisterError(Exception):
    """The register cannot be read, or cannot be changed as asked; the text says why."""


class Strategy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A registered strategy.

    Attributes:
        name: as it says hello
        token_hash: SHA-256 of its token, in hexadecimal digits
        symbols: the ones it may trade, by the broker's names or plain ones, empty for all
        max_lots: the largest intent, None for what the risk manager allows
        intents_a_second: how fast it may send, None for the usual
        auto_approve_lots: intents up to this size are approved without the trader, on SIMULATED and DEMO only
    """

    name: str
    token_hash: str
    symbols: tuple[str, ...] = ()
    max_lots: Annotated[float, msgspec.Meta(gt=0)] | None = None
    intents_a_second: Annotated[float, msgspec.Meta(gt=0, le=100)] | None = None
    auto_approve_lots: Annotated[float, msgspec.Meta(ge=0)] = 0.0

    def admits(self, token: str) -> bool:
        """Return whether a token is its own."""
        return hmac.compare_digest(_hash_of_token(token), self.token_hash)


class StrategyRegister:
    """Reads and writes the register of a data folder.  Safe from any thread; raises `RegisterError`."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "gateway"
        self.path = self._folder / "strategies.json"
        self._lock = Lock()
        self._known: tuple[tuple[int, int, int] | None, dict[str, Strategy]] = (None, {})

    def all(self) -> dict[str, Strategy]:
        """Return the strategies by name, read anew when the file is another one."""
        with self._lock:
            stamp = self._stamp()
            if stamp is None:
                return {}
            if stamp != self._known[0]:
                self._known = (stamp, self._read())
            return dict(self._known[1])

    def token_path(self, name: str) -> Path:
        """Return where a strategy's client finds its token."""
        return self._folder / "strategies" / f"{name}.token"

    def add(self, strategy: Strategy) -> Path:
        """Register a strategy under a new token; return the token's file."""
        known = self.all()
        if not _NAME.fullmatch(strategy.name) or strategy.name.lower() in RESERVED_NAMES:
            raise RegisterError(f"{strategy.name!r} cannot be a strategy's name: 1 to 32 letters, digits or _.-")
        if strategy.name in known:
            raise RegisterError(f"{strategy.name} is registered already; revoke it first to give it another token")
        if len(known) >= MOST_STRATEGIES:
            raise RegisterError(f"there are {MOST_STRATEGIES} strategies already")
        token, path = secrets.token_hex(_TOKEN_BYTES), self.token_path(strategy.name)
        try:
            private_folder(self._folder)
            private_folder(path.parent)
            write_private(path, token)
        except OSError as error:
            raise RegisterError(f"the token cannot be written: {error_text(error)}") from error
        self._write({**known, strategy.name: msgspec.structs.replace(strategy, token_hash=_hash_of_token(token))})
        return path

    def revoke(self, name: str) -> None:
        """Forget a strategy and its token; what it has pending stays for the trader to decide."""
        known = self.all()
        if name not in known:
            raise RegisterError(f"no strategy {name!r} is registered")
        self._write({each: strategy for each, strategy in known.items() if each != name})
        with contextlib.suppress(OSError):
            self.token_path(name).unlink()

    def auto_approve_lots(self, name: str) -> float:
        """Return up to which size a strategy's intents are approved without the trader; 0 for none."""
        with contextlib.suppress(RegisterError):
            found = self.all().get(name)
            return found.auto_approve_lots if found is not None else 0.0
        return 0.0

    def _stamp(self) -> tuple[int, int, int] | None:
        """Return what tells one state of the file from another, None when there is none."""
        try:
            state = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RegisterError(f"the register of strategies cannot be read: {error_text(error)}") from error
        return state.st_mtime_ns, state.st_ino, state.st_size

    def _read(self) -> dict[str, Strategy]:
        """Read the file; one that is not as it was written lets no registered strategy in."""
        try:
            listed = msgspec.json.decode(self.path.read_bytes(), type=list[Strategy])
        except (OSError, msgspec.MsgspecError) as error:
            raise RegisterError(
                f"the register of strategies {self.path.name} cannot be read: {error_text(error)}"
            ) from error
        return {each.name: each for each in listed}

    def _write(self, strategies: dict[str, Strategy]) -> None:
        """Write the file whole."""
        text = msgspec.json.format(msgspec.json.encode(list(strategies.values())), indent=2).decode()
        try:
            private_folder(self._folder)
            write_private(self.path, text)
        except OSError as error:
            raise RegisterError(f"the register of strategies cannot be written: {error_text(error)}") from error


class AutoApproval(Mapping[str, float]):
    """Sizes that a policy approves by strategy: those of the settings, and of the register as it stands now."""

    def __init__(self, chosen: Mapping[str, float], register: StrategyRegister) -> None:
        self._chosen = chosen
        self._register = register

    def __getitem__(self, name: str) -> float:
        lots = max(self._chosen.get(name, 0.0), self._register.auto_approve_lots(name))
        if lots <= 0.0:
            raise KeyError(name)
        return lots

    def __iter__(self) -> Iterator[str]:
        with contextlib.suppress(RegisterError):
            registered = [name for name, each in self._register.all().items() if each.auto_approve_lots > 0.0]
            return iter({*self._chosen, *registered})
        return iter(self._chosen)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _hash_of_token(token: str) -> str:
    """Return what is kept of a token; it is random, so that a plain hash does."""
    return hashlib.sha256(token.encode()).hexdigest()
