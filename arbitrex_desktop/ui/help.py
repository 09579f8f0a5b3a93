# SPDX-License-Identifier: MIT
"""The user guide and the about text, in windows that wait for nobody."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

import arbitrex_desktop
from arbitrex_desktop.ui.resources import resource

GUIDE = "help/index.md"

ABOUT = f"""# Arbitrex Desktop {arbitrex_desktop.__version__}

A trader's own window on a MetaTrader 5 account: live ticks, equity and risk, and a desk on which the
Risk & Portfolio Manager judges every trade before a person approves it.

Free software under the MIT license. It is built with Qt for Python (LGPL), pyqtgraph (MIT) and NumPy (BSD).
"""


class TextWindow(QDialog):
    """Shows Markdown; modeless, so the main window works on beside it."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(False)
        self.browser = QTextBrowser()
        self.browser.setOpenExternalLinks(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.browser)
        self.resize(720, 560)

    def show_about(self) -> None:
        """Show what this program is."""
        self.browser.setMarkdown(ABOUT)
        self.show()

    def show_guide(self) -> None:
        """Show the user guide, or where it should have been."""
        path = resource(GUIDE)
        if path is None:
            self.browser.setMarkdown(f"The user guide is missing from this installation (`resources/{GUIDE}`).")
        else:
            self.browser.setSource(QUrl.fromLocalFile(str(path)))
        self.show()
