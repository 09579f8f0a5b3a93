# SPDX-License-Identifier: MIT
"""One call of the module: its failure read in the same step, its results frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.module import MetaTrader5Module
from arbitrex_desktop.mt5.results import ModuleResult, ModuleTuple

R = TypeVar("R", bound=ModuleResult)


def call(module: MetaTrader5Module, name: str, *args: Any) -> Any:
    """Call a function of the module with positional arguments and return its result.

    There is no way to pass keywords, on purpose: `f(*args, **{})` hands a C function an empty dict, which the genuine
    `order_send` and `order_check` take for keywords beside the request and refuse (-2).  `initialize`, which needs
    keywords, has `call_initialize`.

    Raises `CallFailed` with what `last_error()` says right after, when the result is None or False; the module's
    own SystemError and TypeError (bad arguments) become the same failure.
    """
    function = getattr(module, name)
    return _checked(module, name, lambda: function(*args))


def call_initialize(module: MetaTrader5Module, terminal_path: str | None, timeout_ms: int, **account: Any) -> None:
    """Connect the module to its terminal: a path only if there is one, `timeout` and what is known of the account.

    Raises `CallFailed` as `call` does.
    """
    keywords = {"timeout": timeout_ms} | {name: value for name, value in account.items() if value is not None}
    path = () if terminal_path is None else (terminal_path,)
    _checked(module, "initialize", lambda: module.initialize(*path, **keywords))


def _checked(module: MetaTrader5Module, name: str, function: Callable[[], Any]) -> Any:
    """Make a call and return its result; raise `CallFailed` for what failed."""
    try:
        result = function()
    except (SystemError, TypeError) as error:
        raise CallFailed(name, ResultCode.E_INVALID_PARAMS, str(error)) from error
    if result is None or result is False:
        raise CallFailed(name, *_last_error(module))
    return result


def _last_error(module: MetaTrader5Module) -> tuple[int, str]:
    """Return code and text of the failure.

    WORKAROUND: with a path in its text that is not ASCII the package's own `last_error()` raises (5.0.6231, seen
    with the genuine module); only a terminal that could not be started has a path there.
    """
    try:
        return module.last_error()
    except UnicodeDecodeError:
        return ResultCode.E_INTERNAL_FAIL_INIT, "IPC initialize failed, the terminal at this path cannot be started"


def freeze_all(result_type: type[R], rows: Iterable[ModuleTuple]) -> tuple[R, ...]:
    """Convert a sequence of the module's tuples to frozen results."""
    return tuple(result_type.from_module(row) for row in rows)
