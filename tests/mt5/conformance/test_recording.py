# SPDX-License-Identifier: MIT
"""The tools with which calls are recorded and replayed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from tests.mt5.conformance import record, replay
from tests.mt5.conformance.calls import programs
from tests.mt5.conformance.outcome import outcome, run
from tests.mt5.conformance.recording import FEW, Program, Recording, differences, load, save, thinned

REFUSED: dict[str, Any] = {"returns": "NoneType", "value": None, "last_error": [-2, "Invalid arguments"]}
SENT: dict[str, Any] = {"returns": "NoneType", "value": None, "last_error": [-10004, "No IPC connection"]}


def a_recording() -> Recording:
    """Return a recording of two programs, the second of two calls."""
    return Recording(
        {"MetaTrader5": "1"},
        [0, ""],
        [
            Program("one", ["m.symbol_info(1)"], [REFUSED]),
            Program("two", ["m.symbol_info('E')", "m.symbol_info(2)"], [SENT, REFUSED]),
        ],
    )


def test_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    """A recording that is saved and loaded is what it was, and its bytes are the same each time."""
    for name in ("a", "b"):
        save(a_recording(), tmp_path / name)
    assert load(tmp_path / "a") == a_recording()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_thinning_keeps_a_few_of_each_kind() -> None:
    """Of many programs of one group that came out alike a few are kept, the first and the last among them."""
    alike = [Program("one", [str(number)], [REFUSED]) for number in range(100)]
    odd = Program("one", ["odd"], [SENT])
    kept = thinned([*alike, odd])
    assert len(kept) == FEW + 1
    assert {alike[0].steps[0], alike[99].steps[0], "odd"} <= {program.steps[0] for program in kept}


def test_difference_is_told() -> None:
    """A call that answers something else than was recorded is told, and only that one."""
    module = SimulatedMetaTrader5()
    assert list(differences(a_recording().programs, module)) == []
    (told,) = differences(
        [Program("one", ["m.symbol_info(1)", "m.version()"], [SENT, *run(module, ["m.version()"])])], module
    )
    assert told.startswith("m.symbol_info(1)\n")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("(1, 'a', None, True)", {"returns": "tuple", "value": [1, "a", None, True]}),
        ("(float('nan'), 0.5, [1])", {"returns": "tuple", "value": ["nan", 0.5, "[1]"]}),
        ("1 // 0", {"raises": "ZeroDivisionError"}),
    ],
)
def test_outcome_can_be_written_as_json(call: str, expected: dict[str, Any]) -> None:
    """What JSON has no form for stands there as text; an exception by its type."""
    module = SimulatedMetaTrader5()
    module.shutdown()
    assert outcome(module, call) == expected | {"last_error": [1, "Success"]}


def test_last_error_that_cannot_be_read() -> None:
    """Where `last_error()` itself raises, that is its outcome."""
    assert outcome(SimulatedMetaTrader5(), r"m.initialize('\xe9')")["last_error"] == "UnicodeDecodeError"


def test_every_call_compiles() -> None:
    """The generated calls are expressions, in many groups, and each function of arguments has some."""
    found = programs()
    for group, rows in found.items():
        for steps in rows:
            for step in steps:
                compile(step, group, "eval")
    assert len(found) > 200
    assert {"order_send.volume", "copy_ticks_range.order", "login.password", "sequences"} <= set(found)


@pytest.mark.parametrize("recorded", [REFUSED, SENT])
def test_replay_says_whether_all_was_equal(
    recorded: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Replaying prints the differences and their number; the exit status is 0 when there are none."""
    path = tmp_path / "calls"
    save(Recording({}, [], [Program("one", ["m.symbol_info(1)"], [recorded])]), path)
    monkeypatch.setattr("sys.argv", ["replay", str(path)])
    with pytest.raises(SystemExit) as ended:
        replay.main()
    assert bool(ended.value.code) is (recorded is SENT)
    assert f"1 programs, {int(recorded is SENT)} different answers" in capsys.readouterr().out


def test_recorder_explains_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file to write to the recorder says what it wants."""
    monkeypatch.setattr("sys.argv", ["record"])
    with pytest.raises(SystemExit, match="usage"):
        record.main()
