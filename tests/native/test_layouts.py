# SPDX-License-Identifier: MIT
"""The structures of the pipe have the sizes that the genuine package took, and come back as they went in."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, TICK_DTYPE
from tests.mt5.simulator.recording_backend import sample
from tests.native import layouts
from tests.native.layouts import Layout, fixed_text, read_fixed_text

SIZES = {
    "TICK": 60,
    "BOOK": 28,
    "POSITION": 320,
    "ORDER": 340,
    "DEAL": 300,
    "CHECKED": 252,
    "SENT": 260,
    "ACCOUNT": 851,
    "TERMINAL": 3162,
    "SYMBOL": 2993,
}
NOT_ON_THE_PIPE = {"request"}


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_a_structure_has_the_size_that_the_package_takes(name: str, size: int) -> None:
    """Of all lengths that were offered to the genuine package, it took this one alone."""
    assert getattr(layouts, name).size == size


def test_arrays_are_on_the_pipe_as_in_memory() -> None:
    """Ticks and bars need no layout: sixty packed bytes each."""
    assert TICK_DTYPE.itemsize == RATE_DTYPE.itemsize == layouts.TICK.size == 60


@pytest.mark.parametrize("name", [*SIZES, "REQUEST"])
def test_every_field_stands_in_the_layout_once(name: str) -> None:
    """No field is forgotten, whatever its place on the pipe; a nested request is the package's own copy."""
    layout: Layout[Any] = getattr(layouts, name)
    wanted = {field.name for field in fields(layout._type)} - NOT_ON_THE_PIPE
    assert sorted(layout.names) == sorted(wanted)


@given(number=st.integers(0, 2**64 - 1), price=st.floats(allow_nan=False), text=st.text(max_size=10))
def test_a_request_comes_back_as_it_went(number: int, price: float, text: str) -> None:
    """Numbers and texts of a trade request survive the pipe; a text ends at its first zero."""
    request = sample(layouts.REQUEST._type, magic=number, price=price, comment=text.replace("\0", ""), symbol="EURUSD")
    assert layouts.REQUEST.unpack(layouts.REQUEST.pack(request)) == request


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=80))
def test_a_long_text_is_cut_and_always_ends(text: str) -> None:
    """A buffer of 64 bytes holds 31 characters and a zero."""
    buffer = fixed_text(text.replace("\0", ""), 64)
    assert len(buffer) == 64
    assert buffer[-2:] == b"\0\0"
    assert read_fixed_text(buffer) == text.replace("\0", "")[:31]
