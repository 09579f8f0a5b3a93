# SPDX-License-Identifier: MIT
"""Settings: defaults, validation, hash, files and presets."""

from __future__ import annotations

import math
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.config import PARAMETERS
from arbitrex_desktop.risk_portfolio_manager.config.presets import PRESETS
from arbitrex_desktop.risk_portfolio_manager.parameters import Number
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES
from installer.field_stub import STUB, stub
from tests.risk_portfolio_manager.helpers import intent, static

DEFAULTS: dict[str, Any] = {
    "total_capital": 100_000,
    "risk_per_trade": 0.01,
    "max_drawdown": 0.10,
    "max_daily_drawdown": 0.03,
    "daily_loss_limit": 0.02,
    "weekly_loss_limit": 0.05,
    "extreme_volatility_threshold": 3.0,
    "min_confidence_threshold": 0.60,
    "atr_window": 14,
    "atr_multiplier": 1.5,
    "kelly_safety_factor": 0.25,
    "kelly_base_max_pct": 0.01,
    "kelly_min_win_rate": 0.51,
    "kelly_min_sample_size": 30,
    "kelly_regime_multipliers": {"TRENDING": 1, "RANGING": 0.8, "VOLATILE": 0.5, "STRESSED": 0.2, "CRISIS": 0.1},
    "regime_adjustments": {"TRENDING": 1.2, "RANGING": 1.0, "VOLATILE": 0.7, "STRESSED": 0.3},
    "max_adv_pct": 0.01,
    "max_spread_bps": 20,
    "max_market_impact_pct": 0.005,
    "impact_coefficient": 0.1,
    "min_adv_units": 10_000,
    "max_symbol_exposure_units": 200_000,
    "max_symbol_exposure_pct": 0.30,
    "max_currency_exposure_pct": 0.50,
    "max_total_exposure_pct": 1.0,
    "max_net_exposure_pct": 0.60,
    "max_correlation_exposure": 0.70,
    "correlation_penalty": 0.5,
    "max_concurrent_positions": 8,
    "max_positions_per_symbol": 1,
    "min_time_between_trades_seconds": 300,
    "min_time_between_same_symbol_seconds": 3600,
    "halt_cooldown_seconds": 3600,
}


NUMBERS = [name for name, each in PARAMETERS.items() if isinstance(each, Number)]


def test_defaults_are_those_of_the_contract() -> None:
    """A bare configuration has the agreed numbers."""
    bare = RPMConfig()
    assert {name: getattr(bare, name) for name in DEFAULTS} == DEFAULTS


def test_the_defaults_are_valid() -> None:
    """A bare configuration passes its own validation."""
    assert RPMConfig().validate() is True


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"total_capital": 0}, "total_capital must be > 0"),
        ({"total_capital": -1.0}, "total_capital must be > 0"),
        ({"risk_per_trade": 0.06}, "risk_per_trade must be in (0, 0.05]"),
        ({"risk_per_trade": 0.0}, "risk_per_trade must be in (0, 0.05]"),
        ({"max_drawdown": 1.5}, "max_drawdown must be in (0, 1.0]"),
        ({"max_drawdown": 0}, "max_drawdown must be in (0, 1.0]"),
        ({"daily_loss_limit": 2}, "daily_loss_limit must be in (0, 1.0]"),
        ({"max_concurrent_positions": 1.5}, "max_concurrent_positions must be >= 0"),
        ({"reset_timezone": "Mars/Olympus"}, "reset_timezone must be a known time zone"),
        ({"loss_anchor": "hope"}, "loss_anchor must be one of"),
        ({"account_currency": "DOLLAR"}, "account_currency must be"),
        ({"enforce_time_spacing": 1}, "enforce_time_spacing must be"),
        ({"regime_adjustments": {"TRENDING": math.nan}}, "regime_adjustments must hold numbers"),
        ({"regime_adjustments": {"SIDEWAYS": 1.0}}, "regime_adjustments must have keys"),
        ({"regime_adjustments": 3}, "regime_adjustments must be a table"),
        ({"correlation_floors": {}}, "correlation_floors must have a value for each"),
        ({"correlation_floors": dict.fromkeys(DEFAULTS["kelly_regime_multipliers"], 2.0)}, "correlation_floors must"),
        ({"denied_symbols": "EURUSD"}, "denied_symbols must be a list"),
    ],
)
def test_a_broken_rule_is_named_first(changes: dict[str, Any], words: str) -> None:
    """The error's text starts with the field and its rule."""
    with pytest.raises(ValueError) as caught:
        RPMConfig(**changes).validate()
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("value", [math.nan, math.inf, "1", None, True, -1])
def test_what_is_no_number_in_range_is_refused(value: Any) -> None:
    """Every number refuses not-a-number, infinity, text, nothing, truth values and negatives."""
    for name in NUMBERS:
        config = RPMConfig()
        setattr(config, name, value)
        with pytest.raises(ValueError, match=f"^{name} must be"):
            config.validate()


def test_every_setting_is_declared_once_with_words() -> None:
    """A form can be built: each field has a label, a default that it accepts, and bounds in words."""
    assert [each.name for each in fields(RPMConfig)] == list(PARAMETERS)
    assert {each.name for rule in ALL_RULES for each in rule.parameters} <= PARAMETERS.keys()
    for name, each in PARAMETERS.items():
        assert (each.name, bool(each.label), each.bounds().startswith("must")) == (name, True, True)
        assert each.fault(each.stored(each.default)) == ""


def test_the_hash_is_the_same_for_the_same_settings() -> None:
    """Two equal configurations, and one that writes a whole number for a float, hash alike."""
    assert RPMConfig().get_config_hash() == RPMConfig(total_capital=100_000).get_config_hash()
    assert RPMConfig().to_dict()["config_hash"] == RPMConfig().get_config_hash()


def test_the_hash_covers_every_field() -> None:
    """A change of any field changes the hash."""
    before = RPMConfig().get_config_hash()
    for each in fields(RPMConfig):
        config = RPMConfig()
        setattr(config, each.name, "something else")
        assert config.get_config_hash() != before, each.name


def test_a_change_inside_a_table_counts() -> None:
    """Hash and change count notice a table that is changed in place."""
    config = RPMConfig()
    before = (config.get_config_hash(), config.revision)
    config.regime_adjustments["TRENDING"] = 1.0
    assert config.get_config_hash() != before[0]
    assert config.revision > before[1]


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    """Saving to TOML and loading again changes nothing."""
    config = RPMConfig.preset("Standard FX", denied_symbols=("XAUUSD",))
    config.to_toml(tmp_path / "risk.toml")
    assert RPMConfig.from_toml(tmp_path / "risk.toml") == config


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("max_drawdwon = 0.1", "unknown settings: max_drawdwon"),
        ("max_drawdown = 'much'", "max_drawdown must be"),
        ("max_drawdown = ", "risk.toml"),
    ],
)
def test_a_wrong_file_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    """An unknown key, a wrong value and broken TOML are told apart."""
    path = tmp_path / "risk.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        RPMConfig.from_toml(path)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_valid_and_paced(name: str) -> None:
    """Each preset passes validation and switches the time-spacing rules on."""
    assert RPMConfig.preset(name).enforce_time_spacing is True


def test_an_unknown_preset_is_refused() -> None:
    """A preset that does not exist raises, naming those that do."""
    with pytest.raises(ValueError, match="Standard FX"):
        RPMConfig.preset("Reckless")


def test_standard_fx_approves_an_ordinary_intent_uncut() -> None:
    """The preset for leveraged accounts lets a trade with a stop of 18 pips live as sized."""
    output = static(RPMConfig.preset("Standard FX")).process_trade_intent(**intent(atr=0.0012))
    assert output.decision.status == "APPROVED", [each.message for each in output.decision.checks if each.blocks]


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_validation_never_lets_a_bad_share_through(value: float) -> None:
    """Whatever float is set for the risk per trade, it passes only within its bounds."""
    try:
        RPMConfig(risk_per_trade=value).validate()
    except ValueError:
        assert not 0.0 < value <= 0.05
    else:
        assert 0.0 < value <= 0.05


def test_a_misspelt_setting_is_refused_when_it_is_set() -> None:
    """A limit that would never be applied is told at once, and changes nothing."""
    config = RPMConfig()
    before = (config.revision, config.get_config_hash())
    with pytest.raises(AttributeError, match="max_drawdwon"):
        config.max_drawdwon = 0.05
    assert (config.revision, config.get_config_hash()) == before


def test_type_checkers_know_every_field() -> None:
    """`fields.pyi` has each parameter of every rule with its type."""
    assert STUB.read_text(encoding="utf-8") == stub(), "run `make generated`"
    written = dict(re.findall(r"^    (\w+): (.+) = \.\.\.$", stub(), re.MULTILINE))
    assert written.keys() == PARAMETERS.keys()
    for name, kind in (("max_drawdown", "float"), ("max_concurrent_positions", "int"), ("loss_anchor", "str")):
        assert written[name] == kind
