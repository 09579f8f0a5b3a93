# SPDX-License-Identifier: MIT
"""The parts of the desk alone, as for orders."""

from tests.desk.execution.conftest import build_parts, parts

__all__ = ["build_parts", "parts"]
