# SPDX-License-Identifier: MIT
"""A terminal backend that writes down what it is asked and answers what the test put in."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar, cast

import numpy as np

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.arrays import RATE_DTYPE, TICK_DTYPE
from arbitrex_desktop.mt5.simulator.module.backend import BackendError, TerminalBackend
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5

R = TypeVar("R", bound=results.ModuleResult)

_ZEROS: dict[str, Any] = {"int": 0, "float": 0.0, "str": "", "bool": False}
BUILD = 5500


def sample(kind: type[R], **values: Any) -> R:
    """Return a frozen result whose fields are zero, empty or false but for the given ones."""
    blank: dict[str, Any] = {
        field.name: sample(results.TradeRequest) if field.type == "TradeRequest" else _ZEROS[str(field.type)]
        for field in fields(kind)
    }
    return kind(**blank | values)


def _answers() -> dict[str, Any]:
    """Return an answer for every method of the protocol."""
    rates, ticks = np.zeros(2, RATE_DTYPE), np.zeros(2, TICK_DTYPE)
    return {
        "initialize": None,
        "login": None,
        "shutdown": None,
        "version": (500, BUILD, "1 Jan 2026"),
        "terminal_info": sample(results.TerminalInfo, connected=True),
        "account_info": sample(results.AccountInfo, login=1, balance=100.0),
        "symbols_total": 2,
        "symbols_get": [sample(results.SymbolInfo, name="EURUSD"), sample(results.SymbolInfo, name="USDJPY")],
        "symbol_info": sample(results.SymbolInfo, name="EURUSD"),
        "symbol_info_tick": sample(results.Tick, bid=1.1, ask=1.2),
        "symbol_select": True,
        "market_book_add": True,
        "market_book_get": [sample(results.BookInfo, type=1, price=1.2)],
        "market_book_release": True,
        "copy_rates_from": rates,
        "copy_rates_from_pos": rates,
        "copy_rates_range": rates,
        "copy_ticks_from": ticks,
        "copy_ticks_range": ticks,
        "orders_total": 1,
        "orders_get": [sample(results.TradeOrder, ticket=7)],
        "positions_total": 1,
        "positions_get": [sample(results.TradePosition, ticket=8)],
        "history_orders_total": 1,
        "history_orders_get": [sample(results.TradeOrder, ticket=7)],
        "history_deals_total": 1,
        "history_deals_get": [sample(results.TradeDeal, ticket=9)],
        "order_calc_margin": 10.0,
        "order_calc_profit": 20.0,
        "order_check": sample(results.OrderCheckResult, margin=5.0),
        "order_send": sample(results.OrderSendResult, retcode=10009),
    }


class RecordingBackend:
    """Any method of the protocol, checked against its signature.

    Attributes: `calls`, name and arguments of each call in order; `answers`, what each method returns: a
    BackendError is raised, and a function is asked for the answer.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers = _answers()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        signature = inspect.signature(getattr(TerminalBackend, name))

        def method(*args: Any, **kwargs: Any) -> Any:
            arguments = signature.bind(self, *args, **kwargs).arguments
            self.calls.append((name, {key: value for key, value in arguments.items() if key != "self"}))
            answer = self.answers[name]
            if isinstance(answer, BackendError):
                raise answer
            return answer(*args, **kwargs) if callable(answer) else answer

        return method

    def last(self, name: str) -> dict[str, Any]:
        """Return the arguments of the latest call of a method."""
        return next(arguments for called, arguments in reversed(self.calls) if called == name)

    def asked(self) -> list[str]:
        """Return the names of the methods that were called, in order."""
        return [name for name, _ in self.calls]


def connected_module() -> tuple[SimulatedMetaTrader5, RecordingBackend]:
    """Return a module that is connected to a recording backend whose record is empty."""
    backend = RecordingBackend()
    module = SimulatedMetaTrader5(cast("TerminalBackend", backend))
    assert module.initialize()
    backend.calls.clear()
    return module, backend
