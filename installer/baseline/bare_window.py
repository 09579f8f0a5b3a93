# SPDX-License-Identifier: MIT
"""The yardstick of size and cold start: a bare window with one plot, frozen the same way as the program."""

from __future__ import annotations

import sys

import pyqtgraph as pg
from PySide6.QtWidgets import QApplication, QMainWindow

application = QApplication(sys.argv)
window = QMainWindow()
window.setWindowTitle("Bare window")
plot = pg.PlotWidget()
plot.plot([1.0, 3.0, 2.0, 4.0])
window.setCentralWidget(plot)
window.resize(1600, 1000)
window.show()
sys.exit(application.exec())
