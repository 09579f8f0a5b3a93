# SPDX-License-Identifier: MIT
"""The figures of `bench` as a part of the documentation, so that no number of it is typed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Row = Mapping[str, Any]

NOTHING: Final = "-"


def _joined(*names: str) -> Callable[[Row], str]:
    """Return what tells the figures of window and host, of the one process where there is one."""
    return lambda row: " + ".join(f"{row[name]:g}" for name in names if row.get(name) is not None) or NOTHING


def _over(name: str, reference: str) -> Callable[[Row], str]:
    """Return what tells a figure less its reference of the same run."""
    return lambda row: f"{max(0.0, row[name] - row[reference]):.0f}" if name in row else NOTHING


MEASURED: Final[Mapping[str, tuple[Callable[[Row], str], str]]] = {
    "tick to painted, p50, ms": (_joined("latency_p50_ms"), "20"),
    "tick to painted, p99, ms": (_joined("latency_p99_ms"), "40"),
    "later at the end than at the beginning, ms": (_joined("backlog_ms"), "0"),
    "one paint, p50, ms": (_joined("paint_p50_ms"), "1.5"),
    "paints a second": (_joined("paints_a_second"), "60 at most"),
    "cores, window + host": (_joined("window_cores", "host_cores"), "0.20 at 200/s"),
    "longest pause over a bare timer's, ms": (_over("pause_ms", "bare_timer_pause_ms"), "20"),
    "resident, window + host, MB": (_joined("window_mb", "host_mb"), "228"),
}
"""What a row of the table tells, how, and its aim."""

STARTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "first picture, x a bare window": ("painted_ms", "bare_ms", "1.3"),
    "the chart, x a bare window with a plot": ("plot_ms", "bare_with_a_plot_ms", "1.15"),
    "bars in the chart, x a bare window with a plot": ("chart_ms", "bare_with_a_plot_ms", NOTHING),
    "ten prices, ms": ("ten_prices_ms", "", "1,000"),
}
"""What a row tells, the figure, the figure it is a multiple of, and its aim."""


def page(figures: Mapping[str, Any]) -> str:
    """Return the tables as Markdown; `figures` is what `bench` writes down."""
    rows: Sequence[Row] = figures["screen"]
    heads = [f"{row['design']} {row['rate']:,.10g}/s" for row in rows]
    durable = figures["durable"]
    machine = (
        f"Measured with {figures['cores']} processors and a load of {figures['load']:.1f}; a sum of 200 squares took "
        f"{figures['loop_us']:.1f} µs there, an append with fsync {durable['append_fsync_us']:.0f}, an event in the "
        f"journal {durable['journal_event_us']:.0f}."
    )
    lines = [
        machine,
        "",
        _line("41 symbols", "aim", *heads),
        _line(*["---"] * (len(heads) + 2)),
        *(_line(name, aim, *map(told, rows)) for name, (told, aim) in MEASURED.items()),
        "",
        _line("from the start of the process", "aim", "measured"),
        _line("---", "---", "---"),
        *(_line(name, aim, _start(figures["start"], *which)) for name, (*which, aim) in STARTS.items()),
    ]
    return "\n".join(lines) + "\n"


def _start(start: Row, name: str, reference: str) -> str:
    """Return a time of the start, beside the reference that it is a multiple of."""
    if not reference:
        return f"{start[name]:,.0f}"
    return f"{start[name] / start[reference]:.2f} ({start[name]:,.0f} of {start[reference]:,.0f} ms)"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
