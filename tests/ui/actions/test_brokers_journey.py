# SPDX-License-Identifier: MIT
"""From the start of the program to a filled order by its own fields, on brokers that call their symbols otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

JOURNEY = """
import os, sys
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from arbitrex_desktop.app import Application
from arbitrex_desktop.settings import parse

def journey():
    while window._content is None or window.content._fresh.snapshot is None:
        yield "a snapshot"
    form, pending = window.content.intent_form, window.content.pending
    while not form.chosen:
        yield "a symbol in the ticket"
    form.symbol.lineEdit().selectAll()
    QTest.keyClicks(form.symbol.lineEdit(), "USDJPY")
    form.fields.volume.field.setText("0.10")
    said = ""
    while not pending.deck.cards:
        # What came before the account's journal was open is told, and can be pressed again.
        if form.submit.isEnabled() and form.card.is_current:
            said = form.submit.text()
            form.submit.click()
        yield form.submit.toolTip() or "a card"
    held = []
    while not held:
        for card in list(pending.deck.cards.values())[:1]:
            if card.approve.isEnabled() and not pending._guard.isActive():
                card.approve.click()
        yield "the fill"
        held = [row.symbol for row in window.content._fresh.snapshot.positions if row.intent_id]
    print(said, *held, sep="|", flush=True)
    os._exit(0)

def step():
    global waits
    waits = next(steps)

def give_up():
    shown = window.content._fresh.snapshot
    print("waits for", waits, [(row.state, row.details) for row in shown.intents] if shown else "", flush=True)
    os._exit(1)

application = Application(parse(sys.argv[1:]))
window, steps, waits = application.window, journey(), "the window"
timer = QTimer(interval=50)
timer.timeout.connect(step)
timer.start()
QTimer.singleShot(90_000, give_up)
application.run()
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["--broker-suffix", "m"], "USDJPYm"),
        (["--broker-suffix", ".r", "--broker-symbols", "3000"], "USDJPY.r"),
        (["--broker-suffix=-ECN"], "USDJPY-ECN"),
        (["--broker-suffix", "_i"], "USDJPY_i"),
        (["--broker-suffix", "#"], "USDJPY#"),
        (["--broker-prefix", "x."], "x.USDJPY"),
        (["--broker-prefix", "#", "--broker-suffix", "micro", "--realistic"], "#USDJPYmicro"),
    ],
)
def test_a_plain_name_in_the_ticket_is_filled_under_the_broker_s(tmp_path: Path, options: list[str], name: str) -> None:
    """`USDJPY` is typed, submitted and approved twice; position and button bear the name that the broker uses."""
    said = subprocess.run(
        [sys.executable, "-c", JOURNEY, "--data-dir", str(tmp_path), *options],
        cwd=tmp_path,
        env=os.environ | {"MT5_TERMINAL": "simulated", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )  # fmt: skip
    assert said.stdout.strip().split("|") == [f"Submit ▲ BUY 0.10 {name}", name], said.stdout + said.stderr
