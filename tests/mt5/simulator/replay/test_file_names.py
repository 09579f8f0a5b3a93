# SPDX-License-Identifier: MIT
"""A file's name tells its symbol, as the broker writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.mt5.simulator.replay.file_names import symbol_of


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("EURUSD_M1_202603020000_202603030000.csv", "EURUSD"),
        ("EURUSD.m_202603020000_202603030000.csv", "EURUSD.m"),
        ("EURUSD.a.csv", "EURUSD.a"),
        ("US30.cash_202603020000.csv", "US30.cash"),
        (".US30Cash_202603020000.csv", ".US30Cash"),
        ("#AAPL_202603020000.csv", "#AAPL"),
        ("@ES_H1_202603020000.csv", "@ES"),
        ("Volatility 75 Index_202603020000.csv", "Volatility 75 Index"),
        ("BTC_USD_202603020000.csv", "BTC_USD"),
        ("BTCUSDT_ticks.txt", "BTCUSDT"),
        ("EURUSDm_ticks.csv", "EURUSDm"),
        ("XAUUSD-_t.csv", "XAUUSD-"),
        ("EURUSD_Daily_x.csv", "EURUSD"),
        ("GBPUSD.daily.csv", "GBPUSD"),
        ("USDJPY_MN1_2010.CSV", "USDJPY"),
        ("DAT_ASCII_EURUSD_T_202603.csv", "EURUSD"),
        ("DAT_MT_GBPJPY_M1_2025.csv", "GBPJPY"),
        ("EURUSD1.csv", "EURUSD1"),
        ("_2026.csv", ""),
        ("EURUSD_i_202601010000_202601312355.csv", "EURUSD_i"),
        ("GBPUSD_pro_M1_202601010000.csv", "GBPUSD_pro"),
        ("6E_Z25_M1_202601010000.csv", "6E_Z25"),
        ("EURUSD_i.csv", "EURUSD_i"),
        ("EURUSD_raw_2026.csv", "EURUSD_raw"),
        ("FX.EURUSD_M1_202601010000.csv", "FX.EURUSD"),
        ("XAUUSD._202601010000.csv", "XAUUSD."),
        ("EURUSD_Candlestick_1_M_BID_01.03.2026-02.03.2026.csv", "EURUSD"),
        ("EURUSD_Ticks_02.03.2026-02.03.2026.csv", "EURUSD"),
        ("eurusd-tick-2026-03-02-2026-03-03.csv", "EURUSD"),
        ("US30_x10_M1_2026.csv", "US30_x10"),
        ("EURUSD_i_M1_2026.csv", "EURUSD_i"),
        ("USTEC_x100m.csv", "USTEC_x100m"),
        ("EURUSD_M1 (1).csv", "EURUSD"),
        ("EURUSD (12).csv", "EURUSD"),
        ("Volatility 75 (1s) Index.csv", "Volatility 75 (1s) Index"),
        ("XAUUSD.r - Copy.csv", "XAUUSD.r"),
        ("GER40_ticks - Kopie (2).csv", "GER40"),
        ("EURUSD,M15.csv", "EURUSD"),
        ("GBPUSD, H4.csv", "GBPUSD"),
        ("btcusd-m1-bid-2026-03-02-2026-03-03.csv", "BTCUSD"),
    ],
)
def test_symbol_of_a_name(name: str, symbol: str) -> None:
    """Prefix, suffix, marks and blanks are the symbol's; dates, periods and small words behind a stroke are not."""
    assert symbol_of(Path(name)) == symbol


@pytest.mark.parametrize(
    ("name", "symbol"), [("EURUSD1.csv", "EURUSD"), ("US301440.csv", "US30"), ("DE4060.csv", "DE40")]
)
def test_metatrader_4_writes_the_minutes_behind_the_symbol(name: str, symbol: str) -> None:
    """In that shape the number at the end is the length of a bar."""
    assert symbol_of(Path(name), minutes=True) == symbol


def test_a_symbol_that_is_described_counts_as_it_is_written() -> None:
    """A name of `symbols.toml` is the file's, also where a part of it would be left out otherwise."""
    known = ("EURUSD", "EURUSD_i")
    assert symbol_of(Path("EURUSD_i.csv"), known) == "EURUSD_i"
    assert symbol_of(Path("EURUSD_i_2026.csv"), known) == "EURUSD_i"
    assert symbol_of(Path("EURUSD_ticks.csv"), known) == "EURUSD"
