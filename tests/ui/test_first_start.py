# SPDX-License-Identifier: MIT
"""The program's very first start, on a bare data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FIRST_START = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QLineEdit
from arbitrex_desktop.app import Application
from arbitrex_desktop.settings import parse

application = Application(parse(["--data-dir", sys.argv[1]]))
first = application.window

def journey():
    # Each step presses what is in sight, and yields what the next one waits for.
    yield lambda: application._accounts is not None and application._accounts.isVisible()
    bar = first.content.notice_bar
    print(first.content.top_bar.mode.text(), "|", bar.text, flush=True)
    application._accounts.simulated.click()
    yield lambda: application.window is not first
    window = application.window
    yield lambda: window._content is not None and window.content.is_settled()
    content = window.content
    tour = content.newcomer_help.tour
    print(content.top_bar.mode.text(), tour.isVisible(), flush=True)
    while tour.isVisible():
        tour.onward.click()
    ticket, pending, positions = content.intent_form, content.pending, content.positions
    yield lambda: ticket.submit.isEnabled()
    ticket.submit.click()
    yield lambda: bool(pending.deck.cards)
    card = next(iter(pending.deck.cards.values()))
    yield lambda: card.approve.isEnabled()
    card.approve.click()
    yield after(1000)
    card.approve.click()
    yield lambda: any(row.symbol == "EURUSD" for row in positions.model.rows)
    positions.view.choose(next(row.ticket for row in positions.model.rows if row.symbol == "EURUSD"))
    for _press in range(2):
        positions.close_button.click()
        yield after(900)
    content.workspaces.show("Review")
    yield lambda: bool(content.review.closed.view._table_model.rows)
    print("closed", len(content.review.closed.view._table_model.rows), flush=True)
    content.review.closed.export_button.menu().actions()[0].trigger()
    yield lambda: bool(content.review.closed.findChildren(QFileDialog))
    dialog = content.review.closed.findChild(QFileDialog)
    dialog.findChild(QLineEdit, "fileNameEdit").setText(sys.argv[1] + "/first.html")
    dialog.accept()
    yield lambda: "first.html" in content.review.closed.sum.text()
    print(content.review.closed.sum.text().split(" ")[0], flush=True)
    window.close()

def after(milliseconds):
    ends = QTimer(application.window, singleShot=True, interval=milliseconds)
    ends.start()
    return lambda: not ends.isActive()

steps = journey()
until = next(steps)
clock = QTimer(interval=50)

def look():
    global until
    if until():
        until = next(steps, None)
        if until is None:
            clock.stop()

clock.timeout.connect(look)
clock.start()
sys.exit(application.run())
"""


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_from_the_first_start_to_the_first_report(tmp_path: Path) -> None:
    """What a newcomer does with what he sees: an account, the tour, a trade, its close, Review, and a report.

    That no account is set up yet is told as no error.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MT5_")}
    data = tmp_path / "data"
    said = subprocess.run(
        [sys.executable, "-c", FIRST_START, str(data)], capture_output=True, text=True, check=False,
        cwd=tmp_path, env={**clean, "QT_QPA_PLATFORM": "offscreen"}, timeout=100,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    told = "NO ACCOUNT | INFO: No account is chosen yet"
    lines = said.stdout.splitlines()
    assert lines[0].startswith(told)
    assert lines[1:] == ["SIMULATED True", "closed 1", "Exported"]
    page = (data / "first.html").read_text(encoding="utf-8")
    assert page.count("<svg") > 1
    assert "EURUSD" in page
