# SPDX-License-Identifier: MIT
"""The states in which the window must read well, each as what the core would show: full of rows, and awkward."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.alert_rows import AlertCall, AlertKind, AlertRow, AlertRule, AlertsView
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.snapshot import (
    ArmingRow,
    DeskSnapshot,
    EquityPoint,
    IntentRow,
    Notice,
    OrderRow,
    PositionRow,
    SwitchRow,
)
from arbitrex_desktop.mt5.commands import ReplayStatus
from arbitrex_desktop.raw_layer.config import TRADING_UNIVERSE
from arbitrex_desktop.raw_layer.views import AccountMode, CallStats, ConnectionState, Quote
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.ui.commands import ApproveIntent, Phase, Task
from tests.fakes.clock import START
from tests.fakes.desk_data import (
    CHECKS,
    account_row,
    desk_snapshot,
    intent_row,
    order_row,
    pool_stats,
    position_row,
    quote,
    risk_row,
)
from tests.fakes.records import replace

LONG_SINCE: Final = timedelta(seconds=47)
SYMBOLS: Final = {
    symbol: 2 if symbol.startswith("X") else 3 if symbol.endswith("JPY") else 5
    for group in TRADING_UNIVERSE.values()
    for symbol in group
}
"""Every symbol of the universe with its decimals."""

_REFUSAL: Final = (
    Verdict("MAX_DRAWDOWN", Outcome.FAIL, 0.1043, 0.10, "fraction", "Drawdown is beyond its limit; trading halts"),
    Verdict("EXPOSURE_PRICE_UNKNOWN", Outcome.UNKNOWN, None, None, "", "There is no price of XAUEUR to count it with"),
    *CHECKS,
)


@dataclass(frozen=True, slots=True)
class DeskState:
    """What the core shows; how old the snapshot and the quotes are by then, in seconds.

    Besides, the `task` of the worker, why there is no core, `broken`, and the answer to the form, `preview`.
    """

    snapshot: DeskSnapshot | None
    age: float = 0.0
    quote_age: float = 0.4
    task: Task | None = None
    broken: str = ""
    preview: IntentRow = field(default_factory=intent_row)


def quotes(received: float) -> tuple[Quote, ...]:
    """Return a quote of every symbol but the last, received at a moment of the monotonic clock."""
    names = list(SYMBOLS)[:-1]
    bids = {2: 2_345.67, 3: 151.234, 5: 1.08765}
    return tuple(
        quote(
            name,
            bids[SYMBOLS[name]] + place * 0.01,
            received=received,
            direction=place % 3 - 1,
            ticks=place**3,
            ask=bids[SYMBOLS[name]] + place * 0.01 + 12 * 10.0 ** -SYMBOLS[name],
        )
        for place, name in enumerate(names)
    )


def _positions() -> tuple[PositionRow, ...]:
    return (
        position_row(281_474_976, intent_id="aaaa1111", price_value=50_000.0),
        position_row(281_474_977, symbol="XAUUSD", direction=-1, volume=12.34, price_open=2_345.67,
                     price_current=2_346.8, digits=2, stop_loss=None, take_profit=None, profit=-13_944.2, swap=-188.0,
                     opened_at=START - timedelta(days=12), comment="by hand"),
        position_row(281_474_978, symbol="GBPJPY", direction=-1, volume=100.0, price_open=191.234,
                     price_current=191.234, digits=3, stop_loss=192.0, take_profit=189.5, profit=0.0, swap=0.0,
                     price_value=61_800.0),
    )  # fmt: skip


def _orders() -> tuple[OrderRow, ...]:
    return (
        order_row(281_474_990, expires_at=START + timedelta(days=2)),
        order_row(281_474_991, symbol="XAUUSD", kind="SELL STOP LIMIT", direction=-1, volume=0.05, price=2_300.5,
                  digits=2, stop_loss=None, take_profit=None, limit_price=2_301.0, intent_id="bbbb2222"),
        order_row(281_474_992, symbol="GBPJPY", kind="CLOSE BY", direction=0, price=None, digits=3, for_the_day=True),
    )  # fmt: skip


def _pending() -> tuple[IntentRow, ...]:
    later = {"created_at": START - timedelta(seconds=100), "expires_at": START + timedelta(seconds=9)}
    words = "CLOSES position #281474977 (SELL 12.34 XAUUSD)"
    return (
        intent_row("7GZ2K4M9Q1AB"),
        intent_row("8HA3N5P0R2CD", symbol="XAUUSD", decision="APPROVED", lots=12.34, digits=2, price=2_346.8,
                   stop_loss=None, take_profit=None, risk_amount=0.0, risk_pct=0.0, closes=281_474_977,
                   closing_text=words, source="trend-follow", **later),
        intent_row("9JB4P6Q1S3EF", symbol="GBPJPY", direction=-1, decision="REJECTED", lots=0.0, digits=3,
                   price=191.23, stop_loss=None, risk_amount=None, risk_pct=None, reason="MAX_DRAWDOWN",
                   details="Drawdown is beyond its limit; trading halts", checks=_REFUSAL, can_approve=False,
                   blocker="Drawdown is beyond its limit; trading halts", source="mean-revert"),
    )  # fmt: skip


def _ended() -> tuple[IntentRow, ...]:
    state = IntentState
    filled = {"fill_price": 1.10013, "slippage_points": 1.3, "filled_lots": 0.6, "ticket": 281_474_976}
    days_ago = {"changed_at": START - timedelta(days=3, hours=2)}
    return (
        intent_row("e1", state=state.FILLED, details="done", **filled),
        intent_row("e2", state=state.REJECTED, direction=-1, decision="REJECTED", lots=0.0, checks=_REFUSAL,
                   details="Drawdown is beyond its limit; trading halts", source="mean-revert"),
        intent_row("e3", state=state.EXPIRED, symbol="XAUUSD", digits=2, details="nobody decided in time"),
        intent_row("e4", state=state.PARTIAL, **(filled | {"filled_lots": 0.2}), details="partly done", **days_ago),
        intent_row("e5", state=state.FAILED, symbol="USDJPY", digits=3, details="the price moved away", **days_ago),
        intent_row("e6", state=state.CANCELLED, details="withdrawn", source="trend-follow", **days_ago),
    )  # fmt: skip


def _notices() -> tuple[Notice, ...]:
    return (
        Notice(
            START,
            "info",
            NoticeSubject.ORDER.of("7GZ2K4M9Q1AB"),
            "BUY 0.60 EURUSD filled at 1.10013, slippage 1.3 points (0.78 EUR)",
        ),
        Notice(
            START - timedelta(minutes=3), "warning", NoticeSubject.CONNECTION.of(), "LOST: the terminal's process ended"
        ),
        Notice(
            START - timedelta(days=1),
            "error",
            NoticeSubject.SYNC.of(),
            "the account could not be synced: no answer within 3 s",
        ),
    )


def _curve(equity: float, balance: float, end: datetime = START) -> tuple[EquityPoint, ...]:
    """Return ten minutes of points that end where the account stands."""
    return tuple(
        EquityPoint(
            end - timedelta(seconds=600 - second), equity + (600 - second) * ((second * 37) % 11 - 5) / 9, balance
        )
        for second in range(0, 601, 5)
    )


_LIMITS: Final = (
    ("MAX_DRAWDOWN_EXCEEDED", 0.0058, 0.10, "share"), ("DAILY_LOSS_LIMIT", 312.5, 2_000.0, "money"),
    ("OPEN_RISK_LIMIT", 1_640.0, 2_000.0, "money"), ("MAX_POSITIONS_REACHED", 3.0, 8.0, "count"),
    ("MARGIN_LEVEL_LIMIT", 4_280.88, 200.0, "%"), ("WEEKLY_LOSS_LIMIT", 0.0, 5_000.0, "money"),
    ("TOTAL_EXPOSURE_LIMIT", 9.1, 15.0, "share"), ("VALUE_AT_RISK_LIMIT", 0.1757, 0.14, "share"),
    ("DAILY_DRAWDOWN_LIMIT", 0.0031, 0.03, "share"), ("NET_EXPOSURE_LIMIT", 8.2, 12.0, "share"),
    ("EXPECTED_SHORTFALL_LIMIT", 0.1, 0.18, "share"), ("CORRELATION_LIMIT", 4.4, 10.0, "share"),
)  # fmt: skip


_DEEP_LIMITS: Final = (
    ("MAX_DRAWDOWN_EXCEEDED", 0.1043, 0.10, "share"), ("DAILY_LOSS_LIMIT", 23_456_789.0, 22_000_000.0, "money"),
    ("OPEN_RISK_LIMIT", 21_640_000.0, 22_000_000.0, "money"), ("MAX_POSITIONS_REACHED", 8.0, 8.0, "count"),
    ("MARGIN_LEVEL_LIMIT", 112.08, 200.0, "%"), ("WEEKLY_LOSS_LIMIT", 48_765_432.0, 55_000_000.0, "money"),
)  # fmt: skip


def _verdicts(limits: Iterable[tuple[str, float, float, str]]) -> tuple[Verdict, ...]:
    return tuple(
        Verdict(code, Outcome.PASS, seen, most, unit, f"{code} {seen} of {most}") for code, seen, most, unit in limits
    )


def _alerts() -> AlertsView:
    """Return alerts that wait, sleep, are raised and always call; and what they called."""
    rows = (
        AlertRow(AlertRule("p", AlertKind.PRICE, "EURUSD", level=1.2, digits=5, note="sell there"), value=1.10004),
        AlertRow(AlertRule("d", AlertKind.DRAWDOWN, above=True, level=5.0), is_raised=True, value=5.8),
        AlertRow(AlertRule("s", AlertKind.SPREAD, "XAUUSD", level=40.0), snoozed_until=START + timedelta(minutes=20)),
        AlertRow(AlertRule("always HALT", AlertKind.HALT)),
    )
    calls = (
        AlertCall(2, START - timedelta(seconds=20), AlertKind.DECISION, "BUY 12.34 XAUUSD waits for your decision"),
        AlertCall(1, START - timedelta(minutes=4), AlertKind.DRAWDOWN, "drawdown 5.8 % is above 5 %"),
    )
    return AlertsView(rows, calls, trouble="Telegram did not take the last call: no answer within 10 s")


def busy(**changes: Any) -> DeskSnapshot:
    """Return a connected desk with rows in every table."""
    account = account_row()
    calls = {"symbols_get": CallStats(3, 1, 1.2, 8.4, 11.0), "order_send": CallStats(12, 0, 3.4, 9.9, 12.0)}
    exposure = {"USD": -161_000.0, "EUR": 58_000.0, "JPY": 1_234_567.0, "GBP": -100_000.0}
    units = {"EURUSD": 50_000.0, "XAUUSD": -1_234.0, "GBPJPY": -10_000_000.0}
    notional = {"EURUSD": 50_105.0, "XAUUSD": -1_340_210.0, "GBPJPY": -11_480_300.0}
    base = desk_snapshot(
        alerts=_alerts(),
        pool=pool_stats(symbols=tuple(SYMBOLS), symbols_with_ticks=len(SYMBOLS) - 1, calls=calls,
                        missing_symbols={"MXSHAR": "the terminal does not list it"}, bad_ticks={"crossed": 2}),
        risk=risk_row(
            currency_exposure=exposure, symbol_exposure=units, notional=notional, limits=_verdicts(_LIMITS),
            worst={"MAX_POSITIONS_REACHED": 0.875},
            correlated=("EURUSD", "XAUUSD", "GBPJPY"),
            correlations=((1.0, 0.62, -0.31), (0.62, 1.0, 0.05), (-0.31, 0.05, 1.0)),
            switches=(
                SwitchRow("SYMBOL", "GBPJPY", "SUSPEND", "spread too wide overnight", START - timedelta(hours=9)),
                SwitchRow("STRATEGY", "scalper", "SUSPEND", "20 trades in a short time", START, by_limit=True),
            ),
        ),
        positions=_positions(), orders=_orders(), intents=(*_pending(), *_ended()), notices=_notices(),
        equity=_curve(account.equity, account.capital),
    )  # fmt: skip
    return replace(base, **changes)


def _in(state: ConnectionState, reason: str, mode: AccountMode = AccountMode.SIMULATED) -> DeskSnapshot:
    """Return a desk whose connection was good 47 seconds ago."""
    full = busy()
    assert full.account is not None
    before = START - LONG_SINCE
    pool = replace(full.pool, state=state, reason=reason, since=before, mode=mode, last_error=reason)
    blocked = tuple(
        replace(row, can_approve=False, blocker=f"not connected ({state}: {reason})") for row in full.intents
    )
    return replace(
        full, pool=pool, account=replace(full.account, observed_at=before),
        equity=_curve(full.account.equity, full.account.capital, before),
        sync=full.sync | {"last_sync_time": before.isoformat()}, intents=blocked,
    )  # fmt: skip


def _live(*, armed: bool) -> DeskSnapshot:
    words = "nothing is sent on LIVE accounts yet: arming comes first (type the account's login to arm)"
    full = busy()
    rows = full.intents if armed else tuple(replace(row, can_approve=False, blocker=words) for row in full.intents)
    until = START + timedelta(minutes=14, seconds=32) if armed else None
    pool = replace(full.pool, mode=AccountMode.LIVE, server="ICMarketsEU-Live-07", login=512_345_678)
    account = account_row(login=pool.login, server=pool.server, company="IC Markets")
    return replace(full, pool=pool, account=account, intents=rows, arming=ArmingRow(needed=True, until=until))


def _halted() -> DeskSnapshot:
    risk = replace(
        busy().risk or risk_row(), trading_state="HALTED", halt_reason="by the trader",
        halted_at=START - timedelta(days=1),
    )  # fmt: skip
    blocked = [replace(row, can_approve=False, blocker="trading is halted: by the trader") for row in busy().intents]
    return busy(risk=risk, intents=tuple(blocked))


def _deep() -> DeskSnapshot:
    """Return an account in yen, deep in the red: long numbers, and every limit near or beyond."""
    risk = risk_row(
        trading_state="REDUCING", halt_reason="three losses in a row; until 11:00", peak_equity=1_112_345_678.0,
        drawdown=0.1043, daily_pnl=-23_456_789.0, daily_limit=22_000_000.0, weekly_pnl=-48_765_432.0,
        weekly_limit=55_000_000.0, daily_drawdown=0.0287, day_anchor=1_025_741_123.0, limits=_verdicts(_DEEP_LIMITS),
    )  # fmt: skip
    account = account_row(
        currency="JPY", capital=1_098_765_432.1, equity=996_300_000.55, margin=888_888_888.0,
        free_margin=107_411_112.55, margin_level=112.08, unrealized_pnl=-102_465_431.55,
    )  # fmt: skip
    return busy(account=account, risk=risk, equity=_curve(account.equity, account.capital))


def _unknown() -> DeskSnapshot:
    words = "no answer came: the terminal did not answer within 3 s; looking for order, deal and position"
    lost = intent_row("u1", state=IntentState.UNKNOWN, lots=0.25, can_approve=False, blocker="UNKNOWN", details=words)
    return busy(intents=(*_pending(), lost, *_ended()), journal_problem="the disk is full")


def _worst() -> DeskState:
    """Return everything at once that takes room: LIVE, not armed, an unknown fate, no journal, a long refusal."""
    lost, live = _unknown(), _live(armed=False)
    words = "CLOSES position #281474977 (SELL 12.34 XAUUSD), opened by hand, not by this desk"
    long = replace(
        _pending()[2], details=_REFUSAL[0].message + "; " + _REFUSAL[1].message, closing_text=words, digits=5
    )
    return DeskState(
        replace(live, intents=lost.intents, journal_problem="the journal's disk is full, and 3 more steps wait for it"),
        preview=long,
    )


def _replay() -> DeskState:
    at = int(START.timestamp() * 1_000)
    day, notes = 86_400_000, ("EURUSD.csv is taken for EURUSD",)
    replay = ReplayStatus(at - day, at + day, at, 4.0, at - day, 0.62, notes)
    return DeskState(busy(pool=replace(busy().pool, replay=replay)))


def _full() -> DeskState:
    """Return more of everything than any table shows at once."""
    symbols = list(SYMBOLS)[:24]
    positions = tuple(
        position_row(300_000 + place, symbol=symbol, direction=1 if place % 2 else -1, digits=SYMBOLS[symbol],
                     profit=(place - 11) * 137.5, opened_at=START - timedelta(minutes=7 * place))
        for place, symbol in enumerate(symbols)
    )  # fmt: skip
    waiting = tuple(
        intent_row(f"WAIT{place:08d}", symbol=symbol, direction=1 if place % 2 else -1, digits=SYMBOLS[symbol],
                   source="trend-follow" if place % 3 else "manual",
                   expires_at=START + timedelta(seconds=12 + 9 * place))
        for place, symbol in enumerate(symbols[:9])
    )  # fmt: skip
    told = tuple(
        Notice(
            START - timedelta(minutes=place),
            ("info", "warning", "error")[place % 3],
            NoticeSubject.SYNC.of(),
            f"message {place}",
        )
        for place in range(60)
    )
    ended = tuple(replace(row, intent_id=f"{row.intent_id}-{turn}") for turn in range(8) for row in _ended())
    return DeskState(busy(positions=positions, intents=(*waiting, *ended), notices=told))


def _before_sync() -> DeskSnapshot:
    pool = pool_stats(
        state=ConnectionState.DISCONNECTED, mode=None, login=None, server="", attempts=3, connections=0, symbols=(),
        reason="there is no terminal at 'C:/MT5/terminal64.exe'", last_poll_at=None, host_pid=None,
        ticks_per_second=0.0,
    )  # fmt: skip
    return DeskSnapshot(START, pool, {"using_mt5_pool": True, "mt5_initialized": False})


def _empty() -> DeskSnapshot:
    return desk_snapshot(positions=(), orders=(), intents=(), notices=(), equity=busy().equity[-1:])


STATES: Final[Mapping[str, Callable[[], DeskState]]] = MappingProxyType(
    {
        "broken": lambda: DeskState(None, broken="MT5_LOGIN must be the account's number, not '12x4'"),
        "starting": lambda: DeskState(None, task=Phase.CONNECT),
        "disconnected": lambda: DeskState(_before_sync()),
        "connected": lambda: DeskState(busy()),
        "empty": lambda: DeskState(_empty()),
        "lost": lambda: DeskState(_in(ConnectionState.LOST, "the terminal's process ended"), quote_age=47.0),
        "wrong_account": lambda: DeskState(
            _in(ConnectionState.WRONG_ACCOUNT, "login 7 at Other-Live is connected, 5001234 was asked for"),
            quote_age=47.0,
        ),
        "stale": lambda: DeskState(
            _in(ConnectionState.STALE, "no tick for 45 s, while the market is open"), quote_age=47.0
        ),
        "silent": lambda: DeskState(busy(), age=60.0, quote_age=60.0, task=ApproveIntent("7GZ2K4M9Q1AB")),
        "closed": lambda: DeskState(busy(pool=replace(busy().pool, market_open=False)), quote_age=40_000.0),
        "halted": lambda: DeskState(_halted()),
        "deep": lambda: DeskState(_deep()),
        "reconciling": lambda: DeskState(_in(ConnectionState.RECONCILING, "orders are compared with the broker's")),
        "replay": _replay,
        "full": _full,
        "unknown": lambda: DeskState(_unknown()),
        "worst": _worst,
        "live_unarmed": lambda: DeskState(_live(armed=False)),
        "live_armed": lambda: DeskState(_live(armed=True)),
    }
)
"""Every state by its name."""
