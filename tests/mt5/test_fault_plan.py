# SPDX-License-Identifier: MIT
"""A plan of faults is read from a file, strictly, and crosses to another process."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path

import pytest

from arbitrex_desktop.mt5.fault_plan import Fault, FaultKind, FaultPlan, FaultPlanError, load_fault_plan

TOML = """
[[fault]]
kind = "HANG"
start = 5
duration = 60.5

[[fault]]
kind = "REQUOTE"
call = 3
symbols = ["EURUSD", "USDJPY"]

[[fault]]
kind = "FROZEN_TICKS"
duration = inf
"""
PLAN = FaultPlan(
    (
        Fault(FaultKind.HANG, start=5, duration=60.5),
        Fault(FaultKind.REQUOTE, call=3, symbols=("EURUSD", "USDJPY")),
        Fault(FaultKind.FROZEN_TICKS, duration=math.inf),
    )
)


def test_plan_is_read_from_toml_and_json(tmp_path: Path) -> None:
    """Both formats say the same."""
    toml, plain = tmp_path / "faults.toml", tmp_path / "faults.json"
    toml.write_text(TOML)
    entries = [
        {"kind": "HANG", "start": 5, "duration": 60.5},
        {"kind": "REQUOTE", "call": 3, "symbols": ["EURUSD", "USDJPY"]},
        {"kind": "FROZEN_TICKS", "duration": math.inf},
    ]
    plain.write_text(json.dumps({"fault": entries}))
    assert load_fault_plan(toml) == PLAN
    assert load_fault_plan(plain) == PLAN


def test_plan_crosses_to_another_process() -> None:
    """A plan survives pickling, since it is part of the host's specification."""
    assert pickle.loads(pickle.dumps(PLAN)) == PLAN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = [", "cannot be read as TOML or JSON"),
        ("", "expected a list named 'fault'"),
        ("fault = 3", "expected a list named 'fault'"),
        ("fault = [3]", "fault 1: Expected `object`, got `int`"),
        ("[[fault]]\nstart = 3", "fault 1: Object missing required field `kind`"),
        ("[[fault]]\nkind = 'HUNG'", "fault 1: Invalid enum value 'HUNG' - at `$.kind` (a fault has kind, start"),
        ("[[fault]]\nkind = 'HANG'\nlength = 3", "fault 1: Object contains unknown field `length`"),
        ("[[fault]]\nkind = 'HANG'\nstart = 'now'", "fault 1: Expected `float`, got `str` - at `$.start`"),
        ("[[fault]]\nkind = 'HANG'\nstart = true", "fault 1: Expected `float`, got `bool` - at `$.start`"),
        ("[[fault]]\nkind = 'HANG'\nstart = -1", "fault 1: HANG: start, duration and seconds must not be negative"),
        ("[[fault]]\nkind = 'CRAZY_PRICES'\nshare = 1.5", "share above 0 and at most 1"),
    ],
)
def test_bad_plans_are_named(tmp_path: Path, text: str, expected: str) -> None:
    """A file that cannot be used names itself, the entry, and what was expected."""
    path = tmp_path / "faults.toml"
    path.write_text(text)
    with pytest.raises(FaultPlanError) as caught:
        load_fault_plan(path)
    assert str(path) in str(caught.value)
    assert expected in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is an error of the plan as well."""
    with pytest.raises(FaultPlanError, match=r"none\.toml"):
        load_fault_plan(tmp_path / "none.toml")
