# SPDX-License-Identifier: MIT
"""Profiles are files: complete, sourced, checked, and one's own beside the firms'."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.config.profiles import all_presets, firm_profiles, read_profiles

OWN = """
firm = "my own"
based_on = "Conservative"
[common]
firm_max_loss = 0.08
[[profile]]
name = "Mine"
[profile.limits]
initial_balance = 25000.0
"""


@pytest.mark.parametrize("name", firm_profiles())
def test_every_profile_is_valid_and_says_where_it_was_read(name: str) -> None:
    """Its limits pass the settings' validation; it has a firm, sources and a date."""
    profile, config = firm_profiles()[name], RPMConfig.preset(name, initial_balance=100_000.0)
    assert config.firm_max_loss > 0.0
    assert config.max_drawdown == config.daily_loss_limit == 1.0, "the firm's own limits lead"
    assert profile.firm
    assert profile.read_on is not None
    assert all(source.startswith("https://") for source in profile.sources)
    assert len(profile.sources) >= 3


def test_ftmo_and_topstep_are_complete() -> None:
    """Challenge, verification and funded accounts of both kinds; the three sizes, in evaluation and funded."""
    names = list(firm_profiles())
    assert {name for name in names if name.startswith("FTMO")} == {
        "FTMO Challenge 2-Step",
        "FTMO Verification 2-Step",
        "FTMO Account 2-Step Standard",
        "FTMO Account 2-Step Swing",
        "FTMO Challenge 1-Step",
        "FTMO Account 1-Step Standard",
        "FTMO Account 1-Step Swing",
    }
    sizes = ("50K", "100K", "150K")
    assert {name for name in names if name.startswith("Topstep")} == {
        f"Topstep {kind} {size}" for kind in ("Combine", "Express Funded") for size in sizes
    }


def test_ones_own_profile_departs_from_its_preset(tmp_path: Path) -> None:
    """A file in a folder is a set of limits more."""
    (tmp_path / "mine.toml").write_text("\N{BYTE ORDER MARK}" + OWN, encoding="utf-8")
    limits = all_presets(tmp_path)["Mine"]
    assert (limits["initial_balance"], limits["firm_max_loss"], limits["risk_per_trade"]) == (25_000.0, 0.08, 0.0025)
    RPMConfig.from_dict(limits)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OWN.replace("Mine", "Standard FX"), "there are two sets of limits named 'Standard FX'"),
        (OWN.replace("Conservative", "Bold"), "based_on must be one of Conservative"),
        (OWN.replace("firm = ", "form = "), "form"),
        ("firm = ", "Invalid"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_its_name(tmp_path: Path, text: str, words: str) -> None:
    """And no profile of it counts."""
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^mine\.toml: .*{words}"):
        read_profiles(tmp_path)
