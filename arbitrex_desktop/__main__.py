# SPDX-License-Identifier: MIT
"""Where the program starts: `arbitrex-desktop`, `python -m arbitrex_desktop`, and the frozen exe.

The same program is the window and, with a hidden argument, the host of the MetaTrader5 module, which must not load
Qt.  So each part is imported only once it is known which one this process is.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Final, cast

_HOST_ARGUMENT: Final = "--mt5-host"
_COMMANDS: Final = frozenset({"account", "journal", "schema", "settings", "strategy", "submit"})
_COMMAND_LINE: Final = "arbitrex_desktop.command_line:main"
_WINDOW: Final = "arbitrex_desktop.app:main"
_HOST: Final = "arbitrex_desktop.mt5.host.server:main"


def _load(target: str) -> Callable[..., int]:
    """Import `module:function`."""
    module, _, name = target.partition(":")
    return cast("Callable[..., int]", getattr(importlib.import_module(module), name))


def _names_a_command(given: Sequence[str]) -> bool:
    """Return whether the first word is a command; `--data-dir DIR` may stand before it."""
    rest = given[2:] if given[:1] == ["--data-dir"] else given
    rest = rest[1:] if rest and rest[0].startswith("--data-dir=") else rest
    return bool(rest) and rest[0] in _COMMANDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the part that the arguments ask for; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [_HOST_ARGUMENT]:
        return _load(_HOST)()
    if _names_a_command(given):
        return _load(_COMMAND_LINE)(given)
    return _load(_WINDOW)(given)


if __name__ == "__main__":
    sys.exit(main())
