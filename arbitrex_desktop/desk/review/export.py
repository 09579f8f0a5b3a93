# SPDX-License-Identifier: MIT
"""What Review shows as a file: every trade as CSV, all of it as JSON or as a page that stands alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TextIO

from arbitrex_desktop.causes import os_error_text
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.review.report import write_report
from arbitrex_desktop.desk.review.statistics import Statistics
from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.desk.review.views import (
    WRITING,
    ReportProgress,
    ReviewData,
    no_progress,
    strategy_of,
    with_progress,
)
from arbitrex_desktop.paths import written_whole
from arbitrex_desktop.visible import spreadsheet_safe

FIELDS: Final = (
    "position", "life", "symbol", "side", "volume", "closed_volume", "opened_at", "closed_at", "seconds", "entry",
    "exit", "first_stop", "r", "profit", "commission", "swap", "fee", "net", "slippage_points", "slippage_amount",
    "exit_slippage", "reason", "exits", "strategy", "intent_id", "magic", "comment", "tags", "note",
)  # fmt: skip
"""Columns of the CSV file, and names in the JSON file; times in UTC, money in account currency."""


_PIECES: Final = 16_384


class ExportKind(StrEnum):
    """The three kinds of file, each named by its extension."""

    CSV = "csv"
    JSON = "json"
    HTML = "html"


def export(data: ReviewData, kind: ExportKind, path: Path, report: ReportProgress = no_progress) -> None:
    """Write a file, whole or not at all; raises `DeskError` in words, and what `report` raises."""
    writers: dict[ExportKind, Callable[[ReviewData, TextIO, ReportProgress], None]] = {
        ExportKind.CSV: write_csv,
        ExportKind.JSON: write_json,
        ExportKind.HTML: write_report,
    }
    try:
        with written_whole(path) as draft, draft.open("w", encoding="utf-8", newline="") as out:
            writers[kind](data, out, report)
    except OSError as error:
        raise DeskError(f"{path} cannot be written: {os_error_text(error)}") from error


def trade_record(trade: ClosedTrade) -> dict[str, Any]:
    """Return a trade as plain values by the names of `FIELDS`."""
    derived = {
        "side": "buy" if trade.direction > 0 else "sell",
        "opened_at": _moment(trade.opened_at),
        "closed_at": _moment(trade.closed_at),
        "strategy": strategy_of(trade),
        "tags": " ".join(trade.tags),
    }
    return {name: derived[name] if name in derived else _plain(getattr(trade, name)) for name in FIELDS}


def write_csv(data: ReviewData, out: TextIO, report: ReportProgress = no_progress) -> None:
    """Write a row for each trade, newest first."""
    writer = csv.DictWriter(out, FIELDS)
    writer.writeheader()
    for trade in with_progress(data.trades, report):
        writer.writerow({name: spreadsheet_safe(value) for name, value in trade_record(trade).items()})


def write_json(data: ReviewData, out: TextIO, report: ReportProgress = no_progress) -> None:
    """Write one object: what was asked, trades, figures, groups, decisions, balance, equity and flows."""
    query = data.query
    whole = {
        "account": data.account,
        "currency": data.currency,
        "read_at": _moment(data.read_at),
        "journal_began": _moment(data.began),
        "since": _moment(query.since),
        "until": _moment(query.until),
        "filter": {"symbol": query.symbol, "strategy": query.strategy, "text": query.text},
        "figures": figures_record(data.figures) | {"drawdown_share": data.drawdown_share},
        "groups": {
            kind: [{"name": group.name} | figures_record(group.figures) for group in groups]
            for kind, groups in data.groups.items()
        },
        "decisions": asdict(data.decisions),
        "trades": [trade_record(trade) for trade in data.trades],
        "flows": [asdict(flow) | {"at": _moment(flow.at)} for flow in data.flows],
        "balance": [[_moment(at), level] for at, level in data.balance],
        "equity": [[_moment(point.at), point.equity, point.anchor] for point in data.equity],
    }
    # A little more than four pieces for each field of a trade; the rest is little.
    pieces = max(1, 5 * len(FIELDS) * len(data.trades))
    for place, piece in enumerate(json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(whole)):
        if place % _PIECES == 0:
            report(WRITING, min(1.0, 0.1 + 0.9 * place / pieces))
        out.write(piece)
    out.write("\n")


def figures_record(figures: Statistics) -> dict[str, Any]:
    """Return figures as plain values, those that are derived from others among them."""
    derived = ("win_rate", "expectancy", "profit_factor", "mean_win", "mean_loss")
    return asdict(figures) | {name: getattr(figures, name) for name in derived}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _plain(value: Any) -> Any:
    """Return a sum without the rest that binary fractions leave."""
    return round(value, 10) if isinstance(value, float) else value
