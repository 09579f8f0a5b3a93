# SPDX-License-Identifier: MIT
"""The figures of the benchmark in the documentation."""

from __future__ import annotations

from tests.benchmarks.bench_page import page

FIGURES = {
    "cores": 2,
    "load": 0.3,
    "loop_us": 4.84,
    "screen": [
        {
            "design": "ours", "rate": 20_000.0, "latency_p50_ms": 14.1, "latency_p99_ms": 39.0, "backlog_ms": 0.4,
            "paint_p50_ms": 0.41, "paints_a_second": 58.2, "window_cores": 0.43, "host_cores": 0.2, "pause_ms": 21.4,
            "bare_timer_pause_ms": 3.0, "window_mb": 208, "host_mb": 120,
        },
        {
            "design": "classic", "rate": 4_000.0, "latency_p50_ms": 8.8, "latency_p99_ms": 60.0, "backlog_ms": None,
            "paint_p50_ms": 3.8, "paints_a_second": 40.0, "window_cores": 1.03, "pause_ms": 2.0,
            "bare_timer_pause_ms": 4.0, "window_mb": 157,
        },
    ],
    "start": {
        "bare_ms": 90.0, "painted_ms": 117.0, "bare_with_a_plot_ms": 300.0, "plot_ms": 345.0, "chart_ms": 690.0,
        "ten_prices_ms": 1_234.0,
    },
    "durable": {"append_fsync_us": 113.2, "journal_event_us": 306.4},
}  # fmt: skip


def test_each_figure_stands_beside_its_aim_and_reference() -> None:
    """Both processes in one cell, a pause without the bare timer's and never below none, a start as a multiple."""
    written = page(FIGURES).splitlines()
    assert "| 41 symbols | aim | ours 20,000/s | classic 4,000/s |" in written
    assert "| cores, window + host | 0.20 at 200/s | 0.43 + 0.2 | 1.03 |" in written
    assert "| longest pause over a bare timer's, ms | 20 | 18 | 0 |" in written
    assert "| later at the end than at the beginning, ms | 0 | 0.4 | - |" in written
    assert "| the chart, x a bare window with a plot | 1.15 | 1.15 (345 of 300 ms) |" in written
    assert "| ten prices, ms | 1,000 | 1,234 |" in written
    assert (
        "a sum of 200 squares took 4.8 µs there, an append with fsync 113, an event in the journal 306." in written[0]
    )
