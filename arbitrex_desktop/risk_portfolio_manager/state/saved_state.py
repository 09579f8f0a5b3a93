# SPDX-License-Identifier: MIT
"""The risk state as it is on disk: a whole state, and what was approved since."""

from __future__ import annotations

from datetime import datetime

import msgspec

from arbitrex_desktop.risk_portfolio_manager.decision.decision import RiskMetrics
from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import KillSwitch
from arbitrex_desktop.risk_portfolio_manager.portfolio.activity import SavedActivity
from arbitrex_desktop.risk_portfolio_manager.portfolio.fills import Owner
from arbitrex_desktop.risk_portfolio_manager.portfolio.pnl_ledger import PnlLedger
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import as_utc, json_safe
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import Reservation
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import OF_ALL_ACCOUNTS
from arbitrex_desktop.risk_portfolio_manager.state.periods import Before, Period
from arbitrex_desktop.risk_portfolio_manager.state.risk_state import ProvisionalHalt, RiskState


class Figures(msgspec.Struct):
    """Capital, profit and halts of a portfolio; names and units are those of `PortfolioState`."""

    total_capital: float
    equity: float
    peak_equity: float
    realized_pnl: float
    daily_pnl: float
    weekly_pnl: float
    consecutive_losses: int
    trading_halted: bool
    day_anchor: float | None = None
    week_anchor: float | None = None
    halt_reason: str | None = None
    halt_timestamp: datetime | None = None
    reducing_reason: str | None = None
    reducing_until: datetime | None = None


class Resets(msgspec.Struct):
    """The day and the week that the figures belong to."""

    day_start: datetime | None = None
    week_start: datetime | None = None
    day_before: Before | None = None
    week_before: Before | None = None


class Switches(msgspec.Struct):
    """Kill switches that are set, and the code of the halt."""

    halt_code: str = ""
    switches: tuple[KillSwitch, ...] = ()


class SavedState(msgspec.Struct):
    """What must outlive the program, of one account; durations in seconds count from `saved_at`."""

    figures: Figures
    days: Resets
    activity: SavedActivity
    traded: list[str]
    settings_capital: float
    ledger: PnlLedger
    switches: Switches
    metrics: RiskMetrics
    saved_at: datetime
    in_flight: list[Reservation] = msgspec.field(name="under_way", default_factory=list)
    owners: dict[int, Owner] = msgspec.field(default_factory=dict)
    provisional: ProvisionalHalt | None = None


class SavedStops(msgspec.Struct, frozen=True):
    """What a person has stopped, whichever account is traded; `code` and `at` are those of the halt.

    `until`, when reducing ends by itself, which is of one account and not kept here.
    """

    halted: bool = False
    reason: str | None = None
    code: str = ""
    at: datetime | None = None
    reducing: str | None = None
    switches: tuple[KillSwitch, ...] = ()
    until: datetime | None = None


class SavedApproval(msgspec.Struct):
    """One approval, written before it leaves; `named`, the intent's own name, empty for none."""

    reservation: Reservation
    named: str
    metrics: RiskMetrics
    saved_at: datetime


def dump_state(state: RiskState) -> SavedState:
    """Return an account's state, free of what may change."""
    monotonic, portfolio = state.sources.clock.monotonic(), state.portfolio
    figures = {name: json_safe(getattr(portfolio, name)) for name in Figures.__struct_fields__}
    figures["trading_halted"] = bool(portfolio.trading_halted)  # a program may have put anything in there
    for name in ("halt_reason", "reducing_reason"):
        figures[name] = None if figures[name] is None else str(figures[name])
    return SavedState(
        figures=Figures(**figures),
        days=Resets(state.day.start, state.week.start, state.day.before, state.week.before),
        activity=state.activity.saved(monotonic),
        traded=[str(name) for name in state.book.traded],
        settings_capital=state.settings_capital,
        ledger=msgspec.structs.replace(state.ledger, sights=[*map(msgspec.structs.replace, state.ledger.sights)]),
        switches=Switches(str(portfolio.halt_code), state.switches.active()),
        metrics=state.metrics,
        saved_at=state.sources.clock.now(),
        in_flight=[_shifted_in_time(each, -monotonic) for each in state.book.reservations],
        owners=dict(state.book.owners.by_number),
        provisional=state.provisional,
    )


def dump_stops(state: RiskState) -> SavedStops:
    """Return what a person has stopped, or has to look at; what a limit of one account stopped is that account's."""
    portfolio = state.portfolio
    halted = bool(portfolio.trading_halted) and portfolio.halt_code in (*OF_ALL_ACCOUNTS, "")
    reducing = portfolio.reducing_reason if portfolio.reducing_until is None else None
    return SavedStops(
        halted=halted,
        reason=str(portfolio.halt_reason) if halted else None,
        code=str(portfolio.halt_code) if halted else "",
        at=portfolio.halt_timestamp if halted else None,
        reducing=None if reducing is None else str(reducing),
        switches=tuple(each for each in state.switches.active() if not each.until_resumed),
    )


def dump_approval(state: RiskState, reservation: Reservation, named: str | None, metrics: RiskMetrics) -> SavedApproval:
    """Return what must be on disk before an approval leaves."""
    clock = state.sources.clock
    return SavedApproval(_shifted_in_time(reservation, -clock.monotonic()), named or "", metrics, clock.now())


def restore_state(saved: SavedState, state: RiskState, *, figures: bool) -> None:
    """Take up a saved state, halts first; `figures` too where no account is read that has them."""
    restore_stops(stops_in(saved), state)
    state.metrics = saved.metrics.plus(state.metrics)
    state.provisional = saved.provisional
    if figures:
        _restore_figures(saved, state)
    monotonic, away = state.sources.clock.monotonic(), _seconds_since(saved.saved_at, state)
    state.activity.restore(saved.activity, monotonic, away)
    for name in saved.traded:
        state.book.note_traded(name)
    for number, owner in saved.owners.items():
        state.book.owners.note(number, owner)
    for each in saved.in_flight:
        state.book.reserve(_shifted_in_time(each, monotonic - away))


def stops_in(saved: SavedState) -> SavedStops:
    """Return what an account's state says is stopped."""
    figures, switches = saved.figures, saved.switches
    halt = (figures.trading_halted, figures.halt_reason, switches.halt_code, figures.halt_timestamp)
    return SavedStops(*halt, figures.reducing_reason, switches.switches, figures.reducing_until)


def restore_stops(saved: SavedStops, state: RiskState) -> None:
    """Take up halts and switches; those that stand already are kept."""
    portfolio = state.portfolio
    if saved.halted and not portfolio.trading_halted:
        portfolio.trading_halted, portfolio.halt_reason = True, saved.reason
        portfolio.halt_timestamp, portfolio.halt_code = saved.at, saved.code
    if saved.reducing and not portfolio.reducing_reason:
        portfolio.reducing_reason, portfolio.reducing_until = saved.reducing, saved.until
    state.switches.restore(saved.switches)


def restore_approval(saved: SavedApproval, state: RiskState) -> None:
    """Take up an approval that was made after the saved state."""
    monotonic, away = state.sources.clock.monotonic(), _seconds_since(saved.saved_at, state)
    reservation = saved.reservation
    state.metrics = saved.metrics.plus(state.metrics)
    state.book.reserve(_shifted_in_time(reservation, monotonic - away))
    if not reservation.reducing:
        notional, at = reservation.notional, monotonic - away
        state.activity.note_approval(reservation.symbol, notional, at, saved.named or None)


def _shifted_in_time(reservation: Reservation, seconds: float) -> Reservation:
    """Return a copy whose moments are so much later: saved ones are seconds from when they were saved."""
    return msgspec.structs.replace(
        reservation, since=reservation.since + seconds, expires=reservation.expires + seconds
    )


def _seconds_since(moment: datetime, state: RiskState) -> float:
    """Return for how long the program was away, never less than nothing."""
    return max(0.0, (state.sources.clock.now() - as_utc(moment)).total_seconds())


def _restore_figures(saved: SavedState, state: RiskState) -> None:
    """Take up profit, peak and anchors of a program without a pool.

    What a program made of its capital is kept.  Where the settings' capital is no longer what it was, money came or
    went, and everything that is measured against it moves along.
    """
    portfolio, figures = state.portfolio, saved.figures
    factor = portfolio.total_capital / saved.settings_capital
    for name in ("total_capital", "equity", "peak_equity", "day_anchor", "week_anchor"):
        value = getattr(figures, name)
        setattr(portfolio, name, None if value is None else value * factor)
    for name in ("realized_pnl", "daily_pnl", "weekly_pnl", "consecutive_losses"):
        setattr(portfolio, name, getattr(figures, name))
    state.day = Period(saved.days.day_start, saved.days.day_before)
    state.week = Period(saved.days.week_start, saved.days.week_before)
