# SPDX-License-Identifier: MIT
"""One call of the module: its failure read in the same step, its results frozen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.module import MetaTrader5Module
from arbitrex_desktop.mt5.results import ModuleResult, ModuleTuple

R = TypeVar("R", bound=ModuleResult)


def call(module: MetaTrader5Module, name: str, *args: Any, **kwargs: Any) -> Any:
    """Call a function of the module and return its result.

    Raises `CallFailed` with what `last_error()` says right after, when the result is None or False; the module's
    own SystemError and TypeError (bad arguments) become the same failure.
    """
    try:
        result = getattr(module, name)(*args, **kwargs)
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
