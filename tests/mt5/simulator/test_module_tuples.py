# SPDX-License-Identifier: MIT
"""The eleven result types."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.arrays import TICK_DTYPE, read_only
from arbitrex_desktop.mt5.simulator.module import tuples
from arbitrex_desktop.mt5.simulator.module.tuples import StructTuple, struct_of
from tests.mt5.simulator.recording_backend import sample

KINDS = [kind for kind in vars(tuples).values() if isinstance(kind, type) and kind.__base__ is StructTuple]
TICK = tuples.Tick(range(8))


def test_there_are_eleven() -> None:
    """The module has eleven result types, one for each frozen result."""
    assert len(KINDS) == 11
    assert all(issubclass(getattr(results, kind.__name__), results.ModuleResult) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_fields_by_place_and_by_name(kind: type[StructTuple]) -> None:
    """A field is the same by place, by name and in `_asdict()`, which keeps the order."""
    value = kind(range(kind.n_fields))
    assert list(value) == list(range(kind.n_fields))
    assert [getattr(value, name) for name in kind.__match_args__] == list(value)
    assert list(value._asdict().items()) == list(zip(kind.__match_args__, value, strict=True))


@pytest.mark.parametrize("name", ["bid", "new", "_asdict"])
def test_nothing_can_be_set(name: str) -> None:
    """Neither a field nor anything else can be set."""
    with pytest.raises(AttributeError):
        setattr(TICK, name, 1)


@pytest.mark.parametrize("name", ["_fields", "_replace", "_make", "__dict__"])
def test_not_a_named_tuple(name: str) -> None:
    """What a named tuple has beside `_asdict()` is not there."""
    assert not hasattr(TICK, name)


def test_does_not_pickle() -> None:
    """Pickling fails, as it does for the real types, which pickle cannot find again."""
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(TICK)


def test_copies() -> None:
    """Copying works, as it does for the real types."""
    assert copy.copy(TICK) == TICK
    assert type(copy.deepcopy(TICK)) is tuples.Tick


@pytest.mark.parametrize("values", [(), range(7), range(9)])
def test_number_of_values_is_checked(values: Any) -> None:
    """A tuple with too few or too many values cannot be made."""
    with pytest.raises(TypeError, match="8-sequence"):
        tuples.Tick(values)


def test_cannot_be_derived_from() -> None:
    """The types are final."""
    with pytest.raises(TypeError):
        type("Mine", (tuples.Tick,), {})


def test_repr_names_the_fields() -> None:
    """The text form tells type and fields."""
    assert repr(TICK).startswith("Tick(time=0, bid=1, ask=2, ")


@pytest.mark.parametrize("kind", [getattr(results, kind.__name__) for kind in KINDS])
def test_frozen_result_survives_the_way_there_and_back(kind: type[results.ModuleResult]) -> None:
    """A frozen result, made the module's tuple and converted back, is what it was."""
    result = sample(kind)
    assert kind.from_module(struct_of(result)) == result


def test_read_only_leaves_the_original_alone() -> None:
    """A read-only view refuses writing and shares the rows of the original."""
    rows = np.zeros(3, TICK_DTYPE)
    view = read_only(rows)
    with pytest.raises(ValueError, match="read-only"):
        view["bid"] = 1.0
    rows["bid"] = 2.0
    assert view["bid"].tolist() == [2.0] * 3
