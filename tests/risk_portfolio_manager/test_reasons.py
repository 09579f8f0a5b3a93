# SPDX-License-Identifier: MIT
"""Reason codes are complete, stable and documented."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from arbitrex_desktop.risk_portfolio_manager import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.decision.result import format_value
from arbitrex_desktop.risk_portfolio_manager.reason_table import reason_table_markdown
from arbitrex_desktop.risk_portfolio_manager.reasons import REASON_TEXTS
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES

AGREED = {
    "MAX_DRAWDOWN_EXCEEDED",
    "DAILY_LOSS_LIMIT",
    "SYMBOL_EXPOSURE_LIMIT",
    "CURRENCY_EXPOSURE_LIMIT",
    "EXTREME_VOLATILITY",
    "STRESSED_REGIME",
    "LOW_MODEL_CONFIDENCE",
    "CORRELATION_LIMIT",
    "TRADING_HALTED",
    "ZERO_POSITION_SIZE",
}


def test_the_agreed_names_are_there_and_every_code_has_words() -> None:
    """Names never change, each equals its value, and each is explained."""
    assert {reason.name for reason in RejectionReason} >= AGREED
    assert all(reason.name == reason.value for reason in RejectionReason)
    assert set(REASON_TEXTS) == set(RejectionReason)


def test_the_helps_table_is_current(project_root: Path) -> None:
    """The page in the help is what the module prints: `python -m ...reason_table > resources/help/reason-codes.md`."""
    page = project_root / "resources" / "help" / "reason-codes.md"
    assert page.read_text(encoding="utf-8") == reason_table_markdown()


@pytest.mark.slow
def test_the_module_prints_the_table() -> None:
    """The generator is run as a module."""
    command = [sys.executable, "-m", "arbitrex_desktop.risk_portfolio_manager.reason_table"]
    printed = subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8")
    assert not printed.stderr
    assert printed.stdout == reason_table_markdown()


def test_every_rule_is_described() -> None:
    """Each rule has a docstring, a subject and a stage."""
    for rule in ALL_RULES:
        assert type(rule).__doc__
        assert rule.subject
        assert rule.stage


def test_values_read_as_people_write_them() -> None:
    """Shares are percentages with one decimal, money has cents, units thousands."""
    assert format_value(0.02, "share") == "2.0%"
    assert format_value(1234.5, "money") == "1,234.50"
    assert format_value(200_000, "units") == "200,000 units"
    assert format_value(3, "count") == "3"
    assert format_value(1.5, "lots") == "1.5 lots"
    assert format_value(213.333, "%") == "213.3%"
    assert format_value(1.04, "bps") == "1.0 bps"
    assert format_value(1_234_567.4, "lots") == "1,234,567 lots"
    assert format_value(0.00185, "") == "0.00185"
    assert format_value(None, "share") == "unknown"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0671291, "67 ms"),
        (0.0, "0 s"),
        (0.05, "50 ms"),
        (0.9999, "999 ms"),
        (1.0, "1 s"),
        (4.98, "4.9 s"),
        (0.3 * 41, "12.3 s"),
        (59.99, "59.9 s"),
        (300.0, "300 s"),
        (3_600, "3,600 s"),
        (math.inf, "inf s"),
    ],
)
def test_durations_are_short_and_never_longer_than_they_were(seconds: float, words: str) -> None:
    """Tenths of a second, or milliseconds below one; what is short of a limit does not read as the limit."""
    assert format_value(seconds, "s") == words
