# SPDX-License-Identifier: MIT
"""The simulated module against what was recorded from the real one."""

from __future__ import annotations

import datetime as dt
import enum
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.arrays import RATE_DTYPE, TICK_DTYPE
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from tests.mt5.simulator.recording_backend import connected_module

REFERENCE = Path(__file__).resolve().parents[3].parent / "shared" / "mt5_reference"

pytestmark = pytest.mark.skipif(not REFERENCE.is_dir(), reason="the recordings are not beside this checkout")

INVALID = -2


class IE(enum.IntEnum):
    """The enumeration that the recorded calls use."""

    A = 1


def _load(name: str) -> dict[str, Any]:
    path = REFERENCE / name
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


CALLS: list[dict[str, Any]] = _load("no_terminal_calls.json").get("calls", [])
STRUCTS = _load("structs.json")
IDS = [f"{index}-{call['group']}" for index, call in enumerate(CALLS)]


def _outcome(module: SimulatedMetaTrader5, expression: str) -> dict[str, Any]:
    """Evaluate a recorded call and describe what happened as the recordings do."""
    names = {"m": module, "np": np, "dt": dt, "D": Decimal, "IE": IE}
    outcome: dict[str, Any] = {}
    try:
        result = eval(expression, names)
    except Exception as error:  # noqa: BLE001 - which one it is, is what we ask
        outcome["raises"] = type(error).__name__
    else:
        outcome["returns"] = type(result).__name__
        outcome["value"] = list(result) if isinstance(result, tuple) else result
    outcome["last_error"] = list(module.last_error())
    return outcome


@pytest.mark.parametrize("call", CALLS, ids=IDS)
def test_recorded_call(call: dict[str, Any]) -> None:
    """Without a terminal a call gives the result, exception type and last error that the real module gave."""
    module = SimulatedMetaTrader5()
    module.shutdown()
    expected = {key: call[key] for key in ("raises", "returns", "value", "last_error") if key in call}
    assert _outcome(module, call["call"]) == expected


@pytest.mark.parametrize("call", CALLS, ids=IDS)
def test_validation_is_the_same_with_a_terminal(call: dict[str, Any]) -> None:
    """With a terminal connected, what was refused still is, and what was not reaches the terminal."""
    module, backend = connected_module()
    outcome = _outcome(module, call["call"])
    code = call["last_error"][0]
    if code == INVALID:
        assert outcome["last_error"] == call["last_error"]
        assert set(backend.asked()) <= {"shutdown"}
    else:
        assert outcome["last_error"] == [1, "Success"]
        assert bool(backend.calls) is (call.get("raises") != "TypeError")
    assert outcome.get("raises") == call.get("raises")


@pytest.mark.parametrize("name", sorted(STRUCTS.get("structs", {})))
def test_result_type_has_the_fields_in_order(name: str) -> None:
    """Each result type, and the frozen result it is made from, has the real one's fields in the real order."""
    expected = tuple(field for field, _ in STRUCTS["structs"][name])
    assert getattr(SimulatedMetaTrader5, name).__match_args__ == expected
    assert tuple(getattr(results, name).__dataclass_fields__) == expected


@pytest.mark.parametrize(("key", "dtype"), [("tick_dtype", TICK_DTYPE), ("rate_dtype", RATE_DTYPE)])
def test_arrays_have_the_recorded_layout(key: str, dtype: np.dtype[Any]) -> None:
    """Ticks and bars are packed, with the names and types of the real arrays."""
    assert [[name, dtype[name].str] for name in dtype.names or ()] == STRUCTS[key]
    assert dtype.itemsize == sum(np.dtype(kind).itemsize for _, kind in STRUCTS[key])


def test_constants() -> None:
    """The module has the 223 constants with their values."""
    module = SimulatedMetaTrader5()
    constants = _load("constants.json")["constants"]
    assert len(constants) == 223
    assert {name: getattr(module, name) for name in constants} == constants


def test_public_names() -> None:
    """The module has the package's public names and no other."""
    functions = {
        "initialize", "login", "shutdown", "version", "last_error", "terminal_info", "account_info",
        "symbols_total", "symbols_get", "symbol_info", "symbol_info_tick", "symbol_select",
        "market_book_add", "market_book_get", "market_book_release",
        "copy_rates_from", "copy_rates_from_pos", "copy_rates_range", "copy_ticks_from", "copy_ticks_range",
        "orders_total", "orders_get", "positions_total", "positions_get",
        "history_orders_total", "history_orders_get", "history_deals_total", "history_deals_get",
        "order_calc_margin", "order_calc_profit", "order_check", "order_send", "Buy", "Sell", "Close",
    }  # fmt: skip
    expected = functions | set(_load("constants.json")["constants"]) | set(STRUCTS["structs"])
    assert {name for name in dir(SimulatedMetaTrader5()) if not name.startswith("_")} == expected
