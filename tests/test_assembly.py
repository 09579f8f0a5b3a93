# SPDX-License-Identifier: MIT
"""How the core is put together where the settings, and the files around them, decide."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from arbitrex_desktop import assembly, logs
from arbitrex_desktop.assembly import PrivacyCheck, build_core, news_calendar, risk_config, tick_sinks
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.raw_layer.settings import TickSettings
from arbitrex_desktop.raw_layer.views import PricePace
from arbitrex_desktop.settings import parse
from arbitrex_desktop.settings.catalogue import Account, NewsSettings
from arbitrex_desktop.settings.toml_file import SettingsError
from tests.desk.gateway.conftest import come_in, until
from tests.fakes.passwords import FakePasswordStore


def test_a_script_reads_the_traders_own_limits(tmp_path: Path) -> None:
    """With whatever mark an editor put before the text; a file that cannot be used is refused by name."""
    (tmp_path / "risk.toml").write_text("risk_per_trade = 0.002\n", encoding="utf-8-sig")
    assert risk_config(parse(["--data-dir", str(tmp_path)])).risk_per_trade == 0.002
    (tmp_path / "risk.toml").write_text("risk_per_trade = 'much'\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"risk\.toml"):
        risk_config(parse(["--data-dir", str(tmp_path)]))


def test_a_calendar_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    """No calendar is none; one that is named and missing or wrong is never passed over."""
    assert news_calendar(NewsSettings(), tmp_path) is None
    with pytest.raises(SettingsError, match=r"news\.calendar: .*news\.csv"):
        news_calendar(NewsSettings("news.csv"), tmp_path)
    (tmp_path / "news.csv").write_text("time\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="line 1: expected the header"):
        news_calendar(NewsSettings("news.csv"), tmp_path)


@pytest.mark.slow
def test_a_strategy_that_comes_has_prices_each_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks, and who may send an intent has just connected: its first one is judged by prices of now."""
    monkeypatch.setenv("MT5_TERMINAL", "simulated")
    core = build_core(parse(["--data-dir", str(tmp_path / "data")]))
    core.start()
    try:
        core.set_seen(seen=False)
        core.demand.look()
        assert core._pool._loop.pace is PricePace.NEEDED  # type: ignore[attr-defined] # it is a real pool
        with come_in(tmp_path / "data"):
            until(lambda: core._pool._loop.pace is PricePace.EACH_SECOND)  # type: ignore[attr-defined]
    finally:
        core.stop()


def test_a_redis_without_a_client_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that is missing is named; ticks do not go nowhere in silence."""
    monkeypatch.setitem(sys.modules, "arbitrex_desktop.raw_layer.recording.redis_sink", None)
    with pytest.raises(SettingsError, match=r"pip install arbitrex-desktop\[redis\]"):
        tick_sinks(TickSettings(redis_url="redis://localhost"), tmp_path, SystemClock())
    assert tick_sinks(TickSettings(), tmp_path, SystemClock()) == ()


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows a user's folders are private by their access lists")
def test_an_env_file_for_all_to_read_is_told(tmp_path: Path) -> None:
    """The core shows what a service's start raises; a private file is no news."""
    path = tmp_path / ".env"
    path.write_text("MT5_LOGIN=1\n", encoding="utf-8")
    path.chmod(0o644)
    with pytest.raises(DeskError, match="other users of this computer may read"):
        PrivacyCheck(path).start()
    path.chmod(0o600)
    PrivacyCheck(path).start()


def test_a_kept_password_is_asked_for_and_in_no_log(
    private_environment: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the credential store says of an account of settings.toml is known to the log before the start."""
    monkeypatch.chdir(tmp_path)
    private_environment.mkdir()
    account = "[[account]]\nname = 'live'\nlogin = 123\nserver = 'Broker-Live'\n"
    (private_environment / "settings.toml").write_text(account, encoding="utf-8")
    store = FakePasswordStore()
    store.put(Account("live", 123, "Broker-Live"), "geheim77")
    monkeypatch.setattr(assembly, "_password_store", lambda _chosen: store)
    root = logging.getLogger()
    before = list(root.handlers)
    logs.configure(tmp_path / "logs")
    try:
        build_core(parse([])).stop()
        logging.getLogger("somewhere").warning("it is geheim77")
    finally:
        for handler in [each for each in root.handlers if each not in before]:
            root.removeHandler(handler)
            handler.close()
    assert "it is ***" in (tmp_path / "logs" / "arbitrex.log").read_text(encoding="utf-8")
