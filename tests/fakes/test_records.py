# SPDX-License-Identifier: MIT
"""Records with other values."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest

from tests.fakes.records import replace


@dataclass(frozen=True)
class Plain:
    """A dataclass."""

    number: int
    text: str = "a"


class Packed(msgspec.Struct, frozen=True):
    """A struct."""

    number: int
    text: str = "a"


@pytest.mark.parametrize("record", [Plain(1), Packed(1)])
def test_one_value_is_changed_and_the_record_is_left_alone(record: Plain | Packed) -> None:
    """Both kinds are copied with the one value changed, and neither takes a field that it has not."""
    changed = replace(record, text="b")
    assert (type(changed), changed.number, changed.text, record.text) == (type(record), 1, "b", "a")
    with pytest.raises(TypeError):
        replace(record, colour="red")
