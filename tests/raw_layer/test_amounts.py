# SPDX-License-Identifier: MIT
"""Lots and money are shown in full, whatever the broker's steps and the account's currency."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.raw_layer import amounts


@pytest.mark.parametrize(
    ("volume", "text"),
    [(0.015, "0.015"), (0.004, "0.004"), (1.0625, "1.0625"), (0.25, "0.25"), (2.0, "2.00"), (1e-8, "0.00000001"),
     (0.1 + 0.2, "0.30"), (0.0, "0.00"), (12_345.5, "12,345.50"), (float("nan"), "nan")],
)  # fmt: skip
def test_a_volume_has_two_decimals_and_all_that_it_needs(volume: float, text: str) -> None:
    """Three decimals and more are not cut, and what arithmetic leaves behind is not shown."""
    assert amounts.lots(volume) == text


@pytest.mark.parametrize(
    ("step", "decimals", "volume", "text"),
    [(1.0, 0, 5.0, "5"), (10.0, 0, 30.0, "30"), (0.1, 1, 0.3, "0.3"), (0.1, 1, 0.25, "0.25"), (0.01, 2, 5.0, "5.00"),
     (0.001, 3, 0.25, "0.250"), (1e-8, 8, 0.5, "0.50000000"), (0.25, 2, 1.5, "1.50"), (5.0, 0, 1_000.0, "1,000")],
)  # fmt: skip
def test_a_volume_has_the_decimals_of_its_step(step: float, decimals: int, volume: float, text: str) -> None:
    """And more where it has more: half a lot of whole ones is not rounded away."""
    assert amounts.step_decimals(step) == decimals
    assert amounts.lots(volume, decimals) == text


@given(st.integers(0, 10**14))
def test_no_volume_that_a_server_counts_loses_anything(units: int) -> None:
    """Read back, the text is the volume, for every multiple of the server's least unit."""
    text = amounts.lots(units / 10**8).replace(",", "")
    assert round(float(text) * 10**8) == round(units / 10**8 * 10**8)


@pytest.mark.parametrize(
    ("amount", "currency", "digits", "text"),
    [
        (10_000_000.0, "JPY", None, "10,000,000 JPY"),
        (1234.5, "USD", None, "1,234.50 USD"),
        (12.3456, "KWD", None, "12.346 KWD"),
        (0.05, "BTC", None, "0.05000000 BTC"),
        (5.0, "USC", None, "5.00 USC"),
        (0.5, "BTC", 3, "0.500 BTC"),
        (7.0, "", None, "7.00"),
    ],
)
def test_money_has_the_decimals_of_its_currency(amount: float, currency: str, digits: int | None, text: str) -> None:
    """Yen have none, bitcoin eight; what the account itself says goes first."""
    assert amounts.money(amount, currency, digits) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (1234.5, "1,234.50"),
        (-0.5, "-0.50"),
        (0.04, "0.04"),
        (0.00125, "0.00125"),
        (-0.00000001, "-0.00000001"),
        (0.1 + 0.2, "0.30"),
        (1e-12, "0.00"),
        (0.0, "0.00"),
        (12.345, "12.35"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_money_whose_currency_is_not_at_hand_hides_nothing(amount: float, text: str) -> None:
    """A sum that two decimals would round away is shown in full, and what arithmetic leaves behind is not."""
    assert amounts.money_of_any_account(amount) == text
