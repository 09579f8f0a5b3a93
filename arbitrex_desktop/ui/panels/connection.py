# SPDX-License-Identifier: MIT
"""Connection & sync: the one connection, and the proof that the RPM uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from PySide6.QtWidgets import QVBoxLayout

from arbitrex_desktop.desk.presentation.core_text import core_text
from arbitrex_desktop.raw_layer.views import ConnectionState, PoolStats
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import STARTING, Freshness
from arbitrex_desktop.ui.models.table import Column, RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.table_view import TableView


class Fact(NamedTuple):
    """One line of the panel."""

    name: str
    value: str
    tone: Tone = Tone.TEXT
    tip: str = ""


_COLUMNS: Final[tuple[Column[Fact], ...]] = (
    Column(N_("Figure"), lambda row: row.name, lambda row: row.name, "initialized_by_sync", number=False,
           tone=lambda _row: Tone.MUTED, tip=lambda row: row.tip or row.name),
    Column(N_("Value"), lambda row: row.value, lambda row: row.value, "x" * 10, number=False, tone=lambda row: row.tone,
           tip=lambda row: row.tip or row.value),
)  # fmt: skip

_SYNC_KEYS: Final = ("using_mt5_pool", "initialized_by_sync", "mt5_initialized", "mt5_available")
_SHOWN_SYNC_KEYS: Final = frozenset({*_SYNC_KEYS, "last_sync_time", "last_sync_at", "last_error"})


class ConnectionPanel(Panel):
    """A list of figures, each with its name as the program's interfaces call it."""

    name = "connection"
    title = N_("Connection && sync")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.model: RowTableModel[Fact] = RowTableModel(_COLUMNS, lambda row: row.name, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        self.view = TableView(self.model, theme, _(STARTING))
        layout.addWidget(self.view)

    def refresh(self, fresh: Freshness) -> None:
        """Show the pool's and the sync's figures."""
        snapshot = fresh.snapshot
        self.view.set_empty_text(fresh.blocking_reason or _(STARTING))
        if snapshot is not None:
            self.model.set_rows(
                [*_core_facts(fresh), *_state_facts(snapshot.pool, fresh), *_sync_facts(snapshot.sync, fresh),
                 *_pool_facts(snapshot.pool), *_call_facts(snapshot.pool)]
            )  # fmt: skip


def _core_facts(fresh: Freshness) -> Iterator[Fact]:
    if fresh.blocking_reason:
        yield Fact(_("trading core"), fresh.blocking_reason, Tone.BAD if fresh.core_silent else Tone.WARN)


def _state_facts(pool: PoolStats, fresh: Freshness) -> Iterator[Fact]:
    connected = pool.state is ConnectionState.CONNECTED
    yield Fact(_("state"), core_text(pool.state), Tone.TEXT if connected else Tone.WARN)
    since = f"{formats.clock_time(pool.since)}, {formats.age(fresh.seconds_since(pool.since))}"
    yield Fact(_("since"), since, tip=formats.utc_tip(pool.since))
    if pool.reason:
        yield Fact(_("reason"), core_text(pool.reason), Tone.TEXT if connected else Tone.WARN)


def _sync_facts(sync: dict[str, Any], fresh: Freshness) -> Iterator[Fact]:
    for key in _SYNC_KEYS:
        if key in sync:
            yield Fact(key, formats.fact(sync[key]))
    when, age = formats.clock_time(fresh.synced_at), formats.age(fresh.sync_age)
    text = _("{when}, {age} ago").format(when=when, age=age) if fresh.synced_at else _("never")
    yield Fact(
        "last_sync_time", text, Tone.TEXT if fresh.account_fresh else Tone.WARN, formats.utc_tip(fresh.synced_at)
    )
    if sync.get("last_error"):
        yield Fact(_("last sync error"), core_text(formats.fact(sync["last_error"])), Tone.WARN)
    for key, value in sync.items():
        if key not in _SHOWN_SYNC_KEYS:
            yield Fact(key, formats.fact(value))


def _pool_facts(pool: PoolStats) -> Iterator[Fact]:
    yield Fact(_("session"), formats.fact(pool.session))
    yield Fact(_("mode"), core_text(formats.fact(pool.mode)))
    yield Fact(_("login"), formats.fact(pool.login))
    yield Fact(_("server"), formats.fact(pool.server))
    yield Fact(_("terminal"), formats.fact(pool.terminal))
    yield Fact(_("initialize calls"), str(pool.initialize_calls))
    yield Fact(
        _("attempts"),
        _("{attempts}, {connections} connected").format(attempts=pool.attempts, connections=pool.connections),
    )
    yield Fact(_("host process"), formats.fact(pool.host_pid), tip=_("Process that holds the MetaTrader5 module"))
    yield Fact(_("host restarts"), str(pool.host_restarts))
    yield Fact(
        _("ticks"),
        _("{ticks_per_second} /s, {ticks_total} in all").format(
            ticks_per_second=formats.number(pool.ticks_per_second, 1), ticks_total=formats.whole(pool.ticks_total)
        ),
    )
    yield Fact(
        _("symbols with ticks"),
        _("{symbols_with_ticks} of {count}").format(
            symbols_with_ticks=pool.symbols_with_ticks, count=len(pool.symbols)
        ),
    )
    resolved = ", ".join(f"{name} is {symbol}" for name, symbol in pool.resolved_symbols.items())
    yield Fact(_("resolved symbols"), resolved or _("none"), tip=resolved.replace(", ", "\n"))
    yield Fact(
        _("missing symbols"), _missing(pool), Tone.WARN if pool.missing_symbols else Tone.TEXT, _missing_tip(pool)
    )
    bad = ", ".join(f"{cause} {count}" for cause, count in pool.bad_ticks.items())
    yield Fact(_("bad ticks"), bad or _("none"), Tone.WARN if bad else Tone.TEXT)
    yield Fact(_("gaps"), str(pool.gaps), tip=_("Polls whose ticks may be incomplete"))
    yield Fact(_("server clock"), _offset(pool.server_offset_seconds), tip=_("Broker's clock minus UTC"))
    yield Fact(_("last poll"), formats.clock_time(pool.last_poll_at), tip=formats.utc_tip(pool.last_poll_at))
    yield Fact(_("last error"), core_text(formats.fact(pool.last_error)), Tone.WARN if pool.last_error else Tone.TEXT)


def _call_facts(pool: PoolStats) -> Iterator[Fact]:
    for name, stats in pool.calls.items():
        text = _("{p50_ms:.1f} / {p99_ms:.1f} ms, {count}\N{MULTIPLICATION SIGN}").format(
            p50_ms=stats.p50_ms, p99_ms=stats.p99_ms, count=stats.count
        )
        failures = _(", {failures} failed").format(failures=stats.failures) if stats.failures else ""
        yield Fact(f"{name} p50 / p99", text + failures, Tone.WARN if failures else Tone.TEXT)


def _missing(pool: PoolStats) -> str:
    return ", ".join(pool.missing_symbols) or _("none")


def _missing_tip(pool: PoolStats) -> str:
    return "\n".join(f"{symbol}: {why}" for symbol, why in pool.missing_symbols.items())


def _offset(seconds: int | None) -> str:
    if seconds is None:
        return _("not measured yet")
    sign = "+" if seconds >= 0 else formats.MINUS
    return f"UTC{sign}{abs(seconds) // 3600:02d}:{abs(seconds) % 3600 // 60:02d}"
