# SPDX-License-Identifier: MIT
"""The settings of a start: each value checked, its source known, typed for what is built with it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.raw_layer.settings import PoolSettings, TickSettings
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.settings import Settings, parse
from arbitrex_desktop.settings.catalogue import CATALOGUE, Account
from arbitrex_desktop.settings.in_force import SettingsInForce, defaults, load
from arbitrex_desktop.settings.toml_file import SettingsError


@pytest.fixture
def folder(private_environment: Path) -> Path:
    """Return the data folder, made."""
    private_environment.mkdir()
    return private_environment


def read(folder: Path, text: str = "", risk: str = "", record: bool = False) -> SettingsInForce:
    """Return what is in force with these files."""
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    if risk:
        (folder / "risk.toml").write_text(risk, encoding="utf-8-sig")
    return load(Settings(data_dir=folder, record=record))


def test_nothing_set_gives_the_defaults(folder: Path) -> None:
    """Every section is what its class says by itself, the limits are the preset for currency trading."""
    chosen = load(Settings(data_dir=folder))
    assert chosen.section(DeskSettings) == DeskSettings()
    assert chosen.section(PoolSettings) == PoolSettings()
    assert chosen.section(TickSettings) == TickSettings()
    assert chosen.risk.to_dict() == RPMConfig.preset("Standard FX").to_dict()
    assert {each.source for each in chosen.values.values()} == {"default"}
    assert chosen.plain() == defaults()


def test_every_setting_says_what_it_is() -> None:
    """Name, what is expected and its meaning are there for the command and for a dialog."""
    assert [name for name, each in CATALOGUE.items() if not (each.meaning and each.expected)] == []


def test_what_the_file_sets_counts(folder: Path) -> None:
    """Tables by strategy, whole numbers for numbers, and the source of each."""
    chosen = read(
        folder,
        "[desk]\nmax_quote_age = 7\nauto_approve_lots = { bot = 0.5, 'my bot' = 1 }\ncancel_on_halt = true\n"
        "[pool]\nring_capacity = 1024\n[risk]\npreset = 'Conservative'\nmax_drawdown = 0.05\n",
    )
    desk = chosen.section(DeskSettings)
    assert (desk.max_quote_age, desk.auto_approve_lots, desk.cancel_on_halt) == (7.0, {"bot": 0.5, "my bot": 1.0}, True)
    assert chosen.section(PoolSettings).ring_capacity == 1024
    assert chosen.risk.to_dict() == RPMConfig.preset("Conservative", max_drawdown=0.05).to_dict()
    sources = {name: each.source for name, each in chosen.values.items() if each.source != "default"}
    assert sources["desk.max_quote_age"] == sources["risk.max_drawdown"] == "settings.toml"
    assert sources["risk.risk_per_trade"] == "preset Conservative"


def test_the_command_line_wins(folder: Path) -> None:
    """`--record` counts for its start, whatever the file says."""
    chosen = read(folder, "[ticks]\nrecord = false\n", record=True)
    assert chosen.section(TickSettings).record
    assert chosen.values["ticks.record"].source == "command line"


def test_a_risk_file_is_still_read_and_settings_win(folder: Path) -> None:
    """`risk.toml` is a whole set of limits, also with a byte order mark; `[risk]` departs from it."""
    chosen = read(folder, "[risk]\nmax_drawdown = 0.05\n", risk="risk_per_trade = 0.002\nmax_drawdown = 0.2\n")
    assert chosen.risk.to_dict() == RPMConfig(risk_per_trade=0.002, max_drawdown=0.05).to_dict()
    assert chosen.values["risk.risk_per_trade"].source == "risk.toml"
    assert chosen.values["risk.max_drawdown"].source == "settings.toml"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n[desk]\nmax_pending = 0\n", "line 3: desk.max_pending: expected a whole number from 1 to 10,000, found 0"),
        ("[desk]\nmax_pending = 1.5\n", "line 2: desk.max_pending: expected a whole number"),
        ('[desk]\nmax_quote_age = "15 s"\n', 'from 0.5 to 300 s, found "15 s"'),
        (
            "[desk]\nmax_quote_age = nan\n",
            "expected a number from 0.5 to 300 s, found nan",
        ),
        ("[desk]\nmax_quote_age = true\n", "found true"),
        ("[desk]\ncancel_on_halt = 1\n", "expected yes or no (true or false in the file), found 1"),
        (
            "[desk.auto_approve_lots]\na = 1\n\nb = -1\n",
            "line 4: desk.auto_approve_lots.b: expected for each",
        ),
        ("[desk]\nauto_approve_lots = 1\n", "line 2: desk.auto_approve_lots: expected for each name"),
        (
            "[desk]\nmax_pendin = 5\n",
            "no setting of [desk] named 'max_pendin'; is 'max_pending' meant?",
        ),
        ("[dsk]\n", "line 1: there is no section named 'dsk'; is 'desk' meant?"),
        ("desk = 5\n", "line 1: expected a section [desk], found 5"),
        (
            "[risk]\npreset = 'Bold'\n",
            "line 2: risk.preset: there is no set of limits named 'Bold'; known are Conservative, Standard FX",
        ),
        (
            "[risk]\n\nmax_drawdown = 3\n",
            "line 3: risk.max_drawdown: expected a share above 0 and up to 100 % (1 in the file), found 300 % (3)",
        ),
        ("[risk]\nreset_hour = 24\n", "risk.reset_hour: expected a whole number from 0 to 23 h, found 24"),
        ("[risk]\nmax_lots_per_order = -1\n", "max_lots_per_order: expected a number of at least 0 lots, found -1"),
        ("[risk]\ntotal_capital = 3\n", "line 2: there is no setting of [risk] named 'total_capital'"),
        ("[account]\nname = 'a'\n", "line 1: expected accounts, each under a line [[account]]"),
        ("[[account]]\nlogin = 5\n", "line 1: an account needs a name"),
        ("[[account]]\nname = 'a'\n[[account]]\nname = 'a'\n", "line 4: there is another account 'a' above"),
        (
            "[[account]]\nname = 'a'\nlogn = 5\n",
            "no part of an account named 'logn'; is 'login' meant?",
        ),
        ("[[account]]\nname='a'\nterminal='simulated'\n[[account]]\nname='b'\n", "line 4: real and simulated accounts"),
        ("[[account]]\nname = 'a b'\n", "line 2: account.name: expected a text of letters, digits, - and _"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_expectation(folder: Path, text: str, words: str) -> None:
    """Nothing is set half: the start is refused, and the words say where and why."""
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    assert str(caught.value).startswith("settings.toml, line ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "[[account]]\nname = 'a'\npassword = 'hunter2'\n",
        "[[account]]\nname = 'a'\nlogin = 'hunter2'\n",
        "[ticks]\nredis_url = 'redis://me:hunter2@host/0'\n",
        "[ticks]\nredis_url = 'redis://host/0?password=hunter2'\n",
    ],
)
def test_a_password_is_refused_and_not_repeated(folder: Path, text: str) -> None:
    """No password lives in this file, and one that was put there is in no message."""
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    assert "hunter2" not in str(caught.value)


def test_an_empty_risk_file_is_a_whole_set_too(folder: Path) -> None:
    """As before: it stands for the risk manager's own limits, which are tighter than the preset's."""
    assert read(folder, risk="# nothing\n").risk.to_dict() == RPMConfig().to_dict()


def test_a_risk_file_and_a_preset_contradict_each_other(folder: Path) -> None:
    """Both are whole sets of limits; neither is taken in silence."""
    with pytest.raises(SettingsError, match=r"settings\.toml, line 2: risk\.preset: risk\.toml has a whole set"):
        read(folder, "[risk]\npreset = 'Conservative'\n", risk="risk_per_trade = 0.002\n")


def test_a_wrong_risk_file_is_told_with_its_line(folder: Path) -> None:
    """The file that is at fault is the one that is named."""
    with pytest.raises(SettingsError, match=r"risk\.toml, line 2: risk_per_trade: expected a share above 0"):
        read(folder, risk="\nrisk_per_trade = 3\n")
    with pytest.raises(SettingsError, match=r"risk\.toml, line 1: unknown settings: risk_per_trad"):
        read(folder, risk="risk_per_trad = 0.1\n")


def test_accounts_are_read_in_order(folder: Path) -> None:
    """What is left out is the terminal's own."""
    text = "[[account]]\nname = 'b'\nlogin = 5\nserver = 'S'\nterminal = 'C:\\x.exe'\n[[account]]\nname = 'a'\n"
    assert read(folder, text).accounts == (Account("b", 5, "S", r"C:\x.exe"), Account("a"))


def test_what_is_in_force_can_be_journalled(folder: Path) -> None:
    """Every value is safe for JSON and the same when it comes back."""
    plain = read(folder, "[[account]]\nname = 'a'\n[risk]\nallowed_symbols = ['EURUSD']\n").plain()
    assert json.loads(json.dumps(plain)) == plain


def test_the_data_folder_is_the_starts_own(folder: Path) -> None:
    """`parse` and `load` look in the same place."""
    (folder / "settings.toml").write_text("[desk]\nmax_pending = 3\n", encoding="utf-8")
    assert os.environ["ARBITREX_DATA_DIR"] == str(folder)
    assert load(parse([])).section(DeskSettings).max_pending == 3
