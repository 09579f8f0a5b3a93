# SPDX-License-Identifier: MIT
"""What a symbol is, is told by its name whatever the broker hangs on it, or by the user in `symbols.toml`."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import SymbolCalcMode
from arbitrex_desktop.mt5.simulator.symbols.classes import SidecarError, read_sidecar, spec_of
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS, USD_LEVELS

TABLE = [
    ("EURUSDm", 100_000.0, "EUR", "USD", 0.01),
    ("USDJPYm", 100_000.0, "USD", "JPY", 0.01),
    ("mGBPCHF.raw", 100_000.0, "GBP", "CHF", 0.01),
    ("EUR/SEK", 100_000.0, "EUR", "SEK", 0.01),
    ("USDMXN-", 100_000.0, "USD", "MXN", 0.01),
    ("XAUUSDm", 100.0, "XAU", "USD", 0.01),
    ("GOLD", 100.0, "XAU", "USD", 0.01),
    ("XAGEUR.a", 5000.0, "XAG", "EUR", 0.01),
    ("BTCUSD", 1.0, "BTC", "USD", 0.01),
    ("ETHUSDT.p", 1.0, "ETH", "USD", 0.01),
    ("#BTC-EUR", 1.0, "BTC", "EUR", 0.01),
    ("US30.cash", 1.0, "USD", "USD", 0.1),
    (".DE40Cash", 1.0, "EUR", "EUR", 0.1),
    ("JP225m", 1.0, "JPY", "JPY", 0.1),
    ("UK100", 1.0, "GBP", "GBP", 0.1),
    ("USOIL.r", 1000.0, "USD", "USD", 0.1),
    ("#AAPL", 1.0, "USD", "USD", 1.0),
    ("TSLA.NAS", 1.0, "USD", "USD", 1.0),
]


@pytest.mark.parametrize(("name", "contract", "base", "profit", "step"), TABLE)
def test_classes_are_told_by_the_name(name: str, contract: float, base: str, profit: str, step: float) -> None:
    """Contract, currencies and steps are those of the class; name and digits are the file's own; the user is told."""
    found = spec_of(name, 3)
    spec = found.spec
    assert (spec.name, spec.digits, spec.contract_size, spec.base, spec.profit) == (name, 3, contract, base, profit)
    assert spec.volume_step == step
    assert found.sure
    assert "unknown" not in found.origin
    assert profit in USD_LEVELS


@pytest.mark.parametrize("name", ["Volatility 75 Index", "@ES", "WINQ20", "EURO", "US3000X"])
def test_what_is_not_known_is_said_to_be_a_guess(name: str) -> None:
    """A contract of 1 is never taken silently."""
    found = spec_of(name, 2)
    assert (found.spec.contract_size, found.sure) == (1.0, False)
    assert "symbols.toml" in found.origin


@pytest.mark.parametrize("name", SYMBOLS)
def test_the_simulated_brokers_symbols_stay_what_they_are(name: str) -> None:
    """Known names have their known conditions, and the digits of the file."""
    assert spec_of(name, SYMBOLS[name].digits).spec == SYMBOLS[name]


@given(st.text(min_size=1, max_size=12))
def test_any_name_has_conditions(name: str) -> None:
    """Whatever a file is called, there are conditions for it, whose contract and steps are above nothing."""
    spec = spec_of(name, 2).spec
    assert spec.name == name
    assert min(spec.contract_size, spec.volume_min, spec.volume_step) > 0


def test_a_sidecar_has_the_last_word(tmp_path: Path) -> None:
    """Properties of `symbols.toml` replace those of the class; those that it leaves out stay."""
    (tmp_path / "symbols.toml").write_text('["WINQ20"]\ncontract_size = 0.2\nprofit = "BRL"\nmargin_initial = 95.0\n')
    given_ones = read_sidecar(tmp_path)["WINQ20"]
    found = spec_of("WINQ20", 0, given_ones)
    assert (found.spec.contract_size, found.spec.profit, found.spec.margin_initial) == (0.2, "BRL", 95.0)
    assert (found.spec.volume_step, found.sure, found.spec.calc_mode) == (0.1, True, SymbolCalcMode.CFDLEVERAGE)
    assert read_sidecar(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nonsense", "expected TOML"),
        ("EURUSD = 3", "expected a table [EURUSD], found 3"),
        ("[EURUSD]\nsize = 3", "expected one of base, commission, contract_size"),
        ("[EURUSD]\ndigits = 'five'", "expected digits to be of kind int, found 'five'"),
        ("[EURUSD]\ndigits = 5.5", "expected digits to be of kind int, found 5.5"),
        ("[EURUSD]\ncontract_size = true", "expected contract_size to be of kind float, found True"),
        ("[EURUSD]\nprofit = 3", "expected profit to be of kind str, found 3"),
        ("[WINQ20]\ncontract_size = -5.0", "contract_size to be a number above 0, found -5.0"),
        ("[WINQ20]\nvolume_step = 0.0", "volume_step to be a number above 0, found 0.0"),
        ("[WINQ20]\nvolume_min = nan", "volume_min to be a number above 0, found nan"),
        ("[WINQ20]\ncontract_size = inf", "contract_size to be a number above 0, found inf"),
        ("[WINQ20]\nswap_long = nan", "swap_long to be a number, found nan"),
        ("[WINQ20]\nprofit = ''", "profit to be a currency in capitals, found ''"),
        ("[WINQ20]\nbase = 'euro'", "base to be a currency in capitals, found 'euro'"),
        ("[WINQ20]\ntriple_swap_day = 7", "triple_swap_day to be from 0, Sunday, to 6, found 7"),
        ("[WINQ20]\nspread = -1", "spread to be 0 or more, found -1"),
        ("[WINQ20]\nvolume_min = 5.0\nvolume_max = 1.0", "volume_min to be no more than volume_max, found 5 and 1"),
    ],
)
def test_a_wrong_sidecar_is_named(tmp_path: Path, text: str, expected: str) -> None:
    """Unknown properties and wrong kinds are refused with the file's name, and what was expected and found."""
    (tmp_path / "symbols.toml").write_text(text)
    with pytest.raises(SidecarError) as caught:
        read_sidecar(tmp_path)
    assert str(tmp_path / "symbols.toml") in str(caught.value)
    assert expected in str(caught.value)
