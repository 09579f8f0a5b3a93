# SPDX-License-Identifier: MIT
"""What the panel of the connection shows."""

from __future__ import annotations

from arbitrex_desktop.ui.panels.connection import ConnectionPanel


def value_of(panel: ConnectionPanel, name: str) -> str:
    """Return the value shown for a figure, empty when there is none."""
    return next((row.value for row in panel.model.rows if row.name == name), "")
