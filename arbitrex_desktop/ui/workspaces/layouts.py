# SPDX-License-Identifier: MIT
"""The program's own workspaces: what each is for, which panels it shows, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize, Qt

from arbitrex_desktop.texts import N_
from arbitrex_desktop.ui.docks import LEAST_SIZE, TRADE, Layout

_H: Final = Qt.Orientation.Horizontal
_V: Final = Qt.Orientation.Vertical


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace as it is at first.

    Attributes:
        name: as the trader reads it
        keys: bring it up
        home: the panel that has the keyboard then
        layouts: the richest first
    """

    name: str
    keys: str
    home: str
    layouts: tuple[Layout, ...]


REVIEW: Final = Layout(
    QSize(1500, 860),
    (("closed", "equity", _V), ("closed", "statistics", _H), ("equity", "chart", _H)),
    (("closed", "intents", "notices"),),
    (
        (_H, {"closed": 0.56, "statistics": 0.44}),
        (_H, {"equity": 0.5, "chart": 0.5}),
        (_V, {"closed": 0.58, "equity": 0.42}),
    ),
    first="closed",
)
"""Closed trades beside what they come to, above the curve and the chart of the chosen trade."""

SMALL_REVIEW: Final = Layout(
    LEAST_SIZE,
    (("closed", "equity", _V), ("equity", "chart", _H)),
    (("closed", "statistics", "intents", "notices"),),
    (
        (_H, {"equity": 0.5, "chart": 0.5}),
        (_V, {"closed": 0.58, "equity": 0.42}),
    ),
    first="closed",
)
"""The same with the statistics behind the trades."""

RISK: Final = Layout(
    QSize(1500, 860),
    (("risk", "positions", _V), ("risk", "account", _H), ("account", "equity", _V)),
    (("positions", "orders", "pending"), ("account", "connection")),
    (
        (_H, {"risk": 0.62, "account": 0.38}),
        (_V, {"risk": 0.7, "positions": 0.3}),
        (_V, {"account": 0.17, "equity": 0.53}),
    ),
    first="risk",
)
"""Every limit, exposure and correlation, with account and curve, and what is held."""

WIDE_RISK: Final = Layout(
    QSize(2300, 1200),
    (
        ("risk", "positions", _V),
        ("risk", "account", _H),
        ("account", "equity", _V),
        ("positions", "pending", _H),
        ("pending", "history", _H),
    ),
    (("positions", "orders"), ("history", "notices"), ("account", "connection")),
    (
        (_H, {"risk": 0.62, "account": 0.38}),
        (_V, {"risk": 0.5, "positions": 0.5}),
        (_V, {"account": 0.12, "equity": 0.38}),
        (_H, {"positions": 0.42, "pending": 0.3, "history": 0.28}),
    ),
    first="risk",
)
"""The same with what waits for a decision, and what was decided, beside what is held."""

SMALL_RISK: Final = Layout(
    LEAST_SIZE,
    (("risk", "positions", _V), ("risk", "account", _H)),
    (("positions", "orders", "pending"), ("account", "equity", "connection")),
    (
        (_H, {"risk": 0.62, "account": 0.38}),
        (_V, {"risk": 0.62, "positions": 0.38}),
    ),
    first="risk",
)
"""The same with the curve behind the account."""

REPLAY: Final = Layout(
    LEAST_SIZE,
    (("chart", "intent_form", _H), ("chart", "positions", _V)),
    (("positions", "pending", "orders", "closed", "statistics", "equity"), ("intent_form", "market_watch")),
    (
        (_H, {"chart": 0.68, "intent_form": 0.32}),
        (_V, {"chart": 0.62, "positions": 0.38}),
    ),
    first="chart",
)
"""The chart large above what became of the trades, and the ticket over the whole height."""

WORKSPACES: Final = (
    Workspace(N_("Trade"), "Ctrl+1", "market_watch", TRADE),
    Workspace(N_("Review"), "Ctrl+2", "closed", (REVIEW, SMALL_REVIEW)),
    Workspace(N_("Risk"), "Ctrl+3", "risk", (WIDE_RISK, RISK, SMALL_RISK)),
    Workspace(N_("Replay"), "Ctrl+4", "chart", (REPLAY,)),
)
"""The first is shown at the first start."""
