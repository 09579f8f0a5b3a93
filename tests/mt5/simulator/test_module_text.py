# SPDX-License-Identifier: MIT
"""Texts that go into the module and come out of it: code pages, subclasses, keys that misbehave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from arbitrex_desktop.mt5.simulator.module.ansi import ansi_text
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from tests.mt5.conformance.names import AlwaysEqual, NeverCompares, Str
from tests.mt5.simulator.recording_backend import connected_module

NO_CONNECTION = (-10004, "No IPC connection")


def test_before_the_first_call() -> None:
    """Before any call `last_error()` is 0 and no text; `shutdown()` makes it a success."""
    module = SimulatedMetaTrader5()
    assert module.last_error() == (0, "")
    module.shutdown()
    assert module.last_error() == (1, "Success")


@pytest.mark.parametrize("path", ["José.exe", "€", "Łódź", "ž", "\x81"])
def test_path_that_cannot_be_read_back(path: str) -> None:
    """A path with a letter of Windows' code page beyond ASCII makes `last_error()` raise until the next call."""
    module = SimulatedMetaTrader5()
    assert module.initialize(path) is False
    for _ in range(2):
        with pytest.raises(UnicodeDecodeError):
            module.last_error()
    module.positions_get()
    assert module.last_error() == NO_CONNECTION


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a\u0142\u0101", "Process create failed 'ala'"),  # letters of which the code page has the likeness only
        ("\xc3\xa9", "Process create failed '\xe9'"),  # bytes that happen to be UTF-8
        ("x\u4e2d", ""),
        ("\U0001f600", ""),
        ("\ud800", ""),
    ],
)
def test_path_that_is_told_in_another_way(path: str, reason: str) -> None:
    """A letter that the code page lacks loses its accent; where that is no help nothing of the reason is told."""
    module = SimulatedMetaTrader5()
    assert module.initialize(path=path) is False
    assert module.last_error() == (-10003, f"IPC initialize failed, {reason}")


def test_ascii_is_told_as_it_is() -> None:
    """Every ASCII text comes out as it is."""
    text = "".join(map(chr, range(128)))
    assert ansi_text(text) == text


def test_subclass_of_str_is_its_characters() -> None:
    """What a subclass of str says of its length and its text is not asked."""
    module, backend = connected_module()
    assert module.symbol_info(Str("EURUSD")) is not None
    symbol = backend.last("symbol_info")["symbol"]
    assert (type(symbol), symbol) == (str, "EURUSD")
    assert SimulatedMetaTrader5().initialize(Str("x.exe")) is False


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({NeverCompares("x"): None}, NO_CONNECTION),
        ({AlwaysEqual("x"): None}, (-2, 'Invalid "volume" argument')),
        ({AlwaysEqual("x"): 0.1}, NO_CONNECTION),
    ],
)
def test_keys_are_compared_as_a_dict_does(request_: dict[str, Any], error: tuple[int, str]) -> None:
    """A key that says it equals "volume" is taken for it; one whose comparison raises is as good as absent."""
    module = SimulatedMetaTrader5()
    assert module.order_send(request_) is None
    assert module.last_error() == error


@pytest.mark.parametrize("number", [np.array([[1.5]]), np.array([1]), np.array(1.5), np.array("1.5"), np.float32(1)])
def test_array_of_one_number_is_one(number: Any) -> None:
    """`order_calc_*` take an array of one number, as the numpy of the Windows program converts it."""
    module = SimulatedMetaTrader5()
    assert module.order_calc_margin(0, "EURUSD", number, 1.0) is None
    assert module.last_error() == NO_CONNECTION


def test_truth_and_index_of_numpy_values() -> None:
    """An empty array is false and numpy's bool is a count, as the numpy of the Windows program converts them."""
    module, backend = connected_module()
    module.symbol_select("EURUSD", np.array([]))
    assert backend.last("symbol_select")["enable"] is False
    module.copy_rates_from_pos("EURUSD", 1, np.bool_(True), 5)
    assert backend.last("copy_rates_from_pos")["start_pos"] == 1


@pytest.mark.parametrize("dict_", [None, [], 1])
def test_second_argument_of_a_result_type(dict_: Any) -> None:
    """Hidden fields of a result type are given as a dict, or not at all."""
    with pytest.raises(TypeError):
        SimulatedMetaTrader5.Tick(range(8), dict_)
