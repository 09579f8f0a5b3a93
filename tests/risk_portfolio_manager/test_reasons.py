# SPDX-License-Identifier: MIT
"""Reason codes are complete, stable and documented."""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from arbitrex_desktop.risk_portfolio_manager import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.decision.format import format_value
from arbitrex_desktop.risk_portfolio_manager.reason_table import reason_table_markdown
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

BEFORE = """
INVALID_INPUT INVALID_CONFIGURATION INVALID_STATE INTERNAL_ERROR TRADING_HALTED TRADING_REDUCING KILL_SWITCH_ACTIVE
STRATEGY_THROTTLED MAX_DRAWDOWN_EXCEEDED DAILY_LOSS_LIMIT DAILY_DRAWDOWN_LIMIT WEEKLY_LOSS_LIMIT EXTREME_VOLATILITY
LOW_MODEL_CONFIDENCE CONNECTION_DOWN ACCOUNT_STALE TRADING_NOT_ALLOWED SYMBOL_UNKNOWN SYMBOL_NOT_TRADABLE QUOTE_STALE
STRESSED_REGIME VOLATILE_REGIME KELLY_REFUSED LOW_EXPECTANCY LOW_LIQUIDITY CONVERSION_UNKNOWN ZERO_POSITION_SIZE
REQUESTED_VOLUME SYMBOL_EXPOSURE_LIMIT CURRENCY_EXPOSURE_LIMIT TOTAL_EXPOSURE_LIMIT NET_EXPOSURE_LIMIT
MAX_POSITIONS_REACHED SYMBOL_POSITIONS_REACHED STRATEGY_POSITIONS_REACHED MARGIN_LEVEL_LIMIT FREE_MARGIN_LIMIT
PORTFOLIO_VOLATILITY_LIMIT VALUE_AT_RISK_LIMIT EXPECTED_SHORTFALL_LIMIT EXPOSURE_VELOCITY CONSECUTIVE_LOSSES
CORRELATION_LIMIT VOLUME_LIMIT SPREAD_TOO_WIDE PRICE_COLLAR INVALID_STOPS SYMBOL_DENIED DUPLICATE_INTENT INTENT_RATE
ORDER_RATE REJECTION_VELOCITY TRADE_SPACING SYMBOL_SPACING NEWS_BLACKOUT
"""


def test_the_agreed_names_are_there_and_every_code_has_words() -> None:
    """Names never change, each equals its value, and each is explained."""
    assert {reason.name for reason in RejectionReason} >= AGREED
    assert all(reason.name == reason.value for reason in RejectionReason)
    assert all(reason.meaning.endswith(".") and reason.remedy.endswith(".") for reason in RejectionReason)


def test_the_helps_table_is_current(project_root: Path) -> None:
    """The page in the help is what the codes say of themselves."""
    page = project_root / "resources" / "help" / "reason-codes.md"
    assert page.read_text(encoding="utf-8") == reason_table_markdown(), "run `make generated`"


@pytest.mark.slow
def test_the_module_prints_the_table() -> None:
    """The generator is run as a module."""
    command = [sys.executable, "-m", "arbitrex_desktop.risk_portfolio_manager.reason_table"]
    printed = subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8")
    assert not printed.stderr
    assert printed.stdout == reason_table_markdown()


def test_a_code_is_declared_once_and_looked_up_like_a_member_of_an_enumeration() -> None:
    """By call and by attribute it is the same; what was never declared raises, and so does another meaning."""
    code = RejectionReason("TRADING_HALTED")
    assert code is RejectionReason.TRADING_HALTED
    assert code == "TRADING_HALTED" == code.value == json.loads(json.dumps(code))
    assert pickle.loads(pickle.dumps(code)) is code
    assert len(RejectionReason) == len(list(RejectionReason))
    with pytest.raises(ValueError, match="NO_SUCH_CODE"):
        RejectionReason("NO_SUCH_CODE")
    with pytest.raises(AttributeError, match="NO_SUCH_CODE"):
        _ = RejectionReason.NO_SUCH_CODE
    with pytest.raises(ValueError, match="declared twice"):
        RejectionReason("TRADING_HALTED", "Something else.", "Nothing.")


def test_every_code_of_before_is_still_there() -> None:
    """The codes that journals of earlier versions hold have kept their names."""
    assert {*BEFORE.split()} <= {reason.value for reason in RejectionReason}


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
    assert format_value(0.00125, "money") == "0.00125"
    assert format_value(200_000, "units") == "200,000 units"
    assert format_value(3, "count") == "3"
    assert format_value(1.5, "lots") == "1.50 lots"
    assert format_value(0.00000001, "lots") == "0.00000001 lots"
    assert format_value(1234.5675, "lots") == "1,234.5675 lots"
    assert format_value(213.333, "%") == "213.3%"
    assert format_value(1.04, "bps") == "1.0 bps"
    assert format_value(1_234_567.4, "lots") == "1,234,567.40 lots"
    assert format_value(1_234_567.4, "") == "1,234,567"
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
